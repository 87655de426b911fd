package dev.sluice.tracker.outbox;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the shipper fares.
 *
 * @param since when the state began
 * @param detail what the server last said, empty while it is up
 * @param runs runs that are followed
 * @param pointsWaiting metric points that are recorded and not yet shipped
 * @param entriesWaiting journal entries, of any kind, that are not yet shipped
 * @param oldestWaiting when the oldest of them was recorded
 * @param pointsShipped metric points shipped since the shipper was started
 * @param retries calls since the shipper was started that failed and are made again
 * @param quarantined rows set aside since the shipper was started
 * @param parked run folders of which nothing can be shipped until a person acts, and why
 * @param resting run folders whose artifacts wait, because the storage that the server names for them does not take them,
 *     and what came of the last try; the rest of these runs is shipped meanwhile
 * @param repairs what audits put right since the shipper was started
 */
public record ShipperStatus(
        State state,
        Instant since,
        String detail,
        int runs,
        long pointsWaiting,
        long entriesWaiting,
        Optional<Instant> oldestWaiting,
        long pointsShipped,
        long retries,
        long quarantined,
        Map<Path, String> parked,
        Map<Path, String> resting,
        Repairs repairs) {
    /** Whether the server answers. */
    public enum State {
        UP,
        AWAY
    }

    /**
     * What audits found amiss at the server and put right.
     *
     * @param resent points, parameters, tags and files that the server had lost
     * @param twinsDeleted second runs with the same key
     * @param runsClosed runs that were open though they had ended
     * @param idsAdopted runs that the server knew by another id
     */
    public record Repairs(long resent, long twinsDeleted, long runsClosed, long idsAdopted) {}

    public ShipperStatus {
        parked = Map.copyOf(parked);
        resting = Map.copyOf(resting);
    }

    /** The status in a sentence, such as "MLflow away for 42 s, 1,204 points waiting, oldest 43 s". */
    public String sentence(Instant now) {
        StringBuilder text = new StringBuilder(
                state == State.UP ? "MLflow up" : "MLflow away for " + seconds(Duration.between(since, now)));
        if (pointsWaiting > 0) {
            text.append(
                    String.format(Locale.ROOT, ", %,d point%s waiting", pointsWaiting, pointsWaiting == 1 ? "" : "s"));
        } else if (entriesWaiting > 0) {
            text.append(String.format(
                    Locale.ROOT, ", %,d entr%s waiting", entriesWaiting, entriesWaiting == 1 ? "y" : "ies"));
        } else {
            text.append(", nothing waiting");
        }
        oldestWaiting.ifPresent(oldest -> text.append(", oldest ").append(seconds(Duration.between(oldest, now))));
        if (!parked.isEmpty()) {
            text.append(String.format(Locale.ROOT, ", %,d run%s parked", parked.size(), parked.size() == 1 ? "" : "s"));
        }
        if (!resting.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    ", artifacts of %,d run%s wait for their storage",
                    resting.size(),
                    resting.size() == 1 ? "" : "s"));
        }
        if (quarantined > 0) {
            text.append(String.format(Locale.ROOT, ", %,d row%s set aside", quarantined, quarantined == 1 ? "" : "s"));
        }
        return text.toString();
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%,d s", Math.max(0, duration.toSeconds()));
    }
}
