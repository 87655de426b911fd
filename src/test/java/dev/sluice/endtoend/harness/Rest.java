package dev.sluice.endtoend.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** A plain client, as anybody would write one: no retries, no cleverness. Thread-safe. */
public final class Rest {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final URI base;
    private final Optional<String> token;

    Rest(URI base, Optional<String> token) {
        this.base = base;
        this.token = token;
    }

    public static Rest at(URI base) {
        return new Rest(base, Optional.empty());
    }

    /** The same server, called with this bearer token. */
    public Rest with(String bearer) {
        return new Rest(base, Optional.of(bearer));
    }

    /** The same server, called without a token. */
    public Rest anonymous() {
        return new Rest(base, Optional.empty());
    }

    public Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    /** Sends the object as JSON. */
    public Answer post(String path, Object body) {
        return send("POST", path, "application/json", Json.write(body));
    }

    public Answer post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public Answer send(String method, String path, String mediaType, String body, String... headers) {
        return send(
                request(path, headers).header("Content-Type", mediaType).method(method, BodyPublishers.ofString(body)));
    }

    /** An answer that goes on: its body, to be read while it comes and closed. */
    public InputStream stream(String path, String... headers) {
        try {
            HttpResponse<InputStream> response =
                    CLIENT.send(request(path, headers).GET().build(), BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(path + " answered " + response.statusCode());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(base.resolve(path)).timeout(LIMIT);
        token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
        for (int i = 0; i + 1 < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(CLIENT.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
