package dev.sluice.tracker.registry;

/**
 * A model that belongs to an experiment, whose files may be there already or not.
 *
 * @param ready whether its files were declared complete
 */
public record LoggedModel(LoggedModelId id, String name, String artifactUri, boolean ready) {}
