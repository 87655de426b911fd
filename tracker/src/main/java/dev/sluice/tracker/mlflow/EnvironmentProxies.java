package dev.sluice.tracker.mlflow;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * HTTP proxies as the environment names them, which Java by itself does not read: {@code https_proxy} or {@code
 * http_proxy} by the scheme of what is asked for, else {@code all_proxy}, and {@code no_proxy} for the hosts that are
 * asked directly; each in small letters or capitals, small ones first. {@code no_proxy} holds names (with all below
 * them), addresses, IPv4 networks such as {@code 10.0.0.0/8}, each with or without a port, or {@code *}. This machine
 * itself is never asked through a proxy. Thread-safe.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int DEFAULT_PORT = 80;

    private final Map<String, String> environment;

    private EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The environment's proxies; where it names none, Java's own. */
    static ProxySelector of(Map<String, String> environment) {
        boolean named = Stream.of("http_proxy", "https_proxy", "all_proxy")
                .anyMatch(name -> variable(environment, name).isPresent());
        if (named) {
            return new EnvironmentProxies(Map.copyOf(environment));
        }
        ProxySelector standard = ProxySelector.getDefault();
        return standard == null ? java.net.http.HttpClient.Builder.NO_PROXY : standard;
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Stream.of(name, name.toUpperCase(Locale.ROOT))
                .map(key -> environment.getOrDefault(key, "").strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        Optional<URI> proxy = isDirect(host, uri.getPort()) ? Optional.empty() : proxy(uri);
        return List.of(proxy.map(address -> new Proxy(Proxy.Type.HTTP, socket(address)))
                .orElse(Proxy.NO_PROXY));
    }

    private Optional<URI> proxy(URI uri) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        return variable(environment, secure ? "https_proxy" : "http_proxy")
                .or(() -> variable(environment, "all_proxy"))
                .map(EnvironmentProxies::address);
    }

    private static URI address(String value) {
        URI uri = URI.create(value.contains("://") ? value : "http://" + value);
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("a proxy in http_proxy, https_proxy or all_proxy must be given as"
                    + " http://HOST:PORT, was one of scheme \"" + uri.getScheme() + "\"");
        }
        return uri;
    }

    private static InetSocketAddress socket(URI proxy) {
        return new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? DEFAULT_PORT : proxy.getPort());
    }

    /** Who we are to the proxy of that address, where the environment says so. */
    Optional<Authenticator> authenticator(URI uri) {
        return proxy(uri).map(URI::getRawUserInfo).map(Credentials::new);
    }

    private static final class Credentials extends Authenticator {
        private final String user;
        private final String password;

        Credentials(String userInfo) {
            int colon = userInfo.indexOf(':');
            this.user = decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
            this.password = colon < 0 ? "" : decoded(userInfo.substring(colon + 1));
        }

        private static String decoded(String text) {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        }

        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return getRequestorType() == RequestorType.PROXY
                    ? new PasswordAuthentication(user, password.toCharArray())
                    : null;
        }
    }

    private boolean isDirect(String host, int port) {
        if (host.isEmpty() || host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
            return true;
        }
        return Stream.of(variable(environment, "no_proxy").orElse("").split(","))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> covers(entry, host, port));
    }

    private static boolean covers(String entry, String host, int port) {
        int colon = entry.lastIndexOf(':');
        if (colon > 0 && entry.indexOf(':') == colon) {
            return entry.substring(colon + 1).equals(String.valueOf(port))
                    && covers(entry.substring(0, colon), host, port);
        }
        if (entry.equals("*") || entry.equals(host) || ("[" + entry + "]").equals(host)) {
            return true;
        }
        int slash = entry.indexOf('/');
        if (slash > 0) {
            return isWithin(entry.substring(0, slash), entry.substring(slash + 1), host);
        }
        return host.endsWith(entry.startsWith(".") ? entry : "." + entry);
    }

    private static boolean isWithin(String network, String bits, String host) {
        Optional<Integer> base = ipv4(network);
        Optional<Integer> address = ipv4(host);
        if (base.isEmpty() || address.isEmpty() || !bits.matches("\\d{1,2}") || Integer.parseInt(bits) > Integer.SIZE) {
            return false;
        }
        int shift = Integer.SIZE - Integer.parseInt(bits);
        return shift == Integer.SIZE || base.get() >>> shift == address.get() >>> shift;
    }

    private static Optional<Integer> ipv4(String text) {
        if (!text.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            return Optional.empty();
        }
        int address = 0;
        for (String part : text.split("\\.", -1)) {
            address = address << 8 | Integer.parseInt(part);
        }
        return Optional.of(address);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // Whoever called is told by the failure itself.
    }
}
