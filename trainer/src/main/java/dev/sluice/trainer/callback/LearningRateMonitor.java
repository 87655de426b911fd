package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the learning rate: asks for logs, which hold it, every so many steps, and puts its mean over the epoch's steps
 * ({@code learning_rate_mean}) into the epoch's result, where {@code learning_rate} is that of the last step.
 */
public final class LearningRateMonitor implements Callback {
    private final String name;
    private final int everySteps;
    private double sum;
    private long steps;

    /**
     * A monitor.
     *
     * @param name the callback's name
     * @param everySteps steps between the logs, >= 1
     */
    public LearningRateMonitor(String name, int everySteps) {
        if (everySteps < 1) {
            throw new IllegalArgumentException("everySteps must be >= 1, was " + everySteps);
        }
        this.name = name;
        this.everySteps = everySteps;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "learning-rate",
                "Logs the learning rate every few steps, and its mean in each epoch's result: learning_rate_mean.",
                List.of(OptionSpec.whole("everySteps", "Steps between the logs.", 10, Range.closed(1, 1_000_000_000))),
                (name, options, setting) -> new LearningRateMonitor(name, options.whole("everySteps")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
        sum += step.learningRate();
        steps++;
    }

    @Override
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        if (progress.globalStep() % everySteps == 0) {
            control.log();
        }
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        if (result.atEpochEnd()) {
            if (steps > 0) {
                control.addToEpoch("learning_rate_mean", sum / steps);
            }
            sum = 0;
            steps = 0;
        }
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("sum", StateTree.ofDouble(sum));
        state.put("steps", steps);
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        sum = StateTree.toDouble(state.get("sum"));
        steps = StateTree.toLong(state.get("steps"));
    }
}
