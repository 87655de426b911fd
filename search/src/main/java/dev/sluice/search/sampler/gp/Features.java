package dev.sluice.search.sampler.gp;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the kernel sees of a row of an {@link Encoding}: one feature for each parameter that is no constant, and one for each condition on
 * a number, which says whether it holds (0 or 1), since what it switches on may make a step where the numbers are close.
 *
 * <p>A feature is a number, NaN where inactive, or a category, an index with -1 where inactive. Of numbers, those with more than
 * {@value #FEWEST_WARPED} values are warped. Immutable and thread-safe.
 */
final class Features {
    private static final int FEWEST_WARPED = 4;

    private final Encoding encoding;
    private final int[] parameters;
    private final boolean[] category;
    private final boolean[] warped;
    private final boolean[] activity;
    private final int warps;

    Features(Encoding encoding) {
        this.encoding = encoding;
        List<Integer> sources = new ArrayList<>();
        Map<Condition, Integer> switches = new LinkedHashMap<>();
        for (int p = 0; p < encoding.size(); p++) {
            if (encoding.axis(p).kind() == Axis.Kind.CONSTANT) {
                continue;
            }
            sources.add(p);
        }
        for (int p = 0; p < encoding.size(); p++) {
            int parent = encoding.parent(p);
            if (parent >= 0 && encoding.axis(parent).kind() != Axis.Kind.CHOICE) {
                switches.putIfAbsent(encoding.parameter(p).condition().orElseThrow(), p);
            }
        }
        int size = sources.size() + switches.size();
        parameters = new int[size];
        category = new boolean[size];
        warped = new boolean[size];
        activity = new boolean[size];
        int count = 0;
        int at = 0;
        for (int p : sources) {
            parameters[at] = p;
            category[at] = encoding.axis(p).kind() == Axis.Kind.CHOICE;
            var distinct = encoding.parameter(p).distribution().size();
            warped[at] = !category[at] && (distinct.isEmpty() || distinct.getAsLong() > FEWEST_WARPED);
            count += warped[at] ? 1 : 0;
            at++;
        }
        for (int p : switches.values()) {
            parameters[at] = p;
            activity[at] = true;
            at++;
        }
        warps = count;
    }

    int size() {
        return parameters.length;
    }

    /** The parameter that it is made from. */
    int parameter(int feature) {
        return parameters[feature];
    }

    boolean isCategory(int feature) {
        return category[feature];
    }

    boolean isWarped(int feature) {
        return warped[feature];
    }

    /** How many are warped. */
    int warps() {
        return warps;
    }

    /** One feature of a row. */
    double of(int feature, double[] row) {
        double coordinate = row[parameters[feature]];
        if (activity[feature]) {
            return Double.isNaN(coordinate) ? 0 : 1;
        }
        return category[feature] && Double.isNaN(coordinate) ? -1 : coordinate;
    }

    /** Whether the feature moves with the coordinate of its parameter without steps. */
    boolean isContinuous(int feature) {
        return !activity[feature] && encoding.axis(parameters[feature]).kind() == Axis.Kind.CONTINUOUS;
    }
}
