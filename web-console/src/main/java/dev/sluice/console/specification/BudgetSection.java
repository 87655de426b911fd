package dev.sluice.console.specification;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * When the sweep has had enough.
 *
 * @param trials       at most so many trials, from 1; empty only where {@code wallTime} is given
 * @param parallel     trials at one time, from 1
 * @param wallTime     the sweep's time from its start
 * @param trialTime    one trial's time, all its attempts together
 * @param failedTrials the sweep fails when more trials than this have failed; empty: no limit
 * @param stallTrials  the sweep ends after so many finished trials without a better one
 * @param regret       the sweep ends when, by a bound on it, no more than this is left to gain, in the metric's unit, above 0
 */
public record BudgetSection(
        OptionalInt trials,
        int parallel,
        Optional<Duration> wallTime,
        Optional<Duration> trialTime,
        OptionalInt failedTrials,
        OptionalInt stallTrials,
        OptionalDouble regret) {}
