package dev.sluice.console.specification;

import java.util.Map;

/**
 * How the sweep looks in MLflow.
 *
 * @param experiment the experiment's name; the sweep's where the file has none
 * @param tags       tags of the parent run
 */
public record TrackingSection(String experiment, Map<String, String> tags) {
    public TrackingSection {
        tags = SweepSpecification.ordered(tags);
    }
}
