package dev.sluice.console.mlflow;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A server that others keep ({@code MLFLOW_TRACKING_URI}): only watched, by asking for its health every five seconds. */
public final class ExternalTrackingServer implements TrackingServer {
    private static final long PERIOD_MILLIS = 5_000;

    private final URI uri;
    private final HealthProbe probe;
    private final StatusBoard board;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private ExternalTrackingServer(URI uri, HealthProbe probe) {
        this.uri = uri;
        this.probe = probe;
        this.board = new StatusBoard(State.STARTING, "not asked yet");
    }

    /**
     * The server at this address.
     *
     * @param uri {@code http} or {@code https}; a user name in it is not sent and not shown
     * @param username for basic authentication, together with the password
     * @param token a bearer token; comes before a user name
     * @throws IllegalArgumentException if the address is of another kind
     */
    public static ExternalTrackingServer of(
            URI uri, Optional<String> username, Optional<String> password, Optional<String> token) {
        URI root = root(uri);
        Optional<String> basic = username.map(name -> "Basic "
                + Base64.getEncoder()
                        .encodeToString((name + ":" + password.orElse("")).getBytes(StandardCharsets.UTF_8)));
        return new ExternalTrackingServer(
                root,
                new HealthProbe(root, token.map(value -> "Bearer " + value).or(() -> basic), true));
    }

    private static URI root(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "MLFLOW_TRACKING_URI must be the address of a server (http://HOST:PORT or https://...), was \""
                            + (uri.getRawUserInfo() == null ? uri : scheme + "://…") + "\"");
        }
        String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+$", "");
        try {
            return new URI(scheme, null, uri.getHost(), uri.getPort(), path, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("MLFLOW_TRACKING_URI cannot be read", e);
        }
    }

    @Override
    public Optional<URI> uri() {
        return Optional.of(uri);
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
