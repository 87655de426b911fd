package dev.sluice.trainer.callback;

/** A step as callbacks may look at it, while they are told of it. What is not asked for is not measured. */
public interface StepView {
    /** Number of the step over all epochs, from 1. */
    long number();

    /** Mean loss of the step's samples; may be NaN or infinite. Waits for the device. */
    double loss();

    /** Euclidean norm of all gradients together, before any scaling; may be NaN or infinite. Measured once a step. */
    double gradientNorm();

    /** The learning rate of the step, all factors taken in. */
    double learningRate();

    /** Samples in the step's batch. */
    int samples();
}
