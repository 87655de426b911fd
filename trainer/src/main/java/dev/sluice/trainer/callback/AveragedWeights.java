package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.List;

/**
 * Keeps an exponential running average of the weights, which is evaluated and packaged in place of the trained ones. In
 * the first steps the average forgets faster, {@code (1 + t) / (10 + t)}, so that the weights' first values do not
 * linger (the warm-up of TensorFlow's {@code ExponentialMovingAverage}). The average itself is part of checkpoints.
 */
public final class AveragedWeights implements Callback {
    private final String name;
    private final double decay;
    private final long firstStep;

    /**
     * An average of weights.
     *
     * @param name the callback's name
     * @param decay how much of the average stays with each step that this callback is told of, [0, 1)
     * @param firstStep the step after which averaging begins, >= 1
     */
    public AveragedWeights(String name, double decay, long firstStep) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("decay must be in [0, 1), was " + decay);
        }
        if (firstStep < 1) {
            throw new IllegalArgumentException("firstStep must be >= 1, was " + firstStep);
        }
        this.name = name;
        this.decay = decay;
        this.firstStep = firstStep;
    }

    static CallbackType type() {
        return DeclaredType.ofSomeSteps(
                "weight-average",
                "Keeps a running average of the weights, which is evaluated and packaged in their place.",
                List.of(
                        OptionSpec.real(
                                "decay",
                                "How much of the average stays with each update.",
                                0.999,
                                Range.halfOpen(0, 1)),
                        OptionSpec.whole("firstStep", "The step after which averaging begins.", 1, Range.atLeast(1))),
                (name, options, setting) ->
                        new AveragedWeights(name, options.real("decay"), options.whole("firstStep")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void trainBegin(TrainingProgress progress, TrainingControl control) {
        control.judgeAverage();
    }

    @Override
    public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
        if (step.number() >= firstStep) {
            double taken = step.number() - firstStep;
            control.averageWeights(Math.min(decay, (1 + taken) / (10 + taken)));
        }
    }
}
