package dev.sluice.search.sampler.auto;

import java.util.Objects;

/**
 * Who proposes the next trial.
 *
 * @param since why, as it follows the word "since"
 */
record Choice(Algorithm algorithm, String since) {
    Choice {
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(since, "since");
    }
}
