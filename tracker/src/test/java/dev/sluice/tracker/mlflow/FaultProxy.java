package dev.sluice.tracker.mlflow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between us and a real MLflow server, and spoils a share of the calls in every way, before and after it acted. */
public final class FaultProxy implements AutoCloseable {
    /** What happens to a call. */
    public enum Fault {
        NONE,
        RESET_BEFORE,
        RESET_AFTER,
        ERROR_BEFORE,
        ERROR_AFTER,
        BUSY,
        HANG_AFTER,
        HANG_BEFORE,
        TORN
    }

    private static final Fault[] FAULTS = Fault.values();

    private final URI target;
    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SplittableRandom random;
    private final Duration hang;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile double share;
    private volatile Fault only = Fault.NONE;
    private HttpServer server;
    private Fault next = Fault.NONE;
    private String nextPath = "";

    public FaultProxy(URI target, double share, long seed, Duration hang) throws IOException {
        this.target = target;
        this.share = share;
        this.random = new SplittableRandom(seed);
        this.hang = hang;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    private HttpServer listen(int port) throws IOException {
        HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        listening.createContext("/", this::handle);
        listening.setExecutor(threads);
        listening.start();
        return listening;
    }

    /** From now on connections are refused, until {@link #accept}. */
    public synchronized void refuse() {
        server.stop(0);
    }

    /** Ends {@link #refuse}. */
    public synchronized void accept() throws IOException {
        server = listen(port);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public int calls() {
        return calls.get();
    }

    /** From now on that share of the calls is spoiled. */
    public void spoil(double share) {
        this.only = Fault.NONE;
        this.share = share;
    }

    /** From now on every call meets this. */
    public void spoilAll(Fault fault) {
        this.only = fault;
    }

    /** The next call whose path ends like this, and no other, meets this. */
    public synchronized void spoilNext(String path, Fault fault) {
        this.nextPath = path;
        this.next = fault;
    }

    private synchronized Fault draw(String path) {
        if (next != Fault.NONE && path.endsWith(nextPath)) {
            Fault drawn = next;
            next = Fault.NONE;
            return drawn;
        }
        if (only != Fault.NONE) {
            return only;
        }
        return random.nextDouble() < share ? FAULTS[random.nextInt(1, FAULTS.length)] : Fault.NONE;
    }

    private void handle(HttpExchange exchange) throws IOException {
        calls.incrementAndGet();
        byte[] body = exchange.getRequestBody().readAllBytes();
        Fault fault = draw(exchange.getRequestURI().getPath());
        try (exchange) {
            switch (fault) {
                case RESET_BEFORE -> {}
                case ERROR_BEFORE ->
                    answer(exchange, 500, "<html>Internal Server Error</html>".getBytes(StandardCharsets.UTF_8));
                case BUSY -> {
                    exchange.getResponseHeaders().set("Retry-After", "0");
                    answer(exchange, 503, "busy".getBytes(StandardCharsets.UTF_8));
                }
                case NONE -> {
                    HttpResponse<byte[]> answer = forward(exchange, body);
                    answer(exchange, answer.statusCode(), answer.body());
                }
                case RESET_AFTER -> forward(exchange, body);
                case ERROR_AFTER -> {
                    forward(exchange, body);
                    answer(exchange, 500, "{\"error_code\": \"INTERNAL_ERROR\"".getBytes(StandardCharsets.UTF_8));
                }
                case HANG_AFTER -> {
                    forward(exchange, body);
                    Thread.sleep(hang);
                }
                case HANG_BEFORE -> {
                    // The caller has given up when the server acts.
                    Thread.sleep(hang);
                    forward(exchange, body);
                }
                case TORN -> {
                    HttpResponse<byte[]> answer = forward(exchange, body);
                    exchange.sendResponseHeaders(answer.statusCode(), answer.body().length + 10L);
                    exchange.getResponseBody().write(answer.body(), 0, answer.body().length / 2);
                    exchange.getResponseBody().flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(target + exchange.getRequestURI().toString()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (name.equalsIgnoreCase("Content-Type") || name.equalsIgnoreCase("Range")) {
                request.header(name, values.getFirst());
            }
        });
        HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        answer.headers()
                .firstValue("content-range")
                .ifPresent(range -> exchange.getResponseHeaders().set("content-range", range));
        return answer;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        http.shutdownNow();
    }
}
