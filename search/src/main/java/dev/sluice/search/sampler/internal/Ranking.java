package dev.sluice.search.sampler.internal;

import dev.sluice.search.curve.CurveModel;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The concluded trials of a history with one objective, the best first: COMPLETE ones by value, then PRUNED ones by the step they
 * reached, the farthest first, and by value among equals; or, with {@link #update}, among the COMPLETE ones by what they would have come to.
 * What shows no number (NaN, nothing, INFEASIBLE) has no rank.
 *
 * <p>Where results must keep to constraints, those come after all that are known to break one, by how much they do, and by value among
 * equals, after these those of which it is not known: so that the search first finds what is allowed.
 *
 * <p>Takes in what is new with each {@link #update}, {@code O(sqrt n)} a trial. Equal trials rank in the order in which they ended, so that
 * the ranking depends on the history alone. Not thread-safe.
 */
public final class Ranking {
    /*
     * A sorted list in blocks of at most BLOCK trials: one more is put into the middle of its block, and a full block is halved. A rank is
     * found by the first ranks of the blocks, which are reckoned when they are asked for.
     */
    private static final int BLOCK = 512;

    private enum Tier {
        COMPLETE,
        PRUNED,
        VIOLATING,
        UNKNOWN
    }

    private final CurveModel curves = new CurveModel();
    private int taken;
    private int size;
    private int allowed;
    private final List<Block> blocks = new ArrayList<>(List.of(new Block()));
    private int[] firstRanks = {0};
    private boolean ranksKnown = true;
    private int unrankedSize;
    private int[] unranked = new int[16];

    /** What a trial is ranked by, in this order. */
    private record Key(Tier tier, double major, double minor) {
        static Key of(Trial trial, double cost) {
            var violation = trial.constraintViolation();
            if (violation.isEmpty()) {
                return new Key(Tier.UNKNOWN, cost, 0);
            }
            if (violation.getAsDouble() > 0) {
                return new Key(Tier.VIOLATING, violation.getAsDouble(), cost);
            }
            return trial.state() == TrialState.COMPLETE
                    ? new Key(Tier.COMPLETE, cost, 0)
                    : new Key(Tier.PRUNED, -(double) trial.lastStep(), cost);
        }

        boolean isBefore(Tier otherTier, double otherMajor, double otherMinor) {
            return tier != otherTier
                    ? tier.compareTo(otherTier) < 0
                    : major != otherMajor ? major < otherMajor : minor < otherMinor;
        }
    }

    private static final class Block {
        private int[] numbers = new int[16];
        private Tier[] tiers = new Tier[16];
        private double[] majors = new double[16];
        private double[] minors = new double[16];
        private int size;

        boolean isAfter(Key key, int index) {
            return key.isBefore(tiers[index], majors[index], minors[index]);
        }

        /** Where it is now. */
        int insert(Key key, int number) {
            require(size + 1);
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (isAfter(key, middle)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            move(this, low, this, low + 1, size - low);
            numbers[low] = number;
            tiers[low] = key.tier();
            majors[low] = key.major();
            minors[low] = key.minor();
            size++;
            return low;
        }

        private void require(int capacity) {
            if (capacity > numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * capacity);
                tiers = Arrays.copyOf(tiers, 2 * capacity);
                majors = Arrays.copyOf(majors, 2 * capacity);
                minors = Arrays.copyOf(minors, 2 * capacity);
            }
        }

        Block halve() {
            var upper = new Block();
            int half = size / 2;
            upper.size = size - half;
            upper.require(upper.size);
            move(this, half, upper, 0, upper.size);
            size = half;
            return upper;
        }

        private static void move(Block from, int at, Block to, int target, int count) {
            System.arraycopy(from.numbers, at, to.numbers, target, count);
            System.arraycopy(from.tiers, at, to.tiers, target, count);
            System.arraycopy(from.majors, at, to.majors, target, count);
            System.arraycopy(from.minors, at, to.minors, target, count);
        }
    }

    /**
     * Takes in the trials that were concluded since, PRUNED ones by what they would have come to as a {@link CurveModel} has it, among the
     * COMPLETE ones. All is ranked anew where the model has learnt anew, each time that a tenth more have ended.
     */
    public void update(TrialHistory history) {
        var objective = history.objectives().getFirst();
        if (history.count(TrialState.PRUNED) > 0 && curves.update(objective, history.concluded())) {
            clear();
        }
        while (taken < history.concluded().size()) {
            Trial trial = history.concluded().get(taken);
            if (trial.state() == TrialState.PRUNED
                    && trial.constraintViolation().orElse(1) == 0) {
                add(
                        trial,
                        new Key(Tier.COMPLETE, curves.predict(objective, trial).cost(), -(double) trial.lastStep()));
            } else {
                add(trial, objective.direction());
            }
        }
    }

    private void clear() {
        taken = 0;
        size = 0;
        allowed = 0;
        blocks.clear();
        blocks.add(new Block());
        ranksKnown = false;
        unrankedSize = 0;
    }

    /**
     * Takes in one concluded trial more, for rankings of a part of them.
     *
     * @return its rank now; -1 if it has none
     */
    public int add(Trial trial, Direction direction) {
        return add(trial, Key.of(trial, direction.toCost(trial.objectiveValue(0).orElse(Double.NaN))));
    }

    private int add(Trial trial, Key key) {
        taken++;
        double value = trial.objectiveValue(0).orElse(Double.NaN);
        if (!Double.isNaN(value) && trial.state() != TrialState.INFEASIBLE) {
            return insert(key, trial.id().number());
        }
        if (unrankedSize == unranked.length) {
            unranked = Arrays.copyOf(unranked, 2 * unrankedSize);
        }
        unranked[unrankedSize] = trial.id().number();
        unrankedSize++;
        return -1;
    }

    private int insert(Key key, int number) {
        int low = 0;
        int high = blocks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (blocks.get(middle).isAfter(key, 0)) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        Block block = blocks.get(low);
        if (block.size == BLOCK) {
            Block upper = block.halve();
            blocks.add(low + 1, upper);
            block = upper.isAfter(key, 0) ? block : upper;
        }
        int rank = block.insert(key, number);
        for (int b = 0; !block.equals(blocks.get(b)); b++) {
            rank += blocks.get(b).size;
        }
        size++;
        allowed += key.tier().compareTo(Tier.PRUNED) <= 0 ? 1 : 0;
        ranksKnown = false;
        return rank;
    }

    /** Whether its best trial comes before that of another one; both have one. */
    public boolean leads(Ranking other) {
        Block best = other.blocks.getFirst();
        return new Key(blocks.getFirst().tiers[0], blocks.getFirst().majors[0], blocks.getFirst().minors[0])
                .isBefore(best.tiers[0], best.majors[0], best.minors[0]);
    }

    /** How many trials were taken in, ranked or not. */
    public int taken() {
        return taken;
    }

    /** How many trials have a rank. */
    public int size() {
        return size;
    }

    /** How many of these, the first ones, are known to keep to all constraints; all, where there are none. */
    public int allowed() {
        return allowed;
    }

    /** The number of the trial of this rank, 0 the best. */
    public int number(int rank) {
        Objects.checkIndex(rank, size);
        if (!ranksKnown) {
            firstRanks = new int[blocks.size()];
            for (int b = 1; b < firstRanks.length; b++) {
                firstRanks[b] = firstRanks[b - 1] + blocks.get(b - 1).size;
            }
            ranksKnown = true;
        }
        int found = Arrays.binarySearch(firstRanks, rank);
        int block = found >= 0 ? found : -found - 2;
        return blocks.get(block).numbers[rank - firstRanks[block]];
    }

    /** How many concluded trials have no rank. */
    public int unrankedSize() {
        return unrankedSize;
    }

    /** The number of such a trial, in the order in which they ended. */
    public int unranked(int index) {
        return unranked[Objects.checkIndex(index, unrankedSize)];
    }
}
