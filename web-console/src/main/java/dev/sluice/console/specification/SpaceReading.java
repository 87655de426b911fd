package dev.sluice.console.specification;

import dev.sluice.search.expression.Expression;
import dev.sluice.search.expression.ExpressionException;
import dev.sluice.search.space.BooleanValue;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.IntValue;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.space.TextValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;

/** Reads {@code parameters}, {@code parameterConstraints} and {@code enqueue}. Serves one file; not thread-safe. */
final class SpaceReading {
    /** The most parameters. */
    static final int MOST_PARAMETERS = 500;

    /** The most values in all enqueued points together, those filled in counted. */
    static final int MOST_ENQUEUED = 500_000;

    /** What {@code type} can say, and what the schema offers. */
    static final List<String> TYPES = List.of("int", "float", "string", "boolean", "mixed");

    private static final String EXAMPLE = "{min: 0.0, max: 1.0}, {values: [adam, sgd]} or {value: 12}";
    private static final List<String> KEYS =
            List.of("type", "min", "max", "log", "step", "values", "ordered", "value", "default", "when");
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("low", "min"),
            Map.entry("lower", "min"),
            Map.entry("high", "max"),
            Map.entry("upper", "max"),
            Map.entry("choices", "values"),
            Map.entry("options", "values"),
            Map.entry("categories", "values"),
            Map.entry("logscale", "log"),
            Map.entry("scale", "log"),
            Map.entry("q", "step"),
            Map.entry("condition", "when"),
            Map.entry("if", "when"),
            Map.entry("initial", "default"),
            Map.entry("const", "value"),
            Map.entry("constant", "value"));
    private static final Map<String, String> TYPE_SYNONYMS = Map.of(
            "integer", "int",
            "double", "float",
            "number", "float",
            "real", "float",
            "str", "string",
            "text", "string",
            "bool", "boolean",
            "categorical", "mixed");

    private final Problems problems;
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final Map<String, Distribution> distributions = new LinkedHashMap<>();
    private final Set<String> names = new LinkedHashSet<>();

    SpaceReading(Problems problems) {
        this.problems = problems;
    }

    /** The names of all parameters, also of those that are wrong otherwise. */
    Set<String> names() {
        return names;
    }

    /** The distribution of a parameter that is right. */
    Optional<Distribution> distribution(String name) {
        return Optional.ofNullable(distributions.get(name));
    }

    /** True if it is active only under a condition. */
    boolean isConditional(String name) {
        Section section = sections.get(name);
        return section != null && section.has("when");
    }

    /** A problem with a parameter's name or meaning. */
    void problem(String name, String detail) {
        Section section = sections.get(name);
        if (section != null) {
            section.problem(detail);
        }
    }

    /** The space, or empty where anything in it is wrong. */
    Optional<SearchSpace> read(Section sweep) {
        int before = problems.count();
        sweep.require(
                "parameters",
                "a mapping of at least one name to its range, such as learning_rate: {min: 1e-4, max: 0.3}");
        Optional<Section> parameters = sweep.section("parameters", "learning_rate: {min: 1e-4, max: 0.3}");
        parameters.ifPresent(this::readDistributions);
        Map<String, ParameterValue> defaults = new HashMap<>();
        Map<String, Condition> conditions = new HashMap<>();
        sections.forEach((name, section) -> {
            readDefault(name, section).ifPresent(value -> defaults.put(name, value));
            readCondition(name, section).ifPresent(condition -> conditions.put(name, condition));
        });
        checkCircles(conditions);
        List<Expression> constraints = readConstraints(sweep);
        if (problems.count() > before || parameters.isEmpty()) {
            return Optional.empty();
        }
        try {
            SearchSpace.Builder builder = SearchSpace.builder();
            distributions.forEach((name, distribution) -> builder.add(new Parameter(
                    name,
                    distribution,
                    Optional.ofNullable(conditions.get(name)),
                    Optional.ofNullable(defaults.get(name)))));
            constraints.forEach(builder::constraint);
            return Optional.of(builder.build());
        } catch (IllegalArgumentException refused) {
            sweep.problem("parameters", "the parameters make no search space: " + refused.getMessage());
            return Optional.empty();
        }
    }

    private void readDistributions(Section parameters) {
        if (parameters.entries().isEmpty()) {
            parameters.problem("'parameters' must hold at least one parameter, such as lr: {min: 1e-4, max: 0.3}");
        }
        if (parameters.entries().size() > MOST_PARAMETERS) {
            parameters.problem("'parameters' may hold at most " + MOST_PARAMETERS + " parameters, had "
                    + parameters.entries().size());
            return;
        }
        names.addAll(parameters.entries().keySet());
        parameters.entries().forEach((name, entry) -> {
            Names.complaint(name)
                    .ifPresent(complaint ->
                            parameters.keyProblem(name, "the parameter name " + Words.quoted(name) + " " + complaint));
            String what = "parameter " + Words.quoted(name);
            String example = example(entry.value());
            Section.of(entry.value(), parameters.pointer(name), what, example, problems)
                    .ifPresent(section -> {
                        sections.put(name, section);
                        readDistribution(section).ifPresent(distribution -> distributions.put(name, distribution));
                    });
        });
    }

    /** What was likely meant by a parameter that is no mapping. */
    private static String example(Node node) {
        if (node instanceof Node.Scalar scalar && scalar.value() != null) {
            return "{value: " + Words.clipped(scalar.text()) + "}";
        }
        return node instanceof Node.Sequence ? "{values: […]}" : EXAMPLE;
    }

    private Optional<Distribution> readDistribution(Section section) {
        section.allow(KEYS, SYNONYMS);
        Optional<String> type = section.word("type", TYPES, TYPE_SYNONYMS);
        if (section.has("type") && type.isEmpty()) {
            return Optional.empty();
        }
        List<String> forms = new ArrayList<>();
        if (section.has("min") || section.has("max")) {
            forms.add("min and max");
        }
        if (section.has("values")) {
            forms.add("values");
        }
        if (section.has("value")) {
            forms.add("value");
        }
        if (forms.isEmpty() && problemsOf(section)) {
            // A misspelt key was likely meant to be the range.
            return Optional.empty();
        }
        if (forms.size() != 1) {
            section.problem(section.what()
                    + (forms.isEmpty()
                            ? " says no range: write min and max, values, or value, such as " + EXAMPLE
                            : " has both " + Words.allOf(forms) + ": keep one of them"));
            return Optional.empty();
        }
        int before = problems.count();
        Optional<Distribution> distribution = switch (forms.get(0)) {
            case "values" -> readChoices(section, type);
            case "value" -> readConstant(section, type);
            default -> readRange(section, type);
        };
        return problems.count() > before ? Optional.empty() : distribution;
    }

    private void misplaced(Section section, List<String> keys, String form) {
        for (String key : keys) {
            if (section.has(key)) {
                section.keyProblem(key, section.field(key) + " has no meaning beside " + form + "; leave it out");
            }
        }
    }

    // ---- min and max

    private Optional<Distribution> readRange(Section section, Optional<String> type) {
        misplaced(section, List.of("ordered"), "'min' and 'max' (a range has an order anyway)");
        boolean log = section.flag("log").orElse(false);
        section.require("min", "a range needs both 'min' and 'max'");
        section.require("max", "a range needs both 'min' and 'max'");
        Node min = section.node("min");
        Node max = section.node("max");
        if (min == null || max == null) {
            return Optional.empty();
        }
        if (type.isPresent() && !type.get().equals("int") && !type.get().equals("float")) {
            section.problem(
                    "type",
                    section.field("type") + " must be int or float beside 'min' and 'max', was "
                            + Words.quoted(type.get()));
            return Optional.empty();
        }
        boolean minRight = isNumber(section, "min");
        boolean maxRight = isNumber(section, "max");
        if (!minRight || !maxRight) {
            return Optional.empty();
        }
        boolean bothWhole = isWholeLiteral(min) && isWholeLiteral(max);
        return type.map("int"::equals).orElse(bothWhole)
                ? readIntRange(section, log, type.isPresent())
                : readFloatRange(section, log);
    }

    private static boolean isNumber(Section section, String key) {
        return section.number(key, "an end of the range").isPresent();
    }

    private static boolean isWholeLiteral(Node node) {
        return Section.beyondExact(node) || (node instanceof Node.Scalar scalar && scalar.value() instanceof Long);
    }

    private Optional<Distribution> readIntRange(Section section, boolean log, boolean typed) {
        boolean right = true;
        for (String key : List.of("min", "max")) {
            Node node = section.node(key);
            if (node != null && Section.whole(node).isEmpty()) {
                right = false;
                section.problem(
                        key,
                        Section.beyondExact(node)
                                        || Math.abs(Section.finite(node).orElse(0)) > Section.LARGEST_EXACT
                                ? section.field(key)
                                        + " must be within ±2^53 (9007199254740992) as whole numbers are, was "
                                        + node.inWords() + "; write type: float for a range of floats"
                                : section.field(key) + " must be a whole number, because 'type' is int, was "
                                        + node.inWords());
            }
        }
        Node stepNode = section.node("step");
        long step = 1;
        if (stepNode != null) {
            if (Section.whole(stepNode).isEmpty() && Section.finite(stepNode).isPresent()) {
                right = false;
                section.problem(
                        "step",
                        section.field("step") + " must be a whole number from 1 "
                                + (typed
                                        ? "because 'type' is int"
                                        : "because 'min' and 'max' are whole numbers (write type: float if floats are meant)")
                                + ", was " + stepNode.inWords());
            } else {
                var whole = section.whole("step", 1, Section.LARGEST_EXACT, "the distance between neighbours");
                right &= whole.isPresent();
                step = whole.orElse(1);
            }
        }
        if (!right) {
            return Optional.empty();
        }
        long low = wholeOf(section, "min");
        long high = wholeOf(section, "max");
        checkEnds(section, (double) low, (double) high, log);
        if (low <= high && step > 1 && step > high - low) {
            tooLongStep(section);
        }
        return build(section, () -> new IntDistribution(low, high, log ? Scale.LOG : Scale.LINEAR, stepOf(section)));
    }

    private static long stepOf(Section section) {
        Node node = section.node("step");
        return node == null ? 1 : Section.whole(node).orElse(1);
    }

    private static long wholeOf(Section section, String key) {
        Node node = section.node(key);
        return node == null ? 0 : Section.whole(node).orElse(0);
    }

    private Optional<Distribution> readFloatRange(Section section, boolean log) {
        double low = section.number("min", "").orElse(0);
        double high = section.number("max", "").orElse(0);
        OptionalDouble step = section.number("step", "the distance between neighbours");
        checkEnds(section, low, high, log);
        if (step.isPresent() && !(step.getAsDouble() > 0)) {
            section.problem(
                    "step",
                    section.field("step") + " must be greater than 0 (the distance between neighbours), was "
                            + section.shown("step"));
        } else if (step.isPresent() && low <= high && step.getAsDouble() > high - low) {
            tooLongStep(section);
        }
        return build(section, () -> new FloatDistribution(low, high, log ? Scale.LOG : Scale.LINEAR, step));
    }

    private static void checkEnds(Section section, double low, double high, boolean log) {
        if (low > high) {
            section.problem(
                    "min",
                    section.field("min") + " must not be above 'max', was " + section.shown("min") + " with max "
                            + section.shown("max") + ": the range is empty; are the two swapped?");
        }
        if (log && low <= 0) {
            section.problem(
                    "min",
                    section.field("min")
                            + " must be greater than 0, because 'log' is true and zero has no logarithm, was "
                            + section.shown("min"));
        }
    }

    private static void tooLongStep(Section section) {
        section.problem(
                "step",
                section.field("step") + " must fit between 'min' and 'max' at least once, was " + section.shown("step")
                        + " for " + section.shown("min") + " to " + section.shown("max"));
    }

    /** Makes a distribution once nothing is known to be wrong; what the search itself refuses is a problem too. */
    private Optional<Distribution> build(Section section, Supplier<Distribution> distribution) {
        if (problems.count() > 0 && problemsOf(section)) {
            return Optional.empty();
        }
        try {
            return Optional.of(distribution.get());
        } catch (IllegalArgumentException refused) {
            section.problem(section.what() + " makes no range: " + refused.getMessage());
            return Optional.empty();
        }
    }

    private boolean problemsOf(Section section) {
        return problems.anyUnder(section.pointer());
    }

    // ---- values and value

    private Optional<Distribution> readChoices(Section section, Optional<String> type) {
        misplaced(section, List.of("log", "step"), "'values'");
        boolean ordered = section.flag("ordered").orElse(false);
        List<Section.Item> items = section.items("values", "[adam, sgd] or [32, 64, 128]");
        if (items.isEmpty()) {
            if (section.node("values") instanceof Node.Sequence) {
                section.problem("values", section.field("values") + " must hold at least one value, was []");
            }
            return Optional.empty();
        }
        List<Node> nodes = items.stream().map(Section.Item::node).toList();
        boolean floats = type.map("float"::equals).orElse(haveFractions(nodes) && allNumbers(nodes));
        List<ParameterValue> values = new ArrayList<>();
        Set<Object> seen = new HashSet<>();
        for (Section.Item item : items) {
            choice("each item of " + section.field("values"), item.pointer(), item.node(), type, floats)
                    .ifPresent(value -> {
                        if (seen.add(value.isNumber() ? (Object) value.asDouble() : value)) {
                            values.add(value);
                        } else {
                            problems.add(
                                    item.pointer(),
                                    item.node().position(),
                                    section.field("values") + " must not hold a value twice, "
                                            + item.node().inWords() + " is there again");
                        }
                    });
        }
        return build(section, () -> new CategoricalDistribution(values, ordered));
    }

    private Optional<Distribution> readConstant(Section section, Optional<String> type) {
        misplaced(section, List.of("log", "step", "ordered"), "'value'");
        Node node = section.node("value");
        if (node == null) {
            return Optional.empty();
        }
        boolean floats = type.map("float"::equals).orElse(false);
        return choice(section.field("value"), section.pointer("value"), node, type, floats)
                .flatMap(value -> build(section, () -> new CategoricalDistribution(List.of(value), false)));
    }

    private static boolean haveFractions(List<Node> nodes) {
        return nodes.stream().anyMatch(node -> node instanceof Node.Scalar scalar && scalar.value() instanceof Double);
    }

    private static boolean allNumbers(List<Node> nodes) {
        return nodes.stream().allMatch(node -> node instanceof Node.Scalar scalar && scalar.value() instanceof Number);
    }

    private Optional<ParameterValue> choice(
            String field, String pointer, Node node, Optional<String> type, boolean floats) {
        Object value = node instanceof Node.Scalar scalar ? scalar.value() : null;
        String wanted = type.orElse("mixed");
        String complaint = null;
        ParameterValue choice = null;
        if (value == null) {
            complaint = "must be a text, a number, true or false, was " + node.inWords();
        } else if (value instanceof Number && wanted.equals("string")) {
            complaint = "must be text because 'type' is string, was " + node.inWords() + "; put it in quotes";
        } else if (value instanceof Number && Section.finite(node).isEmpty()) {
            complaint = "must be a finite number, was " + node.inWords();
        } else if (value instanceof Number && Section.beyondExact(node) && !floats) {
            complaint = "must be within ±2^53 (9007199254740992) as whole numbers are, was " + node.inWords();
        } else if (value instanceof Number number) {
            if (wanted.equals("boolean")) {
                complaint = "must be true or false because 'type' is boolean, was " + node.inWords();
            } else if (wanted.equals("int") && Section.whole(node).isEmpty()) {
                complaint = "must be a whole number because 'type' is int, was " + node.inWords();
            } else if (wanted.equals("int")) {
                choice = new IntValue(Section.whole(node).orElse(0));
            } else if (floats || number instanceof Double) {
                choice = new FloatValue(number.doubleValue());
            } else {
                choice = new IntValue(number.longValue());
            }
        } else if (value instanceof Boolean truth) {
            if (wanted.equals("boolean") || wanted.equals("mixed")) {
                choice = new BooleanValue(truth);
            } else {
                complaint = "must be of the 'type' " + wanted + ", was " + node.inWords();
            }
        } else if (value instanceof String text) {
            if (wanted.equals("string") || wanted.equals("mixed")) {
                choice = new TextValue(text);
            } else {
                complaint = "must be of the 'type' " + wanted + ", was " + node.inWords();
            }
        }
        if (complaint != null) {
            problems.add(pointer, node.position(), field + " " + complaint);
        }
        return Optional.ofNullable(choice);
    }

    // ---- default and when

    private Optional<ParameterValue> readDefault(String name, Section section) {
        Node node = section.node("default");
        Distribution distribution = distributions.get(name);
        if (node == null || distribution == null) {
            return Optional.empty();
        }
        Optional<ParameterValue> value = typed(node, distribution);
        if (value.isEmpty()) {
            boolean fraction = distribution instanceof IntDistribution
                    && !section.has("type")
                    && node instanceof Node.Scalar scalar
                    && scalar.value() instanceof Double;
            section.problem(
                    "default",
                    section.field("default") + " must be " + inWords(distribution) + ", was " + node.inWords()
                            + (fraction
                                    ? " ('min' and 'max' are whole numbers; write type: float if floats are meant)"
                                    : ""));
        }
        return value;
    }

    /** The node as a value of the distribution, or empty where it is none. */
    private static Optional<ParameterValue> typed(Node node, Distribution distribution) {
        if (!(node instanceof Node.Scalar scalar) || scalar.value() == null) {
            return Optional.empty();
        }
        Object value = scalar.value();
        try {
            return Optional.of(distribution.typed(ParameterValue.of(value)));
        } catch (IllegalArgumentException outside) {
            return Optional.empty();
        }
    }

    private Optional<Condition> readCondition(String name, Section section) {
        Optional<Section> when =
                section.section("when", "{optimizer: sgd}, {optimizer: [sgd, nesterov]} or {layers: {min: 2}}");
        if (when.isEmpty()) {
            return Optional.empty();
        }
        Section condition = when.get();
        if (condition.entries().size() != 1) {
            condition.problem(
                    section.field("when") + " must name exactly one other parameter, as in {optimizer: sgd}, had "
                            + condition.entries().size()
                            + "; for more, put a 'when' on the other parameter, or use parameterConstraints");
            return Optional.empty();
        }
        String parent = condition.entries().keySet().iterator().next();
        if (!names.contains(parent)) {
            condition.keyProblem(
                    parent,
                    section.field("when") + " names " + Words.quoted(parent) + ", which is no parameter"
                            + suggestion(parent, name));
            return Optional.empty();
        }
        if (parent.equals(name)) {
            condition.keyProblem(parent, section.field("when") + " names the parameter itself: that is a circle");
            return Optional.empty();
        }
        Distribution distribution = distributions.get(parent);
        return distribution == null
                ? Optional.empty()
                : readPredicate(section, condition, parent, distribution)
                        .map(predicate -> new Condition(parent, predicate));
    }

    private String suggestion(String name, String except) {
        Set<String> others = new LinkedHashSet<>(names);
        others.remove(except);
        String near = Words.suggestion(name, others);
        return near.isEmpty() && !others.isEmpty() ? "; there are " + Words.allOf(others) : near;
    }

    private Optional<Condition.Predicate> readPredicate(
            Section section, Section condition, String parent, Distribution distribution) {
        Node node = condition.node(parent);
        if (node instanceof Node.Mapping mapping) {
            return readBetween(
                    new Section(condition.pointer(parent), section.field("when"), mapping, problems),
                    parent,
                    distribution);
        }
        List<Section.Item> items = node instanceof Node.Sequence
                ? condition.items(parent, "[sgd, nesterov]")
                : node == null ? List.of() : List.of(new Section.Item(condition.pointer(parent), node));
        if (items.isEmpty()) {
            condition.problem(
                    parent,
                    section.field("when") + " must hold at least one value of " + Words.quoted(parent) + ", was []");
            return Optional.empty();
        }
        List<ParameterValue> values = new ArrayList<>();
        for (Section.Item item : items) {
            Optional<ParameterValue> value = typed(item.node(), distribution);
            if (value.isPresent()) {
                values.add(value.get());
            } else {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        section.field("when") + " asks for " + item.node().inWords() + ", which " + Words.quoted(parent)
                                + " cannot take: it is " + inWords(distribution)
                                + choiceSuggestion(item.node(), distribution));
            }
        }
        return values.size() == items.size() ? Optional.of(new Condition.OneOf(values)) : Optional.empty();
    }

    private static String choiceSuggestion(Node node, Distribution distribution) {
        return node instanceof Node.Scalar scalar && distribution instanceof CategoricalDistribution choices
                ? Words.suggestion(
                        scalar.text(),
                        choices.values().stream()
                                .map(value -> value.plain().toString())
                                .toList())
                : "";
    }

    private Optional<Condition.Predicate> readBetween(Section between, String parent, Distribution distribution) {
        int before = problems.count();
        between.allow(List.of("min", "max"), SYNONYMS);
        OptionalDouble min = between.number("min", "the least value of " + Words.quoted(parent));
        OptionalDouble max = between.number("max", "the largest value of " + Words.quoted(parent));
        if (problems.count() > before) {
            return Optional.empty();
        }
        if (min.isEmpty() && max.isEmpty()) {
            between.problem(between.what() + " must hold 'min', 'max' or both, as in {layers: {min: 2}}, was {}");
            return Optional.empty();
        }
        double least = min.orElse(Double.NEGATIVE_INFINITY);
        double most = max.orElse(Double.POSITIVE_INFINITY);
        if (least > most) {
            between.problem(
                    "min",
                    between.field("min") + " must not be above 'max', was " + between.shown("min") + " with max "
                            + between.shown("max"));
            return Optional.empty();
        }
        boolean canHold = switch (distribution) {
            case FloatDistribution floats -> least <= floats.high() && most >= floats.low();
            case IntDistribution ints -> least <= ints.high() && most >= ints.low();
            case CategoricalDistribution choices ->
                choices.values().stream()
                        .anyMatch(value -> value.isNumber() && value.asDouble() >= least && value.asDouble() <= most);
        };
        if (!canHold) {
            between.problem(
                    between.what() + " can never hold: " + Words.quoted(parent) + " is " + inWords(distribution));
            return Optional.empty();
        }
        return Optional.of(new Condition.Between(min, max));
    }

    private void checkCircles(Map<String, Condition> conditions) {
        Set<String> done = new HashSet<>();
        for (String start : sections.keySet()) {
            Set<String> path = new LinkedHashSet<>();
            String current = start;
            while (current != null && !done.contains(current) && path.add(current)) {
                Condition condition = conditions.get(current);
                current = condition == null ? null : condition.parent();
            }
            if (current != null && !done.contains(current)) {
                List<String> round = new ArrayList<>(path);
                round = new ArrayList<>(round.subList(round.indexOf(current), round.size()));
                round.add(current);
                Section section = sections.get(current);
                if (section != null) {
                    section.problem(
                            "when",
                            section.field("when") + " runs in a circle: "
                                    + Words.clippedTo(String.join(" → ", round), 300)
                                    + "; one of these must be active without a condition");
                }
            }
            done.addAll(path);
        }
    }

    // ---- parameterConstraints

    private List<Expression> readConstraints(Section sweep) {
        List<Expression> constraints = new ArrayList<>();
        for (Section.Item item : sweep.texts("parameterConstraints", "[\"hidden <= 4 * batch_size\"]")) {
            readConstraint(item).ifPresent(constraints::add);
        }
        return constraints;
    }

    private Optional<Expression> readConstraint(Section.Item item) {
        String field = "the constraint " + Words.quoted(item.text());
        try {
            Expression constraint = Expression.parse(item.text());
            boolean known = true;
            Map<String, Expression.Kind> kinds = new HashMap<>();
            for (String name : constraint.names()) {
                if (!names.contains(name)) {
                    known = false;
                    problems.add(
                            item.pointer(),
                            item.node().position(),
                            field + " names " + Words.quoted(name) + ", which is no parameter" + suggestion(name, ""));
                    continue;
                }
                Distribution distribution = distributions.get(name);
                Optional<Expression.Kind> kind = distribution == null ? Optional.empty() : kind(distribution);
                if (kind.isPresent()) {
                    kinds.put(name, kind.get());
                } else if (distribution != null) {
                    problems.add(
                            item.pointer(),
                            item.node().position(),
                            field + " reads " + Words.quoted(name)
                                    + ", whose values mix texts, numbers and booleans: no expression can read it");
                }
            }
            if (!known || kinds.size() < constraint.names().size()) {
                return Optional.empty();
            }
            if (constraint.check(kinds) != Expression.Kind.BOOLEAN) {
                problems.add(
                        item.pointer(),
                        item.node().position(),
                        field + " is no condition: it needs a comparison, such as '<= 1'");
                return Optional.empty();
            }
            return Optional.of(constraint);
        } catch (ExpressionException unreadable) {
            problems.add(item.pointer(), item.node().position(), field + " cannot be read: " + unreadable.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Expression.Kind> kind(Distribution distribution) {
        if (!(distribution instanceof CategoricalDistribution choices)) {
            return Optional.of(Expression.Kind.NUMBER);
        }
        Set<Expression.Kind> kinds = new HashSet<>();
        for (ParameterValue value : choices.values()) {
            kinds.add(
                    switch (value) {
                        case FloatValue number -> Expression.Kind.NUMBER;
                        case IntValue number -> Expression.Kind.NUMBER;
                        case TextValue text -> Expression.Kind.TEXT;
                        case BooleanValue truth -> Expression.Kind.BOOLEAN;
                    });
        }
        return kinds.size() == 1 ? Optional.of(kinds.iterator().next()) : Optional.empty();
    }

    // ---- enqueue

    /** The enqueued points, completed. */
    List<ParameterValues> readEnqueued(Section sweep, SearchSpace space) {
        List<ParameterValues> points = new ArrayList<>();
        List<Section.Item> items = sweep.items("enqueue", "[{lr: 0.001, hidden: 64}]");
        if ((long) items.size() * space.parameters().size() > MOST_ENQUEUED) {
            sweep.problem(
                    "enqueue",
                    "'enqueue' may hold at most "
                            + MOST_ENQUEUED / space.parameters().size() + " points of this space, had " + items.size());
            return points;
        }
        for (Section.Item item : items) {
            String what = "point " + points.size() + " of 'enqueue'";
            Section.of(item.node(), item.pointer(), what, "{lr: 0.001, hidden: 64}", problems)
                    .flatMap(point -> readPoint(point, space))
                    .ifPresent(points::add);
        }
        return points;
    }

    private Optional<ParameterValues> readPoint(Section point, SearchSpace space) {
        int before = problems.count();
        Map<String, Object> plain = new LinkedHashMap<>();
        point.entries().forEach((name, entry) -> {
            Distribution distribution = distributions.get(name);
            if (distribution == null) {
                point.keyProblem(
                        name,
                        point.what() + " names " + Words.quoted(name) + ", which is no parameter"
                                + suggestion(name, ""));
                return;
            }
            Optional<ParameterValue> value = typed(entry.value(), distribution);
            if (value.isPresent()) {
                plain.put(name, value.get());
            } else {
                point.problem(
                        name,
                        point.field(name) + " must be " + inWords(distribution) + ", was "
                                + entry.value().inWords() + choiceSuggestion(entry.value(), distribution));
            }
        });
        if (problems.count() > before) {
            return Optional.empty();
        }
        try {
            return Optional.of(space.complete(plain));
        } catch (IllegalArgumentException outside) {
            point.problem(point.what() + " is outside the space: " + outside.getMessage());
            return Optional.empty();
        }
    }

    /** A distribution's values in a user's words: {@code a float from 0.0001 to 0.3}. */
    static String inWords(Distribution distribution) {
        return switch (distribution) {
            case FloatDistribution floats ->
                "a float from " + NumberText.of(floats.low()) + " to " + NumberText.of(floats.high())
                        + (floats.step().isPresent()
                                ? " in steps of " + NumberText.of(floats.step().getAsDouble())
                                : "");
            case IntDistribution ints ->
                "an int from " + ints.low() + " to " + ints.high()
                        + (ints.step() > 1 ? " in steps of " + ints.step() : "");
            case CategoricalDistribution choices -> {
                List<String> shown =
                        choices.values().stream().map(NumberText::of).toList();
                yield shown.size() == 1 ? Words.clipped(shown.get(0)) : "one of " + Words.anyOf(shown);
            }
        };
    }
}
