package dev.sluice.search.terminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StagnationTerminatorTest extends TerminatorContract {
    @Override
    protected Terminator terminator() {
        return new StagnationTerminator(3);
    }

    @Override
    protected void bringToItsEnd() {
        complete(2);
        complete(1);
        complete(1);
        complete(5);
        complete(Double.NaN);
    }

    @Test
    void beginsToCountAnewWithEachBetterTrial() {
        for (double value = 20; value > 0; value--) {
            complete(value);
            complete(30);
            complete(30);
            assertThat(terminator().check(study.history())).isEmpty();
        }
    }

    @Test
    void countsPrunedTrialsButNoFailedOnes() {
        complete(1);
        fail("broke");
        fail("broke");
        fail("broke");
        study.tell(begin(), new Outcome.Pruned("poor"));
        study.tell(begin(), new Outcome.Pruned("poor"));
        assertThat(terminator().check(study.history())).isEmpty();
        study.tell(begin(), new Outcome.Pruned("poor"));
        assertThat(terminator().check(study.history()))
                .hasValue(new Termination(Termination.Kind.STAGNATION, "the last 3 trials brought nothing better"));
    }

    @Test
    void takesAnythingNewOnTheFrontForBetter() {
        var space = SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
        var both = new Study(
                new StudySpec(
                        space,
                        List.of(Objective.minimize("loss"), Objective.maximize("speed")),
                        AlgorithmChoice.of("random"),
                        AlgorithmChoice.of("none"),
                        1),
                event -> {});
        double[][] values = {{1, 1}, {2, 2}, {3, 3}, {3, 2}, {2, 2}};
        for (double[] value : values) {
            var id = both.ask().orElseThrow().id();
            both.start(id, 1, -1);
            both.tell(id, new Outcome.Completed(Map.of("loss", value[0], "speed", value[1])));
        }
        assertThat(terminator().check(both.history())).isEmpty();
        assertThat(new StagnationTerminator(2).check(both.history())).isPresent();
    }

    @Test
    void needsAtLeastOneTrial() {
        assertThatThrownBy(() -> new StagnationTerminator(0)).hasMessage("trials must be >= 1, was 0");
    }
}
