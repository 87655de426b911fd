package dev.sluice.tracker.outbox;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.memory.InMemoryTracker;
import dev.sluice.tracker.mlflow.FaultProxy;
import dev.sluice.tracker.mlflow.LocalMlflow;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.JournalEntry.Artifact;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipper against a real MLflow server that is disturbed in every way: each fact arrives exactly once. */
class JournalShipperMlflowTest {
    private static final Duration IN_TIME = Duration.ofMinutes(3);

    @TempDir
    Path root;

    private final List<RunFolder> folders = new ArrayList<>();
    private final Map<RunFolder, List<Artifact>> artifacts = new LinkedHashMap<>();
    private JournalShipper shipper;

    @BeforeEach
    void idle() {
        shipper = JournalShipper.to(new InMemoryTracker(root)).start();
    }

    private void use(JournalShipper next) {
        shipper.close();
        shipper = next;
    }

    @AfterEach
    void stop() throws IOException {
        shipper.close();
        for (RunFolder folder : folders) {
            folder.close();
        }
    }

    private static JournalShipper newShipper(MlflowTracker tracker) {
        return JournalShipper.to(tracker)
                .pollInterval(Duration.ofMillis(100))
                .backOff(Duration.ofMillis(20), Duration.ofMillis(400))
                .start();
    }

    private void followAll() throws IOException {
        for (RunFolder folder : folders) {
            shipper.follow(folder.folder, folder.trial);
        }
    }

    private RunFolder folder(String key, String experiment, Optional<String> parent) throws IOException {
        RunFolder folder = new RunFolder(root, key).open(experiment, parent);
        folders.add(folder);
        folder.params(Map.of("lr", "0.1", "key", key));
        return folder;
    }

    private boolean allEnded() {
        return folders.stream()
                .allMatch(folder ->
                        shipper.progress(folder.folder).orElseThrow().ended() && shipper.isDrained(folder.folder));
    }

    /** All runs of an experiment that are not deleted, straight from the server. */
    private static JsonNode runsOf(MlflowTracker tracker, URI uri, String experiment) throws Exception {
        String body = "{\"experiment_ids\":[\"" + tracker.experiment(experiment).id() + "\"],\"max_results\":1000}";
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(uri + "/api/2.0/mlflow/runs/search"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return new ObjectMapper()
                    .readTree(http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .path("runs");
        }
    }

    private void assertEverythingIsThereOnce(MlflowTracker direct, URI uri, String experiment, int points)
            throws Exception {
        assertThat(runsOf(direct, uri, experiment)).hasSize(folders.size());
        List<MetricPoint> expected = IntStream.range(0, points)
                .mapToObj(step -> new MetricPoint(
                        "loss",
                        step % 100 == 7 ? Double.NaN : 1.0 / (step + 1),
                        RunFolder.START.toEpochMilli() + step,
                        step))
                .toList();
        for (RunFolder folder : folders) {
            RunId id = shipper.runId(folder.folder).orElseThrow();
            Run run = direct.run(id).orElseThrow();
            assertThat(run.status()).as(folder.key).isEqualTo(RunStatus.FINISHED);
            assertThat(run.params()).isEqualTo(Map.of("lr", "0.1", "key", folder.key));
            assertThat(direct.metricHistory(id, "loss")).as(folder.key).isEqualTo(expected);
            for (Artifact artifact : artifacts.getOrDefault(folder, List.of())) {
                assertThat(direct.artifacts(id)
                                .digest(ArtifactPath.of(artifact.artifactPath()))
                                .sha256())
                        .isEqualTo(artifact.sha256());
            }
            assertThat(folder.folder.resolve(RunJournals.QUARANTINE)).doesNotExist();
        }
    }

    @Test
    void everyFactArrivesOnceThoughAThirdOfTheCallsAreSpoiled() throws Exception {
        URI uri = LocalMlflow.shared().uri();
        String experiment = "spoiled";
        try (FaultProxy proxy = new FaultProxy(uri, 0.3, 7, Duration.ofMillis(2500));
                MlflowTracker direct = MlflowTracker.on(MlflowServer.of(uri));
                MlflowTracker spoiled =
                        MlflowTracker.on(MlflowServer.of(proxy.uri()).withRequestTimeout(Duration.ofMillis(1500)))) {
            use(newShipper(spoiled));
            RunFolder parent = folder("sweep", experiment, Optional.empty());
            for (int i = 0; i < 4; i++) {
                folder("sweep/" + i, experiment, Optional.of("sweep"));
            }
            followAll();
            for (int part = 0; part < 6; part++) {
                for (RunFolder folder : folders) {
                    folder.metrics(part * 200, (part + 1) * 200);
                    artifacts
                            .computeIfAbsent(folder, none -> new ArrayList<>())
                            .add(folder.artifact("checkpoints/checkpoint-" + part + "/weights", folder.key + part));
                }
                // Let some of it be under way, then put the shipper away in the middle of it.
                long shipped = shipper.status().pointsShipped();
                await().atMost(IN_TIME).until(() -> shipper.status().pointsShipped() > shipped);
                if (part % 2 == 1) {
                    use(newShipper(spoiled));
                    followAll();
                }
            }
            for (RunFolder folder : folders) {
                folder.end(RunStatus.FINISHED);
            }
            await().atMost(IN_TIME).until(this::allEnded);

            assertEverythingIsThereOnce(direct, uri, experiment, 1200);
            RunId parentId = shipper.runId(parent.folder).orElseThrow();
            assertThat(direct.run(shipper.runId(folders.getLast().folder).orElseThrow())
                            .orElseThrow()
                            .tags())
                    .containsEntry("mlflow.parentRunId", parentId.value());
        }
    }

    @Test
    void nothingIsLostOrDoubledWhenMlflowIsKilledAndStartedAgain() throws Exception {
        try (LocalMlflow server = new LocalMlflow(root.resolve("mlflow"));
                MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(server.uri()))) {
            server.start();
            use(newShipper(tracker));
            folder("sweep", "killed", Optional.empty());
            folder("sweep/0", "killed", Optional.of("sweep"));
            followAll();
            for (RunFolder folder : folders) {
                folder.metrics(0, 500);
            }
            await().atMost(IN_TIME).until(() -> shipper.status().pointsShipped() > 0);
            server.kill();
            RunFolder late = folder("sweep/1", "killed", Optional.of("sweep"));
            late.metrics(0, 500);
            followAll();
            for (RunFolder folder : folders) {
                folder.metrics(500, 2000);
            }
            await().atMost(IN_TIME).until(() -> shipper.status().state() == ShipperStatus.State.AWAY);
            ShipperStatus away = shipper.status();
            assertThat(away.pointsWaiting()).isGreaterThanOrEqualTo(5000);
            assertThat(away.oldestWaiting()).isPresent();
            assertThat(away.detail()).isNotEmpty();
            for (RunFolder folder : folders) {
                folder.end(RunStatus.FINISHED);
            }
            server.start();
            await().atMost(IN_TIME).until(this::allEnded);

            assertEverythingIsThereOnce(tracker, server.uri(), "killed", 2000);
            assertThat(shipper.status().state()).isEqualTo(ShipperStatus.State.UP);
            assertThat(shipper.status().pointsWaiting()).isZero();
        }
    }

    @Test
    void aRequestThatMeetsAnErrorForEverIsSetAsideAndHoldsUpNothing() throws Exception {
        // MLflow answers a parameter whose value changed with 400: its batch is split until it stands alone.
        URI uri = LocalMlflow.shared().uri();
        try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(uri))) {
            use(newShipper(tracker));
            RunFolder folder = folder("changed " + System.nanoTime(), "set aside", Optional.empty());
            followAll();
            await().atMost(IN_TIME).until(() -> shipper.isDrained(folder.folder));
            folder.params(Map.of("lr", "0.2", "epochs", "3"));
            folder.metrics(0, 20);
            folder.end(RunStatus.FINISHED);
            await().atMost(IN_TIME).until(this::allEnded);

            RunId id = shipper.runId(folder.folder).orElseThrow();
            assertThat(tracker.run(id).orElseThrow().params())
                    .containsEntry("lr", "0.1")
                    .containsEntry("epochs", "3");
            assertThat(tracker.metricHistory(id, "loss")).hasSize(20);
            assertThat(folder.folder.resolve(RunJournals.QUARANTINE)).content().contains("param lr");
        }
    }

    @Test
    void aRequestThatMeetsAnInternalErrorForEverIsSetAsideAndHoldsUpNothing() throws Exception {
        WireMockServer wire = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        wire.start();
        try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(URI.create(wire.baseUrl())))) {
            wire.stubFor(any(anyUrl())
                    .atPriority(10)
                    .willReturn(
                            aResponse().proxiedFrom(LocalMlflow.shared().uri().toString())));
            wire.stubFor(post(urlPathEqualTo("/api/2.0/mlflow/runs/log-batch"))
                    .withRequestBody(containing("poison"))
                    .willReturn(aResponse().withStatus(500).withBody("<html>Internal Server Error</html>")));
            use(JournalShipper.to(tracker)
                    .pollInterval(Duration.ofMillis(50))
                    .backOff(Duration.ofMillis(10), Duration.ofMillis(50))
                    .serverErrorTries(3)
                    .start());
            RunFolder folder = folder("ill " + System.nanoTime(), "set aside", Optional.empty());
            folder.append(new Metrics(3, Map.of("poison", 1.0), RunFolder.START));
            folder.metrics(0, 500);
            folder.end(RunStatus.FINISHED);
            followAll();
            await().atMost(IN_TIME).until(this::allEnded);

            RunId id = shipper.runId(folder.folder).orElseThrow();
            assertThat(tracker.metricHistory(id, "loss")).hasSize(500);
            assertThat(folder.folder.resolve(RunJournals.QUARANTINE))
                    .content()
                    .hasLineCount(1)
                    .contains("metric poison at step 3");
        } finally {
            wire.stop();
        }
    }

    @Test
    void aRunThatWeMayNotWriteToIsNamedAndGoesOnWhenWeMay() throws Exception {
        WireMockServer wire = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        wire.start();
        try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(URI.create(wire.baseUrl())))) {
            wire.stubFor(any(anyUrl())
                    .atPriority(10)
                    .willReturn(
                            aResponse().proxiedFrom(LocalMlflow.shared().uri().toString())));
            StubMapping denied = wire.stubFor(post(urlPathEqualTo("/api/2.0/mlflow/runs/log-batch"))
                    .willReturn(aResponse().withStatus(403).withBody("Permission denied")));
            use(newShipper(tracker));
            RunFolder folder = folder("denied " + System.nanoTime(), "denied", Optional.empty());
            folder.metrics(0, 10);
            folder.end(RunStatus.FINISHED);
            followAll();
            await().atMost(IN_TIME).until(() -> shipper.status().parked().containsKey(folder.folder));
            ShipperStatus status = shipper.status();
            wire.removeStub(denied);
            await().atMost(IN_TIME).until(this::allEnded);

            assertThat(status.parked().get(folder.folder)).contains("403");
            assertThat(status.sentence(Instant.now())).contains("10 points waiting", "1 run parked");
            assertThat(shipper.status().parked()).isEmpty();
            assertThat(tracker.metricHistory(shipper.runId(folder.folder).orElseThrow(), "loss"))
                    .hasSize(10);
        } finally {
            wire.stop();
        }
    }

    @Test
    void aTwinThatALateAnswerLeavesBehindIsDeleted() throws Exception {
        URI uri = LocalMlflow.shared().uri();
        try (FaultProxy proxy = new FaultProxy(uri, 0, 1, Duration.ofMillis(1500));
                MlflowTracker direct = MlflowTracker.on(MlflowServer.of(uri));
                MlflowTracker tracker =
                        MlflowTracker.on(MlflowServer.of(proxy.uri()).withRequestTimeout(Duration.ofSeconds(1)))) {
            String experiment = "twins " + System.nanoTime();
            direct.experiment(experiment);
            use(newShipper(tracker));
            RunFolder folder = folder("late", experiment, Optional.empty());
            proxy.spoilNext("runs/create", FaultProxy.Fault.HANG_BEFORE);
            followAll();
            await().atMost(IN_TIME).until(() -> shipper.isDrained(folder.folder));
            await().atMost(IN_TIME).until(() -> runsOf(direct, uri, experiment).size() == 2);
            folder.metrics(0, 5);
            folder.end(RunStatus.FINISHED);
            await().atMost(IN_TIME).until(this::allEnded);

            assertEverythingIsThereOnce(direct, uri, experiment, 5);
        }
    }

    @Test
    void whileTheServerIsAwayAFewProbesAreAllThatIsAsked() throws Exception {
        URI uri = LocalMlflow.shared().uri();
        try (FaultProxy proxy = new FaultProxy(uri, 0, 1, Duration.ofSeconds(1));
                MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(proxy.uri()))) {
            use(JournalShipper.to(tracker)
                    .pollInterval(Duration.ofMillis(50))
                    .backOff(Duration.ofMillis(200), Duration.ofMillis(400))
                    .start());
            for (int i = 0; i < 20; i++) {
                folder("away/" + i + "/" + System.nanoTime(), "away", Optional.empty());
            }
            followAll();
            for (RunFolder folder : folders) {
                await().atMost(IN_TIME).until(() -> shipper.isDrained(folder.folder));
            }
            proxy.spoilAll(FaultProxy.Fault.RESET_BEFORE);
            for (RunFolder folder : folders) {
                folder.metrics(0, 50);
            }
            await().atMost(IN_TIME).until(() -> shipper.status().state() == ShipperStatus.State.AWAY);
            await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            int before = proxy.calls();
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            int asked = proxy.calls() - before;
            proxy.spoil(0);
            for (RunFolder folder : folders) {
                await().atMost(IN_TIME).until(() -> shipper.isDrained(folder.folder));
            }

            // One probe each 200 to 400 ms; Java's client sends a GET a second time when the connection broke.
            assertThat(asked).isBetween(1, 40);
        }
    }
}
