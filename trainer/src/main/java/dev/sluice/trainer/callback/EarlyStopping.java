package dev.sluice.trainer.callback;

import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Ends training, says so, or goes back to the best checkpoint once a metric has not got better for a number of looks at
 * it. A look at which the metric is NaN or was not measured is one without progress.
 */
public final class EarlyStopping implements Callback {
    /** When the metric is looked at. */
    public enum At {
        /** At the end of each epoch. */
        EPOCH("epoch", "epochs"),
        /** At each evaluation, those within epochs too. */
        EVALUATE("evaluate", "evaluations"),
        /** Whenever a checkpoint has been saved. */
        SAVE("save", "checkpoints");

        private final String word;
        private final String plural;

        At(String word, String plural) {
            this.word = word;
            this.plural = plural;
        }
    }

    private final String name;
    private final Monitor monitor;
    private final int patience;
    private final At at;
    private final Remedy remedy;
    private final RollBackBudget rollBacks;
    private double best = Double.NaN;
    private long bestAt;
    private long looks;
    private int waited;
    private @Nullable Double unjudged; // the epoch's value until its checkpoint is saved
    private @Nullable TrainingControl control;

    /**
     * Early stopping by one metric at the end of each epoch.
     *
     * @param name the callback's name
     * @param monitor the metric
     * @param mode which way it gets better
     * @param patience epochs without progress after which training ends, >= 1
     * @param minDelta by how much a value must beat the best one to count, >= 0, in the metric's unit
     */
    public EarlyStopping(String name, String monitor, Mode mode, int patience, double minDelta) {
        this(name, new Monitor(monitor, mode, minDelta), patience, At.EPOCH, Remedy.STOP, new RollBackBudget(0, 1));
    }

    EarlyStopping(String name, Monitor monitor, int patience, At at, Remedy remedy, RollBackBudget rollBacks) {
        if (patience < 1) {
            throw new IllegalArgumentException("patience must be >= 1, was " + patience);
        }
        this.name = name;
        this.monitor = monitor;
        this.patience = patience;
        this.at = at;
        this.remedy = remedy;
        this.rollBacks = rollBacks;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "early-stopping",
                "Ends training, or does something else, once a metric has not got better for a number of epochs.",
                Monitor.options(
                        OptionSpec.whole(
                                "patience",
                                "Epochs (evaluations, checkpoints) without progress after which something is done.",
                                5,
                                Range.atLeast(1)),
                        OptionSpec.choice(
                                "at",
                                "When the metric is looked at: at the end of each epoch, at each evaluation, or when a"
                                        + " checkpoint was saved.",
                                At.EPOCH.word,
                                List.of(At.EPOCH.word, At.EVALUATE.word, At.SAVE.word)),
                        Remedy.option(Remedy.STOP, Remedy.ALERT, Remedy.ROLL_BACK),
                        RollBackBudget.mostOption(),
                        RollBackBudget.rateFactorOption()),
                (name, options, setting) -> new EarlyStopping(
                        name,
                        Monitor.of(name, options, setting),
                        options.whole("patience"),
                        switch (options.text("at")) {
                            case "evaluate" -> At.EVALUATE;
                            case "save" -> At.SAVE;
                            default -> At.EPOCH;
                        },
                        Remedy.of(options.text("action")),
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
    public boolean mayHearOfCheckpointsLater() {
        return at != At.SAVE;
    }

    @Override
    public void trainBegin(TrainingProgress progress, TrainingControl control) {
        this.control = control;
        judgeSaved(control); // the checkpoint that we go on from was saved before it could be judged
    }

    @Override
    public void epochBegin(TrainingProgress progress, TrainingControl control) {
        unjudged = null; // the last epoch was not saved: what an end within this one saves is no look at it
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        OptionalDouble value = result.metric(monitor.metric());
        if (at == At.EVALUATE && (value.isPresent() || result.atEpochEnd())) {
            judge(value.orElse(Double.NaN), control);
        }
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        this.control = control;
        double value = result.metric(monitor.metric()).orElse(Double.NaN);
        if (at == At.EPOCH) {
            judge(value, control);
        } else if (at == At.SAVE) {
            unjudged = value;
        }
    }

    @Override
    public void checkpointSaved(Checkpoint checkpoint) {
        if (control != null) {
            judgeSaved(control);
        }
    }

    private void judgeSaved(TrainingControl control) {
        Double value = unjudged;
        if (value != null) {
            unjudged = null;
            judge(value, control);
        }
    }

    private void judge(double value, TrainingControl control) {
        looks++;
        if (monitor.isProgress(value, best)) {
            best = value;
            bestAt = looks;
            waited = 0;
            return;
        }
        waited++;
        if (waited < patience) {
            return;
        }
        String reason = Double.isNaN(best)
                ? monitor.metric() + " has had no value for " + waited + " " + at.plural
                : monitor.metric() + " has not got better than " + best + " ("
                        + at.plural.substring(0, at.plural.length() - 1)
                        + " " + bestAt + ") for " + waited + " " + at.plural;
        switch (remedy) {
            case STOP, SKIP -> control.stop(new StopReason.EarlyStopped(reason));
            case ALERT -> {
                control.alert(new Alert(name, reason));
                waited = 0;
            }
            case ROLL_BACK -> {
                rollBacks.spend(reason, control);
                waited = 0;
            }
        }
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        if (!Double.isNaN(best)) {
            state.put("best", StateTree.ofDouble(best));
        }
        state.put("bestEpoch", bestAt);
        state.put("looks", looks);
        state.put("waited", waited);
        state.put("rollBacks", rollBacks.spent());
        if (unjudged != null) {
            state.put("unjudged", StateTree.ofDouble(unjudged));
        }
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        best = state.containsKey("best") ? StateTree.toDouble(state.get("best")) : Double.NaN;
        bestAt = StateTree.toLong(state.get("bestEpoch"));
        looks = StateTree.toLong(state.getOrDefault("looks", bestAt));
        waited = (int) StateTree.toLong(state.get("waited"));
        rollBacks.restore(StateTree.toLong(state.getOrDefault("rollBacks", 0)));
        unjudged = state.containsKey("unjudged") ? (Double) StateTree.toDouble(state.get("unjudged")) : null;
    }
}
