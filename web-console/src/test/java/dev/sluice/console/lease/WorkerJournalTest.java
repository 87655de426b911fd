package dev.sluice.console.lease;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.sluice.console.service.AloneProfile;
import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.Numbered;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a worker elsewhere records beside its reports, handed over over REST: on disk when it is answered, and once. */
@QuarkusTest
@TestProfile(AloneProfile.class)
final class WorkerJournalTest {
    private static final Instant AT = Instant.ofEpochMilli(1_795_357_989_163L);

    @ConfigProperty(name = "sluice.data")
    Path data = Path.of(""); // given by the service

    private String sweep = "";
    private String lease = "";
    private String trial = "";

    @BeforeEach
    void leaseATrial() {
        sweep = given().contentType(ContentType.JSON)
                .body("""
                        {"name": "outside", "objective": {"metric": "score", "goal": "maximize"},
                         "parameters": {"x": {"type": "float", "min": 0.0, "max": 1.0}},
                         "budget": {"trials": 1}, "trial": {"external": true}}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        var leased = given().contentType(ContentType.JSON)
                .body("{\"workerId\": \"w\"}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract();
        lease = leased.path("[0].leaseId");
        trial = leased.path("[0].trialId");
    }

    @Test
    void isOnDiskAsItWasWrittenWhenItIsAnswered() throws IOException {
        var journal = journal(
                new JournalEntry.Params(Map.of("host", "node-7")),
                new JournalEntry.Tags(Map.of("team", "vision", "mlflow.note.content", "by hand")),
                metrics(1),
                metrics(2));
        int cut = (int) JournalReader.of(file()).read(0, 2).getLast().end();

        post(0, Arrays.copyOf(journal, cut))
                .statusCode(200)
                .body("nextOffset", equalTo(cut))
                .body("directive", equalTo("CONTINUE"))
                .body("expiresAt", notNullValue());
        post(cut, Arrays.copyOfRange(journal, cut, journal.length))
                .statusCode(200)
                .body("nextOffset", equalTo(journal.length));

        assertReceived(journal);
    }

    @Test
    void whatIsSentTwiceChangesNothing() throws IOException {
        var journal = journal(metrics(1), metrics(2), metrics(3));
        int cut = (int) JournalReader.of(file()).read(0, 2).getLast().end();

        for (int i = 0; i < 3; i++) {
            post(0, Arrays.copyOf(journal, cut)).statusCode(200).body("nextOffset", equalTo(cut));
        }
        post(0, journal).statusCode(200).body("nextOffset", equalTo(journal.length));
        post(0, Arrays.copyOf(journal, cut)).statusCode(200);

        assertReceived(journal);
    }

    @Test
    void aGapIsAConflictThatNamesWhatIsExpected() throws IOException {
        var journal = journal(metrics(1), metrics(2));
        int cut = (int) JournalReader.of(file()).read(0, 1).getLast().end();
        var rest = Arrays.copyOfRange(journal, cut, journal.length);

        post(cut, rest)
                .statusCode(409)
                .body("type", endsWith("journal-gap"))
                .body("expectedOffset", equalTo(0))
                .body("detail", containsString("up to offset 0"));
        post(0, Arrays.copyOf(journal, cut)).statusCode(200);
        post(cut + 7, rest).statusCode(409).body("expectedOffset", equalTo(cut));
        post(cut, rest).statusCode(200);
    }

    @Test
    void anotherJournalInItsPlaceIsAConflictToo() throws IOException {
        var journal = journal(metrics(1));
        post(0, journal).statusCode(200);

        post(0, journal(metrics(9)))
                .statusCode(409)
                .body("type", endsWith("journal-gap"))
                .body("expectedOffset", equalTo(journal.length));
    }

    @Test
    void damagedBytesAreNotTakenAtAll() throws IOException {
        var journal = journal(metrics(1), metrics(2));
        var damaged = journal.clone();
        damaged[damaged.length - 3] ^= 1;

        post(0, damaged)
                .statusCode(422)
                .body("type", endsWith("invalid"))
                .body("errors[0].detail", containsString("no whole and intact entry at offset"));
        post(0, Arrays.copyOf(journal, journal.length - 1)).statusCode(422);
        post(0, "{\"step\": 1, \"loss\": 0.5}\n".getBytes(StandardCharsets.UTF_8))
                .statusCode(422)
                .body("errors[0].detail", containsString("not a journal"));
        post(0, new byte[0]).statusCode(422);
        assertThat(received()).doesNotExist();
    }

    static List<JournalEntry> othersEntries() {
        return List.of(
                new JournalEntry.RunOpened("k", "n", "e", AT, Optional.empty(), Map.of()),
                new JournalEntry.RunEnded(RunStatus.FINISHED, AT),
                new JournalEntry.Artifact("passwd", "/etc/passwd", 5, "0".repeat(64)),
                new JournalEntry.Inputs(
                        List.of(new Dataset("d", "1", "code", "{}", Optional.empty(), Optional.empty(), "training"))),
                new JournalEntry.Params(Map.of("x", "0.5")),
                new JournalEntry.Params(Map.of("seed", "5")),
                new JournalEntry.Tags(Map.of("sluice.key", "stolen")),
                new JournalEntry.Tags(Map.of("mlflow.parentRunId", "stolen")),
                new JournalEntry.Metrics(1, Map.of("m".repeat(201), 0.5), AT));
    }

    @ParameterizedTest
    @MethodSource("othersEntries")
    void whatAWorkerMayNotWriteIsRefusedWithAllThatCameWithIt(JournalEntry entry) throws IOException {
        post(0, journal(metrics(1), entry, metrics(2)))
                .statusCode(422)
                .body("errors[0].detail", containsString("The entry at offset"));

        assertThat(received()).doesNotExist();
    }

    @Test
    void aMarkThatDoesNotFollowIsRefused() throws IOException {
        var journal = journal(metrics(1).withMark(7), metrics(2).withMark(5));
        int cut = (int) JournalReader.of(file()).read(0, 1).getLast().end();

        post(0, journal)
                .statusCode(422)
                .body("errors[0].detail", containsString("has the mark 5"))
                .body("errors[0].detail", containsString(">= 7"));
        post(0, Arrays.copyOf(journal, cut)).statusCode(200);
        post(cut, Arrays.copyOfRange(journal, cut, journal.length)).statusCode(422);
        assertReceived(Arrays.copyOf(journal, cut));
    }

    /** The service has no MLflow, so that nothing is shipped. */
    @Test
    void noMoreIsTakenThanMayWaitForMlflow() throws IOException {
        var value = "v".repeat(1_000_000);
        var first = journal(new JournalEntry.Tags(Map.of("t", value)));
        post(0, first).statusCode(200);
        var piece = Arrays.copyOfRange(first, 16, first.length);
        long offset = first.length;
        int status = 200;
        for (int i = 0; i < 30 && status == 200; i++) {
            status = post(offset, piece).extract().statusCode();
            offset += status == 200 ? piece.length : 0;
        }

        assertThat(offset).isBetween((16L << 20) - (1 << 20), 16L << 20);
        post(offset, piece)
                .statusCode(507)
                .header("Retry-After", "30")
                .body("type", endsWith("full"))
                .body("detail", containsString("`sluice.mlflow.worker-journal-limit` (16MiB)"))
                .body("detail", containsString("offset " + offset));
        post(offset - piece.length, piece).statusCode(200).body("nextOffset", equalTo((int) offset));
    }

    @Test
    void aPieceHasOneMebibyteAtMost() {
        post(0, new byte[(1 << 20) + 1])
                .statusCode(413)
                .body("type", endsWith("too-large"))
                .body("detail", containsString("1048576"));
        post(0, new byte[5 << 20]).statusCode(413);
    }

    @Test
    void anOffsetIsAPlaceInTheJournal() throws IOException {
        var journal = journal(metrics(1));
        for (var offset : List.of("", "x", "-1", "1.5")) {
            octets(journal)
                    .post("/api/v1/leases/" + lease + "/journal?offset=" + offset)
                    .then()
                    .statusCode(400)
                    .body("type", endsWith("malformed"))
                    .body("detail", containsString("offset"));
        }
        octets(journal).post("/api/v1/leases/" + lease + "/journal").then().statusCode(400);
        post(5, journal).statusCode(422).body("errors[0].detail", containsString("header"));
    }

    @Test
    void otherMediaTypesAreNotTaken() {
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/api/v1/leases/" + lease + "/journal?offset=0")
                .then()
                .statusCode(415)
                .body("detail", containsString("application/octet-stream"));
    }

    @Test
    void aLeaseThatIsOverTakesNothing() throws IOException {
        var journal = journal(metrics(1));
        post(0, journal).statusCode(200);
        given().contentType(ContentType.JSON)
                .body("{\"state\": \"COMPLETE\", \"values\": {\"score\": 1}}")
                .post("/api/v1/leases/" + lease + "/complete")
                .then()
                .statusCode(200);

        post(0, journal).statusCode(409).body("type", endsWith("lease-lost"));
        post(journal.length, Arrays.copyOfRange(journal, 16, journal.length))
                .statusCode(409)
                .body("type", endsWith("lease-lost"))
                .body("expectedOffset", nullValue());

        assertReceived(journal);
    }

    @Test
    void aLeaseThatASweepTookBackTakesNothing() throws IOException {
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);

        post(0, journal(metrics(1))).statusCode(409).body("type", endsWith("lease-lost"));

        assertThat(received()).doesNotExist();
    }

    @Test
    void aLeaseThatThereIsNotTakesNothing() throws IOException {
        lease = UUID.randomUUID().toString();

        post(0, journal(metrics(1))).statusCode(404);
    }

    @Test
    void aTrialBesideTheServiceWritesItsJournalItself() throws IOException {
        String commands = given().config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/yaml", ContentType.TEXT)))
                .contentType("application/yaml")
                .body("""
                        name: beside
                        objective: {metric: score, goal: maximize}
                        parameters: {x: {min: 0.0, max: 1.0}}
                        budget: {trials: 1}
                        trial: {command: [sleep, "300"]}
                        """)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        lease = await().atMost(Duration.ofSeconds(30))
                .until(() -> localLease(commands), Optional::isPresent)
                .orElseThrow();

        post(0, journal(metrics(1)))
                .statusCode(409)
                .body("type", endsWith("conflict"))
                .body("detail", containsString("beside the service"));

        given().post("/api/v1/sweeps/" + commands + "/cancel").then().statusCode(200);
    }

    @Test
    void isInTheDocumentation() {
        given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .body("paths.'/api/v1/leases/{lease}/journal'.post.description", containsString("expectedOffset"));
    }

    // ---- arrangement ----------------------------------------------------------------------------------------------

    /** The lease of a trial that the service has launched: its own process is told where to report. */
    private Optional<String> localLease(String commands) throws IOException {
        String started = given().get("/api/v1/sweeps/" + commands + "/trials")
                .then()
                .extract()
                .path("items[0].id");
        var told = data.resolve("trials").resolve(String.valueOf(started)).resolve("trial-1.json");
        if (!Files.exists(told)) {
            return Optional.empty();
        }
        var address = Pattern.compile("/leases/([0-9a-f-]{36})/reports").matcher(Files.readString(told));
        return address.find() ? Optional.of(address.group(1)) : Optional.empty();
    }

    private static JournalEntry metrics(long step) {
        return new JournalEntry.Metrics(step, Map.of("grad_norm", step / 3.0, "nan", Double.NaN), AT.plusSeconds(step));
    }

    private Path file() {
        return data.resolve("elsewhere/attempt.journal");
    }

    private byte[] journal(JournalEntry... entries) throws IOException {
        Files.deleteIfExists(file());
        try (var writer = JournalWriter.open(file())) {
            for (var entry : entries) {
                writer.append(entry);
            }
        }
        assertThat(JournalReader.of(file()).read(0, 100))
                .extracting(Numbered::value)
                .containsExactly(entries);
        return Files.readAllBytes(file());
    }

    /** All but the time, which is that of the receipt. */
    private void assertReceived(byte[] journal) throws IOException {
        var sent = Files.write(data.resolve("elsewhere/sent.journal"), journal);
        assertThat(received()).hasSize(journal.length);
        assertThat(JournalReader.of(received()).read(0, 100))
                .extracting(Numbered::end, Numbered::value)
                .containsExactlyElementsOf(JournalReader.of(sent).read(0, 100).stream()
                        .map(entry -> tuple(entry.end(), entry.value()))
                        .toList());
    }

    private Path received() {
        return data.resolve("trials").resolve(trial).resolve("journal/attempt-1.journal");
    }

    private ValidatableResponse post(long offset, byte[] body) {
        return octets(body)
                .post("/api/v1/leases/" + lease + "/journal?offset=" + offset)
                .then();
    }

    private static RequestSpecification octets(byte[] body) {
        return given().contentType("application/octet-stream").body(body);
    }
}
