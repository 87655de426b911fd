package dev.sluice.console.service;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts from a report to a webhook. */
@QuarkusTest
@TestProfile(AlertTest.Profile.class)
final class AlertTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Told by a system property: a profile is loaded apart from its test. */
    private static final String PORT = "test.receiver.port";

    private static final WireMockServer RECEIVER =
            new WireMockServer(options().port(Integer.getInteger(PORT)).bindAddress("127.0.0.1"));

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            var address = "http://127.0.0.1:" + freePort();
            var overrides = new HashMap<>(new AloneProfile().getConfigOverrides());
            overrides.put("sluice.alerts.webhooks.ops.url", address + "/ops/s3cret");
            overrides.put("sluice.alerts.webhooks.ops.secret", "key");
            overrides.put("sluice.alerts.webhooks.ops.rules", "nan,rising,sweep-cancelled");
            overrides.put("sluice.alerts.webhooks.chat.url", address + "/chat");
            overrides.put("sluice.alerts.webhooks.chat.format", "slack");
            overrides.put("sluice.alerts.webhooks.chat.rules", "never");
            return overrides;
        }

        private static int freePort() {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                System.setProperty(PORT, Integer.toString(socket.getLocalPort()));
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeAll
    static void start() {
        RECEIVER.start();
    }

    @AfterAll
    static void stop() {
        RECEIVER.stop();
    }

    @BeforeEach
    void takeEverything() {
        RECEIVER.resetAll();
        RECEIVER.stubFor(post("/ops/s3cret").willReturn(aResponse().withStatus(204)));
        RECEIVER.stubFor(post("/chat").willReturn(aResponse().withStatus(200).withBody("ok")));
    }

    @Test
    void whatATrialReportsReachesTheWebhookOnce() throws Exception {
        var sweep = sweep("[{type: nan}, {type: rising, metric: loss, reports: 2}]");
        report(
                sweep,
                "[{\"step\": 0, \"values\": {\"loss\": 1}}, {\"step\": 1, \"values\": {\"loss\": 2}},"
                        + " {\"step\": 2, \"values\": {\"loss\": 3}}, {\"step\": 3, \"values\": {\"loss\": \"NaN\"}}]");

        var told = told("/ops/s3cret", 2);

        assertThat(told)
                .extracting(event -> event.path("type").asText())
                .containsExactlyInAnyOrder("dev.sluice.alert.rising", "dev.sluice.alert.nan");
        assertThat(told).allSatisfy(event -> {
            assertThat(event.path("subject").asText()).isEqualTo("sweeps/" + sweep + "/trials/0");
            assertThat(event.path("data").path("sweep").path("name").asText()).isEqualTo("watched");
        });
        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/api/v1/alerts?sweep=" + sweep)
                        .then()
                        .statusCode(200)
                        .body("items.size()", equalTo(2))
                        .body("items[0].deliveries[0].webhook", equalTo("ops"))
                        .body("items[0].deliveries[0].state", equalTo("DELIVERED"))
                        .body("items[0].deliveries[0].status", equalTo(204))
                        .body("items[0].deliveries.size()", equalTo(1)));
        cancel(sweep);
        assertThat(told("/ops/s3cret", 3))
                .last()
                .satisfies(
                        event -> assertThat(event.path("data").path("message").asText())
                                .isEqualTo("the sweep was cancelled by a user"));
        given().delete("/api/v1/sweeps/" + sweep).then().statusCode(204);
        given().get("/api/v1/alerts?sweep=" + sweep).then().body("items.size()", equalTo(0));
    }

    @Test
    void aReceiverThatFailsIsToldAgainOfTheSame() throws Exception {
        RECEIVER.stubFor(post("/chat")
                .inScenario("down")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withStatus(500).withBody("not\u0007now"))
                .willSetStateTo("up"));
        RECEIVER.stubFor(post("/chat")
                .inScenario("down")
                .whenScenarioStateIs("up")
                .willReturn(aResponse().withStatus(200).withBody("ok")));
        String alert = given().post("/api/v1/webhooks/chat/test")
                .then()
                .statusCode(202)
                .extract()
                .path("id");

        var told = told("/chat", 2);

        assertThat(told.get(0)).isEqualTo(told.get(1));
        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/api/v1/alerts?rule=test&limit=1")
                        .then()
                        .body("items[0].id", equalTo(alert))
                        .body("items[0].severity", equalTo("INFO"))
                        .body("items[0].deliveries[0].state", equalTo("DELIVERED"))
                        .body("items[0].deliveries[0].tries", equalTo(2))
                        .body("items[0].deliveries[0].answer", equalTo("ok")));
        // It was for one webhook alone.
        RECEIVER.verify(0, postRequestedFor(urlEqualTo("/ops/s3cret")));
    }

    @Test
    void webhooksAreShownWithoutWhatIsSecret() {
        var shown =
                given().get("/api/v1/webhooks").then().statusCode(200).extract().asString();

        assertThat(shown)
                .contains("\"ops\"", "\"chat\"", "127.0.0.1", "cloudevents")
                .doesNotContain("s3cret", "key");
        given().post("/api/v1/webhooks/nobody/test").then().statusCode(404);
    }

    private static List<JsonNode> told(String path, int count) throws Exception {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(RECEIVER.findAll(postRequestedFor(urlEqualTo(path))))
                        .hasSize(count));
        var mapper = new ObjectMapper();
        var bodies = new ArrayList<JsonNode>();
        for (LoggedRequest request : RECEIVER.findAll(postRequestedFor(urlEqualTo(path)))) {
            bodies.add(mapper.readTree(request.getBodyAsString()));
        }
        return bodies;
    }

    private static String sweep(String alerts) {
        return given().config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/yaml", ContentType.TEXT)))
                .contentType("application/yaml")
                .body("""
                        name: watched
                        objective: {metric: loss, goal: minimize}
                        parameters: {x: {min: 0.0, max: 1.0}}
                        budget: {trials: 3}
                        trial: {external: true}
                        alerts: %s
                        """.formatted(alerts))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static void report(String sweep, String points) {
        String lease = given().contentType("application/json")
                .body("{\"workerId\": \"w\", \"capacity\": 1}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract()
                .path("[0].leaseId");
        given().contentType("application/json")
                .body("{\"seq\": 0, \"points\": %s}".formatted(points))
                .post("/api/v1/leases/" + lease + "/reports")
                .then()
                .statusCode(200);
    }

    private static void cancel(String sweep) {
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
    }
}
