package dev.sluice.search.pruner;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Watches whether a rung says anything of what comes after it.
 *
 * <p>For each rung Spearman's rank correlation is taken between what trials showed there and what they showed at the last point that
 * enough of them came to: at their end, or at a later rung. A rung is useless where that correlation is low, the upper quartile of
 * its estimate (by Fisher's z) being below {@value #LOWEST}, and also where nothing is known beyond the next rung and that one
 * is useless.
 *
 * <p>Those that went on from a rung are mostly its best, among which even a good rung shows a weak correlation. So they are weighted: the
 * best share and the rest each stand for as many trials as reached the rung, but none for more than {@value #HEAVIEST}. What that costs in certainty is reckoned with Kish's
 * effective sample size. Of the rest there are always some: the first trials of a rung, those in other brackets and those that were let
 * pass at random.
 *
 * <p>A function of the concluded trials in the order in which they ended, of which the newest {@value #NEWEST} are looked at each time
 * that a fifth more have ended: {@code O(1)} a trial. Not thread-safe.
 */
final class RungWatch {
    private static final int NEWEST = 500;
    private static final int FEWEST = 10;
    private static final double LOWEST = 0.3;
    private static final double HEAVIEST = 3;

    private final Rungs rungs;
    private final int reduction;
    private int taken;
    private int next = FEWEST;
    private List<Optional<String>> useless;

    /**
     * @param reduction one in so many is the best share of a rung
     */
    RungWatch(Rungs rungs, int reduction) {
        this.rungs = rungs;
        this.reduction = reduction;
        this.useless = nothingKnown();
    }

    private List<Optional<String>> nothingKnown() {
        return new ArrayList<>(IntStream.range(0, rungs.levels())
                .mapToObj(level -> Optional.<String>empty())
                .toList());
    }

    /** Takes in what is new; the rungs have done so. */
    void update(TrialHistory history) {
        int concluded = history.concluded().size();
        if (concluded < taken) {
            taken = 0;
            next = FEWEST;
            useless = nothingKnown();
        }
        if (concluded < next) {
            return;
        }
        while (next <= concluded) {
            taken = next;
            next += Math.max(FEWEST / 3, next / 5);
        }
        look(history);
    }

    /** Why a rung is to be passed over, in words; empty if it is not. */
    Optional<String> useless(int level) {
        return useless.get(level);
    }

    private void look(TrialHistory history) {
        var trials = history.concluded().subList(Math.max(0, taken - NEWEST), taken).stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE || trial.state() == TrialState.PRUNED)
                .toList();
        for (int level = rungs.levels() - 1; level >= 0; level--) {
            useless.set(level, judge(level, trials, history));
        }
    }

    private Optional<String> judge(int level, List<Trial> trials, TrialHistory history) {
        int rung = level;
        var reached = trials.stream()
                .filter(trial -> rungs.showings(trial.id().number()).size() > rung)
                .toList();
        if (reached.size() < FEWEST) {
            return Optional.empty();
        }
        for (int later = rungs.levels(); later > level; later--) {
            var correlation = correlation(level, later, reached, history);
            if (correlation.trials < FEWEST) {
                continue;
            }
            if (later == level + 1
                    && later < rungs.levels()
                    && useless.get(later).isPresent()) {
                return useless.get(later);
            }
            return correlation.upperBound() >= LOWEST
                    ? Optional.empty()
                    : Optional.of("says nothing of %s (rank correlation %s, %d trials)"
                            .formatted(
                                    later == rungs.levels() ? "the end" : "step " + rungs.step(later),
                                    Figures.of(Math.rint(correlation.value * 100) / 100),
                                    correlation.counted));
        }
        return Optional.empty();
    }

    /**
     * @param trials the effective number
     * @param counted the number
     */
    private record Correlation(double value, double trials, int counted) {
        double upperBound() {
            double z = atanh(Math.clamp(value, -0.999, 0.999)) + 0.7 / Math.sqrt(trials - 3);
            return Math.tanh(z);
        }

        private static double atanh(double r) {
            return 0.5 * Math.log((1 + r) / (1 - r));
        }
    }

    /** The mean over the objectives. */
    private Correlation correlation(int level, int later, List<Trial> reached, TrialHistory history) {
        int objectives = history.objectives().size();
        double sum = 0;
        double trials = Double.POSITIVE_INFINITY;
        int counted = 0;
        for (int o = 0; o < objectives; o++) {
            var one = correlation(level, later, reached, o, history);
            sum += one.value;
            trials = Math.min(trials, one.trials);
            counted = one.counted;
        }
        return new Correlation(sum / objectives, trials, counted);
    }

    private Correlation correlation(int level, int later, List<Trial> reached, int objective, TrialHistory history) {
        Direction direction = history.objectives().get(objective).direction();
        int size = reached.size();
        var early = new double[size];
        var late = new double[size];
        var went = new boolean[size];
        for (int i = 0; i < size; i++) {
            Trial trial = reached.get(i);
            var showings = rungs.showings(trial.id().number());
            early[i] = showings.get(level).cost(objective);
            if (later < rungs.levels()) {
                went[i] = showings.size() > later;
                late[i] = went[i] ? showings.get(later).cost(objective) : Double.NaN;
            } else {
                went[i] = trial.state() == TrialState.COMPLETE;
                late[i] = direction.toCost(trial.objectiveValue(objective).orElse(Double.NaN));
            }
        }
        double[] sorted = early.clone();
        Arrays.sort(sorted);
        double cut = sorted[Math.max(0, size / reduction - 1)];
        int best = 0;
        int bestWent = 0;
        int restWent = 0;
        for (int i = 0; i < size; i++) {
            boolean isBest = Double.compare(early[i], cut) <= 0;
            best += isBest ? 1 : 0;
            bestWent += isBest && went[i] ? 1 : 0;
            restWent += !isBest && went[i] ? 1 : 0;
        }
        var weights = new double[bestWent + restWent];
        var before = new double[weights.length];
        var after = new double[weights.length];
        int n = 0;
        for (int i = 0; i < size; i++) {
            if (went[i]) {
                double stands = Double.compare(early[i], cut) <= 0
                        ? (double) best / bestWent
                        : (double) (size - best) / restWent;
                weights[n] = Math.min(HEAVIEST, stands);
                before[n] = early[i];
                after[n] = late[i];
                n++;
            }
        }
        double sum = Arrays.stream(weights).sum();
        double squares = Arrays.stream(weights).map(w -> w * w).sum();
        double value = n == 0 ? Double.NaN : pearson(ranks(before, weights), ranks(after, weights), weights);
        return new Correlation(value, Double.isNaN(value) ? 0 : sum * sum / squares, n);
    }

    /** Weighted ranks, the middle of their place for equals. */
    private static double[] ranks(double[] values, double[] weights) {
        var order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        var ranks = new double[values.length];
        double below = 0;
        int begin = 0;
        while (begin < order.length) {
            int end = begin;
            double weight = 0;
            while (end < order.length && Double.compare(values[order[end]], values[order[begin]]) == 0) {
                weight += weights[order[end]];
                end++;
            }
            for (int i = begin; i < end; i++) {
                ranks[order[i]] = below + weight / 2;
            }
            below += weight;
            begin = end;
        }
        return ranks;
    }

    /** NaN where one of them does not vary. */
    private static double pearson(double[] a, double[] b, double[] weights) {
        double sum = 0;
        double meanA = 0;
        double meanB = 0;
        for (int i = 0; i < a.length; i++) {
            sum += weights[i];
            meanA += weights[i] * a[i];
            meanB += weights[i] * b[i];
        }
        meanA /= sum;
        meanB /= sum;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += weights[i] * (a[i] - meanA) * (b[i] - meanB);
            aa += weights[i] * (a[i] - meanA) * (a[i] - meanA);
            bb += weights[i] * (b[i] - meanB) * (b[i] - meanB);
        }
        return aa <= 0 || bb <= 0 ? Double.NaN : ab / Math.sqrt(aa * bb);
    }
}
