package dev.sluice.console.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WebhookTest {
    private static final UUID SWEEP = UUID.fromString("01a20a32-4558-75a9-a328-6a0208a9e676");
    private static final Message MESSAGE = new Message(
            UUID.fromString("01a20a32-6ba3-7bf6-9687-9d5b7acbeee4"),
            "nan",
            Severity.WARNING,
            "loss is NaN at step 3",
            Instant.parse("2026-11-23T12:00:00Z"),
            Optional.of(SWEEP),
            "<!channel> & co",
            17,
            2,
            "/sluice/host",
            Optional.of("https://sluice.example/#/sweeps/" + SWEEP + "?trial=17"));

    private record Settings(
            URI url, String format, Optional<String> secret, Optional<Set<String>> rules, Optional<Path> template)
            implements AlertSettings.Webhook {
        static Settings of(String url, String format, String secret) {
            return new Settings(
                    URI.create(url),
                    format,
                    Optional.of(secret).filter(s -> !s.isEmpty()),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    @Test
    void aCloudEventSaysWhatHappenedWhere() throws Exception {
        var request = request("cloudevents", "");

        assertThat(request.headers().firstValue("Content-Type"))
                .hasValue("application/cloudevents+json; charset=utf-8");
        assertThat(request.headers().firstValue("webhook-signature")).isEmpty();
        assertThat(body(request)).isEqualTo(new ObjectMapper().readTree("""
                {"specversion": "1.0", "id": "01a20a32-6ba3-7bf6-9687-9d5b7acbeee4", "source": "/sluice/host",
                 "type": "dev.sluice.alert.nan", "subject": "sweeps/01a20a32-4558-75a9-a328-6a0208a9e676/trials/17",
                 "time": "2026-11-23T12:00:00Z", "datacontenttype": "application/json",
                 "data": {"rule": "nan", "severity": "WARNING", "title": "nan: trial 17 of <!channel> & co",
                  "message": "loss is NaN at step 3",
                  "sweep": {"id": "01a20a32-4558-75a9-a328-6a0208a9e676", "name": "<!channel> & co"},
                  "trial": {"number": 17, "attempt": 2},
                  "link": "https://sluice.example/#/sweeps/01a20a32-4558-75a9-a328-6a0208a9e676?trial=17"}}"""));
    }

    @Test
    void signsAsStandardWebhooksDo() {
        // The key, id, time and body of the specification's own example, signed by another program.
        assertThat(Signature.standard(
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        "1614265330",
                        "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        var request = request("cloudevents", "plain");
        assertThat(request.headers().firstValue("webhook-id"))
                .hasValue(MESSAGE.id().toString());
        assertThat(request.headers().firstValue("webhook-timestamp")).hasValue("1700000000");
        assertThat(request.headers().firstValue("webhook-signature"))
                .hasValue(Signature.standard("plain", MESSAGE.id().toString(), "1700000000", text(request)));
    }

    @Test
    void slackIsGivenNothingThatItTakesForAMention() throws Exception {
        var body = body(request("slack", ""));

        assertThat(body.path("text").asText())
                .isEqualTo("WARNING nan: trial 17 of &lt;!channel&gt; &amp; co: loss is NaN at step 3");
        assertThat(body.toString()).doesNotContain("<!channel>");
    }

    @Test
    void dingTalkIsSignedInItsAddressAndMayRefuseWithStatus200() throws Exception {
        var request = request("dingtalk", "SEC1");

        assertThat(request.uri())
                .hasToString(
                        "https://hooks.example/x?access_token=t&timestamp=1700000000000&sign=ukR4%2BWoOOBTGaOauYqugxVrMSFyr92q4hPxJxuOkiio%3D");
        assertThat(body(request).path("text").path("content").asText())
                .startsWith("WARNING nan: trial 17 of <!channel>");
        var webhook = Webhook.of("ops", Settings.of("https://hooks.example/x", "dingtalk", ""));
        assertThat(webhook.isTaken(200, "{\"errcode\": 0, \"errmsg\": \"ok\"}")).isTrue();
        assertThat(webhook.isTaken(200, "{\"errcode\": 310000, \"errmsg\": \"sign not match\"}"))
                .isFalse();
        assertThat(webhook.isTaken(200, "<html>")).isFalse();
        assertThat(webhook.isTaken(302, "")).isFalse();
    }

    @Test
    void anOwnTemplateTakesTheFormatsPlace(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("own.json"), "{\"summary\": \"${rule} ${trial} ${link}\"}");
        var webhook = Webhook.of(
                "ops",
                new Settings(
                        URI.create("http://127.0.0.1:1/x"),
                        "cloudevents",
                        Optional.empty(),
                        Optional.of(Set.of("nan")),
                        Optional.of(file)));

        assertThat(body(webhook.request(MESSAGE, Instant.EPOCH)).path("summary").asText())
                .startsWith("nan 17 https://sluice.example/");
        assertThat(webhook.hears("nan")).isTrue();
        assertThat(webhook.hears("stall")).isFalse();
    }

    @Test
    void saysWhatIsWrongWithoutShowingTheAddress() {
        assertThatThrownBy(() -> Webhook.of("ops", Settings.of("ftp://u:secret@h/x", "slack", "")))
                .hasMessage("webhook \"ops\": its url must be an http or https address with a host");
        assertThatThrownBy(() -> Webhook.of("ops", Settings.of("https://h/secret", "teams", "")))
                .hasMessage("webhook \"ops\": its format must be cloudevents, slack or dingtalk, was \"teams\"");
        assertThatThrownBy(() -> Webhook.of("o p s", Settings.of("https://h/secret", "slack", "")))
                .hasMessageContaining("its name must be");
    }

    private static HttpRequest request(String format, String secret) {
        return Webhook.of("ops", Settings.of("https://hooks.example/x?access_token=t", format, secret))
                .request(MESSAGE, Instant.ofEpochSecond(1_700_000_000));
    }

    private static JsonNode body(HttpRequest request) throws Exception {
        return new ObjectMapper().readTree(text(request));
    }

    private static String text(HttpRequest request) {
        var text = new CompletableFuture<String>();
        request.bodyPublisher().orElseThrow().subscribe(new Flow.Subscriber<>() {
            private final StringBuilder all = new StringBuilder();

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer item) {
                all.append(StandardCharsets.UTF_8.decode(item));
            }

            @Override
            public void onError(Throwable throwable) {
                text.completeExceptionally(throwable);
            }

            @Override
            public void onComplete() {
                text.complete(all.toString());
            }
        });
        return text.join();
    }
}
