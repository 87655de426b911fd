package dev.sluice.trainer.network;

import ai.djl.ndarray.NDArray;

/** Computes a {@link LossSpec} with DJL. Immutable. */
public final class NetLoss {
    private final LossSpec spec;

    /** What a specification says. */
    public NetLoss(LossSpec spec) {
        this.spec = spec;
    }

    /**
     * The loss of a batch, a scalar that gradients flow from. All that is made on the way belongs to the manager of the
     * outputs.
     *
     * @param targets cross-entropy: INT64 classes {@code [N]}; else {@code [N, outputs]} in single precision
     * @param outputs {@code [N, outputs]}
     */
    public NDArray mean(NDArray targets, NDArray outputs) {
        return switch (spec) {
            case LossSpec.CrossEntropy entropy -> {
                NDArray logarithms = outputs.logSoftmax(1);
                NDArray truth = logarithms.gather(targets.expandDims(1), 1).mean();
                float smoothing = (float) entropy.labelSmoothing();
                yield smoothing == 0
                        ? truth.neg()
                        : truth.mul(smoothing - 1).sub(logarithms.mean().mul(smoothing));
            }
            case LossSpec.MeanSquared ignored -> outputs.sub(targets).square().mean();
            case LossSpec.Huber huber -> {
                // with c = min(|d|, delta), both branches are c * (|d| - c / 2): no mask, and no NaN from an unused
                // branch
                NDArray difference = outputs.sub(targets).abs();
                NDArray capped = difference.minimum((float) huber.delta());
                yield capped.mul(difference.sub(capped.mul(0.5f))).mean();
            }
        };
    }
}
