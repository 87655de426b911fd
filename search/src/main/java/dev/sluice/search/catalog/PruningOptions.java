package dev.sluice.search.catalog;

import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import java.util.OptionalLong;

/** Options that pruners share, each said once. */
final class PruningOptions {
    static final String RAN_TO_ITS_END =
            "The step of a trial that ran to its end; left out, that of the first one that did.";

    /** For pruners that judge at rungs. */
    static final OptionSpec EXPLORE = explore("go on from a rung", "rungs say");

    static final OptionSpec WATCH = watch("rungs");

    /** For pruners that judge at any step. */
    static final OptionSpec EXPLORE_STEPS = explore("go on for a while", "early steps say");

    static final OptionSpec WATCH_STEPS = watch("steps");

    static final OptionSpec STARTUP_TRIALS = OptionSpec.integer(
            "startupTrials", 0, 1_000_000, 5, "How many trials must be complete before any is compared.");
    static final OptionSpec WARMUP_STEPS =
            OptionSpec.integer("warmupSteps", 0, Long.MAX_VALUE, 0, "The step before which nothing is pruned.");
    static final OptionSpec INTERVAL =
            OptionSpec.integer("interval", 1, Long.MAX_VALUE, 1, "A trial is judged once every so many steps.");

    private PruningOptions() {}

    static OptionSpec min(String doc) {
        return OptionSpec.integer("min", 1, Long.MAX_VALUE, 1, doc);
    }

    static OptionSpec max(String doc) {
        return OptionSpec.integer("max", 1, Long.MAX_VALUE, doc);
    }

    /** For those that halve. */
    static OptionSpec reduction() {
        return reduction(3, "One in so many goes on from a rung, and the next rung is so many times as far.");
    }

    static OptionSpec reduction(int defaultValue, String doc) {
        return OptionSpec.integer("reduction", 2, 1_000_000, defaultValue, doc);
    }

    /**
     * The option {@code max}, where it is given.
     *
     * @throws OptionException if it is below {@code min}
     */
    static OptionalLong max(Options options) {
        if (!options.has("max")) {
            return OptionalLong.empty();
        }
        long min = options.has("min") ? options.longInteger("min") : 1;
        long max = options.longInteger("max");
        if (max < min) {
            throw new OptionException("max", "max must be >= min, was max %d with min %d".formatted(max, min));
        }
        return OptionalLong.of(max);
    }

    private static OptionSpec explore(String how, String whatSays) {
        return OptionSpec.number(
                "explore",
                0,
                1,
                0.05,
                "The share of trials that %s whatever is said of them, chosen by their seed, so that it shows whether %s anything of what comes later."
                        .formatted(how, whatSays));
    }

    private static OptionSpec watch(String what) {
        return OptionSpec.flag(
                "watch",
                true,
                "Whether %s that say nothing of what comes later, by rank correlation, are passed over."
                        .formatted(what));
    }
}
