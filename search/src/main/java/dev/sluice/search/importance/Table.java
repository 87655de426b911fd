package dev.sluice.search.importance;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Observations as columns: each parameter's coordinate in [0, 1], or the index of its choice, with {@value #INACTIVE} where it is not
 * active. Rows without a finite cost are left out.
 */
final class Table {
    /** Below every coordinate. */
    static final double INACTIVE = -1;

    private final List<Parameter> parameters;
    private final Axis[] axes;
    private final double[][] columns;
    private final double[] costs;

    Table(SearchSpace space, List<Observation> observations) {
        this.parameters = space.order();
        this.axes = parameters.stream().map(p -> Axis.of(p.distribution())).toArray(Axis[]::new);
        var rows = new ArrayList<Observation>(observations);
        rows.removeIf(observation -> !Double.isFinite(observation.cost()));
        this.costs = rows.stream().mapToDouble(Observation::cost).toArray();
        this.columns = new double[axes.length][rows.size()];
        for (int p = 0; p < axes.length; p++) {
            String name = parameters.get(p).name();
            for (int row = 0; row < rows.size(); row++) {
                var value = rows.get(row).values().find(name);
                columns[p][row] = value.isPresent() ? axes[p].encode(value.get()) : INACTIVE;
            }
        }
    }

    int rows() {
        return costs.length;
    }

    int parameters() {
        return axes.length;
    }

    Parameter parameter(int index) {
        return parameters.get(index);
    }

    Axis axis(int parameter) {
        return axes[parameter];
    }

    double[] column(int parameter) {
        return columns[parameter];
    }

    double[] costs() {
        return costs;
    }

    /**
     * The costs, those far out on the bad side drawn in to three times as far above the median as the best lies below it. (Quartiles would
     * not do: many trials may have the same cost.)
     */
    double[] tamedCosts() {
        var sorted = costs.clone();
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        double fence = median > sorted[0] ? median + 3 * (median - sorted[0]) : Double.POSITIVE_INFINITY;
        return Arrays.stream(costs).map(cost -> Math.min(cost, fence)).toArray();
    }
}
