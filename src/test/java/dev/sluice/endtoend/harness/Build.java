package dev.sluice.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where the build has put what is tested. The tests run with their module's folder as working directory. */
public final class Build {
    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final String MLFLOW = "mlflow-3.17.0";

    private Build() {}

    /** The repository's root. */
    public static Path root() {
        return MODULE.resolve("../..").normalize();
    }

    public static Path example(String name) {
        return present(root().resolve("examples").resolve(name), "an example sweep file");
    }

    static Path service() {
        return present(root().resolve("web-console/target/quarkus-app/quarkus-run.jar"), "the packaged service");
    }

    static Path trainer() {
        return present(root().resolve("trainer/target/trial"), "the trainer's class path");
    }

    /** The Python that has MLflow and onnxruntime: what `./sluice test` installs. */
    static Path python() {
        return present(tools().resolve(MLFLOW).resolve("bin/python"), "MLflow's virtual environment");
    }

    /** A folder of that name below `target`, empty. */
    public static Path folder(String name) {
        var folder = MODULE.resolve("target/end-to-end").resolve(name);
        try {
            if (Files.exists(folder)) {
                try (var old = Files.walk(folder)) {
                    old.sorted(java.util.Comparator.reverseOrder())
                            .forEach(path -> path.toFile().delete());
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Long forms of the tests: `-Dsluice.long=true` or `SLUICE_LONG=1`. */
    public static boolean isLong() {
        return Boolean.getBoolean("sluice.long") || "1".equals(System.getenv("SLUICE_LONG"));
    }

    private static Path tools() {
        Map<String, String> environment = System.getenv();
        return Optional.ofNullable(environment.get("SLUICE_TOOLS"))
                .map(Path::of)
                .or(() -> Optional.ofNullable(environment.get("XDG_CACHE_HOME")).map(cache -> Path.of(cache, "sluice")))
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "sluice"));
    }

    private static Path present(Path path, String what) {
        if (!Files.exists(path)) {
            throw new IllegalStateException(
                    "%s is not there: %s. `./sluice test` builds and installs all that these tests need."
                            .formatted(what, path));
        }
        return path;
    }
}
