package dev.sluice.search.sampler.gp;

import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import java.util.List;

/**
 * What trials that were given up would have come to had they run to their end.
 *
 * <p>Answers must be a function of the arguments alone, whatever was asked before: replayed studies depend on it.
 */
@FunctionalInterface
public interface PartialCosts {
    /**
     * A guess for each PRUNED trial among these that has shown a number.
     *
     * @param objective that the trials are measured by
     * @param concluded the trials known so far, in the order in which they ended
     * @param pruned the indices among them that are asked for, rising
     * @return a guess for each, in the same order
     */
    List<Guess> guess(Objective objective, List<Trial> concluded, int[] pruned);

    /**
     * A final cost that is not known.
     *
     * @param cost the value of the objective, negated where large values are wanted
     * @param deviation its standard deviation, at least 0, in the same unit
     */
    record Guess(double cost, double deviation) {
        public Guess {
            if (Double.isNaN(cost) || !(deviation >= 0)) {
                throw new IllegalArgumentException(
                        "a guess needs a number and a deviation >= 0, was %s and %s".formatted(cost, deviation));
            }
        }
    }
}
