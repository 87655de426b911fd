package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.List;

/** Asks for a look at the validation part at steps within an epoch, whose values are logged. */
public final class Evaluation implements Callback {
    private final String name;
    private final int everySteps;

    /**
     * A wish for evaluations.
     *
     * @param name the callback's name
     * @param everySteps steps between them, >= 1
     */
    public Evaluation(String name, int everySteps) {
        if (everySteps < 1) {
            throw new IllegalArgumentException("everySteps must be >= 1, was " + everySteps);
        }
        this.name = name;
        this.everySteps = everySteps;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "evaluation",
                "Evaluates within epochs too; those values are logged, but not reported to the search.",
                List.of(OptionSpec.whole(
                        "everySteps", "Steps between evaluations.", 100, Range.closed(1, 1_000_000_000))),
                (name, options, setting) -> new Evaluation(name, options.whole("everySteps")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        if (progress.globalStep() % everySteps == 0) {
            control.evaluate();
        }
    }
}
