package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class NopPrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec("none", "Gives up nothing.", List.of());

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        return new NopPruner();
    }
}
