package dev.sluice.console.launch;

import java.util.Optional;

/**
 * One sweep's place at a {@link DevicePool}: at most one trial of it waits there at a time. For one thread, which asks
 * again whenever it is woken.
 *
 * {@snippet :
 * claim.look();
 * if (hasWork()) {
 *     claim.request(request, priority).ifPresent(lease -> start(lease)); // else it is woken when there is one
 * } else {
 *     claim.rest();
 * }
 * }
 */
public interface DeviceClaim extends AutoCloseable {
    /** Begins to find out whether there is work: what is given back from now on makes an answer stale. */
    void look();

    /**
     * Asks for the devices of one attempt. Empty: it waits, in its turn, and is woken when they are there; then it asks again. Another
     * request or priority than the last time takes its place.
     */
    Optional<DeviceLease> request(DeviceRequest request, int priority);

    /** Nothing is to be started now. Changes nothing if devices of this sweep were given back since {@link #look}: that is to be found out anew. */
    void rest();

    /** Leaves the queue. Devices that attempts hold are not touched. */
    @Override
    void close();
}
