package dev.sluice.search.importance;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much each parameter matters.
 *
 * @param shares by parameter, the largest first, each in [0, 1]; their sum is 1, or 0 where nothing was found to matter. Empty where
 *     there were too few trials to say
 * @param trials how many trials it was judged from
 * @param leftOut what was left out of the reckoning, and why, in a sentence; empty where nothing was
 */
public record Importance(Map<String, Double> shares, int trials, String leftOut) {
    /** With fewer trials that have a number, nothing is said. */
    public static final int FEWEST_TRIALS = 10;

    public Importance {
        shares = Collections.unmodifiableMap(new LinkedHashMap<>(shares));
    }

    /** Of all that there was. */
    public Importance(Map<String, Double> shares, int trials) {
        this(shares, trials, "");
    }

    static Importance tooFew(int trials) {
        return new Importance(Map.of(), trials);
    }

    /** From anything that is finite and not negative. */
    static Importance of(Map<String, Double> weights, int trials, String leftOut) {
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        var shares = new LinkedHashMap<String, Double>();
        weights.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> shares.put(entry.getKey(), sum > 0 ? entry.getValue() / sum : 0.0));
        return new Importance(shares, trials, leftOut);
    }
}
