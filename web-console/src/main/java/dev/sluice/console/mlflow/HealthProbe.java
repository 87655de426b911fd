package dev.sluice.console.mlflow;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/** Asks a server whether it is well. */
final class HealthProbe {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final HttpRequest request;
    private final String server;

    /**
     * @param request asks for the server's health
     * @param server its address, as a person is told
     */
    HealthProbe(HttpClient client, HttpRequest.Builder request, String server) {
        this.client = client;
        this.request = request.timeout(LIMIT).GET().build();
        this.server = server;
    }

    /** Of a server on this machine, whatever proxies there are. */
    static HealthProbe local(URI root) {
        return new HealthProbe(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(LIMIT)
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .build(),
                HttpRequest.newBuilder(URI.create(root + "/health")),
                root.toString());
    }

    /**
     * What an answer, or its absence, says.
     *
     * @param refused whether nobody listens there
     * @param problem what is wrong, as a sentence; empty if it is well
     */
    record Finding(boolean well, boolean refused, String problem) {}

    Finding ask() throws InterruptedException {
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                return new Finding(true, false, "");
            }
            String said = answer.body().lines().findFirst().orElse("").strip();
            String shown = said.startsWith("<") ? "" : " " + said.substring(0, Math.min(200, said.length()));
            return ill(server + " answers " + answer.statusCode() + shown + " to /health");
        } catch (HttpTimeoutException e) {
            return ill(server + " gave no answer in " + LIMIT.toSeconds() + " s");
        } catch (ConnectException e) {
            return new Finding(false, true, server + " cannot be reached");
        } catch (IOException e) {
            return ill(server + " does not answer: "
                    + Optional.ofNullable(e.getMessage()).orElse(e.toString()));
        }
    }

    private static Finding ill(String problem) {
        return new Finding(false, false, problem);
    }
}
