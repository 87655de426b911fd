package dev.sluice.search.sampler.tpe;

import dev.sluice.search.sampler.internal.Axis;
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
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A space as rows of numbers, one column a parameter, parents before those that depend on them; inactive ones are NaN. Immutable.
 *
 * <p>A number stands for itself as a coordinate in [0, 1]; where there are at most {@value #MOST_CELLS} values, ordered or not, for the
 * index of one, so that what is reckoned of a value can be looked up.
 */
final class Encoding {
    static final int MOST_CELLS = 128;

    /** How a column is read. */
    enum Kind {
        /** One value alone, 0. */
        CONSTANT,
        /** Any coordinate in [0, 1]. */
        CONTINUOUS,
        /** The coordinate of one of many values in steps. */
        GRID,
        /** The index of one of few values in order. */
        CELLS,
        /** The index of a value, without order. */
        CHOICE
    }

    private final SearchSpace space;
    private final List<String> names = new ArrayList<>();
    private final Axis[] axes;
    private final Kind[] kinds;
    private final int[] parents;
    private final List<Optional<Condition>> conditions = new ArrayList<>();
    /** Of CELLS, CHOICE and CONSTANT; empty for others. */
    private final List<List<ParameterValue>> values = new ArrayList<>();

    private final List<Map<ParameterValue, Integer>> indexes = new ArrayList<>();
    /** Of CELLS: the coordinate of each value, and where its cell begins; one more, where the last one ends. */
    private final double[][] centres;

    private final double[][] edges;

    Encoding(SearchSpace space) {
        this.space = space;
        List<Parameter> order = space.order();
        this.axes = new Axis[order.size()];
        this.kinds = new Kind[order.size()];
        this.parents = new int[order.size()];
        this.centres = new double[order.size()][0];
        this.edges = new double[order.size()][0];
        for (int p = 0; p < axes.length; p++) {
            Parameter parameter = order.get(p);
            axes[p] = Axis.of(parameter.distribution());
            kinds[p] = kind(axes[p], parameter.distribution());
            names.add(parameter.name());
            conditions.add(parameter.condition());
            parents[p] =
                    parameter.condition().map(c -> names.indexOf(c.parent())).orElse(-1);
            switch (kinds[p]) {
                case CONSTANT, CELLS, CHOICE -> list(p, parameter.distribution());
                case CONTINUOUS, GRID -> {
                    values.add(List.of());
                    indexes.add(Map.of());
                }
            }
        }
    }

    private static Kind kind(Axis axis, Distribution distribution) {
        return switch (axis.kind()) {
            case CONSTANT -> Kind.CONSTANT;
            case CONTINUOUS -> Kind.CONTINUOUS;
            case GRID -> distribution.size().orElse(Long.MAX_VALUE) <= MOST_CELLS ? Kind.CELLS : Kind.GRID;
            case CHOICE -> Kind.CHOICE;
        };
    }

    private void list(int p, Distribution distribution) {
        int count = (int) distribution.size().orElseThrow();
        var listed = new ArrayList<ParameterValue>(count);
        var index = new HashMap<ParameterValue, Integer>();
        for (int i = 0; i < count; i++) {
            ParameterValue value = switch (distribution) {
                case FloatDistribution floats ->
                    new FloatValue(floats.step().isPresent() ? floats.valueAt(i) : floats.low());
                case IntDistribution ints -> new IntValue(ints.valueAt(i));
                case CategoricalDistribution choices -> choices.values().get(i);
            };
            listed.add(value);
            index.put(value, i);
        }
        values.add(listed);
        indexes.add(index);
        if (kinds[p] == Kind.CELLS) {
            centres[p] = listed.stream().mapToDouble(axes[p]::encode).toArray();
            edges[p] = new double[count + 1];
            for (int i = 0; i < count; i++) {
                edges[p][i] = axes[p].cellBegin(centres[p][i]);
            }
            edges[p][count] = 1;
        }
    }

    int size() {
        return axes.length;
    }

    Axis axis(int parameter) {
        return axes[parameter];
    }

    Kind kind(int parameter) {
        return kinds[parameter];
    }

    /** How many values there are; of CELLS and CHOICE alone. */
    int cells(int parameter) {
        return values.get(parameter).size();
    }

    /** The coordinates of the values of CELLS. */
    double[] centres(int parameter) {
        return centres[parameter];
    }

    /** Where the cells of CELLS begin, and where the last one ends. */
    double[] edges(int parameter) {
        return edges[parameter];
    }

    /** Draws so that each value has the chance that its scale gives it. */
    double drawUniform(int parameter, RandomGenerator random) {
        return switch (kinds[parameter]) {
            case CONSTANT, CONTINUOUS, GRID, CHOICE -> axes[parameter].drawUniform(random);
            case CELLS -> at(parameter, random.nextDouble());
        };
    }

    /** What stands in a column for a coordinate in [0, 1]; not of CHOICE. */
    double at(int parameter, double coordinate) {
        if (kinds[parameter] != Kind.CELLS) {
            return axes[parameter].snap(coordinate);
        }
        int found = Arrays.binarySearch(edges[parameter], coordinate);
        return Math.clamp(found >= 0 ? found : -found - 2, 0, edges[parameter].length - 2);
    }

    /** Whether a parameter is active in a row that is filled up to it. */
    boolean isActive(int parameter, double[] row) {
        int parent = parents[parameter];
        return parent < 0
                || (!Double.isNaN(row[parent])
                        && conditions.get(parameter).orElseThrow().holds(value(parent, row[parent])));
    }

    /** What stands in a parameter's column for these values; NaN if it is inactive. */
    double encode(int parameter, ParameterValues point) {
        var value = point.asMap().get(names.get(parameter));
        if (value == null) {
            return Double.NaN;
        }
        Integer index = indexes.get(parameter).get(value);
        return index == null ? axes[parameter].encode(value) : index;
    }

    private ParameterValue value(int parameter, double number) {
        return values.get(parameter).isEmpty()
                ? axes[parameter].decode(number)
                : values.get(parameter).get((int) number);
    }

    ParameterValues decode(double[] row) {
        var point = HashMap.<String, ParameterValue>newHashMap(axes.length);
        for (int p = 0; p < axes.length; p++) {
            if (!Double.isNaN(row[p])) {
                point.put(names.get(p), value(p, row[p]));
            }
        }
        return space.inOrder(point);
    }
}
