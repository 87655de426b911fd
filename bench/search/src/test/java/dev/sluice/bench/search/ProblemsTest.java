package dev.sluice.bench.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.Scale;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProblemsTest {
    private static final Map<String, Map<String, Object>> MINIMISERS = Map.of(
            "branin", Map.of("x0", Math.PI, "x1", 2.275),
            "hartmann6",
                    Map.of("x0", 0.20169, "x1", 0.150011, "x2", 0.476874, "x3", 0.275332, "x4", 0.311652, "x5", 0.6573),
            "sphere-mixed", Map.of("f0", 1, "f1", -2, "l0", 1e-3, "l1", 30, "i0", 13, "i1", 4, "c0", "c", "c1", true),
            "ackley-mixed", Map.of("x0", 0, "x1", 0, "x2", 0, "n0", 0, "n1", 0, "shape", "d"),
            "conditional-branches",
                    Map.of(
                            "algorithm",
                            "network",
                            "layers",
                            3,
                            "rate",
                            Math.pow(10, -2.5),
                            "width",
                            128,
                            "dropout",
                            0.3,
                            "activation",
                            "gelu"),
            "conditional-svm-like", Map.of("kernel", "rbf", "c", 10, "gamma", 0.01, "shrinking", true));

    private final List<Problem> problems = Problems.read(Path.of("tables"));

    ProblemsTest() throws IOException {}

    @Test
    void theBestValueOfAFormulaIsReachedAtItsMinimiser() {
        MINIMISERS.forEach((name, minimiser) -> {
            var problem = problem(name);
            assertThat(problem.truth().curve(problem.space().complete(minimiser))[0])
                    .as(name)
                    .isCloseTo(problem.best(), within(1e-6 * Math.max(1, Math.abs(problem.best()))));
        });
    }

    @Test
    void aPatternSearchFromManyStartsFindsNothingBetterThanTheBestValue() {
        for (Problem problem : problems.subList(0, 14)) {
            double found = Double.POSITIVE_INFINITY;
            var random = new SplittableRandom(1);
            for (int start = 0; start < 40; start++) {
                found = Math.min(
                        found,
                        descend(problem, RandomSampler.of(problem.space()).draw(random)));
            }
            assertThat(found)
                    .as(problem.name())
                    .isGreaterThanOrEqualTo(problem.best() - 1e-7 * Math.max(1, Math.abs(problem.best())));
        }
    }

    @Test
    void theBestValueOfATableIsItsSmallest() {
        for (Problem problem : problems.subList(14, problems.size())) {
            double smallest = problem.space().points(100_000).orElseThrow().stream()
                    .mapToDouble(
                            point -> problem.score(point, problem.epochs(), 0).truth())
                    .min()
                    .orElseThrow();
            assertThat(smallest).as(problem.name()).isEqualTo(problem.best());
        }
    }

    @Test
    void randomSearchReachesWhatTheHeadersSay() {
        for (Problem problem : problems) {
            assertThat(problem.regret(RandomMedian.of(problem)))
                    .as(problem.name())
                    .isCloseTo(1, within(problem.number() > 14 ? 0.2 : 1e-4));
        }
    }

    @Test
    void noiseIsTheSameForTheSameSeedAndHasTheDeviationThatTheHeaderSays() {
        var problem = problem("hartmann6-noisy");
        var truth = new double[2_000];

        var noise = problem.reported(truth, 7);

        assertThat(noise).isEqualTo(problem.reported(truth, 7)).isNotEqualTo(problem.reported(truth, 8));
        double squares =
                java.util.Arrays.stream(noise).map(x -> x * x).average().orElseThrow();
        assertThat(Math.sqrt(squares)).isCloseTo(problem.noise(), within(0.1 * problem.noise()));
    }

    private Problem problem(String name) {
        return problems.stream()
                .filter(problem -> problem.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The least value that steps along one parameter at a time lead to, each half as long as before once none is better. */
    private static double descend(Problem problem, ParameterValues start) {
        var at = start;
        double value = problem.truth().curve(at)[0];
        for (double step = 0.25; step > 1e-9; ) {
            double before = value;
            for (ParameterValues next : neighbours(problem, at, step)) {
                double there = problem.truth().curve(next)[0];
                if (there < value) {
                    value = there;
                    at = next;
                }
            }
            if (value == before) {
                step /= 2;
            }
        }
        return value;
    }

    private static List<ParameterValues> neighbours(Problem problem, ParameterValues at, double step) {
        var neighbours = new ArrayList<ParameterValues>();
        for (var entry : at.asMap().entrySet()) {
            var parameter = problem.space().parameter(entry.getKey());
            for (ParameterValue value : neighbours(parameter, entry.getValue(), step)) {
                var values = new HashMap<String, Object>(new TreeMap<>(at.toPlain()));
                values.put(entry.getKey(), value);
                neighbours.add(problem.space().complete(values));
            }
        }
        return neighbours;
    }

    private static List<ParameterValue> neighbours(Parameter parameter, ParameterValue value, double step) {
        return switch (parameter.distribution()) {
            case FloatDistribution floats ->
                List.of(
                        floats.nearest(moved(value, floats.low(), floats.high(), floats.scale(), step)),
                        floats.nearest(moved(value, floats.low(), floats.high(), floats.scale(), -step)));
            case IntDistribution ints ->
                List.of(ints.nearest(value.asDouble() + ints.step()), ints.nearest(value.asDouble() - ints.step()));
            case CategoricalDistribution choices -> choices.values();
        };
    }

    private static double moved(ParameterValue value, double low, double high, Scale scale, double step) {
        return scale == Scale.LOG
                ? value.asDouble() * Math.pow(high / low, step)
                : value.asDouble() + (high - low) * step;
    }
}
