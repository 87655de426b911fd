package dev.sluice.bench.search;

import dev.sluice.search.sampler.RandomSampler;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Prints what each problem's {@code randomMedian100} is: the median, over 1,001 runs, of the truth at the best reported of 100 points
 * drawn at random. The problems' headers hold what it printed once.
 */
final class RandomMedian {
    private static final int RUNS = 1001;
    private static final int TRIALS = 100;

    private RandomMedian() {}

    /** The folder of the tables is the one argument. */
    public static void main(String[] arguments) throws Exception {
        for (Problem problem : Problems.read(Path.of(arguments[0]))) {
            System.out.printf("%s %.6g%n", problem, of(problem));
        }
    }

    static double of(Problem problem) {
        var random = new SplittableRandom(problem.number());
        var sampler = RandomSampler.of(problem.space());
        var bests = new double[RUNS];
        for (int run = 0; run < RUNS; run++) {
            double reported = Double.NaN;
            for (int trial = 0; trial < TRIALS; trial++) {
                var score = problem.score(sampler.draw(random), problem.epochs(), random.nextLong());
                if (trial == 0 || problem.isBetter(score.value(), reported)) {
                    reported = score.value();
                    bests[run] = score.truth();
                }
            }
        }
        Arrays.sort(bests);
        return bests[RUNS / 2];
    }
}
