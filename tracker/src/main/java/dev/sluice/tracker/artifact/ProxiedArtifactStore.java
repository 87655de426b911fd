package dev.sluice.tracker.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.internal.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Artifacts behind an MLflow server that serves them itself ({@code mlflow-artifacts:}), by plain HTTP. The server
 * publishes an upload when it is complete, keeps no checksums, and does not ask whether the run exists. Thread-safe.
 */
public final class ProxiedArtifactStore implements ArtifactStore {
    /** A transfer slower than this, on the whole, is given up. */
    private static final long SLOWEST_BYTES_PER_SECOND = 256 * 1024;

    private static final Pattern TOTAL = Pattern.compile("bytes \\d+-\\d+/(\\d+)");

    private final HttpCalls calls;
    private final URI service;
    private final ArtifactPath root;
    private final Map<String, String> headers;
    private final Duration timeout;
    private final MultipartUploads multipart;

    /**
     * A store of the artifacts below a root.
     *
     * @param service the proxy's address, {@code http://host:port/api/2.0/mlflow-artifacts/artifacts}
     * @param root where the run's or model's artifacts lie in it
     * @param headers sent with every request, such as {@code Authorization}
     * @param timeout for the answer to begin; a transfer may take longer in proportion to its bytes
     * @param multipart how large files go in parts, past the server
     */
    public ProxiedArtifactStore(
            HttpClient http,
            URI service,
            ArtifactPath root,
            Map<String, String> headers,
            Duration timeout,
            MultipartUploads multipart) {
        this.calls = new HttpCalls(http, timeout);
        this.service = service;
        this.root = root;
        this.headers = Map.copyOf(headers);
        this.timeout = timeout;
        this.multipart = multipart;
    }

    @Override
    public FileDigest put(Path file, ArtifactPath path) throws IOException {
        return put(file, path, UploadNote.NONE);
    }

    @Override
    public FileDigest put(Path file, ArtifactPath path, UploadNote note) throws IOException {
        long size = Files.size(file);
        if (multipart.areFor(size)) {
            Optional<FileDigest> sent = putInParts(file, path, note);
            if (sent.isPresent()) {
                return sent.get();
            }
        } else {
            // Begun before parts were paused: nobody would go on with it, and the storage would keep it.
            upload(note).abandonOf(root.resolve(path.value()).value());
        }
        return putWhole(file, size, path);
    }

    /** Puts together by the storage from parts, perhaps of several tries, the file is read back before it counts as sent. */
    private Optional<FileDigest> putInParts(Path file, ArtifactPath path, UploadNote note) throws IOException {
        FileDigest sent = FileDigest.of(file);
        boolean completed =
                upload(note).send(file, sent, root.resolve(path.value()).value(), () -> holds(path, sent));
        if (!completed) {
            return Optional.empty();
        }
        FileDigest arrived = digest(path);
        if (!arrived.equals(sent)) {
            throw TrackingException.unreadable(
                    "put artifact " + path, "sent " + sent + ", but the server holds " + arrived, null);
        }
        return Optional.of(sent);
    }

    private boolean holds(ArtifactPath path, FileDigest sent) {
        try {
            return sizeOf(path) == sent.sizeBytes() && digest(path).equals(sent);
        } catch (TrackingException e) {
            return false;
        }
    }

    private PartwiseUpload upload(UploadNote note) {
        return new PartwiseUpload(
                calls, place -> request(service.resolve("mpu/" + place)), multipart, timeout, this::timeFor, note);
    }

    @Override
    public void abandon(UploadNote note) throws IOException {
        upload(note).abandon();
    }

    private FileDigest putWhole(Path file, long size, ArtifactPath path) throws IOException {
        String call = "put artifact " + path;
        MessageDigest sha256 = FileDigest.newSha256();
        Supplier<InputStream> bytes = () -> {
            // Asked once a sending, and once more should the client send again.
            sha256.reset();
            try {
                return new DigestInputStream(Files.newInputStream(file), sha256);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        HttpRequest.BodyPublisher body = size == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(bytes), size);
        HttpRequest request = request(path)
                .header("Content-Type", "application/octet-stream")
                .timeout(timeFor(size))
                .PUT(body)
                .build();
        calls.requireOk(call, calls.send(call, request, timeFor(size)));
        FileDigest sent = FileDigest.of(size, sha256);
        long arrived = sizeOf(path);
        if (arrived != size) {
            throw TrackingException.unreadable(call, "sent " + size + " bytes, but the server holds " + arrived, null);
        }
        return sent;
    }

    /** The length of a stored file, asked for by its first byte: a listing would name all files beside it. */
    private long sizeOf(ArtifactPath path) {
        OptionalLong told;
        try {
            told = toldSize("size of artifact " + path, path);
        } catch (TrackingException e) {
            if (e.kind() != TrackingException.Kind.UNREACHABLE) {
                throw e;
            }
            // MLflow 2 breaks off where the file's name is not ASCII, since it cannot write its own header.
            told = OptionalLong.empty();
        }
        return told.isPresent() ? told.getAsLong() : listedSize(path);
    }

    /** Empty where the answer does not say; the answer is closed then, since an old server has one worker for us. */
    private OptionalLong toldSize(String call, ArtifactPath path) {
        HttpRequest request = request(path)
                .header("Range", "bytes=0-0")
                .timeout(timeout)
                .GET()
                .build();
        HttpResponse<InputStream> answer = calls.send(call, request, timeout);
        try (InputStream body = answer.body()) {
            Matcher total =
                    TOTAL.matcher(answer.headers().firstValue("content-range").orElse(""));
            if (answer.statusCode() == 206 && total.matches()) {
                return OptionalLong.of(Long.parseLong(total.group(1)));
            }
            if (answer.statusCode() == 416) {
                return OptionalLong.of(0);
            }
            if (answer.statusCode() != 200) {
                throw calls.failure(call, answer, body);
            }
            // No ranges here, or an empty file: the answer says how much would come.
            return answer.headers().firstValueAsLong("content-length");
        } catch (IOException e) {
            throw TrackingException.unreachable(call, e);
        }
    }

    private long listedSize(ArtifactPath path) {
        int slash = path.value().lastIndexOf('/');
        ArtifactPath folder = ArtifactPath.of(slash < 0 ? "" : path.value().substring(0, slash));
        return list(folder).stream()
                .filter(info -> info.path().equals(path))
                .findFirst()
                .map(ArtifactInfo::sizeBytes)
                .orElse(-1L);
    }

    @Override
    public List<ArtifactInfo> list(ArtifactPath folder) {
        String call = "list artifacts of " + root + "/" + folder;
        String place = folder.value().isEmpty()
                ? root.value()
                : root.resolve(folder.value()).value();
        HttpRequest request = request(URI.create(service + "?path=" + ArtifactPath.encode(place)))
                .timeout(timeout)
                .GET()
                .build();
        HttpResponse<InputStream> answer = calls.send(call, request, timeout);
        if (answer.statusCode() == 404) {
            HttpCalls.closeQuietly(answer.body());
            return List.of();
        }
        JsonNode files = calls.json(call, answer).path("files");
        List<ArtifactInfo> infos = new ArrayList<>();
        for (JsonNode file : files) {
            String name = file.path("path").asText();
            infos.add(new ArtifactInfo(
                    folder.resolve(name.substring(name.lastIndexOf('/') + 1)),
                    file.path("is_dir").asBoolean(),
                    file.path("file_size").asLong()));
        }
        infos.sort(Comparator.comparing(info -> info.path().value()));
        return infos;
    }

    @Override
    public FileDigest get(ArtifactPath path, Path target) throws IOException {
        return fetch("get artifact " + path, path, in -> LocalArtifactStore.write(in, target));
    }

    @Override
    public FileDigest digest(ArtifactPath path) {
        String call = "read artifact " + path;
        try {
            return fetch(call, path, FileDigest::of);
        } catch (IOException e) {
            throw TrackingException.unreachable(call, e);
        }
    }

    @Override
    public void delete(ArtifactPath path) {
        String call = "delete artifact " + path;
        calls.requireOk(
                call, calls.send(call, request(path).timeout(timeout).DELETE().build(), timeout));
    }

    /** Takes a file's bytes as they come. */
    private interface Sink {
        FileDigest drain(InputStream in) throws IOException;
    }

    private FileDigest fetch(String call, ArtifactPath path, Sink sink) throws IOException {
        HttpResponse<InputStream> answer =
                calls.send(call, request(path).timeout(timeout).GET().build(), timeout);
        if (answer.statusCode() != 200) {
            TrackingException failure;
            try (InputStream body = answer.body()) {
                failure = calls.failure(call, answer, body);
            }
            // MLflow 2 says 500 where there is no such file.
            throw answer.statusCode() == 500 && listedSize(path) < 0
                    ? TrackingException.missing("no artifact " + path + " in " + root)
                    : failure;
        }
        long announced = answer.headers().firstValueAsLong("content-length").orElse(-1);
        Duration limit = announced < 0 ? timeFor(1L << 40) : timeFor(announced);
        // The request's timeout ends when the answer begins.
        FileDigest fetched = within(call, limit, answer.body(), () -> {
            try (InputStream in = answer.body()) {
                return sink.drain(in);
            }
        });
        if (announced >= 0 && fetched.sizeBytes() != announced) {
            throw TrackingException.unreadable(
                    call, announced + " bytes were announced and " + fetched.sizeBytes() + " came", null);
        }
        return fetched;
    }

    private static FileDigest within(String call, Duration limit, InputStream body, Callable<FileDigest> work)
            throws IOException {
        try {
            return Deadline.within(limit, () -> HttpCalls.closeQuietly(body), work);
        } catch (TimeoutException e) {
            throw TrackingException.timedOut(call, limit);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FileSystemException disk) {
                throw disk;
            }
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw TrackingException.unreachable(call, e.getCause() == null ? e : e.getCause());
        }
    }

    private Duration timeFor(long bytes) {
        return timeout.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    }

    private HttpRequest.Builder request(ArtifactPath path) {
        if (path.value().isEmpty()) {
            throw new IllegalArgumentException("artifact path must name a file, was the root");
        }
        return request(URI.create(service + "/" + root.resolve(path.value()).encoded()));
    }

    private HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        headers.forEach(request::header);
        return request;
    }
}
