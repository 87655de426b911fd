package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AcquisitionMaximizerTest {
    private static final int CHOICES = 300;
    private static final SearchSpace SPACE = space();

    private static SearchSpace space() {
        Object[] many = IntStream.range(0, CHOICES).mapToObj(i -> "choice " + i).toArray();
        return SearchSpace.builder()
                .add("a", CategoricalDistribution.of(many))
                .add("b", CategoricalDistribution.of(many))
                .add("kind", CategoricalDistribution.of("one", "two", "three", "four"))
                .add(Parameter.of("c", CategoricalDistribution.of(many)).when(Condition.oneOf("kind", "two", "three")))
                .add("x", FloatDistribution.of(0, 1))
                .constraint("b != 'choice 0' and b != 'choice 1'")
                .build();
    }

    /** Counts what it is asked, and may claim that every choice is one of its own. */
    private static final class Watched implements Promise {
        private final Promise promise;
        private final boolean tellsAllApart;
        private int scored;

        Watched(Promise promise, boolean tellsAllApart) {
            this.promise = promise;
            this.tellsAllApart = tellsAllApart;
        }

        @Override
        public void score(double[][] rows, int count, double[] scores) {
            scored += count;
            promise.score(rows, count, scores);
        }

        @Override
        public double at(double[] row, int[] continuous, double[] gradient) {
            return promise.at(row, continuous, gradient);
        }

        @Override
        public void tellsApart(int feature, BitSet choices) {
            promise.tellsApart(feature, choices);
            if (tellsAllApart) {
                choices.set(0, CHOICES);
            }
        }
    }

    private static double[] draw(Encoding encoding, RandomGenerator random) {
        var row = new double[encoding.size()];
        encoding.drawUniform(random, row);
        return row;
    }

    private static List<String> found(AcquisitionMaximizer maximizer, Promise promise, List<double[]> rows, long seed) {
        return maximizer.maximize(promise, rows.subList(0, 3), new SplittableRandom(seed)).stream()
                .map(candidate -> Arrays.toString(candidate.row()))
                .toList();
    }

    @Test
    void findsTheSameThoughItLooksAtOneAloneOfTheChoicesThatNoPointHas() {
        var encoding = new Encoding(SPACE);
        var features = new Features(encoding);
        var hyper = new Hyperparameters(features, false);
        var random = new SplittableRandom(3);
        var process = new GaussianProcess(hyper, hyper.prior());
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(draw(encoding, random));
            process.extend(rows.get(i), 0);
            process.target(i, random.nextDouble());
        }
        process.learn();
        var promise = new Acquisition(new GaussianProcess[] {process}, new double[] {0}, List.of());
        var maximizer = new AcquisitionMaximizer(SPACE, encoding, features);

        var few = new Watched(promise, false);
        var all = new Watched(promise, true);
        for (int seed = 0; seed < 5; seed++) {
            assertThat(found(maximizer, few, rows, seed)).isEqualTo(found(maximizer, all, rows, seed));
        }

        assertThat(few.scored).isLessThan(all.scored / 3);
    }
}
