package dev.sluice.search.sampler;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.simulate.StudySimulator;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.hipparchus.special.Erf;

/** Whether a sampler finds better points than random search with as many trials, by a rank test over fixed seeds. */
public final class Convergence {
    private Convergence() {}

    /** The best value of each of so many studies. */
    public static double[] bests(
            BenchmarkFunction function, Function<SearchSpace, Sampler> sampler, int studies, int trials, int workers) {
        return bestsBySeed(function, seed -> sampler.apply(function.space()), studies, trials, workers);
    }

    /** The best value of each of so many studies, with a sampler for each seed. */
    public static double[] bestsBySeed(
            BenchmarkFunction function, LongFunction<Sampler> sampler, int studies, int trials, int workers) {
        var bests = new double[studies];
        for (int seed = 0; seed < studies; seed++) {
            var study = new Study(
                    StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", seed),
                    sampler.apply(seed),
                    new NopPruner(),
                    event -> {});
            bests[seed] = StudySimulator.of(study, function)
                    .withWorkers(workers)
                    .run(trials)
                    .best();
        }
        return bests;
    }

    /** The mean distance between the next so many points of a space of floats, all of them under way. */
    static double meanDistanceOfNext(Study study, int trials) {
        var points = new ArrayList<double[]>();
        double distances = 0;
        for (int i = 0; i < trials; i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            double[] point = suggestion.values().asMap().values().stream()
                    .mapToDouble(ParameterValue::asDouble)
                    .toArray();
            for (double[] other : points) {
                double squares = 0;
                for (int d = 0; d < point.length; d++) {
                    squares += (point[d] - other[d]) * (point[d] - other[d]);
                }
                distances += Math.sqrt(squares);
            }
            points.add(point);
        }
        return 2 * distances / (trials * (trials - 1));
    }

    /**
     * The chance of values as small as these, or smaller, if they were from the same distribution as the others: the rank-sum test of Mann
     * and Whitney (1947), one-sided, by its normal approximation with mid-ranks.
     */
    public static double chanceIfNotSmaller(double[] values, double[] others) {
        record Marked(double value, boolean ours) {}
        List<Marked> all = new ArrayList<>();
        Arrays.stream(values).forEach(value -> all.add(new Marked(value, true)));
        Arrays.stream(others).forEach(value -> all.add(new Marked(value, false)));
        all.sort(Comparator.comparingDouble(Marked::value));
        double ranks = 0;
        double ties = 0;
        int begin = 0;
        while (begin < all.size()) {
            int end = begin;
            while (end < all.size() && all.get(end).value() == all.get(begin).value()) {
                end++;
            }
            double equals = end - begin;
            ties += equals * equals * equals - equals;
            for (Marked marked : all.subList(begin, end)) {
                ranks += marked.ours() ? (begin + 1 + end) / 2.0 : 0;
            }
            begin = end;
        }
        double m = values.length;
        double n = others.length;
        double mean = m * (m + n + 1) / 2;
        double variance = m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
        return 0.5 * Erf.erfc((mean - ranks) / Math.sqrt(2 * variance));
    }
}
