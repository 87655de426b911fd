package dev.sluice.tracker;

/**
 * One value of a metric at a step. Two points equal in all four parts are one point to the server: sending a point
 * again changes nothing.
 *
 * @param value NaN and infinities are expected; MLflow keeps NaN and stores infinities as ±{@link Double#MAX_VALUE}
 * @param timestampMillis milliseconds since the epoch, fixed when the point was recorded
 */
public record MetricPoint(String key, double value, long timestampMillis, long step) {
    public MetricPoint {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("metric key must not be empty");
        }
    }
}
