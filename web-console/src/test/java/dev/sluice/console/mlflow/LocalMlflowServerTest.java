package dev.sluice.console.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.process.ProcessFamily;
import dev.sluice.console.process.ProcessIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real MLflow server; installs it into the shared tools folder where it is not there. */
@Timeout(900)
final class LocalMlflowServerTest {
    private static final Duration LONG = Duration.ofMinutes(12);

    @TempDir
    Path temporary;

    private Path data;
    private LocalMlflowServer server;

    @BeforeEach
    void server() throws IOException {
        data = temporary.resolve("data with # odd % name?");
        server = another();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void startsAndIsStartedAgainAfterItsDeathAndEnds() throws Exception {
        assertThat(server.status().state()).isEqualTo(TrackingServer.State.STARTING);
        server.start();
        assertThat(server.awaitUp(LONG)).isTrue();
        assertThat(version()).isEqualTo("3.17.0");
        long first = pid();

        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> server.status().state() == TrackingServer.State.AWAY);
        assertThat(server.awaitUp(LONG)).isTrue();

        assertThat(pid()).isNotEqualTo(first);
        assertThat(version()).isEqualTo("3.17.0");
        server.stop();
        assertThat(processes()).isEmpty();
        assertThat(data.resolve("mlflow/pid")).doesNotExist();
        assertThat(server.status().state()).isEqualTo(TrackingServer.State.AWAY);
        assertThat(another().uri()).isEqualTo(server.uri());
    }

    @Test
    void theServerOfAKilledServiceIsAdopted() throws Exception {
        killedService();
        long left = pid();

        server.start();
        assertThat(server.awaitUp(LONG)).isTrue();

        assertThat(pid()).isEqualTo(left);
        server.stop();
        assertThat(processes()).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerIsEndedAndStartedAnew() throws Exception {
        killedService();
        long left = pid();
        for (ProcessIdentity process : processes()) {
            new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        server.start();
        assertThat(server.awaitUp(LONG)).isTrue();

        assertThat(pid()).isNotEqualTo(left);
        assertThat(ProcessIdentity.of(left)).isEmpty();
    }

    @Test
    void aPidFileThatNamesAnotherProgramIsNoLicenceToEndIt() throws Exception {
        ProcessIdentity self = ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();
        new ServerNote(self, MlflowInstallation.VERSION).write(data.resolve("mlflow/pid"));

        server.stop();

        assertThat(self.alive()).isTrue();
    }

    @Test
    void saysThatItsPortIsTaken() throws Exception {
        int port = server.uri().orElseThrow().getPort();
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            server.start();
            await().atMost(LONG).until(() -> server.status().state() == TrackingServer.State.AWAY);

            assertThat(server.status().detail())
                    .contains("port " + other.getLocalPort() + " of the local MLflow is taken by another program");
        }
        assertThat(server.awaitUp(LONG)).isTrue();
    }

    private LocalMlflowServer another() throws IOException {
        return LocalMlflowServer.of(LocalMlflowSettings.of(data, System.getenv()));
    }

    private void killedService() throws Exception {
        Process service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServingService.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(temporary.resolve("service.log").toFile())
                .start();
        await().atMost(LONG).ignoreExceptions().until(() -> version().equals("3.17.0"));
        assertThat(service.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private String version() throws IOException, InterruptedException {
        URI uri = server.uri().orElseThrow();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(uri.resolve("/version")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private long pid() throws IOException {
        return ServerNote.read(data.resolve("mlflow/pid"))
                .orElseThrow()
                .process()
                .pid();
    }

    private List<ProcessIdentity> processes() throws IOException {
        return ProcessFamily.marked(
                        "SLUICE_MLFLOW", data.resolve("mlflow").toRealPath().toString())
                .members(Optional.empty());
    }
}
