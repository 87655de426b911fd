package dev.sluice.console.tracking;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.EarlierSweep;
import dev.sluice.console.study.Front;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Objective;
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
 * page that compares them.
 */
record SweepNote(
        SweepSnapshot sweep,
        List<TrialSnapshot> trials,
        List<EarlierSweep> warmStart,
        @Nullable String experimentId,
        Function<UUID, Optional<String>> runId) {
    private static final int BEST = 10;

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
        lines.add("**%s**: %s. %d trials: %d complete, %d pruned, %d failed."
                .formatted(
                        sweep.state(),
                        sweep.reason(),
                        counts.total(),
                        counts.complete(),
                        counts.pruned(),
                        counts.failed()));
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
        lines.add("| trial | %s | parameters |".formatted(String.join(" | ", metrics)));
        lines.add("|---|" + "---|".repeat(metrics.size()) + "---|");
        for (var trial : best) {
            lines.add("| %s | %s | %s |"
                    .formatted(
                            link(trial),
                            metrics.stream()
                                    .map(metric -> String.format(
                                            Locale.ROOT, "%.5g", trial.values().get(metric)))
                                    .collect(Collectors.joining(" | ")),
                            trial.params().entrySet().stream()
                                    .map(e -> "`%s=%s`".formatted(cell(e.getKey()), cell(e.getValue())))
                                    .collect(Collectors.joining(" "))));
        }
        var runs = best.stream()
                .flatMap(t -> runId.apply(t.id()).stream())
                .map(id -> '"' + id + '"')
                .collect(Collectors.joining(",", "[", "]"));
        if (experimentId != null && runs.length() > 2) {
            lines.add("");
            lines.add("[Compare these trials](#/compare-runs?runs=%s&experiments=%s)"
                    .formatted(encode(runs), encode("[\"" + experimentId + "\"]")));
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

    private String link(TrialSnapshot trial) {
        var run = runId.apply(trial.id());
        return run.isPresent() && experimentId != null
                ? "[%d](#/experiments/%s/runs/%s)".formatted(trial.number(), experimentId, run.get())
                : trial.number() + (trial.importedFrom().isPresent() ? " (imported)" : "");
    }

    /** A value that is free text must not end its cell or its row. */
    private static String cell(Object value) {
        return value.toString().replace("|", "\\|").replace('`', '\'').replaceAll("\\R", " ");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
