package dev.sluice.console.sweep;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Where our own trial processes reach this service: always by loopback. */
@ApplicationScoped
public class ServiceAddress {
    private final String host;
    private final int port;

    ServiceAddress(
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.host = host;
        this.port = port;
    }

    /** Ends with a slash. */
    public URI uri() {
        var reached = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        return URI.create("http://%s:%d/".formatted(reached.contains(":") ? "[" + reached + "]" : reached, port));
    }
}
