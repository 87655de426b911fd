package dev.sluice.tracker.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for an MLflow server in front of a storage that takes files in parts: the artifact calls and the three of
 * mlflow-artifacts/mpu as MLflow 3.17 with {@code --artifacts-destination s3://…} answers them, and, under another port, the
 * addresses that it hands out. The real pair is in {@code MultipartMlflowTest}.
 */
final class PartsServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/2.0/mlflow-artifacts/";

    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    /** By upload, by number. */
    final Map<String, Map<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
    /** What was asked of the server: method and what comes after mlflow-artifacts/. */
    final List<String> calls = new CopyOnWriteArrayList<>();
    /** Numbers of the parts that came, in order. */
    final List<Integer> parts = new CopyOnWriteArrayList<>();

    final List<Headers> partHeaders = new CopyOnWriteArrayList<>();

    /** The status to answer a part with, by its number; 0: take it; below 0: close the connection. */
    volatile IntUnaryOperator fault = part -> 0;
    /** The status to answer to complete after having done it; 200: none. */
    volatile int completeAnswer = 200;

    volatile int createAnswer = 200;
    /** Stored in place of what was sent. */
    volatile byte @Nullable [] forged;
    /** In place of the storage's own address. */
    volatile @Nullable String address;

    private final HttpServer server = start();
    private final HttpServer storage = start();

    PartsServer() {
        server.createContext(API, this::answer);
        storage.createContext("/bucket/", this::take);
    }

    private static HttpServer start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    URI service() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + API + "artifacts");
    }

    private void answer(HttpExchange exchange) throws IOException {
        String place = exchange.getRequestURI().getPath().substring(API.length());
        calls.add(exchange.getRequestMethod() + " " + place);
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (place.startsWith("artifacts/")) {
            artifact(exchange, place.substring("artifacts/".length()), body);
            return;
        }
        JsonNode asked = JSON.readTree(body);
        String[] words = place.split("/", 3);
        String target = words[2] + "/" + asked.path("path").asText();
        switch (words[1]) {
            case "create" -> create(exchange, asked.path("num_parts").asInt());
            case "complete" -> complete(exchange, target, asked);
            case "abort" -> {
                uploads.remove(asked.path("upload_id").asText());
                answer(exchange, 200, "{}");
            }
            default -> answer(exchange, 404, "");
        }
    }

    private void create(HttpExchange exchange, int count) throws IOException {
        if (createAnswer != 200) {
            answer(exchange, createAnswer, "{\"error_code\": \"NOT_IMPLEMENTED\", \"message\": \"no\"}");
            return;
        }
        String id = "upload-" + uploads.size() + "-" + calls.size();
        uploads.put(id, new ConcurrentHashMap<>());
        ObjectNode made = JSON.createObjectNode().put("upload_id", id);
        ArrayNode rows = made.putArray("credentials");
        String root = Optional.ofNullable(address)
                .orElse("http://127.0.0.1:" + storage.getAddress().getPort());
        for (int i = 1; i <= count; i++) {
            ObjectNode row = rows.addObject()
                    .put("url", root + "/bucket/" + id + "/" + i + "?Signature=s%2Fs")
                    .put("part_number", i);
            row.putObject("headers").put("x-storage-class", "cold");
        }
        answer(exchange, 200, made.toString());
    }

    private void complete(HttpExchange exchange, String target, JsonNode asked) throws IOException {
        Map<Integer, byte[]> held = uploads.remove(asked.path("upload_id").asText());
        if (held == null) {
            // As MLflow does with what boto3 throws.
            answer(exchange, 500, "<!doctype html><title>500 Internal Server Error</title>");
            return;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode part : asked.path("parts")) {
            int number = part.path("part_number").asInt();
            if (!part.path("etag").asText().equals("\"tag-" + number + "\"")) {
                answer(exchange, 500, "InvalidPart");
                return;
            }
            numbers.add(number);
            whole.writeBytes(held.get(number));
        }
        if (!numbers.equals(List.copyOf(new TreeMap<>(held).keySet()))) {
            answer(exchange, 500, "InvalidPartOrder");
            return;
        }
        byte[] other = forged;
        files.put(target, other == null ? whole.toByteArray() : other);
        answer(exchange, completeAnswer, "{}");
    }

    private void artifact(HttpExchange exchange, String target, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("PUT")) {
            files.put(target, body);
            answer(exchange, 200, "{}");
            return;
        }
        byte[] held = files.get(target);
        if (held == null) {
            answer(exchange, 404, "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}");
            return;
        }
        if (exchange.getRequestHeaders().containsKey("Range")) {
            exchange.getResponseHeaders().add("Content-Range", "bytes 0-0/" + held.length);
            answer(exchange, 206, new byte[] {held[0]});
            return;
        }
        answer(exchange, 200, held);
    }

    private void take(HttpExchange exchange) throws IOException {
        String[] words = exchange.getRequestURI().getPath().split("/", -1);
        int number = Integer.parseInt(words[3]);
        byte[] body = exchange.getRequestBody().readAllBytes();
        parts.add(number);
        partHeaders.add(exchange.getRequestHeaders());
        int wrong = fault.applyAsInt(number);
        if (wrong < 0) {
            exchange.close();
            return;
        }
        if (wrong > 0) {
            exchange.getResponseHeaders().add("Location", service().toString());
            answer(exchange, wrong, "<Error/>");
            return;
        }
        Map<Integer, byte[]> upload = uploads.get(words[2]);
        if (upload == null) {
            answer(exchange, 404, "<Error><Code>NoSuchUpload</Code></Error>");
            return;
        }
        upload.put(number, body);
        exchange.getResponseHeaders().add("ETag", "\"tag-" + number + "\"");
        answer(exchange, 200, "");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        answer(exchange, status, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        storage.stop(0);
    }
}
