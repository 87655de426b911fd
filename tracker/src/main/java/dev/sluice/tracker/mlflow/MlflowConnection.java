package dev.sluice.tracker.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.LocalArtifactStore;
import dev.sluice.tracker.artifact.MultipartUploads;
import dev.sluice.tracker.artifact.ProxiedArtifactStore;
import dev.sluice.tracker.internal.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * Our line to one MLflow server. JSON calls go through MLflow's Java client, which has no time limits: so each call has
 * a client to itself, and one whose answer is late is closed with its socket. What that client cannot say (DELETE,
 * health, artifacts), creations, which it would repeat by itself, and all calls to a server that it cannot reach, go
 * through {@code java.net.http}. Thread-safe.
 */
final class MlflowConnection implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    /** More calls than this at a time wait for one another. */
    private static final int MOST_CLIENTS = 32;

    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[\\w.+-]{0,40}");

    private final MlflowServer server;
    private final HttpClient http;
    private final boolean javaClient;
    private final MultipartUploads multipart;
    private @Nullable HttpClient storage;
    private volatile @Nullable ServerAbilities abilities;
    private final Semaphore places = new Semaphore(MOST_CLIENTS);
    private final ConcurrentLinkedDeque<MlflowClient> idle = new ConcurrentLinkedDeque<>();
    private final BatchesInFlight metricBatches = new BatchesInFlight(System::nanoTime);

    MlflowConnection(MlflowServer server) {
        this.server = server;
        this.http = server.newHttpClient();
        this.javaClient = server.isWithinReachOfTheJavaClient();
        this.multipart = new MultipartUploads(
                () -> abilities().multipartUploads(),
                this::storage,
                "http".equalsIgnoreCase(server.uri().getScheme()));
    }

    private synchronized HttpClient storage() {
        HttpClient made = storage;
        if (made == null) {
            made = server.newStorageClient();
            storage = made;
        }
        return made;
    }

    MlflowServer server() {
        return server;
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** A path with its query, the values percent-encoded. */
    static String query(String path, Map<String, String> parameters) {
        return path + "?"
                + parameters.entrySet().stream()
                        .map(parameter -> parameter.getKey() + "="
                                + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
    }

    JsonNode get(String path) {
        return javaClient ? call("GET " + path.replaceAll("\\?.*", ""), client -> client.sendGet(path)) : ask(path);
    }

    JsonNode post(String path, ObjectNode body) {
        if (!javaClient) {
            return create(path, body);
        }
        String json = write(body);
        return call("POST " + path, client -> client.sendPost(path, json));
    }

    /**
     * Logs a batch of metrics, when it is its turn: how many are sent at a time is as {@link BatchesInFlight} says.
     *
     * @param json the request, made before the wait, so that whoever's turn it is has nothing left to do but to send
     * @param rows points in it, > 0
     */
    void logMetrics(byte[] json, int rows) {
        String path = "runs/log-batch";
        String call = "POST " + path;
        String text = javaClient ? new String(json, StandardCharsets.UTF_8) : "";
        try (BatchesInFlight.Batch batch = metricBatches.enter(server.requestTimeout())) {
            if (javaClient) {
                call(call, client -> client.sendPost(path, text));
            } else {
                read(call, direct("POST", path, BodyPublishers.ofByteArray(json)));
            }
            batch.taken(rows);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw TrackingException.unreachable(call, e);
        }
    }

    BatchesInFlight metricBatches() {
        return metricBatches;
    }

    /**
     * A POST that makes something new each time it is sent. Not through the Java client: that one sends a request up to
     * three times when the answer is an error of any kind, and the server may have acted each time.
     */
    JsonNode create(String path, ObjectNode body) {
        return read("POST " + path, direct("POST", path, body));
    }

    /** A GET whose answer may well be an error, on which the Java client would insist and write warnings. */
    JsonNode ask(String path) {
        String call = "GET " + path.replaceAll("\\?.*", "");
        HttpRequest request = request("/api/2.0/mlflow/" + path, server.requestTimeout())
                .GET()
                .build();
        return read(call, requireOk(call, send(call, request, server.requestTimeout())));
    }

    JsonNode patch(String path, ObjectNode body) {
        if (!javaClient) {
            return read("PATCH " + path, direct("PATCH", path, body));
        }
        String json = write(body);
        return call("PATCH " + path, client -> client.sendPatch(path, json));
    }

    private static String write(ObjectNode body) {
        try {
            // Numbers that are not finite become strings, "NaN": bare ones MLflow reads as 0.0 without a word.
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always JSON", e);
        }
    }

    private JsonNode call(String call, Function<MlflowClient, String> send) {
        Duration limit = server.requestTimeout();
        try {
            if (!places.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw TrackingException.timedOut(call, limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw TrackingException.unreachable(call, e);
        }
        MlflowClient free = idle.pollFirst();
        MlflowClient client = free == null ? newClient() : free;
        boolean reusable = false;
        try {
            String answer = Deadline.within(limit, client::close, () -> send.apply(client));
            reusable = true;
            return read(call, answer);
        } catch (TimeoutException e) {
            throw TrackingException.timedOut(call, limit);
        } catch (InterruptedIOException e) {
            throw TrackingException.unreachable(call, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlflowHttpException answered) {
                reusable = true;
                String body = answered.getBodyMessage() == null ? "" : answered.getBodyMessage();
                throw TrackingException.answered(call, answered.getStatusCode(), body, Optional.empty(), answered);
            }
            if (e.getCause() instanceof MlflowClientException unanswered) {
                throw TrackingException.unreachable(
                        call, unanswered.getCause() == null ? unanswered : unanswered.getCause());
            }
            throw TrackingException.unreachable(call, e.getCause() == null ? e : e.getCause());
        } finally {
            if (reusable) {
                idle.addFirst(client);
            } else {
                client.close();
            }
            places.release();
        }
    }

    private static JsonNode read(String call, String answer) {
        try {
            JsonNode json = JSON.readTree(answer);
            if (json == null || !json.isObject()) {
                throw TrackingException.unreadable(call, answer, null);
            }
            return json;
        } catch (JsonProcessingException e) {
            throw TrackingException.unreadable(call, answer, e);
        }
    }

    private MlflowClient newClient() {
        String host = server.uri().toString();
        return new MlflowClient(
                server.username().isPresent()
                        ? new BasicMlflowHostCreds(
                                host, server.username().get(), server.password().orElse(""))
                        : server.token().isPresent()
                                ? new BasicMlflowHostCreds(host, server.token().get())
                                : new BasicMlflowHostCreds(host));
    }

    /** A DELETE with a body, which the Java client has not. */
    void delete(String path, ObjectNode body) {
        direct("DELETE", path, body);
    }

    private String direct(String method, String path, ObjectNode body) {
        return direct(method, path, BodyPublishers.ofString(write(body)));
    }

    private String direct(String method, String path, BodyPublisher body) {
        String call = method + " " + path;
        HttpRequest request = request("/api/2.0/mlflow/" + path, server.requestTimeout())
                .header("Content-Type", "application/json")
                .method(method, body)
                .build();
        return requireOk(call, send(call, request, server.requestTimeout()));
    }

    private static String requireOk(String call, HttpResponse<String> answer) {
        if (answer.statusCode() / 100 != 2) {
            Optional<Duration> retryAfter = answer.headers()
                    .firstValue("Retry-After")
                    .filter(seconds -> seconds.matches("\\d{1,6}"))
                    .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
            throw TrackingException.answered(call, answer.statusCode(), answer.body(), retryAfter, null);
        }
        return answer.body();
    }

    /** Asks for something small that needs our credentials and the server's database, as real calls do. */
    void probe() {
        Duration limit = server.connectTimeout();
        String call = "GET experiments/search";
        HttpRequest request = request("/api/2.0/mlflow/experiments/search?max_results=1", limit)
                .GET()
                .build();
        read(call, requireOk(call, send(call, request, limit)));
    }

    /**
     * What the server can do. Asked once; a server that is made anew keeps what it could.
     *
     * @throws TrackingException if it does not answer
     */
    ServerAbilities abilities() {
        ServerAbilities known = abilities;
        if (known == null) {
            known = askAbilities();
            abilities = known;
        }
        return known;
    }

    private ServerAbilities askAbilities() {
        Optional<JsonNode> info = Optional.empty();
        String said = look("/api/3.0/mlflow/server-info").orElse("");
        try {
            info = Optional.ofNullable(JSON.readTree(said)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            // A page of the server's own, as older ones answer to what they do not know.
        }
        String version = look("/version")
                .map(String::strip)
                .filter(VERSION.asMatchPredicate())
                .orElse("");
        // Who hides the version behind a proxy has an MLflow of these days.
        boolean old = info.isEmpty() && version.matches("[012]\\..*");
        return new ServerAbilities(
                version,
                !old,
                info.map(json -> json.path("multipart_uploads_enabled").asBoolean())
                        .orElse(false));
    }

    /** What is at a path; empty where there is nothing, or nothing for us. */
    private Optional<String> look(String path) {
        String call = "GET " + path;
        HttpRequest request = request(path, server.requestTimeout()).GET().build();
        try {
            return Optional.of(requireOk(call, send(call, request, server.requestTimeout())));
        } catch (TrackingException e) {
            return switch (e.kind()) {
                case MISSING, REFUSED, SERVER_ERROR -> Optional.empty();
                case UNREACHABLE, BUSY, DENIED, STORAGE -> throw e;
            };
        }
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        return server.newRequest(path).timeout(timeout);
    }

    private HttpResponse<String> send(String call, HttpRequest request, Duration limit) {
        try {
            var answer = http.sendAsync(request, BodyHandlers.ofString());
            // The request's own timeout ends where the answer begins.
            return Deadline.within(limit, () -> answer.cancel(true), answer::get);
        } catch (TimeoutException e) {
            throw TrackingException.timedOut(call, limit);
        } catch (InterruptedIOException e) {
            throw TrackingException.unreachable(call, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof ExecutionException inner ? inner.getCause() : e.getCause();
            if (cause instanceof HttpTimeoutException) {
                // The client's own clock and ours run for the same time: either may be the first.
                throw TrackingException.timedOut(call, limit);
            }
            throw cause instanceof IOException io
                    ? TrackingException.unreachable(call, io)
                    : TrackingException.unreachable(call, cause == null ? e : cause);
        }
    }

    /**
     * The store at an artifact URI of this server.
     *
     * @throws TrackingException of kind REFUSED for a scheme that we do not serve, with what to do instead
     */
    ArtifactStore artifacts(String artifactUri) {
        Optional<String> refusal = ArtifactSchemes.refusal(artifactUri);
        if (refusal.isPresent()) {
            throw TrackingException.refused(refusal.get());
        }
        Optional<Path> local = ArtifactSchemes.local(artifactUri);
        if (local.isPresent()) {
            return new LocalArtifactStore(local.get());
        }
        URI uri = URI.create(artifactUri);
        boolean own = uri.getAuthority() == null
                || uri.getAuthority().equals(server.uri().getAuthority());
        String base = own ? server.uri().toString() : server.uri().getScheme() + "://" + uri.getAuthority();
        return new ProxiedArtifactStore(
                http,
                URI.create(base + "/api/2.0/mlflow-artifacts/artifacts"),
                ArtifactPath.of(uri.getPath().replaceAll("^/+|/+$", "")),
                // Another host has not been shown our credentials by those who configured us.
                own ? server.headers() : Map.of(),
                server.requestTimeout(),
                own ? multipart : MultipartUploads.NONE);
    }

    /** Ends calls under way too. */
    @Override
    public void close() {
        for (MlflowClient client = idle.pollFirst(); client != null; client = idle.pollFirst()) {
            client.close();
        }
    }

    /** Which artifact locations we can write to. */
    static final class ArtifactSchemes {
        private ArtifactSchemes() {}

        /** Why artifacts cannot be stored at that location, and what to do; empty if they can. */
        static Optional<String> refusal(String location) {
            String scheme = scheme(location);
            if (scheme.equals("mlflow-artifacts")) {
                return Optional.empty();
            }
            Optional<Path> local = local(location);
            if (local.isPresent()) {
                return Files.isDirectory(nearest(local.get()))
                                && Files.isWritable(nearest(local.get()))
                                && !nearest(local.get()).equals(local.get().getRoot())
                        ? Optional.empty()
                        : Optional.of("artifacts at " + location + " are on a disk that this machine does not have, or"
                                + " may not write: let the MLflow server serve them (mlflow server --artifacts-destination"
                                + " …) and choose an experiment that was created there");
            }
            return Optional.of("artifact scheme \"" + scheme + "\" of " + location
                    + " is not supported: let the MLflow server serve its artifacts (mlflow server"
                    + " --artifacts-destination " + location
                    + ") and choose an experiment whose artifact location begins"
                    + " with mlflow-artifacts:");
        }

        private static Path nearest(Path path) {
            Path existing = path;
            while (!Files.exists(existing)) {
                Path parent = existing.getParent();
                if (parent == null) {
                    break;
                }
                existing = parent;
            }
            return existing;
        }

        static Optional<Path> local(String location) {
            if (location.startsWith("/")) {
                return Optional.of(Path.of(location));
            }
            if (!scheme(location).equals("file")) {
                return Optional.empty();
            }
            String path = URI.create(location).getPath();
            return path == null ? Optional.empty() : Optional.of(Path.of(path));
        }

        private static String scheme(String location) {
            int colon = location.indexOf(':');
            return colon < 0 ? "" : location.substring(0, colon);
        }
    }
}
