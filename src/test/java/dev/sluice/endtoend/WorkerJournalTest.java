package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker elsewhere, made of what the documentation shows, hands its journal over while the service is killed twice. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerJournalTest {
    private static final int STEPS = 300;
    private static final String WORKER = """
            import sys
            url, sweep, out = sys.argv[1:]

            def insist(call):
                while True:
                    try:
                        return call()
                    except urllib.error.HTTPError as error:
                        if error.code != 503:
                            sys.exit(f"{error.code}: {error.read()}")
                    except OSError:
                        pass  # the service is away
                    time.sleep(0.1)

            def post(path, body):
                request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)

            lease = insist(lambda: post(f"api/v1/sweeps/{sweep}/leases", {"workerId": "node-7", "waitSeconds": 20}))[0]
            path = "api/v1/leases/" + lease["leaseId"]
            journal = HEADER + entry(PARAMS, {"host": "node-7"}) + entry(TAGS, {"team": "vision"})
            points, offset = [], 0
            for step in range(1, %d + 1):
                at = now()
                journal += entry(METRICS, {"grad_norm": 1 / step, "up": "Infinity"}, step=step, at=at)
                points.append({"step": step, "value": 1 / step, "at": at})
                if step %% 10 == 0:
                    offset = insist(lambda: hand_over(url + path, lease["token"], offset, journal[offset:]))
                    time.sleep(0.1)
                if step %% 100 == 0:
                    insist(lambda: post(path + "/reports", {"seq": step, "points": [{"step": step, "values": {"score": step}}]}))
            while offset < len(journal):
                offset = insist(lambda: hand_over(url + path, lease["token"], offset, journal[offset:]))
            json.dump(points, open(out, "w"))
            insist(lambda: post(path + "/complete", {"state": "COMPLETE"}))
            """.formatted(STEPS);

    private Mlflow mlflow;
    private Service service;
    private JsonNode view;
    private Mlflow.Run run;
    private List<Mlflow.Point> recorded;

    @BeforeAll
    void work(Mlflow shared) throws Exception {
        mlflow = shared;
        service = Service.named("worker-journal").shippingTo(mlflow).start();
        var sweep = service.submit("""
                name: worker-journal
                objective: {metric: score, goal: maximize}
                parameters: {x: {min: 0.0, max: 1.0}}
                budget: {trials: 1}
                trial: {external: true}
                """);
        var out = Build.folder("worker-journal-out").resolve("points.json");
        var worker = new ProcessBuilder(
                        "python3",
                        Script.of("worker-journal", documented() + WORKER)
                                .path()
                                .toString(),
                        service.uri().toString(),
                        sweep.id(),
                        out.toString())
                .inheritIO()
                .start();
        try {
            for (int kill = 0; kill < 2; kill++) {
                awaitMore(sweep);
                service.kill();
                service.restart();
            }
            assertThat(worker.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            worker.destroyForcibly();
        }
        assertThat(worker.exitValue()).isZero();
        recorded = Json.list(
                Json.read(Files.readString(out)),
                point -> new Mlflow.Point(
                        point.path("step").asLong(),
                        point.path("value").asDouble(),
                        point.path("at").asLong()));
        view = sweep.awaitDelivered();
        run = mlflow.children(view).getFirst();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void everyPointOfTheJournalIsThereOnceWithItsTime() {
        assertThat(recorded).hasSize(STEPS);
        assertThat(mlflow.history(run.id(), "grad_norm")).isEqualTo(recorded);
        assertThat(mlflow.history(run.id(), "up")).hasSize(STEPS);
    }

    @Test
    void soAreItsParamsAndTagsBesideThoseOfTheService() {
        assertThat(run.params()).containsEntry("host", "node-7").containsOnlyKeys("x", "seed", "host");
        assertThat(run.tag("team")).isEqualTo("vision");
        assertThat(run.tag("sluice.state")).isEqualTo("COMPLETE");
        assertThat(run.status()).isEqualTo("FINISHED");
        assertThat(mlflow.children(view)).hasSize(1);
    }

    @Test
    void whatIsReportedCountsForTheSearchAndIsThereToo() {
        assertThat(mlflow.history(run.id(), "score"))
                .extracting(Mlflow.Point::step)
                .containsExactly(100L, 200L, 300L);
        assertThat(view.path("best").path("values").path("score").asDouble()).isEqualTo(STEPS);
    }

    /** Until something of the journal is there that was not. */
    private void awaitMore(Sweep sweep) throws IOException {
        var journal = service.trialFolder(firstTrial(sweep)).resolve("journal/attempt-1.journal");
        long before = Files.exists(journal) ? Files.size(journal) : 0;
        Waiting.until(
                "more of the journal", Waiting.SOON, () -> journal.toFile().length(), length -> length > before);
    }

    private static String firstTrial(Sweep sweep) {
        return Waiting.until("the trial to be leased", Waiting.SOON, sweep::trials, trials -> !trials.isEmpty())
                .getFirst()
                .path("id")
                .asText();
    }

    /** The Python of the guide. */
    private static String documented() throws IOException {
        var guide = Files.readString(Build.root().resolve("docs/tracking.md"));
        int begin = guide.indexOf("```python\n") + "```python\n".length();
        return guide.substring(begin, guide.indexOf("```", begin));
    }
}
