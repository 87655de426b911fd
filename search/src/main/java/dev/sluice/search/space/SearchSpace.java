package dev.sluice.search.space;

import dev.sluice.search.expression.Expression;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Everything a sweep may try: parameters with their distributions, the conditions under which they are active, and constraints
 * between them. Immutable and thread-safe.
 *
 * {@snippet :
 * var space = SearchSpace.builder()
 *         .add("learning_rate", FloatDistribution.log(1e-4, 0.3))
 *         .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
 *         .add(Parameter.of("momentum", FloatDistribution.of(0, 0.99)).when(Condition.oneOf("optimizer", "sgd")))
 *         .constraint("learning_rate < 0.1 or optimizer == 'sgd'")
 *         .build();
 * }
 */
public final class SearchSpace {
    /** Spaces with more points than this are not enumerated, nor counted where conditions make counting an enumeration. */
    private static final long MOST_ENUMERATED = 1_000_000;

    /** So many sets of active parameters are shared by the points that have them. */
    private static final int MOST_SHAPES = 1_000;

    private final List<Parameter> parameters;
    private final Map<String, Parameter> byName;
    private final List<Parameter> order;
    private final Map<String, List<Parameter>> children;
    private final List<Expression> constraints;
    private final OptionalLong size;
    private final Map<Names, Names> shapes = new ConcurrentHashMap<>();

    private SearchSpace(List<Parameter> parameters, List<Expression> constraints) {
        this.parameters = List.copyOf(parameters);
        this.constraints = List.copyOf(constraints);
        var names = new LinkedHashMap<String, Parameter>();
        for (Parameter parameter : parameters) {
            if (names.put(parameter.name(), parameter) != null) {
                throw new IllegalArgumentException("parameter %s is declared twice".formatted(parameter.name()));
            }
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a search space needs at least one parameter");
        }
        this.byName = Collections.unmodifiableMap(names);
        parameters.forEach(this::checkCondition);
        this.order = parentsFirst();
        this.children = order.stream()
                .filter(p -> p.condition().isPresent())
                .collect(Collectors.groupingBy(p -> p.condition().orElseThrow().parent()));
        constraints.forEach(this::checkConstraint);
        this.size = count();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** All parameters as declared. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** All parameters, each after the one it depends on, else as declared. */
    public List<Parameter> order() {
        return order;
    }

    public Optional<Parameter> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The parameter of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Parameter parameter(String name) {
        var parameter = byName.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(unknown(name));
        }
        return parameter;
    }

    /** The parameters whose condition reads this one. */
    public List<Parameter> children(String name) {
        return children.getOrDefault(name, List.of());
    }

    /** What must hold between the values; a constraint that reads an inactive parameter is skipped. */
    public List<Expression> constraints() {
        return constraints;
    }

    /**
     * Whether the parameter is active where its ancestors have these values; whether it has one itself does not matter.
     *
     * @throws IllegalArgumentException if there is no such parameter
     */
    public boolean isActive(String name, ParameterValues partial) {
        return isActive(parameter(name), partial.asMap());
    }

    /** The same for values that are still being put together, in {@link #order}. */
    public boolean isActive(Parameter parameter, Map<String, ParameterValue> partial) {
        Parameter current = parameter;
        while (current.condition().isPresent()) {
            var condition = current.condition().get();
            var parentValue = partial.get(condition.parent());
            if (parentValue == null || !condition.holds(parentValue)) {
                return false;
            }
            current = parameter(condition.parent());
        }
        return true;
    }

    /** The values gathered in any order, as {@link ParameterValues} in declaration order. */
    public ParameterValues inOrder(Map<String, ParameterValue> values) {
        var names = new String[values.size()];
        var ordered = new ParameterValue[values.size()];
        int found = 0;
        for (Parameter parameter : parameters) {
            var value = values.get(parameter.name());
            if (value != null) {
                names[found] = parameter.name();
                ordered[found] = value;
                found++;
            }
        }
        if (found != names.length) {
            values.keySet().forEach(this::parameter);
        }
        return new ParameterValues(shared(new Names(names)), ordered);
    }

    /**
     * The same values, but so that they take less room where many points are kept: what they have in common with other points of this
     * space they share. Nothing is checked.
     */
    public ParameterValues compact(ParameterValues values) {
        return values.with(shared(values.names()));
    }

    private Names shared(Names names) {
        var known = shapes.get(names);
        if (known != null) {
            return known;
        }
        if (shapes.size() >= MOST_SHAPES) {
            return names;
        }
        var first = shapes.putIfAbsent(names, names);
        return first == null ? names : first;
    }

    /** The constraints that these values break. */
    public List<Expression> brokenConstraints(ParameterValues values) {
        if (constraints.isEmpty()) {
            return List.of();
        }
        var plain = values.toPlain();
        return constraints.stream()
                .filter(constraint -> !constraint.test(plain).orElse(true))
                .toList();
    }

    /**
     * What is wrong with these values, each a sentence; empty if they are a point of this space: every active parameter has a value of
     * its distribution, no inactive or unknown one has any, and the constraints hold.
     */
    public List<String> violations(ParameterValues values) {
        var violations = new ArrayList<String>();
        for (Parameter parameter : parameters) {
            var value = values.asMap().get(parameter.name());
            boolean active = isActive(parameter, values.asMap());
            if (active && value == null) {
                violations.add("%s is missing; it must be %s"
                        .formatted(parameter.name(), parameter.distribution().describe()));
            } else if (!active && value != null) {
                violations.add("%s is %s, but it is active only when %s"
                        .formatted(
                                parameter.name(),
                                value,
                                parameter.condition().orElseThrow().describe()));
            } else if (value != null && !parameter.distribution().contains(value)) {
                violations.add("%s must be %s, was %s"
                        .formatted(parameter.name(), parameter.distribution().describe(), value));
            }
        }
        for (String name : values.asMap().keySet()) {
            if (!byName.containsKey(name)) {
                violations.add(unknown(name));
            }
        }
        if (violations.isEmpty()) {
            for (Expression constraint : brokenConstraints(values)) {
                violations.add(broken(constraint, values));
            }
        }
        return violations;
    }

    /**
     * A point of this space from plain values (Number, String, Boolean): typed by the distributions ({@code 1} becomes {@code 1.0}
     * for a float), inactive ones dropped, and those left out filled from the default, else the middle of the range.
     *
     * @throws IllegalArgumentException if a name is unknown, a value is outside its distribution (of an inactive parameter too) or a
     *     constraint does not hold; the message has a sentence for each
     */
    public ParameterValues complete(Map<String, ?> plain) {
        var errors = new ArrayList<String>();
        for (String name : plain.keySet()) {
            if (!byName.containsKey(name)) {
                errors.add(unknown(name));
            }
        }
        var values = new HashMap<String, ParameterValue>();
        for (Parameter parameter : order) {
            Object given = plain.get(parameter.name());
            ParameterValue value;
            try {
                value = given == null
                        ? parameter.defaultValue().orElseGet(parameter.distribution()::middle)
                        : parameter.distribution().typed(ParameterValue.of(given));
            } catch (IllegalArgumentException e) {
                errors.add("%s %s".formatted(parameter.name(), e.getMessage()));
                continue;
            }
            if (isActive(parameter, values)) {
                values.put(parameter.name(), value);
            }
        }
        if (errors.isEmpty()) {
            var point = inOrder(values);
            for (Expression constraint : brokenConstraints(point)) {
                errors.add(broken(constraint, point));
            }
            if (errors.isEmpty()) {
                return point;
            }
        }
        throw new IllegalArgumentException(String.join("; ", errors));
    }

    /**
     * How many different points there are before constraints; empty if infinitely many, more than a long holds, or more than can be
     * counted (a condition on a parameter with over a million values).
     */
    public OptionalLong size() {
        return size;
    }

    /**
     * All points that satisfy the constraints, in a fixed order: the last parameter of {@link #order} varies fastest.
     *
     * @return empty if {@link #size} is over the given limit, or unknown
     */
    public Optional<List<ParameterValues>> points(long limit) {
        if (size.isEmpty() || size.getAsLong() > Math.min(limit, MOST_ENUMERATED)) {
            return Optional.empty();
        }
        var points = new ArrayList<ParameterValues>();
        enumerate(0, new HashMap<>(), points);
        return Optional.of(points);
    }

    private void enumerate(int at, Map<String, ParameterValue> values, List<ParameterValues> points) {
        if (at == order.size()) {
            var point = inOrder(values);
            if (brokenConstraints(point).isEmpty()) {
                points.add(point);
            }
            return;
        }
        var parameter = order.get(at);
        if (!isActive(parameter, values)) {
            enumerate(at + 1, values, points);
            return;
        }
        long count = parameter.distribution().size().orElseThrow();
        for (long i = 0; i < count; i++) {
            values.put(parameter.name(), value(parameter.distribution(), i));
            enumerate(at + 1, values, points);
        }
        values.remove(parameter.name());
    }

    private static ParameterValue value(Distribution distribution, long index) {
        return switch (distribution) {
            case FloatDistribution floats ->
                new FloatValue(floats.step().isPresent() ? floats.valueAt(index) : floats.low());
            case IntDistribution ints -> new IntValue(ints.valueAt(index));
            case CategoricalDistribution choices -> choices.values().get((int) index);
        };
    }

    private OptionalLong count() {
        try {
            long product = 1;
            for (Parameter parameter : order) {
                if (parameter.condition().isEmpty()) {
                    var count = count(parameter);
                    if (count.isEmpty()) {
                        return count;
                    }
                    product = Math.multiplyExact(product, count.getAsLong());
                }
            }
            return OptionalLong.of(product);
        } catch (ArithmeticException overflow) {
            return OptionalLong.empty();
        }
    }

    /** The number of ways to choose this parameter and all that depend on it. */
    private OptionalLong count(Parameter parameter) {
        var own = parameter.distribution().size();
        var dependents = children(parameter.name());
        if (own.isEmpty() || dependents.isEmpty()) {
            return own;
        }
        if (own.getAsLong() > MOST_ENUMERATED) {
            return OptionalLong.empty();
        }
        var counts = new ArrayList<OptionalLong>();
        for (Parameter child : dependents) {
            counts.add(count(child));
        }
        long sum = 0;
        for (long i = 0; i < own.getAsLong(); i++) {
            var value = value(parameter.distribution(), i);
            long ways = 1;
            for (int c = 0; c < dependents.size(); c++) {
                if (dependents.get(c).condition().orElseThrow().holds(value)) {
                    if (counts.get(c).isEmpty()) {
                        return OptionalLong.empty();
                    }
                    ways = Math.multiplyExact(ways, counts.get(c).getAsLong());
                }
            }
            sum = Math.addExact(sum, ways);
        }
        return OptionalLong.of(sum);
    }

    private List<Parameter> parentsFirst() {
        var sorted = new LinkedHashMap<String, Parameter>();
        for (Parameter parameter : parameters) {
            var path = new LinkedHashMap<String, Parameter>();
            Parameter current = parameter;
            while (true) {
                if (path.put(current.name(), current) != null) {
                    throw new IllegalArgumentException("conditions run in a circle: " + circle(path, current.name()));
                }
                if (current.condition().isEmpty()) {
                    break;
                }
                current = parameter(current.condition().get().parent());
            }
            var ancestors = new ArrayList<>(path.values());
            Collections.reverse(ancestors);
            ancestors.forEach(p -> sorted.putIfAbsent(p.name(), p));
        }
        return List.copyOf(sorted.values());
    }

    private static String circle(Map<String, Parameter> path, String again) {
        var names = new ArrayList<>(path.keySet());
        var round = new ArrayList<>(names.subList(names.indexOf(again), names.size()));
        round.add(again);
        return String.join(" -> ", round);
    }

    private void checkCondition(Parameter parameter) {
        if (parameter.condition().isEmpty()) {
            return;
        }
        var condition = parameter.condition().get();
        var parent = byName.get(condition.parent());
        if (parent == null) {
            throw new IllegalArgumentException("the condition of %s reads %s, but %s"
                    .formatted(parameter.name(), condition.parent(), unknown(condition.parent())));
        }
        switch (condition.predicate()) {
            case Condition.OneOf(var values) -> {
                for (ParameterValue value : values) {
                    try {
                        parent.distribution().typed(value);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "the condition of %s can never hold for %s: %s %s"
                                        .formatted(parameter.name(), value, parent.name(), e.getMessage()),
                                e);
                    }
                }
            }
            case Condition.Between between -> {
                if (!canHold(condition, parent.distribution())) {
                    throw new IllegalArgumentException("the condition of %s, %s, can never hold: %s is %s"
                            .formatted(
                                    parameter.name(),
                                    condition.describe(),
                                    parent.name(),
                                    parent.distribution().describe()));
                }
            }
        }
    }

    private static boolean canHold(Condition between, Distribution parent) {
        return switch (parent) {
            case CategoricalDistribution choices -> choices.values().stream().anyMatch(between::holds);
            case FloatDistribution floats -> overlaps(between, floats.low(), floats.last());
            case IntDistribution ints -> overlaps(between, (double) ints.low(), (double) ints.last());
        };
    }

    private static boolean overlaps(Condition condition, double low, double high) {
        return condition.predicate() instanceof Condition.Between(var min, var max)
                && (min.isEmpty() || min.getAsDouble() <= high)
                && (max.isEmpty() || max.getAsDouble() >= low);
    }

    private void checkConstraint(Expression constraint) {
        for (String name : constraint.names()) {
            if (!byName.containsKey(name)) {
                throw new IllegalArgumentException(
                        "the constraint '%s' reads %s, but %s".formatted(constraint.text(), name, unknown(name)));
            }
        }
        Expression.Kind kind;
        try {
            kind = constraint.check(kinds(constraint));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the constraint '%s' makes no sense: %s".formatted(constraint.text(), e.getMessage()), e);
        }
        if (kind != Expression.Kind.BOOLEAN) {
            throw new IllegalArgumentException(
                    "the constraint '%s' is no condition; it needs a comparison, such as '<= 1'"
                            .formatted(constraint.text()));
        }
    }

    private Map<String, Expression.Kind> kinds(Expression constraint) {
        var kinds = new HashMap<String, Expression.Kind>();
        for (String name : constraint.names()) {
            kinds.put(
                    name,
                    switch (parameter(name).distribution()) {
                        case FloatDistribution floats -> Expression.Kind.NUMBER;
                        case IntDistribution ints -> Expression.Kind.NUMBER;
                        case CategoricalDistribution choices -> kind(name, choices);
                    });
        }
        return kinds;
    }

    private static Expression.Kind kind(String name, CategoricalDistribution choices) {
        var kinds = choices.values().stream()
                .map(value -> switch (value) {
                    case FloatValue number -> Expression.Kind.NUMBER;
                    case IntValue number -> Expression.Kind.NUMBER;
                    case TextValue text -> Expression.Kind.TEXT;
                    case BooleanValue truth -> Expression.Kind.BOOLEAN;
                })
                .distinct()
                .toList();
        if (kinds.size() > 1) {
            throw new IllegalArgumentException(
                    "%s mixes texts, numbers or booleans, so that no constraint can read it".formatted(name));
        }
        return kinds.getFirst();
    }

    private static String broken(Expression constraint, ParameterValues values) {
        var read = constraint.names().stream()
                .map(name -> name + " = " + values.get(name))
                .collect(Collectors.joining(", "));
        return read.isEmpty()
                ? "the constraint '%s' does not hold".formatted(constraint.text())
                : "the constraint '%s' does not hold with %s".formatted(constraint.text(), read);
    }

    private String unknown(String name) {
        return "there is no parameter %s; there are %s".formatted(name, String.join(", ", byName.keySet()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SearchSpace that
                && parameters.equals(that.parameters)
                && constraints.equals(that.constraints);
    }

    @Override
    public int hashCode() {
        return 31 * parameters.hashCode() + constraints.hashCode();
    }

    @Override
    public String toString() {
        return "SearchSpace[parameters=%s, constraints=%s]".formatted(parameters, constraints);
    }

    /** Collects parameters and constraints. Not thread-safe. */
    public static final class Builder {
        private final List<Parameter> parameters = new ArrayList<>();
        private final List<Expression> constraints = new ArrayList<>();

        private Builder() {}

        public Builder add(Parameter parameter) {
            parameters.add(parameter);
            return this;
        }

        /** A parameter that is always active and has no default. */
        public Builder add(String name, Distribution distribution) {
            return add(Parameter.of(name, distribution));
        }

        public Builder constraint(Expression constraint) {
            constraints.add(constraint);
            return this;
        }

        /**
         * A constraint in words.
         *
         * @throws IllegalArgumentException if it cannot be read
         */
        public Builder constraint(String text) {
            return constraint(Expression.parse(text));
        }

        /**
         * The space.
         *
         * @throws IllegalArgumentException if there is no parameter, a name is there twice, a condition reads a parameter that is
         *     missing or can never hold, conditions run in a circle, or a constraint reads what is not there or makes no sense
         */
        public SearchSpace build() {
            return new SearchSpace(parameters, constraints);
        }
    }
}
