package dev.sluice.console.service;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.sluice.console.database.Backup;
import dev.sluice.console.database.Database;
import dev.sluice.console.database.DatabaseException;
import dev.sluice.console.database.Stores;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.sweep.SweepLoop;
import io.agroal.api.AgroalDataSource;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every store has to do, seen from the service's outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoreContract {
    @Inject
    Archive archive;

    @Inject
    Database database;

    @Inject
    AgroalDataSource source;

    @Inject
    StudyDesk desk;

    @Inject
    SweepLoop loop;

    /** As its health check names it. */
    abstract String kind();

    @Test
    void keepsAWholeSweep() {
        var sweep = create("whole-" + UUID.randomUUID(), 4, "pruning: {algorithm: median, startupTrials: 1}");
        for (double base : List.of(0.5, 0.6, 0.1, 0.7)) {
            var lease = lease(sweep, "w");
            var directive = "CONTINUE";
            for (int step = 1; step <= 3 && directive.equals("CONTINUE"); step++) {
                directive = report(lease, step - 1, step, base + step / 100.0);
            }
            complete(lease, directive.equals("STOP") ? "PRUNED" : "COMPLETE", "")
                    .statusCode(200);
        }

        var view = view(sweep);
        assertThat(view.getString("state")).isEqualTo("COMPLETED");
        assertThat(view.getInt("counts.complete")).isEqualTo(3);
        assertThat(view.getInt("counts.pruned")).isEqualTo(1);
        assertThat(view.getDouble("best.values.score")).isEqualTo(0.73);
        assertThat(view.getInt("best.number")).isEqualTo(3);
        assertThat(given().get("/api/v1/sweeps/%s/trials?state=COMPLETE&limit=2".formatted(sweep))
                        .jsonPath()
                        .getList("items.number", Integer.class))
                .containsExactly(0, 1);
        assertThat(given().get("/api/v1/sweeps/%s/curves?metric=score".formatted(sweep))
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .contains("0.73");
        given().get("/api/v1/sweeps/%s/importance".formatted(sweep)).then().statusCode(200);
        assertThat(archive.measurements(UUID.fromString(sweep), 3)).hasSize(3);
        assertThat(archive.sweepsOfPrefix(sweep.substring(0, 30))).hasSize(1);
        given().delete("/api/v1/sweeps/" + sweep).then().statusCode(204);
        given().get("/api/v1/sweeps/" + sweep).then().statusCode(404);
    }

    @Test
    void findsSweepsByWordsAndPages() {
        var mark = UUID.randomUUID().toString();
        var ids = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            ids.add(create("100%_" + mark + " ÄÖ " + i, 1, ""));
        }

        var first = given().queryParam("q", "100%_" + mark)
                .queryParam("limit", 2)
                .get("/api/v1/sweeps")
                .jsonPath();
        var second = given().queryParam("q", "100%_" + mark)
                .queryParam("cursor", first.getString("nextCursor"))
                .get("/api/v1/sweeps")
                .jsonPath();

        assertThat(first.getList("items.id")).containsExactly(ids.get(2), ids.get(1));
        assertThat(second.getList("items.id")).containsExactly(ids.get(0));
        assertThat(given().queryParam("q", "100__" + mark)
                        .get("/api/v1/sweeps")
                        .jsonPath()
                        .getList("items"))
                .isEmpty();
        assertThat(archive.newestOfName("100%_" + mark + " ÄÖ 1"))
                .hasValueSatisfying(s -> assertThat(s.id()).hasToString(ids.get(1)));
    }

    @Test
    void makesOneSweepOfOneKey() {
        var key = UUID.randomUUID().toString();
        var file = file("keyed", 1, "");

        var first = yaml(file).header("Idempotency-Key", key).post("/api/v1/sweeps");
        var again = yaml(file).header("Idempotency-Key", key).post("/api/v1/sweeps");

        assertThat(again.jsonPath().getString("id")).isEqualTo(first.jsonPath().getString("id"));
        yaml(file("other", 1, ""))
                .header("Idempotency-Key", key)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(409);
    }

    @Test
    void takesAnyTextThatAWorkerSends() {
        var sweep = create("texts", 2, "");
        var strange = "nul \0, half a pair \uD83D, whole \uD83D\uDE00, quote ' \" \\, " + "ß".repeat(5000);

        complete(lease(sweep, "wörker '1\0'"), "INFEASIBLE", strange).statusCode(200);

        assertThat(view(sweep).getInt("counts.infeasible")).isEqualTo(1);
        assertThat(archive.trial(UUID.fromString(sweep), 0))
                .hasValueSatisfying(
                        trial -> assertThat(trial.reason()).contains("whole \uD83D\uDE00, quote ' \" \\, ß"));
        assertThat(lease(sweep, "w")).isNotEmpty();
    }

    @Test
    void savesWhatIsThereAtOneMomentAndFillsAnyStoreWithIt(@TempDir Path folder) throws Exception {
        var sweep = create("saved ÄÖ ' \\\\ \u2028", 50, "");
        report(lease(sweep, "w"), 0, 1, Double.NaN);
        var file = folder.resolve("backup");
        var answer = given().get("/api/v1/backup").then().statusCode(200).extract();
        Files.write(file, answer.asByteArray());
        var sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(answer.header("Repr-Digest"))
                .isEqualTo("sha-256=:" + Base64.getEncoder().encodeToString(sum) + ":");
        report(lease(sweep, "w"), 1, 2, 0.5);

        var filled = new ArrayList<List<String>>();
        try (var h2 = Stores.h2(Files.createDirectory(folder.resolve("h2")));
                var postgres = Stores.postgres()) {
            for (var store : List.of(h2, postgres)) {
                Stores.migrate(store);
                var into = Stores.backup(store, database);
                into.restore(file, false);
                assertThatThrownBy(() -> into.restore(file, false))
                        .isInstanceOf(DatabaseException.class)
                        .hasMessageContaining("holds")
                        .hasMessageContaining("--replace");
                into.restore(file, true);
                filled.add(saved(into, folder));
            }
        }

        assertThat(filled.get(0)).isEqualTo(filled.get(1)).isEqualTo(rows(file));
        assertThat(String.join("", filled.get(0))).contains(sweep).contains("NaN");
    }

    @Test
    void restoresNothingOfAFileThatIsNotWhole(@TempDir Path folder) throws Exception {
        create("damaged", 3, "");
        var file = folder.resolve("whole");
        Stores.backup(source, database).save(file);
        assertThatThrownBy(() -> Stores.backup(source, database).save(file)).hasMessageContaining("is there already");
        var whole = Files.readAllBytes(file);
        var flipped = whole.clone();
        flipped[whole.length / 2] ^= 0x10;
        var text = String.join("\n", lines(file)) + "\n";
        var files = Map.of(
                "short", Arrays.copyOf(whole, whole.length * 2 / 3),
                "flipped", flipped,
                "edited", packed(text.replace("damaged", "mended ")),
                "endless", packed(text.substring(0, text.lastIndexOf("{\"sha256\""))),
                "other", packed("hello\n"),
                "newer", packed(text.replaceFirst("\"schema\":\\d+", "\"schema\":99")),
                "plain", text.getBytes(UTF_8));
        try (var empty = Stores.h2(Files.createDirectory(folder.resolve("h2")))) {
            Stores.migrate(empty);
            var into = Stores.backup(empty, database);
            for (var each : files.entrySet()) {
                var damaged = Files.write(folder.resolve(each.getKey()), each.getValue());
                assertThatThrownBy(() -> into.restore(damaged, true))
                        .as(each.getKey())
                        .isInstanceOf(DatabaseException.class)
                        .hasMessageContaining(damaged.toString());
                try (var connection = empty.getConnection();
                        var query = connection.prepareStatement("select count(*) from sweep");
                        var rows = query.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).as(each.getKey()).isZero();
                }
            }
            into.restore(file, false);
        }
    }

    /** The releases with whose databases this store is tried; all are for one of the stores. */
    abstract IntStream releases();

    /** A database of every released schema, on both stores: brought up to date, and gone on with. */
    @ParameterizedTest
    @MethodSource("releases")
    void goesOnWithWhatAnEarlierReleaseHasLeft(int version, @TempDir Path folder) throws Exception {
        var old = folder.resolve("old");
        var file = folder.resolve("now");
        List<String> migrated;
        try (var h2 = Stores.released(version, Files.createDirectory(folder.resolve("h2")));
                var postgres = Stores.postgres()) {
            Stores.backup(h2, database).save(old);
            Stores.migrate(postgres, version);
            Stores.backup(postgres, database).restore(old, false);
            for (var store : List.of(h2, postgres)) {
                Stores.migrate(store);
            }
            Stores.backup(h2, database).save(file);
            migrated = rows(file);
            assertThat(saved(Stores.backup(postgres, database), folder)).isEqualTo(migrated);
        }

        Stores.add(source, database, file);
        loop.takeUp(desk.takeUp());

        var sweeps = given().get("/api/v1/sweeps?limit=500").jsonPath();
        var done = sweeps.getString("items.findAll { it.name == 'done' }.max { it.createdAt }.id");
        var going = sweeps.getString("items.findAll { it.name == 'going' }.max { it.createdAt }.id");
        assertThat(view(done).getString("state")).isEqualTo("COMPLETED");
        assertThat(view(done).getDouble("best.values.score")).isEqualTo(0.9);
        assertThat(view(going).getInt("counts.running")).isEqualTo(1);
        var leased = lease(going, "away");
        report(leased, 1, 2, 0.95);
        complete(leased, "COMPLETE", "").statusCode(200);
        for (int i = 0; i < 2; i++) {
            var next = lease(going, "w");
            report(next, 0, 1, 0.1);
            complete(next, "COMPLETE", "").statusCode(200);
        }
        assertThat(view(going).getString("state")).isEqualTo("COMPLETED");
        assertThat(view(going).getDouble("best.values.score")).isEqualTo(0.95);
        for (var id : sweeps.getList("items.id", String.class)) {
            if (String.join("", migrated).contains(id)) {
                given().post("/api/v1/sweeps/%s/cancel".formatted(id));
                await().until(() -> !view(id).getString("state").matches("RUNNING|PAUSED|STOPPING"));
                given().delete("/api/v1/sweeps/" + id).then().statusCode(204);
            }
        }
    }

    /** The rows of a database, as a backup has them. */
    private static List<String> saved(Backup backup, Path folder) throws Exception {
        var file = folder.resolve(UUID.randomUUID().toString());
        backup.save(file);
        return rows(file);
    }

    private static List<String> rows(Path file) throws IOException {
        return lines(file).stream().filter(line -> line.startsWith("[")).toList();
    }

    private static List<String> lines(Path file) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    private static byte[] packed(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void itsHealthCheckNamesIt() {
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'database' }.status", equalTo("UP"))
                .body("checks.find { it.name == 'database' }.data.kind", equalTo(kind()));
    }

    static String file(String name, int trials, String more) {
        return """
                name: "%s"
                objective: {metric: score, goal: maximize}
                parameters: {x: {min: 0.0, max: 1.0}, kind: {values: [a, b]}}
                search: {algorithm: random, seed: 3}
                budget: {trials: %d, parallel: %d}
                trial: {external: true}
                %s
                """.formatted(name, trials, trials, more);
    }

    static String create(String name, int trials, String more) {
        return yaml(file(name, trials, more))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getString("id");
    }

    static RequestSpecification yaml(String body) {
        return given().config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/yaml", ContentType.TEXT)))
                .contentType("application/yaml; charset=utf-8")
                .body(body.getBytes(UTF_8));
    }

    static RequestSpecification json(Object body) {
        return given().contentType(ContentType.JSON).body(body);
    }

    static JsonPath view(String sweep) {
        return given().get("/api/v1/sweeps/" + sweep)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static String lease(String sweep, String worker) {
        return json(Map.of("workerId", worker, "capacity", 1, "waitSeconds", 10))
                .post("/api/v1/sweeps/%s/leases".formatted(sweep))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getString("[0].leaseId");
    }

    static String report(String lease, long seq, long step, double score) {
        return json(Map.of("seq", seq, "points", List.of(Map.of("step", step, "values", Map.of("score", score)))))
                .post("/api/v1/leases/%s/reports".formatted(lease))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getString("directive");
    }

    static io.restassured.response.ValidatableResponse complete(String lease, String state, String reason) {
        return json(Map.of("state", state, "reason", reason))
                .post("/api/v1/leases/%s/complete".formatted(lease))
                .then();
    }

    static Optional<String> state(UUID sweep, Archive archive) {
        return archive.sweep(sweep).map(s -> s.state().name());
    }
}
