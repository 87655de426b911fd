package dev.sluice.endtoend.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a service and MLflow, passes everything on, and holds the one call that a test waits for; or spoils a
 * share of the calls, in every way and before or after MLflow acted. Thread-safe.
 */
public final class Gate implements AutoCloseable {
    private static final Set<String> HOP_BY_HOP =
            Set.of("host", "connection", "content-length", "transfer-encoding", "upgrade", "http2-settings", "expect");

    /** What a spoilt call meets. */
    private enum Fault {
        RESET_BEFORE,
        RESET_AFTER,
        ERROR_BEFORE,
        ERROR_AFTER,
        BUSY,
        HANG_BEFORE,
        HANG_AFTER,
        TORN
    }

    private static final Fault[] FAULTS = Fault.values();
    private static final long HANG_MILLIS = 1300;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicReference<Optional<Held>> waited = new AtomicReference<>(Optional.empty());
    private final URI behind;
    private final int port;
    private HttpServer server;
    private SplittableRandom random = new SplittableRandom(0);
    private double share;
    private int spoilt;

    private Gate(URI behind) {
        this.behind = behind;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    public static Gate before(Mlflow mlflow) {
        return new Gate(mlflow.uri());
    }

    private HttpServer listen(int on) {
        try {
            var listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), on), 64);
            listening.createContext("/", this::pass);
            listening.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            listening.start();
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** From now on that share of the calls is spoilt: reset, answered 500 or 503, left hanging, or torn. */
    public synchronized void spoil(double share, long seed) {
        this.share = share;
        this.random = new SplittableRandom(seed);
    }

    /** How many calls were spoilt. */
    public synchronized int spoilt() {
        return spoilt;
    }

    /** From now on connections are refused, and those that are open are gone, until {@link #accept}. */
    public synchronized void refuse() {
        server.stop(0);
    }

    /** Ends {@link #refuse}. */
    public synchronized void accept() {
        server = listen(port);
    }

    private synchronized Optional<Fault> draw() {
        if (random.nextDouble() >= share) {
            return Optional.empty();
        }
        spoilt++;
        return Optional.of(FAULTS[random.nextInt(FAULTS.length)]);
    }

    /** The one call that is held. */
    public static final class Held {
        private final String method;
        private final String path;
        private final boolean acted;
        private final CountDownLatch came = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);

        private Held(String method, String path, boolean acted) {
            this.method = method;
            this.path = path;
            this.acted = acted;
        }

        /** Waits until the call is here. */
        public void await() {
            try {
                if (!came.await(2, TimeUnit.MINUTES)) {
                    throw new AssertionError("no %s of %s came".formatted(method, path));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        /** Lets it go. */
        public void release() {
            over.countDown();
        }

        private void hold() {
            came.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Holds the next call of this method whose path ends like this.
     *
     * @param acted whether MLflow gets it first, so that only the answer is held; or never sees it
     */
    public Held hold(String method, String path, boolean acted) {
        var held = new Held(method, path, acted);
        waited.set(Optional.of(held));
        return held;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            var held = waited.get()
                    .filter(wanted -> exchange.getRequestMethod().equals(wanted.method)
                            && exchange.getRequestURI().getPath().endsWith(wanted.path));
            boolean ours = held.isPresent() && waited.compareAndSet(held, Optional.empty());
            if (ours && !held.get().acted) {
                held.get().hold();
                return;
            }
            var fault = ours ? Optional.<Fault>empty() : draw();
            if (fault.isPresent()) {
                spoil(exchange, fault.get());
                return;
            }
            var answer = forward(exchange);
            if (ours) {
                held.get().hold();
                return;
            }
            answer.headers().map().forEach((name, values) -> {
                if (!HOP_BY_HOP.contains(name)) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
            if (answer.body().length > 0) {
                exchange.getResponseBody().write(answer.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void spoil(HttpExchange exchange, Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case RESET_BEFORE -> {}
            case RESET_AFTER -> forward(exchange);
            case ERROR_BEFORE -> answer(exchange, 500, "<html>Internal Server Error</html>");
            case ERROR_AFTER -> {
                forward(exchange);
                answer(exchange, 500, "{\"error_code\": \"INTERNAL_ERROR\"");
            }
            case BUSY -> {
                exchange.getResponseHeaders().set("Retry-After", "0");
                answer(exchange, 503, "busy");
            }
            case HANG_BEFORE -> {
                // The body is read first: MLflow may act when nobody listens any more.
                var request = request(exchange);
                Thread.sleep(HANG_MILLIS);
                client.send(request, BodyHandlers.ofByteArray());
            }
            case HANG_AFTER -> {
                forward(exchange);
                Thread.sleep(HANG_MILLIS);
            }
            case TORN -> {
                var answer = forward(exchange);
                exchange.sendResponseHeaders(answer.statusCode(), answer.body().length + 10L);
                exchange.getResponseBody().write(answer.body(), 0, answer.body().length / 2);
                exchange.getResponseBody().flush();
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange) throws IOException, InterruptedException {
        return client.send(request(exchange), BodyHandlers.ofByteArray());
    }

    private HttpRequest request(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readAllBytes();
        var request = HttpRequest.newBuilder(
                        behind.resolve(exchange.getRequestURI().toString()))
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!HOP_BY_HOP.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    @Override
    public synchronized void close() {
        waited.get().ifPresent(Held::release);
        server.stop(0);
    }
}
