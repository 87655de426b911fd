package dev.sluice.trainer.optimizer;

/**
 * The learning rate as a pure function of the step, so that nothing of it has to be saved: a resumed trial computes what
 * the undisturbed one would have. As PyTorch's schedulers of these kinds give it, stepped once after each step.
 */
public sealed interface LearningRateSchedule {
    /**
     * What the highest learning rate is multiplied with.
     *
     * @param step number of the step, from 1; past the schedule's end the last value goes on, unless the kind says else
     * @return in [0, 1]
     */
    double factor(long step);

    /**
     * The same course in another number of steps, rounded.
     *
     * @param ratio steps to be, over steps that were, > 0
     */
    default LearningRateSchedule stretched(double ratio) {
        return switch (this) {
            case Constant same -> same;
            case Linear linear -> new Linear(steps(linear.steps, ratio), linear.finalShare);
            case Cosine cosine -> new Cosine(steps(cosine.steps, ratio), cosine.finalShare);
            case OneCycle cycle -> new OneCycle(steps(cycle.steps, ratio), cycle.riseShare);
            case Staircase stairs -> new Staircase(stairs.period * ratio, stairs.share);
            case Exponential falling -> new Exponential(falling.period * ratio, falling.share);
            case WarmUp rising -> new WarmUp(Math.round(rising.steps * ratio), rising.after.stretched(ratio));
        };
    }

    private static long steps(long steps, double ratio) {
        return Math.max(1, Math.round(steps * ratio));
    }

    /** The same rate at every step. */
    record Constant() implements LearningRateSchedule {
        @Override
        public double factor(long step) {
            return 1;
        }
    }

    /**
     * In a straight line from the full rate at the first step to a share of it, reached just after the last.
     *
     * @param steps >= 1
     * @param finalShare [0, 1]
     */
    record Linear(long steps, double finalShare) implements LearningRateSchedule {
        /** Checks the ranges. */
        public Linear {
            positive("steps", steps);
            share("finalShare", finalShare);
        }

        @Override
        public double factor(long step) {
            return 1 + (finalShare - 1) * way(step, steps);
        }
    }

    /**
     * Along half a cosine from the full rate at the first step to a share of it, reached just after the last (Loshchilov,
     * Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, equation 5, without restarts).
     *
     * @param steps >= 1
     * @param finalShare [0, 1]
     */
    record Cosine(long steps, double finalShare) implements LearningRateSchedule {
        /** Checks the ranges. */
        public Cosine {
            positive("steps", steps);
            share("finalShare", finalShare);
        }

        @Override
        public double factor(long step) {
            return between(1, finalShare, way(step, steps));
        }
    }

    /**
     * Up along half a cosine from 1/25 of the full rate, then down to 1/250 000 of it, reached at the last step (Smith,
     * Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018, with the
     * divisors and the shape that PyTorch gives it). Momentum stays as it is.
     *
     * @param steps >= 1
     * @param riseShare share of the steps in which the rate rises, (0, 1)
     */
    record OneCycle(long steps, double riseShare) implements LearningRateSchedule {
        private static final double START = 1 / 25.0;
        private static final double END = START / 1e4;

        /** Checks the ranges. */
        public OneCycle {
            positive("steps", steps);
            if (!(riseShare > 0 && riseShare < 1)) {
                throw new IllegalArgumentException("riseShare must be in (0, 1), was " + riseShare);
            }
        }

        @Override
        public double factor(long step) {
            double top = Math.max(0, riseShare * (double) steps - 1); // short schedules begin at the top
            double last = (double) (steps - 1);
            double place = Math.min((double) (step - 1), last);
            return place < top
                    ? between(START, 1, place / top)
                    : between(1, END, last > top ? (place - top) / (last - top) : 0);
        }
    }

    /**
     * Falls to a share of itself once every so many steps; goes on without end.
     *
     * @param period steps from one fall to the next, > 0
     * @param share (0, 1]
     */
    record Staircase(double period, double share) implements LearningRateSchedule {
        /** Checks the ranges. */
        public Staircase {
            falling(period, share);
        }

        @Override
        public double factor(long step) {
            return Math.pow(share, Math.floor((double) (step - 1) / period));
        }
    }

    /**
     * Falls at every step, in so many steps to a share of itself; goes on without end.
     *
     * @param period steps in which it falls by the share, > 0
     * @param share (0, 1]
     */
    record Exponential(double period, double share) implements LearningRateSchedule {
        /** Checks the ranges. */
        public Exponential {
            falling(period, share);
        }

        @Override
        public double factor(long step) {
            return Math.pow(share, (double) (step - 1) / period);
        }
    }

    /**
     * Rises in a straight line to the full rate, which it has at the last of its steps; then another schedule begins, at
     * its own first step.
     *
     * @param steps of the rise, >= 0; none: as if it were not there
     * @param after what comes then
     */
    record WarmUp(long steps, LearningRateSchedule after) implements LearningRateSchedule {
        /** Checks the range. */
        public WarmUp {
            if (steps < 0) {
                throw new IllegalArgumentException("steps must be >= 0, was " + steps);
            }
        }

        @Override
        public double factor(long step) {
            return step <= steps ? (double) step / (double) steps : after.factor(step - steps);
        }
    }

    private static double way(long step, long steps) {
        return Math.min(1, (double) (step - 1) / (double) steps);
    }

    private static double between(double from, double to, double way) {
        return to + (from - to) * (1 + Math.cos(Math.PI * way)) / 2;
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be >= 1, was " + value);
        }
    }

    private static void share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1], was " + value);
        }
    }

    private static void falling(double period, double share) {
        if (!(period > 0)) {
            throw new IllegalArgumentException("period must be > 0, was " + period);
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be in (0, 1], was " + share);
        }
    }
}
