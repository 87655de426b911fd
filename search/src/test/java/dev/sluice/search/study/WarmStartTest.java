package dev.sluice.search.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.sampler.Convergence;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.terminator.FailureBudget;
import dev.sluice.search.terminator.TrialBudget;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WarmStartTest {
    private static final Goals LOSS = Goals.of(Objective.minimize("loss"));

    private static StudySpec spec(SearchSpace space, Goals goals) {
        return new StudySpec(
                space, goals, AlgorithmChoice.of("random"), AlgorithmChoice.of("none"), 1, OptionalInt.empty(), 1);
    }

    private static EarlierStudy.Result result(int number, Map<String, ?> values, double loss) {
        return new EarlierStudy.Result(
                number, ParameterValues.ofPlain(values), TrialState.COMPLETE, Map.of("loss", loss));
    }

    private static EarlierStudy earlier(EarlierStudy.Result... results) {
        return new EarlierStudy("digits", LOSS, List.of(results));
    }

    private static SearchSpace line() {
        return SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
    }

    @Test
    void carriesAPointIntoASpaceThatDiffers() {
        var space = SearchSpace.builder()
                .add("rate", FloatDistribution.log(1e-4, 0.1))
                .add("layers", IntDistribution.stepped(2, 8, 2))
                .add("batch", CategoricalDistribution.ordered(16, 64, 256))
                .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
                .add(Parameter.of("momentum", FloatDistribution.of(0, 1)).when(Condition.oneOf("optimizer", "sgd")))
                .add(Parameter.of("dropout", FloatDistribution.of(0, 1)).withDefault(0.2))
                .build();
        var before = result(
                7,
                Map.of("rate", 0.5, "layers", 9, "batch", 128, "optimizer", "lion", "momentum", 0.9, "decay", 0.1),
                0.3);

        var points = WarmStart.of(spec(space, LOSS), earlier(before)).points(3);

        assertThat(points).singleElement().satisfies(point -> {
            assertThat(point.values())
                    .isEqualTo(ParameterValues.ofPlain(
                            Map.of("rate", 0.1, "layers", 8, "batch", 64, "optimizer", "adam", "dropout", 0.2)));
            assertThat(point.trial()).isEqualTo(7);
            assertThat(point.changes())
                    .containsExactlyInAnyOrder(
                            "rate was 0.5, is 0.1",
                            "layers was 9, is 8",
                            "batch was 128, is 64",
                            "optimizer was \"lion\", is \"adam\"",
                            "dropout is new: 0.2",
                            "momentum is gone",
                            "decay is gone");
        });
    }

    @Test
    void aPointOfTheSameSpaceStaysAsItIs() {
        var point = WarmStart.of(spec(line(), LOSS), earlier(result(0, Map.of("x", 0.25), 1)))
                .points(1)
                .getFirst();
        assertThat(point.values()).isEqualTo(ParameterValues.ofPlain(Map.of("x", 0.25)));
        assertThat(point.changes()).isEmpty();
    }

    @Test
    void dropsWhatBreaksTheSpacesConstraintsAndWhatIsThereTwice() {
        var space = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .constraint("x <= 0.5 or x >= 1")
                .build();
        var earlier = earlier(
                result(0, Map.of("x", 0.7), 1),
                result(1, Map.of("x", 3.0), 2),
                result(2, Map.of("x", 4.0), 3),
                result(3, Map.of("x", 0.1), 4));
        assertThat(WarmStart.of(spec(space, LOSS), earlier).points(9))
                .extracting(WarmStart.Point::trial)
                .containsExactly(1, 3);
    }

    @Test
    void spreadsThePointsOverWhatIsGood() {
        var results = new ArrayList<EarlierStudy.Result>();
        for (int i = 0; i < 100; i++) {
            double x = i < 20 ? 0.3 + i * 1e-4 : i < 25 ? 0.9 : i / 100.0;
            results.add(result(i, Map.of("x", x), i));
        }
        var points = WarmStart.of(spec(line(), LOSS), new EarlierStudy("digits", LOSS, results))
                .points(2);
        assertThat(points).extracting(WarmStart.Point::trial).containsExactly(0, 20);
    }

    @Test
    void prefersTheBestOfWhatRanToItsEndAndKeepsToTheNewConstraints() {
        var goals = new Goals(List.of(Objective.minimize("loss")), List.of(OutcomeConstraint.parse("size <= 10")));
        var earlier = new EarlierStudy(
                "digits",
                LOSS,
                List.of(
                        new EarlierStudy.Result(
                                0, ParameterValues.ofPlain(Map.of("x", 0.1)), TrialState.PRUNED, Map.of("loss", 0.1)),
                        new EarlierStudy.Result(
                                1,
                                ParameterValues.ofPlain(Map.of("x", 0.2)),
                                TrialState.COMPLETE,
                                Map.of("loss", 0.2, "size", 11.0)),
                        new EarlierStudy.Result(
                                2,
                                ParameterValues.ofPlain(Map.of("x", 0.3)),
                                TrialState.COMPLETE,
                                Map.of("loss", Double.NaN)),
                        result(3, Map.of("x", 0.9), 0.4),
                        result(4, Map.of("x", 0.4), 0.3)));
        assertThat(WarmStart.of(spec(line(), goals), earlier).points(4))
                .extracting(WarmStart.Point::trial)
                .containsExactly(4, 3);
    }

    @Test
    void takesTheFrontFirstWhereThereAreSeveralObjectives() {
        var goals = Goals.of(Objective.minimize("loss"), Objective.maximize("speed"));
        var results = new ArrayList<EarlierStudy.Result>();
        double[][] shown = {{2, 2}, {1, 1}, {3, 2}, {3, 3}};
        for (int i = 0; i < shown.length; i++) {
            results.add(new EarlierStudy.Result(
                    i,
                    ParameterValues.ofPlain(Map.of("x", i / 4.0)),
                    TrialState.COMPLETE,
                    Map.of("loss", shown[i][0], "speed", shown[i][1])));
        }
        assertThat(WarmStart.of(spec(line(), goals), new EarlierStudy("digits", goals, results))
                        .points(4))
                .extracting(WarmStart.Point::trial)
                .containsExactly(1, 0, 3, 2);
    }

    @Test
    void pointsNeedTheSameDirection() {
        var warmStart = WarmStart.of(
                spec(line(), Goals.of(Objective.maximize("accuracy"))), earlier(result(0, Map.of("x", 0.5), 1)));
        assertThatThrownBy(() -> warmStart.points(1))
                .hasMessage("the study digits wants to minimize loss, this one to maximize accuracy: the best points of"
                        + " one are none of the other");
        assertThatThrownBy(() -> warmStart.points(0)).hasMessage("most must be >= 1, was 0");
    }

    @Test
    void needsAParameterInCommon() {
        assertThatThrownBy(() -> WarmStart.of(spec(line(), LOSS), earlier(result(0, Map.of("y", 0.5), 1))))
                .hasMessage("a study cannot start from digits, with which it shares no parameter: it has x, where"
                        + " digits has y");
        assertThat(WarmStart.of(spec(line(), LOSS), earlier()).points(3)).isEmpty();
    }

    @Test
    void takesOverTrialsThatArePointsOfTheSpaceAsTheyStand() {
        var space = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .add("n", IntDistribution.of(1, 5))
                .build();
        var earlier = new EarlierStudy(
                "digits",
                LOSS,
                List.of(
                        result(0, Map.of("x", 1, "n", 2.0), 0.5),
                        result(1, Map.of("x", 2.0, "n", 2), 0.1),
                        result(2, Map.of("x", 0.5), 0.1),
                        result(3, Map.of("x", 0.5, "n", 2, "old", 1), 0.1),
                        new EarlierStudy.Result(
                                4, ParameterValues.ofPlain(Map.of("x", 0.5, "n", 5)), TrialState.INFEASIBLE, Map.of()),
                        new EarlierStudy.Result(
                                5,
                                ParameterValues.ofPlain(Map.of("x", 0.5, "n", 5)),
                                TrialState.PRUNED,
                                Map.of("loss", 1.0)),
                        result(6, Map.of("x", 0.25, "n", 3), Double.NaN)));
        assertThat(WarmStart.of(spec(space, LOSS), earlier).trials())
                .containsExactly(
                        new WarmStart.Known(
                                ParameterValues.ofPlain(Map.of("x", 1.0, "n", 2)),
                                new Outcome.Completed(Map.of("loss", 0.5)),
                                "digits, trial 0"),
                        new WarmStart.Known(
                                ParameterValues.ofPlain(Map.of("x", 0.5, "n", 5)),
                                new Outcome.Infeasible("infeasible in digits"),
                                "digits, trial 4"),
                        new WarmStart.Known(
                                ParameterValues.ofPlain(Map.of("x", 0.25, "n", 3)),
                                new Outcome.Completed(Map.of("loss", Double.NaN)),
                                "digits, trial 6"));
    }

    @Test
    void saysWhyTrialsAreNotTakenOver() {
        var space = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .add("kind", CategoricalDistribution.of("a", "b"))
                .add(Parameter.of("depth", IntDistribution.of(1, 4)).when(Condition.oneOf("kind", "b")))
                .constraint("x != 0.25")
                .build();
        var pruned = new EarlierStudy.Result(
                5, ParameterValues.ofPlain(Map.of("x", 0.5, "kind", "a")), TrialState.PRUNED, Map.of("loss", 1.0));
        var silent = new EarlierStudy.Result(
                6, ParameterValues.ofPlain(Map.of("x", 0.5, "kind", "a")), TrialState.COMPLETE, Map.of());
        var warmStart = WarmStart.of(
                spec(space, LOSS),
                earlier(
                        result(0, Map.of("x", 0.5, "kind", "a"), 1),
                        result(1, Map.of("x", 2.0, "kind", "a"), 1),
                        result(2, Map.of("x", 3.0, "kind", "a"), 1),
                        result(3, Map.of("x", 0.5, "kind", "b"), 1),
                        result(4, Map.of("x", 0.25, "kind", "a"), 1),
                        pruned,
                        silent,
                        result(7, Map.of("x", 0.5, "kind", "a", "old", 1), 1),
                        result(8, Map.of("x", 0.5, "kind", "a", "depth", 2), 1)));

        assertThat(warmStart.trials()).hasSize(1);
        assertThat(warmStart.leftOut())
                .startsWith("2 trials: x must be a float in [0.0, 1.0] here")
                .containsExactlyInAnyOrder(
                        "2 trials: x must be a float in [0.0, 1.0] here",
                        "1 trial: depth is new here",
                        "1 trial: it breaks 'x != 0.25'",
                        "1 trial: what was given up early says too little here",
                        "1 trial: it has no value of loss",
                        "1 trial: old is no parameter here",
                        "1 trial: depth is not active here");
    }

    @Test
    void ofTooManyTrialsTakesTheBetterHalfAndSomeOfTheRest() {
        var results = new ArrayList<EarlierStudy.Result>();
        for (int i = 0; i < 100; i++) {
            results.add(result(i, Map.of("x", i / 100.0), (i * 37) % 100));
        }
        results.add(new EarlierStudy.Result(
                100, ParameterValues.ofPlain(Map.of("x", 1.0)), TrialState.INFEASIBLE, Map.of()));
        var known = WarmStart.of(spec(line(), LOSS), earlier(results.toArray(EarlierStudy.Result[]::new)))
                .trials();

        var some = WarmStart.selected(LOSS, known, 20);

        var losses = some.stream()
                .map(trial -> (Outcome.Completed) trial.outcome())
                .map(outcome -> outcome.values().get("loss"))
                .sorted()
                .toList();
        assertThat(losses).hasSize(20).startsWith(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0);
        assertThat(losses.subList(10, 20)).allMatch(loss -> loss > 9).anyMatch(loss -> loss > 80);
        assertThat(some).isSubsetOf(known).isSortedAccordingTo((a, b) -> known.indexOf(a) - known.indexOf(b));
        assertThat(WarmStart.selected(LOSS, known, 0)).isEmpty();
        assertThat(WarmStart.selected(LOSS, known, 101)).isEqualTo(known);
    }

    @Test
    void trialsNeedTheSameObjectives() {
        var last = Goals.of(new Objective("loss", Direction.MINIMIZE, Report.LAST));
        var warmStart = WarmStart.of(spec(line(), last), earlier(result(0, Map.of("x", 0.5), 1)));
        assertThatThrownBy(warmStart::trials)
                .hasMessage("trials of the study digits cannot be taken over: its objectives are minimize loss (best),"
                        + " which leaves out minimize loss (last); with points alone it can be a start");
        assertThat(warmStart.points(1)).hasSize(1);
    }

    @Test
    void trialsOfWhichAConstraintsMetricIsNotKnownAreLeftOut() {
        var goals = new Goals(List.of(Objective.minimize("loss")), List.of(OutcomeConstraint.parse("size <= 10")));
        var before = new EarlierStudy.Result(
                1, ParameterValues.ofPlain(Map.of("x", 0.5)), TrialState.COMPLETE, Map.of("loss", 1.0, "size", 20.0));
        var known = WarmStart.of(spec(line(), goals), earlier(result(0, Map.of("x", 0.5), 1), before))
                .trials();
        var study = new Study(spec(line(), goals), event -> {});
        known.forEach(trial -> study.takeOver(trial.values(), trial.outcome(), trial.source()));
        assertThat(study.history().concluded()).singleElement().satisfies(trial -> {
            assertThat(trial.isFeasible()).isFalse();
            assertThat(trial.importedFrom()).hasValue("digits, trial 1");
        });
    }

    @Test
    void whatIsTakenOverIsKnownButCountsAgainstNoBudget() {
        var study = new Study(spec(line(), LOSS), event -> {});
        var values = ParameterValues.ofPlain(Map.of("x", 0.5));
        var id = study.takeOver(values, new Outcome.Completed(Map.of("loss", 0.5, "other", 3.0)), "digits, trial 1");

        var trial = study.trial(id);
        assertThat(trial.state()).isEqualTo(TrialState.COMPLETE);
        assertThat(trial.objectiveValue(0)).hasValue(0.5);
        assertThat(trial.attempt()).isZero();
        assertThat(trial.measurements()).isEmpty();
        assertThat(trial.suggestedBy()).isEqualTo("taken over from digits, trial 1");
        assertThat(study.best()).hasValue(trial);
        assertThat(study.history().concluded()).containsExactly(trial);
        assertThat(study.history().imported()).isOne();
        assertThat(study.history().occurrences(values)).isOne();
        assertThat(new TrialBudget(1).check(study.history())).isEmpty();
        for (int i = 0; i < 5; i++) {
            var own = study.ask().orElseThrow().id();
            study.start(own, 1, Trial.NO_STEP);
            study.tell(own, new Outcome.Failed("no data"));
        }
        assertThat(FailureBudget.unlimited().check(study.history())).isPresent();
        assertThatThrownBy(() -> study.start(id, 1, Trial.NO_STEP))
                .hasMessage("trial 0 is COMPLETE and cannot be started");
    }

    @Test
    void nothingButResultsIsTakenOver() {
        var study = new Study(spec(line(), LOSS), event -> {});
        var values = ParameterValues.ofPlain(Map.of("x", 0.5));
        assertThatThrownBy(() -> study.takeOver(values, new Outcome.Failed("broke"), "digits"))
                .hasMessage("what is taken over from digits must be COMPLETE or INFEASIBLE, was FAILED");
        assertThatThrownBy(() -> study.takeOver(values, Outcome.Completed.asReported(), "digits"))
                .hasMessageContaining("without a value of loss");
        assertThatThrownBy(() -> study.takeOver(
                        ParameterValues.ofPlain(Map.of("x", 2.0)), Outcome.Completed.asReported(), "digits"))
                .hasMessageContaining("x must be a float in [0.0, 1.0], was 2.0");
        assertThat(study.history().size()).isZero();
    }

    static Stream<String> algorithms() {
        return Samplers.algorithms().stream().map(AlgorithmSpec::name).filter(name -> !name.equals("grid"));
    }

    /** Twelve trials taken over, two of them infeasible, in the middle of a study's life. */
    @ParameterizedTest
    @MethodSource("algorithms")
    void everySamplerGoesOnFromWhatWasTakenOverAndAgainAfterReplay(String algorithm) {
        var function = BenchmarkFunction.mixed();
        var events = new ArrayList<StudyEvent>();
        var spec = StudySpec.of(function.space(), BenchmarkFunction.objective(), algorithm, 7);
        var study = new Study(spec, events::add);
        var other = new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", 8), event -> {});
        run(study, 3, function::at);
        run(other, 12, function::at);
        other.history()
                .all()
                .forEach(trial -> study.takeOver(
                        trial.values(),
                        trial.id().number() % 6 == 5
                                ? new Outcome.Infeasible("too large")
                                : new Outcome.Completed(Map.of(
                                        BenchmarkFunction.METRIC,
                                        trial.objectiveValue(0).orElseThrow())),
                        "other"));
        run(study, 6, function::at);

        var again = Study.replay(spec, List.copyOf(events), event -> {});

        assertThat(again.history().all()).isEqualTo(study.history().all());
        assertThat(again.history().imported()).isEqualTo(12);
        assertThat(again.ask()).isEqualTo(study.ask());
    }

    private static void run(Study study, int trials, ToDoubleFunction<ParameterValues> function) {
        for (int i = 0; i < trials; i++) {
            var next = study.ask().orElseThrow();
            study.start(next.id(), 1, Trial.NO_STEP);
            study.report(next.id(), Measurement.of(1, BenchmarkFunction.METRIC, function.applyAsDouble(next.values())));
            study.tell(next.id(), Outcome.Completed.asReported());
        }
    }

    private static double ownBest(Study study) {
        return study.history().all().stream()
                .filter(trial -> trial.importedFrom().isEmpty())
                .mapToDouble(trial -> trial.objectiveValue(0).orElseThrow())
                .min()
                .orElseThrow();
    }

    /** The earlier study searched a function whose minimum lies a twentieth of the range away in each dimension. */
    private static double shifted(ParameterValues values) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            double away = values.get("x" + i).asDouble() - 1.5;
            sum += away * away;
        }
        return sum;
    }

    /** A warm start that is of no use would pass each of the two once in a thousand times. */
    @Test
    void findsBetterInTwentyTrialsThanAStudyThatKnowsNothing() {
        var function = BenchmarkFunction.sphere(4);
        int studies = 12;
        var cold = new double[studies];
        var warm = new double[studies];
        var knowing = new double[studies];
        for (int seed = 0; seed < studies; seed++) {
            var earlier = new Study(
                    StudySpec.of(function.space(), BenchmarkFunction.objective(), "tpe", 100 + seed), event -> {});
            run(earlier, 60, WarmStartTest::shifted);
            var spec = StudySpec.of(function.space(), BenchmarkFunction.objective(), "tpe", seed);
            var warmStart = WarmStart.of(spec, EarlierStudy.of("shifted", earlier.history()));
            var study = new Study(spec, event -> {});
            run(study, 20, function::at);
            cold[seed] = ownBest(study);
            var pointed = new Study(spec, event -> {});
            warmStart.points(5).forEach(point -> pointed.enqueue(point.values()));
            run(pointed, 20, function::at);
            warm[seed] = ownBest(pointed);
            var told = new Study(spec, event -> {});
            warmStart.trials().forEach(trial -> told.takeOver(trial.values(), trial.outcome(), trial.source()));
            run(told, 20, function::at);
            knowing[seed] = ownBest(told);
        }
        assertThat(Convergence.chanceIfNotSmaller(warm, cold)).isLessThan(1e-3);
        assertThat(Convergence.chanceIfNotSmaller(knowing, cold)).isLessThan(1e-3);
    }
}
