package dev.sluice.search.sampler.auto;

import dev.sluice.search.sampler.GridSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.cmaes.CmaEsSampler;
import dev.sluice.search.sampler.genetic.GeneticSampler;
import dev.sluice.search.sampler.genetic.Nsga2Sampler;
import dev.sluice.search.sampler.gp.GaussianProcessSampler;
import dev.sluice.search.sampler.gp.HypervolumeSampler;
import dev.sluice.search.sampler.tpe.TpeSampler;
import java.util.Locale;

/** What can be chosen. */
enum Algorithm {
    GRID {
        @Override
        Sampler make(SamplerContext context) {
            return GridSampler.builder(context.space()).seed(context.seed()).build();
        }
    },
    GP {
        @Override
        Sampler make(SamplerContext context) {
            return GaussianProcessSampler.builder(context).build();
        }
    },
    TPE {
        @Override
        Sampler make(SamplerContext context) {
            return TpeSampler.builder(context.space()).seed(context.seed()).build();
        }
    },
    CMAES {
        @Override
        Sampler make(SamplerContext context) {
            var builder = CmaEsSampler.builder(context.space()).seed(context.seed());
            context.trials().ifPresent(builder::trials);
            return builder.build();
        }
    },
    GENETIC {
        @Override
        Sampler make(SamplerContext context) {
            return GeneticSampler.builder(context.space()).build();
        }
    },
    EHVI {
        @Override
        Sampler make(SamplerContext context) {
            return HypervolumeSampler.builder(context).build();
        }
    },
    NSGA2 {
        @Override
        Sampler make(SamplerContext context) {
            return Nsga2Sampler.builder(context.space()).build();
        }
    };

    /** The name in the catalogue. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** With its defaults. */
    abstract Sampler make(SamplerContext context);
}
