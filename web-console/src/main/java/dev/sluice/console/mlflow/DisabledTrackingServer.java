package dev.sluice.console.mlflow;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The absence of a server, by configuration. */
final class DisabledTrackingServer implements TrackingServer {
    @Override
    public Optional<URI> uri() {
        return Optional.empty();
    }

    @Override
    public Status status() {
        return new Status(State.DISABLED, "tracking is switched off by configuration");
    }

    @Override
    public void start() {}

    @Override
    public boolean awaitUp(Duration limit) {
        return false;
    }

    @Override
    public void stop() {}
}
