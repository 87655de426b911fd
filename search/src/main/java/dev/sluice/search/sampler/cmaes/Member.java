package dev.sluice.search.sampler.cmaes;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;

/** A trial that has ended, as a generation sees it. Its arrays are not to be changed. */
final class Member implements Comparable<Member> {
    private static final int COMPLETE = 0;
    private static final int VIOLATING = 1;
    private static final int PRUNED = 2;
    private static final int WORTHLESS = 3;

    private final double[] numbers;
    private final int[] choices;
    private final int tier;
    private final double first;
    private final double second;
    private final long noise;

    private Member(double[] numbers, int[] choices, int tier, double first, double second, long noise) {
        this.numbers = numbers;
        this.choices = choices;
        this.tier = tier;
        this.first = first;
        this.second = second;
        this.noise = noise;
    }

    static Member of(Layout layout, Trial trial, Direction direction) {
        double cost = trial.objectiveValue(0).isPresent()
                ? direction.toCost(trial.objectiveValue(0).getAsDouble())
                : Double.NaN;
        double violation = trial.constraintViolation().orElse(Double.POSITIVE_INFINITY);
        int tier;
        double first = 0;
        double second = 0;
        if (trial.state() == TrialState.INFEASIBLE || Double.isNaN(cost)) {
            tier = WORTHLESS;
        } else if (trial.state() == TrialState.PRUNED) {
            tier = PRUNED;
            first = -trial.lastStep();
            second = cost;
        } else if (violation > 0) {
            tier = VIOLATING;
            first = violation;
            second = cost;
        } else {
            tier = COMPLETE;
            first = cost;
        }
        return new Member(
                layout.numbers(trial.values()), layout.choices(trial.values()), tier, first, second, trial.seed());
    }

    /** Coordinates in [0, 1], NaN where not active. */
    double[] numbers() {
        return numbers;
    }

    /** Options, {@link Layout#INACTIVE} where not active. */
    int[] choices() {
        return choices;
    }

    /** From which is made up, always alike, what a trial does not tell: where in its cell a grid value lay. */
    long noise() {
        return noise;
    }

    /** What it cost; only of what {@link #isComplete}. */
    double cost() {
        return first;
    }

    /** Whether it ran to its end and keeps the outcome constraints. */
    boolean isComplete() {
        return tier == COMPLETE;
    }

    /** Whether it shows no number: that it is worse than others is all that it says. */
    boolean isWorthless() {
        return tier == WORTHLESS;
    }

    /** Complete ones by cost, then those that break an outcome constraint by how far, then pruned ones by how far they came. */
    // generations are sorted by it, and never looked into for equals
    @SuppressWarnings("ComparableType")
    @Override
    public int compareTo(Member other) {
        if (tier != other.tier) {
            return Integer.compare(tier, other.tier);
        }
        int byFirst = Double.compare(first, other.first);
        return byFirst != 0 ? byFirst : Double.compare(second, other.second);
    }
}
