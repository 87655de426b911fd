package dev.sluice.search.sampler.gp;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Trial;
import java.util.HashMap;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Points of a space as rows of numbers: for each parameter, in the space's order, its coordinate on its {@link Axis}, NaN where it is
 * inactive. Immutable and thread-safe.
 */
final class Encoding {
    private final SearchSpace space;
    private final List<Parameter> parameters;
    private final Axis[] axes;
    private final int[] parents;

    Encoding(SearchSpace space) {
        this.space = space;
        this.parameters = space.order();
        this.axes = new Axis[parameters.size()];
        this.parents = new int[axes.length];
        var indices = new HashMap<String, Integer>();
        for (int p = 0; p < axes.length; p++) {
            var parameter = parameters.get(p);
            axes[p] = Axis.of(parameter.distribution());
            parents[p] = parameter
                    .condition()
                    .map(condition -> indices.getOrDefault(condition.parent(), -1))
                    .orElse(-1);
            indices.put(parameter.name(), p);
        }
    }

    int size() {
        return axes.length;
    }

    Axis axis(int parameter) {
        return axes[parameter];
    }

    Parameter parameter(int index) {
        return parameters.get(index);
    }

    /** The index of the parameter that this one's condition reads, -1 if it has none. */
    int parent(int parameter) {
        return parents[parameter];
    }

    /** Whether some parameter's condition reads this one. */
    boolean isParent(int parameter) {
        return !space.children(parameters.get(parameter).name()).isEmpty();
    }

    double[] encode(ParameterValues values) {
        var row = new double[axes.length];
        for (int p = 0; p < row.length; p++) {
            var value = values.find(parameters.get(p).name());
            row[p] = value.isPresent() ? axes[p].encode(value.get()) : Double.NaN;
        }
        return row;
    }

    /** The values of the last trials of a list, at most so many. */
    List<double[]> newest(List<Trial> trials, int most) {
        return trials.subList(Math.max(0, trials.size() - most), trials.size()).stream()
                .map(trial -> encode(trial.values()))
                .toList();
    }

    ParameterValues decode(double[] row) {
        var values = HashMap.<String, ParameterValue>newHashMap(row.length);
        for (int p = 0; p < row.length; p++) {
            if (!Double.isNaN(row[p])) {
                values.put(parameters.get(p).name(), axes[p].decode(row[p]));
            }
        }
        return space.inOrder(values);
    }

    /** Whether the values of those before it make a parameter active. */
    boolean isActive(int parameter, double[] row) {
        int parent = parents[parameter];
        if (parent < 0) {
            return true;
        }
        Condition condition = parameters.get(parameter).condition().orElseThrow();
        return !Double.isNaN(row[parent]) && condition.holds(axes[parent].decode(row[parent]));
    }

    /** A point drawn evenly, whether it keeps to the constraints or not. */
    void drawUniform(RandomGenerator random, double[] row) {
        for (int p = 0; p < row.length; p++) {
            row[p] = isActive(p, row) ? axes[p].drawUniform(random) : Double.NaN;
        }
    }

    /** The point with these uniform numbers in [0, 1) for its coordinates, one a parameter. */
    void ofUniform(double[] uniform, double[] row) {
        for (int p = 0; p < row.length; p++) {
            row[p] = !isActive(p, row)
                    ? Double.NaN
                    : switch (axes[p].kind()) {
                        case CONSTANT -> 0;
                        case CONTINUOUS -> uniform[p];
                        case GRID -> axes[p].snap(uniform[p]);
                        case CHOICE -> Math.min((int) (uniform[p] * axes[p].choices()), axes[p].choices() - 1);
                    };
        }
    }

    /**
     * Makes the row a point again after a parameter changed: what is now inactive loses its coordinate, what is now active and has none is
     * drawn.
     */
    void settle(double[] row, RandomGenerator random) {
        for (int p = 0; p < row.length; p++) {
            if (parents[p] >= 0) {
                if (!isActive(p, row)) {
                    row[p] = Double.NaN;
                } else if (Double.isNaN(row[p])) {
                    row[p] = axes[p].drawUniform(random);
                }
            }
        }
    }
}
