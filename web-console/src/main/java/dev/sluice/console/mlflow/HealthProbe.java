package dev.sluice.console.mlflow;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
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
     * @param root the server's root, without a slash at its end
     * @param authorization the value of the header of that name, if one is to be sent
     * @param proxied whether the JVM's proxy settings count; not for this machine itself
     */
    HealthProbe(URI root, Optional<String> authorization, boolean proxied) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT);
        ProxySelector proxies = proxied ? ProxySelector.getDefault() : HttpClient.Builder.NO_PROXY;
        if (proxies != null) {
            builder.proxy(proxies);
        }
        this.client = builder.build();
        HttpRequest.Builder get =
                HttpRequest.newBuilder(URI.create(root + "/health")).timeout(LIMIT);
        authorization.ifPresent(value -> get.header("Authorization", value));
        this.request = get.GET().build();
        this.server = root.toString();
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
