package dev.sluice.trainer.optimizer;

/** Which optimizer moves the weights, and its constants; the learning rate comes with each step. */
public sealed interface OptimizerSpec {
    /**
     * Adam (Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1). The bias correction of the
     * second moment is taken into the step size (end of section 2 there), so epsilon stands outside of it.
     *
     * @param beta1 decay of the first moment, [0, 1)
     * @param beta2 decay of the second moment, [0, 1)
     * @param epsilon added to the root of the second moment, > 0
     */
    record Adam(float beta1, float beta2, float epsilon) implements OptimizerSpec {
        /** Checks the ranges. */
        public Adam {
            share("beta1", beta1);
            share("beta2", beta2);
            if (!(epsilon > 0)) {
                throw new IllegalArgumentException("epsilon must be > 0, was " + epsilon);
            }
        }

        /** The constants of the paper: 0.9, 0.999, 1e-8. */
        public static Adam standard() {
            return new Adam(0.9f, 0.999f, 1e-8f);
        }
    }

    /**
     * Stochastic gradient descent with momentum: {@code v = momentum * v + rate * gradient; w = w - v}.
     *
     * @param momentum [0, 1)
     */
    record Sgd(float momentum) implements OptimizerSpec {
        /** Checks the range. */
        public Sgd {
            share("momentum", momentum);
        }
    }

    private static void share(String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1), was " + value);
        }
    }
}
