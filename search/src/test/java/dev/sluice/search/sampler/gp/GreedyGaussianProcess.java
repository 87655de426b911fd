package dev.sluice.search.sampler.gp;

import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A {@link GaussianProcessSampler} that never explores: it goes where the process expects the least cost, however sure it is. To show that
 * the kit tells it from the sound one.
 */
public final class GreedyGaussianProcess implements Sampler {
    private static final int STARTUP = 6;

    private final Encoding encoding;
    private final Features features;
    private final Sampler sound;
    private final PointSearch search;

    public GreedyGaussianProcess(SearchSpace space) {
        this.encoding = new Encoding(space);
        this.features = new Features(encoding);
        this.sound = GaussianProcessSampler.builder(SamplerContext.of(space, Objective.minimize("value")))
                .build();
        this.search = new PointSearch(space, encoding, features);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        if (history.concluded().size() < STARTUP) {
            return sound.suggest(history, random);
        }
        var observations = new Observations(
                encoding,
                history.objectives().getFirst(),
                new Hyperparameters(features, Tuning.WARPING),
                new Hyperparameters(features, false),
                0,
                0,
                new CurveCosts());
        observations.takeIn(history);
        observations.updateCost();
        var process = observations.cost().processes()[0];
        var best = history.concluded().stream()
                .min(Comparator.comparingDouble(
                        (Trial trial) -> trial.objectiveValue(0).orElse(Double.POSITIVE_INFINITY)))
                .map(trial -> List.of(encoding.encode(trial.values())))
                .orElse(List.of());
        return search.untried(history, new Mean(process), () -> best, random)
                .map(values -> new Suggested(values, "the least mean"));
    }

    /** What is expected at a point, turned round. */
    private record Mean(GaussianProcess process) implements Promise {
        @Override
        public void score(double[][] rows, int count, double[] scores) {
            for (int i = 0; i < count; i++) {
                scores[i] = -process.mean(rows[i]);
            }
        }

        @Override
        public double at(double[] row, int[] continuous, double[] gradient) {
            double[] result = new double[2];
            process.predict(row, continuous, result, gradient, new double[continuous.length]);
            Arrays.setAll(gradient, k -> -gradient[k]);
            return -result[0];
        }

        @Override
        public void tellsApart(int feature, BitSet choices) {
            process.choices(feature, choices);
        }
    }
}
