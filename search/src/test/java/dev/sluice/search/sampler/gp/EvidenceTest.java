package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    @Test
    void isTheLikelihoodOfTwoPointsTimesThePrior() {
        var space = SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
        var hyper = new Hyperparameters(new Features(new Encoding(space)), false);
        var sample = new Sample(hyper.features());
        sample.add(new double[] {0.1}, 1, 0);
        sample.add(new double[] {0.6}, -1, 0.2);
        double[] values = {Math.log(0.5), Math.log(2), Math.log(0.1)};
        double s = Math.sqrt(5);
        double b = 2 * (1 + s + s * s / 3) * Math.exp(-s) + 1;
        double a = 3.1;
        double d = 3.3;
        double determinant = a * d - b * b;
        double quadratic = (d + 2 * b + a) / determinant;
        assertThat(new Evidence(hyper, sample).at(values))
                .isCloseTo(quadratic / 2 + Math.log(determinant) / 2 - hyper.logPrior(values), within(1e-12));
    }

    @Test
    void gradientIsThatOfDifferences() {
        var encoding = new Encoding(Spaces.everything());
        var hyper = new Hyperparameters(new Features(encoding), true);
        var random = new SplittableRandom(3);
        var sample = new Sample(hyper.features());
        double[] row = new double[encoding.size()];
        for (int i = 0; i < 30; i++) {
            encoding.drawUniform(random, row);
            sample.add(row, random.nextGaussian(), random.nextDouble() * 0.1);
        }
        double[] values = hyper.prior();
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.3 * random.nextGaussian();
        }
        var evidence = new Evidence(hyper, sample);
        double[] gradient = new double[values.length];
        assertThat(evidence.at(values, gradient)).isEqualTo(evidence.at(values));
        for (int i = 0; i < values.length; i++) {
            double[] less = values.clone();
            double[] more = values.clone();
            less[i] -= 1e-5;
            more[i] += 1e-5;
            assertThat(gradient[i]).isCloseTo((evidence.at(more) - evidence.at(less)) / 2e-5, within(1e-5));
        }
    }
}
