package dev.sluice.console.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.TrialSection.Checkpoints;
import dev.sluice.console.specification.TrialSection.TrainerTrial;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerHomeTest {
    @TempDir
    Path folder;

    private TrainerHome home;

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(folder.resolve("trial"));
        Files.createDirectories(folder.resolve("data/mnist"));
        Files.createDirectories(folder.resolve("jars/folder.jar"));
        Files.writeString(folder.resolve("jars/own.jar"), "");
        Files.writeString(folder.resolve("secret.jar"), "");
        Files.createSymbolicLink(folder.resolve("jars/link.jar"), folder.resolve("secret.jar"));
        home = new TrainerHome(
                Optional.of(folder.resolve("trial")),
                Optional.of(folder.resolve("data")),
                Optional.of(folder.resolve("jars")));
    }

    private static TrainerTrial trial(List<String> jars, Map<String, Object> options) {
        return new TrainerTrial("own", "mlp", options, jars, 1, 0, List.of(), Map.of(), Checkpoints.DEFAULT);
    }

    @Test
    void putsANamedJarBehindItsOwn() {
        List<String> command = home.command(trial(List.of("own.jar"), Map.of()));

        assertThat(command.get(command.indexOf("-cp") + 1))
                .isEqualTo(folder.resolve("trial") + "/*" + File.pathSeparator + folder.resolve("jars/own.jar"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.jar", "link.jar", "folder.jar", "none.jar", "", "..", "/etc/passwd"})
    void opensNoJarElsewhere(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> home.command(trial(List.of(name), Map.of())))
                .withMessageContaining("is no jar of this service");
        assertThat(home.missing(trial(List.of("own.jar", name), Map.of())))
                .extracting(Problem.Fault::pointer)
                .containsExactly("/trial/trainer/jars/1");
    }

    @Test
    void saysAtSubmissionWhichDataSetIsNotThere() {
        assertThat(home.missing(trial(List.of(), Map.of("data", "mnist")))).isEmpty();
        assertThat(home.missing(trial(List.of(), Map.of("data", "mnist2"))))
                .extracting(Problem.Fault::pointer)
                .containsExactly("/trial/trainer/options/data");
        assertThat(home.missing(trial(List.of(), Map.of("data", "../data")))).hasSize(1);
        assertThat(home.missing(trial(List.of(), Map.of("data", "mnist", "module", "net.pt"))))
                .extracting(Problem.Fault::pointer)
                .containsExactly("/trial/trainer/options/module");
        assertThat(new TrainerHome(Optional.empty(), Optional.empty(), Optional.empty())
                        .missing(trial(List.of("own.jar"), Map.of())))
                .extracting(Problem.Fault::detail)
                .singleElement()
                .asString()
                .contains("sluice.trainer.jars");
    }
}
