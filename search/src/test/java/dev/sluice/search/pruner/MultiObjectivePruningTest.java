package dev.sluice.search.pruner;

import org.junit.jupiter.api.Nested;

/** The pruners that compare trials, with several objectives. */
class MultiObjectivePruningTest {
    @Nested
    class SuccessiveHalving extends MultiObjectivePruningContract {
        @Override
        protected Pruner pruner() {
            return SuccessiveHalvingPruner.builder()
                    .max(12)
                    .reduction(2)
                    .explore(0)
                    .build();
        }
    }

    @Nested
    class Hyperband extends MultiObjectivePruningContract {
        @Override
        protected Pruner pruner() {
            return HyperbandPruner.builder().max(3).reduction(4).explore(0).build();
        }
    }

    @Nested
    class CurveStartup extends MultiObjectivePruningContract {
        @Override
        protected Pruner pruner() {
            return CurvePruner.builder().max(12).explore(0).build();
        }
    }

    @Nested
    class Median extends MultiObjectivePruningContract {
        @Override
        protected Pruner pruner() {
            return MedianPruner.builder().startupTrials(1).explore(0).build();
        }
    }

    @Nested
    class Percentile extends MultiObjectivePruningContract {
        @Override
        protected Pruner pruner() {
            return PercentilePruner.builder().startupTrials(1).explore(0).build();
        }
    }
}
