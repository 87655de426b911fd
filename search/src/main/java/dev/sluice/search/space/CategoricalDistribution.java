package dev.sluice.search.space;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A list of choices: texts, numbers or booleans. One choice alone is a constant.
 *
 * @param values at least one, none twice ({@code 1} and {@code 1.0} are the same)
 * @param ordered whether neighbours in the list are alike
 */
public record CategoricalDistribution(List<ParameterValue> values, boolean ordered) implements Distribution {
    public CategoricalDistribution {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values must hold at least one choice, was []");
        }
        var seen = new LinkedHashSet<Object>();
        for (ParameterValue value : values) {
            if (!seen.add(value.isNumber() ? (Object) value.asDouble() : value)) {
                throw new IllegalArgumentException("values must differ, but %s is there twice".formatted(value));
            }
        }
    }

    /** Unordered choices, given as numbers, strings or booleans. */
    public static CategoricalDistribution of(Object... values) {
        return new CategoricalDistribution(plain(values), false);
    }

    /** Ordered choices, given as numbers, strings or booleans. */
    public static CategoricalDistribution ordered(Object... values) {
        return new CategoricalDistribution(plain(values), true);
    }

    /** The one value, given as a number, string or boolean. */
    public static CategoricalDistribution constant(Object value) {
        return of(value);
    }

    private static List<ParameterValue> plain(Object... values) {
        return java.util.Arrays.stream(values).map(ParameterValue::of).toList();
    }

    public boolean isConstant() {
        return values.size() == 1;
    }

    /** Where this value stands in the list, -1 if nowhere; numbers by their value. */
    public int indexOf(ParameterValue value) {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).means(value)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean contains(ParameterValue value) {
        return values.contains(value);
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(values.size());
    }

    @Override
    public ParameterValue typed(ParameterValue value) {
        int index = indexOf(value);
        if (index < 0) {
            throw new IllegalArgumentException("must be %s, was %s".formatted(describe(), value));
        }
        return values.get(index);
    }

    @Override
    public ParameterValue middle() {
        return ordered ? values.get((values.size() - 1) / 2) : values.getFirst();
    }

    @Override
    public String describe() {
        var choices = values.stream().map(ParameterValue::toString).collect(Collectors.joining(", "));
        return isConstant() ? choices : "one of " + choices;
    }
}
