package dev.sluice.console.tracking;

import org.jspecify.annotations.Nullable;

/**
 * How far a sweep is in MLflow. The ids and the address are null until known.
 *
 * @param state STARTING, UP, AWAY or DISABLED
 * @param pointsWaiting metric points that are in the journals and not yet in MLflow
 * @param delivered everything of the sweep is in MLflow and all of its runs are closed
 * @param url opens the sweep's experiment
 */
public record SweepTracking(
        String state,
        String detail,
        long pointsWaiting,
        boolean delivered,
        @Nullable String experimentId,
        @Nullable String runId,
        @Nullable String url) {}
