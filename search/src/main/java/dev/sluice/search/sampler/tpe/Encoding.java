package dev.sluice.search.sampler.tpe;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** A space as rows of coordinates, one column a parameter, parents before those that depend on them; inactive ones are NaN. Immutable. */
final class Encoding {
    private final SearchSpace space;
    private final List<String> names = new ArrayList<>();
    private final Axis[] axes;
    private final int[] parents;
    private final List<Optional<Condition>> conditions = new ArrayList<>();

    Encoding(SearchSpace space) {
        this.space = space;
        List<Parameter> order = space.order();
        this.axes = new Axis[order.size()];
        this.parents = new int[order.size()];
        for (int p = 0; p < axes.length; p++) {
            Parameter parameter = order.get(p);
            axes[p] = Axis.of(parameter.distribution());
            names.add(parameter.name());
            conditions.add(parameter.condition());
            parents[p] =
                    parameter.condition().map(c -> names.indexOf(c.parent())).orElse(-1);
        }
    }

    int size() {
        return axes.length;
    }

    Axis axis(int parameter) {
        return axes[parameter];
    }

    /** Whether a parameter is active in a row that is filled up to it. */
    boolean isActive(int parameter, double[] row) {
        int parent = parents[parameter];
        return parent < 0
                || (!Double.isNaN(row[parent])
                        && conditions.get(parameter).orElseThrow().holds(axes[parent].decode(row[parent])));
    }

    /** The coordinate of a parameter in these values; NaN if it is inactive. */
    double encode(int parameter, ParameterValues values) {
        return values.find(names.get(parameter)).map(axes[parameter]::encode).orElse(Double.NaN);
    }

    ParameterValues decode(double[] row) {
        var values = HashMap.<String, ParameterValue>newHashMap(axes.length);
        for (int p = 0; p < axes.length; p++) {
            if (!Double.isNaN(row[p])) {
                values.put(names.get(p), axes[p].decode(row[p]));
            }
        }
        return space.inOrder(values);
    }
}
