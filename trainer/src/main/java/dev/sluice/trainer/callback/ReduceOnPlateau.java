package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lowers the learning rate once a metric has not got better for a number of epochs. An epoch in which the metric is NaN
 * or was not measured is one without progress. Beneath the lowest factor nothing is changed any more.
 */
public final class ReduceOnPlateau implements Callback {
    private final String name;
    private final Monitor monitor;
    private final double factor;
    private final int patience;
    private final int coolDown;
    private final double lowest;
    private double best = Double.NaN;
    private int waited;
    private int cooling;
    private double reached = 1;

    /**
     * A lowering of the rate.
     *
     * @param name the callback's name
     * @param factor what the rate is multiplied with, (0, 1)
     * @param patience epochs without progress before that, >= 1
     * @param coolDown epochs after it that do not count, >= 0
     * @param lowest the rate is never brought beneath this share of the first one, [0, 1]
     */
    ReduceOnPlateau(String name, Monitor monitor, double factor, int patience, int coolDown, double lowest) {
        this.name = name;
        this.monitor = monitor;
        this.factor = factor;
        this.patience = patience;
        this.coolDown = coolDown;
        this.lowest = lowest;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "reduce-on-plateau",
                "Lowers the learning rate once a metric has not got better for a number of epochs.",
                Monitor.options(
                        OptionSpec.real(
                                "factor",
                                "What the learning rate is multiplied with.",
                                0.1,
                                new Range(0, true, 1, true)),
                        OptionSpec.whole(
                                "patience", "Epochs without progress before the rate is lowered.", 3, Range.atLeast(1)),
                        OptionSpec.whole("coolDown", "Epochs after a lowering that do not count.", 0, Range.atLeast(0)),
                        OptionSpec.real(
                                "lowest",
                                "The share of the first learning rate beneath which it is not brought.",
                                1e-4,
                                Range.closed(0, 1))),
                (name, options, setting) -> new ReduceOnPlateau(
                        name,
                        Monitor.of(name, options, setting),
                        options.real("factor"),
                        options.whole("patience"),
                        options.whole("coolDown"),
                        options.real("lowest")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        double value = result.metric(monitor.metric()).orElse(Double.NaN);
        if (monitor.isProgress(value, best)) {
            best = value;
            waited = 0;
        } else if (cooling == 0) {
            waited++;
        }
        cooling = Math.max(0, cooling - 1);
        if (waited >= patience) {
            waited = 0;
            cooling = coolDown;
            double next = Math.max(reached * factor, lowest);
            if (next < reached) {
                control.scaleLearningRate(next / reached);
                reached = next;
            }
        }
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("best", StateTree.ofDouble(best));
        state.put("waited", waited);
        state.put("cooling", cooling);
        state.put("reached", StateTree.ofDouble(reached));
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        best = StateTree.toDouble(state.get("best"));
        waited = (int) StateTree.toLong(state.get("waited"));
        cooling = (int) StateTree.toLong(state.get("cooling"));
        reached = StateTree.toDouble(state.get("reached"));
    }
}
