package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

/** A pruner as sweep files name it: what it is, and what makes one. */
interface PrunerEntry extends Registry.Entry {
    @Override
    AlgorithmSpec spec();

    /**
     * The pruner.
     *
     * @param options read by {@link #spec}
     * @throws IllegalArgumentException if it cannot work there, saying why
     */
    Pruner make(Options options, List<Objective> objectives);
}
