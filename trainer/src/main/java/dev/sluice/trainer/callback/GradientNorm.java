package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the norm of the gradients, and brings it down where it is too large (Pascanu, Mikolov, Bengio, "On the
 * difficulty of training recurrent neural networks", 2013, algorithm 1): all gradients are multiplied with
 * {@code maxNorm / norm}. An epoch's result gets {@code grad_norm}, the mean over the steps measured,
 * {@code grad_norm_max} and, with a limit, {@code clipped_share}. Steps whose norm is no finite number are left alone
 * and not counted: they are for {@link DivergenceGuard}.
 */
public final class GradientNorm implements Callback {
    private final String name;
    private final double maxNorm;
    private double sum;
    private double largest;
    private long measured;
    private long clipped;

    /**
     * A measure, or a limit, of gradients.
     *
     * @param name the callback's name
     * @param maxNorm the largest norm let through, > 0; infinite: any
     */
    public GradientNorm(String name, double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new IllegalArgumentException("maxNorm must be > 0, was " + maxNorm);
        }
        this.name = name;
        this.maxNorm = maxNorm;
    }

    static CallbackType type() {
        return DeclaredType.ofSomeSteps(
                "gradient-norm",
                "Measures the norm of the gradients: grad_norm and grad_norm_max in each epoch's result.",
                List.of(),
                (name, options, setting) -> new GradientNorm(name, Double.POSITIVE_INFINITY));
    }

    static CallbackType clippingType() {
        return DeclaredType.of(
                "gradient-clipping",
                "Makes gradients smaller whose norm, all of them together, is above a limit.",
                List.of(OptionSpec.real("maxNorm", "The largest norm let through.", 1, Range.above(0))),
                (name, options, setting) -> new GradientNorm(name, options.real("maxNorm")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void preOptimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
        double norm = step.gradientNorm();
        if (!Double.isFinite(norm)) {
            return;
        }
        measured++;
        sum += norm;
        largest = Math.max(largest, norm);
        if (norm > maxNorm) {
            clipped++;
            control.scaleGradients(maxNorm / norm);
        }
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        if (!result.atEpochEnd()) {
            return;
        }
        if (measured > 0) {
            control.addToEpoch("grad_norm", sum / measured);
            control.addToEpoch("grad_norm_max", largest);
            if (Double.isFinite(maxNorm)) {
                control.addToEpoch("clipped_share", (double) clipped / measured);
            }
        }
        sum = 0;
        largest = 0;
        measured = 0;
        clipped = 0;
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("sum", StateTree.ofDouble(sum));
        state.put("largest", StateTree.ofDouble(largest));
        state.put("measured", measured);
        state.put("clipped", clipped);
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        sum = StateTree.toDouble(state.get("sum"));
        largest = StateTree.toDouble(state.get("largest"));
        measured = StateTree.toLong(state.get("measured"));
        clipped = StateTree.toLong(state.get("clipped"));
    }
}
