package dev.sluice.search.sampler.gp;

import dev.sluice.search.sampler.internal.Axis;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Finds the points that promise most: a pool of points drawn evenly and of others near the incumbents is scored; from the best of them it
 * goes uphill, in turns along the gradient in the continuous coordinates and by the best single change of all others. Nothing that breaks a
 * constraint is looked at. Of a parameter's choices a change to each that the promise tells apart is looked at, and to one of the rest, so
 * that thousands of choices cost no more than the points that something is known of. Not thread-safe.
 */
final class AcquisitionMaximizer {
    private static final int EVEN = 384;
    private static final int NEAR = 256;
    private static final int STARTS = 3;
    private static final int ROUNDS = 3;
    private static final int CLIMBS = 8;
    private static final int SMALL_GRID = 12;
    private static final double SMALLEST = 1e-4;
    private static final double LARGEST = 0.3;
    private static final double[] OFFSETS = {0.03, 0.1, 0.3};

    private final SearchSpace space;
    private final Encoding encoding;
    private final Features features;
    /** By parameter the choices that may differ in what they promise, at the ask under way. */
    private final BitSet[] known;

    AcquisitionMaximizer(SearchSpace space, Encoding encoding, Features features) {
        this.space = space;
        this.encoding = encoding;
        this.features = features;
        this.known = new BitSet[encoding.size()];
        Arrays.setAll(known, p -> new BitSet());
    }

    /** A point with its score. */
    static final class Candidate {
        private final double[] row;
        private final double score;

        Candidate(double[] row, double score) {
            this.row = row;
            this.score = score;
        }

        double[] row() {
            return row;
        }
    }

    boolean isAllowed(double[] row) {
        return space.constraints().isEmpty()
                || space.brokenConstraints(encoding.decode(row)).isEmpty();
    }

    /** The best points found, the best first; empty if none was found that keeps to the constraints. */
    List<Candidate> maximize(Promise promise, List<double[]> incumbents, RandomGenerator random) {
        findKnown(promise);
        List<Candidate> far = score(promise, even(random));
        List<Candidate> near = score(promise, near(incumbents, random));
        List<Candidate> found = new ArrayList<>();
        for (Candidate start : far.subList(0, Math.min(STARTS, far.size()))) {
            found.add(climb(promise, start, random));
        }
        for (Candidate start : near.subList(0, Math.min(STARTS, near.size()))) {
            found.add(climb(promise, start, random));
        }
        found.addAll(far);
        found.addAll(near);
        found.sort(Comparator.comparingDouble((Candidate candidate) -> candidate.score)
                .reversed());
        return found;
    }

    private void findKnown(Promise promise) {
        for (int f = 0; f < features.size(); f++) {
            int p = features.parameter(f);
            if (!features.isCategory(f)) {
                continue;
            }
            known[p].clear();
            if (encoding.isParent(p)) {
                known[p].set(0, encoding.axis(p).choices()); // each may switch on other parameters
            } else {
                promise.tellsApart(f, known[p]);
            }
        }
    }

    /** These points, the best first; of equals the first. */
    List<Candidate> score(Promise promise, List<double[]> rows) {
        double[] scores = new double[rows.size()];
        promise.score(rows.toArray(double[][]::new), scores.length, scores);
        return IntStream.range(0, scores.length)
                .mapToObj(i -> new Candidate(rows.get(i), scores[i]))
                .sorted(Comparator.comparingDouble((Candidate candidate) -> candidate.score)
                        .reversed())
                .toList();
    }

    /** Points drawn evenly, as far as they keep to the constraints. */
    List<double[]> even(RandomGenerator random) {
        List<double[]> pool = new ArrayList<>(EVEN);
        for (int draw = 0; draw < 10 * EVEN && pool.size() < EVEN; draw++) {
            double[] row = new double[encoding.size()];
            encoding.drawUniform(random, row);
            if (isAllowed(row)) {
                pool.add(row);
            }
        }
        return pool;
    }

    /** Points around these. */
    List<double[]> near(List<double[]> incumbents, RandomGenerator random) {
        List<double[]> pool = new ArrayList<>(NEAR);
        for (int draw = 0; draw < 4 * NEAR && pool.size() < NEAR && !incumbents.isEmpty(); draw++) {
            double[] row = incumbents.get(draw % incumbents.size()).clone();
            perturb(row, random);
            if (isAllowed(row)) {
                pool.add(row);
            }
        }
        return pool;
    }

    /** Moves some coordinates, by steps of a size that is drawn too. */
    private void perturb(double[] row, RandomGenerator random) {
        double scale = Math.exp(Math.log(SMALLEST) + random.nextDouble() * Math.log(LARGEST / SMALLEST));
        int active = 0;
        for (int f = 0; f < features.size(); f++) {
            active += Double.isNaN(row[features.parameter(f)]) ? 0 : 1;
        }
        if (active == 0) {
            return;
        }
        double share = Math.max(2.0 / active, random.nextDouble());
        int forced = random.nextInt(row.length);
        for (int p = 0; p < row.length; p++) {
            if (Double.isNaN(row[p]) || (p != forced && random.nextDouble() >= share)) {
                continue;
            }
            Axis axis = encoding.axis(p);
            switch (axis.kind()) {
                case CONSTANT -> {}
                case CONTINUOUS -> row[p] = reflect(row[p] + scale * random.nextGaussian());
                case GRID -> {
                    double moved = axis.snap(reflect(row[p] + scale * random.nextGaussian()));
                    row[p] = moved == row[p] ? neighbour(axis, row[p], random.nextBoolean()) : moved;
                }
                case CHOICE -> {
                    if (random.nextDouble() < 0.3) {
                        row[p] = random.nextInt(axis.choices());
                    }
                }
            }
        }
        encoding.settle(row, random);
    }

    private static double reflect(double x) {
        double y = x < 0 ? -x : x > 1 ? 2 - x : x;
        return Math.clamp(y, 0, 1);
    }

    /** The coordinate of the next value of a grid; the same at its end. */
    private static double neighbour(Axis axis, double coordinate, boolean up) {
        double begin = axis.cellBegin(coordinate);
        double end = axis.cellEnd(coordinate);
        double step = Math.max((end - begin) / 4, 1e-12);
        return axis.snap(Math.clamp(up ? end + step : begin - step, 0, 1));
    }

    private Candidate climb(Promise promise, Candidate start, RandomGenerator random) {
        Candidate now = start;
        for (int round = 0; round < ROUNDS; round++) {
            Candidate before = now;
            now = ascend(promise, now);
            now = change(promise, now, random);
            if (now.score - before.score < 1e-3) {
                break;
            }
        }
        return now;
    }

    private Candidate ascend(Promise promise, Candidate start) {
        int[] continuous = IntStream.range(0, features.size())
                .filter(f -> features.isContinuous(f)
                        && !Double.isNaN(start.row[features.parameter(f)])
                        && !encoding.isParent(features.parameter(f)))
                .toArray();
        if (continuous.length == 0) {
            return start;
        }
        double[] low = new double[continuous.length];
        double[] high = new double[continuous.length];
        double[] at = new double[continuous.length];
        Arrays.fill(high, 1);
        Arrays.setAll(at, k -> start.row[features.parameter(continuous[k])]);
        double[] row = start.row.clone();
        boolean constrained = !space.constraints().isEmpty();
        double value = new BoxMinimizer(low, high)
                .minimize(
                        (point, gradient) -> {
                            for (int k = 0; k < continuous.length; k++) {
                                row[features.parameter(continuous[k])] = point[k];
                            }
                            if (constrained && !isAllowed(row)) {
                                return Double.POSITIVE_INFINITY;
                            }
                            double score = promise.at(row, continuous, gradient);
                            for (int k = 0; k < continuous.length; k++) {
                                gradient[k] = -gradient[k];
                            }
                            return -score;
                        },
                        at,
                        25,
                        0.05,
                        1e-4);
        if (!(-value > start.score)) {
            return start;
        }
        double[] end = start.row.clone();
        for (int k = 0; k < continuous.length; k++) {
            end[features.parameter(continuous[k])] = at[k];
        }
        return new Candidate(end, -value);
    }

    /** The best of all points that differ in one parameter without gradient, as long as that helps. */
    private Candidate change(Promise promise, Candidate start, RandomGenerator random) {
        Candidate now = start;
        for (int climb = 0; climb < CLIMBS; climb++) {
            List<double[]> moves = moves(now.row, random);
            if (moves.isEmpty()) {
                break;
            }
            Candidate best = score(promise, moves).getFirst();
            if (!(best.score > now.score + 1e-6)) {
                break;
            }
            now = best;
        }
        return now;
    }

    private List<double[]> moves(double[] row, RandomGenerator random) {
        List<double[]> moves = new ArrayList<>();
        for (int p = 0; p < row.length; p++) {
            if (Double.isNaN(row[p])) {
                continue;
            }
            Axis axis = encoding.axis(p);
            switch (axis.kind()) {
                case CONSTANT -> {}
                case CHOICE -> {
                    // of those that nothing is known of the first stands for all: the others would promise the same
                    boolean stranger = false;
                    for (int choice = 0; choice < axis.choices(); choice++) {
                        boolean isKnown = known[p].get(choice);
                        if (isKnown || !stranger) {
                            boolean moved = move(row, p, choice, moves, random);
                            stranger |= moved && !isKnown;
                        }
                    }
                }
                case GRID -> {
                    move(row, p, neighbour(axis, row[p], true), moves, random);
                    move(row, p, neighbour(axis, row[p], false), moves, random);
                    long size = encoding.parameter(p).distribution().size().orElse(Long.MAX_VALUE);
                    if (size <= SMALL_GRID) {
                        for (int i = 0; i < size; i++) {
                            move(row, p, axis.snap((i + 0.5) / size), moves, random);
                        }
                    } else {
                        for (double offset : OFFSETS) {
                            move(row, p, axis.snap(Math.min(1, row[p] + offset)), moves, random);
                            move(row, p, axis.snap(Math.max(0, row[p] - offset)), moves, random);
                        }
                    }
                }
                case CONTINUOUS -> {
                    if (encoding.isParent(p)) {
                        for (double offset : OFFSETS) {
                            move(row, p, Math.min(1, row[p] + offset * random.nextDouble()), moves, random);
                            move(row, p, Math.max(0, row[p] - offset * random.nextDouble()), moves, random);
                        }
                    }
                }
            }
        }
        return moves;
    }

    /** Whether that is another point, and one that keeps to the constraints. */
    private boolean move(double[] row, int parameter, double coordinate, List<double[]> moves, RandomGenerator random) {
        if (coordinate == row[parameter]) {
            return false;
        }
        int before = moves.size();
        int tries = encoding.isParent(parameter) ? 3 : 1;
        for (int i = 0; i < tries; i++) {
            double[] moved = row.clone();
            moved[parameter] = coordinate;
            encoding.settle(moved, random);
            if (isAllowed(moved)) {
                moves.add(moved);
            }
        }
        return moves.size() > before;
    }
}
