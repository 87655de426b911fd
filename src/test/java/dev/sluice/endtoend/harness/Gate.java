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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Stands between a service and MLflow, passes everything on, and holds the one call that a test waits for. Thread-safe. */
public final class Gate implements AutoCloseable {
    private static final Set<String> HOP_BY_HOP =
            Set.of("host", "connection", "content-length", "transfer-encoding", "upgrade", "http2-settings", "expect");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicReference<Optional<Held>> waited = new AtomicReference<>(Optional.empty());
    private final URI behind;
    private final HttpServer server;

    private Gate(URI behind, HttpServer server) {
        this.behind = behind;
        this.server = server;
    }

    public static Gate before(Mlflow mlflow) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var gate = new Gate(mlflow.uri(), server);
            server.createContext("/", gate::pass);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
            return gate;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
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

    private HttpResponse<byte[]> forward(HttpExchange exchange) throws IOException, InterruptedException {
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
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        waited.get().ifPresent(Held::release);
        server.stop(0);
    }
}
