package dev.sluice.trainer.callback;

import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.DamagedCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides when a checkpoint is saved and which ones are kept: every so many epochs or steps, and whenever the monitored metric
 * is among the best. At the end it notes the best and the last in the attempt's journal, so that they reach MLflow.
 *
 * <p>Beside the newest and the best it keeps those that were the best when one of the newest was saved: a trial that goes
 * on from there, because what came later is damaged, may have to roll back to them.
 *
 * <p>What a full disk does not take is counted, and tried again with the next epoch; the checkpoints that are there stay,
 * and the best is the best of those.
 */
public final class ModelCheckpoint implements Callback {
    /** A kept best: its step and the metric there. */
    private record Best(long step, double value) {}

    private final CheckpointStore store;
    private final PatientWriter journal;
    private final Path runFolder;
    private final String monitor;
    private final Mode mode;
    private final int every;
    private final int everySteps;
    private final int keepLast;
    private final int keepBest;
    /** The best first, of equals the earlier: those on disk, and the candidate that is about to be written. */
    private final List<Best> known = new ArrayList<>();

    private final Set<Long> written = new HashSet<>(); // steps of the known ones that are on disk
    /** The newest, each with the steps of those that were the best when it was saved. */
    private final TreeMap<CheckpointName, List<Long>> lasts = new TreeMap<>();

    private Best newest = new Best(-1, Double.NaN); // the last epoch, as a candidate
    private int failures;
    private boolean tryAgain;

    /**
     * A keeper of checkpoints.
     *
     * @param store where the loop saves them
     * @param journal where the kept ones are noted at the end; stays the caller's to close
     * @param runFolder folder to which the journal's paths are relative; the store's must lie within
     * @param monitor the metric that says which are best
     * @param mode which way it gets better
     * @param every epochs between regular checkpoints, >= 1
     * @param everySteps optimizer steps, counted over all epochs, between checkpoints within epochs; 0: none
     * @param keepLast how many of the newest are kept, >= 1
     * @param keepBest how many of the best are kept, >= 0
     */
    public ModelCheckpoint(
            CheckpointStore store,
            PatientWriter journal,
            Path runFolder,
            String monitor,
            Mode mode,
            int every,
            int everySteps,
            int keepLast,
            int keepBest) {
        atLeast(1, "every", every);
        atLeast(0, "everySteps", everySteps);
        atLeast(1, "keepLast", keepLast);
        atLeast(0, "keepBest", keepBest);
        this.store = store;
        this.journal = journal;
        this.runFolder = runFolder.toAbsolutePath().normalize();
        this.monitor = monitor;
        this.mode = mode;
        this.every = every;
        this.everySteps = everySteps;
        this.keepLast = keepLast;
        this.keepBest = keepBest;
    }

    @Override
    public String name() {
        return "model-checkpoint";
    }

    /** What is deleted and noted makes no difference to training. */
    @Override
    public boolean mayHearOfCheckpointsLater() {
        return true;
    }

    /** The step of the best checkpoint; empty if there is none yet. It may just be about to be written. */
    public OptionalLong best() {
        return known.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(known.get(0).step());
    }

    private List<Best> bests() {
        return known.subList(0, Math.min(keepBest, known.size()));
    }

    @Override
    public void trainBegin(TrainingProgress progress, TrainingControl control) {
        try {
            // what an earlier attempt left behind the point we go on from is no longer true
            CheckpointName from = new CheckpointName(progress.epoch(), progress.batch());
            for (CheckpointName name : store.names()) {
                if (name.compareTo(from) > 0 || progress.globalStep() == 0) {
                    store.delete(name);
                }
            }
            List<CheckpointName> there = store.names();
            known.removeIf(best -> !there.contains(CheckpointName.after(best.step())));
            known.forEach(best -> written.add(best.step()));
            lasts.clear();
            for (CheckpointName name : there) {
                lasts.put(name, bestsAt(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Long> bestsAt(CheckpointName checkpoint) throws IOException {
        try {
            return bestsOf(store.readState(checkpoint));
        } catch (DamagedCheckpointException e) {
            return List.of(); // nobody will go on from it
        }
    }

    @Override
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        if (everySteps > 0 && progress.globalStep() % everySteps == 0) {
            control.save();
        }
    }

    /** The steps of the best ones, as a checkpoint's state names them. */
    private List<Long> bestsOf(Map<String, Object> state) {
        return state.get("callbacks") instanceof Map<?, ?> states && states.get(name()) instanceof Map<?, ?> own
                ? bests(own).stream().map(Best::step).toList()
                : List.of();
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        newest = new Best(result.epoch(), result.metric(monitor).orElse(Double.NaN));
        if (takeIn(newest) || tryAgain || result.epoch() % every == 0) {
            control.save();
        }
    }

    /** Takes it in if it is better than one of those that are kept; answers whether it was. */
    private boolean takeIn(Best candidate) {
        boolean better = keepBest > 0
                && !Double.isNaN(candidate.value())
                && (known.size() < keepBest
                        || mode.isBetter(
                                candidate.value(), known.get(keepBest - 1).value(), 0));
        if (better) {
            known.add(candidate);
            Comparator<Best> byValue = Comparator.comparingDouble(Best::value);
            known.sort((mode == Mode.MAX ? byValue.reversed() : byValue).thenComparingLong(Best::step));
        }
        return better;
    }

    /** How many checkpoints could not be written. */
    public int failures() {
        return failures;
    }

    @Override
    public void checkpointFailed(CheckpointName name, IOException cause) {
        failures++;
        tryAgain = true;
        known.removeIf(best -> name.isAtEpochEnd() && best.step() == name.step() && !written.contains(name.step()));
    }

    @Override
    public void checkpointSaved(Checkpoint checkpoint) {
        CheckpointName saved = checkpoint.name();
        if (saved.isAtEpochEnd()) {
            if (tryAgain && newest.step() == saved.step() && !known.contains(newest)) {
                takeIn(newest); // its first try had failed
            }
            if (known.stream().anyMatch(best -> best.step() == saved.step())) {
                written.add(saved.step());
            }
        }
        tryAgain = false;
        forgetSurpassed();
        lasts.put(saved, bestsOf(checkpoint.snapshot().state()));
        while (lasts.size() > keepLast) {
            lasts.pollFirstEntry();
        }
        try {
            for (CheckpointName name : store.names()) {
                boolean isBest = name.isAtEpochEnd()
                        && (written.contains(name.step())
                                || lasts.values().stream().anyMatch(bests -> bests.contains(name.step())));
                if (!isBest && !lasts.containsKey(name)) {
                    store.delete(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of those on disk only the best count; one that is not there yet may still fail. */
    private void forgetSurpassed() {
        int kept = 0;
        for (Best best : List.copyOf(known)) {
            if (written.contains(best.step()) && ++kept > keepBest) {
                known.remove(best);
                written.remove(best.step());
            }
        }
    }

    @Override
    public void trainEnd(StopReason reason, TrainingProgress progress) {
        if (!reason.keepsWork()) {
            return;
        }
        try {
            Map<String, String> tags = new LinkedHashMap<>();
            if (failures > 0) {
                tags.put("sluice.checkpoint.failures", Integer.toString(failures));
            }
            if (!known.isEmpty()) {
                CheckpointName best = CheckpointName.after(known.get(0).step());
                note(best, Set.of(CheckpointStore.WEIGHTS_FILE, CheckpointStore.STATE_FILE));
                tags.put("sluice.checkpoint.best", "checkpoints/" + best);
            }
            if (!lasts.isEmpty()) {
                CheckpointName last = lasts.lastKey();
                Set<String> files = new TreeSet<>(Set.of(CheckpointStore.OPTIMIZER_FILE));
                if (known.isEmpty()
                        || !CheckpointName.after(known.get(0).step()).equals(last)) {
                    files.add(CheckpointStore.WEIGHTS_FILE);
                    files.add(CheckpointStore.STATE_FILE);
                }
                note(last, files);
                tags.put("sluice.checkpoint.last", "checkpoints/" + last);
            }
            if (!tags.isEmpty()) {
                journal.record(new JournalEntry.Tags(tags));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, Object> saveState() {
        List<Object> saved = new ArrayList<>();
        for (Best best : bests()) {
            saved.add(Map.of("step", best.step(), "value", StateTree.ofDouble(best.value())));
        }
        return Map.of("best", saved);
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        known.clear();
        known.addAll(bests(state));
    }

    private static List<Best> bests(Map<?, ?> state) {
        List<Best> bests = new ArrayList<>();
        if (state.get("best") instanceof List<?> saved) {
            for (Object entry : saved) {
                if (entry instanceof Map<?, ?> best) {
                    bests.add(new Best(StateTree.toLong(best.get("step")), StateTree.toDouble(best.get("value"))));
                }
            }
        }
        return bests;
    }

    private void note(CheckpointName checkpoint, Set<String> names) throws IOException {
        for (String name : names) {
            Path file = store.file(checkpoint, name).toAbsolutePath().normalize();
            String local = runFolder.relativize(file).toString();
            byte[] content = Files.readAllBytes(file);
            journal.record(new JournalEntry.Artifact(
                    "checkpoints/" + checkpoint + "/" + file.getFileName(), local, content.length, sha256(content)));
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void atLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be >= " + least + ", was " + value);
        }
    }
}
