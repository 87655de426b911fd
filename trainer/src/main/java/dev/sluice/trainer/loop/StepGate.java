package dev.sluice.trainer.loop;

/** Looks at a step between its backward pass and the optimizer. */
@FunctionalInterface
public interface StepGate {
    /** Lets every step through as it is. */
    StepGate OPEN = new StepGate() {
        @Override
        public Passage pass(double learningRate) {
            return new Passage(true, 1, learningRate);
        }

        @Override
        public boolean mayRefuse() {
            return false;
        }
    };

    /**
     * What becomes of the step.
     *
     * @param learningRate what the trainer's schedule gives for this step
     */
    Passage pass(double learningRate);

    /** False if it lets every step through: then nothing has to be set aside for undoing one. */
    default boolean mayRefuse() {
        return true;
    }

    /**
     * What becomes of a step.
     *
     * @param isTaken false: the gradients are thrown away; weights and running statistics stay
     * @param gradientFactor what the gradients are multiplied with, > 0
     * @param learningRate what the optimizer uses
     */
    record Passage(boolean isTaken, double gradientFactor, double learningRate) {}
}
