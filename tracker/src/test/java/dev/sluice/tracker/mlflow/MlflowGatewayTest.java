package dev.sluice.tracker.mlflow;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.TrackingException.Kind;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.registry.ModelAlias;
import dev.sluice.tracker.registry.ModelPublication;
import dev.sluice.tracker.registry.ModelPublisher;
import dev.sluice.tracker.registry.ModelVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real MLflow server behind what companies put before one: a path prefix, TLS by an authority of their own, a login. */
class MlflowGatewayTest {
    private static final String PREFIX = "/tools/mlflow";
    private static final String PASSWORD = "changeit";
    private static final Map<String, String> BASIC =
            Map.of("MLFLOW_TRACKING_USERNAME", "ada", "MLFLOW_TRACKING_PASSWORD", "pa:ss");
    private static final Map<String, String> BEARER = Map.of("MLFLOW_TRACKING_TOKEN", "t0ken");

    @TempDir
    static Path keys;

    @TempDir
    Path folder;

    private static WireMockServer gateway;

    @BeforeAll
    static void start() throws Exception {
        authority("ours");
        authority("others");
        gateway = new WireMockServer(options()
                .dynamicHttpsPort()
                .httpDisabled(true)
                .bindAddress("127.0.0.1")
                .keystorePath(keys.resolve("server.p12").toString())
                .keystoreType("PKCS12")
                .keystorePassword(PASSWORD)
                .keyManagerPassword(PASSWORD)
                .disableRequestJournal());
        gateway.start();
        gateway.stubFor(any(anyUrl())
                .atPriority(9)
                .willReturn(aResponse()
                        .withStatus(401)
                        .withHeader("WWW-Authenticate", "Basic realm=\"mlflow\"")
                        .withBody("You are not authenticated.")));
        String basic = "Basic " + Base64.getEncoder().encodeToString("ada:pa:ss".getBytes(StandardCharsets.UTF_8));
        for (String shown : List.of(basic, "Bearer t0ken")) {
            gateway.stubFor(any(urlPathMatching(PREFIX + "/.*"))
                    .atPriority(1)
                    .withHeader("Authorization", equalTo(shown))
                    .willReturn(aResponse()
                            .proxiedFrom(LocalMlflow.shared().uri().toString())
                            .withProxyUrlPrefixToRemove(PREFIX)));
        }
    }

    @AfterAll
    static void stop() {
        gateway.stop();
    }

    /** An authority's certificate as PEM; ours vouches for the gateway. */
    private static void authority(String name) throws IOException, InterruptedException {
        String store = name + ".p12";
        keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c", "-keyalg", "EC");
        keytool(store, "-exportcert", "-alias", "ca", "-rfc", "-file", name + ".pem");
        if (name.equals("ours")) {
            String server = "server.p12";
            keytool(server, "-genkeypair", "-alias", "server", "-dname", "CN=127.0.0.1", "-keyalg", "EC");
            keytool(server, "-certreq", "-alias", "server", "-file", "server.csr");
            keytool(
                    store,
                    "-gencert",
                    "-alias",
                    "ca",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-rfc",
                    "-infile",
                    "server.csr",
                    "-outfile",
                    "server.pem");
            keytool(server, "-importcert", "-alias", "ca", "-noprompt", "-file", name + ".pem");
            keytool(server, "-importcert", "-alias", "server", "-noprompt", "-file", "server.pem");
        }
    }

    private static void keytool(String store, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-keystore", store, "-storetype", "PKCS12", "-storepass", PASSWORD));
        Path log = keys.resolve("keytool.log");
        Process process = new ProcessBuilder(command)
                .directory(keys.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        assertThat(process.waitFor()).as(command + "\n" + Files.readString(log)).isZero();
    }

    private static URI uri() {
        return URI.create("https://127.0.0.1:" + gateway.httpsPort() + PREFIX);
    }

    private static MlflowTracker tracker(String authority, Map<String, String> login) {
        Map<String, String> environment = new HashMap<>(login);
        environment.put(
                "MLFLOW_TRACKING_SERVER_CERT_PATH",
                keys.resolve(authority + ".pem").toString());
        return MlflowTracker.on(MlflowServer.of(uri(), environment));
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic", "bearer"})
    void tracksARunWithArtifactsAndAModel(String login) throws Exception {
        try (MlflowTracker tracker = tracker("ours", login.equals("basic") ? BASIC : BEARER)) {
            ExperimentId experiment = tracker.experiment("gateway").id();
            RunId run = tracker.openRun(new RunRequest(
                    experiment, UUID.randomUUID().toString(), "trial", Instant.now(), Optional.empty(), Map.of()));
            tracker.logParams(run, Map.of("lr", "0.1"));
            MetricPoint point = new MetricPoint("loss", Double.NaN, 1_795_357_989_163L, 3);
            tracker.logMetrics(run, List.of(point));
            byte[] bytes = new byte[300_000];
            new SplittableRandom(7).nextBytes(bytes);
            Path file = Files.write(folder.resolve("weights"), bytes);
            FileDigest sent = tracker.artifacts(run).put(file, ArtifactPath.of("checkpoints/a b/weights"));
            String name = "gateway-" + UUID.randomUUID();
            ModelVersion version = new ModelPublisher(tracker.models())
                    .publish(new ModelPublication(
                            "k",
                            experiment,
                            run,
                            3,
                            OnnxModel.write(folder.resolve("model")),
                            "mlp",
                            Map.of(),
                            List.of(point),
                            name,
                            Optional.of("champion"),
                            "",
                            Map.of()));
            tracker.endRun(run, RunStatus.FINISHED, Instant.now());

            assertThat(tracker.metricHistory(run, "loss")).containsExactly(point);
            assertThat(tracker.artifacts(run).digest(ArtifactPath.of("checkpoints/a b/weights")))
                    .isEqualTo(sent);
            assertThat(tracker.models().byAlias(new ModelAlias(name, "champion")))
                    .hasValueSatisfying(found -> assertThat(found.version()).isEqualTo(version.version()));
            assertThat(tracker.run(run).orElseThrow().status()).isEqualTo(RunStatus.FINISHED);
            tracker.models().deleteAlias(new ModelAlias(name, "champion"));
        }
    }

    @Test
    void isDeniedWithoutTheLogin() {
        for (Map<String, String> login : List.of(Map.<String, String>of(), Map.of("MLFLOW_TRACKING_TOKEN", "wrong"))) {
            try (MlflowTracker tracker = tracker("ours", login)) {
                assertThatExceptionOfType(TrackingException.class)
                        .isThrownBy(() -> tracker.experiment("gateway"))
                        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.DENIED))
                        .withMessageContaining("not authenticated");
            }
        }
    }

    @Test
    void tellsAServerThatOthersVouchForNothing() {
        try (MlflowTracker tracker = tracker("others", BASIC);
                MlflowTracker javas = MlflowTracker.on(MlflowServer.of(uri(), BASIC))) {
            for (MlflowTracker one : List.of(tracker, javas)) {
                assertThatExceptionOfType(TrackingException.class)
                        .isThrownBy(one::probe)
                        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                        .withMessageContaining("certification path");
            }
        }
    }

    @Test
    void refusesCertificatesThatAreNoneAndTlsWithoutThem() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        for (Path file : List.of(empty, folder.resolve("absent.pem"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> MlflowServer.of(uri(), Map.of("MLFLOW_TRACKING_SERVER_CERT_PATH", file.toString())))
                    .withMessageContaining("MLFLOW_TRACKING_SERVER_CERT_PATH")
                    .withMessageContaining(file.toString());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MlflowServer.of(uri(), Map.of("MLFLOW_TRACKING_INSECURE_TLS", "true")))
                .withMessageContaining("MLFLOW_TRACKING_SERVER_CERT_PATH");
    }
}
