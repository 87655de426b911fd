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

    private static final double FAR = 10;

    private final List<Parameter> parameters;
    private final Axis[] axes;
    private final double[][] columns;
    private final double[] costs;

    Table(SearchSpace space, List<Observation> observations) {
        this(space.order(), observations);
    }

    /** Of these parameters alone; parents stand before their children. */
    Table(List<Parameter> parameters, List<Observation> observations) {
        this.parameters = List.copyOf(parameters);
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

    /** Whether any of them is not always active. */
    boolean isConditional() {
        return parameters.stream().anyMatch(parameter -> parameter.condition().isPresent());
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
     * The costs in [0, 1], those far out drawn in: on the bad side to three times as far above the median as the best lies below it, on the
     * good side to {@value #FAR} times as far below it as the best tenth does, if that is below it at all. (Quartiles would not do: many
     * trials may have the same cost.) All are 0 where all costs are equal.
     */
    double[] tamedCosts() {
        // quarters, since four times the distance of the widest doubles is to be finite; what underflows was nothing
        // beside them
        var quarters = Arrays.stream(costs).map(cost -> cost / 4).toArray();
        var sorted = quarters.clone();
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        double tenth = sorted[sorted.length / 10];
        double low = tenth < median ? Math.max(sorted[0], median - FAR * (median - tenth)) : sorted[0];
        double high = median > low
                ? Math.min(sorted[sorted.length - 1], median + 3 * (median - low))
                : sorted[sorted.length - 1];
        double range = high - low;
        return Arrays.stream(quarters)
                .map(cost -> range > 0 ? (Math.clamp(cost, low, high) - low) / range : 0)
                .toArray();
    }
}
