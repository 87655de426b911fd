package dev.sluice.console.sweep;

import dev.sluice.console.study.Front;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Learning curves for a chart: chosen and thinned out here, so that a page never gets more than it can draw. */
record Curves(String metric, long revision, int total, List<Curve> curves) {
    /** One trial's values of the metric at its steps. */
    record Curve(UUID id, int number, String state, List<Long> steps, List<Double> values) {}

    /**
     * The best of the trials and an even sample of the rest, together at most `top`; or those asked for by id alone.
     *
     * <p>Those that keep to the constraints come before those that break one, whatever their values are; among them the objective decides
     * that is on the metric, or else the first one.
     */
    static Curves of(
            long revision,
            String metric,
            List<TrialSnapshot> trials,
            Map<Integer, List<Measurement>> measurements,
            int top,
            int points,
            Set<UUID> ids,
            Goals goals) {
        var reported = trials.stream()
                .filter(t -> measurements.containsKey(t.number()))
                .toList();
        var chosen = new LinkedHashSet<TrialSnapshot>();
        if (ids.isEmpty()) {
            var objective = goals.objectives().stream()
                    .filter(one -> one.metric().equals(metric))
                    .findFirst()
                    .orElse(goals.objectives().getFirst());
            var ranked = reported.stream()
                    .filter(t -> t.values().containsKey(metric) && t.values().containsKey(objective.metric()))
                    .sorted(Comparator.comparing(
                                    (TrialSnapshot t) -> !Front.broken(goals, t).isEmpty())
                            .thenComparingDouble(t -> objective
                                    .direction()
                                    .toCost(t.values().getOrDefault(objective.metric(), Double.NaN))))
                    .toList();
            int best = reported.size() <= top ? ranked.size() : Math.min(ranked.size(), (top + 1) / 2);
            chosen.addAll(ranked.subList(0, best));
            var rest = reported.stream().filter(t -> !chosen.contains(t)).toList();
            int places = Math.min(rest.size(), top - chosen.size());
            for (int i = 0; i < places; i++) {
                chosen.add(rest.get((int) ((long) i * rest.size() / places)));
            }
        } else {
            reported.stream().filter(t -> ids.contains(t.id())).forEach(chosen::add);
        }
        var curves = chosen.stream()
                .sorted(Comparator.comparingInt(TrialSnapshot::number))
                .map(t -> curve(t, metric, measurements.getOrDefault(t.number(), List.of()), points))
                .filter(c -> !c.steps().isEmpty())
                .toList();
        return new Curves(metric, revision, reported.size(), curves);
    }

    private static Curve curve(TrialSnapshot trial, String metric, List<Measurement> measurements, int points) {
        var steps = new ArrayList<Long>();
        var values = new ArrayList<Double>();
        for (var measurement : measurements) {
            var value = measurement.values().get(metric);
            if (value != null) {
                steps.add(measurement.step());
                values.add(value);
            }
        }
        if (steps.size() > points) {
            return thinned(trial, steps, values, points);
        }
        return new Curve(trial.id(), trial.number(), trial.state().name(), steps, values);
    }

    /** The smallest and the largest of each bucket: peaks stay, beside NaN too. The last point is always there. */
    private static Curve thinned(TrialSnapshot trial, List<Long> steps, List<Double> values, int points) {
        var keep = new java.util.TreeSet<Integer>();
        int buckets = Math.max(1, (points - 1) / 2);
        for (int b = 0; b < buckets; b++) {
            int from = (int) ((long) b * steps.size() / buckets);
            int to = (int) ((long) (b + 1) * steps.size() / buckets);
            int low = from;
            int high = from;
            for (int i = from; i < to; i++) {
                low = values.get(i) < values.get(low) || values.get(low).isNaN() ? i : low;
                high = values.get(i) > values.get(high) || values.get(high).isNaN() ? i : high;
            }
            keep.add(low);
            keep.add(high);
        }
        keep.add(steps.size() - 1);
        return new Curve(
                trial.id(),
                trial.number(),
                trial.state().name(),
                keep.stream().map(steps::get).toList(),
                keep.stream().map(values::get).toList());
    }
}
