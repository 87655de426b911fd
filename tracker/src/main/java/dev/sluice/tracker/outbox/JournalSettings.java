package dev.sluice.tracker.outbox;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How a journal is written.
 *
 * @param durability what an entry has survived when it is appended
 * @param segmentBytes length at which the journal goes on in a new file, so that shipped files can be deleted; >= 4096
 * @param limitBytes most bytes that the journal's files may hold, >= twice {@code segmentBytes}: who appends then waits
 *     until the shipper has made room. Empty, as by default, for no limit: nobody who records ever waits
 * @param patience how long an append waits for room before it fails
 */
public record JournalSettings(Durability durability, long segmentBytes, OptionalLong limitBytes, Duration patience) {
    /** The variable that names the durability of the service's and its trials' journals. */
    public static final String DURABILITY = "SLUICE_JOURNAL_DURABILITY";

    private static final long DEFAULT_SEGMENT = 8L << 20;
    private static final long LEAST_SEGMENT = 4096;

    public JournalSettings {
        if (segmentBytes < LEAST_SEGMENT) {
            throw new IllegalArgumentException("segmentBytes must be >= " + LEAST_SEGMENT + ", was " + segmentBytes);
        }
        if (limitBytes.isPresent() && limitBytes.getAsLong() < 2 * segmentBytes) {
            throw new IllegalArgumentException(
                    "limitBytes must be >= 2 * segmentBytes = " + 2 * segmentBytes + ", was " + limitBytes.getAsLong());
        }
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must be >= 0, was " + patience);
        }
    }

    /** {@link Durability#PROCESS}, segments of 8 MiB, no limit. */
    public static JournalSettings defaults() {
        return new JournalSettings(Durability.PROCESS, DEFAULT_SEGMENT, OptionalLong.empty(), Duration.ZERO);
    }

    /**
     * The defaults, with the durability that the variable {@value #DURABILITY} names: {@code process}, {@code second} or
     * {@code machine}.
     *
     * @throws IllegalArgumentException if it names another
     */
    public static JournalSettings of(Map<String, String> environment) {
        String named = environment.getOrDefault(DURABILITY, "").strip();
        if (named.isEmpty()) {
            return defaults();
        }
        for (Durability durability : Durability.values()) {
            if (durability.name().equalsIgnoreCase(named)) {
                return defaults().withDurability(durability);
            }
        }
        throw new IllegalArgumentException(DURABILITY + " must be process, second or machine, was '" + named + "'");
    }

    public JournalSettings withDurability(Durability durability) {
        return new JournalSettings(durability, segmentBytes, limitBytes, patience);
    }

    public JournalSettings withSegmentBytes(long segmentBytes) {
        return new JournalSettings(durability, segmentBytes, limitBytes, patience);
    }

    /** Bounds the journal's files; who appends waits for room, so long at most. */
    public JournalSettings withLimit(long limitBytes, Duration patience) {
        return new JournalSettings(durability, segmentBytes, OptionalLong.of(limitBytes), patience);
    }
}
