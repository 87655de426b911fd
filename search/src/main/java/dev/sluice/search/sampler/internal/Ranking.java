package dev.sluice.search.sampler.internal;

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
 * reached, the farthest first, and by value among equals. What shows no number (NaN, nothing, INFEASIBLE) has no rank.
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
        private final int[] numbers = new int[BLOCK];
        private final Tier[] tiers = new Tier[BLOCK];
        private final double[] majors = new double[BLOCK];
        private final double[] minors = new double[BLOCK];
        private int size;

        boolean isAfter(Key key, int index) {
            return key.isBefore(tiers[index], majors[index], minors[index]);
        }

        void insert(Key key, int number) {
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
        }

        Block halve() {
            var upper = new Block();
            int half = size / 2;
            upper.size = size - half;
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

    /** Takes in the trials that were concluded since. */
    public void update(TrialHistory history) {
        Direction direction = history.objectives().getFirst().direction();
        for (; taken < history.concluded().size(); taken++) {
            Trial trial = history.concluded().get(taken);
            double value = trial.objectiveValue(0).orElse(Double.NaN);
            if (Double.isNaN(value) || trial.state() == TrialState.INFEASIBLE) {
                if (unrankedSize == unranked.length) {
                    unranked = Arrays.copyOf(unranked, 2 * unrankedSize);
                }
                unranked[unrankedSize] = trial.id().number();
                unrankedSize++;
            } else {
                insert(Key.of(trial, direction.toCost(value)), trial.id().number());
            }
        }
    }

    private void insert(Key key, int number) {
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
        block.insert(key, number);
        size++;
        allowed += key.tier().compareTo(Tier.PRUNED) <= 0 ? 1 : 0;
        ranksKnown = false;
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
