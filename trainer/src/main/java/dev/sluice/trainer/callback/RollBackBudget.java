package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import dev.sluice.trainer.option.Options;

/** How often a callback may still have training go back to the best checkpoint, and what that does to the rate. */
final class RollBackBudget {
    private final int most;
    private final double rateFactor;
    private int spent;

    /**
     * A budget.
     *
     * @param most roll-backs after which training ends, >= 0
     * @param rateFactor what each multiplies the learning rate with, (0, 1]
     */
    RollBackBudget(int most, double rateFactor) {
        this.most = most;
        this.rateFactor = rateFactor;
    }

    static OptionSpec rateFactorOption() {
        return OptionSpec.real(
                "rateFactor", "What a roll-back multiplies the learning rate with.", 0.5, new Range(0, true, 1, false));
    }

    static OptionSpec mostOption() {
        return OptionSpec.whole("maxRollBacks", "Roll-backs after which training ends.", 3, Range.atLeast(0));
    }

    static RollBackBudget of(Options options) {
        return new RollBackBudget(options.whole("maxRollBacks"), options.real("rateFactor"));
    }

    /** Has training go back, or end if that was done often enough. */
    void spend(String reason, TrainingControl control) {
        if (spent >= most) {
            control.stop(new StopReason.EarlyStopped(
                    spent == 0 ? reason : reason + ", after " + spent + (spent == 1 ? " roll-back" : " roll-backs")));
        } else {
            spent++;
            control.rollBack(reason);
            control.scaleLearningRate(rateFactor);
        }
    }

    int spent() {
        return spent;
    }

    void restore(long spent) {
        this.spent = (int) spent;
    }
}
