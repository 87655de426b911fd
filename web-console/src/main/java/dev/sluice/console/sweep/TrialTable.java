package dev.sluice.console.sweep;

import dev.sluice.console.study.Front;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All trials as columns: what charts and tables read. Numbers are exact; texts and booleans are an index into their
 * values, and so are the lists of constraints that trials break; what is missing or inactive is null.
 */
final class TrialTable {
    /** A column of texts, booleans or lists of texts. `index` holds null where there is no value. */
    record Categories(List<Object> values, List<@Nullable Integer> index) {}

    static final List<String> COLUMNS = List.of(
            "number",
            "id",
            "state",
            "value",
            "step",
            "attempt",
            "startedAt",
            "durationMs",
            "reason",
            "importedFrom",
            "breaks",
            "params",
            "metrics",
            "revision",
            "count");

    private TrialTable() {}

    static Map<String, Object> columns(
            long revision, List<TrialSnapshot> trials, List<String> params, Goals goals, Set<String> wanted) {
        var objective = goals.objectives().getFirst().metric();
        var table = new LinkedHashMap<String, Object>();
        table.put("revision", revision);
        table.put("count", trials.size());
        put(table, wanted, "number", () -> column(trials, TrialSnapshot::number));
        put(table, wanted, "id", () -> column(trials, TrialSnapshot::id));
        put(table, wanted, "state", () -> categories(trials, t -> t.state().name()));
        put(table, wanted, "value", () -> column(trials, t -> t.values().get(objective)));
        put(table, wanted, "step", () -> column(trials, t -> t.step() < 0 ? null : t.step()));
        put(table, wanted, "attempt", () -> column(trials, TrialSnapshot::attempt));
        put(
                table,
                wanted,
                "startedAt",
                () -> column(
                        trials,
                        t -> t.startedAt().map(java.time.Instant::toEpochMilli).orElse(null)));
        put(table, wanted, "durationMs", () -> column(trials, TrialTable::durationMs));
        put(table, wanted, "reason", () -> column(trials, TrialSnapshot::reason));
        put(
                table,
                wanted,
                "importedFrom",
                () -> column(trials, t -> t.importedFrom().orElse(null)));
        put(table, wanted, "breaks", () -> categories(trials, t -> broken(goals, t)));
        put(table, wanted, "params", () -> {
            var columns = new LinkedHashMap<String, Object>();
            params.forEach(name ->
                    columns.put(name, values(trials, t -> t.params().get(name))));
            return columns;
        });
        put(table, wanted, "metrics", () -> {
            var names = new LinkedHashSet<String>();
            trials.forEach(t -> names.addAll(t.values().keySet()));
            var columns = new LinkedHashMap<String, Object>();
            names.forEach(name ->
                    columns.put(name, column(trials, t -> t.values().get(name))));
            return columns;
        });
        return table;
    }

    /**
     * RFC 4180, one row a trial; what is missing is empty. After the metrics stands which constraints on results a trial breaks, where the
     * sweep has any, and where it ran, where trials of earlier sweeps were taken over.
     */
    static String csv(List<TrialSnapshot> trials, List<String> params, Goals goals) {
        var metrics = new LinkedHashSet<String>();
        trials.forEach(t -> metrics.addAll(t.values().keySet()));
        var csv = new StringBuilder("number,id,state,attempt,step,started_at,ended_at,reason");
        params.forEach(name -> csv.append(',').append(cell("params." + name)));
        metrics.forEach(name -> csv.append(',').append(cell("metrics." + name)));
        boolean imported = trials.stream().anyMatch(t -> t.importedFrom().isPresent());
        boolean constrained = !goals.constraints().isEmpty();
        csv.append(constrained ? ",breaks" : "").append(imported ? ",imported_from\r\n" : "\r\n");
        for (var trial : trials) {
            var cells = new ArrayList<@Nullable Object>();
            cells.add(trial.number());
            cells.add(trial.id());
            cells.add(trial.state());
            cells.add(trial.attempt());
            cells.add(trial.step() < 0 ? null : trial.step());
            cells.add(trial.startedAt().orElse(null));
            cells.add(trial.endedAt().orElse(null));
            cells.add(trial.reason());
            params.forEach(name -> cells.add(trial.params().get(name)));
            metrics.forEach(name -> cells.add(trial.values().get(name)));
            if (constrained) {
                cells.add(String.join("; ", broken(goals, trial)));
            }
            if (imported) {
                cells.add(trial.importedFrom().orElse(null));
            }
            csv.append(cells.stream().map(TrialTable::cell).collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return csv.toString();
    }

    private static List<String> broken(Goals goals, TrialSnapshot trial) {
        return Front.broken(goals, trial).stream()
                .map(OutcomeConstraint::toString)
                .toList();
    }

    private static @Nullable Long durationMs(TrialSnapshot trial) {
        if (trial.startedAt().isEmpty() || trial.endedAt().isEmpty()) {
            return null;
        }
        return trial.endedAt().get().toEpochMilli() - trial.startedAt().get().toEpochMilli();
    }

    private static void put(
            Map<String, Object> table, Set<String> wanted, String name, java.util.function.Supplier<Object> column) {
        if (wanted.isEmpty() || wanted.contains(name)) {
            table.put(name, column.get());
        }
    }

    private static List<@Nullable Object> column(
            List<TrialSnapshot> trials, Function<TrialSnapshot, @Nullable Object> value) {
        var column = new ArrayList<@Nullable Object>(trials.size());
        trials.forEach(t -> column.add(value.apply(t)));
        return column;
    }

    private static Object values(List<TrialSnapshot> trials, Function<TrialSnapshot, @Nullable Object> value) {
        boolean numbers = trials.stream().map(value).allMatch(v -> v == null || v instanceof Number);
        return numbers ? column(trials, value) : categories(trials, value);
    }

    private static Categories categories(List<TrialSnapshot> trials, Function<TrialSnapshot, @Nullable Object> value) {
        var places = new LinkedHashMap<Object, Integer>();
        var index = new ArrayList<@Nullable Integer>(trials.size());
        for (var trial : trials) {
            var v = value.apply(trial);
            index.add(v == null ? null : places.computeIfAbsent(v, k -> places.size()));
        }
        return new Categories(List.copyOf(places.keySet()), index);
    }

    private static String cell(@Nullable Object value) {
        var text = value == null ? "" : value.toString();
        // A spreadsheet would run a cell that begins like a formula.
        if (!text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 && !(value instanceof Number)) {
            text = "'" + text;
        }
        return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
