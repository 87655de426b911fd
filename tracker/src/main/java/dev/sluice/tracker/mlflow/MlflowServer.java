package dev.sluice.tracker.mlflow;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Where an MLflow server is, how we show ourselves to it and whom we trust on the way.
 *
 * @param uri {@code http} or {@code https}, with the path prefix that a proxy may want
 * @param username for HTTP Basic, with the password; takes precedence over the token
 * @param token sent as a bearer token, for proxies in front of the server
 * @param workspace the workspace that everything is in, on a server that has workspaces
 * @param certificates PEM file of the authorities that alone may vouch for the server; empty: those that Java trusts
 * @param proxies the HTTP proxies on the way, if any
 * @param connectTimeout for artifacts and health checks; default 5 s
 * @param requestTimeout for the answer to a call; default 30 s
 */
public record MlflowServer(
        URI uri,
        Optional<String> username,
        Optional<String> password,
        Optional<String> token,
        Optional<String> workspace,
        Optional<Path> certificates,
        ProxySelector proxies,
        Duration connectTimeout,
        Duration requestTimeout) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final String CERTIFICATES = "MLFLOW_TRACKING_SERVER_CERT_PATH";
    private static final String INSECURE = "MLFLOW_TRACKING_INSECURE_TLS";

    public MlflowServer {
        String scheme = uri.getScheme();
        if (!("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme)) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "uri of the MLflow server (MLFLOW_TRACKING_URI) must begin with http:// or https:// and name a host, was "
                            + (uri.getRawUserInfo() == null ? uri : scheme + "://…"));
        }
        if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("uri of the MLflow server must have no user, query or fragment: give the"
                    + " user as MLFLOW_TRACKING_USERNAME and the password as MLFLOW_TRACKING_PASSWORD");
        }
        if (username.isPresent() != password.isPresent()) {
            throw new IllegalArgumentException("username and password of the MLflow server go together, only "
                    + (username.isPresent() ? "the username" : "the password") + " was given");
        }
        if (workspace.filter(name -> !name.matches("[\\w.-]{1,200}")).isPresent()) {
            throw new IllegalArgumentException("workspace of the MLflow server must be a name of letters, digits,"
                    + " _ . and -, was \"" + workspace.get() + "\"");
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
        return of(uri, Map.of());
    }

    /**
     * A server as MLflow's own variables and those for proxies describe it: {@code MLFLOW_TRACKING_USERNAME} with
     * {@code MLFLOW_TRACKING_PASSWORD}, {@code MLFLOW_TRACKING_TOKEN}, {@code MLFLOW_WORKSPACE}, {@code
     * MLFLOW_TRACKING_SERVER_CERT_PATH}, {@code https_proxy}, {@code http_proxy}, {@code all_proxy}, {@code no_proxy}.
     *
     * @throws IllegalArgumentException if they contradict each other, ask for TLS without verification, or the
     *     certificates cannot be read
     */
    public static MlflowServer of(URI uri, Map<String, String> environment) {
        if (text(environment, INSECURE).filter(MlflowServer::isTrue).isPresent()) {
            throw new IllegalArgumentException(INSECURE + " is not supported, since whoever stands on the way would be"
                    + " told the credentials: name the PEM file of the server's own authority in " + CERTIFICATES);
        }
        MlflowServer server = new MlflowServer(
                uri,
                text(environment, "MLFLOW_TRACKING_USERNAME"),
                text(environment, "MLFLOW_TRACKING_PASSWORD"),
                text(environment, "MLFLOW_TRACKING_TOKEN"),
                text(environment, "MLFLOW_WORKSPACE"),
                text(environment, CERTIFICATES).map(Path::of),
                EnvironmentProxies.of(environment),
                CONNECT_TIMEOUT,
                REQUEST_TIMEOUT);
        // Found out now, and not at the first call.
        server.certificates.ifPresent(MlflowServer::trusting);
        server.proxies.select(uri);
        return server;
    }

    private static boolean isTrue(String value) {
        return value.equalsIgnoreCase("true") || value.equals("1");
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** The same with another limit for the answer to a call. */
    public MlflowServer withRequestTimeout(Duration timeout) {
        return new MlflowServer(
                uri, username, password, token, workspace, certificates, proxies, connectTimeout, timeout);
    }

    /** A client that takes the server's way through proxies and trusts whom the server is to be trusted for. */
    public HttpClient newHttpClient() {
        HttpClient.Builder client = clientBehindProxies();
        certificates.map(MlflowServer::trusting).ifPresent(client::sslContext);
        return client.build();
    }

    /** A client for the addresses of other hosts that the server gives us; those are vouched for by whom Java trusts. */
    HttpClient newStorageClient() {
        return clientBehindProxies().build();
    }

    private HttpClient.Builder clientBehindProxies() {
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .proxy(proxies);
        if (proxies instanceof EnvironmentProxies environment) {
            environment.authenticator(uri).ifPresent(client::authenticator);
        }
        return client;
    }

    /**
     * A request to the server, with all that it asks of us.
     *
     * @param path begins with a slash, below the server's own prefix
     */
    public HttpRequest.Builder newRequest(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri + path));
        headers().forEach(request::header);
        return request;
    }

    /** Whether MLflow's own Java client, which knows no workspaces, authorities and proxies, can reach the server. */
    boolean isWithinReachOfTheJavaClient() {
        return workspace.isEmpty()
                && certificates.isEmpty()
                && proxies.select(uri).stream().allMatch(proxy -> proxy.type() == Proxy.Type.DIRECT);
    }

    private static SSLContext trusting(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + count++, certificate);
            }
            if (count == 0) {
                throw new IllegalArgumentException(
                        CERTIFICATES + " must name a PEM file with certificates in it, " + pem + " has none");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    CERTIFICATES + " must name a PEM file with certificates in it, " + pem + " cannot be read as one: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Headers of every request. */
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        if (username.isPresent()) {
            String pair = username.get() + ":" + password.orElse("");
            headers.put(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        } else {
            token.ifPresent(bearer -> headers.put("Authorization", "Bearer " + bearer));
        }
        workspace.ifPresent(name -> headers.put("X-MLFLOW-WORKSPACE", name));
        return headers;
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return uri + (username.isPresent() ? " as " + username.get() : token.isPresent() ? " with a token" : "");
    }
}
