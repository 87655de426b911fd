package dev.sluice.tracker.outbox;

import java.nio.file.Path;
import java.time.Instant;
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
 * @param quarantined rows set aside since the shipper was started
 * @param parked run folders of which nothing can be shipped, and why
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
        long quarantined,
        Map<Path, String> parked) {
    /** Whether the server answers. */
    public enum State {
        UP,
        AWAY
    }

    public ShipperStatus {
        parked = Map.copyOf(parked);
    }
}
