package dev.sluice.console.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executors;

/** A web server that answers as it was told, and remembers what it was asked. */
final class FakeService implements AutoCloseable {
    record Call(String method, String target, String body, Map<String, String> headers) {}

    record Answer(int status, String mediaType, String body) {}

    private final HttpServer server;
    private final Map<String, Queue<Answer>> answers = new HashMap<>();
    private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());

    FakeService() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** Several answers to one call are given in turn, the last one for ever. */
    FakeService on(String call, String json) {
        return on(call, 200, "application/json", json);
    }

    FakeService on(String call, int status, String mediaType, String body) {
        answers.computeIfAbsent(call, unknown -> new ArrayDeque<>()).add(new Answer(status, mediaType, body));
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestURI().toString();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
        calls.add(new Call(exchange.getRequestMethod(), target, body, headers));
        Answer answer = next(exchange.getRequestMethod() + " " + target.replaceFirst("^/api/v1", ""));
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.mediaType());
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized Answer next(String call) {
        Queue<Answer> queue = answers.get(call);
        if (queue == null) {
            return new Answer(404, "application/problem+json", "{\"detail\":\"nothing at " + call + "\"}");
        }
        return queue.size() > 1 ? queue.remove() : queue.element();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
