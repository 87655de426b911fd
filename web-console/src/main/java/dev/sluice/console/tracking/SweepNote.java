package dev.sluice.console.tracking;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.EarlierSweep;
import dev.sluice.console.study.Front;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Objective;
import java.math.BigDecimal;
import java.math.MathContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Markdown note on a sweep's parent run: MLflow folds child runs away, so the note links the best of them and the
 * page that compares them. MLflow shows no more than the note's first lines until it is asked to, and puts no space
 * between the columns of a table.
 */
record SweepNote(
        SweepSnapshot sweep,
        List<TrialSnapshot> trials,
        List<EarlierSweep> warmStart,
        @Nullable String experimentId,
        Function<UUID, Optional<String>> runId) {
    private static final int BEST = 10;
    private static final MathContext DIGITS = new MathContext(4);
    private static final String SPACE = "&emsp;";

    String markdown() {
        var specification = Specifications.of(sweep.specification());
        var metrics = specification.objectives().stream().map(Objective::metric).toList();
        var best = best(specification);
        var lines = new ArrayList<String>();
        if (!specification.description().isBlank()) {
            lines.add(specification.description());
            lines.add("");
        }
        var counts = sweep.counts();
        lines.add("**%s**: %s. %d trials: %d complete, %d pruned, %d failed.%s"
                .formatted(
                        sweep.state(),
                        sweep.reason(),
                        counts.total(),
                        counts.complete(),
                        counts.pruned(),
                        counts.failed(),
                        comparison(best)));
        for (var earlier : warmStart) {
            lines.add("");
            lines.add("Warm start from %s (`%s`): %d of its trials were taken over, %d of its points tried first."
                    .formatted(cell(earlier.name()), earlier.sweep(), earlier.trials(), earlier.points()));
        }
        lines.add("");
        if (metrics.size() > 1) {
            lines.add("Trials that no other one beats:");
            lines.add("");
        }
        lines.add(row("trial", metrics, "parameters"));
        lines.add("|" + ":---|".repeat(metrics.size() + 2));
        for (var trial : best) {
            lines.add(row(
                    link(trial),
                    metrics.stream()
                            .map(metric -> String.format(
                                    Locale.ROOT, "%.5g", trial.values().get(metric)))
                            .toList(),
                    trial.params().entrySet().stream()
                            .map(e -> "`%s=%s`".formatted(cell(e.getKey()), cell(figure(e.getValue()))))
                            .collect(Collectors.joining(" "))));
        }
        return String.join("\n", lines);
    }

    /** With one objective the best trials, with several the Pareto front; what breaks a constraint is not among them. */
    private List<TrialSnapshot> best(SweepSpecification specification) {
        var front = Front.of(specification.goals(), trials);
        return (specification.objectives().size() > 1
                        ? front.best().stream()
                        : front.placed().stream()
                                .filter(p -> p.standing().isFeasible()
                                        && Double.isFinite(p.standing().cost(0)))
                                .sorted(Comparator.comparingDouble(
                                        p -> p.standing().cost(0))))
                .limit(BEST)
                .map(Front.Placed::trial)
                .toList();
    }

    private static String row(String trial, List<String> values, String parameters) {
        return "| %s%s | %s%s | %s |".formatted(trial, SPACE, String.join(SPACE + " | ", values), SPACE, parameters);
    }

    private String comparison(List<TrialSnapshot> best) {
        var runs = best.stream()
                .flatMap(t -> runId.apply(t.id()).stream())
                .map(id -> '"' + id + '"')
                .toList();
        return experimentId == null || runs.size() < 2
                ? ""
                : " [Compare the best](#/compare-runs?runs=%s&experiments=%s&%s)"
                        .formatted(
                                encode(runs.stream().collect(Collectors.joining(",", "[", "]"))),
                                encode("[\"" + experimentId + "\"]"),
                                Tracking.PAGES);
    }

    private String link(TrialSnapshot trial) {
        var run = runId.apply(trial.id());
        return run.isPresent() && experimentId != null
                ? "[%d](#/experiments/%s/runs/%s?%s)".formatted(trial.number(), experimentId, run.get(), Tracking.PAGES)
                : trial.number() + (trial.importedFrom().isPresent() ? " (imported)" : "");
    }

    /** A number to as many digits as one reads; the run itself has all of them. */
    private static Object figure(Object value) {
        if (!(value instanceof Double number) || !Double.isFinite(number)) {
            return value;
        }
        var rounded = BigDecimal.valueOf(number).round(DIGITS).stripTrailingZeros();
        return Math.abs(number) >= 1 && Math.abs(number) < 1e6 ? rounded.toPlainString() : rounded;
    }

    /** A value that is free text must not end its cell or its row. */
    private static String cell(Object value) {
        return value.toString().replace("|", "\\|").replace('`', '\'').replaceAll("\\R", " ");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
