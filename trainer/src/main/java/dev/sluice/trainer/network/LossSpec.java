package dev.sluice.trainer.network;

/**
 * How far a network's outputs are from what they should be, averaged over the rows of a batch. As PyTorch's loss of that
 * kind computes it.
 */
public sealed interface LossSpec {
    /**
     * Cross-entropy of softmax over the outputs, one for each class, against the class of each row.
     *
     * @param labelSmoothing share of the target that is spread evenly over all classes, [0, 1) (Szegedy and others,
     *     "Rethinking the Inception Architecture for Computer Vision", 2016, section 7)
     */
    record CrossEntropy(double labelSmoothing) implements LossSpec {
        /** Checks the range. */
        public CrossEntropy {
            if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
                throw new IllegalArgumentException("labelSmoothing must be in [0, 1), was " + labelSmoothing);
            }
        }
    }

    /** Mean of the squared differences, over all outputs of all rows. */
    record MeanSquared() implements LossSpec {}

    /** Mean of the absolute differences, over all outputs of all rows; where there is none its gradient is zero. */
    record MeanAbsolute() implements LossSpec {}

    /**
     * Cross-entropy of the logistic function of each output against its target, in [0, 1]: the mean over all outputs of
     * all rows, each of which says yes or no by itself.
     */
    record BinaryCrossEntropy() implements LossSpec {}

    /**
     * Mean over all outputs of all rows of {@code d^2 / 2} for differences d up to {@code delta} and of
     * {@code delta * (|d| - delta / 2)} beyond (Huber, "Robust Estimation of a Location Parameter", 1964).
     *
     * @param delta > 0
     */
    record Huber(double delta) implements LossSpec {
        /** Checks the range. */
        public Huber {
            if (!(delta > 0)) {
                throw new IllegalArgumentException("delta must be > 0, was " + delta);
            }
        }
    }
}
