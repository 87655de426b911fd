package dev.sluice.console.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Who hears of alerts, and in which form. Immutable and thread-safe. */
final class Webhook {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** An example of every field, to check templates by. */
    private static final Message EXAMPLE = new Message(
            new UUID(0, 0),
            "test",
            Severity.INFO,
            "",
            Instant.EPOCH,
            Optional.empty(),
            "",
            null,
            0,
            "",
            Optional.empty());

    /** The forms that bodies have. */
    enum Format {
        CLOUDEVENTS,
        SLACK,
        DINGTALK;

        static Format of(String name) {
            for (var format : values()) {
                if (format.word().equals(name)) {
                    return format;
                }
            }
            throw new IllegalArgumentException(
                    "its format must be cloudevents, slack or dingtalk, was \"%s\"".formatted(name));
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final String name;
    private final URI url;
    private final Format format;
    private final Optional<String> secret;
    private final Optional<Set<String>> rules;
    private final Optional<Template> template;

    private Webhook(
            String name,
            URI url,
            Format format,
            Optional<String> secret,
            Optional<Set<String>> rules,
            Optional<Template> template) {
        this.name = name;
        this.url = url;
        this.format = format;
        this.secret = secret;
        this.rules = rules;
        this.template = template;
    }

    /** @throws IllegalArgumentException a setting is wrong, which is said without what it holds */
    static Webhook of(String name, AlertSettings.Webhook settings) {
        try {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("its name must be 1 to 100 letters, digits, '_' or '-'");
            }
            var url = settings.url();
            if (url.getHost() == null || !List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
                throw new IllegalArgumentException("its url must be an http or https address with a host");
            }
            var format = Format.of(settings.format());
            var secret = settings.secret().filter(s -> !s.isBlank());
            return new Webhook(name, url, format, secret, settings.rules(), template(format, settings));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("webhook \"%s\": %s".formatted(name, e.getMessage()), e);
        }
    }

    private static Optional<Template> template(Format format, AlertSettings.Webhook settings) {
        UnaryOperator<String> quote = format == Format.SLACK ? Webhook::quoteForSlack : UnaryOperator.identity();
        try {
            if (settings.template().isPresent()) {
                return Optional.of(
                        Template.parse(Files.readString(settings.template().get()), EXAMPLE.fields(), quote));
            }
            if (format == Format.CLOUDEVENTS) {
                return Optional.empty();
            }
            var file = format.word() + ".json";
            try (InputStream input = Webhook.class.getResourceAsStream(file)) {
                if (input == null) {
                    throw new IOException(file + " is not on the class path");
                }
                return Optional.of(Template.parse(
                        new String(input.readAllBytes(), StandardCharsets.UTF_8), EXAMPLE.fields(), quote));
            }
        } catch (IOException e) {
            if (settings.template().isPresent()) {
                throw new IllegalArgumentException("its template cannot be read: " + e.getMessage(), e);
            }
            throw new UncheckedIOException("the build is broken", e);
        }
    }

    /** Slack takes `<!channel>` for a call to everybody, whatever the sweep that is called so meant. */
    private static String quoteForSlack(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    String name() {
        return name;
    }

    boolean hears(String rule) {
        return rules.map(some -> some.contains(rule)).orElse(true);
    }

    /** The call that tells of an alert; a repetition differs in its time and signature alone. */
    HttpRequest request(Message message, Instant now) {
        var body = template.map(own -> own.fill(message.fields())).orElseGet(() -> cloudEvent(message));
        var address = url;
        if (format == Format.DINGTALK && secret.isPresent()) {
            address = signedForDingTalk(now, secret.get());
        }
        var request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .header(
                        "Content-Type",
                        (template.isEmpty() ? "application/cloudevents+json" : "application/json") + "; charset=utf-8")
                .header("User-Agent", "sluice")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (format != Format.DINGTALK && secret.isPresent()) {
            var id = message.id().toString();
            var seconds = Long.toString(now.getEpochSecond());
            request.header("webhook-id", id)
                    .header("webhook-timestamp", seconds)
                    .header("webhook-signature", Signature.standard(secret.get(), id, seconds, body));
        }
        return request.build();
    }

    /** DingTalk's robots want the signature in the address. */
    private URI signedForDingTalk(Instant now, String key) {
        var millis = Long.toString(now.toEpochMilli());
        var sign = URLEncoder.encode(Signature.dingTalk(key, millis), StandardCharsets.UTF_8);
        return URI.create("%s%stimestamp=%s&sign=%s".formatted(url, url.getQuery() == null ? "?" : "&", millis, sign));
    }

    /** Whether an answer means that the alert has arrived. */
    boolean isTaken(int status, String answer) {
        if (status < 200 || status > 299) {
            return false;
        }
        if (format != Format.DINGTALK) {
            return true;
        }
        try {
            // It answers 200 to what it refuses as well.
            return JSON.readTree(answer).path("errcode").asInt(0) == 0;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static String cloudEvent(Message message) {
        var event = JsonNodeFactory.instance.objectNode();
        event.put("specversion", "1.0")
                .put("id", message.id().toString())
                .put("source", message.source())
                .put("type", "dev.sluice.alert." + message.rule());
        message.sweep()
                .ifPresent(sweep -> event.put(
                        "subject",
                        message.trial() == null
                                ? "sweeps/" + sweep
                                : "sweeps/%s/trials/%d".formatted(sweep, message.trial())));
        event.put("time", message.at().toString()).put("datacontenttype", "application/json");
        var data = event.putObject("data")
                .put("rule", message.rule())
                .put("severity", message.severity().name())
                .put("title", message.title())
                .put("message", message.message());
        message.sweep().ifPresent(sweep -> {
            data.putObject("sweep").put("id", sweep.toString()).put("name", message.sweepName());
            if (message.trial() != null) {
                data.putObject("trial").put("number", message.trial()).put("attempt", message.attempt());
            }
        });
        message.link().ifPresent(link -> data.put("link", link));
        return event.toString();
    }

    /** Of its address only the host: the rest may be a secret. */
    View view() {
        return new View(name, url.getHost(), format.word(), secret.isPresent(), rules.orElse(Set.of()));
    }

    /** A webhook as it is shown; `rules` empty: all. */
    public record View(String name, String host, String format, boolean signed, Set<String> rules) {}
}
