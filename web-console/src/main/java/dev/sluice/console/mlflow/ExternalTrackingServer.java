package dev.sluice.console.mlflow;

import dev.sluice.tracker.mlflow.MlflowServer;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A server that others keep ({@code MLFLOW_TRACKING_URI}): only watched, by asking for its health every five seconds. */
public final class ExternalTrackingServer implements TrackingServer {
    private static final long PERIOD_MILLIS = 5_000;

    private final MlflowServer server;
    private final HealthProbe probe;
    private final StatusBoard board;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private ExternalTrackingServer(MlflowServer server, HealthProbe probe) {
        this.server = server;
        this.probe = probe;
        this.board = new StatusBoard(State.STARTING, "not asked yet");
    }

    /** The server that these settings describe. */
    public static ExternalTrackingServer of(MlflowServer server) {
        return new ExternalTrackingServer(
                server,
                new HealthProbe(
                        server.newHttpClient(),
                        server.newRequest("/health"),
                        server.uri().toString()));
    }

    @Override
    public Optional<URI> uri() {
        return Optional.of(server.uri());
    }

    @Override
    public Optional<MlflowServer> address() {
        return Optional.of(server);
    }

    @Override
    public Map<String, String> environment() {
        var environment = new LinkedHashMap<String, String>();
        environment.put("MLFLOW_TRACKING_URI", server.uri().toString());
        server.workspace().ifPresent(name -> environment.put("MLFLOW_WORKSPACE", name));
        server.certificates()
                .ifPresent(file -> environment.put(
                        "MLFLOW_TRACKING_SERVER_CERT_PATH",
                        file.toAbsolutePath().toString()));
        return environment;
    }

    @Override
    public Status status() {
        return board.status();
    }

    @Override
    public void start() {
        if (started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("tracking-probe").start(this::watch);
        }
    }

    @Override
    public boolean awaitUp(Duration limit) throws InterruptedException {
        return board.awaitUp(limit);
    }

    @Override
    public void stop() {
        stopped.countDown();
    }

    private void watch() {
        try {
            boolean over = false;
            while (!over) {
                HealthProbe.Finding finding = probe.ask();
                board.set(finding.well() ? State.UP : State.AWAY, finding.problem());
                over = stopped.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
