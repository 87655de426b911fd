package dev.sluice.tracker.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.internal.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Sends requests and sorts what comes back, within time limits. Thread-safe. */
final class HttpCalls {
    private static final int LONGEST_MESSAGE = 16 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final Duration timeout;

    /**
     * @param timeout for what an answer holds, where that is not a file
     */
    HttpCalls(HttpClient http, Duration timeout) {
        this.http = http;
        this.timeout = timeout;
    }

    /**
     * The answer as soon as it begins, whatever its status.
     *
     * @param limit the request's own timeout, for the message
     */
    HttpResponse<InputStream> send(String call, HttpRequest request, Duration limit) {
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (HttpTimeoutException e) {
            throw TrackingException.timedOut(call, limit);
        } catch (IOException e) {
            throw TrackingException.unreachable(call, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted");
            interrupted.initCause(e);
            throw TrackingException.unreachable(call, interrupted);
        }
    }

    void requireOk(String call, HttpResponse<InputStream> answer) {
        try (InputStream body = answer.body()) {
            if (answer.statusCode() / 100 != 2) {
                throw failure(call, answer, body);
            }
            // Read, so that the connection can be used again.
            text(call, body);
        } catch (IOException e) {
            throw TrackingException.unreachable(call, e);
        }
    }

    JsonNode json(String call, HttpResponse<InputStream> answer) {
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw failure(call, answer, body);
            }
            String text = within(call, body, () -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw TrackingException.unreadable(call, text, e);
            }
        } catch (IOException e) {
            throw TrackingException.unreachable(call, e);
        }
    }

    TrackingException failure(String call, HttpResponse<InputStream> answer, InputStream body) {
        String text = answer.headers().firstValue("content-length").orElse("").equals("0") ? "" : text(call, body);
        Optional<Duration> retryAfter = answer.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
        return TrackingException.answered(call, answer.statusCode(), text, retryAfter, null);
    }

    private String text(String call, InputStream body) {
        return within(call, body, () -> new String(body.readNBytes(LONGEST_MESSAGE), StandardCharsets.UTF_8));
    }

    private String within(String call, InputStream body, Callable<String> work) {
        try {
            return Deadline.within(timeout, () -> closeQuietly(body), work);
        } catch (TimeoutException e) {
            throw TrackingException.timedOut(call, timeout);
        } catch (ExecutionException | InterruptedIOException e) {
            throw TrackingException.unreachable(call, e);
        }
    }

    static void closeQuietly(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // Nobody reads it any more.
        }
    }
}
