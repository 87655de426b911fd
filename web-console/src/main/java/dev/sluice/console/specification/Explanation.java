package dev.sluice.console.specification;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep does, in words for people: its algorithms with their options, when it ends, and what may not be meant.
 *
 * @param ends when it ends, a sentence each
 * @param warmStart what it begins with of earlier sweeps, a sentence each; empty where it begins with nothing
 * @param warnings what is right but perhaps not meant, a sentence each
 */
public record Explanation(
        Algorithm search, Algorithm pruning, List<String> ends, List<String> warmStart, List<String> warnings) {
    /** Those that say that there is nothing more to try, in place of trying points again. */
    private static final Set<String> END_BY_THEMSELVES = Set.of("auto", "grid");

    private static final int COUNTED = 100_000;

    /**
     * One algorithm.
     *
     * @param does what it is, in a sentence
     */
    public record Algorithm(String algorithm, String does, List<Option> options) {}

    /**
     * One of its options.
     *
     * @param value as it is in this sweep; null where it was left out and that has a meaning of its own
     * @param takes what may be given
     * @param means what it is, in a sentence
     */
    public record Option(String name, @Nullable Object value, String takes, String means) {}

    public static Explanation of(SweepSpecification sweep) {
        return new Explanation(
                algorithm(
                        Samplers.algorithm(sweep.search().algorithm()),
                        sweep.search().options()),
                algorithm(
                        Pruners.algorithm(sweep.pruning().algorithm()),
                        sweep.pruning().options()),
                ends(sweep),
                warmStart(sweep),
                warnings(sweep));
    }

    private static List<String> ends(SweepSpecification sweep) {
        var ends = new ArrayList<String>();
        var budget = sweep.budget();
        budget.trials()
                .ifPresent(
                        trials -> ends.add(trials == 1 ? "It has one trial." : "It has %d trials.".formatted(trials)));
        if (END_BY_THEMSELVES.contains(sweep.search().algorithm())
                && sweep.space().size().isPresent()) {
            ends.add("It ends when every point of its space was tried.");
        }
        budget.wallTime()
                .ifPresent(time ->
                        ends.add("It is stopped %s after its first trial began.".formatted(DurationText.of(time))));
        budget.stallTrials()
                .ifPresent(trials -> ends.add(
                        trials == 1
                                ? "It ends when a trial brings nothing better."
                                : "It ends when %d trials in a row bring nothing better.".formatted(trials)));
        budget.regret()
                .ifPresent(regret -> ends.add(
                        "It ends when at most %s of %s is left to gain: from 20 complete trials on, a Gaussian process over them bounds what the space can still hold (Makarova et al., 2022)."
                                .formatted(
                                        NumberText.of(regret),
                                        sweep.objectives().getFirst().metric())));
        budget.failedTrials()
                .ifPresent(
                        trials -> ends.add("It fails when more than %d of its trials have failed.".formatted(trials)));
        return List.copyOf(ends);
    }

    private static List<String> warmStart(SweepSpecification sweep) {
        if (sweep.warmStart().isEmpty()) {
            return List.of();
        }
        var warmStart = sweep.warmStart().get();
        var from = Words.allOf(warmStart.from());
        var sentences = new ArrayList<String>();
        if (!warmStart.trials().equals(OptionalInt.of(0))) {
            sentences.add(
                    "It takes over %s of %s as if they had been run here, where the objective is the same and the point is one of this space; they use up no budget."
                            .formatted(
                                    warmStart.trials().isPresent()
                                            ? "at most %d trials"
                                                    .formatted(
                                                            warmStart.trials().getAsInt())
                                            : "all trials",
                                    from));
        }
        if (warmStart.points() > 0) {
            sentences.add(
                    "It tries first the best %s of each of %s that it did not take over, translated into its space; they are trials of its budget."
                            .formatted(
                                    warmStart.points() == 1 ? "point" : "%d points".formatted(warmStart.points()),
                                    from));
        }
        return List.copyOf(sentences);
    }

    private static List<String> warnings(SweepSpecification sweep) {
        var trials = sweep.budget().trials();
        var size = sweep.space().size();
        if (trials.isEmpty() || size.isEmpty()) {
            return List.of();
        }
        var points = sweep.space().points(COUNTED);
        long count = points.isPresent() ? points.get().size() : size.getAsLong();
        if (count >= trials.getAsInt()) {
            return List.of();
        }
        var has = count == 1 ? "The space has one point" : "The space has %d points".formatted(count);
        return List.of(
                END_BY_THEMSELVES.contains(sweep.search().algorithm())
                        ? "%s: the sweep ends when they were tried, before its budget of %d trials is used."
                                .formatted(has, trials.getAsInt())
                        : "%s; the budget of %d trials tries points again.".formatted(has, trials.getAsInt()));
    }

    private static Algorithm algorithm(AlgorithmSpec spec, Map<String, Object> options) {
        return new Algorithm(
                spec.name(),
                spec.doc(),
                spec.options().stream()
                        .map(option -> option(option, options.get(option.name())))
                        .toList());
    }

    private static Option option(OptionSpec option, @Nullable Object value) {
        return new Option(option.name(), value, option.kind().describe(), option.doc());
    }
}
