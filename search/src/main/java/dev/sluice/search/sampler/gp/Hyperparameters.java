package dev.sluice.search.sampler.gp;

/**
 * How a kernel's hyperparameters lie in one array, all as logarithms, with a normal prior each: a length scale for each feature, the
 * amplitude (a variance), the noise (a variance), then a and b of the warp of each feature that has one.
 *
 * <p>The length scales' prior grows with the root of the number of features: Hvarfner, Hellsten, Nardi, "Vanilla Bayesian Optimization
 * Performs Great in High Dimensions" (2024), equation 5. Other than theirs ours is centred where the density of the length scale itself,
 * not of its logarithm, is largest, and is narrower, since few trials are all there are. Immutable and thread-safe.
 */
final class Hyperparameters {
    /** The prior variance of the mean. */
    static final double BIAS = 1.0;

    private final Features features;
    private final int[] warpAt;
    private final int size;
    private final double[] centre;
    private final double[] deviation;
    private final double[] low;
    private final double[] high;

    Hyperparameters(Features features, boolean warping) {
        this.features = features;
        int count = features.size();
        warpAt = new int[count];
        int at = count + 2;
        for (int f = 0; f < count; f++) {
            if (warping && features.isWarped(f)) {
                warpAt[f] = at;
                at += 2;
            } else {
                warpAt[f] = -1;
            }
        }
        size = at;
        centre = new double[size];
        deviation = new double[size];
        low = new double[size];
        high = new double[size];
        for (int f = 0; f < count; f++) {
            set(
                    f,
                    Tuning.LENGTH_CENTRE + 0.5 * Math.log(count),
                    Tuning.LENGTH_DEVIATION,
                    Math.log(0.02),
                    Math.log(100));
        }
        set(count, Tuning.AMPLITUDE_CENTRE, Tuning.AMPLITUDE_DEVIATION, Math.log(0.02), Math.log(50));
        set(count + 1, Tuning.NOISE_CENTRE, Tuning.NOISE_DEVIATION, Math.log(Tuning.LEAST_NOISE), Math.log(2));
        for (int f = 0; f < count; f++) {
            if (warpAt[f] >= 0) {
                set(warpAt[f], 0, Tuning.WARP_DEVIATION, Math.log(0.2), Math.log(5));
                set(warpAt[f] + 1, 0, Tuning.WARP_DEVIATION, Math.log(0.2), Math.log(5));
            }
        }
    }

    private void set(int at, double mean, double spread, double from, double to) {
        centre[at] = mean;
        deviation[at] = spread;
        low[at] = from;
        high[at] = to;
    }

    Features features() {
        return features;
    }

    int size() {
        return size;
    }

    int amplitudeAt() {
        return features.size();
    }

    int noiseAt() {
        return features.size() + 1;
    }

    /** Where log a of a feature's warp lies, log b after it; -1 if it is not warped. */
    int warpAt(int feature) {
        return warpAt[feature];
    }

    double centre(int at) {
        return centre[at];
    }

    double deviation(int at) {
        return deviation[at];
    }

    double[] low() {
        return low;
    }

    double[] high() {
        return high;
    }

    /** The middle of the prior. */
    double[] prior() {
        var values = centre.clone();
        for (int i = 0; i < size; i++) {
            values[i] = Math.clamp(values[i], low[i], high[i]);
        }
        return values;
    }

    /** The logarithm of the prior's density, but for a constant. */
    double logPrior(double[] values) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double z = (values[i] - centre[i]) / deviation[i];
            sum -= z * z / 2;
        }
        return sum;
    }
}
