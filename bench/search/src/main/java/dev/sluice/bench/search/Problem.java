package dev.sluice.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Something to be minimised or maximised, at no cost.
 *
 * @param number its place in the list of problems, from 1: odd ones make the {@link Half#TUNING} half, even ones the other
 * @param parameters as sweep files write them, with the type of each range
 * @param parameterConstraints as sweep files write them; mostly empty
 * @param maximize whether large values are wanted
 * @param epochs how many values its curve has, at least 1
 * @param best the best value there is, or is known
 * @param randomMedian100 what random search reaches in 100 trials in half of all runs; NaN where it was not reckoned yet
 * @param noise standard deviation of what is normally distributed around the truth; 0 for most
 */
record Problem(
        int number,
        String name,
        JsonNode parameters,
        JsonNode parameterConstraints,
        SearchSpace space,
        boolean maximize,
        int epochs,
        double best,
        double randomMedian100,
        double noise,
        Truth truth) {
    Problem {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(truth, "truth");
        if (number < 1 || epochs < 1 || noise < 0) {
            throw new IllegalArgumentException(
                    "problem %s must have number >= 1, epochs >= 1, noise >= 0, had %d, %d, %s"
                            .formatted(name, number, epochs, noise));
        }
    }

    /** On which problems constants may be chosen, and on which what was chosen is shown. */
    enum Half {
        TUNING,
        REPORTING;

        String label() {
            return this == TUNING ? "tuning" : "reporting";
        }
    }

    /** The values without noise. */
    @FunctionalInterface
    interface Truth {
        /** One for each epoch; the caller leaves them as they are. */
        double[] curve(ParameterValues values);
    }

    Half half() {
        return number % 2 == 1 ? Half.TUNING : Half.REPORTING;
    }

    /** The values as a training reports them: the same for the same seed. */
    double[] reported(double[] curve, long noiseSeed) {
        if (noise == 0) {
            return curve;
        }
        var random = new SplittableRandom(noiseSeed);
        var noisy = curve.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += noise * random.nextGaussian();
        }
        return noisy;
    }

    /**
     * What a trial is worth.
     *
     * @param value the best that was reported
     * @param truth what is true there
     */
    record Score(double value, double truth) {}

    /** The best of what was reported in so many epochs, as {@code report: best} has it. */
    Score score(ParameterValues values, int epochsRun, long noiseSeed) {
        var truths = truth.curve(values);
        var reports = reported(truths, noiseSeed);
        int at = 0;
        for (int i = 1; i < epochsRun; i++) {
            if (isBetter(reports[i], reports[at])) {
                at = i;
            }
        }
        return new Score(reports[at], truths[at]);
    }

    boolean isBetter(double one, double other) {
        return maximize ? one > other : one < other;
    }

    /** 0 at the best value there is, 1 at what random search reaches in 100 trials. */
    double regret(double truth) {
        double above = maximize ? best - truth : truth - best;
        double scale = Math.abs(randomMedian100 - best);
        return Math.max(0, above / scale);
    }

    @Override
    public String toString() {
        return name;
    }
}
