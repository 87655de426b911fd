package dev.sluice.console.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A service's REST interface as the commands see it: calls that answer JSON or text, or throw a {@link CommandFailure} with
 * one sentence on what is wrong. Not thread-safe.
 *
 * <p>On {@link HttpURLConnection}, since {@code java.net.http} would double the start of a command
 * ({@code docs/adr/0001-a-command-line-that-starts-fast.md}).
 */
final class ServiceClient {
    static final String API = "/api/v1";
    private static final String USER = "Sluice-User";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    static {
        // A POST is never sent twice behind our back.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final URI base;
    private final Optional<String> token;
    private final Duration answerLimit;

    ServiceClient(URI base, Optional<String> token, Duration answerLimit) {
        this.base = base;
        this.token = token;
        this.answerLimit = answerLimit;
    }

    URI base() {
        return base;
    }

    /** A value for a path or a query. */
    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The answer to a GET below {@value #API}. */
    JsonNode get(String path) {
        return json("GET", path, exchange("GET", path, "application/json", null, null, Map.of()));
    }

    /** The answer to a GET, or empty where there is no such thing. */
    Optional<JsonNode> find(String path) {
        Answer answer = exchange("GET", path, "application/json", null, null, Map.of());
        return answer.status() == 404 ? Optional.empty() : Optional.of(json("GET", path, answer));
    }

    String text(String path, String mediaType) {
        Answer answer = exchange("GET", path, mediaType, null, null, Map.of());
        if (!answer.isSuccess()) {
            throw failure(answer);
        }
        return answer.body();
    }

    JsonNode post(String path, @Nullable JsonNode body) {
        return post(path, body == null ? null : body.toString(), "application/json", Map.of());
    }

    JsonNode post(String path, @Nullable String body, String mediaType, Map<String, String> headers) {
        return json("POST", path, exchange("POST", path, "application/json", body, mediaType, headers));
    }

    /** A PATCH, on {@code java.net.http}, since {@link HttpURLConnection} knows of none: the command that needs it starts slower. */
    JsonNode patch(String path, JsonNode body) {
        var request = HttpRequest.newBuilder(URI.create(base + API + path))
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.toString()))
                .timeout(answerLimit)
                .header("Accept", "application/json")
                .header("Content-Type", "application/merge-patch+json");
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        user().ifPresent(name -> request.header(USER, name));
        try (var http = HttpClient.newBuilder()
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return json("PATCH", path, new Answer(answer.statusCode(), answer.body()));
        } catch (IOException away) {
            throw unreachable(away);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    /** Who calls, for the audit log: headers take no letters beyond ASCII. */
    private static Optional<String> user() {
        return Optional.ofNullable(System.getProperty("user.name"))
                .filter(name -> name.matches("[\\x21-\\x7e]+") && !name.equals("?"));
    }

    /**
     * Writes what a GET answers to a file, and compares it with the SHA-256 that came with it.
     *
     * @return how many bytes there are
     */
    long download(String path, Path into) {
        try {
            HttpURLConnection connection =
                    open(base + API + path, "GET", "application/gzip, application/json", Map.of());
            if (connection.getResponseCode() != 200) {
                throw failure(read(connection));
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(connection.getInputStream(), digest)) {
                long bytes = Files.copy(in, into, StandardCopyOption.REPLACE_EXISTING);
                String sum = "sha-256=:" + Base64.getEncoder().encodeToString(digest.digest()) + ":";
                if (!sum.equals(connection.getHeaderField("Repr-Digest"))) {
                    throw CommandFailure.failed("what %s sent did not arrive as it was; try again".formatted(base));
                }
                return bytes;
            }
        } catch (IOException away) {
            throw unreachable(away);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** True where the service is up and its database answers. */
    boolean isReady() {
        try {
            return exchangeAt(base + "/q/health/ready", "GET", "application/json", null, null, Map.of())
                    .isSuccess();
        } catch (CommandFailure away) {
            return false;
        }
    }

    /**
     * Reads a stream of server-sent events until the service ends it.
     *
     * @param line is given each line of each event's data
     */
    void follow(String path, Consumer<String> line) {
        try {
            HttpURLConnection connection = open(base + API + path, "GET", "text/event-stream", Map.of());
            connection.setReadTimeout(0);
            if (connection.getResponseCode() / 100 != 2) {
                throw failure(read(connection));
            }
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                String read;
                while ((read = reader.readLine()) != null) {
                    if (read.startsWith("data:")) {
                        line.accept(read.startsWith("data: ") ? read.substring(6) : read.substring(5));
                    }
                }
            }
        } catch (IOException away) {
            throw unreachable(away);
        }
    }

    private JsonNode json(String method, String path, Answer answer) {
        if (!answer.isSuccess()) {
            throw failure(answer);
        }
        try {
            JsonNode node = answer.body().isBlank() ? MissingNode.getInstance() : JSON.readTree(answer.body());
            if (node.isObject() || node.isArray()) {
                return node;
            }
        } catch (JsonProcessingException malformed) {
            // said below, as for an answer of another kind
        }
        throw CommandFailure.failed("%s answered %s %s with status %d, but not with JSON: is this a Sluice service?"
                .formatted(base, method, API + path, answer.status()));
    }

    private Answer exchange(
            String method,
            String path,
            String accept,
            @Nullable String body,
            @Nullable String mediaType,
            Map<String, String> headers) {
        return exchangeAt(base + API + path, method, accept, body, mediaType, headers);
    }

    private Answer exchangeAt(
            String url,
            String method,
            String accept,
            @Nullable String body,
            @Nullable String mediaType,
            Map<String, String> headers) {
        try {
            HttpURLConnection connection = open(url, method, accept, headers);
            if (method.equals("POST")) {
                connection.setDoOutput(true);
                if (body != null && mediaType != null) {
                    connection.setRequestProperty("Content-Type", mediaType);
                }
                try (var out = connection.getOutputStream()) {
                    out.write((body == null ? "" : body).getBytes(StandardCharsets.UTF_8));
                }
            }
            return read(connection);
        } catch (IOException away) {
            throw unreachable(away);
        }
    }

    private HttpURLConnection open(String url, String method, String accept, Map<String, String> headers)
            throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) Math.min(CONNECT_LIMIT.toMillis(), answerLimit.toMillis()));
        connection.setReadTimeout((int) answerLimit.toMillis());
        connection.setRequestProperty("Accept", accept);
        token.ifPresent(value -> connection.setRequestProperty("Authorization", "Bearer " + value));
        user().ifPresent(name -> connection.setRequestProperty(USER, name));
        headers.forEach(connection::setRequestProperty);
        return connection;
    }

    private static Answer read(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status < 0) {
            throw new IOException("the answer is not HTTP");
        }
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            String body = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(status, body);
        }
    }

    private CommandFailure unreachable(IOException cause) {
        String sentence = switch (cause) {
            case SocketTimeoutException slow ->
                "the service at %s did not answer within %d s".formatted(base, answerLimit.toSeconds());
            case UnknownHostException unknown -> "the host of %s is not known: check SLUICE_URL".formatted(base);
            case ConnectException none -> "no service answers at %s; start one with ./sluice serve".formatted(base);
            case NoRouteToHostException none ->
                "no service answers at %s; start one with ./sluice serve".formatted(base);
            default -> "the connection to %s broke: %s".formatted(base, cause.getMessage());
        };
        return CommandFailure.unreachable(sentence);
    }

    /** A problem (RFC 9457) as a sentence and a line for each of its errors. */
    private CommandFailure failure(Answer answer) {
        if (answer.status() == 401) {
            return CommandFailure.failed(
                    token.isPresent()
                            ? "%s does not accept the token in SLUICE_TOKEN".formatted(base)
                            : "%s wants a token: set SLUICE_TOKEN".formatted(base));
        }
        int exitCode = answer.status() == 422 || answer.status() == 400 || answer.status() == 413
                ? CommandFailure.WRONG_USAGE
                : CommandFailure.FAILED;
        JsonNode problem;
        try {
            problem = JSON.readTree(answer.body());
        } catch (JsonProcessingException malformed) {
            problem = MissingNode.getInstance();
        }
        String sentence = problem.path("detail").asText(problem.path("title").asText(""));
        if (sentence.isBlank()) {
            sentence = "%s answered with status %d".formatted(base, answer.status());
        }
        List<String> details = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            if (!error.path("detail").asText("").equals(sentence)) {
                details.add(describe(error));
            }
        }
        return CommandFailure.of(exitCode, sentence, details);
    }

    private static String describe(JsonNode error) {
        String pointer = error.path("pointer").asText("");
        String line =
                error.path("line").isNumber() ? "line " + error.path("line").asInt() + ", " : "";
        String where = line + (pointer.isEmpty() ? "the file" : pointer);
        return where + ": " + error.path("detail").asText("");
    }

    private record Answer(int status, String body) {
        boolean isSuccess() {
            return status / 100 == 2;
        }
    }
}
