package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The project {@code examples/own-task}: built, put on a trial's class path, trained. */
class OwnTaskTest {
    private static final Path PROJECT = Path.of("..", "examples", "own-task");

    @TempDir
    Path folder;

    private TrialService service;

    @BeforeEach
    void start() throws IOException {
        service = new TrialService(folder);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** The jar, as Maven would make it. */
    private Path build() throws IOException {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        List<String> sources = files(PROJECT.resolve("src/main/java"));
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        Stream.concat(
                                        Stream.of(
                                                "--release",
                                                "21",
                                                "-Xlint:all,-processing,-classfile",
                                                "-Werror",
                                                "-proc:none",
                                                "-cp",
                                                System.getProperty("java.class.path"),
                                                "-d",
                                                classes.toString()),
                                        sources.stream())
                                .toArray(String[]::new));
        assertThat(code).isZero();
        Path jar = folder.resolve("own-task.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream output = new JarOutputStream(file)) {
            for (Path root : List.of(classes, PROJECT.resolve("src/main/resources"))) {
                for (String each : files(root)) {
                    output.putNextEntry(
                            new JarEntry(root.relativize(Path.of(each)).toString()));
                    Files.copy(Path.of(each), output);
                    output.closeEntry();
                }
            }
        }
        return jar;
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .sorted()
                    .toList();
        }
    }

    @Test
    void trainsATaskOfOnesOwn() throws Exception {
        Map<String, Object> section =
                Map.of("trainer", Map.of("task", "spirals", "model", "mlp", "options", Map.of("turns", 1.0)));

        int code = service.run(
                service.spec(
                        1, Map.of("learning_rate", 0.01, "epochs", 20), Optional.empty(), section, Optional.empty()),
                List.of(build()));

        assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(last().get("val_accuracy")).isGreaterThan(0.9);
        assertThat(folder.resolve("model/MLmodel")).exists();
    }

    @Test
    void saysWhichTasksThereAreWithoutTheJar() throws Exception {
        int code = service.run(service.spec(
                1,
                Map.of(),
                Optional.empty(),
                Map.of("trainer", Map.of("task", "spirals", "model", "mlp")),
                Optional.empty()));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log()).contains("task \"spirals\" is unknown; there are digits, image-classification,");
    }

    private Map<String, Double> last() {
        TrialReport report = Objects.requireNonNull(service.reports.getLast());
        return report.points().getLast().values();
    }
}
