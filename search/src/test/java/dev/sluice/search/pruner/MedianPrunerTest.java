package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MedianPrunerTest extends ComparingContract {
    @Override
    protected Pruner pruner(Objective objective) {
        return MedianPruner.builder().startupTrials(1).warmupSteps(2).explore(0).build();
    }

    @Override
    protected long firstStepJudged() {
        return 2;
    }

    private static final SearchSpace SPACE =
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();

    private static Study study(Direction direction, Report report, MedianPruner.Builder pruner) {
        var spec = new StudySpec(
                SPACE,
                List.of(new Objective("loss", direction, report)),
                AlgorithmChoice.of("random"),
                AlgorithmChoice.of("none"),
                1);
        return new Study(spec, RandomSampler.of(SPACE), pruner.explore(0).build(), event -> {});
    }

    private static Study study(MedianPruner.Builder pruner) {
        return study(Direction.MINIMIZE, Report.BEST, pruner);
    }

    private static Verdict report(Study study, TrialId id, long step, double loss) {
        return study.report(id, Measurement.of(step, "loss", loss));
    }

    /** A completed trial with these losses at the steps 1, 2, ... */
    private static void complete(Study study, double... losses) {
        var id = begin(study);
        for (int i = 0; i < losses.length; i++) {
            report(study, id, i + 1, losses[i]);
        }
        study.tell(id, Outcome.Completed.asReported());
    }

    @Test
    void prunesWhenWorseThanMedianAtSameStep() {
        var study = study(MedianPruner.builder().startupTrials(3));
        complete(study, 1, 0.1);
        complete(study, 2, 0.2);
        complete(study, 3, 0.3);
        var id = begin(study);
        assertThat(report(study, id, 1, 2)).isEqualTo(Verdict.proceed());
        assertThat(report(study, id, 2, 0.25))
                .isEqualTo(Verdict.prune(
                        "0.25 at step 2 is worse than the median of the trials completed (median 0.2, 3 trials)"));
    }

    @Test
    void letsStartupTrialsPass() {
        var study = study(MedianPruner.builder());
        for (int i = 0; i < 4; i++) {
            complete(study, 1);
        }
        assertThat(report(study, begin(study), 1, 9)).isEqualTo(Verdict.proceed());
        complete(study, 1);
        assertThat(report(study, begin(study), 1, 9)).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void neverPrunesWhereNoTrialIsComplete() {
        var study = study(MedianPruner.builder().startupTrials(0));
        report(study, begin(study), 1, 1);
        assertThat(report(study, begin(study), 1, 9)).isEqualTo(Verdict.proceed());
    }

    @Test
    void neverPrunesBeforeWarmup() {
        var study = study(MedianPruner.builder().startupTrials(1).warmupSteps(3));
        complete(study, 1, 1, 1);
        var id = begin(study);
        assertThat(report(study, id, 2, 9)).isEqualTo(Verdict.proceed());
        assertThat(report(study, id, 3, 9)).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void neverPrunesPastWhatAnyOtherTrialReached() {
        var study = study(MedianPruner.builder().startupTrials(1));
        complete(study, 1, 1);
        assertThat(report(study, begin(study), 3, 9)).isEqualTo(Verdict.proceed());
    }

    @Test
    void judgesOnceInAnInterval() {
        var study = study(MedianPruner.builder().startupTrials(1).warmupSteps(1).interval(3));
        complete(study, 5, 1, 1, 1, 1);
        var id = begin(study);
        assertThat(report(study, id, 1, 4)).isEqualTo(Verdict.proceed());
        assertThat(report(study, id, 2, 4)).isEqualTo(Verdict.proceed());
        assertThat(report(study, id, 3, 4)).isEqualTo(Verdict.proceed());
        assertThat(report(study, id, 4, 4)).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void anEarlierBestValueSavesATrial() {
        var study = study(MedianPruner.builder().startupTrials(1));
        complete(study, 5, 3);
        var id = begin(study);
        report(study, id, 1, 2);
        assertThat(report(study, id, 2, 4)).isEqualTo(Verdict.proceed());
    }

    @Test
    void anEarlierBestValueDoesNotSaveATrialWhereTheLastOneCounts() {
        var study =
                study(Direction.MINIMIZE, Report.LAST, MedianPruner.builder().startupTrials(1));
        complete(study, 5, 3);
        var id = begin(study);
        report(study, id, 1, 2);
        assertThat(report(study, id, 2, 4)).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void prunesATrialOfNothingButNaN() {
        var study = study(MedianPruner.builder().startupTrials(1));
        assertThat(report(study, begin(study), 1, Double.NaN))
                .isEqualTo(Verdict.prune("NaN is no finite value, but the best up to step 1"));
    }

    @Test
    void aMedianOfNaNPrunesNoNumber() {
        var study = study(MedianPruner.builder().startupTrials(1));
        complete(study, Double.NaN);
        assertThat(report(study, begin(study), 1, 1e300)).isEqualTo(Verdict.proceed());
    }

    @Test
    void mirroredDirectionGivesTheMirroredVerdict() {
        var one = study(Direction.MINIMIZE, Report.BEST, MedianPruner.builder().startupTrials(2));
        var other =
                study(Direction.MAXIMIZE, Report.BEST, MedianPruner.builder().startupTrials(2));
        for (double loss : new double[] {3, 1, 2, 2}) {
            complete(one, loss);
            complete(other, -loss);
        }
        for (double loss : new double[] {1, 1.9, 2, 2.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThat(report(one, begin(one), 1, loss) instanceof Verdict.Prune)
                    .isEqualTo(report(other, begin(other), 1, -loss) instanceof Verdict.Prune);
        }
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("median", Map.of("startupTrials", 2), List.of(Objective.minimize("loss"))))
                .isInstanceOf(MedianPruner.class);
        assertThatThrownBy(() -> Pruners.of("median", Map.of("interval", 0), List.of(Objective.minimize("loss"))))
                .hasMessageContaining("interval");
    }
}
