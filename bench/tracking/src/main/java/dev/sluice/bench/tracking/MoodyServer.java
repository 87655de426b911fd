package dev.sluice.bench.tracking;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;

/**
 * Stands before a server and is as it is told by {@code GET /mood/NAME}: {@code up} passes calls on, {@code slow} takes half a second
 * over each, {@code down} hangs up on whoever calls. Arguments: the server's address and the port to listen on.
 */
public final class MoodyServer {
    private enum Mood {
        UP,
        SLOW,
        DOWN
    }

    private static final Duration SLOWNESS = Duration.ofMillis(500);
    private static final Set<String> NOT_PASSED_ON =
            Set.of("connection", "content-length", "host", "upgrade", "expect", "transfer-encoding", "http2-settings");

    private final URI target;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile Mood mood = Mood.UP;

    private MoodyServer(URI target) {
        this.target = target;
    }

    public static void main(String[] arguments) throws IOException {
        var moody = new MoodyServer(URI.create(arguments[0]));
        var server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])), 256);
        server.createContext("/", moody::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.startsWith("/mood/")) {
                mood = Mood.valueOf(path.substring("/mood/".length()).toUpperCase(Locale.ROOT));
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (mood == Mood.DOWN) {
                return; // closed without an answer
            }
            if (mood == Mood.SLOW) {
                Thread.sleep(SLOWNESS);
            }
            passOn(exchange, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void passOn(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create(target + exchange.getRequestURI().toString()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        answer.headers()
                .firstValue("content-type")
                .ifPresent(type -> exchange.getResponseHeaders().set("content-type", type));
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        if (answer.body().length > 0) {
            exchange.getResponseBody().write(answer.body());
        }
    }
}
