package dev.sluice.search.sampler.genetic;

import dev.sluice.search.sampler.MultiObjectiveSamplerContract;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;

class Nsga2SeveralObjectivesTest extends MultiObjectiveSamplerContract {
    @Override
    protected Sampler sampler(SearchSpace space, Goals goals) {
        return Nsga2Sampler.builder(space).build();
    }

    @Override
    protected String algorithm() {
        return "nsga2";
    }
}
