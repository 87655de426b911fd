package dev.sluice.search.sampler.cmaes;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * A space as a vector of numbers, for what is continuous or lies on a grid, and a vector of choices, for what has no order. What is
 * constant is in neither. Immutable.
 */
final class Layout {
    /** The choice of a parameter that is not active. */
    static final int INACTIVE = -1;

    private final SearchSpace space;
    private final List<Parameter> numbers = new ArrayList<>();
    private final List<Parameter> choices = new ArrayList<>();
    private final List<Axis> numberAxes = new ArrayList<>();
    private final List<Axis> choiceAxes = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();

    /** Where a parameter's value is found; index is -1 for a constant. */
    private record Slot(Parameter parameter, Axis axis, int index) {}

    Layout(SearchSpace space) {
        this.space = space;
        for (Parameter parameter : space.order()) {
            var axis = Axis.of(parameter.distribution());
            switch (axis.kind()) {
                case CONSTANT -> slots.add(new Slot(parameter, axis, -1));
                case CONTINUOUS, GRID -> {
                    slots.add(new Slot(parameter, axis, numbers.size()));
                    numbers.add(parameter);
                    numberAxes.add(axis);
                }
                case CHOICE -> {
                    slots.add(new Slot(parameter, axis, choices.size()));
                    choices.add(parameter);
                    choiceAxes.add(axis);
                }
            }
        }
    }

    /** How many numbers there are. */
    int numbers() {
        return numbers.size();
    }

    /** How many choices there are to be made. */
    int choices() {
        return choices.size();
    }

    Axis number(int index) {
        return numberAxes.get(index);
    }

    boolean isGrid(int number) {
        return numberAxes.get(number).kind() == Axis.Kind.GRID;
    }

    /** How many options a choice has. */
    int options(int choice) {
        return choiceAxes.get(choice).choices();
    }

    /** The coordinates in [0, 1] of the numbers; NaN where one is not active. */
    double[] numbers(ParameterValues values) {
        var row = new double[numbers.size()];
        for (int j = 0; j < row.length; j++) {
            row[j] = values.find(numbers.get(j).name())
                    .map(numberAxes.get(j)::encode)
                    .orElse(Double.NaN);
        }
        return row;
    }

    /** The options chosen; {@link #INACTIVE} where none is. */
    int[] choices(ParameterValues values) {
        var row = new int[choices.size()];
        for (int k = 0; k < row.length; k++) {
            row[k] = values.find(choices.get(k).name())
                    .map(choiceAxes.get(k)::encode)
                    .map(Double::intValue)
                    .orElse(INACTIVE);
        }
        return row;
    }

    /**
     * The point; what its conditions switch off is left out.
     *
     * @param numbers coordinates in [0, 1]
     */
    ParameterValues decode(double[] numbers, int[] choices) {
        var values = HashMap.<String, ParameterValue>newHashMap(slots.size());
        for (Slot slot : slots) {
            if (space.isActive(slot.parameter, values)) {
                double coordinate = switch (slot.axis.kind()) {
                    case CONSTANT -> 0;
                    case CONTINUOUS, GRID -> numbers[slot.index];
                    case CHOICE -> choices[slot.index];
                };
                values.put(slot.parameter.name(), slot.axis.decode(coordinate));
            }
        }
        return space.inOrder(values);
    }
}
