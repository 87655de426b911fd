package dev.sluice.console.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.console.lease.LeaseToken;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemMapper;
import dev.sluice.console.service.ServiceSettings;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every route, the console's pages and the health checks included: a trial command is code execution.
 * Without a token only loopback is served, and only for pages of our own; with one nothing answers without it, but for
 * a lease's own calls with the lease's token. Thread-safe.
 */
@ApplicationScoped
public class Guard {
    private static final int FIRST = 1000;
    /** As `quarkus.http.limits.max-body-size`, which ends a longer body without a word. */
    private static final long BODY_LIMIT = 4L << 20;

    private static final String COOKIE = "sluice_token";
    private static final Pattern LEASE = Pattern.compile("/api/v1/leases/([0-9a-fA-F-]{36})/[a-z]+");
    private static final Pattern IPV4_LOOPBACK = Pattern.compile("127(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self';"
                    + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final Optional<String> token;
    private final LeaseToken leases;
    private final ObjectMapper json;
    private final boolean loopback;

    Guard(
            ServiceSettings settings,
            LeaseToken leases,
            ObjectMapper json,
            @ConfigProperty(name = "quarkus.http.host") String host) {
        this.token = settings.token().filter(t -> !t.isBlank());
        this.leases = leases;
        this.json = json;
        this.loopback = isLoopback(host);
        if (token.isEmpty() && !loopback) {
            throw new IllegalStateException(
                    ("The service would listen on %s, beyond this machine, and run commands for anybody. Set SLUICE_TOKEN to a"
                                    + " secret of your own, or listen on 127.0.0.1.")
                            .formatted(host));
        }
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FIRST);
    }

    private void check(RoutingContext context) {
        var request = context.request();
        context.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "same-origin");
        var foreign = foreign(request);
        if (foreign.isPresent()) {
            refuse(context, new Problem.Forbidden(foreign.get()));
            return;
        }
        if (declaredLength(request) > BODY_LIMIT) {
            refuse(
                    context,
                    new Problem.TooLarge(
                            "The body is larger than %d MiB, the most that is taken.".formatted(BODY_LIMIT >> 20)));
            return;
        }
        if (token.isEmpty() || allowed(context, token.get())) {
            context.next();
        } else if (!context.response().ended()) {
            refuse(
                    context,
                    new Problem.Unauthorized(
                            "This service needs its token, as `Authorization: Bearer …`; for the console open"
                                    + " the address with ?token=… once."));
        }
    }

    private boolean allowed(RoutingContext context, String expected) {
        var request = context.request();
        var path = request.path() == null ? "" : request.path();
        var bearer = bearer(request);
        if (bearer.isPresent()) {
            var lease = LEASE.matcher(path);
            return same(expected, bearer.get()) || (lease.matches() && isLease(lease.group(1), bearer.get()));
        }
        var cookie = request.getCookie(COOKIE);
        if (cookie != null && same(expected, cookie.getValue())) {
            return true;
        }
        var query = request.getParam("token");
        if (query != null && HttpMethod.GET.equals(request.method()) && path.equals("/") && same(expected, query)) {
            // The token leaves the address bar, and with it the history, at once.
            context.response()
                    .addCookie(Cookie.cookie(COOKIE, query)
                            .setHttpOnly(true)
                            .setSameSite(CookieSameSite.STRICT)
                            .setPath("/"))
                    .setStatusCode(303)
                    .putHeader("Location", "/")
                    .end();
        }
        return false;
    }

    private boolean isLease(String id, String bearer) {
        try {
            return leases.isOf(UUID.fromString(id), bearer);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Why the call seems to come from a page of another site, if it does. */
    private Optional<String> foreign(HttpServerRequest request) {
        var authority = request.authority();
        if (loopback && token.isEmpty() && (authority == null || !isLoopback(authority.host()))) {
            return Optional.of("This service answers to localhost and 127.0.0.1 only; the Host header named %s."
                    .formatted(authority == null ? "nothing" : authority.host()));
        }
        var origin = request.getHeader("Origin");
        if (origin != null && !sameOrigin(origin, authority == null ? "" : authority.toString())) {
            return Optional.of("Calls from pages of another site (%s) are not taken.".formatted(origin));
        }
        var site = request.getHeader("Sec-Fetch-Site");
        boolean navigation =
                "navigate".equals(request.getHeader("Sec-Fetch-Mode")) && HttpMethod.GET.equals(request.method());
        if (site != null && !navigation && (site.equals("cross-site") || site.equals("same-site"))) {
            return Optional.of("Calls from pages of another site are not taken.");
        }
        return Optional.empty();
    }

    static boolean sameOrigin(String origin, String authority) {
        try {
            var from = URI.create(origin).getAuthority();
            return from != null && from.equalsIgnoreCase(authority);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static long declaredLength(HttpServerRequest request) {
        try {
            var header = request.getHeader("Content-Length");
            return header == null ? 0 : Long.parseLong(header.strip());
        } catch (NumberFormatException e) {
            return 0; // the server itself refuses it
        }
    }

    private static Optional<String> bearer(HttpServerRequest request) {
        var header = request.getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.empty();
        }
        return Optional.of(header.substring(7).strip());
    }

    private void refuse(RoutingContext context, Problem problem) {
        var body = ProblemMapper.body(problem);
        var response =
                context.response().setStatusCode(body.status()).putHeader("Content-Type", ProblemMapper.MEDIA_TYPE);
        if (body.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        try {
            response.end(json.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can always be written", e);
        }
    }

    private static boolean same(String expected, @Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    static boolean isLoopback(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        var literal = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        if (!literal.contains(":")) {
            // Everything else is a name, "cafe" and "127.0.0.1.example" too: never looked up, DNS is not to be
            // believed.
            return IPV4_LOOPBACK.matcher(literal).matches();
        }
        try {
            return literal.matches("[0-9a-f:.]+")
                    && InetAddress.getByName(literal).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
