package dev.sluice.search.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.SavedTrial;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is restored from its saved form goes on as what is replayed from all its events. */
class StudySaveTest {
    private static StudySpec spec(long seed, String search, String pruning) {
        var like = StudyReplayTest.spec(seed);
        var options = Map.<String, Map<String, Object>>of(
                "threshold", Map.of("upper", 25.0), "hyperband", Map.of("max", 12), "curve", Map.of("max", 12));
        return new StudySpec(
                like.space(),
                like.objectives(),
                AlgorithmChoice.of(search),
                new AlgorithmChoice(pruning, options.getOrDefault(pruning, Map.of())),
                seed);
    }

    static Stream<String> samplers() {
        return Samplers.algorithms().stream().map(AlgorithmSpec::name).filter(name -> !name.equals("grid"));
    }

    static Stream<String> pruners() {
        return Pruners.algorithms().stream().map(AlgorithmSpec::name);
    }

    /** Lives, is saved on the way, lives on; then both go on from there, once restored and once replayed. */
    private static void assertGoesOnAlike(StudySpec spec, long seed, int before, int after, int on) {
        var random = new SplittableRandom(seed);
        var events = new ArrayList<StudyEvent>();
        var study = new Study(spec, events::add);
        live(study, before, random);
        var saved = study.save();
        live(study, after, random);
        var later = List.copyOf(events).subList((int) saved.revision(), events.size());

        var restoredEvents = new ArrayList<StudyEvent>();
        var replayedEvents = new ArrayList<StudyEvent>();
        var restored = Study.restore(spec, saved, later, restoredEvents::add);
        var replayed = Study.replay(spec, List.copyOf(events), replayedEvents::add);

        StudyReplayTest.assertSame(restored, replayed);
        assertThat(restored.save()).isEqualTo(replayed.save());
        assertThat(restored.ask()).isEqualTo(replayed.ask());
        var fork = random.nextLong();
        live(restored, on, new SplittableRandom(fork));
        live(replayed, on, new SplittableRandom(fork));
        assertThat(restoredEvents).isEqualTo(replayedEvents);
        StudyReplayTest.assertSame(restored, replayed);
        StudyReplayTest.assertIndexesHold(restored);
    }

    private static void live(Study study, int length, SplittableRandom random) {
        for (int i = 0; i < length; i++) {
            StudyReplayTest.happen(study, random);
        }
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void asksTheSameOfEverySampler(String search) {
        qt().withExamples(2)
                .withFixedSeed(5)
                .forAll(longs().all(), integers().between(120, 250), integers().between(0, 20))
                .checkAssert((seed, before, after) ->
                        assertGoesOnAlike(spec(seed, search, "median"), seed, before, after, 3));
    }

    @ParameterizedTest
    @MethodSource("pruners")
    void givesTheSameVerdictsOfEveryPruner(String pruning) {
        qt().withExamples(12)
                .withFixedSeed(6)
                .forAll(longs().all(), integers().between(0, 300), integers().between(0, 40))
                .checkAssert((seed, before, after) ->
                        assertGoesOnAlike(spec(seed, "random", pruning), seed, before, after, 60));
    }

    @Test
    void savesWhatTheOutcomeBrought() {
        var goals = new Goals(
                List.of(Objective.minimize("loss"), Objective.maximize("speed")),
                List.of(OutcomeConstraint.parse("loss <= 2"), OutcomeConstraint.parse("size <= 3")));
        var like = StudyReplayTest.spec(1);
        var spec = new StudySpec(
                like.space(),
                goals,
                AlgorithmChoice.of("random"),
                AlgorithmChoice.of("none"),
                1,
                OptionalInt.empty(),
                1);
        var study = new Study(spec, event -> {});
        var id = study.ask().orElseThrow().id();
        study.start(id, 1, -1);
        study.report(id, new Measurement(3, Map.of("loss", 1.0, "size", 2.0)));
        study.tell(id, new Outcome.Completed(Map.of("loss", 5.0, "speed", Double.NaN, "size", 4.0)));
        study.takeOver(
                study.trial(id).values(),
                new Outcome.Completed(Map.of("loss", 1.0, "speed", 2.0, "size", 9.0)),
                "elsewhere");

        var restored = Study.restore(spec, study.save(), List.of(), event -> {});

        StudyReplayTest.assertSame(restored, study);
        assertThat(restored.trial(id).objectiveValue(0)).hasValue(1.0);
        assertThat(restored.trial(id).constraintValue(0)).hasValue(1.0);
        assertThat(restored.trial(id).constraintValue(1)).hasValue(4.0);
        assertThat(restored.history().imported()).isOne();
    }

    private static SavedTrial trial(TrialState state, List<Measurement> measurements, Map<String, Double> finals) {
        return new SavedTrial(
                ParameterValues.empty(), 1, "", state, measurements, finals, Optional.empty(), "", 1, Optional.empty());
    }

    @Test
    void whatContradictsItselfIsNotTaken() {
        var one = List.of(trial(TrialState.QUEUED, List.of(), Map.of()));
        assertThatThrownBy(() -> new SavedStudy(2, new int[] {0}, one))
                .hasMessage("version of a saved study must be 1, was 2; replay its events instead");
        assertThatThrownBy(() -> new SavedStudy(1, new int[] {0, 1}, one))
                .hasMessage("event 1 of a saved study is about trial 1, where 1 of 1 had begun");
        assertThatThrownBy(() -> new SavedStudy(1, new int[0], one))
                .hasMessage("a saved study has 1 trials, but its events begin 0");
        assertThatThrownBy(() -> trial(
                        TrialState.RUNNING,
                        List.of(Measurement.of(2, "loss", 1), Measurement.of(2, "loss", 1)),
                        Map.of()))
                .hasMessage("the steps of a trial's measurements must rise, was 2 after 2");
        assertThatThrownBy(() -> trial(TrialState.RUNNING, List.of(), Map.of("loss", 1.0)))
                .hasMessage("only a COMPLETE trial has final values, was RUNNING with {loss=1.0}");
        var incomplete = new SavedStudy(1, new int[] {0}, List.of(trial(TrialState.COMPLETE, List.of(), Map.of())));
        assertThatThrownBy(() -> Study.restore(spec(1, "random", "none"), incomplete, List.of(), event -> {}))
                .hasMessage("trial 0 cannot complete without a value of loss; none was reported");
    }
}
