package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;

/** A sampler as sweep files name it: what it is, and what makes one. */
interface SamplerEntry extends Registry.Entry {
    @Override
    AlgorithmSpec spec();

    /**
     * The sampler.
     *
     * @param options read by {@link #spec}
     * @throws IllegalArgumentException if it cannot work there, saying why
     */
    Sampler make(Options options, SamplerContext context);
}
