package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HyperbandPrunerTest extends ComparingContract {
    private static final Objective LOSS = PrunerContract.objective(Direction.MINIMIZE);

    @Override
    protected Pruner pruner(Objective objective) {
        return HyperbandPruner.builder()
                .max(PrunerContract.STEPS)
                .reduction(2)
                .explore(0)
                .build();
    }

    @Override
    protected long firstStepJudged() {
        return 1;
    }

    @Test
    void bracketsGetTrialsSoThatAllSpendAlike() {
        // Li et al., table 1, where the brackets begin with 27, 12, 6 and 4 trials
        var brackets = new HyperbandPruner.Budgets(4, 3);
        var counts = new int[4];
        for (int trial = 0; trial < 4_900; trial++) {
            counts[brackets.of(trial)]++;
        }
        assertThat(counts[0]).isBetween(2_690, 2_710);
        assertThat(counts[1]).isBetween(1_190, 1_210);
        assertThat(counts[2]).isBetween(590, 610);
        assertThat(counts[3]).isBetween(390, 410);
    }

    @Test
    void aTrialsBracketIsSharedOutEvenlyFromTheBeginning() {
        var brackets = new HyperbandPruner.Budgets(4, 3);
        var counts = new int[4];
        for (int trial = 0; trial < 49; trial++) {
            counts[brackets.of(trial)]++;
        }
        assertThat(counts[0]).isBetween(26, 28);
        assertThat(counts[1]).isBetween(11, 13);
        assertThat(counts[2]).isBetween(5, 7);
        assertThat(counts[3]).isBetween(3, 5);
    }

    @Test
    void takesTheFirstCompleteTrialsStepsWhereNoMaxIsSet() {
        var study = MultiObjectivePruningContract.study(
                HyperbandPruner.builder().reduction(2).explore(0).build(), LOSS);
        for (int i = 0; i < 10; i++) {
            var id = begin(study);
            assertThat(study.report(id, Measurement.of(1, "loss", i))).isEqualTo(Verdict.proceed());
        }
        var first = begin(study);
        study.report(first, Measurement.of(2, "loss", 0));
        study.tell(first, Outcome.Completed.asReported());
        int pruned = 0;
        for (int i = 0; i < 10; i++) {
            pruned += study.report(begin(study), Measurement.of(1, "loss", 100 + i)) instanceof Verdict.Prune ? 1 : 0;
        }
        assertThat(pruned).isPositive();
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("hyperband", Map.of("min", 1, "max", 12), List.of(LOSS)))
                .isInstanceOf(HyperbandPruner.class);
        assertThatThrownBy(() -> Pruners.of("hyperband", Map.of("min", 5, "max", 4), List.of(LOSS)))
                .hasMessage("max must be >= min, was max 4 with min 5");
        assertThatThrownBy(() -> Pruners.of("hyperband", Map.of("explore", 2), List.of(LOSS)))
                .hasMessageContaining("explore");
    }
}
