package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps steps whose loss or gradients are no finite numbers, or whose gradients are many times their usual size, from
 * the weights. Such a step is always given up; then training goes on, goes back to the best checkpoint with a lower
 * learning rate, or ends. After too many in a row, or too many roll-backs, training ends. An epoch's result gets
 * {@code skipped_steps} when there were some.
 */
public final class DivergenceGuard implements Callback {
    private static final double MEMORY = 0.98; // of the usual norm: some fifty steps
    private static final int WARM_UP = 20; // steps before a norm counts as usual

    private final String name;
    private final Remedy remedy;
    private final boolean looksAtGradients;
    private final double explosion;
    private final int mostInARow;
    private final RollBackBudget rollBacks;
    private double usualNorm;
    private long norms;
    private int inARow;
    private long skippedInEpoch;

    /**
     * A guard.
     *
     * @param name the callback's name
     * @param remedy what is done, beside giving up the step: SKIP (nothing), ROLL_BACK or STOP
     * @param looksAtGradients true if gradients are looked at, not the loss alone
     * @param explosion how many times its usual size a norm may have; infinite: any. Only where gradients are looked at
     * @param mostInARow after so many bad steps in a row training ends, >= 1
     */
    DivergenceGuard(
            String name,
            Remedy remedy,
            boolean looksAtGradients,
            double explosion,
            int mostInARow,
            RollBackBudget rollBacks) {
        this.name = name;
        this.remedy = remedy;
        this.looksAtGradients = looksAtGradients;
        this.explosion = explosion;
        this.mostInARow = mostInARow;
        this.rollBacks = rollBacks;
    }

    static CallbackType type() {
        return DeclaredType.ofSomeSteps(
                "divergence-guard",
                "Gives up steps whose loss or gradients are NaN, infinite or far too large, and may roll back or stop.",
                List.of(
                        Remedy.option(Remedy.SKIP, Remedy.ROLL_BACK, Remedy.STOP),
                        OptionSpec.truth(
                                "gradients", "Whether gradients are looked at too, and not the loss alone.", true),
                        OptionSpec.real(
                                "explosion",
                                "A norm of the gradients that is so many times the usual one is too large; 0: none is.",
                                0,
                                Range.atLeast(0)),
                        OptionSpec.whole(
                                "maxInARow", "Bad steps in a row after which training ends.", 20, Range.atLeast(1)),
                        RollBackBudget.mostOption(),
                        RollBackBudget.rateFactorOption()),
                (name, options, setting) -> new DivergenceGuard(
                        name,
                        Remedy.of(options.text("action")),
                        options.truth("gradients"),
                        options.real("explosion") == 0 ? Double.POSITIVE_INFINITY : options.real("explosion"),
                        options.whole("maxInARow"),
                        RollBackBudget.of(options)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean mayRollBack() {
        return remedy == Remedy.ROLL_BACK;
    }

    @Override
    public void backwardEnd(StepView step, TrainingProgress progress, TrainingControl control) {
        String trouble = trouble(step);
        if (trouble.isEmpty()) {
            inARow = 0;
            return;
        }
        control.skipStep();
        skippedInEpoch++;
        inARow++;
        String reason = trouble + " at step " + step.number();
        if (inARow == 1 || remedy != Remedy.SKIP) {
            control.alert(new Alert(name, reason));
        }
        if (remedy == Remedy.STOP) {
            control.stop(new StopReason.EarlyStopped(reason));
        } else if (inARow >= mostInARow) {
            control.stop(new StopReason.EarlyStopped(reason + ", " + inARow + " in a row"));
        } else if (remedy == Remedy.ROLL_BACK) {
            rollBacks.spend(reason, control);
        }
    }

    /** What is wrong with a step; empty if nothing is. */
    private String trouble(StepView step) {
        double loss = step.loss();
        if (!Double.isFinite(loss)) {
            return "the loss is " + loss;
        }
        if (!looksAtGradients) {
            return "";
        }
        double norm = step.gradientNorm();
        if (!Double.isFinite(norm)) {
            return "the gradients' norm is " + norm;
        }
        if (norms >= WARM_UP && norm > explosion * usualNorm) {
            return "the gradients' norm " + norm + " is more than " + explosion + " times the usual " + usualNorm;
        }
        norms++;
        double weight = Math.max(1 - MEMORY, 1.0 / norms);
        usualNorm += weight * (norm - usualNorm);
        return "";
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        if (result.atEpochEnd()) {
            if (skippedInEpoch > 0) {
                control.addToEpoch("skipped_steps", (double) skippedInEpoch);
            }
            skippedInEpoch = 0;
        }
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("usualNorm", StateTree.ofDouble(usualNorm));
        state.put("norms", norms);
        state.put("inARow", inARow);
        state.put("rollBacks", rollBacks.spent());
        state.put("skippedInEpoch", skippedInEpoch);
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        usualNorm = StateTree.toDouble(state.get("usualNorm"));
        norms = StateTree.toLong(state.get("norms"));
        inARow = (int) StateTree.toLong(state.get("inARow"));
        rollBacks.restore(StateTree.toLong(state.get("rollBacks")));
        skippedInEpoch = StateTree.toLong(state.get("skippedInEpoch"));
    }
}
