package dev.sluice.search.terminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
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

    private static Study studyOf(String... constraints) {
        var space = SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
        return new Study(
                new StudySpec(
                        space,
                        new Goals(
                                List.of(Objective.minimize("loss"), Objective.minimize("time")),
                                Stream.of(constraints)
                                        .map(OutcomeConstraint::parse)
                                        .toList()),
                        AlgorithmChoice.of("random"),
                        AlgorithmChoice.of("none"),
                        1,
                        OptionalInt.empty(),
                        1),
                event -> {});
    }

    private static void complete(Study study, double loss, double time, double size) {
        var id = study.ask().orElseThrow().id();
        study.start(id, 1, -1);
        study.tell(id, new Outcome.Completed(Map.of("loss", loss, "time", time, "size", size)));
    }

    @Test
    void whatBreaksAConstraintIsNotBetter() {
        var sized = studyOf("size <= 5");
        complete(sized, 5, 5, 5);
        complete(sized, 1, 1, 6);
        complete(sized, 2, 2, 7);
        complete(sized, 3, 3, Double.NaN);
        assertThat(terminator().check(sized.history()))
                .hasValue(new Termination(Termination.Kind.STAGNATION, "the last 3 trials brought nothing better"));
    }

    @Test
    void untilOneKeepsToTheConstraintsComingCloserIsBetter() {
        var sized = studyOf("size <= 5");
        for (int size = 20; size > 10; size--) {
            complete(sized, 5, 5, size);
            assertThat(terminator().check(sized.history())).isEmpty();
        }
        for (int i = 0; i < 3; i++) {
            complete(sized, 1, 1, 11);
        }
        assertThat(terminator().check(sized.history()).orElseThrow().reason())
                .isEqualTo("none of the last 3 trials came closer to what the constraints want");
    }

    @Test
    void whatWasTakenOverSetsTheMarkButDoesNotCount() {
        var id = begin();
        for (int i = 0; i < 10; i++) {
            study.takeOver(study.trial(id).values(), new Outcome.Completed(Map.of("loss", 1.0)), "earlier");
        }
        study.tell(id, new Outcome.Completed(Map.of("loss", 2.0)));
        complete(3);
        assertThat(terminator().check(study.history())).isEmpty();
        complete(1);
        assertThat(terminator().check(study.history())).isPresent();
    }

    @Test
    void oneThatFollowsAStudySaysWhatOneSaysThatSeesItAtOnce() {
        var random = new SplittableRandom(4);
        for (int run = 0; run < 20; run++) {
            var sized = studyOf("size <= 5");
            var following = terminator();
            for (int i = 0; i < 40; i++) {
                complete(sized, random.nextInt(6), random.nextInt(6), random.nextInt(10));
                assertThat(following.check(sized.history()))
                        .isEqualTo(terminator().check(sized.history()));
            }
            assertThat(following.check(study.history())).isEmpty();
            assertThat(following.check(sized.history())).isEqualTo(terminator().check(sized.history()));
        }
    }

    @Test
    void needsAtLeastOneTrial() {
        assertThatThrownBy(() -> new StagnationTerminator(0)).hasMessage("trials must be >= 1, was 0");
    }
}
