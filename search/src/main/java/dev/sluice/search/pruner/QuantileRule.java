package dev.sluice.search.pruner;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.Optional;

/**
 * Gives up a trial that is strictly worse than what a share of the COMPLETE trials showed at the same step: {@link MedianPruner} and
 * {@link PercentilePruner}. Not thread-safe.
 */
final class QuantileRule {
    private final double share;
    private final String limit;
    private final String name;
    private final Settings settings;
    private final Rungs rungs;
    private final Optional<RungWatch> watch;
    private final CompletedTrials completed = new CompletedTrials();

    /**
     * What median and percentile have in common.
     *
     * @param startupTrials how many trials must be COMPLETE before any is compared, at least 0
     * @param warmupSteps the step before which nothing is judged, at least 0
     * @param interval a trial is judged once every so many steps, at least 1
     * @param explore the share of trials that go on for a while whatever is said of them, in [0, 1]
     * @param watch whether steps that say nothing of what comes later are passed over
     */
    record Settings(int startupTrials, long warmupSteps, long interval, double explore, boolean watch) {
        static final Settings DEFAULT = new Settings(5, 0, 1, SuccessiveHalvingPruner.EXPLORE, true);

        Settings withStartupTrials(int trials) {
            return new Settings(trials, warmupSteps, interval, explore, watch);
        }

        Settings withWarmupSteps(long step) {
            return new Settings(startupTrials, step, interval, explore, watch);
        }

        Settings withInterval(long number) {
            return new Settings(startupTrials, warmupSteps, number, explore, watch);
        }

        Settings withExplore(double trials) {
            return new Settings(startupTrials, warmupSteps, interval, trials, watch);
        }

        Settings withWatch(boolean watches) {
            return new Settings(startupTrials, warmupSteps, interval, explore, watches);
        }

        /** Not in the constructor, so that a builder may hold what is wrong until it builds. */
        void check() {
            if (startupTrials < 0) {
                throw new IllegalArgumentException("startupTrials must be >= 0, was " + startupTrials);
            }
            if (warmupSteps < 0) {
                throw new IllegalArgumentException("warmupSteps must be >= 0, was " + warmupSteps);
            }
            if (interval < 1) {
                throw new IllegalArgumentException("interval must be >= 1, was " + interval);
            }
            if (!(explore >= 0 && explore <= 1)) {
                throw new IllegalArgumentException("explore must be in [0, 1], was " + explore);
            }
        }
    }

    /**
     * @param share in [0, 1], of those that are at least as good as the limit
     * @param limit what the value there is called, such as "median"
     * @param name what a trial is held against, in words
     */
    QuantileRule(double share, String limit, String name, Settings settings) {
        settings.check();
        this.share = share;
        this.limit = limit;
        this.name = name;
        this.settings = settings;
        this.rungs =
                new Rungs(Halving.steps(Math.max(1, settings.warmupSteps()), Long.MAX_VALUE, 2), Rungs.Brackets.ONE);
        this.watch =
                settings.watch() ? Optional.of(new RungWatch(rungs, Math.max(2, (int) (1 / share)))) : Optional.empty();
    }

    Verdict judge(Trial trial, TrialHistory history) {
        long step = trial.lastStep();
        var goals = history.goals();
        if (step < settings.warmupSteps()) {
            return Verdict.proceed();
        }
        var last = Showing.last(trial, goals);
        if (last.isEmpty() || !isFirstOfInterval(trial, goals)) {
            return Verdict.proceed();
        }
        var showing = last.get();
        for (double cost : showing.costs()) {
            if (!Double.isFinite(cost)) {
                return Verdict.prune(
                        "%s is no finite value, but the best up to step %d".formatted(showing.shown(goals), step));
            }
        }
        int complete = history.count(TrialState.COMPLETE);
        if (complete == 0 || complete < settings.startupTrials()) {
            return Verdict.proceed();
        }
        var shortfall = completed.at(step, history).shortfall(showing, share, limit, goals);
        if (shortfall.isEmpty()) {
            return Verdict.proceed();
        }
        int level = level(step);
        var useless = useless(level, history);
        if (useless.isPresent()) {
            return Verdict.proceed(
                    "step %d is passed over since step %d %s".formatted(step, rungs.step(level), useless.get()));
        }
        var behind = "%s at step %d is worse than %s (%s)".formatted(showing.shown(goals), step, name, shortfall.get());
        return Chance.of(trial.seed(), level + 1) < settings.explore()
                ? Verdict.proceed("goes on by chance, so that steps can be compared, though " + behind)
                : Verdict.prune(behind);
    }

    /** The last step that is watched and not after this one; -1 if there is none. */
    private int level(long step) {
        int level = -1;
        while (level + 1 < rungs.levels() && rungs.step(level + 1) <= step) {
            level++;
        }
        return level;
    }

    private Optional<String> useless(int level, TrialHistory history) {
        if (level < 0 || watch.isEmpty()) {
            return Optional.empty();
        }
        rungs.update(history);
        watch.get().update(history);
        return watch.get().useless(level);
    }

    /** Whether no earlier report fell into the same interval. */
    private boolean isFirstOfInterval(Trial trial, Goals goals) {
        if (settings.interval() == 1) {
            return true;
        }
        long begin = (trial.lastStep() - settings.warmupSteps()) / settings.interval() * settings.interval()
                + settings.warmupSteps();
        List<Measurement> measurements = trial.measurements();
        for (int i = measurements.size() - 2; i >= 0 && measurements.get(i).step() >= begin; i--) {
            for (Objective objective : goals.objectives()) {
                if (measurements.get(i).value(objective.metric()).isPresent()) {
                    return false;
                }
            }
        }
        return true;
    }
}
