package dev.sluice.console.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The installation with a shell script in Python's place. {@link LocalMlflowServerTest} has the real one. */
@Timeout(120)
final class MlflowInstallationTest {
    private static final String PYTHON = """
            #!/bin/sh
            PATH=/usr/bin:/bin
            if [ "$1" = -c ]; then echo "${FAKE_VERSION:-3.11 True}"; exit; fi
            case "$2" in
            venv) mkdir -p "$3/bin" "$3/lib/python3.11/site-packages"; cp "$0" "$3/bin/python" ;;
            pip)
                echo "$*" >> "$FAKE_COUNT"
                sleep "${FAKE_SECONDS:-0}"
                if [ -n "$FAKE_FAILURE" ]; then echo "$FAKE_FAILURE"; exit 1; fi
                cd "$(dirname "$0")/../lib/python3.11/site-packages" || exit 1
                mkdir mlflow-3.17.0.dist-info onnxruntime-1.32.0.dist-info ;;
            esac
            """;

    @TempDir
    Path folder;

    private final List<String> progress = new ArrayList<>();
    private Path tools;

    @BeforeEach
    void fakePython() throws IOException {
        tools = folder.resolve("tools");
        Path python = folder.resolve("bin").resolve("python3");
        Files.createDirectories(python.getParent());
        Files.writeString(python, PYTHON);
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void installsOnceAndFindsItAgain() throws Exception {
        Path python = installation(Map.of()).python(progress::add);
        Path again = installation(Map.of()).python(progress::add);

        assertThat(python).isEqualTo(tools.resolve("mlflow-3.17.0/bin/python")).isExecutable();
        assertThat(again).isEqualTo(python);
        assertThat(folder.resolve("count")).content().containsOnlyOnce("mlflow==3.17.0 onnxruntime");
        assertThat(progress).singleElement().asString().contains("installing MLflow 3.17.0");
    }

    @Test
    void aSecondProcessWaitsForTheFirst() throws Exception {
        Map<String, String> slow = Map.of("FAKE_SECONDS", "2");
        List<Process> services = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            services.add(installingService(slow));
        }
        installation(slow).python(progress::add);
        for (Process service : services) {
            assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).isZero();
        }

        assertThat(folder.resolve("count")).content().hasLineCount(1);
    }

    @Test
    void whatAKilledServiceBeganIsClearedAway() throws Exception {
        Process service = installingService(Map.of("FAKE_SECONDS", "600"));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("count")));
        service.destroyForcibly().waitFor();

        installation(Map.of()).python(progress::add);

        assertThat(tools).isDirectoryNotContaining("glob:**partial*");
        assertThat(folder.resolve("count")).content().hasLineCount(2);
    }

    @Test
    void aBrokenInstallationIsReplaced() throws Exception {
        Path python = tools.resolve("mlflow-3.17.0/bin/python");
        Files.createDirectories(python.getParent());
        Files.createSymbolicLink(python, folder.resolve("python-that-was-removed"));

        assertThat(installation(Map.of()).python(progress::add)).isExecutable();
    }

    @Test
    void stoppingEndsAnInstallation() throws Exception {
        MlflowInstallation installation = installation(Map.of("FAKE_SECONDS", "600"));
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                progress.add(installation.python(detail -> {}).toString());
            } catch (TrackingProblem | IOException | InterruptedException e) {
                progress.add(e.getClass().getSimpleName());
            }
        });
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("count")));

        thread.interrupt();
        thread.join();

        assertThat(progress).containsExactly("InterruptedException");
        assertThat(tools).isDirectoryNotContaining("glob:**partial*");
    }

    @Test
    void saysThatPythonIsMissing() {
        MlflowInstallation installation =
                new MlflowInstallation(tools, folder.resolve("log"), Map.of("PATH", folder.toString()));

        assertThatThrownBy(() -> installation.python(progress::add))
                .isInstanceOf(TrackingProblem.class)
                .hasMessageContaining("needs Python 3.10 or newer, and no python3 is on the PATH")
                .hasMessageContaining("apt install python3 python3-venv")
                .hasMessageContaining("MLFLOW_TRACKING_URI");
    }

    @Test
    void saysThatPythonIsTooOld() {
        assertThatThrownBy(
                        () -> installation(Map.of("FAKE_VERSION", "3.8 True")).python(progress::add))
                .hasMessageContaining("python3 is 3.8");
    }

    @Test
    void saysThatTheVenvModuleIsMissing() {
        assertThatThrownBy(
                        () -> installation(Map.of("FAKE_VERSION", "3.12 False")).python(progress::add))
                .hasMessageContaining("venv module")
                .hasMessageContaining("python3-venv");
    }

    @Test
    void saysWhyPipFailed() {
        assertThatThrownBy(() -> installation(Map.of("FAKE_FAILURE", "ERROR: No matching distribution found"))
                        .python(progress::add))
                .isInstanceOf(TrackingProblem.class)
                .hasMessageContaining("cannot be installed: ERROR: No matching distribution found")
                .hasMessageContaining(folder.resolve("log").toString());
        assertThat(tools).isDirectoryNotContaining("glob:**mlflow-3.17.0*[!k]");
    }

    private MlflowInstallation installation(Map<String, String> more) {
        return new MlflowInstallation(tools, folder.resolve("log"), environment(more));
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new TreeMap<>(more);
        environment.put("PATH", folder.resolve("bin").toString());
        environment.put("FAKE_COUNT", folder.resolve("count").toString());
        return environment;
    }

    private Process installingService(Map<String, String> more) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        InstallingService.class.getName(),
                        tools.toString(),
                        folder.resolve("log").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("services.log").toFile()));
        builder.environment().putAll(environment(more));
        return builder.start();
    }
}
