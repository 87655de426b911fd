package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every pruner keeps that compares trials by several objectives or under constraints. */
abstract class MultiObjectivePruningContract {
    private static final int STEPS = 12;
    private static final SearchSpace SPACE =
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();

    /** A new pruner, at its most eager for trials of {@value #STEPS} steps. */
    protected abstract Pruner pruner();

    static Study study(Pruner pruner, Objective... objectives) {
        return study(pruner, Goals.of(objectives));
    }

    static Study study(Pruner pruner, Goals goals) {
        var spec = new StudySpec(
                SPACE, goals, AlgorithmChoice.of("random"), AlgorithmChoice.of("none"), 1, OptionalInt.empty(), 1);
        return new Study(spec, RandomSampler.of(SPACE), pruner, event -> {});
    }

    private static Verdict runThrough(Study study, Map<String, Double> values) {
        TrialId id = PrunerContract.begin(study);
        for (int step = 1; step <= STEPS; step++) {
            if (study.report(id, new Measurement(step, values)) instanceof Verdict.Prune prune) {
                study.tell(id, new Outcome.Pruned(prune.reason()));
                return prune;
            }
        }
        study.tell(id, Outcome.Completed.asReported());
        return Verdict.proceed();
    }

    private Study lossAndScore() {
        return study(pruner(), Objective.minimize("loss"), Objective.maximize("score"));
    }

    private static Map<String, Double> values(double loss, double score) {
        return Map.of("loss", loss, "score", score);
    }

    @Test
    void givesUpWhatMostDominateAndSaysWhy() {
        var study = lossAndScore();
        for (int i = 0; i < 20; i++) {
            runThrough(study, values(1 + 0.1 * i, 1 + 0.1 * i));
        }
        assertThat(runThrough(study, values(9, 0.5)))
                .isInstanceOfSatisfying(
                        Verdict.Prune.class,
                        prune -> assertThat(prune.reason()).contains("loss 9").contains("score 0.5"));
    }

    @Test
    void neverGivesUpWhatDominatesAll() {
        var study = lossAndScore();
        for (int i = 0; i < 30; i++) {
            assertThat(runThrough(study, values(100 - i, i))).isEqualTo(Verdict.proceed());
        }
    }

    @Test
    void judgesNoTrialBeforeItHasShownAllObjectives() {
        var study = lossAndScore();
        for (int i = 0; i < 20; i++) {
            runThrough(study, values(1, 1));
        }
        var id = PrunerContract.begin(study);
        for (int step = 1; step < STEPS; step++) {
            assertThat(study.report(id, Measurement.of(step, "loss", 1e9))).isEqualTo(Verdict.proceed());
        }
    }

    @Test
    void givesUpATrialThatIsNaNInOneObjective() {
        var study = lossAndScore();
        for (int i = 0; i < 20; i++) {
            runThrough(study, values(1, 1));
        }
        assertThat(runThrough(study, values(0, Double.NaN))).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void infeasibleTrialsRankBehind() {
        var goals = new Goals(
                List.of(Objective.minimize("loss"), Objective.maximize("score")),
                List.of(OutcomeConstraint.parse("latency <= 20")));
        var study = study(pruner(), goals);
        for (int i = 0; i < 20; i++) {
            runThrough(study, Map.of("loss", 2.0, "score", 1.0, "latency", 10.0));
        }
        assertThat(runThrough(study, Map.of("loss", 1.0, "score", 2.0, "latency", 21.0)))
                .isInstanceOf(Verdict.Prune.class);
        assertThat(runThrough(study, Map.of("loss", 2.0, "score", 1.0, "latency", 20.0)))
                .isEqualTo(Verdict.proceed());
    }

    @Test
    void infeasibleTrialsRankBehindWithOneObjectiveToo() {
        var goals = new Goals(List.of(Objective.minimize("loss")), List.of(OutcomeConstraint.parse("latency <= 20")));
        var study = study(pruner(), goals);
        for (int i = 0; i < 20; i++) {
            runThrough(study, Map.of("loss", 2.0, "latency", 10.0));
        }
        assertThat(runThrough(study, Map.of("loss", 1.0, "latency", 21.0)))
                .isInstanceOfSatisfying(
                        Verdict.Prune.class, prune -> assertThat(prune.reason()).contains("break the constraints"));
        assertThat(runThrough(study, Map.of("loss", 2.0, "latency", 20.0))).isEqualTo(Verdict.proceed());
    }

    @Test
    void mirroredDirectionsGiveMirroredVerdictsAndAFreshPrunerAgrees() {
        assertThat(verdicts(Direction.MAXIMIZE))
                .isEqualTo(verdicts(Direction.MINIMIZE))
                .contains(true, false);
    }

    /** Three lanes of noisy curves, with trials that begin again; each verdict also by a pruner that has seen nothing before. */
    private List<Boolean> verdicts(Direction direction) {
        var kept = pruner();
        Pruner checked = (trial, history) -> {
            var verdict = kept.judge(trial, history);
            assertThat(pruner().judge(trial, history)).isEqualTo(verdict);
            return verdict;
        };
        double sign = direction == Direction.MINIMIZE ? 1 : -1;
        var study = study(
                checked, new Objective("loss", direction, Report.BEST), new Objective("size", direction, Report.LAST));
        var random = new SplittableRandom(8);
        var verdicts = new ArrayList<Boolean>();
        for (int round = 0; round < 20; round++) {
            var lanes = new ArrayList<TrialId>();
            for (int lane = 0; lane < 3; lane++) {
                lanes.add(PrunerContract.begin(study));
            }
            for (int step = 1; step <= STEPS; step++) {
                for (TrialId id : lanes) {
                    if (random.nextInt(60) == 0) {
                        study.requeue(id, "lost");
                        study.start(id, study.trial(id).attempt() + 1, step / 2);
                    }
                    var verdict = study.report(
                            id,
                            new Measurement(
                                    step,
                                    Map.of(
                                            "loss", sign * random.nextInt(20),
                                            "size", sign * random.nextInt(20))));
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
}
