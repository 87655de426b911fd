package dev.sluice.search.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.IllegalTransitionException;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StudyTest {
    private static final SearchSpace SPACE = SearchSpace.builder()
            .add("x", FloatDistribution.of(0, 1))
            .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
            .build();
    private static final StudySpec SPEC = StudySpec.of(SPACE, Objective.minimize("loss"), "random", 42);
    private static final Pruner ABOVE_TEN = (trial, history) -> {
        var value = trial.measurements().getLast().value("loss");
        return value.orElse(0) > 10
                ? Verdict.prune("%s is above 10".formatted(value.getAsDouble()))
                : Verdict.proceed();
    };

    private final List<StudyEvent> journal = new ArrayList<>();
    private Study study = new Study(SPEC, RandomSampler.of(SPACE), ABOVE_TEN, journal::add);

    @BeforeEach
    void begin() {
        journal.clear();
        study = new Study(SPEC, RandomSampler.of(SPACE), ABOVE_TEN, journal::add);
    }

    private TrialId running() {
        var id = study.ask().orElseThrow().id();
        study.start(id, study.trial(id).attempt() + 1, Trial.NO_STEP);
        return id;
    }

    private TrialId complete(double value) {
        var id = running();
        study.report(id, Measurement.of(1, "loss", value));
        study.tell(id, Outcome.Completed.asReported());
        return id;
    }

    private TrialId prune(double value) {
        var id = running();
        study.report(id, Measurement.of(1, "loss", value));
        study.tell(id, new Outcome.Pruned("stopped"));
        return id;
    }

    @Test
    void numbersTrialsFromZeroWithoutGaps() {
        assertThat(List.of(running(), running(), running()))
                .containsExactly(new TrialId(0), new TrialId(1), new TrialId(2));
    }

    @Test
    void answersTheSameUntilTheTrialStarts() {
        var first = study.ask();
        assertThat(study.ask()).isEqualTo(first);
        assertThat(study.history().size()).isEqualTo(1);
        study.start(new TrialId(0), 1, Trial.NO_STEP);
        assertThat(study.ask()).isNotEqualTo(first);
    }

    @Test
    void putsEnqueuedTrialsFirst() {
        var values = SPACE.complete(Map.of("x", 0.5));
        var second = SPACE.complete(Map.of("x", 0.25));
        study.enqueue(values);
        study.enqueue(second);
        assertThat(study.ask().orElseThrow().values()).isEqualTo(values);
        running();
        assertThat(study.ask().orElseThrow()).satisfies(suggestion -> {
            assertThat(suggestion.values()).isEqualTo(second);
            assertThat(suggestion.reason()).isEqualTo("enqueued");
        });
    }

    @Test
    void enqueuesOnlyPointsOfItsSpace() {
        assertThatThrownBy(() -> study.enqueue(ParameterValues.ofPlain(Map.of("x", 2.0, "optimizer", "adam"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x must be a float in [0.0, 1.0], was 2.0");
        assertThat(journal).isEmpty();
        assertThat(study.history().size()).isZero();
    }

    @Test
    void putsRequeuedTrialsBeforeNewOnes() {
        var lost = running();
        running();
        study.requeue(lost, "worker lost");
        assertThat(study.ask().orElseThrow().id()).isEqualTo(lost);
        assertThat(study.trial(lost).reason()).isEqualTo("worker lost");
    }

    @Test
    void passesOverThoseThatAreNotReady() {
        var lost = running();
        study.requeue(lost, "backing off");
        assertThat(study.ask(id -> !id.equals(lost)).orElseThrow().id()).isEqualTo(new TrialId(1));
        assertThat(study.ask().orElseThrow().id()).isEqualTo(lost);
    }

    @Test
    void runsFailedAndCancelledTrialsAgainWithTheSameValuesAndSeed() {
        var id = running();
        var before = study.trial(id);
        study.tell(id, new Outcome.Failed("broke"));
        study.requeue(id, "rerun");
        var again = study.ask().orElseThrow();
        assertThat(again.values()).isEqualTo(before.values());
        assertThat(again.seed()).isEqualTo(before.seed());
        study.tell(id, new Outcome.Cancelled("after all not"));
        study.requeue(id, "rerun");
        study.start(id, 2, Trial.NO_STEP);
        assertThat(study.trial(id).attempt()).isEqualTo(2);
    }

    @Test
    void refusesWhatTheStateForbidsAndStaysAsItWas() {
        var id = complete(1);
        int events = journal.size();
        assertThatThrownBy(() -> study.start(id, 2, -1)).isInstanceOf(IllegalTransitionException.class);
        assertThatThrownBy(() -> study.report(id, Measurement.of(2, "loss", 1)))
                .isInstanceOf(IllegalTransitionException.class);
        assertThatThrownBy(() -> study.tell(id, new Outcome.Failed("x")))
                .isInstanceOf(IllegalTransitionException.class);
        assertThatThrownBy(() -> study.requeue(id, "x")).isInstanceOf(IllegalTransitionException.class);
        var queued = study.enqueue(SPACE.complete(Map.of()));
        assertThatThrownBy(() -> study.tell(queued, Outcome.Completed.asReported()))
                .hasMessage("trial 1 is QUEUED and cannot become COMPLETE");
        assertThatThrownBy(() -> study.tell(new TrialId(9), new Outcome.Failed("x")))
                .hasMessage("there is no trial 9; the study has 2");
        assertThat(journal).hasSize(events + 1);
    }

    @Test
    void refusesAStepThatDoesNotRiseAndStaysAsItWas() {
        var id = running();
        study.report(id, Measurement.of(3, "loss", 1));
        int events = journal.size();
        assertThatThrownBy(() -> study.report(id, Measurement.of(3, "loss", 2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(journal).hasSize(events);
        assertThat(study.trial(id).measurements()).hasSize(1);
    }

    @Test
    void remembersTheVerdictForTheRestOfTheAttempt() {
        var id = running();
        assertThat(study.report(id, Measurement.of(1, "loss", 11))).isEqualTo(Verdict.prune("11.0 is above 10"));
        assertThat(study.report(id, Measurement.of(2, "loss", 1))).isEqualTo(Verdict.prune("11.0 is above 10"));
        assertThat(study.pruneVerdict(id)).contains("11.0 is above 10");
        assertThat(journal.getLast())
                .isEqualTo(
                        new StudyEvent.MeasurementReported(id, Measurement.of(2, "loss", 1), true, "11.0 is above 10"));
        study.requeue(id, "lost");
        study.start(id, 2, Trial.NO_STEP);
        assertThat(study.pruneVerdict(id)).isEmpty();
        assertThat(study.report(id, Measurement.of(1, "loss", 1))).isEqualTo(Verdict.proceed());
    }

    @Test
    void judgesNothingWithoutAValueOfTheObjective() {
        var strict = new Study(SPEC, RandomSampler.of(SPACE), (trial, history) -> Verdict.prune("always"), event -> {});
        var id = strict.ask().orElseThrow().id();
        strict.start(id, 1, -1);
        assertThat(strict.report(id, Measurement.of(1, "seconds", 3))).isEqualTo(Verdict.proceed());
    }

    @Test
    void countsATrialAtAStepFromItsNextReportOfTheMetric() {
        var trial = study.ask().orElseThrow().id();
        study.start(trial, 1, -1);
        study.report(trial, Measurement.of(1, "loss", 9));
        study.report(trial, Measurement.of(2, "train_loss", 5));
        assertThat(study.trial(trial).valueAtStep(0, 2)).isEmpty();

        study.report(trial, Measurement.of(3, "loss", 7));
        study.report(trial, Measurement.of(4, "train_loss", 4));

        assertThat(study.trial(trial).valueAtStep(0, 2)).hasValue(7);
        assertThat(study.trial(trial).valueAtStep(0, 4)).isEmpty();
    }

    @Test
    void resumesWhereTheCheckpointWas() {
        var id = running();
        for (int step = 1; step <= 5; step++) {
            study.report(id, Measurement.of(step, "loss", 10 - step));
        }
        study.requeue(id, "lost");
        assertThat(study.trial(id).lastStep()).isEqualTo(5);
        study.start(id, 2, 3);
        assertThat(study.trial(id).lastStep()).isEqualTo(3);
        assertThat(study.trial(id).objectiveValue(0)).hasValue(7);
        study.report(id, Measurement.of(4, "loss", 6));
    }

    @Test
    void theBestIsTheFirstOfTheBestCompleteOnes() {
        assertThat(study.best()).isEmpty();
        complete(Double.NaN);
        assertThat(study.best()).isEmpty();
        complete(3);
        var best = complete(2);
        complete(2);
        prune(1);
        running();
        assertThat(study.best().map(Trial::id)).contains(best);
    }

    @Test
    void thePrunedAreBestOnlyWhereNothingIsComplete() {
        prune(5);
        var pruned = prune(3);
        complete(Double.NaN);
        assertThat(study.best().map(Trial::id)).contains(pruned);
        var complete = complete(9);
        assertThat(study.best().map(Trial::id)).contains(complete);
    }

    @Test
    void theLargestIsBestWhereItIsToBeMaximised() {
        var maximise = new Study(StudySpec.of(SPACE, Objective.maximize("accuracy"), "random", 1), event -> {});
        for (double value : new double[] {0.5, 0.9, Double.NaN, 0.7}) {
            var id = maximise.ask().orElseThrow().id();
            maximise.start(id, 1, -1);
            maximise.tell(id, new Outcome.Completed(Map.of("accuracy", value)));
        }
        assertThat(maximise.best().map(Trial::id)).contains(new TrialId(1));
    }

    @Test
    void severalObjectivesHaveNoSingleBest() {
        var both = new Study(
                new StudySpec(
                        SPACE,
                        List.of(Objective.minimize("loss"), Objective.minimize("seconds")),
                        AlgorithmChoice.of("random"),
                        AlgorithmChoice.of("none"),
                        1),
                event -> {});
        var id = both.ask().orElseThrow().id();
        both.start(id, 1, -1);
        assertThatThrownBy(() -> both.tell(id, new Outcome.Completed(Map.of("loss", 1.0))))
                .hasMessageContaining("without a value of seconds");
        both.tell(id, new Outcome.Completed(Map.of("loss", 1.0, "seconds", 2.0)));
        assertThat(both.best()).isEmpty();
        assertThat(both.trial(id).objectiveValue(1)).hasValue(2);
    }

    @Test
    void saysWhatEachSuggestionWasBasedOn() {
        complete(1);
        study.ask();
        assertThat(journal.getLast())
                .isInstanceOfSatisfying(
                        StudyEvent.TrialAsked.class,
                        asked -> assertThat(asked.basedOn()).isEqualTo(4).isEqualTo(journal.size() - 1));
    }

    @Test
    void sameSeedGivesTheSameTrialsWhateverBecomesOfThem() {
        var other = new Study(SPEC, event -> {});
        for (int i = 0; i < 20; i++) {
            var mine = study.ask().orElseThrow();
            var theirs = other.ask().orElseThrow();
            assertThat(theirs).isEqualTo(mine);
            study.start(mine.id(), 1, -1);
            other.start(theirs.id(), 1, -1);
            study.tell(mine.id(), new Outcome.Failed("broke"));
        }
    }

    @Test
    void anotherSeedGivesOtherTrials() {
        var other = new Study(StudySpec.of(SPACE, Objective.minimize("loss"), "random", 43), event -> {});
        assertThat(other.ask().orElseThrow().values())
                .isNotEqualTo(study.ask().orElseThrow().values());
    }

    @Test
    void givesTrialsSeedsOfTheirOwn() {
        var seeds = new ArrayList<Long>();
        for (int i = 0; i < 200; i++) {
            seeds.add(study.trial(running()).seed());
        }
        assertThat(seeds)
                .doesNotHaveDuplicates()
                .allSatisfy(seed -> assertThat(seed).isBetween(0L, (1L << 31) - 1));
    }

    @Test
    void endsWhereItsSamplerDoes() {
        var done = new Study(SPEC, (history, random) -> Optional.empty(), new NopPruner(), journal::add);
        assertThat(done.ask()).isEmpty();
        assertThat(journal).isEmpty();
    }

    @Test
    void refusesEventsThatDoNotFollowFromOneAnother() {
        complete(1);
        assertThatThrownBy(() -> Study.replay(SPEC, journal.subList(1, journal.size()), event -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("event 0 does not follow from those before it");
        var twice = new ArrayList<>(journal);
        twice.add(journal.getFirst());
        assertThatThrownBy(() -> Study.replay(SPEC, twice, event -> {}))
                .hasMessageContaining("event 4")
                .hasMessageContaining("the next trial has the number 1, was 0");
    }

    @Test
    void journalsNothingWhileItReplays() {
        complete(1);
        var again = new ArrayList<StudyEvent>();
        var replayed = Study.replay(SPEC, journal, again::add);
        assertThat(again).isEmpty();
        replayed.ask();
        assertThat(again).hasSize(1);
    }

    @Test
    void refusesAnIncompleteSpecification() {
        assertThatThrownBy(() ->
                        new StudySpec(SPACE, List.of(), AlgorithmChoice.of("random"), AlgorithmChoice.of("none"), 1))
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> new StudySpec(
                        SPACE,
                        List.of(Objective.minimize("loss"), Objective.maximize("loss")),
                        AlgorithmChoice.of("random"),
                        AlgorithmChoice.of("none"),
                        1))
                .hasMessageContaining("loss is there twice");
    }

    @Test
    void countsHowOftenAPointWasTried() {
        var space = SearchSpace.builder().add("n", IntDistribution.of(0, 9)).build();
        var counted = new Study(StudySpec.of(space, Objective.minimize("loss"), "random", 1), event -> {});
        var five = space.complete(Map.of("n", 5));
        counted.enqueue(five);
        counted.enqueue(space.complete(Map.of("n", 5.0)));
        assertThat(counted.history().occurrences(five)).isEqualTo(2);
        assertThat(counted.history().occurrences(space.complete(Map.of("n", 6))))
                .isZero();
    }

    @Test
    void theViewsOfItsHistoryCannotBeChanged() {
        complete(1);
        assertThatThrownBy(() -> study.history().all().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> study.history().concluded().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> study.history().pending().add(study.trial(new TrialId(0))))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(study.history().in(TrialState.COMPLETE)).hasSize(1);
    }

    @Test
    void worksOnSpacesOfEveryKind() {
        Spaces.all().forEach(space -> {
            var any = new Study(StudySpec.of(space, Objective.minimize("loss"), "random", 1), event -> {});
            assertThat(space.violations(any.ask().orElseThrow().values())).isEmpty();
        });
    }
}
