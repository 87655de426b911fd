package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.hipparchus.special.Erf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartsTest {
    @ParameterizedTest
    @ValueSource(doubles = {-20, -7.2, -7, -3, -1, -0.1, 0, 0.1, 1, 3, 8})
    void normalTailIsThatOfTheErrorFunction(double z) {
        assertThat(StandardNormal.logBelow(z)).isCloseTo(Math.log(Erf.erfc(-z / Math.sqrt(2)) / 2), within(1e-8));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-9, 0.001, 0.2, 0.5, 0.9, 0.9999})
    void quantileIsTheInverseOfTheDistribution(double share) {
        assertThat(StandardNormal.below(StandardNormal.quantile(share))).isCloseTo(share, within(1e-9 * share + 1e-12));
    }

    @Test
    void improvementIsKnownAtZeroAndFarOut() {
        assertThat(StandardNormal.logImprovement(0)).isCloseTo(-Math.log(2 * Math.PI) / 2, within(1e-12));
        assertThat(StandardNormal.logImprovement(-200))
                .isCloseTo(
                        -20000 - Math.log(2 * Math.PI) / 2 - 2 * Math.log(200) + Math.log1p(-3.0 / 40000),
                        within(1e-8));
        assertThat(StandardNormal.logImprovement(30)).isCloseTo(Math.log(30), within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-60, -50, -20, -7.1, -7, -1, -1e-3, 0.5, 4})
    void slopesOfTheNormalAreThoseOfDifferences(double z) {
        double h = 1e-5;
        assertThat(StandardNormal.logImprovementSlope(z))
                .isCloseTo(
                        (StandardNormal.logImprovement(z + h) - StandardNormal.logImprovement(z - h)) / (2 * h),
                        within(2e-5 * (1 + Math.abs(z))));
        assertThat(StandardNormal.logBelowSlope(z))
                .isCloseTo(
                        (StandardNormal.logBelow(z + h) - StandardNormal.logBelow(z - h)) / (2 * h),
                        within(2e-5 * (1 + Math.abs(z))));
    }

    @Test
    void warpKeepsTheEndsAndOrderAndIsFlatForOneAndOne() {
        assertThat(InputWarp.value(0, 0.5, 2)).isCloseTo(0, within(0.003));
        assertThat(InputWarp.value(1, 0.5, 2)).isCloseTo(1, within(0.003));
        assertThat(InputWarp.value(0.3, 1, 1)).isCloseTo(0.3, within(1e-5));
        assertThat(InputWarp.value(0.3, 2, 3)).isLessThan(InputWarp.value(0.31, 2, 3));
    }

    @Test
    void derivativesOfTheWarpAreThoseOfDifferences() {
        double[] at = new double[3];
        InputWarp.withDerivatives(0.4, 1.7, 0.6, at);
        double h = 1e-6;
        assertThat(at[0]).isEqualTo(InputWarp.value(0.4, 1.7, 0.6));
        assertThat(at[1])
                .isCloseTo(
                        (InputWarp.value(0.4, 1.7 * Math.exp(h), 0.6) - InputWarp.value(0.4, 1.7 * Math.exp(-h), 0.6))
                                / (2 * h),
                        within(1e-8));
        assertThat(at[2])
                .isCloseTo(
                        (InputWarp.value(0.4, 1.7, 0.6 * Math.exp(h)) - InputWarp.value(0.4, 1.7, 0.6 * Math.exp(-h)))
                                / (2 * h),
                        within(1e-8));
        assertThat(InputWarp.slope(0.4, 1.7, 0.6))
                .isCloseTo(
                        (InputWarp.value(0.4 + h, 1.7, 0.6) - InputWarp.value(0.4 - h, 1.7, 0.6)) / (2 * h),
                        within(1e-8));
    }

    @Test
    void slopeOfTheKernelIsThatOfDifferences() {
        assertThat(Matern52Kernel.correlation(0)).isEqualTo(1);
        assertThat(Matern52Kernel.slope(0.7))
                .isCloseTo(
                        (Matern52Kernel.correlation(0.7 + 1e-6) - Matern52Kernel.correlation(0.7 - 1e-6)) / 2e-6,
                        within(1e-8));
    }

    @Test
    void minimizerFindsTheEndOfABentValley() {
        var minimizer = new BoxMinimizer(new double[] {-2, -2}, new double[] {2, 2});
        double[] point = {-1.2, 1};
        double least = minimizer.minimize(PartsTest::rosenbrock, point, 200, 0.1, 1e-15);
        assertThat(least).isLessThan(1e-8);
        assertThat(point[0]).isCloseTo(1, within(1e-3));
    }

    @Test
    void minimizerStopsAtTheWallsOfItsBox() {
        var minimizer = new BoxMinimizer(new double[] {-2, -2}, new double[] {0.5, 2});
        double[] point = {-1.2, 1};
        minimizer.minimize(PartsTest::rosenbrock, point, 200, 0.1, 1e-15);
        assertThat(point[0]).isEqualTo(0.5);
        assertThat(point[1]).isCloseTo(0.25, within(1e-4));
    }

    private static double rosenbrock(double[] x, double[] gradient) {
        double bend = x[1] - x[0] * x[0];
        gradient[0] = -400 * bend * x[0] - 2 * (1 - x[0]);
        gradient[1] = 200 * bend;
        return 100 * bend * bend + (1 - x[0]) * (1 - x[0]);
    }

    @Test
    void transformKeepsTheOrderAndTakesInWhatIsNotFinite() {
        double[] costs = {3, Double.POSITIVE_INFINITY, 1, 2, 1e6, Double.NEGATIVE_INFINITY, 1};
        var transform = OutcomeTransform.of(costs, costs.length);
        double[] values = transform.values();
        assertThat(values[5]).isLessThanOrEqualTo(values[2]);
        assertThat(values[2]).isEqualTo(values[6]).isLessThan(values[3]);
        assertThat(values[3]).isLessThanOrEqualTo(values[0]);
        assertThat(values[0]).isLessThan(values[4]).isLessThan(4);
        assertThat(values[4]).isLessThanOrEqualTo(values[1]);
        assertThat(transform.at(2.5)).isBetween(values[3], values[0]);
    }
}
