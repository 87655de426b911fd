package dev.sluice.trainer.loop;

/** Looks at a step between its backward pass and the optimizer. */
@FunctionalInterface
public interface StepGate {
    /** Lets every step through as it is. */
    StepGate OPEN = rate -> new Passage(true, 1, rate);

    /**
     * What becomes of the step.
     *
     * @param learningRate what the trainer's schedule gives for this step
     */
    Passage pass(double learningRate);

    /**
     * What becomes of a step.
     *
     * @param isTaken false: the gradients are thrown away and the weights stay
     * @param gradientFactor what the gradients are multiplied with, > 0
     * @param learningRate what the optimizer uses
     */
    record Passage(boolean isTaken, double gradientFactor, double learningRate) {}
}
