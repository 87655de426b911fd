package dev.sluice.console.tracking;

import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.TrialState;
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
        @Nullable String experimentId,
        Function<UUID, Optional<String>> runId) {
    private static final int BEST = 10;

    String markdown() {
        var specification = Specifications.of(sweep.specification());
        var objective = specification.objectives().getFirst();
        var order = Comparator.comparingDouble(
                (TrialSnapshot t) -> t.values().getOrDefault(objective.metric(), Double.NaN));
        var best = trials.stream()
                .filter(t -> t.state() == TrialState.COMPLETE)
                .filter(t -> Double.isFinite(t.values().getOrDefault(objective.metric(), Double.NaN)))
                .sorted(objective.direction() == Direction.MAXIMIZE ? order.reversed() : order)
                .limit(BEST)
                .toList();
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
        lines.add("");
        lines.add("| trial | %s | parameters |".formatted(objective.metric()));
        lines.add("|---|---|---|");
        for (var trial : best) {
            lines.add("| %s | %s | %s |"
                    .formatted(
                            link(trial),
                            String.format(Locale.ROOT, "%.5g", trial.values().get(objective.metric())),
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

    private String link(TrialSnapshot trial) {
        var run = runId.apply(trial.id());
        return run.isPresent() && experimentId != null
                ? "[%d](#/experiments/%s/runs/%s)".formatted(trial.number(), experimentId, run.get())
                : Integer.toString(trial.number());
    }

    /** A value that is free text must not end its cell or its row. */
    private static String cell(Object value) {
        return value.toString().replace("|", "\\|").replace('`', '\'').replaceAll("\\R", " ");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
