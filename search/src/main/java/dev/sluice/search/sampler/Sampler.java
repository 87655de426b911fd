package dev.sluice.search.sampler;

import dev.sluice.search.trial.TrialHistory;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Chooses what to try next.
 *
 * <p>Its answer is a point of its space: every active parameter has a value of its distribution, no inactive one has any, and the
 * constraints hold. It depends on the history and the random generator alone; a sampler may keep what it has reckoned from the history,
 * but must answer alike when it is built anew. It copes with any history: empty, with trials under way, pruned, infeasible, failed and
 * cancelled ones, and values that are NaN or infinite. On a finite space it does not propose again what was tried while there is
 * something new. Not thread-safe: it belongs to its study's thread.
 */
public interface Sampler {
    /**
     * The next point.
     *
     * @return empty if there is nothing more to try: only samplers that go through a finite space once ever say so
     * @throws NoFeasiblePointException if no point was found that satisfies the space's constraints
     */
    Optional<Suggested> suggest(TrialHistory history, RandomGenerator random);
}
