package dev.sluice.tracker;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A call that the tracking server did not carry out, or of which it is not known. Says whether a retry helps. */
public final class TrackingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int EXCERPT = 600;
    private static final Pattern ERROR_CODE = Pattern.compile("\"error_code\"\\s*:\\s*\"([A-Za-z_]{1,80})\"");
    private static final Pattern MESSAGE = Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.){1,600})");

    /** What kind of failure it was, which decides what to do next. */
    public enum Kind {
        /** No answer, or one that could not be read: whether the server acted is unknown. */
        UNREACHABLE(true),
        /** The server said that it cannot now: 408, 429, 502, 503, 504. */
        BUSY(true),
        /** 500: a passing fault or one that this request will meet for ever; retry, but not without end. */
        SERVER_ERROR(true),
        /** The storage to which the server sends us for large files does not take them; of the server this says nothing. */
        STORAGE(true),
        /** 401 or 403: a person has to act. */
        DENIED(false),
        /** 404: what the call names is not there. */
        MISSING(false),
        /** The request itself is refused and would be again. */
        REFUSED(false);

        private final boolean retryable;

        Kind(boolean retryable) {
            this.retryable = retryable;
        }
    }

    private final Kind kind;
    private final int status;
    private final String errorCode;
    private final transient @Nullable Duration retryAfter;

    private TrackingException(
            Kind kind,
            int status,
            String errorCode,
            String message,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.status = status;
        this.errorCode = errorCode;
        this.retryAfter = retryAfter;
    }

    /** No answer came back, or a torn one. */
    public static TrackingException unreachable(String call, Throwable cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new TrackingException(Kind.UNREACHABLE, 0, "", call + ": no answer: " + why, null, cause);
    }

    /** The answer did not come within the deadline. */
    public static TrackingException timedOut(String call, Duration deadline) {
        return new TrackingException(
                Kind.UNREACHABLE, 0, "", call + ": no answer within " + deadline.toMillis() + " ms", null, null);
    }

    /** The answer was not what the call's documentation says, such as a proxy's page with status 200. */
    public static TrackingException unreadable(String call, String body, @Nullable Throwable cause) {
        return new TrackingException(
                Kind.UNREACHABLE, 0, "", call + ": unreadable answer: " + excerpt(body), null, cause);
    }

    /** The storage that the server named fails for now, while the server itself may be well. */
    public static TrackingException storage(String call, String why) {
        return new TrackingException(Kind.STORAGE, 0, "", call + ": " + why, null, null);
    }

    /** The server answered with an error status. The body may be JSON, HTML, text or torn. */
    public static TrackingException answered(
            String call, int status, String body, Optional<Duration> retryAfter, @Nullable Throwable cause) {
        Matcher code = ERROR_CODE.matcher(body);
        String errorCode = code.find() ? code.group(1) : "";
        Matcher message = MESSAGE.matcher(body);
        String said = message.find() ? message.group(1) : excerpt(body);
        return new TrackingException(
                kindOf(status),
                status,
                errorCode,
                call + ": " + status + (errorCode.isEmpty() ? "" : " " + errorCode) + ": " + said,
                retryAfter.orElse(null),
                cause);
    }

    /** What is asked for cannot be done, whatever the server's state. */
    public static TrackingException refused(String message) {
        return new TrackingException(Kind.REFUSED, 0, "", message, null, null);
    }

    /** What is asked for is not there. */
    public static TrackingException missing(String message) {
        return new TrackingException(Kind.MISSING, 404, "RESOURCE_DOES_NOT_EXIST", message, null, null);
    }

    private static Kind kindOf(int status) {
        return switch (status) {
            case 401, 403 -> Kind.DENIED;
            case 404 -> Kind.MISSING;
            case 408, 429, 502, 503, 504 -> Kind.BUSY;
            case 500 -> Kind.SERVER_ERROR;
            default -> Kind.REFUSED;
        };
    }

    private static String excerpt(String body) {
        String line = body.strip().replaceAll("\\s+", " ");
        return line.length() <= EXCERPT ? line : line.substring(0, EXCERPT) + "…";
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the same call may succeed later. */
    public boolean retryable() {
        return kind.retryable;
    }

    /** The HTTP status, 0 where no answer came. */
    public int status() {
        return status;
    }

    /** MLflow's error code, such as {@code RESOURCE_ALREADY_EXISTS}, empty where the answer named none. */
    public String errorCode() {
        return errorCode;
    }

    /** How long the server asked to wait. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
