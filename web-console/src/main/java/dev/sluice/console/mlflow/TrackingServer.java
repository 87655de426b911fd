package dev.sluice.console.mlflow;

import dev.sluice.tracker.mlflow.MlflowServer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The MLflow server that the service ships to, and how it is doing. No call but {@link #stop} and {@link #awaitUp} takes longer than a
 * moment. Safe for use by several threads.
 */
public interface TrackingServer {
    /** How a server is doing. */
    enum State {
        /** It is being installed or started, or was not asked yet. */
        STARTING,
        /** It answers. */
        UP,
        /** It does not answer, or cannot be started; tried again. */
        AWAY,
        /** There is none, by configuration. */
        DISABLED
    }

    /**
     * A state with what there is to say about it.
     *
     * @param detail a sentence for a person; empty when all is well
     */
    record Status(State state, String detail) {}

    /** The server's root, without a slash at its end; stays the same for the life of this object; empty only when DISABLED. */
    Optional<URI> uri();

    /** How to reach it; empty only when DISABLED. */
    default Optional<MlflowServer> address() {
        return uri().map(MlflowServer::of);
    }

    /** What a trial's process is told of the server, in MLflow's own variables, without secrets. */
    default Map<String, String> environment() {
        return uri().map(uri -> Map.of("MLFLOW_TRACKING_URI", uri.toString())).orElse(Map.of());
    }

    /** How it is doing, as last seen (within some seconds). */
    Status status();

    /** Begins to start or to watch the server and returns at once; a second call does nothing. */
    void start();

    /** Waits until it answers; false if it did not in this time. */
    boolean awaitUp(Duration limit) throws InterruptedException;

    /** Ends the watching, and the server where it is ours; returns when that is done. A second call does nothing. */
    void stop();

    /** No server at all. */
    static TrackingServer disabled() {
        return new DisabledTrackingServer();
    }
}
