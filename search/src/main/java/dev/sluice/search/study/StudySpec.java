package dev.sluice.search.study;

import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a study is about; with its events, all there is to know of it.
 *
 * @param search a name of {@link dev.sluice.search.catalog.Samplers}
 * @param pruning a name of {@link dev.sluice.search.catalog.Pruners}
 * @param seed from which all randomness comes
 * @param trials how many are to be run in all, where that is known; samplers plan with it, nobody enforces it
 * @param parallel how many run at a time, at least 1; samplers plan with it
 */
public record StudySpec(
        SearchSpace space,
        Goals goals,
        AlgorithmChoice search,
        AlgorithmChoice pruning,
        long seed,
        OptionalInt trials,
        int parallel) {
    public StudySpec {
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(goals, "goals");
        Objects.requireNonNull(search, "search");
        Objects.requireNonNull(pruning, "pruning");
        Objects.requireNonNull(trials, "trials");
    }

    /** Without constraints, one trial at a time. */
    public StudySpec(
            SearchSpace space, List<Objective> objectives, AlgorithmChoice search, AlgorithmChoice pruning, long seed) {
        this(space, new Goals(objectives, List.of()), search, pruning, seed, OptionalInt.empty(), 1);
    }

    /** One objective, nothing pruned. */
    public static StudySpec of(SearchSpace space, Objective objective, String algorithm, long seed) {
        return new StudySpec(
                space, List.of(objective), AlgorithmChoice.of(algorithm), AlgorithmChoice.of("none"), seed);
    }

    /** With this pruning. */
    public StudySpec withPruning(AlgorithmChoice choice) {
        return new StudySpec(space, goals, search, choice, seed, trials, parallel);
    }

    /** With so many trials in all. */
    public StudySpec withTrials(int number) {
        return new StudySpec(space, goals, search, pruning, seed, OptionalInt.of(number), parallel);
    }

    /** With so many at a time. */
    public StudySpec withParallel(int number) {
        return new StudySpec(space, goals, search, pruning, seed, trials, number);
    }

    public List<Objective> objectives() {
        return goals.objectives();
    }

    public List<OutcomeConstraint> constraints() {
        return goals.constraints();
    }

    /** What a sampler is told of it. */
    public SamplerContext context() {
        return new SamplerContext(space, goals, seed, trials, parallel, maxStep());
    }

    /** Where pruning says at which step a trial is complete. */
    private OptionalLong maxStep() {
        return pruning.options().get("max") instanceof Number max && max.longValue() >= 1
                ? OptionalLong.of(max.longValue())
                : OptionalLong.empty();
    }
}
