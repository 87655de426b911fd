package dev.sluice.trainer.optimizer;

/**
 * Which optimizer moves the weights, and its constants; the learning rate comes with each step. Each steps as PyTorch's
 * optimizer of that name does, to rounding.
 */
public sealed interface OptimizerSpec {
    /** Pulls weights towards zero; to which arrays it applies is said where the optimizer is made. >= 0. */
    double weightDecay();

    /**
     * Stochastic gradient descent: {@code v = momentum * v + g; w = w - rate * v}, where g is the gradient plus
     * {@code weightDecay * w}. With Nesterov's momentum {@code w = w - rate * (g + momentum * v)}, with v as it has just
     * become (Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning",
     * 2013, in the form that PyTorch gives it).
     *
     * @param momentum [0, 1)
     * @param nesterov looks ahead by the momentum; needs one
     * @param weightDecay >= 0
     */
    record Sgd(double momentum, boolean nesterov, double weightDecay) implements OptimizerSpec {
        /** Checks the ranges. */
        public Sgd {
            share("momentum", momentum);
            decay(weightDecay);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("nesterov needs a momentum > 0, was 0");
            }
        }

        /** Momentum in its classical form, without decay. */
        public Sgd(double momentum) {
            this(momentum, false, 0);
        }
    }

    /**
     * Adam (Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1); weight decay is added to the
     * gradient, and so is scaled with it.
     *
     * @param beta1 decay of the first moment, [0, 1)
     * @param beta2 decay of the second moment, [0, 1)
     * @param epsilon added to the root of the corrected second moment, > 0
     * @param weightDecay >= 0
     */
    record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements OptimizerSpec {
        /** Checks the ranges. */
        public Adam {
            share("beta1", beta1);
            share("beta2", beta2);
            positive("epsilon", epsilon);
            decay(weightDecay);
        }

        /** The constants of the paper, 0.9, 0.999, 1e-8, without decay. */
        public static Adam standard() {
            return new Adam(0.9, 0.999, 1e-8, 0);
        }
    }

    /**
     * Adam with decoupled weight decay: before Adam's step, {@code w = w - rate * weightDecay * w} (Loshchilov, Hutter,
     * "Decoupled Weight Decay Regularization", 2019, algorithm 2).
     *
     * @param beta1 decay of the first moment, [0, 1)
     * @param beta2 decay of the second moment, [0, 1)
     * @param epsilon added to the root of the corrected second moment, > 0
     * @param weightDecay >= 0
     */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay) implements OptimizerSpec {
        /** Checks the ranges. */
        public AdamW {
            share("beta1", beta1);
            share("beta2", beta2);
            positive("epsilon", epsilon);
            decay(weightDecay);
        }
    }

    /**
     * RMSProp (Tieleman, Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012): divides the gradient by the
     * root of a running mean of its square. Centred, by that of its variance (Graves, "Generating Sequences With
     * Recurrent Neural Networks", 2013, equations 38 to 45; there epsilon stands under the root, here outside of it).
     *
     * @param smoothing share of the running means that stays at a step, [0, 1)
     * @param epsilon added to the root, > 0
     * @param momentum of the divided gradients, [0, 1)
     * @param centred divides by the deviation
     * @param weightDecay added to the gradient times the weight, >= 0
     */
    record RmsProp(double smoothing, double epsilon, double momentum, boolean centred, double weightDecay)
            implements OptimizerSpec {
        /** Checks the ranges. */
        public RmsProp {
            share("smoothing", smoothing);
            positive("epsilon", epsilon);
            share("momentum", momentum);
            decay(weightDecay);
        }
    }

    /**
     * Adagrad (Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
     * 2011, with a diagonal matrix): divides the gradient by the root of the sum of all its squares so far.
     *
     * @param rateDecay the rate of step t is divided by {@code 1 + (t - 1) * rateDecay}; >= 0
     * @param epsilon added to the root, > 0
     * @param weightDecay added to the gradient times the weight, >= 0
     */
    record Adagrad(double rateDecay, double epsilon, double weightDecay) implements OptimizerSpec {
        /** Checks the ranges. */
        public Adagrad {
            if (!(rateDecay >= 0)) {
                throw new IllegalArgumentException("rateDecay must be >= 0, was " + rateDecay);
            }
            positive("epsilon", epsilon);
            decay(weightDecay);
        }
    }

    private static void share(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1), was " + value);
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(name + " must be > 0, was " + value);
        }
    }

    private static void decay(double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException("weightDecay must be >= 0, was " + value);
        }
    }
}
