package dev.sluice.console.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.sluice.console.database.Postgres;
import dev.sluice.console.database.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL, which is also killed. */
@QuarkusTest
@TestProfile(PostgresProfile.class)
final class PostgresStoreTest extends StoreContract {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int TRIALS = isLong() ? 24 : 12;
    private static final int WORKERS = 4;
    private static final int STEPS = 5;

    /** Answers that said "later". */
    private final AtomicInteger refused = new AtomicInteger();

    @Override
    String kind() {
        return "PostgreSQL";
    }

    @Override
    IntStream releases() {
        return isLong() ? IntStream.rangeClosed(1, Stores.RELEASED) : IntStream.of(1);
    }

    private static boolean isLong() {
        return "1".equals(System.getenv("SLUICE_LONG"));
    }

    @AfterEach
    void theDatabaseIsBack() {
        await().atMost(LIMIT).until(() -> database.check().up());
    }

    @Test
    void saysThatItIsAwayAndGoesOnByItself() {
        var sweep = create("away", 1, "");
        var lease = lease(sweep, "w");
        report(lease, 0, 1, 0.5);
        var server = Postgres.shared();

        server.kill();
        try {
            for (var call : List.<Supplier<Response>>of(
                    () -> given().get("/api/v1/sweeps"),
                    () -> given().get("/api/v1/sweeps/" + sweep),
                    () -> yaml(file("never", 1, "")).post("/api/v1/sweeps"),
                    () -> json(Map.of()).post("/api/v1/leases/%s/heartbeat".formatted(lease)),
                    () -> given().post("/api/v1/sweeps/%s/pause".formatted(sweep)))) {
                call.get()
                        .then()
                        .statusCode(503)
                        .contentType("application/problem+json")
                        .header("Retry-After", "1")
                        .body("type", containsString("unavailable"))
                        .body("detail", containsString("atabase"));
            }
            await().atMost(LIMIT)
                    .untilAsserted(() -> given().get("/q/health/ready")
                            .then()
                            .statusCode(503)
                            .body("checks.find { it.name == 'database' }.status", equalTo("DOWN"))
                            .body(
                                    "checks.find { it.name == 'database' }.data.reason",
                                    containsString("does not answer")));
            given().get("/q/health/live").then().statusCode(200);
        } finally {
            server.start();
        }

        await().atMost(LIMIT).until(() -> database.status().up());
        assertThat(report(lease, 0, 1, 0.9)).isEqualTo("CONTINUE");
        report(lease, 1, 2, 0.6);
        complete(lease, "COMPLETE", "").statusCode(200);
        assertThat(view(sweep).getString("state")).isEqualTo("COMPLETED");
        assertThat(view(sweep).getDouble("best.values.score")).isEqualTo(0.6);
    }

    @Test
    void losesNothingOfASweepThatItIsKilledUnder() throws Exception {
        var sweep = UUID.fromString(create("killed", TRIALS, "pruning: {algorithm: median, startupTrials: 3}"));
        var answered = new ArrayList<Future<Integer>>();
        try (var workers = Executors.newFixedThreadPool(WORKERS)) {
            for (int worker = 0; worker < WORKERS; worker++) {
                var name = "w" + worker;
                answered.add(workers.submit(() -> work(sweep, name)));
            }
            for (int done : isLong() ? List.of(3, 6, 9, 12, 15, 18) : List.of(4)) {
                await().atMost(LIMIT).until(() -> ended(sweep) >= done);
                Postgres.shared().kill();
                int before = refused.get();
                await().atMost(LIMIT).until(() -> refused.get() > before);
                Postgres.shared().start();
                await().atMost(LIMIT).until(() -> database.check().up());
            }
            int reports = 0;
            for (var worker : answered) {
                reports += worker.get(2, TimeUnit.MINUTES);
            }

            assertThat(state(sweep, archive)).contains("COMPLETED");
            var trials = archive.trials(sweep, java.util.Optional.empty(), -1, 1000);
            assertThat(trials).extracting(t -> t.number()).hasSize(TRIALS).doesNotHaveDuplicates();
            assertThat(trials).allSatisfy(trial -> {
                assertThat(trial.state().name()).isIn("COMPLETE", "PRUNED");
                assertThat(archive.attempts(trial.id())).hasSize(1);
            });
            // Each report that was answered is there, once.
            assertThat(archive.measurements(sweep).values().stream()
                            .mapToInt(List::size)
                            .sum())
                    .isEqualTo(reports);
            var positions = new ArrayList<Long>();
            archive.events(sweep, 0, recorded -> positions.add(recorded.pos()));
            for (int i = 0; i < positions.size(); i++) {
                assertThat(positions.get(i)).isEqualTo(i + 1);
            }
        }
    }

    private int ended(UUID sweep) {
        return archive.sweep(sweep)
                .map(s -> s.counts().complete() + s.counts().pruned())
                .orElse(0);
    }

    /** Works until there is no more; the number of reports that were answered. */
    private int work(UUID sweep, String name) throws Exception {
        int reports = 0;
        while (true) {
            var leases = insist(() -> json(Map.of("workerId", name, "capacity", 1, "waitSeconds", 1))
                    .post("/api/v1/sweeps/%s/leases".formatted(sweep)));
            if (leases.statusCode() == 410) {
                return reports;
            }
            if (leases.statusCode() == 204) {
                continue;
            }
            var lease = leases.jsonPath().getString("[0].leaseId");
            int number = leases.jsonPath().getInt("[0].number");
            var directive = "CONTINUE";
            for (int step = 1; step <= STEPS && directive.equals("CONTINUE"); step++) {
                double score = step * ((number * 7) % 10);
                var body = Map.of(
                        "seq", step - 1, "points", List.of(Map.of("step", step, "values", Map.of("score", score))));
                var answer = insist(() -> json(body).post("/api/v1/leases/%s/reports".formatted(lease)));
                assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
                directive = answer.jsonPath().getString("directive");
                reports++;
            }
            var end = Map.of("state", directive.equals("STOP") ? "PRUNED" : "COMPLETE");
            var answer = insist(() -> json(end).post("/api/v1/leases/%s/complete".formatted(lease)));
            assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        }
    }

    /** As a worker does: the same call again, while the service says that it cannot just now. */
    private Response insist(Callable<Response> call) throws Exception {
        while (true) {
            var answer = call.call();
            if (answer.statusCode() != 503) {
                return answer;
            }
            refused.incrementAndGet();
            Thread.sleep(100);
        }
    }
}
