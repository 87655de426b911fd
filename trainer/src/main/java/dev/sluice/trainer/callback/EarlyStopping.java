package dev.sluice.trainer.callback;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Ends training once a metric has not got better for a number of epochs. An epoch in which the metric is NaN or was
 * not measured is one without progress.
 */
public final class EarlyStopping implements Callback {
    private final String name;
    private final String monitor;
    private final Mode mode;
    private final int patience;
    private final double minDelta;
    private double best = Double.NaN;
    private int bestEpoch;
    private int waited;

    /**
     * Early stopping by one metric.
     *
     * @param name the callback's name
     * @param monitor the metric
     * @param mode which way it gets better
     * @param patience epochs without progress after which training ends, >= 1
     * @param minDelta by how much a value must beat the best one to count, >= 0, in the metric's unit
     */
    public EarlyStopping(String name, String monitor, Mode mode, int patience, double minDelta) {
        if (patience < 1) {
            throw new IllegalArgumentException("patience must be >= 1, was " + patience);
        }
        if (!(minDelta >= 0)) {
            throw new IllegalArgumentException("minDelta must be >= 0, was " + minDelta);
        }
        this.name = name;
        this.monitor = monitor;
        this.mode = mode;
        this.patience = patience;
        this.minDelta = minDelta;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        OptionalDouble value = result.metric(monitor);
        if (value.isPresent() && mode.isBetter(value.getAsDouble(), best, minDelta)) {
            best = value.getAsDouble();
            bestEpoch = result.epoch();
            waited = 0;
            return;
        }
        waited++;
        if (waited >= patience) {
            control.stop(new StopReason.EarlyStopped(
                    Double.isNaN(best)
                            ? monitor + " has had no value for " + waited + " epochs"
                            : monitor + " has not got better than " + best + " (epoch " + bestEpoch + ") for " + waited
                                    + " epochs"));
        }
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        if (!Double.isNaN(best)) {
            state.put("best", StateTree.ofDouble(best));
        }
        state.put("bestEpoch", bestEpoch);
        state.put("waited", waited);
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        best = state.containsKey("best") ? StateTree.toDouble(state.get("best")) : Double.NaN;
        bestEpoch = (int) StateTree.toLong(state.get("bestEpoch"));
        waited = (int) StateTree.toLong(state.get("waited"));
    }
}
