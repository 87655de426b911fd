package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import java.util.ArrayList;
import java.util.List;

/**
 * A metric that is watched.
 *
 * @param metric its name
 * @param mode which way it gets better
 * @param minDelta by how much a value must beat the best one to count as progress, >= 0, in the metric's unit
 */
record Monitor(String metric, Mode mode, double minDelta) {
    private static final List<OptionSpec> OPTIONS = List.of(
            OptionSpec.text("monitor", "The metric to watch; the objective's by default."),
            OptionSpec.choice(
                    "mode",
                    "Which way the metric gets better; auto: the objective's way, else by the metric's name.",
                    "auto",
                    List.of("auto", "min", "max")),
            OptionSpec.real(
                    "minDelta",
                    "By how much a value must beat the best one to count as progress, in the metric's unit.",
                    0,
                    OptionSpec.Range.atLeast(0)));

    Monitor {
        if (!(minDelta >= 0)) {
            throw new IllegalArgumentException("minDelta must be >= 0, was " + minDelta);
        }
    }

    /** The options that say what is watched, followed by more of them. */
    static List<OptionSpec> options(OptionSpec... more) {
        List<OptionSpec> all = new ArrayList<>(OPTIONS);
        all.addAll(List.of(more));
        return all;
    }

    /** What options say for a callback of that name. */
    static Monitor of(String name, Options options, CallbackSetting setting) {
        String metric = options.optionalText("monitor").orElse(setting.objective());
        setting.requireMeasured(name + ".monitor", metric);
        Mode mode = switch (options.text("mode")) {
            case "min" -> Mode.MIN;
            case "max" -> Mode.MAX;
            default -> setting.modeOf(name, metric);
        };
        return new Monitor(metric, mode, options.real("minDelta"));
    }

    boolean isProgress(double value, double best) {
        return mode.isBetter(value, best, minDelta);
    }
}
