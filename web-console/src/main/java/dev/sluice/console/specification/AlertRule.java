package dev.sluice.console.specification;

import java.time.Duration;
import java.util.List;

/**
 * When a running trial is worth a person's attention. Each rule speaks at most once an attempt. An alert changes nothing: who wants a trial
 * stopped has the pruner do it, or {@code threshold}.
 */
public sealed interface AlertRule {
    /** What a sweep file without {@code alerts} means. */
    List<AlertRule> DEFAULT = List.of(new NotANumber());

    /** How the sweep file calls it. */
    String type();

    /** A reported value is NaN or infinite. */
    record NotANumber() implements AlertRule {
        @Override
        public String type() {
            return "nan";
        }
    }

    /**
     * A metric, the smaller the better, that got larger several reports in a row.
     *
     * @param reports how many times in a row it must have risen, from 1
     */
    record Rising(String metric, int reports) implements AlertRule {
        @Override
        public String type() {
            return "rising";
        }
    }

    /** A metric is greater than the limit, as a gradient's norm that explodes. */
    record Above(String metric, double limit) implements AlertRule {
        @Override
        public String type() {
            return "above";
        }
    }

    /** A metric is less than the limit. */
    record Below(String metric, double limit) implements AlertRule {
        @Override
        public String type() {
            return "below";
        }
    }

    /** An attempt has reported nothing for so long, counted from its start before its first report. */
    record Stall(Duration after) implements AlertRule {
        @Override
        public String type() {
            return "stall";
        }
    }

    /**
     * All GPUs of an attempt together were used less than so much for so long.
     *
     * @param below the share of the GPUs' time, in (0, 1]
     */
    record IdleGpu(double below, Duration after) implements AlertRule {
        @Override
        public String type() {
            return "idle-gpu";
        }
    }
}
