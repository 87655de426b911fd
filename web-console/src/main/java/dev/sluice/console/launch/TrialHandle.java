package dev.sluice.console.launch;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The hold on one launched attempt. Safe for use by several threads. */
public interface TrialHandle {
    /** What to store of the launch. */
    LaunchRecord record();

    /**
     * The devices that the attempt was launched on, as the launcher itself noted them: for {@link DevicePool#restore} where nothing else
     * was stored. None at all if that note is lost.
     */
    DeviceGrant devices();

    /**
     * Completes, never exceptionally, when the attempt's leader has ended and every process that it left behind is gone. The future is
     * the caller's own: completing or cancelling it changes nothing for others.
     */
    CompletableFuture<TrialExit> onExit();

    /**
     * Asks the leader to end (SIGTERM) and after the grace period kills (SIGKILL) every process of the attempt until none is left.
     * Returns at once; {@link #onExit} says when it is done. Asked again, the shorter of the two times counts.
     *
     * @param grace zero kills at once
     */
    void stop(Duration grace);

    /** Whether the attempt's leader is alive. */
    boolean alive();
}
