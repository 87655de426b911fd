package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./sluice} itself, as far as it goes without a build. */
class StartScriptTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private record Ended(int code, String output) {}

    private static Ended run(Path from, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("bash"));
        words.addAll(List.of(command));
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(from.toFile()).redirectErrorStream(true);
        builder.environment().remove("SLUICE_NO_BUILD");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    /** The parts of the script without any source, so that nothing is ever built. */
    private Path copy() throws IOException {
        Path root = Files.createDirectories(folder.resolve("a folder"));
        Files.createDirectories(root.resolve("scripts"));
        for (String name : List.of("sluice", "pom.xml", "scripts/jdk.sh", "scripts/build.sh", "scripts/help.txt")) {
            Files.copy(ROOT.resolve(name), root.resolve(name));
        }
        return root;
    }

    @Test
    void saysItsVersionThroughASymbolicLinkFromAnywhere() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), copy().resolve("sluice"));
        Ended ended = run(folder, Map.of(), link.toString(), "--version");
        assertThat(ended.output()).matches("sluice [0-9]+\\.[0-9]+\\.[0-9]+\\S*\\R");
        assertThat(ended.code()).isZero();
    }

    @Test
    void showsItsHelpWithoutABuild() throws Exception {
        Ended ended = run(copy(), Map.of(), "./sluice", "--help");
        assertThat(ended.output()).startsWith("Sluice searches").contains("./sluice demo");
        assertThat(ended.code()).isZero();
    }

    @Test
    void noCommandIsWrongUsage() throws Exception {
        assertThat(run(copy(), Map.of(), "./sluice").code()).isEqualTo(2);
    }

    @Test
    void aChosenJdkThatIsNoneIsOneSentence() throws Exception {
        Ended ended = run(copy(), Map.of("SLUICE_JAVA_HOME", folder.toString()), "./sluice", "list");
        assertThat(ended.output())
                .isEqualToIgnoringNewLines("sluice: SLUICE_JAVA_HOME (" + folder + ") is no JDK 21 or newer");
        assertThat(ended.code()).isEqualTo(1);
    }

    @Test
    void noMavenIsOneSentence() throws Exception {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String name : List.of("bash", "readlink", "find", "cat")) {
            Path tool = Files.writeString(tools.resolve(name), "#!/bin/sh\nexec " + which(name) + " \"$@\"\n");
            assertThat(tool.toFile().setExecutable(true)).isTrue();
        }
        Ended ended = run(
                copy(),
                Map.of("PATH", tools.toString(), "SLUICE_JAVA_HOME", System.getProperty("java.home")),
                "./sluice",
                "list");
        assertThat(ended.output()).startsWith("sluice: Maven is not on the PATH: install Maven 3.8 or newer");
        assertThat(ended.code()).isEqualTo(1);
    }

    private static Path which(String name) {
        for (String entry : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(entry, name);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("no " + name + " on the PATH");
    }
}
