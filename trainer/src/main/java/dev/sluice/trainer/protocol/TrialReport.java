package dev.sluice.trainer.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values that a trial reached, sent to the service; a repeated {@code seq} changes nothing there, so a report may be
 * sent again until it is answered.
 *
 * @param seq the report's number within the attempt, from 1, rising by one
 * @param points values by step, steps rising; not empty
 */
public record TrialReport(long seq, List<Point> points) {
    /** Checks the number and copies the points. */
    public TrialReport {
        if (seq < 1) {
            throw new IllegalArgumentException("seq must be >= 1, was " + seq);
        }
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("points must not be empty (report " + seq + ")");
        }
    }

    /**
     * Metric values at one step.
     *
     * @param step the step, >= 0
     * @param values by metric name; NaN and infinities are allowed and travel as strings; order kept
     */
    public record Point(long step, Map<String, Double> values) {
        /** Checks the step and copies the values. */
        public Point {
            if (step < 0) {
                throw new IllegalArgumentException("step must be >= 0, was " + step);
            }
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** This report as a JSON tree: {@code {seq, points: [{step, values}]}}; NaN and infinities as strings. */
    public Map<String, Object> toTree() {
        List<Object> list = new ArrayList<>();
        for (Point point : points) {
            Map<String, Object> values = new LinkedHashMap<>();
            point.values().forEach((name, value) -> values.put(name, JsonTree.ofDouble(value)));
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("step", point.step());
            entry.put("values", values);
            list.add(entry);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("seq", seq);
        tree.put("points", list);
        return tree;
    }

    /**
     * The report that a JSON tree describes, e.g. a line of {@code reports.jsonl}; further keys are ignored.
     *
     * @throws IllegalArgumentException naming the field that is missing or of the wrong type
     */
    public static TrialReport ofTree(Map<String, ?> tree) {
        JsonTree json = new JsonTree("report", tree);
        List<Point> points = new ArrayList<>();
        for (JsonTree entry : json.objects("points")) {
            Map<String, Double> values = new LinkedHashMap<>();
            JsonTree numbers = entry.object("values");
            for (String name : numbers.names()) {
                values.put(name, numbers.number(name));
            }
            points.add(new Point(entry.whole("step"), values));
        }
        return new TrialReport(json.whole("seq"), points);
    }
}
