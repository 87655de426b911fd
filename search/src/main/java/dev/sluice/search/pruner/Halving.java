package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Successive halving over rungs at the steps {@code min * reduction^k} below {@code max}, for one bracket of trials or for several of which
 * each begins one rung later than the one before. Where an {@link Outlook} is given, that decides instead as soon as it can. Keeps its rungs
 * as a cache of the history. Not thread-safe.
 */
final class Halving {
    private final long max;
    private final int reduction;
    private final double explore;
    private final Rungs.Brackets brackets;
    private final Rungs rungs;
    private final Optional<RungWatch> watch;
    private final Optional<Outlook> outlook;

    /**
     * @param explore the share of trials that go on from a rung whatever is said of them, in [0, 1]
     * @param watches whether useless rungs are passed over
     */
    Halving(long min, long max, int reduction, double explore, boolean watches, Rungs.Brackets brackets) {
        this.max = max;
        this.reduction = reduction;
        this.explore = explore;
        this.brackets = brackets;
        this.rungs = new Rungs(steps(min, max, reduction), brackets);
        this.watch = watches ? Optional.of(new RungWatch(rungs, reduction)) : Optional.empty();
        this.outlook = Optional.empty();
    }

    /** One bracket of which the outlook decides. */
    Halving(long min, long max, int reduction, double explore, Outlook outlook) {
        this.max = max;
        this.reduction = reduction;
        this.explore = explore;
        this.brackets = Rungs.Brackets.ONE;
        this.rungs = new Rungs(steps(min, max, reduction), brackets);
        this.watch = Optional.empty();
        this.outlook = Optional.of(outlook);
    }

    /** The steps of the rungs; none if {@code min} is not below {@code max}. */
    static long[] steps(long min, long max, int reduction) {
        var steps = new long[Long.SIZE];
        int count = 0;
        for (long step = min; step < max; step *= reduction) {
            steps[count] = step;
            count++;
            if (step > Long.MAX_VALUE / reduction) {
                break;
            }
        }
        return Arrays.copyOf(steps, count);
    }

    Verdict judge(Trial trial, TrialHistory history) {
        rungs.update(history);
        List<Showing> reached = rungs.showings(trial.id().number());
        int last = trial.measurements().size() - 1;
        if (trial.lastStep() >= max) {
            return Verdict.proceed();
        }
        int bracket = brackets.of(trial.id().number());
        int level = reached.size();
        while (level > bracket && reached.get(level - 1).measurement() == last) {
            level--;
        }
        if (level == reached.size()) {
            return Verdict.proceed();
        }
        watch.ifPresent(one -> one.update(history));
        String note = "";
        for (; level < reached.size(); level++) {
            switch (judge(trial, history, bracket, level)) {
                case Verdict.Prune prune -> {
                    return prune;
                }
                case Verdict.Proceed(String said) -> note = said.isEmpty() ? note : said;
            }
        }
        return note.isEmpty() ? Verdict.proceed() : Verdict.proceed(note);
    }

    private Verdict judge(Trial trial, TrialHistory history, int bracket, int level) {
        var showing = rungs.showings(trial.id().number()).get(level);
        var goals = history.goals();
        if (!showing.isFinite()) {
            return Verdict.prune("%s at step %d, where rung %d is judged"
                    .formatted(showing.latest(goals), showing.step(), rungs.step(level)));
        }
        Optional<String> behind = outlook.isPresent() && outlook.get().isReady(showing, history)
                ? outlook.get().shortfall(showing, history, rungs, max)
                : shortfall(showing, bracket, level, history);
        if (behind.isEmpty()) {
            return Verdict.proceed();
        }
        var useless = watch.flatMap(one -> one.useless(level));
        if (useless.isPresent()) {
            return Verdict.proceed("rung %d is passed over since it %s".formatted(rungs.step(level), useless.get()));
        }
        return Chance.of(trial.seed(), level) < explore
                ? Verdict.proceed("goes on by chance, so that rungs can be compared, though " + behind.get())
                : Verdict.prune(behind.get() + passedOver(level));
    }

    /** Why a trial is not in the best share of a rung, in words; empty if it is. */
    private Optional<String> shortfall(Showing showing, int bracket, int level, TrialHistory history) {
        var table = rungs.table(bracket, level);
        int kept = Math.max(1, table.size() / reduction);
        return table.shortfall(showing, kept, history.goals())
                .map(why -> "%s at step %d is not in the best %s of rung %d (%s)"
                        .formatted(showing.shown(history.goals()), showing.step(), share(), rungs.step(level), why));
    }

    /** The rungs before this one that are not judged, in words. */
    private String passedOver(int level) {
        for (int before = level - 1; before >= 0; before--) {
            int at = before;
            var useless = watch.flatMap(one -> one.useless(at));
            if (useless.isPresent()) {
                return "; rung %d was passed over since it %s".formatted(rungs.step(before), useless.get());
            }
        }
        return "";
    }

    private String share() {
        return switch (reduction) {
            case 2 -> "half";
            case 3 -> "third";
            case 4 -> "quarter";
            case 5 -> "fifth";
            default -> "1/" + reduction;
        };
    }
}
