package dev.sluice.bench.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How many more trials a searcher needs with several at a time than one at a time to get as far.
 *
 * <p>On each problem the aim is the median of the sequential runs' regret after so many trials. What counts is the first trial at which
 * the median of the runs is there; the quotient of the two counts is that problem's ratio, infinite where the parallel runs never get there.
 *
 * @param ratio the median over the problems
 * @param never on how many problems it was infinite
 */
record EvaluationRatio(Sample ratio, int never) {
    private static final int TIMES = 1_000;

    /** The runs of one problem. */
    record Pair(List<Trajectory> one, List<Trajectory> many) {
        double ratio(int trials) {
            double[] sequential = medians(one);
            double aim = sequential[Math.min(trials, sequential.length) - 1];
            return reaches(medians(many), aim) / reaches(sequential, aim);
        }

        private static double reaches(double[] medians, double aim) {
            for (int i = 0; i < medians.length; i++) {
                if (medians[i] <= aim) {
                    return i + 1.0;
                }
            }
            return Double.POSITIVE_INFINITY;
        }

        private static double[] medians(List<Trajectory> runs) {
            int trials = runs.stream().mapToInt(Trajectory::trials).min().orElseThrow();
            var medians = new double[trials];
            for (int i = 0; i < trials; i++) {
                int ended = i + 1;
                medians[i] = median(
                        runs.stream().mapToDouble(run -> run.regret(ended)).toArray());
            }
            return medians;
        }

        private Pair redrawn(SplittableRandom random) {
            return new Pair(redrawn(one, random), redrawn(many, random));
        }

        private static List<Trajectory> redrawn(List<Trajectory> runs, SplittableRandom random) {
            var drawn = new ArrayList<Trajectory>();
            for (int i = 0; i < runs.size(); i++) {
                drawn.add(runs.get(random.nextInt(runs.size())));
            }
            return drawn;
        }
    }

    /**
     * Over these problems.
     *
     * @param trials after which the sequential runs' regret is the aim
     */
    static EvaluationRatio of(List<Pair> problems, int trials) {
        var random = new SplittableRandom(5);
        var medians = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            medians[i] = median(problems.stream()
                    .mapToDouble(pair -> problems.get(random.nextInt(problems.size()))
                            .redrawn(random)
                            .ratio(trials))
                    .toArray());
        }
        Arrays.sort(medians);
        double[] ratios =
                problems.stream().mapToDouble(pair -> pair.ratio(trials)).toArray();
        return new EvaluationRatio(
                new Sample(median(ratios), medians[(int) (0.025 * TIMES)], medians[(int) (0.975 * TIMES)]),
                (int) Arrays.stream(ratios).filter(Double::isInfinite).count());
    }

    /** Of an even number of values the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
