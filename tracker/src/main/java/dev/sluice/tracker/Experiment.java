package dev.sluice.tracker;

/**
 * An experiment of the tracking server: where runs are grouped and below which their artifacts lie.
 *
 * @param artifactLocation root of the artifacts of its runs, a URI or a path, as the server gave it
 */
public record Experiment(ExperimentId id, String name, String artifactLocation) {}
