package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Watches the loss from log to log: one that is many deviations above the usual, or that rises several times in a row,
 * is told to people, or training goes back to the best checkpoint, or ends. The usual loss and its deviation are running
 * means over some twenty logs; nothing is unusual before there were ten.
 */
public final class LossAlarm implements Callback {
    private static final double MEMORY = 0.95;
    private static final int WARM_UP = 10;
    private static final double LEAST_DEVIATION = 1e-3; // of the mean: a loss that stands still must not alarm

    private final String name;
    private final int everySteps;
    private final double spike;
    private final int rising;
    private final Remedy remedy;
    private final RollBackBudget rollBacks;
    private double sum;
    private long steps;
    private long seen;
    private double mean;
    private double variance;
    private long logs;
    private double last = Double.NaN;
    private int risen;

    /**
     * An alarm.
     *
     * @param name the callback's name
     * @param everySteps steps between the logs that it wants, >= 1
     * @param spike deviations above the mean at which the loss is a spike, > 0; infinite: never
     * @param rising rises in a row, >= 1; 0: any number
     * @param remedy ALERT, ROLL_BACK or STOP
     */
    LossAlarm(String name, int everySteps, double spike, int rising, Remedy remedy, RollBackBudget rollBacks) {
        this.name = name;
        this.everySteps = everySteps;
        this.spike = spike;
        this.rising = rising;
        this.remedy = remedy;
        this.rollBacks = rollBacks;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "loss-alarm",
                "Says so, rolls back or stops when the training loss jumps, or rises several logs in a row.",
                List.of(
                        OptionSpec.whole(
                                "everySteps",
                                "Steps between the logs that are compared, each with the mean loss since the last.",
                                10,
                                Range.closed(1, 1_000_000_000)),
                        OptionSpec.real(
                                "spike",
                                "Deviations above the usual loss at which it has jumped; 0: it never has.",
                                6,
                                Range.atLeast(0)),
                        OptionSpec.whole(
                                "rising",
                                "Rises of the loss in a row that are too many; 0: none are.",
                                5,
                                Range.atLeast(0)),
                        Remedy.option(Remedy.ALERT, Remedy.ROLL_BACK, Remedy.STOP),
                        RollBackBudget.mostOption(),
                        RollBackBudget.rateFactorOption()),
                (name, options, setting) -> new LossAlarm(
                        name,
                        options.whole("everySteps"),
                        options.real("spike") == 0 ? Double.POSITIVE_INFINITY : options.real("spike"),
                        options.whole("rising"),
                        Remedy.of(options.text("action")),
                        RollBackBudget.of(options)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int logEverySteps() {
        return everySteps;
    }

    @Override
    public boolean mayRollBack() {
        return remedy == Remedy.ROLL_BACK;
    }

    @Override
    public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
        OptionalDouble logged = entry.value("loss");
        if (logged.isPresent() && Double.isFinite(logged.getAsDouble())) { // else it is for the divergence guard
            sum += logged.getAsDouble() * (entry.step() - seen);
            steps += entry.step() - seen;
        }
        seen = entry.step();
        if (entry.step() % everySteps == 0 && steps > 0) { // others may want logs in between
            double loss = sum / steps;
            sum = 0;
            steps = 0;
            judge(loss, entry, control);
        }
    }

    private void judge(double loss, LogEntry entry, TrainingControl control) {
        double deviation = Math.max(Math.sqrt(variance), Math.abs(mean) * LEAST_DEVIATION);
        boolean isSpike = logs >= WARM_UP && loss > mean + spike * deviation;
        risen = loss > last ? risen + 1 : 0;
        last = loss;
        if (isSpike) {
            act("the loss jumped to " + loss + " from a usual " + mean + " ± " + deviation, entry, control);
        }
        // a spike counts for no more than the limit: it says little of what is usual, unless it lasts
        double difference = (isSpike ? mean + spike * deviation : loss) - mean;
        logs++;
        double weight = Math.max(1 - MEMORY, 1.0 / logs);
        mean += weight * difference;
        variance = (1 - weight) * (variance + weight * difference * difference);
        if (rising > 0 && risen >= rising) {
            int times = risen;
            risen = 0;
            act("the loss rose " + times + " logs in a row, to " + loss, entry, control);
        }
    }

    private void act(String what, LogEntry entry, TrainingControl control) {
        String reason = what + " (step " + entry.step() + ")";
        control.alert(new Alert(name, reason));
        if (remedy == Remedy.STOP) {
            control.stop(new StopReason.EarlyStopped(reason));
        } else if (remedy == Remedy.ROLL_BACK) {
            rollBacks.spend(reason, control);
        }
    }

    @Override
    public Map<String, Object> saveState() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("sum", StateTree.ofDouble(sum));
        state.put("steps", steps);
        state.put("seen", seen);
        state.put("mean", StateTree.ofDouble(mean));
        state.put("variance", StateTree.ofDouble(variance));
        state.put("logs", logs);
        state.put("last", StateTree.ofDouble(last));
        state.put("risen", risen);
        state.put("rollBacks", rollBacks.spent());
        return state;
    }

    @Override
    public void restoreState(Map<String, Object> state) {
        sum = StateTree.toDouble(state.get("sum"));
        steps = StateTree.toLong(state.get("steps"));
        seen = StateTree.toLong(state.get("seen"));
        mean = StateTree.toDouble(state.get("mean"));
        variance = StateTree.toDouble(state.get("variance"));
        logs = StateTree.toLong(state.get("logs"));
        last = StateTree.toDouble(state.get("last"));
        risen = (int) StateTree.toLong(state.get("risen"));
        rollBacks.restore(StateTree.toLong(state.get("rollBacks")));
    }
}
