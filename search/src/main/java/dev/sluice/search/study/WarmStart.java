package dev.sluice.search.study;

import dev.sluice.search.pareto.NonDominatedSorting;
import dev.sluice.search.pareto.Standing;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a study that ran before gives to a new one, whose space and goals may differ a little.
 *
 * <ul>
 *   <li>{@link #points}: its best points, carried over into the new space, to be {@linkplain Study#enqueue tried first}. They are tried
 *       anew, so that nothing needs to be alike but the direction of the first objective: of what is called loss here and error there,
 *       less is wanted.
 *   <li>{@link #trials}: its trials with what came of them, to be {@linkplain Study#takeOver taken over} as if they had been run here.
 *       That is sound only where a value means the same, so that each objective must be one there, of the same metric, direction and
 *       report, and a point must be one of the new space as it stands. That the metric is measured as before (the same data, the same
 *       number of steps) nobody but the caller knows.
 * </ul>
 *
 * <p>Parameters are matched by name. Immutable and thread-safe.
 *
 * {@snippet :
 * var warmStart = WarmStart.of(spec, EarlierStudy.of("digits", earlier.history()));
 * warmStart.points(5).forEach(point -> study.enqueue(point.values()));
 * }
 */
public final class WarmStart {
    /** Of the trials that qualify the best so many, as a share, are those among which points are chosen. */
    private static final double GOOD = 0.25;

    /** How far apart points shall be where that is possible: the mean over the parameters of their distance in [0, 1]. */
    private static final double APART = 0.25;

    private static final double CLOSEST = 1e-3;

    private final SearchSpace space;
    private final Goals goals;
    private final EarlierStudy earlier;

    private WarmStart(SearchSpace space, Goals goals, EarlierStudy earlier) {
        this.space = Objects.requireNonNull(space, "space");
        this.goals = Objects.requireNonNull(goals, "goals");
        this.earlier = Objects.requireNonNull(earlier, "earlier");
    }

    /**
     * For a study of this specification.
     *
     * @throws IllegalArgumentException if the two have no parameter in common
     */
    public static WarmStart of(StudySpec spec, EarlierStudy earlier) {
        var names = new LinkedHashSet<String>();
        for (EarlierStudy.Result trial : earlier.trials()) {
            names.addAll(trial.values().asMap().keySet());
        }
        if (!names.isEmpty()
                && spec.space().parameters().stream().noneMatch(parameter -> names.contains(parameter.name()))) {
            throw new IllegalArgumentException(
                    "a study cannot start from %s, with which it shares no parameter: it has %s, where %s has %s"
                            .formatted(
                                    earlier.name(),
                                    spec.space().parameters().stream()
                                            .map(Parameter::name)
                                            .collect(Collectors.joining(", ")),
                                    earlier.name(),
                                    String.join(", ", names)));
        }
        return new WarmStart(spec.space(), spec.goals(), earlier);
    }

    /**
     * A point of the new space.
     *
     * @param trial the number of the earlier study's trial that it comes from
     * @param changes what had to be changed on the way, in words, such as {@code dropout is new: 0.2}; empty if it is the same point
     */
    public record Point(ParameterValues values, int trial, List<String> changes) {
        public Point {
            Objects.requireNonNull(values, "values");
            changes = List.copyOf(changes);
        }
    }

    /**
     * A trial that the new study can take over.
     *
     * @param source the study and the number of its trial, in words
     */
    public record Known(ParameterValues values, Outcome outcome, String source) {
        public Known {
            Objects.requireNonNull(values, "values");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(source, "source");
        }
    }

    /*
     * Points. Of the earlier trials those count that are COMPLETE, have a value of the first objective and, as far as is known, keep to
     * the constraints of the new study; PRUNED ones only where there is no such. They are ranked by the first objectives that want the
     * same direction in both studies: by cost with one, by front with several. A number outside its range goes to the nearest value, a
     * parameter of another kind, or a new one, gets its default or its middle. Points that break the constraints of the space, or are the
     * same as a better one's, are dropped. Of the best quarter of what is left those are taken, in their order, that are far enough from
     * each one taken before; the distance is halved until there are enough.
     */

    /**
     * The best of the earlier study, far from one another as far as that goes, the best one first.
     *
     * @param most how many at most, at least 1
     * @throws IllegalArgumentException if its first objective wants another direction
     */
    public List<Point> points(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most must be >= 1, was " + most);
        }
        Objective first = earlier.goals().objectives().getFirst();
        Objective here = goals.objectives().getFirst();
        if (first.direction() != here.direction()) {
            throw new IllegalArgumentException(
                    "the study %s wants to %s %s, this one to %s %s: the best points of one are none of the other"
                            .formatted(earlier.name(), verb(first), first.metric(), verb(here), here.metric()));
        }
        var ranked = ranked(TrialState.COMPLETE);
        if (ranked.isEmpty()) {
            ranked = ranked(TrialState.PRUNED);
        }
        var seen = new HashSet<ParameterValues>();
        var candidates = new ArrayList<Point>();
        for (EarlierStudy.Result trial : ranked) {
            var point = carried(trial);
            if (space.brokenConstraints(point.values()).isEmpty() && seen.add(point.values())) {
                candidates.add(point);
            }
        }
        int good = Math.max(most, (int) Math.ceil(GOOD * candidates.size()));
        return apart(candidates.subList(0, Math.min(good, candidates.size())), most);
    }

    private static String verb(Objective objective) {
        return switch (objective.direction()) {
            case MINIMIZE -> "minimize";
            case MAXIMIZE -> "maximize";
        };
    }

    private List<EarlierStudy.Result> ranked(TrialState state) {
        var objectives = alike();
        var trials = new ArrayList<EarlierStudy.Result>();
        var standings = new ArrayList<Standing>();
        for (EarlierStudy.Result trial : earlier.trials()) {
            if (trial.state() != state || breaksWhatIsKnown(trial)) {
                continue;
            }
            var costs = new double[objectives.size()];
            boolean whole = true;
            for (int i = 0; i < costs.length; i++) {
                Objective objective = objectives.get(i);
                costs[i] = objective
                        .direction()
                        .toCost(trial.metric(objective.metric()).orElse(Double.NaN));
                whole &= !Double.isNaN(costs[i]);
            }
            if (whole) {
                trials.add(trial);
                standings.add(Standing.of(costs, 0));
            }
        }
        int[] ranks = NonDominatedSorting.ranks(standings);
        var order = new ArrayList<Integer>();
        for (int i = 0; i < trials.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.<Integer>comparingInt(i -> ranks[i])
                .thenComparingDouble(i -> standings.get(i).cost(0)));
        return order.stream().map(trials::get).toList();
    }

    /** The earlier study's objectives that want the direction of the new study's at the same place, up to the first that does not. */
    private List<Objective> alike() {
        int alike = 0;
        int both =
                Math.min(earlier.goals().objectives().size(), goals.objectives().size());
        while (alike < both
                && earlier.goals().objectives().get(alike).direction()
                        == goals.objectives().get(alike).direction()) {
            alike++;
        }
        return earlier.goals().objectives().subList(0, alike);
    }

    private boolean breaksWhatIsKnown(EarlierStudy.Result trial) {
        for (OutcomeConstraint constraint : goals.constraints()) {
            var value = trial.metric(constraint.metric());
            if (value.isPresent() && constraint.violation(value.getAsDouble()) > 0) {
                return true;
            }
        }
        return false;
    }

    private Point carried(EarlierStudy.Result trial) {
        var values = new HashMap<String, ParameterValue>();
        var changes = new ArrayList<String>();
        for (Parameter parameter : space.order()) {
            if (!space.isActive(parameter, values)) {
                continue;
            }
            var before = trial.values().find(parameter.name());
            var after = before.flatMap(value -> carried(value, parameter.distribution()))
                    .orElseGet(() -> parameter.defaultValue().orElseGet(parameter.distribution()::middle));
            values.put(parameter.name(), after);
            if (before.isEmpty()) {
                changes.add("%s is new: %s".formatted(parameter.name(), after));
            } else if (!after.means(before.get())) {
                changes.add("%s was %s, is %s".formatted(parameter.name(), before.get(), after));
            }
        }
        for (String name : trial.values().asMap().keySet()) {
            if (!values.containsKey(name)) {
                changes.add("%s is gone".formatted(name));
            }
        }
        return new Point(space.inOrder(values), trial.number(), changes);
    }

    /** The value of the distribution that is nearest; empty if it has none of the kind. */
    private static Optional<ParameterValue> carried(ParameterValue value, Distribution distribution) {
        return switch (distribution) {
            case FloatDistribution floats ->
                value.isNumber() ? Optional.of(floats.nearest(value.asDouble())) : Optional.empty();
            case IntDistribution ints ->
                value.isNumber() ? Optional.of(ints.nearest(value.asDouble())) : Optional.empty();
            case CategoricalDistribution choices -> {
                int index = choices.indexOf(value);
                if (index >= 0) {
                    yield Optional.of(choices.values().get(index));
                }
                boolean numbers = choices.ordered()
                        && value.isNumber()
                        && choices.values().stream().allMatch(ParameterValue::isNumber);
                yield numbers
                        ? choices.values().stream()
                                .min(Comparator.comparingDouble(
                                        choice -> Math.abs(choice.asDouble() - value.asDouble())))
                        : Optional.empty();
            }
        };
    }

    private List<Point> apart(List<Point> candidates, int most) {
        var taken = new ArrayList<Point>();
        for (double distance = APART; distance >= CLOSEST && taken.size() < most; distance /= 2) {
            take(candidates, most, distance, taken);
        }
        take(candidates, most, 0, taken);
        taken.sort(Comparator.comparingInt(candidates::indexOf));
        return List.copyOf(taken);
    }

    private void take(List<Point> candidates, int most, double distance, List<Point> taken) {
        for (Point candidate : candidates) {
            if (taken.size() == most) {
                return;
            }
            if (!taken.contains(candidate)
                    && taken.stream().allMatch(other -> distance(candidate.values(), other.values()) >= distance)) {
                taken.add(candidate);
            }
        }
    }

    private double distance(ParameterValues a, ParameterValues b) {
        double sum = 0;
        int active = 0;
        for (Parameter parameter : space.parameters()) {
            var left = a.find(parameter.name());
            var right = b.find(parameter.name());
            if (left.isEmpty() && right.isEmpty()) {
                continue;
            }
            active++;
            sum += left.isEmpty() || right.isEmpty() ? 1 : distance(left.get(), right.get(), parameter.distribution());
        }
        return active == 0 ? 0 : sum / active;
    }

    private static double distance(ParameterValue a, ParameterValue b, Distribution distribution) {
        return switch (distribution) {
            case FloatDistribution floats ->
                distance(a.asDouble(), b.asDouble(), floats.low(), floats.high(), floats.scale());
            case IntDistribution ints ->
                distance(a.asDouble(), b.asDouble(), (double) ints.low(), (double) ints.high(), ints.scale());
            case CategoricalDistribution choices ->
                choices.ordered()
                        ? Math.abs(choices.indexOf(a) - choices.indexOf(b))
                                / Math.max(1.0, choices.values().size() - 1)
                        : a.equals(b) ? 0 : 1;
        };
    }

    private static double distance(double a, double b, double low, double high, Scale scale) {
        if (a == b) {
            return 0;
        }
        return switch (scale) {
            case LINEAR -> Math.abs(a - b) / (high - low);
            case LOG -> Math.abs(Math.log(a / b)) / Math.log(high / low);
        };
    }

    /**
     * What the earlier study knows that holds for the new one, in its order: COMPLETE trials with a number or NaN for each objective and
     * each constraint's metric, and INFEASIBLE ones, as far as their values are a point of the new space as they stand. What was given up
     * early is left out: how it compares is seen from its curve alone, of which another study's steps need not be this one's.
     *
     * @throws IllegalArgumentException if an objective of the new study is not one of the earlier study, with the same direction and
     *     report
     */
    public List<Known> trials() {
        requireSameObjectives();
        var known = new ArrayList<Known>();
        for (EarlierStudy.Result trial : earlier.trials()) {
            outcome(trial)
                    .flatMap(outcome -> typed(trial.values())
                            .map(values -> new Known(
                                    values, outcome, "%s, trial %d".formatted(earlier.name(), trial.number()))))
                    .ifPresent(known::add);
        }
        return List.copyOf(known);
    }

    /**
     * Why trials of the earlier study are not among {@link #trials}: a sentence a reason with how many it holds for, the most frequent
     * first; empty if none is left out.
     *
     * @throws IllegalArgumentException as {@link #trials}
     */
    public List<String> leftOut() {
        requireSameObjectives();
        var reasons = new LinkedHashMap<String, Integer>();
        for (EarlierStudy.Result trial : earlier.trials()) {
            obstacle(trial).ifPresent(reason -> reasons.merge(reason, 1, Integer::sum));
        }
        return reasons.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(reason -> "%d %s: %s"
                        .formatted(reason.getValue(), reason.getValue() == 1 ? "trial" : "trials", reason.getKey()))
                .toList();
    }

    /**
     * So many of these at most: the better half of what may be taken, and of the rest an even selection by rank, so that what is poor is
     * known too. What is infeasible ranks last. In the order given.
     *
     * @param most at least 0
     */
    public static List<Known> selected(Goals goals, List<Known> known, int most) {
        if (most < 0) {
            throw new IllegalArgumentException("most must be >= 0, was " + most);
        }
        if (known.size() <= most) {
            return List.copyOf(known);
        }
        var standings = known.stream().map(trial -> standing(goals, trial)).toList();
        int[] ranks = NonDominatedSorting.ranks(standings);
        var order = new ArrayList<Integer>();
        for (int i = 0; i < known.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.<Integer>comparingInt(i -> ranks[i])
                .thenComparingDouble(i -> standings.get(i).cost(0)));
        int best = (most + 1) / 2;
        var taken = new ArrayList<>(order.subList(0, best));
        int rest = order.size() - best;
        for (int i = 0; i < most - best; i++) {
            taken.add(order.get(best + (int) ((2L * i + 1) * rest / (2L * (most - best)))));
        }
        return taken.stream().sorted().map(known::get).toList();
    }

    private static Standing standing(Goals goals, Known trial) {
        var costs = new double[goals.objectives().size()];
        if (!(trial.outcome() instanceof Outcome.Completed(var values))) {
            Arrays.fill(costs, Double.POSITIVE_INFINITY);
            return Standing.of(costs, Double.POSITIVE_INFINITY);
        }
        double violation = 0;
        for (int i = 0; i < costs.length; i++) {
            Objective objective = goals.objectives().get(i);
            double value = values.getOrDefault(objective.metric(), Double.NaN);
            costs[i] = Double.isNaN(value)
                    ? Double.POSITIVE_INFINITY
                    : objective.direction().toCost(value);
        }
        for (OutcomeConstraint constraint : goals.constraints()) {
            violation += constraint.violation(values.getOrDefault(constraint.metric(), Double.NaN));
        }
        return Standing.of(costs, violation);
    }

    private void requireSameObjectives() {
        for (Objective objective : goals.objectives()) {
            if (!earlier.goals().objectives().contains(objective)) {
                throw new IllegalArgumentException(
                        "trials of the study %s cannot be taken over: its objectives are %s, which leaves out %s; with points alone it can be a start"
                                .formatted(
                                        earlier.name(),
                                        earlier.goals().objectives().stream()
                                                .map(WarmStart::described)
                                                .collect(Collectors.joining(", ")),
                                        described(objective)));
            }
        }
    }

    /** Why the trial cannot be taken over, if so, in words that are the same for all of the kind. */
    private Optional<String> obstacle(EarlierStudy.Result trial) {
        if (outcome(trial).isEmpty()) {
            return Optional.of(
                    switch (trial.state()) {
                        case COMPLETE -> "it has no value of " + missing(trial);
                        case PRUNED -> "what was given up early says too little here";
                        case FAILED, CANCELLED -> "it came to nothing";
                        case INFEASIBLE, QUEUED, RUNNING -> "it had not ended";
                    });
        }
        if (typed(trial.values()).isPresent()) {
            return Optional.empty();
        }
        var typed = new HashMap<String, ParameterValue>();
        for (var entry : trial.values().asMap().entrySet()) {
            var parameter = space.find(entry.getKey());
            if (parameter.isEmpty()) {
                return Optional.of("%s is no parameter here".formatted(entry.getKey()));
            }
            var carried = carried(entry.getValue(), parameter.get().distribution());
            if (carried.isEmpty() || !carried.get().means(entry.getValue())) {
                return Optional.of("%s must be %s here"
                        .formatted(
                                entry.getKey(), parameter.get().distribution().describe()));
            }
            typed.put(entry.getKey(), carried.get());
        }
        for (Parameter parameter : space.parameters()) {
            if (space.isActive(parameter, typed) != typed.containsKey(parameter.name())) {
                return Optional.of(
                        typed.containsKey(parameter.name())
                                ? "%s is not active here".formatted(parameter.name())
                                : "%s is new here".formatted(parameter.name()));
            }
        }
        return Optional.of("it breaks %s"
                .formatted(space.brokenConstraints(space.inOrder(typed)).stream()
                        .map("'%s'"::formatted)
                        .collect(Collectors.joining(" and "))));
    }

    private String missing(EarlierStudy.Result trial) {
        for (Objective objective : goals.objectives()) {
            if (trial.metric(objective.metric()).isEmpty()) {
                return objective.metric();
            }
        }
        return goals.constraints().stream()
                .map(OutcomeConstraint::metric)
                .filter(metric -> trial.metric(metric).isEmpty())
                .findFirst()
                .orElse("its objective");
    }

    private static String described(Objective objective) {
        return "%s %s (%s)"
                .formatted(
                        verb(objective),
                        objective.metric(),
                        switch (objective.report()) {
                            case BEST -> "best";
                            case LAST -> "last";
                        });
    }

    private Optional<Outcome> outcome(EarlierStudy.Result trial) {
        return switch (trial.state()) {
            case COMPLETE -> completed(trial);
            case INFEASIBLE -> Optional.of(new Outcome.Infeasible("infeasible in " + earlier.name()));
            case QUEUED, RUNNING, PRUNED, FAILED, CANCELLED -> Optional.empty();
        };
    }

    private Optional<Outcome> completed(EarlierStudy.Result trial) {
        if (trial.violation(goals.constraints()).isEmpty()) {
            return Optional.empty();
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (Objective objective : goals.objectives()) {
            var value = trial.metric(objective.metric());
            if (value.isEmpty()) {
                return Optional.empty();
            }
            metrics.put(objective.metric(), value.getAsDouble());
        }
        for (OutcomeConstraint constraint : goals.constraints()) {
            metrics.put(constraint.metric(), trial.metric(constraint.metric()).orElseThrow());
        }
        return Optional.of(new Outcome.Completed(metrics));
    }

    /** The same point with the types of the new space, where it is one. */
    private Optional<ParameterValues> typed(ParameterValues values) {
        var typed = new LinkedHashMap<String, ParameterValue>();
        for (var entry : values.asMap().entrySet()) {
            var parameter = space.find(entry.getKey());
            if (parameter.isEmpty()) {
                return Optional.empty();
            }
            var carried = carried(entry.getValue(), parameter.get().distribution());
            if (carried.isEmpty() || !carried.get().means(entry.getValue())) {
                return Optional.empty();
            }
            typed.put(entry.getKey(), carried.get());
        }
        var point = space.inOrder(typed);
        return space.violations(point).isEmpty() ? Optional.of(point) : Optional.empty();
    }
}
