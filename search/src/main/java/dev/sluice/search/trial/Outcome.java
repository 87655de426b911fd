package dev.sluice.search.trial;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** How a trial ended. */
public sealed interface Outcome {
    /** The state that a trial with this outcome is in. */
    default TrialState state() {
        return switch (this) {
            case Completed completed -> TrialState.COMPLETE;
            case Pruned pruned -> TrialState.PRUNED;
            case Infeasible infeasible -> TrialState.INFEASIBLE;
            case Failed failed -> TrialState.FAILED;
            case Cancelled cancelled -> TrialState.CANCELLED;
        };
    }

    /** Why, in words; empty for a trial that ran to its end. */
    default String why() {
        return switch (this) {
            case Completed completed -> "";
            case Pruned(String reason) -> reason;
            case Infeasible(String reason) -> reason;
            case Failed(String reason) -> reason;
            case Cancelled(String reason) -> reason;
        };
    }

    /**
     * Ran to its end.
     *
     * @param values by metric, counted as one more report after the last step; empty where the reports say all
     */
    record Completed(Map<String, Double> values) implements Outcome {
        public Completed {
            values.forEach((metric, value) -> {
                Objects.requireNonNull(metric, "metric");
                Objects.requireNonNull(value, metric);
            });
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        /** With what was reported, and nothing more. */
        public static Completed asReported() {
            return new Completed(Map.of());
        }
    }

    /** Given up early, by a verdict, a person or a limit of time. */
    record Pruned(String reason) implements Outcome {
        public Pruned {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** The point cannot be run. */
    record Infeasible(String reason) implements Outcome {
        public Infeasible {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Went wrong. */
    record Failed(String reason) implements Outcome {
        public Failed {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Called off. */
    record Cancelled(String reason) implements Outcome {
        public Cancelled {
            Objects.requireNonNull(reason, "reason");
        }
    }
}
