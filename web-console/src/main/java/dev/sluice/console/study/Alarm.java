package dev.sluice.console.study;

import dev.sluice.console.specification.AlertRule;
import dev.sluice.console.specification.NumberText;
import dev.sluice.search.trial.Measurement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What watches one attempt by a sweep's alert rules: a function of the rules and of what was reported, so that it is made anew from the
 * reports after a restart. Each rule speaks once. Confined to the sweep's writer.
 */
final class Alarm {
    private final List<AlertRule> rules;
    private final Set<AlertRule> spoken = new HashSet<>();
    /** By metric the value that came last, and how many times in a row it has risen. */
    private final Map<String, Run> runs = new HashMap<>();

    private final Map<AlertRule.IdleGpu, Instant> idleSince = new HashMap<>();

    private record Run(double last, int rises) {}

    /** What a rule found. */
    record Found(AlertRule rule, String message) {}

    Alarm(List<AlertRule> rules) {
        this.rules = rules;
    }

    /** What the next report sets off. A metric that a report leaves out is as it was. */
    List<Found> measured(Measurement measurement) {
        var found = new ArrayList<Found>();
        for (var rule : rules) {
            switch (rule) {
                case AlertRule.NotANumber nan ->
                    measurement.values().forEach((metric, value) -> {
                        if (!Double.isFinite(value)) {
                            say(rule, found, "%s is %s at step %d".formatted(metric, value, measurement.step()));
                        }
                    });
                case AlertRule.Rising rising -> {
                    var value = measurement.values().get(rising.metric());
                    if (value != null && rises(rising.metric(), value) >= rising.reports()) {
                        say(
                                rule,
                                found,
                                "%s has risen %d reports in a row, to %s at step %d"
                                        .formatted(
                                                rising.metric(),
                                                rising.reports(),
                                                NumberText.of(value),
                                                measurement.step()));
                    }
                }
                case AlertRule.Above above -> {
                    var value = measurement.values().get(above.metric());
                    if (value != null && value > above.limit()) {
                        say(rule, found, beyond(above.metric(), value, "above", above.limit(), measurement.step()));
                    }
                }
                case AlertRule.Below below -> {
                    var value = measurement.values().get(below.metric());
                    if (value != null && value < below.limit()) {
                        say(rule, found, beyond(below.metric(), value, "below", below.limit(), measurement.step()));
                    }
                }
                case AlertRule.Stall stall -> {}
                case AlertRule.IdleGpu idle -> {}
            }
        }
        // Two rules may watch one metric: what was last is remembered when all have looked.
        for (var entry : measurement.values().entrySet()) {
            runs.put(entry.getKey(), new Run(entry.getValue(), rises(entry.getKey(), entry.getValue())));
        }
        return found;
    }

    /** What is set off by having heard nothing for so long. */
    List<Found> silent(Duration silence) {
        var found = new ArrayList<Found>();
        for (var rule : rules) {
            if (rule instanceof AlertRule.Stall stall && silence.compareTo(stall.after()) >= 0) {
                say(rule, found, "nothing was reported for " + LiveSweep.spoken(stall.after()));
            }
        }
        return found;
    }

    /**
     * What is set off by GPUs that have long done less than they could.
     *
     * @param used the share of their time since the last sample, in [0, 1]
     */
    List<Found> gpusUsed(double used, Instant now) {
        var found = new ArrayList<Found>();
        for (var rule : rules) {
            if (rule instanceof AlertRule.IdleGpu idle) {
                if (used >= idle.below()) {
                    idleSince.remove(idle);
                    continue;
                }
                var since = idleSince.computeIfAbsent(idle, r -> now);
                if (Duration.between(since, now).compareTo(idle.after()) >= 0) {
                    say(
                            rule,
                            found,
                            "its GPUs have been used less than %s %% for %s"
                                    .formatted(NumberText.of(idle.below() * 100), LiveSweep.spoken(idle.after())));
                }
            }
        }
        return found;
    }

    private int rises(String metric, double value) {
        var run = runs.get(metric);
        // NaN is no rise, and neither is what comes after it: `nan` is the rule for it.
        return run != null && value > run.last ? run.rises + 1 : 0;
    }

    private void say(AlertRule rule, List<Found> found, String message) {
        if (spoken.add(rule)) {
            found.add(new Found(rule, message));
        }
    }

    private static String beyond(String metric, double value, String side, double limit, long step) {
        return "%s is %s at step %d, %s %s"
                .formatted(
                        metric,
                        Double.isFinite(value) ? NumberText.of(value) : value,
                        step,
                        side,
                        NumberText.of(limit));
    }
}
