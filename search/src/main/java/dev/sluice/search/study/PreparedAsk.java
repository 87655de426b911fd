package dev.sluice.search.study;

import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.trial.TrialHistory;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A question to a study's sampler that can be answered while the study goes on: {@link Study#prepareAsk} makes it and
 * {@link Study#accept} takes the answer, both on the study's thread; {@link #suggest} may run on any other. One a study at a time, since
 * they share the sampler; and what an ask does not know of the one before it, it would propose again.
 */
public final class PreparedAsk {
    private final Sampler sampler;
    private final TrialHistory history;
    private final RandomGenerator random;

    PreparedAsk(Sampler sampler, TrialHistory history, RandomGenerator random) {
        this.sampler = sampler;
        this.history = history;
        this.random = random;
    }

    /** How many events the study had when it was prepared: the answer is a function of those and the seed. */
    public long basedOn() {
        return history.revision();
    }

    /**
     * The answer.
     *
     * @return empty if there is nothing more to try
     * @throws dev.sluice.search.sampler.NoFeasiblePointException if no point was found that satisfies the space's constraints
     */
    public Optional<Suggested> suggest() {
        return sampler.suggest(history, random);
    }
}
