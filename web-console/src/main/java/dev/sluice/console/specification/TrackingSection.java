package dev.sluice.console.specification;

import java.util.Map;
import java.util.Optional;

/**
 * How the sweep looks in MLflow.
 *
 * @param experiment the experiment's name; the sweep's where the file has none
 * @param tags       tags of the parent run
 * @param dataset    what the trials train on, as the file's author names it
 */
public record TrackingSection(String experiment, Map<String, String> tags, Optional<DatasetSection> dataset) {
    public TrackingSection {
        tags = SweepSpecification.ordered(tags);
    }
}
