package dev.sluice.console.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.console.specification.CommandLine.TrialFacts;
import dev.sluice.console.specification.TrialSection.Checkpoints;
import dev.sluice.console.specification.TrialSection.CommandTrial;
import dev.sluice.console.specification.TrialSection.MetricSource;
import dev.sluice.search.space.ParameterValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private static final TrialFacts FACTS = new TrialFacts(Path.of("/data/trials/a b"), 7, 12345, Optional.empty());
    private static final ParameterValues VALUES = ParameterValues.ofPlain(
            Map.of("lr", 1e-4, "hidden", 64L, "nesterov", true, "optimizer", "a; rm -rf $HOME", "a:b c", 2.0));

    @Test
    void replacesPlaceholders() {
        assertThat(arguments(
                        "train",
                        "--lr=${params.lr}",
                        "${params.hidden}x${params.hidden}",
                        "${params.nesterov}",
                        "${params.a:b c}"))
                .containsExactly("train", "--lr=0.0001", "64x64", "true", "2.0");
        assertThat(arguments("train", "${trial.dir}/out", "${trial.number}", "${trial.seed}"))
                .containsExactly("train", "/data/trials/a b/out", "7", "12345");
    }

    @Test
    void keepsAValueOneArgument() {
        assertThat(arguments("train", "${params.optimizer}")).containsExactly("train", "a; rm -rf $HOME");
    }

    @Test
    void doesNotReplaceWhatAValueHolds() {
        ParameterValues values = ParameterValues.ofPlain(Map.of("x", "${trial.dir}"));

        assertThat(CommandLine.of(command(List.of("a", "${params.x}")), values, FACTS))
                .containsExactly("a", "${trial.dir}");
    }

    @Test
    void leavesEscapedPlaceholdersAlone() {
        assertThat(arguments("train", "$${params.lr}", "$5", "a$", "{}"))
                .containsExactly("train", "${params.lr}", "$5", "a$", "{}");
    }

    @Test
    void leavesOutArgumentsOfInactiveParametersWithTheirOption() {
        assertThat(arguments("train", "--momentum", "${params.momentum}", "--seed", "1"))
                .containsExactly("train", "--seed", "1");
        assertThat(arguments("train", "--momentum=${params.momentum}", "--seed=1"))
                .containsExactly("train", "--seed=1");
        assertThat(arguments("train", "-m", "${params.momentum}")).containsExactly("train");
    }

    @Test
    void keepsWhatIsNoBareOptionBeforeALeftOutArgument() {
        assertThat(arguments("train", "positional", "${params.momentum}")).containsExactly("train", "positional");
        assertThat(arguments("train", "-1", "${params.momentum}")).containsExactly("train", "-1");
        assertThat(arguments("train", "--a=b", "${params.momentum}")).containsExactly("train", "--a=b");
        assertThat(arguments("train", "--x${params.hidden}", "${params.momentum}"))
                .containsExactly("train", "--x64");
        assertThat(arguments("train", "--a", "${params.momentum}", "${params.momentum}", "--b"))
                .containsExactly("train", "--b");
    }

    @Test
    void appendsResumeWhereThereIsACheckpoint() {
        CommandTrial trial = new CommandTrial(
                List.of("train"),
                List.of("--resume", "${checkpoint.path}"),
                List.of(MetricSource.STDOUT),
                Map.of(),
                Checkpoints.DEFAULT);
        TrialFacts resumed = new TrialFacts(Path.of("/t"), 0, 0, Optional.of(Path.of("/t/checkpoints/checkpoint-3")));

        assertThat(CommandLine.of(trial, VALUES, FACTS)).containsExactly("train");
        assertThat(CommandLine.of(trial, VALUES, resumed))
                .containsExactly("train", "--resume", "/t/checkpoints/checkpoint-3");
    }

    @Test
    void refusesWhatTheReaderRefuses() {
        assertThatIllegalArgumentException().isThrownBy(() -> arguments("train", "${nothing}"));
        assertThatIllegalArgumentException().isThrownBy(() -> arguments("train", "${checkpoint.path}"));
    }

    private static List<String> arguments(String... command) {
        return CommandLine.of(command(List.of(command)), VALUES, FACTS);
    }

    private static CommandTrial command(List<String> command) {
        return new CommandTrial(command, List.of(), List.of(MetricSource.STDOUT), Map.of(), Checkpoints.DEFAULT);
    }
}
