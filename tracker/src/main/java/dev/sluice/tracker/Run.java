package dev.sluice.tracker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run as the tracking server shows it.
 *
 * @param deleted in the server's bin: it takes no writes
 * @param metrics the last value of each metric, last by (step, timestamp, value)
 * @param datasets what it has read
 */
public record Run(
        RunId id,
        ExperimentId experiment,
        String name,
        RunStatus status,
        Instant startTime,
        Optional<Instant> endTime,
        boolean deleted,
        String artifactUri,
        Map<String, String> params,
        Map<String, String> tags,
        Map<String, Double> metrics,
        List<Dataset> datasets) {
    public Run {
        params = Map.copyOf(params);
        tags = Map.copyOf(tags);
        metrics = Map.copyOf(metrics);
        datasets = List.copyOf(datasets);
    }
}
