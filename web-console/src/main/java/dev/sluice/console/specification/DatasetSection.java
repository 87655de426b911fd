package dev.sluice.console.specification;

import java.util.Optional;

/**
 * A data set by name. Nothing of it is opened.
 *
 * @param name shown in MLflow
 * @param digest tells versions of it apart, at most 36 characters
 * @param source where it comes from, such as an address
 */
public record DatasetSection(String name, Optional<String> digest, Optional<String> source) {}
