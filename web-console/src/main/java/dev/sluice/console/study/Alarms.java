package dev.sluice.console.study;

import dev.sluice.console.specification.AlertRule;
import dev.sluice.search.trial.Measurement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The alarms of a sweep's running attempts. What they find becomes events. Confined to the sweep's writer. */
final class Alarms {
    private final List<AlertRule> rules;
    private final Sink sink;
    private final Map<Integer, Watched> watched = new HashMap<>();

    /** Takes what was found, to be committed with what set it off. */
    interface Sink {
        void alerted(SweepEvent.Alerted event);
    }

    private static final class Watched {
        private final int attempt;
        private final Alarm alarm;
        /** Null until somebody looks at the clock: a service that was away has heard nothing, and that says nothing. */
        private @Nullable Instant heardAt;

        Watched(int attempt, Alarm alarm) {
            this.attempt = attempt;
            this.alarm = alarm;
        }
    }

    Alarms(List<AlertRule> rules, Sink sink) {
        this.rules = rules;
        this.sink = sink;
    }

    /** @param known what the trial has reported so far; what it would have set off was said then */
    void started(int trial, int attempt, List<Measurement> known) {
        if (rules.isEmpty()) {
            return;
        }
        var alarm = new Alarm(rules);
        known.forEach(alarm::measured);
        watched.put(trial, new Watched(attempt, alarm));
    }

    void measured(int trial, Measurement measurement, Instant now) {
        var watch = watched.get(trial);
        if (watch != null) {
            watch.heardAt = now;
            say(trial, watch, watch.alarm.measured(measurement));
        }
    }

    void gpusUsed(int trial, double used, Instant now) {
        var watch = watched.get(trial);
        if (watch != null) {
            say(trial, watch, watch.alarm.gpusUsed(used, now));
        }
    }

    void tick(Instant now) {
        watched.forEach((trial, watch) -> {
            if (watch.heardAt == null) {
                watch.heardAt = now;
            }
            say(trial, watch, watch.alarm.silent(Duration.between(watch.heardAt, now)));
        });
    }

    void over(int trial) {
        watched.remove(trial);
    }

    private void say(int trial, Watched watch, List<Alarm.Found> found) {
        for (var alert : found) {
            sink.alerted(
                    new SweepEvent.Alerted(trial, watch.attempt, alert.rule().type(), alert.message()));
        }
    }
}
