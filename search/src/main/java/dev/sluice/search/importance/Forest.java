package dev.sluice.search.importance;

import dev.sluice.search.sampler.internal.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A random forest for regression: Breiman, "Random Forests" (2001). Each tree is grown on a bootstrap sample; each split is the best one
 * by variance over a random five sixths of the parameters (as Hutter et al. 2014 do), on a threshold or on a set of choices.
 */
final class Forest {
    private static final int TREES = 32;
    private static final int SMALLEST_LEAF = 2;
    private static final int DEEPEST = 24;

    private final Table table;
    private final double[] costs;
    private final RandomGenerator random;
    /** By parameter and row. */
    private final int[][] ranks;

    private final List<Node> trees = new ArrayList<>();

    private sealed interface Node {
        record Leaf(double mean) implements Node {}

        /** Coordinates up to the threshold go left. */
        record Threshold(int parameter, double threshold, Node left, Node right) implements Node {}

        /** Choices of the set go left, by index + 1, so that an inactive parameter is 0. */
        record Choices(int parameter, BitSet set, Node left, Node right) implements Node {}
    }

    private Forest(Table table, RandomGenerator random) {
        this.table = table;
        this.costs = table.tamedCosts();
        this.random = random;
        this.ranks = IntStream.range(0, table.parameters())
                .mapToObj(p -> ranks(table.column(p)))
                .toArray(int[][]::new);
    }

    static Forest grow(Table table, RandomGenerator random) {
        var forest = new Forest(table, random);
        int rows = table.rows();
        for (int tree = 0; tree < TREES; tree++) {
            var sample = new int[rows];
            for (int i = 0; i < rows; i++) {
                sample[i] = random.nextInt(rows);
            }
            forest.trees.add(forest.grow(sample, 0));
        }
        return forest;
    }

    double predict(double[] point) {
        double sum = 0;
        for (Node tree : trees) {
            sum += predict(tree, point);
        }
        return sum / trees.size();
    }

    private static double predict(Node root, double[] point) {
        Node node = root;
        while (true) {
            switch (node) {
                case Node.Leaf leaf -> {
                    return leaf.mean;
                }
                case Node.Threshold split ->
                    node = point[split.parameter] <= split.threshold ? split.left : split.right;
                case Node.Choices split ->
                    node = split.set.get((int) point[split.parameter] + 1) ? split.left : split.right;
            }
        }
    }

    private Node grow(int[] rows, int depth) {
        double sum = 0;
        double squares = 0;
        for (int row : rows) {
            sum += costs[row];
            squares += costs[row] * costs[row];
        }
        double mean = sum / rows.length;
        if (rows.length < 2 * SMALLEST_LEAF
                || depth == DEEPEST
                || squares - sum * mean <= 1e-12 * Math.max(1, Math.abs(squares))) {
            return new Node.Leaf(mean);
        }
        Split best = null;
        for (int p = 0; p < table.parameters(); p++) {
            if (table.axis(p).kind() == Axis.Kind.CONSTANT || random.nextInt(6) == 0) {
                continue;
            }
            Split split = table.axis(p).kind() == Axis.Kind.CHOICE ? choices(p, rows) : threshold(p, rows);
            if (split != null && (best == null || split.gain > best.gain)) {
                best = split;
            }
        }
        if (best == null) {
            return new Node.Leaf(mean);
        }
        var left = new int[rows.length];
        var right = new int[rows.length];
        int lefts = 0;
        int rights = 0;
        for (int row : rows) {
            if (best.goesLeft(table.column(best.parameter)[row])) {
                left[lefts++] = row;
            } else {
                right[rights++] = row;
            }
        }
        Node leftNode = grow(Arrays.copyOf(left, lefts), depth + 1);
        Node rightNode = grow(Arrays.copyOf(right, rights), depth + 1);
        return best.set == null
                ? new Node.Threshold(best.parameter, best.threshold, leftNode, rightNode)
                : new Node.Choices(best.parameter, best.set, leftNode, rightNode);
    }

    /** A set, or a threshold where there is none. */
    private record Split(
            int parameter,
            double gain,
            double threshold,
            @Nullable BitSet set) {
        boolean goesLeft(double coordinate) {
            return set == null ? coordinate <= threshold : set.get((int) coordinate + 1);
        }
    }

    private @Nullable Split threshold(int parameter, int[] rows) {
        var column = table.column(parameter);
        int[] order = inOrder(parameter, rows);
        double total = Arrays.stream(order).mapToDouble(row -> costs[row]).sum();
        double left = 0;
        double best = Double.NEGATIVE_INFINITY;
        double threshold = 0;
        for (int i = 0; i + 1 < order.length; i++) {
            left += costs[order[i]];
            int lefts = i + 1;
            if (column[order[i]] == column[order[i + 1]]
                    || lefts < SMALLEST_LEAF
                    || order.length - lefts < SMALLEST_LEAF) {
                continue;
            }
            double gain = gain(left, lefts, total, order.length);
            if (gain > best) {
                best = gain;
                // anywhere between the two: many trees then give a smooth step
                threshold = column[order[i]] + random.nextDouble() * (column[order[i + 1]] - column[order[i]]);
            }
        }
        return best == Double.NEGATIVE_INFINITY ? null : new Split(parameter, best, threshold, null);
    }

    /** The rows by the parameter's coordinate: sorted as numbers, the rank of the coordinate above the row, since this is most of the work. */
    private int[] inOrder(int parameter, int[] rows) {
        var keys = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            keys[i] = (long) ranks[parameter][rows[i]] << Integer.SIZE | rows[i];
        }
        Arrays.sort(keys);
        var order = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            order[i] = (int) keys[i];
        }
        return order;
    }

    /** The place of each coordinate in its column; equal ones have the same. */
    private static int[] ranks(double[] column) {
        var sorted = column.clone();
        Arrays.sort(sorted);
        return Arrays.stream(column)
                .mapToInt(value -> Arrays.binarySearch(sorted, value))
                .toArray();
    }

    /** The best parting of the choices lies in their order by mean (Breiman et al. 1984, theorem 4.5). */
    private @Nullable Split choices(int parameter, int[] rows) {
        int kinds = table.axis(parameter).choices() + 1;
        var column = table.column(parameter);
        var counts = new int[kinds];
        var sums = new double[kinds];
        double total = 0;
        for (int row : rows) {
            int kind = (int) column[row] + 1;
            counts[kind]++;
            sums[kind] += costs[row];
            total += costs[row];
        }
        var order = IntStream.range(0, kinds)
                .filter(kind -> counts[kind] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(kind -> sums[kind] / counts[kind]))
                .toList();
        double left = 0;
        int lefts = 0;
        double best = Double.NEGATIVE_INFINITY;
        int bestAt = -1;
        for (int i = 0; i + 1 < order.size(); i++) {
            left += sums[order.get(i)];
            lefts += counts[order.get(i)];
            if (lefts < SMALLEST_LEAF || rows.length - lefts < SMALLEST_LEAF) {
                continue;
            }
            double gain = gain(left, lefts, total, rows.length);
            if (gain > best) {
                best = gain;
                bestAt = i;
            }
        }
        if (bestAt < 0) {
            return null;
        }
        var set = new BitSet(kinds);
        order.subList(0, bestAt + 1).forEach(set::set);
        return new Split(parameter, best, 0, set);
    }

    /** The variance that is explained, but for what is the same of all splits. */
    private static double gain(double left, int lefts, double total, int rows) {
        double right = total - left;
        return left * left / lefts + right * right / (rows - lefts);
    }
}
