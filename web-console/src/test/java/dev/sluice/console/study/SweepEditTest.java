package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.specification.SweepSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SweepEditTest {
    private static final String FILE = """
            name: test
            objective: {metric: score, goal: maximize}
            search: {algorithm: random, seed: 7}
            parameters: {x: {min: 0.0, max: 1.0}, c: {values: [a, b]}, d: {min: 1.0, max: 2.0, when: {c: a}}}
            trial: {external: true}
            budget: {trials: 9}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "max: 1.0}, c; max: 4.0}, c",
                "[a, b]; [a, b, e]",
                "{trials: 9}; {trials: 90, parallel: 4, wallTime: 1h}",
                "trial: {; 'retries: {max: 3}\ntrial: {'",
                "trial: {; 'alerts: []\ntrial: {'",
                "trial: {; 'parameterConstraints: [\"x < 0.5\"]\ntrial: {'",
                "trial: {; 'labels: {team: vision}\ntrial: {'"
            })
    void takesWhatASweepCanBecomeAnotherIn(String from, String to) {
        var before = read(FILE);
        var after = read(FILE.replace(from, to));

        assertThat(SweepEdit.checked(before, after)).isSameAs(after);
        assertThat(SweepEdit.between(before, after).isNothing()).isFalse();
        assertThat(SweepEdit.between(after, after).isNothing()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "name: test; name: other; /name",
                "goal: maximize; goal: minimize; /objective",
                "seed: 7; seed: 8; /search",
                "random; tpe; /search",
                "x: {min: 0.0; y: {min: 0.0; /parameters/x",
                "min: 1.0, max: 2.0; min: 1, max: 2, type: int; /parameters/d/type",
                "when: {c: a}; when: {c: b}; /parameters/d/when",
                "trial: {; 'pruning: {algorithm: median}\ntrial: {'; /pruning",
                "trial: {; 'resources: {gpus: 1}\ntrial: {'; /resources"
            })
    void saysWhichFieldOnlyACloneCanHaveOtherwise(String from, String to, String pointer) {
        assertThatThrownBy(() -> SweepEdit.checked(read(FILE), read(FILE.replace(from, to))))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem()).isInstanceOf(Problem.Invalid.class);
                    assertThat(((Problem.Invalid) e.problem()).faults()).anySatisfy(fault -> {
                        assertThat(fault.pointer()).isEqualTo(pointer);
                        assertThat(fault.detail()).contains("clone");
                    });
                });
    }

    @Test
    void showsTheFieldsThatDifferAlone() {
        var change = SweepEdit.between(
                read(FILE), read(FILE.replace("max: 1.0}, c", "max: 4.0}, c").replace("trials: 9", "trials: 10")));

        assertThat(change.before()).hasToString("{\"parameters\":{\"x\":{\"max\":1.0}},\"budget\":{\"trials\":9}}");
        assertThat(change.after()).hasToString("{\"parameters\":{\"x\":{\"max\":4.0}},\"budget\":{\"trials\":10}}");
    }

    private static SweepSpecification read(String file) {
        return SweepFiles.read(file);
    }
}
