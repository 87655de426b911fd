package dev.sluice.tracker.artifact;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether, and how, large files go to a server's storage in parts: the server hands out an address for each part, and the
 * parts go there past the server. Where that storage cannot be reached from here, they go through the server as a whole,
 * and for {@link #PAUSE} parts are not tried again. Thread-safe.
 */
public final class MultipartUploads {
    /** Nothing goes in parts. */
    public static final MultipartUploads NONE = new MultipartUploads(
            () -> false,
            () -> {
                throw new IllegalStateException("nothing goes in parts");
            },
            false);

    static final Duration PAUSE = Duration.ofMinutes(10);

    private static final System.Logger LOG = System.getLogger(MultipartUploads.class.getName());
    private static final long SMALLEST_FILE = 64L << 20;
    private static final long SMALLEST_PART = 16L << 20;
    private static final int MOST_PARTS = 1000;
    private static final Duration BEFORE_RETRY = Duration.ofMillis(200);

    private final BooleanSupplier offered;
    private final Supplier<HttpClient> storage;
    private final boolean plain;
    private final long smallestFile;
    private final long smallestPart;
    private final Duration beforeRetry;
    private volatile long notBeforeNanos = System.nanoTime();

    /**
     * @param offered whether the server takes files in parts; asked at every large file
     * @param storage sends the parts, without any credentials of the server's, following no redirects
     * @param plain whether parts may go over plain {@code http}, as where the server itself is spoken to like that
     */
    public MultipartUploads(BooleanSupplier offered, Supplier<HttpClient> storage, boolean plain) {
        this(offered, storage, plain, SMALLEST_FILE, SMALLEST_PART, BEFORE_RETRY);
    }

    MultipartUploads(
            BooleanSupplier offered,
            Supplier<HttpClient> storage,
            boolean plain,
            long smallestFile,
            long smallestPart,
            Duration beforeRetry) {
        this.offered = offered;
        this.storage = storage;
        this.plain = plain;
        this.smallestFile = smallestFile;
        this.smallestPart = smallestPart;
        this.beforeRetry = beforeRetry;
    }

    boolean areFor(long size) {
        return size >= smallestFile && System.nanoTime() - notBeforeNanos >= 0 && offered.getAsBoolean();
    }

    /** How long each part of a file is, but the last. */
    long partBytes(long size) {
        return Math.max(smallestPart, Math.ceilDiv(size, MOST_PARTS));
    }

    /** The pause before a part is sent the second time; the next ones are longer. */
    Duration beforeRetry() {
        return beforeRetry;
    }

    HttpClient storage() {
        return storage.get();
    }

    /** Whether we send something to an address that the server gave. */
    boolean mayGoTo(URI address) {
        String scheme = String.valueOf(address.getScheme());
        return address.getHost() != null
                && address.getRawUserInfo() == null
                && (scheme.equalsIgnoreCase("https") || (plain && scheme.equalsIgnoreCase("http")));
    }

    /** Parts do not get through from here. */
    void pause(String why) {
        notBeforeNanos = System.nanoTime() + PAUSE.toNanos();
        LOG.log(
                System.Logger.Level.INFO,
                "event=parts-not-taken reason=\"{0}\" next=\"whole, through the server, for {1} min\"",
                why,
                PAUSE.toMinutes());
    }
}
