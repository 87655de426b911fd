package dev.sluice.trainer.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the search optimises, as far as a trial must know it: which of its checkpoints is its best.
 *
 * @param metric name of the metric, e.g. {@code val_accuracy}
 * @param maximize true if larger is better
 * @param reportBest true if the best reported value counts, false if the last
 */
public record TrialObjective(String metric, boolean maximize, boolean reportBest) {
    /** Checks the name. */
    public TrialObjective {
        if (metric.isBlank()) {
            throw new IllegalArgumentException("objective.metric must not be blank");
        }
    }

    /** As in a sweep file: {@code {metric, goal: maximize|minimize, report: best|last}}. */
    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("metric", metric);
        tree.put("goal", maximize ? "maximize" : "minimize");
        tree.put("report", reportBest ? "best" : "last");
        return tree;
    }

    static TrialObjective read(JsonTree json) {
        String goal = json.text("goal", "minimize");
        String report = json.text("report", "best");
        if (!goal.equals("maximize") && !goal.equals("minimize")) {
            throw new IllegalArgumentException("objective.goal must be maximize or minimize, was \"" + goal + "\"");
        }
        if (!report.equals("best") && !report.equals("last")) {
            throw new IllegalArgumentException("objective.report must be best or last, was \"" + report + "\"");
        }
        return new TrialObjective(json.text("metric"), goal.equals("maximize"), report.equals("best"));
    }
}
