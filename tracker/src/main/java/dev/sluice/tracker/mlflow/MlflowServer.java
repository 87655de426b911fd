package dev.sluice.tracker.mlflow;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Where an MLflow server is and how we show ourselves to it.
 *
 * @param uri {@code http} or {@code https}, with the path prefix that a proxy may want
 * @param username for HTTP Basic, with the password; takes precedence over the token
 * @param token sent as a bearer token, for proxies in front of the server
 * @param connectTimeout for artifacts and health checks; default 5 s
 * @param requestTimeout for the answer to a call; default 30 s
 */
public record MlflowServer(
        URI uri,
        Optional<String> username,
        Optional<String> password,
        Optional<String> token,
        Duration connectTimeout,
        Duration requestTimeout) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    public MlflowServer {
        String scheme = uri.getScheme();
        if (!("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme)) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "uri of the MLflow server must begin with http:// or https:// and name a host, was " + uri);
        }
        if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("uri of the MLflow server must have no user, query or fragment: give the"
                    + " user as MLFLOW_TRACKING_USERNAME and the password as MLFLOW_TRACKING_PASSWORD");
        }
        if (username.isPresent() != password.isPresent()) {
            throw new IllegalArgumentException("username and password of the MLflow server go together, only "
                    + (username.isPresent() ? "the username" : "the password") + " was given");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connectTimeout must be > 0, was " + connectTimeout);
        }
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException("requestTimeout must be > 0, was " + requestTimeout);
        }
        uri = URI.create(uri.toString().replaceAll("/+$", ""));
    }

    /** A server that asks for nothing. */
    public static MlflowServer of(URI uri) {
        return new MlflowServer(
                uri, Optional.empty(), Optional.empty(), Optional.empty(), CONNECT_TIMEOUT, REQUEST_TIMEOUT);
    }

    /**
     * A server with the credentials of MLflow's own variables, {@code MLFLOW_TRACKING_USERNAME}, {@code
     * MLFLOW_TRACKING_PASSWORD} and {@code MLFLOW_TRACKING_TOKEN}.
     */
    public static MlflowServer of(URI uri, Map<String, String> environment) {
        return new MlflowServer(
                uri,
                text(environment, "MLFLOW_TRACKING_USERNAME"),
                text(environment, "MLFLOW_TRACKING_PASSWORD"),
                text(environment, "MLFLOW_TRACKING_TOKEN"),
                CONNECT_TIMEOUT,
                REQUEST_TIMEOUT);
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** The same with another limit for the answer to a call. */
    public MlflowServer withRequestTimeout(Duration timeout) {
        return new MlflowServer(uri, username, password, token, connectTimeout, timeout);
    }

    /** Headers of every request. */
    Map<String, String> headers() {
        if (username.isPresent()) {
            String pair = username.get() + ":" + password.orElse("");
            return Map.of(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return token.map(bearer -> Map.of("Authorization", "Bearer " + bearer)).orElse(Map.of());
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return uri + (username.isPresent() ? " as " + username.get() : token.isPresent() ? " with a token" : "");
    }
}
