package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every sampler for one objective keeps. A test of one extends this and says how it is made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SamplerContract {
    private static final Objective LOSS = Objective.minimize("loss");

    /** A new sampler with its defaults, for the objective {@code loss}, which is to be minimised. */
    protected abstract Sampler sampler(SearchSpace space);

    /** How many trials take it past its start-up, so that all of its algorithm is at work. */
    protected int trialsToWarmUp() {
        return 40;
    }

    /** What it has to cope with. */
    protected Stream<SearchSpace> spaces() {
        return Spaces.all();
    }

    /** One with each kind of parameter that it can have, and a float {@code momentum} of an {@code optimizer} {@code sgd}. */
    protected SearchSpace richest() {
        return Spaces.everything();
    }

    /** One whose constraint {@code a + b > 2} no point keeps. */
    protected SearchSpace impossible() {
        return SearchSpace.builder()
                .add("a", FloatDistribution.of(0, 1))
                .add("b", FloatDistribution.of(0, 1))
                .constraint("a + b > 2")
                .build();
    }

    final Study study(SearchSpace space, long seed, List<StudyEvent> journal) {
        return new Study(StudySpec.of(space, LOSS, "random", seed), sampler(space), new NopPruner(), journal::add);
    }

    private Study replayed(SearchSpace space, long seed, List<StudyEvent> journal) {
        return Study.replay(
                StudySpec.of(space, LOSS, "random", seed), sampler(space), new NopPruner(), journal, event -> {});
    }

    /** Begins a trial and ends it in one of all the ways there are; a tenth of them stay under way. */
    static ParameterValues live(Study study) {
        var suggestion = study.ask().orElseThrow();
        var id = suggestion.id();
        study.start(id, 1, -1);
        double value = value(suggestion.values());
        switch (id.number() % 10) {
            case 3 -> {
                study.report(id, Measurement.of(1, "loss", value));
                study.tell(id, new Outcome.Pruned("poor"));
            }
            case 4 -> study.tell(id, new Outcome.Failed("broke"));
            case 5 -> study.tell(id, new Outcome.Infeasible("too large"));
            case 6 -> complete(study, id, Double.NaN);
            case 7 -> complete(study, id, id.number() % 20 == 7 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
            case 8 -> study.report(id, Measurement.of(1, "loss", value));
            case 9 -> study.tell(id, new Outcome.Cancelled("called off"));
            default -> complete(study, id, value);
        }
        return suggestion.values();
    }

    private static void complete(Study study, TrialId id, double value) {
        study.report(id, Measurement.of(1, "loss", value));
        study.tell(id, Outcome.Completed.asReported());
    }

    /** Some number that depends on the point alone. */
    private static double value(ParameterValues values) {
        return new SplittableRandom(values.toPlain().toString().hashCode()).nextDouble();
    }

    final Suggested suggest(SearchSpace space, TrialHistory history, long seed) {
        return sampler(space).suggest(history, new SplittableRandom(seed)).orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void staysInsideItsSpaceWhateverBecomesOfTrials(SearchSpace space) {
        var study = study(space, 1, new ArrayList<>());
        for (int i = 0; i < 2 * trialsToWarmUp(); i++) {
            assertThat(space.violations(live(study))).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void answersAlikeForTheSameSeedAndHistory(SearchSpace space) {
        var study = study(space, 2, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            live(study);
            if (i % 5 == 0) {
                assertThat(suggest(space, study.history(), 9)).isEqualTo(suggest(space, study.history(), 9));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void answersAlikeWhenItIsBuiltAnewFromTheEvents(SearchSpace space) {
        var journal = new ArrayList<StudyEvent>();
        var study = study(space, 3, journal);
        for (int i = 0; i < trialsToWarmUp(); i++) {
            live(study);
        }
        var again = replayed(space, 3, journal);
        for (int i = 0; i < 10; i++) {
            assertThat(live(again)).isEqualTo(live(study));
        }
    }

    @Test
    void leavesTheHistoryAlone() {
        var study = study(richest(), 5, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            live(study);
        }
        long before = study.history().revision();
        suggest(richest(), study.history(), 1);
        assertThat(study.history().revision()).isEqualTo(before);
    }

    @Test
    void proposesSomethingElseEachTimeWhereNothingHasEndedYet() {
        var study = study(richest(), 6, new ArrayList<>());
        var proposed = new HashSet<ParameterValues>();
        for (int i = 0; i < trialsToWarmUp(); i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            assertThat(richest().violations(suggestion.values())).isEmpty();
            proposed.add(suggestion.values());
        }
        assertThat(proposed).hasSize(trialsToWarmUp());
    }

    @Test
    void proposesSomethingElseForEachOfManyWorkers() {
        var study = study(richest(), 16, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            live(study);
        }
        var proposed = new HashSet<ParameterValues>();
        for (int i = 0; i < 16; i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            proposed.add(suggestion.values());
        }
        assertThat(proposed).hasSize(16);
    }

    @Test
    void proposesWhereNothingHasEverWorked() {
        var study = study(richest(), 7, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            var id = study.ask().orElseThrow().id();
            study.start(id, 1, -1);
            study.tell(id, i % 2 == 0 ? new Outcome.Failed("broke") : new Outcome.Infeasible("too large"));
        }
        assertThat(study.ask()).isPresent();
    }

    @Test
    void proposesWhereAllValuesAreEqual() {
        var study = study(richest(), 8, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            var id = study.ask().orElseThrow().id();
            study.start(id, 1, -1);
            complete(study, id, 1);
        }
        assertThat(study.ask()).isPresent();
    }

    @Test
    void takesInTrialsThatWereEnqueued() {
        var space = richest();
        var study = study(space, 9, new ArrayList<>());
        study.enqueue(space.complete(Map.of("optimizer", "sgd", "momentum", 0.6)));
        for (int i = 0; i < trialsToWarmUp(); i++) {
            live(study);
        }
        assertThat(study.history().size()).isEqualTo(trialsToWarmUp());
    }

    @Test
    void saysWhy() {
        var study = study(richest(), 10, new ArrayList<>());
        for (int i = 0; i < trialsToWarmUp(); i++) {
            var suggestion = study.ask().orElseThrow();
            assertThat(suggestion.reason()).isNotBlank();
            live(study);
        }
    }

    @Test
    void triesEveryPointOfAFiniteSpaceBeforeItRepeatsOne() {
        var space = Spaces.twelvePoints();
        var study = study(space, 11, new ArrayList<>());
        var tried = new HashSet<ParameterValues>();
        for (int i = 0; i < 12; i++) {
            tried.add(live(study));
        }
        assertThat(tried).hasSize(12);
    }

    @Test
    void triesEveryPointThatConstraintsLeaveBeforeItRepeatsOne() {
        var space = Spaces.twentyAllowedPoints();
        var study = study(space, 17, new ArrayList<>());
        var tried = new HashSet<ParameterValues>();
        for (int i = 0; i < 20; i++) {
            tried.add(live(study));
        }
        assertThat(tried).hasSize(20);
    }

    @Test
    void doesNotTryAgainWhatWasTakenOver() {
        var space = Spaces.twelvePoints();
        var study = study(space, 18, new ArrayList<>());
        var tried = new HashSet<ParameterValues>();
        for (var point : space.points(12).orElseThrow().subList(0, 5)) {
            study.takeOver(point, new Outcome.Completed(Map.of("loss", value(point))), "another study");
            tried.add(point);
        }
        for (int i = 0; i < 7; i++) {
            tried.add(live(study));
        }
        assertThat(tried).hasSize(12);
    }

    @Test
    void doesNotProposeAgainWhatIsStillUnderWay() {
        var space = Spaces.twelvePoints();
        var study = study(space, 12, new ArrayList<>());
        var tried = new HashSet<ParameterValues>();
        for (int i = 0; i < 12; i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            tried.add(suggestion.values());
        }
        assertThat(tried).hasSize(12);
    }

    @Test
    void goesOnWithinAFiniteSpaceThatIsUsedUpOrSaysSo() {
        var space = Spaces.twelvePoints();
        var study = study(space, 13, new ArrayList<>());
        for (int i = 0; i < 12; i++) {
            live(study);
        }
        study.ask()
                .ifPresent(suggestion ->
                        assertThat(space.violations(suggestion.values())).isEmpty());
    }

    @Test
    void findsTheFewPointsThatAConstraintLeaves() {
        var space = SearchSpace.builder()
                .add("a", IntDistribution.of(0, 300))
                .add("b", IntDistribution.of(0, 300))
                .constraint("a == 17 and b >= 299")
                .build();
        var study = study(space, 14, new ArrayList<>());
        assertThat(live(study)).isNotEqualTo(live(study));
    }

    @Test
    void saysWhichConstraintsCannotBeSatisfied() {
        var study = study(impossible(), 15, new ArrayList<>());
        assertThatThrownBy(study::ask)
                .isInstanceOf(NoFeasiblePointException.class)
                .hasMessageContaining("'a + b > 2'");
        assertThat(study.history().size()).isZero();
    }
}
