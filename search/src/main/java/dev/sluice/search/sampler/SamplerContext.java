package dev.sluice.search.sampler;

import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a sampler is made for.
 *
 * @param seed of the study: for what must stay the same over all its trials, such as the scrambling of a sequence
 * @param trials how many are to be run in all, where that is known; at least 1
 * @param parallel how many run at a time, at least 1
 * @param maxStep the step at which a trial is complete, where that is known; at least 1
 */
public record SamplerContext(
        SearchSpace space, Goals goals, long seed, OptionalInt trials, int parallel, OptionalLong maxStep) {
    public SamplerContext {
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(goals, "goals");
        if (trials.isPresent() && trials.getAsInt() < 1) {
            throw new IllegalArgumentException("trials must be >= 1, was " + trials.getAsInt());
        }
        if (parallel < 1) {
            throw new IllegalArgumentException("parallel must be >= 1, was " + parallel);
        }
        if (maxStep.isPresent() && maxStep.getAsLong() < 1) {
            throw new IllegalArgumentException("maxStep must be >= 1, was " + maxStep.getAsLong());
        }
    }

    /** One trial at a time, nobody knows how many. */
    public static SamplerContext of(SearchSpace space, List<Objective> objectives) {
        return new SamplerContext(
                space, new Goals(objectives, List.of()), 0, OptionalInt.empty(), 1, OptionalLong.empty());
    }

    /** The same with one objective. */
    public static SamplerContext of(SearchSpace space, Objective objective) {
        return of(space, List.of(objective));
    }

    /** With so many trials in all. */
    public SamplerContext withTrials(int number) {
        return new SamplerContext(space, goals, seed, OptionalInt.of(number), parallel, maxStep);
    }

    /** With so many at a time. */
    public SamplerContext withParallel(int number) {
        return new SamplerContext(space, goals, seed, trials, number, maxStep);
    }

    /** With this seed. */
    public SamplerContext withSeed(long value) {
        return new SamplerContext(space, goals, value, trials, parallel, maxStep);
    }
}
