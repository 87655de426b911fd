package dev.sluice.search.study;

import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Objective;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * What a study is about; with its events, all there is to know of it.
 *
 * @param objectives at least one, each of another metric
 * @param search a name of {@link dev.sluice.search.catalog.Samplers}
 * @param pruning a name of {@link dev.sluice.search.catalog.Pruners}
 * @param seed from which all randomness comes
 */
public record StudySpec(
        SearchSpace space, List<Objective> objectives, AlgorithmChoice search, AlgorithmChoice pruning, long seed) {
    public StudySpec {
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(search, "search");
        Objects.requireNonNull(pruning, "pruning");
        objectives = List.copyOf(objectives);
        if (objectives.isEmpty()) {
            throw new IllegalArgumentException("objectives must hold at least one, was []");
        }
        var metrics = new HashSet<String>();
        for (Objective objective : objectives) {
            if (!metrics.add(objective.metric())) {
                throw new IllegalArgumentException(
                        "objectives must differ, but %s is there twice".formatted(objective.metric()));
            }
        }
    }

    /** One objective, nothing pruned. */
    public static StudySpec of(SearchSpace space, Objective objective, String algorithm, long seed) {
        return new StudySpec(
                space, List.of(objective), AlgorithmChoice.of(algorithm), AlgorithmChoice.of("none"), seed);
    }
}
