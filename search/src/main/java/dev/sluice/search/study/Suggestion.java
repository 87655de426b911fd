package dev.sluice.search.study;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.TrialId;

/**
 * A trial to be run.
 *
 * @param seed for the trial's own randomness, in [0, 2^31)
 * @param reason why these values, in words
 */
public record Suggestion(TrialId id, ParameterValues values, long seed, String reason) {}
