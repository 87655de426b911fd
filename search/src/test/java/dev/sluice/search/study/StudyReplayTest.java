package dev.sluice.search.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.RankedValues;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random lives of studies: what is replayed from their events is the same study, and its indexes say what a full look says. */
class StudyReplayTest {
    private static final SearchSpace SPACE = Spaces.everything();

    /** Answers differently for every difference in the history that it could see. */
    private static final class NosySampler implements Sampler {
        @Override
        public Optional<Suggested> suggest(TrialHistory history, java.util.random.RandomGenerator random) {
            int differences = history.all().hashCode() ^ history.concluded().hashCode() * 31;
            var salted = new SplittableRandom(random.nextLong() ^ differences);
            return Optional.of(new Suggested(
                    RandomSampler.of(SPACE).draw(salted), "after %d events".formatted(history.revision())));
        }
    }

    /** Gives up what is in the worse half at its step. */
    private static final Pruner HALF = (trial, history) -> {
        var values = new RankedValues(history.objectives().getFirst().direction());
        history.all().forEach(other -> other.valueAtStep(0, trial.lastStep()).ifPresent(values::add));
        double value = trial.measurements().getLast().value("loss").orElseThrow();
        return values.size() > 4 && values.countBetter(value) > values.size() / 2
                ? Verdict.prune("%s at step %d is in the worse half".formatted(value, trial.lastStep()))
                : Verdict.proceed();
    };

    static StudySpec spec(long seed) {
        return new StudySpec(
                SPACE,
                List.of(new Objective(
                        "loss",
                        seed % 2 == 0 ? Direction.MINIMIZE : Direction.MAXIMIZE,
                        seed % 3 == 0 ? Report.LAST : Report.BEST)),
                AlgorithmChoice.of("random"),
                AlgorithmChoice.of("none"),
                seed);
    }

    /** One thing that can happen to a study, chosen at random; nothing, where it cannot. */
    static void happen(Study study, SplittableRandom random) {
        var history = study.history();
        switch (random.nextInt(12)) {
            case 0 -> study.enqueue(RandomSampler.of(SPACE).draw(random));
            case 1, 2, 3 ->
                study.ask().ifPresent(suggestion -> {
                    var trial = study.trial(suggestion.id());
                    study.start(
                            trial.id(),
                            trial.attempt() + 1 + random.nextInt(2),
                            random.nextLong(-1, trial.lastStep() + 2));
                });
            case 4, 5, 6, 7, 8 ->
                pick(history, TrialState.RUNNING, random).ifPresent(trial -> {
                    double value = switch (random.nextInt(20)) {
                        case 0 -> Double.NaN;
                        case 1 -> Double.POSITIVE_INFINITY;
                        case 2 -> Double.NEGATIVE_INFINITY;
                        default -> random.nextInt(30);
                    };
                    study.report(
                            trial.id(),
                            new Measurement(
                                    trial.lastStep() + 1 + random.nextInt(3),
                                    random.nextInt(8) == 0 ? Map.of("seconds", value) : Map.of("loss", value)));
                });
            case 9 ->
                pick(history, TrialState.RUNNING, random)
                        .ifPresent(trial -> study.tell(trial.id(), outcome(trial, random)));
            case 10 -> pick(history, TrialState.RUNNING, random).ifPresent(trial -> study.requeue(trial.id(), "lost"));
            default -> {
                pick(history, TrialState.FAILED, random).ifPresent(trial -> study.requeue(trial.id(), "rerun"));
                pick(history, TrialState.QUEUED, random)
                        .ifPresent(trial -> study.tell(trial.id(), new Outcome.Cancelled("called off")));
            }
        }
    }

    private static Outcome outcome(Trial trial, SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> new Outcome.Failed("broke");
            case 1 -> new Outcome.Infeasible("too large");
            case 2 -> new Outcome.Pruned("poor");
            case 3 -> new Outcome.Completed(Map.of("loss", (double) random.nextInt(30)));
            default ->
                trial.objectiveValue(0).isPresent()
                        ? Outcome.Completed.asReported()
                        : new Outcome.Cancelled("no value");
        };
    }

    private static Optional<Trial> pick(TrialHistory history, TrialState state, SplittableRandom random) {
        var trials = history.in(state);
        return trials.isEmpty() ? Optional.empty() : Optional.of(trials.get(random.nextInt(trials.size())));
    }

    static void assertSame(Study again, Study study) {
        assertThat(again.history().all()).isEqualTo(study.history().all());
        assertThat(again.history().concluded()).isEqualTo(study.history().concluded());
        assertThat(again.history().revision()).isEqualTo(study.history().revision());
        assertThat(again.best()).isEqualTo(study.best());
    }

    /** The indexes against a look at every trial. */
    static void assertIndexesHold(Study study) {
        var history = study.history();
        for (TrialState state : TrialState.values()) {
            var expected =
                    history.all().stream().filter(t -> t.state() == state).toList();
            assertThat(history.in(state)).isEqualTo(expected);
            assertThat(history.count(state)).isEqualTo(expected.size());
        }
        assertThat(history.pending())
                .isEqualTo(history.all().stream()
                        .filter(t -> !t.state().isFinished())
                        .toList());
        assertThat(history.concluded())
                .containsExactlyInAnyOrderElementsOf(
                        history.all().stream().filter(t -> t.state().isFinal()).toList());
    }

    @Test
    void whatIsReplayedIsTheSameStudyWithTheSameNextAnswers() {
        qt().withExamples(60).forAll(longs().all(), integers().between(0, 400)).checkAssert((seed, length) -> {
            var random = new SplittableRandom(seed);
            var journal = new ArrayList<StudyEvent>();
            var study = new Study(spec(seed), new NosySampler(), HALF, journal::add);
            for (int i = 0; i < length; i++) {
                happen(study, random);
            }
            var again = Study.replay(spec(seed), new NosySampler(), HALF, List.copyOf(journal), event -> {});
            assertSame(again, study);
            var fork = random.nextLong();
            var here = new SplittableRandom(fork);
            var there = new SplittableRandom(fork);
            for (int i = 0; i < 40; i++) {
                happen(study, here);
                happen(again, there);
            }
            assertSame(again, study);
        });
    }

    @Test
    void itsIndexesSayWhatAFullLookSays() {
        qt().withExamples(40).forAll(longs().all(), integers().between(0, 200)).checkAssert((seed, length) -> {
            var random = new SplittableRandom(seed);
            var study = new Study(spec(seed), RandomSampler.of(SPACE), HALF, event -> {});
            for (int i = 0; i < length; i++) {
                happen(study, random);
                if (i % 10 == 0) {
                    assertIndexesHold(study);
                }
            }
            assertIndexesHold(study);
        });
    }

    @Test
    void theBestIsWhatAFullLookFinds() {
        qt().withExamples(60).forAll(longs().all()).checkAssert(seed -> {
            var random = new SplittableRandom(seed);
            var study = new Study(spec(seed), RandomSampler.of(SPACE), HALF, event -> {});
            for (int i = 0; i < 300; i++) {
                happen(study, random);
            }
            var direction = spec(seed).objectives().getFirst().direction();
            var complete = study.history().concluded().stream()
                    .filter(t -> t.state() == TrialState.COMPLETE)
                    .toList();
            var best = best(complete, direction)
                    .or(() -> best(
                            study.history().concluded().stream()
                                    .filter(t -> t.state() == TrialState.PRUNED)
                                    .toList(),
                            direction));
            assertThat(study.best()).isEqualTo(best);
        });
    }

    private static Optional<Trial> best(List<Trial> trials, Direction direction) {
        return trials.stream()
                .filter(t -> !Double.isNaN(t.objectiveValue(0).orElse(Double.NaN)))
                .reduce((a, b) -> direction.isBetter(
                                b.objectiveValue(0).orElseThrow(),
                                a.objectiveValue(0).orElseThrow())
                        ? b
                        : a);
    }

    @Test
    void whatWasReplayedHalfWayGoesOnAsIfNothingHadHappened() {
        var journal = new ArrayList<StudyEvent>();
        var study = new Study(spec(5), new NosySampler(), HALF, journal::add);
        var random = new SplittableRandom(5);
        for (int i = 0; i < 300; i++) {
            happen(study, random);
        }
        for (int cut : new int[] {0, 1, 50, journal.size() / 2, journal.size()}) {
            var events = List.copyOf(journal);
            var half = Study.replay(spec(5), new NosySampler(), HALF, events.subList(0, cut), event -> {});
            var rest = Study.replay(spec(5), new NosySampler(), HALF, events, event -> {});
            assertThat(half.history().size()).isEqualTo((int) events.subList(0, cut).stream()
                    .filter(e -> e instanceof StudyEvent.TrialAsked || e instanceof StudyEvent.TrialEnqueued)
                    .count());
            assertSame(rest, study);
            assertThat(rest.trial(new TrialId(0))).isEqualTo(study.trial(new TrialId(0)));
        }
    }
}
