package dev.sluice.search.curve;

import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * What trials that were given up would have come to had they run to their end, learnt from those that went further: so that what a pruned
 * trial showed counts, next to what others showed at their end.
 *
 * <p>In the line of freeze-thaw Bayesian optimisation (Swersky, Snoek and Adams, 2014) and of DyHPO (Wistuba, Kadra and Grabocka, 2022),
 * but without a model of the parameters, which is the sampler's own. The steps at which trials were given up are the joints of a chain; from
 * each joint to the next, and from the last to the end, a {@link Link} is learnt from all trials that went so far, be they good or bad. A
 * trial's cost at its end follows from its cost at its last joint through all links that are left, with the variance that they add up.
 * Costs count by {@link NormalScores}, so that curves of any unit and shape will do.
 *
 * <p>What has been reached is kept: a trial whose best value counts is never predicted to end worse than that.
 *
 * <p>A function of the concluded trials in the order in which they ended, learnt anew each time that a tenth more have ended and of the
 * newest {@value #NEWEST} alone: {@code O(1)} a trial, but for sorting. One objective. Not thread-safe.
 */
public final class CurveModel {
    private static final int NEWEST = 1_000;
    private static final int MOST_JOINTS = 16;

    private final long[] asked;
    private int learnt;
    private long end;
    private long[] joints = new long[0];
    private Link[] onward = new Link[0];
    private NormalScores scores = NormalScores.of(new double[] {0});

    /**
     * A model that has learnt nothing yet.
     *
     * @param asked steps at which it will be asked about trials that go on: joints, also where none was given up
     */
    public CurveModel(long... asked) {
        this.asked = asked.clone();
    }

    /** A model that has learnt from all these trials, or from the newest {@value #NEWEST}, in the order in which they ended. */
    public static CurveModel of(Objective objective, List<Trial> concluded) {
        var model = new CurveModel();
        model.learnt = concluded.size();
        model.learn(objective, concluded.subList(Math.max(0, concluded.size() - NEWEST), concluded.size()));
        return model;
    }

    /**
     * A cost at the end of a trial.
     *
     * @param cost the value of the objective, negated where large values are wanted
     * @param deviation its standard deviation, at least 0, in the same unit
     */
    public record Prediction(double cost, double deviation) {}

    /**
     * Takes in what has ended since.
     *
     * @param concluded as {@link TrialHistory#concluded} has them; those of earlier calls come first
     * @return whether it was learnt anew, so that what it said before no longer holds
     */
    public boolean update(Objective objective, List<Trial> concluded) {
        int due = learnt;
        while (due + Math.max(1, due / 10) <= concluded.size()) {
            due += Math.max(1, due / 10);
        }
        if (due == learnt) {
            return false;
        }
        learnt = due;
        learn(objective, concluded.subList(Math.max(0, due - NEWEST), due));
        return true;
    }

    /**
     * What a PRUNED trial would have come to.
     *
     * @return a cost of NaN if it has shown no number
     */
    public Prediction predict(Objective objective, Trial trial) {
        double shown = objective.direction().toCost(trial.objectiveValue(0).orElse(Double.NaN));
        if (!Double.isFinite(shown) || trial.lastStep() >= end) {
            return new Prediction(shown, 0);
        }
        var ending = ending(shown, trial.lastStep());
        double cost = scores.cost(ending.mean);
        if (objective.report() == Report.BEST) {
            cost = Math.min(cost, shown);
        }
        return new Prediction(
                cost, (scores.cost(ending.mean + ending.deviation) - scores.cost(ending.mean - ending.deviation)) / 2);
    }

    /**
     * How likely it is that a trial ends with less than some cost, in [0, 1].
     *
     * @param shown the finite cost that it has shown up to a step: the best one or the last, as the objective has it
     * @param below finite
     */
    public double chance(Objective objective, double shown, long step, double below) {
        if (shown < below && objective.report() == Report.BEST) {
            return 1;
        }
        var ending = ending(shown, step);
        return step >= end || ending.deviation == 0
                ? (shown < below ? 1 : 0)
                : NormalScores.below((scores.score(below) - ending.mean) / ending.deviation);
    }

    /** A score at the end. */
    private record Ending(double mean, double deviation) {}

    private Ending ending(double shown, long step) {
        int joint = joints.length - 1;
        while (joint > 0 && joints[joint] > step) {
            joint--;
        }
        double mean = scores.score(shown);
        double variance = 0;
        for (; joint >= 0 && joint < joints.length; joint++) {
            variance = onward[joint].slope() * onward[joint].slope() * variance + onward[joint].variance();
            mean = onward[joint].apply(mean);
        }
        return new Ending(mean, Math.sqrt(variance));
    }

    private void learn(Objective objective, List<Trial> trials) {
        var stops = new TreeSet<Long>();
        long longest = 0;
        long longestComplete = 0;
        for (Trial trial : trials) {
            longest = Math.max(longest, trial.lastStep());
            if (trial.state() == TrialState.PRUNED) {
                stops.add(trial.lastStep());
            } else if (trial.state() == TrialState.COMPLETE) {
                longestComplete = Math.max(longestComplete, trial.lastStep());
            }
        }
        end = longestComplete > 0 ? longestComplete : longest;
        for (long step : asked) {
            stops.add(step);
        }
        joints = joints(stops, end);
        var curves = new ArrayList<double[]>();
        var sample = new ArrayList<double[]>();
        for (Trial trial : trials) {
            if (trial.state() != TrialState.INFEASIBLE) {
                double[] curve = curve(objective, trial);
                curves.add(curve);
                sample.add(Arrays.stream(curve).filter(Double::isFinite).toArray());
            }
        }
        double[] all = sample.stream().flatMapToDouble(Arrays::stream).toArray();
        if (all.length == 0) {
            joints = new long[0];
            onward = new Link[0];
            return;
        }
        scores = NormalScores.of(all);
        onward = new Link[joints.length];
        for (int joint = 0; joint < joints.length; joint++) {
            int at = joint;
            var went = curves.stream()
                    .filter(curve -> Double.isFinite(curve[at]) && Double.isFinite(curve[at + 1]))
                    .toList();
            onward[joint] = Link.of(
                    went.stream().mapToDouble(curve -> scores.score(curve[at])).toArray(),
                    went.stream()
                            .mapToDouble(curve -> scores.score(curve[at + 1]))
                            .toArray());
        }
    }

    /** The steps at which trials were given up before the end, thinned out where there are many. */
    private static long[] joints(NavigableSet<Long> stops, long end) {
        double ratio = stops.isEmpty() ? 1 : Math.pow((double) end / Math.max(1, stops.first()), 1.0 / MOST_JOINTS);
        var chosen = new ArrayList<Long>();
        for (long stop : stops) {
            boolean isApart = stops.size() <= MOST_JOINTS || chosen.isEmpty() || stop >= chosen.getLast() * ratio;
            if (stop < end && isApart) {
                chosen.add(stop);
            }
        }
        return chosen.stream().mapToLong(Long::longValue).toArray();
    }

    /** A trial's cost at each joint and at its end; NaN where it did not come. */
    private double[] curve(Objective objective, Trial trial) {
        var curve = new double[joints.length + 1];
        Arrays.fill(curve, Double.NaN);
        double cost = Double.NaN;
        int next = 0;
        for (Measurement measurement : trial.measurements()) {
            OptionalDouble value = measurement.value(objective.metric());
            if (value.isEmpty()) {
                continue;
            }
            double reported = objective.direction().toCost(value.getAsDouble());
            cost = objective.report() == Report.LAST || Double.compare(reported, cost) < 0 ? reported : cost;
            for (; next < joints.length && measurement.step() >= joints[next]; next++) {
                curve[next] = cost;
            }
        }
        if (trial.state() == TrialState.COMPLETE || trial.lastStep() >= end) {
            curve[joints.length] =
                    objective.direction().toCost(trial.objectiveValue(0).orElse(Double.NaN));
        }
        return curve;
    }
}
