package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What every pruner keeps. A test of one extends this, {@link PruningContract} or {@link ComparingContract}, and says how it is made.
 */
public abstract class PrunerContract {
    /** How many steps a trial of these tests has, counted from 1. */
    protected static final int STEPS = 12;

    /** A new pruner, at its most eager for trials of {@value #STEPS} steps. */
    protected abstract Pruner pruner(Objective objective);

    static Objective objective(Direction direction) {
        return new Objective("loss", direction, Report.BEST);
    }

    final Study study(Objective objective) {
        var space = SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
        return new Study(
                StudySpec.of(space, objective, "random", 1), RandomSampler.of(space), pruner(objective), event -> {});
    }

    static TrialId begin(Study study) {
        var id = study.ask().orElseThrow().id();
        study.start(id, 1, -1);
        return id;
    }

    /** Reports a constant value at every step until the trial is done or given up, and ends it so. */
    static Verdict runThrough(Study study, TrialId id, double value) {
        for (int step = 1; step <= STEPS; step++) {
            if (study.report(id, Measurement.of(step, "loss", value)) instanceof Verdict.Prune prune) {
                study.tell(id, new Outcome.Pruned(prune.reason()));
                return prune;
            }
        }
        study.tell(id, Outcome.Completed.asReported());
        return Verdict.proceed();
    }

    /**
     * Sixty noisy curves in four lanes, some of which say NaN or infinity; where the direction is mirrored, so are the values.
     *
     * @return the verdicts in order, one a report: whether to prune
     */
    private List<Boolean> verdicts(Direction direction) {
        var study = study(objective(direction));
        var random = new SplittableRandom(5);
        var verdicts = new ArrayList<Boolean>();
        for (int round = 0; round < 15; round++) {
            var lanes = new ArrayList<TrialId>();
            var levels = new ArrayList<Double>();
            for (int lane = 0; lane < 4; lane++) {
                lanes.add(begin(study));
                levels.add(random.nextDouble());
            }
            for (int step = 1; step <= STEPS; step++) {
                for (int lane = 0; lane < 4; lane++) {
                    double value = levels.get(lane) + 1.0 / step + 0.1 * random.nextDouble();
                    if (random.nextInt(40) == 0) {
                        value = random.nextBoolean() ? Double.NaN : Double.POSITIVE_INFINITY;
                    }
                    var verdict = study.report(
                            lanes.get(lane),
                            Measurement.of(step, "loss", direction == Direction.MINIMIZE ? value : -value));
                    verdicts.add(verdict instanceof Verdict.Prune);
                }
            }
            for (TrialId id : lanes) {
                study.tell(
                        id,
                        study.pruneVerdict(id)
                                .<Outcome>map(Outcome.Pruned::new)
                                .orElseGet(Outcome.Completed::asReported));
            }
        }
        return verdicts;
    }

    @Test
    void mirroredDirectionGivesMirroredVerdict() {
        assertThat(verdicts(Direction.MAXIMIZE)).isEqualTo(verdicts(Direction.MINIMIZE));
    }

    @Test
    void isPure() {
        var objective = objective(Direction.MINIMIZE);
        var seen = new ArrayList<Verdict>();
        var inner = pruner(objective);
        Pruner twice = new Pruner() {
            @Override
            public Verdict judge(Trial trial, TrialHistory history) {
                long revision = history.revision();
                var first = inner.judge(trial, history);
                assertThat(inner.judge(trial, history)).isEqualTo(first);
                assertThat(pruner(objective).judge(trial, history)).isEqualTo(first);
                assertThat(history.revision()).isEqualTo(revision);
                seen.add(first);
                return first;
            }
        };
        var space = SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
        var study = new Study(StudySpec.of(space, objective, "random", 1), RandomSampler.of(space), twice, event -> {});
        var random = new SplittableRandom(6);
        for (int i = 0; i < 30; i++) {
            runThrough(study, begin(study), random.nextDouble());
        }
        assertThat(seen).isNotEmpty();
    }

    @Test
    void copesWithTrialsThatFailAndBeginAgain() {
        var study = study(objective(Direction.MINIMIZE));
        for (int i = 0; i < 20; i++) {
            var id = begin(study);
            study.report(id, Measurement.of(1, "loss", i));
            study.report(id, Measurement.of(5, "loss", i));
            study.requeue(id, "lost");
            study.start(id, 2, i % 2 == 0 ? -1 : 3);
            study.report(id, Measurement.of(7, "loss", i));
            study.tell(id, new Outcome.Failed("broke"));
        }
        assertThat(study.history().size()).isEqualTo(20);
    }
}
