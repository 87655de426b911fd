package dev.sluice.console.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What Prometheus sees of the service, and what the board asks of Prometheus. */
@QuarkusTest
@TestProfile(AloneProfile.class)
final class MetersTest {
    private static final Pattern NAME = Pattern.compile("\\b([a-z]+(?:_[a-z]+)+)\\{");

    @Test
    void whatHappensIsCounted() {
        double reports = value("sluice_reports_total");
        double ended = value("sluice_trials_ended_total{state=\"COMPLETE\"}");
        double failed = value("sluice_attempts_ended_total{state=\"FAILED\"}");
        double alerts = value("sluice_alerts_total{rule=\"nan\"}");
        double running = value("sluice_trials{state=\"RUNNING\"}");
        String sweep = sweep();
        String first = lease(sweep);
        post(
                "/api/v1/leases/" + first + "/reports",
                "{\"seq\": 0, \"points\": [{\"step\": 0, \"values\": {\"loss\": \"NaN\"}}]}");
        String second = lease(sweep);

        assertThat(value("sluice_trials{state=\"RUNNING\"}")).isEqualTo(running + 2);

        post("/api/v1/leases/" + first + "/complete", "{\"state\": \"COMPLETE\", \"values\": {\"loss\": 1}}");
        post("/api/v1/leases/" + second + "/complete", "{\"state\": \"FAILED\", \"reason\": \"bad luck\"}");
        assertThat(value("sluice_reports_total")).isEqualTo(reports + 2);
        assertThat(value("sluice_trials_ended_total{state=\"COMPLETE\"}")).isEqualTo(ended + 1);
        assertThat(value("sluice_attempts_ended_total{state=\"FAILED\"}")).isEqualTo(failed + 1);
        assertThat(value("sluice_alerts_total{rule=\"nan\"}")).isEqualTo(alerts + 1);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(value("sluice_trials{state=\"RUNNING\"}")).isEqualTo(running));
        assertThat(value("sluice_commits_seconds_count")).isPositive();
        assertThat(value("sluice_asks_seconds_count")).isPositive();
        assertThat(value("sluice_devices{kind=\"cpu\"}")).isEqualTo(2);
    }

    @Test
    void theBoardAsksForNothingThatThereIsNot() throws Exception {
        String sweep = sweep();
        post(
                "/api/v1/leases/" + lease(sweep) + "/reports",
                "{\"seq\": 0, \"points\": [{\"step\": 0, \"values\": {\"loss\": \"NaN\"}}]}");
        post("/api/v1/sweeps/" + sweep + "/cancel", "");
        var published = given().get("/q/metrics").asString();
        var asked = new TreeSet<String>();
        for (var panel : new ObjectMapper()
                .readTree(Files.readString(Path.of("../docs/grafana/sluice.json")))
                .path("panels")) {
            for (var target : panel.path("targets")) {
                NAME.matcher(target.path("expr").asText()).results().forEach(match -> asked.add(match.group(1)));
            }
        }

        assertThat(asked).hasSizeGreaterThan(15);
        assertThat(asked).allSatisfy(name -> assertThat(published).containsPattern("(?m)^" + name + "[{ ]"));
        assertThat(published).doesNotContain(sweep);
    }

    private static double value(String meter) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(meter + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    private static String sweep() {
        return given().contentType("application/json")
                .body("""
                        {"name": "metered", "objective": {"metric": "loss", "goal": "minimize", "report": "last"},
                         "parameters": {"x": {"type": "float", "min": 0.0, "max": 1.0}},
                         "budget": {"trials": 2, "parallel": 2}, "trial": {"external": true}}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String lease(String sweep) {
        return given().contentType("application/json")
                .body("{\"workerId\": \"w" + System.nanoTime() + "\"}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract()
                .path("[0].leaseId");
    }

    private static void post(String path, String body) {
        given().contentType("application/json").body(body).post(path).then().statusCode(200);
    }
}
