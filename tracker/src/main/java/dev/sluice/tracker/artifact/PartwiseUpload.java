package dev.sluice.tracker.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.UploadPlan.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * One large file on its way in parts, by MLflow's {@code mlflow-artifacts/mpu/create}, {@code complete} and {@code abort}:
 * the server makes an upload in its storage and signs an address for each part. Parts go one after another, each tried a
 * few times; what is there is noted, so that a later try sends the missing ones alone. The addresses hold for an hour on
 * S3, and MLflow signs none anew: an upload that outlives them is aborted and made again.
 */
final class PartwiseUpload {
    private static final System.Logger LOG = System.getLogger(PartwiseUpload.class.getName());
    private static final int TRIES = 3;
    private static final Set<Integer> NOT_OFFERED = Set.of(404, 405, 501);

    private final HttpCalls server;
    private final Function<String, HttpRequest.Builder> requests;
    private final MultipartUploads uploads;
    private final Duration timeout;
    private final LongFunction<Duration> timeFor;
    private final UploadNote note;
    /** Whether the last note was kept: else nothing goes on with this upload. */
    private boolean noted = true;

    /**
     * @param requests to the server, by path below {@code mlflow-artifacts/mpu/}
     * @param timeout for an answer of the server
     * @param timeFor how long so many bytes may take to the storage
     */
    PartwiseUpload(
            HttpCalls server,
            Function<String, HttpRequest.Builder> requests,
            MultipartUploads uploads,
            Duration timeout,
            LongFunction<Duration> timeFor,
            UploadNote note) {
        this.server = server;
        this.requests = requests;
        this.uploads = uploads;
        this.timeout = timeout;
        this.timeFor = timeFor;
        this.note = note;
    }

    /** The storage does not take the file's parts, however often they are sent. */
    private static final class NotTakenException extends Exception {
        private static final long serialVersionUID = 1L;

        NotTakenException(String why) {
            super(why);
        }
    }

    /**
     * Sends what is missing of the file.
     *
     * @param target the file's place in the proxy, from its root
     * @param isThere whether the server holds the file, by its bytes
     * @return whether the upload was completed; else the file must go as a whole
     * @throws TrackingException if a later try may go on with it
     */
    boolean send(Path file, FileDigest digest, String target, BooleanSupplier isThere) throws IOException {
        Optional<UploadPlan> held = UploadPlan.read(note);
        if (held.isPresent()) {
            if (held.get().target().equals(target) && held.get().file().equals(digest)) {
                if (goOn(file, held.get(), isThere, false)) {
                    return true;
                }
            } else {
                abort(held.get());
            }
        }
        Optional<UploadPlan> made = create(digest, target);
        return made.isPresent() && goOn(file, made.get(), isThere, true);
    }

    /** Gives up what is noted. */
    void abandon() throws IOException {
        Optional<UploadPlan> held = UploadPlan.read(note);
        if (held.isPresent()) {
            abort(held.get());
        } else {
            note.delete();
        }
    }

    /** Gives up what is noted of this file; what is noted of another one stays. */
    void abandonOf(String target) throws IOException {
        Optional<UploadPlan> held = UploadPlan.read(note);
        if (held.isPresent() && held.get().target().equals(target)) {
            abort(held.get());
        }
    }

    private Optional<UploadPlan> create(FileDigest digest, String target) throws IOException {
        long partBytes = uploads.partBytes(digest.sizeBytes());
        int count = UploadPlan.count(digest.sizeBytes(), partBytes);
        JsonNode created;
        try {
            created = ask(
                    "create",
                    target,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("path", name(target))
                            .put("num_parts", count));
        } catch (TrackingException e) {
            if (!NOT_OFFERED.contains(e.status())) {
                throw e;
            }
            uploads.pause(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        UploadPlan plan = UploadPlan.of(target, digest, partBytes, created);
        if (!plan.isWhole()) {
            abort(plan);
            uploads.pause("the server did not name an address for each of " + count + " parts");
            return Optional.empty();
        }
        write(plan);
        return Optional.of(plan);
    }

    private boolean goOn(Path file, UploadPlan plan, BooleanSupplier isThere, boolean fresh) throws IOException {
        UploadPlan reached = plan;
        try {
            for (Part part : plan.parts()) {
                if (part.tag().isEmpty()) {
                    reached = reached.with(part, sendPart(file, reached, part));
                    write(reached);
                }
            }
            complete(reached, isThere);
            note.delete();
            return true;
        } catch (NotTakenException e) {
            abort(reached);
            if (fresh) {
                uploads.pause(String.valueOf(e.getMessage()));
            }
            return false;
        } catch (TrackingException | IOException e) {
            if (!note.keeps() || !noted) {
                abort(reached);
            }
            throw e;
        }
    }

    /** A disk that is full keeps no file from being sent: a later try then begins anew. */
    private void write(UploadPlan plan) {
        try {
            plan.write(note);
            noted = true;
        } catch (IOException e) {
            if (noted) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=upload-not-noted artifact={0} reason=\"{1}\"",
                        plan.target(),
                        String.valueOf(e));
            }
            noted = false;
        }
    }

    private String sendPart(Path file, UploadPlan plan, Part part) throws IOException, NotTakenException {
        // Neither the path nor the query: they are the right to write.
        String to = part.address().getScheme() + "://" + part.address().getRawAuthority();
        if (!uploads.mayGoTo(part.address())) {
            throw new NotTakenException("the server sends parts to an address that is not used from here");
        }
        String call = "put part " + part.number() + " of " + plan.parts().size() + " of artifact " + plan.target()
                + " to " + to;
        Duration pause = uploads.beforeRetry();
        for (int tries = 1; ; tries++) {
            String failure;
            try {
                HttpResponse<InputStream> answer = put(file, plan, part, call);
                int status = answer.statusCode();
                HttpCalls.closeQuietly(answer.body());
                if (status / 100 == 2) {
                    return answer.headers().firstValue("ETag").orElse("");
                }
                failure = "the storage answered " + status;
                if (status / 100 != 5 && status != 408 && status != 429) {
                    throw new NotTakenException(call + ": " + failure);
                }
            } catch (TrackingException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                failure = String.valueOf(e.getMessage());
            }
            if (tries == TRIES) {
                if (!plan.hasStarted()) {
                    throw new NotTakenException(failure);
                }
                throw TrackingException.storage(call, failure);
            }
            sleep(call, pause);
            pause = pause.multipliedBy(4);
        }
    }

    private HttpResponse<InputStream> put(Path file, UploadPlan plan, Part part, String call)
            throws IOException, NotTakenException {
        Duration limit = timeFor.apply(plan.length(part));
        try (FileChannel channel = FileChannel.open(file)) {
            HttpRequest.Builder request;
            try {
                request = HttpRequest.newBuilder(part.address());
                part.headers().forEach(request::header);
            } catch (IllegalArgumentException e) {
                throw new NotTakenException("the server asks for a request that cannot be made: " + e.getMessage());
            }
            request.timeout(limit)
                    .PUT(BodyPublishers.fromPublisher(
                            BodyPublishers.ofInputStream(
                                    () -> new Slice(channel, plan.offset(part), plan.length(part))),
                            plan.length(part)));
            return new HttpCalls(uploads.storage(), timeout).send(call, request.build(), limit);
        }
    }

    private static void sleep(String call, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted");
            interrupted.initCause(e);
            throw TrackingException.unreachable(call, interrupted);
        }
    }

    private void complete(UploadPlan plan, BooleanSupplier isThere) throws NotTakenException {
        try {
            ask("complete", plan.target(), plan.request(true));
        } catch (TrackingException e) {
            // The answer to an earlier one may have been lost: the storage knows no such upload any more.
            if (isThere.getAsBoolean()) {
                return;
            }
            switch (e.kind()) {
                case SERVER_ERROR, REFUSED, MISSING -> throw new NotTakenException(String.valueOf(e.getMessage()));
                case UNREACHABLE, BUSY, DENIED, STORAGE -> throw e;
            }
        }
    }

    /** What the storage holds of the upload is of no more use; where it does not hear that, its own rules clear it away. */
    private void abort(UploadPlan plan) throws IOException {
        try {
            ask("abort", plan.target(), plan.request(false));
        } catch (TrackingException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=upload-not-aborted", e);
        }
        note.delete();
    }

    private JsonNode ask(String act, String target, ObjectNode body) {
        String call = act + " upload of artifact " + target;
        HttpRequest request = requests.apply(act + "/" + ArtifactPath.encode(folder(target)))
                .header("Content-Type", "application/json")
                .timeout(timeout)
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        return server.json(call, server.send(call, request, timeout));
    }

    private static String folder(String target) {
        return target.substring(0, Math.max(0, target.lastIndexOf('/')));
    }

    private static String name(String target) {
        return target.substring(target.lastIndexOf('/') + 1);
    }

    /** A part of a file as a stream; it ends early where the file does. */
    private static final class Slice extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        Slice(FileChannel channel, long offset, long length) {
            this.channel = channel;
            this.position = offset;
            this.end = offset + length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int most = (int) Math.min(length, end - position);
            if (most <= 0) {
                return length == 0 ? 0 : -1;
            }
            int read = channel.read(ByteBuffer.wrap(bytes, offset, most), position);
            position += Math.max(0, read);
            return read;
        }
    }
}
