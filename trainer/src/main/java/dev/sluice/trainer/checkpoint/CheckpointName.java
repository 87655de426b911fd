package dev.sluice.trainer.checkpoint;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in training a checkpoint was taken, and so what its folder is called: {@code checkpoint-<step>} at an epoch's end,
 * {@code checkpoint-<step>-<batch>} within the epoch after it. Ordered as training goes.
 *
 * @param step finished epochs, which is the last reported step, >= 0
 * @param batch finished batches of the epoch after them, >= 0
 */
public record CheckpointName(long step, long batch) implements Comparable<CheckpointName> {
    private static final Pattern FOLDER = Pattern.compile("checkpoint-(\\d{1,18})(?:-(\\d{1,18}))?");
    private static final Comparator<CheckpointName> ORDER =
            Comparator.comparingLong(CheckpointName::step).thenComparingLong(CheckpointName::batch);

    /** Checks the numbers. */
    public CheckpointName {
        if (step < 0 || batch < 0) {
            throw new IllegalArgumentException("step and batch must be >= 0, were " + step + " and " + batch);
        }
    }

    /** A checkpoint at the end of an epoch. */
    public static CheckpointName after(long step) {
        return new CheckpointName(step, 0);
    }

    /** What a folder's name says; empty if it is no checkpoint's. */
    public static Optional<CheckpointName> of(Path folder) {
        Matcher matcher = FOLDER.matcher(String.valueOf(folder.getFileName()));
        return matcher.matches()
                ? Optional.of(new CheckpointName(
                        Long.parseLong(matcher.group(1)),
                        matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** True if it was taken at an epoch's end. */
    public boolean isAtEpochEnd() {
        return batch == 0;
    }

    @Override
    public int compareTo(CheckpointName other) {
        return ORDER.compare(this, other);
    }

    /** The folder's name. */
    @Override
    public String toString() {
        return "checkpoint-" + step + (batch == 0 ? "" : "-" + batch);
    }
}
