package dev.sluice.search.sampler.genetic;

import dev.sluice.search.pareto.CrowdingDistance;
import dev.sluice.search.pareto.NonDominatedSorting;
import dev.sluice.search.pareto.Standing;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The trials that survive where each newcomer drives out the worst: by front, and within a front by how much room they have to
 * themselves. COMPLETE ones come before PRUNED ones, these by the step that they reached. What shows no number, or is INFEASIBLE, never
 * enters.
 *
 * <p>Takes in what is new with each {@link #update}, {@code O(m n log n)} of its size a trial, in the order in which trials ended: so it
 * depends on the history alone. Not thread-safe.
 */
final class CrowdedPopulation {
    private static final long COMPLETE = Long.MAX_VALUE;

    private final int capacity;
    private List<Member> members = new ArrayList<>();
    private int taken;

    /**
     * A trial that may be a parent.
     *
     * @param reach the step it was given up at; of a complete one beyond all
     * @param front 0 the first
     */
    record Member(int number, Standing standing, long reach, int front) {}

    CrowdedPopulation(int capacity) {
        this.capacity = capacity;
    }

    /** Takes in the trials that were concluded since. */
    void update(TrialHistory history) {
        for (; taken < history.concluded().size(); taken++) {
            Trial trial = history.concluded().get(taken);
            if (trial.state() != TrialState.INFEASIBLE) {
                Standing.of(trial, history.goals())
                        .ifPresent(standing -> enter(new Member(
                                trial.id().number(),
                                standing,
                                trial.state() == TrialState.COMPLETE ? COMPLETE : trial.lastStep(),
                                0)));
            }
        }
    }

    private void enter(Member newcomer) {
        var all = new ArrayList<>(members);
        all.add(newcomer);
        all.sort(Comparator.comparingLong(Member::reach).reversed());
        var ranked = new ArrayList<Member>(all.size());
        int fronts = 0;
        int begin = 0;
        while (begin < all.size()) {
            int end = begin;
            while (end < all.size() && all.get(end).reach() == all.get(begin).reach()) {
                end++;
            }
            fronts = rank(all.subList(begin, end), fronts, ranked);
            begin = end;
        }
        if (ranked.size() > capacity) {
            ranked.removeLast();
        }
        members = ranked;
    }

    /** Adds the members, the best first. */
    private static int rank(List<Member> equals, int fronts, List<Member> ranked) {
        int[] ranks =
                NonDominatedSorting.ranks(equals.stream().map(Member::standing).toList());
        int last = Arrays.stream(ranks).max().orElse(-1);
        for (int r = 0; r <= last; r++) {
            var front = new ArrayList<Member>();
            for (int i = 0; i < ranks.length; i++) {
                if (ranks[i] == r) {
                    Member member = equals.get(i);
                    front.add(new Member(member.number(), member.standing(), member.reach(), fronts + r));
                }
            }
            double[] room =
                    CrowdingDistance.of(front.stream().map(Member::standing).toList());
            var order = new Integer[room.length];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -room[i]));
            for (int i : order) {
                ranked.add(front.get(i));
            }
        }
        return fronts + last + 1;
    }

    /** The best first. */
    List<Member> members() {
        return members;
    }
}
