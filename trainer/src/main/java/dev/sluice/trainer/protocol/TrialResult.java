package dev.sluice.trainer.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How an attempt ended, seen from inside: the content of {@code result.json} in the trial's folder, written last, for
 * people and for the service's log. The outcome is the service's to decide.
 *
 * @param end which way it ended
 * @param reason why, in words
 * @param lastStep the last finished step (0: none)
 * @param bestStep step of the best checkpoint, which {@code model/} holds; empty if there is none
 * @param values the metrics measured at the end, e.g. {@code test_accuracy}
 */
public record TrialResult(End end, String reason, long lastStep, OptionalLong bestStep, Map<String, Double> values) {
    /** The ways an attempt ends by itself. */
    public enum End {
        /** Trained to its last step. */
        TRAINED,
        /** A callback ended it, e.g. early stopping. */
        STOPPED_EARLY,
        /** The service said STOP, or the lease was lost. */
        TOLD_TO_STOP,
        /** SIGTERM. */
        TERMINATED
    }

    /** Copies the values. */
    public TrialResult {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** This result as a JSON tree. */
    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("end", end.name());
        tree.put("reason", reason);
        tree.put("lastStep", lastStep);
        bestStep.ifPresent(step -> tree.put("bestStep", step));
        Map<String, Object> numbers = new LinkedHashMap<>();
        values.forEach((name, value) -> numbers.put(name, JsonTree.ofDouble(value)));
        tree.put("values", numbers);
        return tree;
    }
}
