package dev.sluice.search.sampler.genetic;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** How a child is made of its parents. */
enum Operator {
    /** Numbers somewhere between the parents' or a little beyond, then moved. */
    BLEND,
    /** Each gene from the one or the other parent, few moved: good where parameters act by themselves. */
    EXCHANGE,
    /** One parent with some genes moved. */
    MUTANT;

    private static final Pattern REASON = Pattern.compile("genetic(?:[:,]|, since [^:]*:) (?<word>[a-z]+) of trial");

    /** In words. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Which one made a trial, by the reason that is stored with it; none of those that came by another way. */
    static Optional<Operator> of(String suggestedBy) {
        var matcher = REASON.matcher(suggestedBy);
        return matcher.find()
                ? Arrays.stream(values())
                        .filter(operator -> operator.word().equals(matcher.group("word")))
                        .findFirst()
                : Optional.empty();
    }

    /**
     * How often each is to be used: in proportion to what its latest children came to, but each at least now and then (probability
     * matching: Fialho et al., "Analyzing bandit-based adaptive operator selection mechanisms", 2010, section 2.2). Not thread-safe.
     */
    static final class Rates {
        private static final double LEAST = 0.1;
        private static final double LEARNING = 0.08;
        /** Above 0, so that operators of which none succeeds any more are used alike. */
        private static final double NOTHING = 1e-6;

        private final Map<Operator, Double> merits = new EnumMap<>(Operator.class);

        Rates() {
            for (Operator operator : Operator.values()) {
                merits.put(operator, 0.3);
            }
        }

        /**
         * A child ended.
         *
         * @param merit in [0, 1], 1 the best
         */
        void credit(Operator operator, double merit) {
            merits.merge(operator, merit, (before, now) -> Math.max(NOTHING, before + LEARNING * (now - before)));
        }

        /** The probability of an operator. */
        double rate(Operator operator) {
            double sum = 0;
            for (double merit : merits.values()) {
                sum += merit;
            }
            double share = merits.getOrDefault(operator, 0.0) / sum;
            return LEAST + (1 - LEAST * merits.size()) * share;
        }

        Operator draw(RandomGenerator random) {
            double left = random.nextDouble();
            for (Operator operator : Operator.values()) {
                left -= rate(operator);
                if (left < 0) {
                    return operator;
                }
            }
            return MUTANT;
        }
    }
}
