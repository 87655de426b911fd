package dev.sluice.search.sampler.gp;

/**
 * Limited-memory BFGS within a box: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization" (1989), projected as
 * in Bertsekas, "Projected Newton methods for optimization problems with simple constraints" (1982): what stands at a bound and is pushed
 * against it rests for the step, and steps are bent along the bounds and halved until they descend (Armijo).
 *
 * <p>Where a function is not finite, it is taken for a wall. Not thread-safe.
 */
final class BoxMinimizer {
    private static final int MEMORY = 8;
    private static final double ARMIJO = 1e-4;
    private static final int HALVINGS = 12;

    /** A function with its gradient. */
    interface Function {
        /**
         * The value at a point.
         *
         * @param gradient is filled, where the value is finite
         */
        double at(double[] point, double[] gradient);
    }

    private final int size;
    private final double[] low;
    private final double[] high;
    private final double[][] steps;
    private final double[][] changes;
    private final double[] curvatures = new double[MEMORY];
    private final double[] gradient;
    private final double[] nextGradient;
    private final double[] next;
    private final double[] direction;
    private final boolean[] resting;
    private final double[] factors = new double[MEMORY];
    private double value;

    BoxMinimizer(double[] low, double[] high) {
        this.size = low.length;
        this.low = low;
        this.high = high;
        this.steps = new double[MEMORY][size];
        this.changes = new double[MEMORY][size];
        this.gradient = new double[size];
        this.nextGradient = new double[size];
        this.next = new double[size];
        this.direction = new double[size];
        this.resting = new boolean[size];
    }

    /**
     * Goes downhill from a point.
     *
     * @param point where it begins, and then where it ends; clamped into the box
     * @param longest of the first step, in any coordinate
     * @param tolerance it ends when a step gains less
     * @return the value there; infinite if it is not finite at the beginning
     */
    double minimize(Function function, double[] point, int iterations, double longest, double tolerance) {
        for (int i = 0; i < size; i++) {
            point[i] = Math.clamp(point[i], low[i], high[i]);
        }
        value = function.at(point, gradient);
        if (!Double.isFinite(value)) {
            return Double.POSITIVE_INFINITY;
        }
        int kept = 0;
        int newest = 0;
        for (int iteration = 0; iteration < iterations; iteration++) {
            double largest = 0;
            for (int i = 0; i < size; i++) {
                resting[i] = (point[i] <= low[i] && gradient[i] > 0) || (point[i] >= high[i] && gradient[i] < 0);
                largest = resting[i] ? largest : Math.max(largest, Math.abs(gradient[i]));
            }
            if (largest == 0) {
                break;
            }
            aim(kept, newest);
            double descent = descent();
            if (descent >= 0 || kept == 0) {
                kept = 0;
                for (int i = 0; i < size; i++) {
                    direction[i] = resting[i] ? 0 : -gradient[i] * longest / largest;
                }
            }
            double stepped = search(function, point);
            if (Double.isNaN(stepped)) {
                if (kept == 0) {
                    break;
                }
                kept = 0;
                continue;
            }
            double gain = value - stepped;
            value = stepped;
            int slot = (newest + 1) % MEMORY;
            double product = 0;
            double square = 0;
            for (int i = 0; i < size; i++) {
                steps[slot][i] = next[i] - point[i];
                changes[slot][i] = nextGradient[i] - gradient[i];
                product += steps[slot][i] * changes[slot][i];
                square += changes[slot][i] * changes[slot][i];
                point[i] = next[i];
                gradient[i] = nextGradient[i];
            }
            if (product > 1e-10 * square) {
                curvatures[slot] = product;
                newest = slot;
                kept = Math.min(kept + 1, MEMORY);
            }
            if (gain < tolerance) {
                break;
            }
        }
        return value;
    }

    private double descent() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += direction[i] * gradient[i];
        }
        return sum;
    }

    /** The two loops over what was kept, in the coordinates that do not rest. */
    private void aim(int kept, int newest) {
        for (int i = 0; i < size; i++) {
            direction[i] = resting[i] ? 0 : -gradient[i];
        }
        if (kept == 0) {
            return;
        }
        for (int k = 0; k < kept; k++) {
            int slot = (newest - k + MEMORY) % MEMORY;
            factors[slot] = dot(steps[slot]) / curvatures[slot];
            for (int i = 0; i < size; i++) {
                direction[i] -= factors[slot] * changes[slot][i];
            }
        }
        double square = 0;
        for (int i = 0; i < size; i++) {
            square += changes[newest][i] * changes[newest][i];
        }
        double scale = curvatures[newest] / square;
        for (int i = 0; i < size; i++) {
            direction[i] *= scale;
        }
        for (int k = kept - 1; k >= 0; k--) {
            int slot = (newest - k + MEMORY) % MEMORY;
            double factor = factors[slot] - dot(changes[slot]) / curvatures[slot];
            for (int i = 0; i < size; i++) {
                direction[i] += factor * steps[slot][i];
            }
        }
        for (int i = 0; i < size; i++) {
            if (resting[i]) {
                direction[i] = 0;
            }
        }
    }

    private double dot(double[] other) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += direction[i] * other[i];
        }
        return sum;
    }

    /** The value at the first point along the bent direction that descends enough, now in next; NaN if there is none. */
    private double search(Function function, double[] point) {
        double length = 1;
        for (int halving = 0; halving < HALVINGS; halving++) {
            double expected = 0;
            for (int i = 0; i < size; i++) {
                next[i] = Math.clamp(point[i] + length * direction[i], low[i], high[i]);
                expected += gradient[i] * (next[i] - point[i]);
            }
            if (expected < 0) {
                double at = function.at(next, nextGradient);
                if (Double.isFinite(at) && at <= value + ARMIJO * expected) {
                    return at;
                }
            }
            length /= halving < 3 ? 2 : 4;
        }
        return Double.NaN;
    }
}
