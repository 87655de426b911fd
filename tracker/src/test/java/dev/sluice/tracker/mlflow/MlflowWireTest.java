package dev.sluice.tracker.mlflow;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.sluice.tracker.Experiment;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.TrackingException.Kind;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.registry.LoggedModelId;
import dev.sluice.tracker.registry.ModelAlias;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes over the wire, and what is made of the answers. */
class MlflowWireTest {
    private static final String API = "/api/2.0/mlflow/";
    private static final String LOG_BATCH = API + "runs/log-batch";
    private static final RunId RUN = new RunId("0123456789abcdef0123456789abcdef");

    @TempDir
    Path folder;

    private WireMockServer wire;
    private MlflowTracker tracker;

    @BeforeEach
    void start() {
        wire = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        wire.start();
        wire.stubFor(any(anyUrl()).atPriority(10).willReturn(okJson("{}")));
        tracker = MlflowTracker.on(MlflowServer.of(uri()).withRequestTimeout(Duration.ofSeconds(5)));
    }

    @AfterEach
    void stop() {
        tracker.close();
        wire.stop();
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + wire.port());
    }

    private List<JsonNode> sent(String path) {
        return wire.findAll(postRequestedFor(urlPathEqualTo(path))).stream()
                .map(MlflowWireTest::json)
                .toList();
    }

    private static JsonNode json(LoggedRequest request) {
        try {
            return new ObjectMapper().readTree(request.getBodyAsString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private TrackingException failure() {
        return catchThrowableOfType(
                TrackingException.class, () -> tracker.logMetrics(RUN, List.of(new MetricPoint("x", 1, 2, 3))));
    }

    @Test
    void numbersThatAreNotFiniteAreStringsOnTheWire() {
        tracker.logMetrics(
                RUN,
                List.of(
                        new MetricPoint("a", Double.NaN, 1_795_357_989_163L, 1),
                        new MetricPoint("a", Double.POSITIVE_INFINITY, 2, 2),
                        new MetricPoint("a", Double.NEGATIVE_INFINITY, 3, 3),
                        new MetricPoint("a", 1e-7, 4, 4)));

        String body =
                wire.findAll(postRequestedFor(urlEqualTo(LOG_BATCH))).getFirst().getBodyAsString();
        assertThat(body)
                .contains("\"value\":\"NaN\",\"timestamp\":1795357989163,\"step\":1")
                .contains("\"value\":\"Infinity\"")
                .contains("\"value\":\"-Infinity\"")
                .contains("\"value\":1.0E-7,\"timestamp\":4,\"step\":4");
    }

    @Test
    void metricsAreTheSameBytesAsATreeOfThem() throws IOException {
        List<Double> values = List.of(
                0.0, -0.0, 1.0, 1e-7, 0.1 + 0.2, 12345678.9, 1e300, Double.MIN_VALUE, Double.NaN, -1.0 / 0, 1.0 / 0);
        List<MetricPoint> points = IntStream.range(0, values.size())
                .mapToObj(i -> new MetricPoint(
                        List.of("a", "Verlust/\u00fc", "odd \"key\"\n", "\ud83d\ude00", "half \ud83d")
                                .get(i % 5),
                        values.get(i),
                        1_795_357_989_163L + i,
                        i % 2 == 0 ? i : Long.MIN_VALUE + i))
                .toList();
        ObjectNode tree = new ObjectMapper().createObjectNode().put("run_id", RUN.value());
        points.forEach(point -> tree.withArray("metrics")
                .addObject()
                .put("key", TrackingText.legalKey(point.key()))
                .put("value", point.value())
                .put("timestamp", point.timestampMillis())
                .put("step", point.step())
                .put("model_id", "m-1"));

        assertThat(new String(
                        MlflowTracker.metricsJson(RUN, points, Map.of("model_id", "m-1")), StandardCharsets.UTF_8))
                .isEqualTo(new ObjectMapper().writeValueAsString(tree));
    }

    @Test
    void everyPlaceForMetricsComesBackHoweverTheCallEnds() {
        MlflowServer server = MlflowServer.of(uri()).withRequestTimeout(Duration.ofMillis(300));
        List<ResponseDefinitionBuilder> ends = List.of(
                okJson("{}"),
                aResponse().withStatus(400),
                aResponse().withStatus(503),
                aResponse().withBody("<html>no JSON"),
                aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER),
                okJson("{}").withFixedDelay(20_000));
        for (MlflowServer each : List.of(server, inWorkspace(server))) {
            try (var connection = new MlflowConnection(each)) {
                for (ResponseDefinitionBuilder end : ends) {
                    wire.stubFor(post(LOG_BATCH).willReturn(end));
                    try {
                        connection.logMetrics(MlflowTracker.metricsJson(RUN, List.of(), Map.of()), 1);
                    } catch (TrackingException e) {
                        // However it ended.
                    }
                    Thread.currentThread().interrupt();
                    assertThatExceptionOfType(TrackingException.class)
                            .isThrownBy(() -> connection.logMetrics(new byte[0], 1));
                    assertThat(Thread.interrupted()).isTrue();
                    assertThat(connection.metricBatches().inFlight()).isZero();
                    assertThat(connection.metricBatches().waiting()).isZero();
                }
            }
        }
    }

    private static MlflowServer inWorkspace(MlflowServer server) {
        return new MlflowServer(
                server.uri(),
                server.username(),
                server.password(),
                server.token(),
                Optional.of("team-a"),
                server.certificates(),
                server.proxies(),
                server.connectTimeout(),
                server.requestTimeout());
    }

    @Test
    void onlyMetricsWaitForAPlace() {
        try (var connection = new MlflowConnection(MlflowServer.of(uri()))) {
            IntStream.range(0, 9).forEach(i -> connection.metricBatches().line(Duration.ofMinutes(1)));
            connection.post("runs/log-batch", MlflowConnection.object().put("run_id", RUN.value()));

            assertThat(sent(LOG_BATCH)).hasSize(1);
            assertThat(connection.metricBatches().waiting()).isEqualTo(7);
        }
    }

    @Test
    void batchesKeepToTheLimitsAndNeverMixParamsWithMetrics() {
        Map<String, String> texts = new HashMap<>();
        IntStream.range(0, 201).forEach(i -> texts.put("k" + i, "v"));
        tracker.logParams(RUN, texts);
        tracker.setTags(RUN, texts);
        tracker.logMetrics(
                RUN,
                IntStream.range(0, 2001)
                        .mapToObj(step -> new MetricPoint("m", step, step, step))
                        .toList());

        assertThat(sent(LOG_BATCH)).hasSize(9).allSatisfy(batch -> {
            assertThat(batch.path("params").size()).isLessThanOrEqualTo(100);
            assertThat(batch.path("tags").size()).isLessThanOrEqualTo(100);
            assertThat(batch.path("metrics").size()).isLessThanOrEqualTo(1000);
            assertThat(batch.has("params") && batch.has("metrics")).isFalse();
        });
    }

    @Test
    void aCreationIsSentOnceThoughTheAnswerIsAnError() {
        wire.stubFor(post(API + "runs/create").willReturn(aResponse().withStatus(500)));
        RunRequest request =
                new RunRequest(new ExperimentId("1"), "k", "n", Instant.EPOCH, Optional.empty(), Map.of(), true);

        assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> tracker.openRun(request));
        assertThat(sent(API + "runs/create")).hasSize(1);
    }

    @Test
    void aRunIsLookedForBeforeItIsCreated() {
        wire.stubFor(post(API + "runs/search").willReturn(okJson("""
                {"runs":[
                  {"info":{"run_id":"younger","experiment_id":"1","start_time":9,"lifecycle_stage":"active"},"data":{}},
                  {"info":{"run_id":"older","experiment_id":"1","start_time":5,"lifecycle_stage":"active"},"data":{}},
                  {"info":{"run_id":"dead","experiment_id":"1","start_time":1,"lifecycle_stage":"deleted"},"data":{}}]}
                """)));

        assertThat(tracker.openRun(
                        new RunRequest(new ExperimentId("1"), "s/7", "n", Instant.EPOCH, Optional.empty(), Map.of())))
                .isEqualTo(new RunId("older"));
        assertThat(sent(API + "runs/search").getFirst().path("filter").asText()).isEqualTo("tags.`sluice.key` = 's/7'");
        assertThat(sent(API + "runs/create")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400,REFUSED,false",
        "401,DENIED,false",
        "403,DENIED,false",
        "404,MISSING,false",
        "413,REFUSED,false",
        "500,SERVER_ERROR,true",
        "502,BUSY,true",
        "503,BUSY,true",
        "504,BUSY,true"
    })
    void anErrorSaysWhetherARetryHelps(int status, Kind kind, boolean retryable) {
        wire.stubFor(post(LOG_BATCH).willReturn(aResponse().withStatus(status).withBody("<html>no JSON")));
        TrackingException failure = failure();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.retryable()).isEqualTo(retryable);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessageContaining("<html>no JSON");
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBrokenAnswerIsAFailureToRetry(Fault fault) {
        wire.stubFor(post(LOG_BATCH).willReturn(aResponse().withFault(fault)));

        assertThat(failure()).satisfies(failure -> {
            assertThat(failure.retryable()).isTrue();
            assertThat(failure.status()).isZero();
        });
    }

    @Test
    void aPageInsteadOfJsonIsAFailureToRetry() {
        wire.stubFor(post(LOG_BATCH).willReturn(aResponse().withBody("<html>Please log in</html>")));

        assertThat(failure())
                .hasMessageContaining("Please log in")
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE));
    }

    @Test
    void aServerThatHangsIsGivenUpInTime() {
        wire.stubFor(any(anyUrl()).atPriority(1).willReturn(okJson("{}").withFixedDelay(20_000)));
        try (MlflowTracker impatient =
                MlflowTracker.on(MlflowServer.of(uri()).withRequestTimeout(Duration.ofMillis(300)))) {
            long before = System.nanoTime();
            assertThatExceptionOfType(TrackingException.class)
                    .isThrownBy(() -> impatient.logParams(RUN, Map.of("a", "b")))
                    .satisfies(e -> assertThat(e.retryable()).isTrue());
            assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> impatient.run(RUN));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void anAnswerThatDripsIsGivenUpInTime() {
        wire.stubFor(get(urlPathMatching(API + "runs/get"))
                .willReturn(okJson("{\"run\":{\"info\":{}}}").withChunkedDribbleDelay(10, 30_000)));
        try (MlflowTracker impatient =
                MlflowTracker.on(MlflowServer.of(uri()).withRequestTimeout(Duration.ofMillis(300)))) {
            assertThatExceptionOfType(TrackingException.class)
                    .isThrownBy(() -> impatient.run(RUN))
                    .withMessageContaining("300 ms");
        }
    }

    @Test
    void anUploadThatArrivedShortIsNoticed() throws IOException {
        wire.stubFor(get(urlPathEqualTo(API + "runs/get"))
                .willReturn(
                        okJson("{\"run\":{\"info\":{\"run_id\":\"r\",\"experiment_id\":\"1\",\"experiment_id\":\"1\","
                                + "\"artifact_uri\":\"mlflow-artifacts:/1/r/artifacts\"}}}")));
        String stored = "/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/a%20b";
        wire.stubFor(put(stored).willReturn(okJson("{}")));
        wire.stubFor(get(stored)
                .willReturn(aResponse()
                        .withStatus(206)
                        .withHeader("content-range", "bytes 0-0/2")
                        .withBody("x")));
        Path file = Files.writeString(folder.resolve("file"), "abc");

        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> tracker.artifacts(RUN).put(file, ArtifactPath.of("a b")))
                .withMessageContaining("sent 3 bytes, but the server holds 2")
                .satisfies(e -> assertThat(e.retryable()).isTrue());
    }

    @Test
    void showsItselfByPasswordOrToken() {
        MlflowServer basic =
                MlflowServer.of(uri(), Map.of("MLFLOW_TRACKING_USERNAME", "ada", "MLFLOW_TRACKING_PASSWORD", "s3cret"));
        MlflowServer bearer = MlflowServer.of(uri(), Map.of("MLFLOW_TRACKING_TOKEN", "t0ken"));
        for (MlflowServer server : List.of(basic, bearer)) {
            try (MlflowTracker own = MlflowTracker.on(server)) {
                own.setTags(RUN, Map.of("a", "b"));
                own.probe();
            }
        }

        assertThat(wire.getAllServeEvents().stream()
                        .map(event -> event.getRequest().getHeader("Authorization"))
                        .distinct())
                .containsExactlyInAnyOrder("Basic YWRhOnMzY3JldA==", "Bearer t0ken");
        assertThat(basic + " " + bearer).doesNotContain("s3cret").doesNotContain("t0ken");
    }

    @Test
    void namesTheWorkspaceInEveryCall() throws Exception {
        wire.stubFor(
                any(urlPathMatching(".*runs/get"))
                        .willReturn(
                                okJson(
                                        "{\"run\":{\"info\":{\"run_id\":\"r\",\"experiment_id\":\"1\",\"artifact_uri\":\"mlflow-artifacts:/1\"}}}")));
        wire.stubFor(get(urlPathMatching("/api/2.0/mlflow-artifacts/.*"))
                .willReturn(aResponse().withStatus(206).withHeader("content-range", "bytes 0-0/1")));
        Path file = Files.writeString(folder.resolve("a"), "a");
        try (MlflowTracker own = MlflowTracker.on(MlflowServer.of(uri(), Map.of("MLFLOW_WORKSPACE", "team-a")))) {
            own.setTags(RUN, Map.of("a", "b"));
            own.logMetrics(RUN, List.of(new MetricPoint("a", 1, 2, 3)));
            own.probe();
            own.artifacts(RUN).put(file, ArtifactPath.of("a"));
            own.models().setAlias(new ModelAlias("m", "champion"), 1);
            own.models().deleteAlias(new ModelAlias("m", "champion"));
            own.models().markReady(new LoggedModelId("m-1"));
            own.models().hasLoggedModels();
        }

        assertThat(wire.getAllServeEvents())
                .hasSizeGreaterThanOrEqualTo(10)
                .allMatch(event -> "team-a".equals(event.getRequest().getHeader("X-MLFLOW-WORKSPACE")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MlflowServer.of(uri(), Map.of("MLFLOW_WORKSPACE", "a\r\nb")));
    }

    @Test
    void goesThroughTheProxyThatTheEnvironmentNames() {
        Map<String, String> environment = Map.of("http_proxy", uri().toString(), "NO_PROXY", ".direct.invalid");
        try (MlflowTracker own =
                MlflowTracker.on(MlflowServer.of(URI.create("http://mlflow.invalid:5000/base"), environment))) {
            own.setTags(RUN, Map.of("a", "b"));
            own.probe();
        }

        assertThat(wire.getAllServeEvents().stream()
                        .map(event -> event.getRequest().getHost() + " "
                                + event.getRequest().getUrl().replaceAll("\\?.*", "")))
                .containsExactlyInAnyOrder(
                        "mlflow.invalid /base" + LOG_BATCH, "mlflow.invalid /base" + API + "experiments/search");
        try (MlflowTracker direct =
                MlflowTracker.on(MlflowServer.of(URI.create("http://mlflow.direct.invalid:5000"), environment))) {
            assertThatExceptionOfType(TrackingException.class).isThrownBy(direct::probe);
        }
        assertThat(wire.getAllServeEvents()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "404, {}, 200, 2.22.4, false",
        "404, {}, 200, 3.1.0, true",
        "200, <html></html>, 200, 2.9.2, false",
        "200, {\"store_type\":\"SqlStore\"}, 404, nothing, true",
        "200, {\"store_type\":\"SqlStore\"}, 200, 3.17.0, true",
        "404, {}, 404, nothing, true",
        "500, broken, 200, 2.22.4, false",
    })
    void findsOutOnceWhetherModelsAreThingsOfTheirOwn(
            int infoStatus, String info, int versionStatus, String version, boolean loggedModels) {
        wire.stubFor(get("/api/3.0/mlflow/server-info")
                .willReturn(aResponse().withStatus(infoStatus).withBody(info)));
        wire.stubFor(
                get("/version").willReturn(aResponse().withStatus(versionStatus).withBody(version)));

        assertThat(tracker.models().hasLoggedModels()).isEqualTo(loggedModels);
        int calls = wire.getAllServeEvents().size();
        tracker.models().hasLoggedModels();
        assertThat(wire.getAllServeEvents()).hasSize(calls);
    }

    @Test
    void doesNotTakeARefusedAnswerForAnOldServer() {
        wire.stubFor(get("/api/3.0/mlflow/server-info").willReturn(aResponse().withStatus(401)));
        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> tracker.models().hasLoggedModels())
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.DENIED));
        wire.stubFor(get("/api/3.0/mlflow/server-info").willReturn(okJson("{}")));
        assertThat(tracker.models().hasLoggedModels()).isTrue();
    }

    @Test
    void refusesArtifactLocationsThatItCannotReachAndSaysWhatToDo() {
        assertThat(refusal("mlflow-artifacts:/1")).isEmpty();
        assertThat(refusal(folder.resolve("new").toString())).isEmpty();
        assertThat(refusal(folder.toUri().toString())).isEmpty();
        assertThat(refusal("s3://bucket/x"))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("\"s3\"")
                        .contains("not supported")
                        .contains("--artifacts-destination s3://bucket/x"));
        assertThat(refusal("/no-such-root/x")).isPresent();
        assertThat(refusal("file:///no-such-root/x")).isPresent();
    }

    private Optional<String> refusal(String location) {
        return tracker.artifactRefusal(new Experiment(new ExperimentId("1"), "e", location));
    }

    @Test
    void refusesAServerAddressThatIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> MlflowServer.of(URI.create("sqlite:///x.db")));
        assertThatIllegalArgumentException().isThrownBy(() -> MlflowServer.of(URI.create("http://me:pw@host/")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MlflowServer.of(uri(), Map.of("MLFLOW_TRACKING_USERNAME", "ada")))
                .withMessageContaining("only the username");
        assertThat(MlflowServer.of(URI.create("https://host/prefix//")).uri())
                .isEqualTo(URI.create("https://host/prefix"));
    }
}
