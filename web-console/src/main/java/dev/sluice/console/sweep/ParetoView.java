package dev.sluice.console.sweep;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.Front;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.pareto.Hypervolume;
import dev.sluice.search.trial.Direction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The trials that no other one beats: of the COMPLETE ones that keep to the constraints.
 *
 * @param revision of the sweep
 * @param objectives in the order of the sweep file
 * @param trials by the first objective, the best first; with one objective those that are best
 * @param hypervolume what they cover up to the reference point, with costs as they are and gains negated; null where there is none, or it
 *     is no finite number
 * @param reason why there is no hypervolume; null where there is
 * @param reference by objective, from all complete trials: the worst value and a tenth of the range more
 */
public record ParetoView(
        long revision,
        List<SweepView.Objective> objectives,
        List<Point> trials,
        @Nullable Double hypervolume,
        @Nullable String reason,
        Map<String, Double> reference) {

    /** One of them. */
    public record Point(UUID id, int number, Map<String, Object> params, Map<String, Double> values) {}

    static ParetoView of(long revision, SweepSpecification specification, List<TrialSnapshot> trials) {
        var objectives = specification.objectives();
        var front = Front.of(specification.goals(), trials);
        var costs = costs(front.placed());
        var reference = Hypervolume.reference(costs, objectives.size());
        var byMetric = new LinkedHashMap<String, Double>();
        for (int i = 0; i < objectives.size(); i++) {
            byMetric.put(
                    objectives.get(i).metric(), objectives.get(i).direction().toCost(reference[i]));
        }
        double hypervolume = Hypervolume.of(costs(front.best()), reference);
        boolean covered = !front.best().isEmpty() && Double.isFinite(hypervolume);
        return new ParetoView(
                revision,
                objectives.stream()
                        .map(o -> new SweepView.Objective(
                                o.metric(), o.direction() == Direction.MAXIMIZE ? "maximize" : "minimize"))
                        .toList(),
                front.best().stream()
                        .map(Front.Placed::trial)
                        .map(t -> new Point(t.id(), t.number(), t.params(), t.values()))
                        .toList(),
                covered ? hypervolume : null,
                covered ? null : reason(specification, front),
                front.placed().isEmpty() ? Map.of() : byMetric);
    }

    private static String reason(SweepSpecification specification, Front front) {
        if (front.placed().isEmpty()) {
            return "no trial is complete with a value of each objective";
        }
        if (front.best().isEmpty()) {
            return "no complete trial keeps to the constraints";
        }
        var objectives = specification.objectives();
        for (var placed : front.best()) {
            for (int i = 0; i < objectives.size(); i++) {
                if (Double.isInfinite(placed.standing().cost(i))) {
                    var metric = objectives.get(i).metric();
                    return "trial %d has %s %s, which covers infinitely much"
                            .formatted(
                                    placed.trial().number(),
                                    metric,
                                    placed.trial().values().get(metric));
                }
            }
        }
        return "the values are so large that what they cover is beyond the largest number";
    }

    private static double[][] costs(List<Front.Placed> placed) {
        return placed.stream().map(p -> p.standing().costs()).toArray(double[][]::new);
    }
}
