package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./sluice} with what this build packaged: the command line's own class path, the service, and the whole demo. */
@ExtendWith(Shared.class)
class StartScriptTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private record Ended(int code, String output, String errors) {}

    /** Runs {@code ./sluice} from another folder; it takes what Maven made, and never builds. */
    private static Ended sluice(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Build.root().resolve("sluice").toString()));
        command.addAll(List.of(arguments));
        Path folder = Build.folder("commands-" + UUID.randomUUID());
        Path errors = folder.resolve("errors");
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
        builder.environment().put("SLUICE_NO_BUILD", "1");
        builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            process.getOutputStream().close();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output, Files.readString(errors));
        } finally {
            process.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits.yaml", "command.yaml", "external.yaml"})
    void validatesTheExamplesWithoutAService(String name) throws Exception {
        var ended = sluice(Map.of(), "validate", Build.example(name).toString());
        assertThat(ended.errors()).isEmpty();
        assertThat(ended.output()).contains("name: ", "# Five points of its space:");
        assertThat(ended.code()).isZero();
    }

    @Test
    void runsListsShowsAndExportsASweep(Service service, Mlflow mlflow) throws Exception {
        var there = Map.of("SLUICE_URL", service.uri().toString());
        Path folder = Build.folder("commands-sweep");
        checkOut(folder, COMMIT);
        Path file = Files.writeString(folder.resolve("sweep.yaml"), """
                name: by command
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 1}
                budget: {trials: 2, parallel: 2}
                trial: {command: [sh, -c, 'echo "{\\"step\\": 1, \\"loss\\": $0}"', "${params.x}"]}
                """);
        var run = sluice(there, "run", file.toString());
        assertThat(run.errors()).contains("Ctrl-C detaches");
        assertThat(run.output()).contains("by command COMPLETED", "2 complete");
        assertThat(run.code()).isZero();

        var shown = new ObjectMapper()
                .readTree(sluice(there, "show", "by command", "-o", "json").output());
        assertThat(shown.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sluice(there, "list").output()).contains("by command");
        assertThat(sluice(there, "trials", "by command").output()).contains("COMPLETE");
        assertThat(sluice(there, "logs", "by command/0").output()).contains("\"loss\":");
        assertThat(sluice(there, "logs", "by command/1", "-f").output()).contains("\"loss\":");
        assertThat(sluice(there, "export", "by command").output().lines()).hasSize(3);
        assertThat(sluice(there, "cancel", "by command").code()).isEqualTo(1);

        var delivered = service.sweep(shown.path("id").asText()).awaitDelivered();
        var runs = new ArrayList<>(mlflow.parents(delivered));
        runs.addAll(mlflow.children(delivered));
        assertThat(runs).hasSize(3).allSatisfy(tagged -> {
            assertThat(tagged.tag("mlflow.source.git.commit")).isEqualTo(COMMIT);
            assertThat(tagged.tag("mlflow.source.git.branch")).isEqualTo("trunk");
        });
    }

    @Test
    void savesWhatAServiceHoldsAndRestoresItElsewhere(Service service) throws Exception {
        var sweep = service.submit("""
                name: kept
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                budget: {trials: 1}
                trial: {external: true}
                """);
        Path folder = Build.folder("commands-backup");
        var file = folder.resolve("backup.gz").toString();
        var data = folder.resolve("elsewhere").toString();

        var saved = sluice(Map.of("SLUICE_URL", service.uri().toString()), "backup", file);
        assertThat(saved.output()).as(saved.errors()).contains("Saved ").contains(file);
        assertThat(saved.code()).isZero();
        var restored = sluice(Map.of(), "restore", file, "--data", data);
        assertThat(restored.output())
                .as(restored.errors())
                .contains("Restored ")
                .contains(" sweeps, ");
        assertThat(restored.code()).isZero();

        var again = sluice(Map.of(), "restore", file, "--data", data);
        assertThat(again.errors()).startsWith("sluice: the database holds ").contains("--replace");
        assertThat(again.code()).isEqualTo(1);
        var offline = sluice(Map.of(), "backup", file, "--data", data);
        assertThat(offline.errors()).contains("is there already");
        assertThat(offline.code()).isEqualTo(1);
        var away = sluice(
                Map.of("SLUICE_DB_URL", "jdbc:postgresql://127.0.0.1:1/none", "SLUICE_DB_PATIENCE", "1s"),
                "backup",
                file + "-2",
                "--data",
                data);
        assertThat(away.errors()).contains("sluice: PostgreSQL at 127.0.0.1:1/none does not answer");
        assertThat(away.code()).isEqualTo(1);
        service.rest().post(sweep.path() + "/cancel").expect(200);
    }

    /** The promise of the first screen of README.md. */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void theDemoEndsWellAndCanBeRunAgain() throws Exception {
        var data = Build.folder("demo data").toString();
        for (int version = 1; version <= (Build.isLong() ? 2 : 1); version++) {
            var ended = sluice(Map.of(), "demo", "--exit", "--port", Integer.toString(freePort()), "--data", data);
            assertThat(ended.output()).as(ended.errors()).contains("Champion   digits version " + version);
            assertThat(ended.output()).contains("read back in Python: 0.9", "digits COMPLETED");
            assertThat(ended.code()).isZero();
        }
    }

    /** What git leaves in a work tree whose newest commit is this one, as far as anybody needs it to know that. */
    private static void checkOut(Path folder, String commit) throws IOException {
        Path heads = Files.createDirectories(folder.resolve(".git/refs/heads"));
        Files.writeString(folder.resolve(".git/HEAD"), "ref: refs/heads/trunk\n");
        Files.writeString(heads.resolve("trunk"), commit + "\n");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
