package dev.sluice.console.trace;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.sluice.console.service.AloneProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traces as a collector gets them. */
@QuarkusTest
@TestProfile(AloneProfile.class)
final class TrialTracesTest {
    private final WireMockServer collector =
            new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));

    @Inject
    TrialTraces traces;

    @BeforeEach
    void collect() {
        collector.start();
        collector.stubFor(post("/v1/traces").willReturn(aResponse().withStatus(200)));
    }

    @AfterEach
    void stop() {
        collector.stop();
    }

    @Test
    void aTrialThatIsOverIsATraceWithAnAttempt() {
        assertThat(traces.environment(UUID.randomUUID(), UUID.randomUUID())).isEmpty();
        traces.start(Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", collector.baseUrl(),
                "OTEL_BSP_SCHEDULE_DELAY", "50",
                "OTEL_RESOURCE_ATTRIBUTES", "team=vision"));
        String sweep = given().contentType("application/json")
                .body("""
                        {"name": "traced", "objective": {"metric": "loss", "goal": "minimize"},
                         "parameters": {"rate": {"type": "float", "min": 0.0, "max": 1.0}},
                         "budget": {"trials": 1}, "trial": {"external": true}}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        var lease = given().contentType("application/json")
                .body("{\"workerId\": \"far-away\"}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract();
        String attempt = lease.path("[0].leaseId");
        String trial = lease.path("[0].trialId");
        given().contentType("application/json")
                .body("{\"state\": \"FAILED\", \"reason\": \"out of luck\"}")
                .post("/api/v1/leases/" + attempt + "/complete")
                .then()
                .statusCode(200);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sent())
                        // protobuf: texts and ids lie in it as they are
                        .contains("traced", "far-away", "out of luck", "sluice.param.rate", "team", "vision", sweep)
                        .contains(bytes(trial.replace("-", "")))
                        .contains(bytes(parent(trial, attempt).split("-", -1)[2])));
        assertThat(parent(trial, attempt)).matches("00-" + trial.replace("-", "") + "-[0-9a-f]{16}-01");
    }

    private String parent(String trial, String attempt) {
        return traces.environment(UUID.fromString(trial), UUID.fromString(attempt))
                .getOrDefault("TRACEPARENT", "");
    }

    private String sent() {
        return collector.findAll(postRequestedFor(urlEqualTo("/v1/traces"))).stream()
                .map(request -> new String(request.getBody(), ISO_8859_1))
                .collect(Collectors.joining());
    }

    private static String bytes(String hex) {
        return new String(HexFormat.of().parseHex(hex), ISO_8859_1);
    }
}
