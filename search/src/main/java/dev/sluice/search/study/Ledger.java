package dev.sluice.search.study;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.SavedTrial;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The trials of a study with the indexes that keep questions about them cheap. Each change is taken in as old trial, new trial. */
final class Ledger implements TrialHistory {
    private final Goals goals;
    private final List<Objective> objectives;
    private final List<Trial> trials = new ArrayList<>();
    private final List<Trial> trialsView = Collections.unmodifiableList(trials);
    private final Map<TrialState, BitSet> numbers = new EnumMap<>(TrialState.class);
    private final Map<TrialState, Integer> counts = new EnumMap<>(TrialState.class);
    private final List<Trial> concluded = new ArrayList<>();
    private final List<Trial> concludedView = Collections.unmodifiableList(concluded);
    private final Occurrences occurrences = new Occurrences();
    private Optional<Trial> bestComplete = Optional.empty();
    private Optional<Trial> bestPruned = Optional.empty();
    private int[] changed = new int[64];
    private int revision;
    private int imported;
    /** The trials that are no points of the space any more. */
    private BitSet outside = new BitSet();

    /** What a sampler learns the history by: another one whenever the trials that it must not see are others. */
    private Object searched = this;

    Ledger(Goals goals) {
        this.goals = goals;
        this.objectives = goals.objectives();
        for (TrialState state : TrialState.values()) {
            numbers.put(state, new BitSet());
            counts.put(state, 0);
        }
    }

    /** As it was when it was saved. */
    static Ledger restored(StudySpec spec, SavedStudy saved) {
        var ledger = new Ledger(spec.goals());
        for (SavedTrial trial : saved.trials()) {
            ledger.enlist(Trial.restored(
                    new TrialId(ledger.size()), spec.goals(), spec.space().compact(trial.values()), trial));
        }
        ledger.changed = saved.changed();
        ledger.revision = ledger.changed.length;
        // the last event about a concluded trial is the one that concluded it
        var last = new BitSet();
        var seen = new BitSet();
        for (int event = ledger.revision - 1; event >= 0; event--) {
            int number = ledger.changed[event];
            last.set(event, !seen.get(number));
            seen.set(number);
        }
        for (int event = last.nextSetBit(0); event >= 0; event = last.nextSetBit(event + 1)) {
            Trial trial = ledger.trials.get(ledger.changed[event]);
            if (trial.state().isFinal()) {
                ledger.conclude(trial);
            }
        }
        return ledger;
    }

    SavedStudy saved() {
        return new SavedStudy(
                SavedStudy.VERSION,
                Arrays.copyOf(changed, revision),
                trials.stream().map(Trial::saved).toList());
    }

    /** As it is now, for good. {@code O(trials)}, but only references are copied. */
    FrozenHistory frozen() {
        var states = new EnumMap<TrialState, BitSet>(TrialState.class);
        numbers.forEach((state, set) -> states.put(state, (BitSet) set.clone()));
        return new FrozenHistory(
                this,
                goals,
                trials.toArray(Trial[]::new),
                concluded.toArray(Trial[]::new),
                states,
                best(),
                occurrences,
                imported,
                changed, // what is written is never written again, and growth makes another array
                revision);
    }

    /** Looks anew which trials are points of the space; those that come later always are. {@code O(trials × parameters)}. */
    void search(SearchSpace space) {
        var now = new BitSet();
        for (Trial trial : trials) {
            if (!space.violations(trial.values()).isEmpty()) {
                now.set(trial.id().number());
            }
        }
        if (!now.equals(outside)) {
            outside = now;
            searched = new Object();
        }
    }

    /**
     * What a sampler is to see: all trials, but those outside the space as called off. A live view where there are none outside, else as it is
     * now.
     */
    TrialHistory searched() {
        return outside.isEmpty() ? this : frozenSearched();
    }

    /** The same as it is now, for good. {@code O(trials)}. */
    FrozenHistory frozenSearched() {
        if (outside.isEmpty()) {
            return frozen();
        }
        var shown = trials.toArray(Trial[]::new);
        var states = new EnumMap<TrialState, BitSet>(TrialState.class);
        numbers.forEach((state, set) -> {
            var inside = (BitSet) set.clone();
            inside.andNot(outside);
            states.put(state, inside);
        });
        for (int n = outside.nextSetBit(0); n >= 0; n = outside.nextSetBit(n + 1)) {
            shown[n] = shown[n].outside();
            numbers(states, TrialState.CANCELLED).set(n);
        }
        var inside = concluded.stream()
                .filter(trial -> !outside.get(trial.id().number()))
                .toArray(Trial[]::new);
        return new FrozenHistory(
                searched, goals, shown, inside, states, best(inside), occurrences, imported, changed, revision);
    }

    private Optional<Trial> best(Trial[] among) {
        Optional<Trial> complete = Optional.empty();
        Optional<Trial> pruned = Optional.empty();
        for (Trial trial : among) {
            if (trial.state() == TrialState.COMPLETE) {
                complete = better(complete, trial);
            } else if (trial.state() == TrialState.PRUNED) {
                pruned = better(pruned, trial);
            }
        }
        return complete.isPresent() ? complete : pruned;
    }

    void add(Trial trial) {
        if (trial.id().number() != trials.size()) {
            throw new IllegalArgumentException(
                    "the next trial has the number %d, was %s".formatted(trials.size(), trial.id()));
        }
        enlist(trial);
        if (trial.state().isFinal()) {
            conclude(trial);
        }
        log(trial);
    }

    private void enlist(Trial trial) {
        trials.add(trial);
        occurrences.add(trial.values(), trial.id().number());
        enter(trial);
        if (trial.importedFrom().isPresent()) {
            imported++;
        }
    }

    void replace(Trial now) {
        Trial before = trials.set(now.id().number(), now);
        if (before.state() != now.state()) {
            leave(before);
            enter(now);
        }
        if (now.state().isFinal()) {
            conclude(now);
        }
        log(now);
    }

    private void log(Trial trial) {
        if (revision == changed.length) {
            changed = Arrays.copyOf(changed, revision + (revision >> 1) + 64);
        }
        changed[revision] = trial.id().number();
        revision++;
    }

    /** Part of the change before: neither state nor measurements differ. */
    void amend(Trial now) {
        trials.set(now.id().number(), now);
    }

    private void leave(Trial trial) {
        numbers(trial.state()).clear(trial.id().number());
        counts.merge(trial.state(), -1, Integer::sum);
    }

    private void enter(Trial trial) {
        numbers(trial.state()).set(trial.id().number());
        counts.merge(trial.state(), 1, Integer::sum);
    }

    private void conclude(Trial trial) {
        concluded.add(trial);
        if (trial.state() == TrialState.COMPLETE) {
            bestComplete = better(bestComplete, trial);
        } else if (trial.state() == TrialState.PRUNED) {
            bestPruned = better(bestPruned, trial);
        }
    }

    private Optional<Trial> better(Optional<Trial> best, Trial trial) {
        if (objectives.size() > 1 || !trial.isFeasible()) {
            return best;
        }
        double value = trial.objectiveValue(0).orElse(Double.NaN);
        double reference = best.isPresent() ? best.get().objectiveValue(0).orElse(Double.NaN) : Double.NaN;
        return objectives.getFirst().direction().isBetter(value, reference) ? Optional.of(trial) : best;
    }

    private BitSet numbers(TrialState state) {
        return numbers(numbers, state);
    }

    private static BitSet numbers(Map<TrialState, BitSet> numbers, TrialState state) {
        return numbers.computeIfAbsent(state, s -> new BitSet());
    }

    @Override
    public Goals goals() {
        return goals;
    }

    @Override
    public int size() {
        return trials.size();
    }

    @Override
    public Trial get(TrialId id) {
        if (id.number() >= trials.size()) {
            throw new IllegalArgumentException("there is no trial %s; the study has %d".formatted(id, trials.size()));
        }
        return trials.get(id.number());
    }

    @Override
    public List<Trial> all() {
        return trialsView;
    }

    @Override
    public List<Trial> in(TrialState state) {
        return listed(numbers(state));
    }

    @Override
    public int count(TrialState state) {
        return counts.getOrDefault(state, 0);
    }

    @Override
    public int imported() {
        return imported;
    }

    @Override
    public List<Trial> pending() {
        var both = (BitSet) numbers(TrialState.QUEUED).clone();
        both.or(numbers(TrialState.RUNNING));
        return listed(both);
    }

    private List<Trial> listed(BitSet which) {
        var list = new ArrayList<Trial>();
        for (int i = which.nextSetBit(0); i >= 0; i = which.nextSetBit(i + 1)) {
            list.add(trials.get(i));
        }
        return Collections.unmodifiableList(list);
    }

    /** The queued trial with the lowest number that is at least this; -1 if there is none. */
    int nextQueued(int number) {
        return numbers(TrialState.QUEUED).nextSetBit(number);
    }

    @Override
    public List<Trial> concluded() {
        return concludedView;
    }

    @Override
    public Optional<Trial> best() {
        return bestComplete.isPresent() ? bestComplete : bestPruned;
    }

    @Override
    public int occurrences(ParameterValues values) {
        return occurrences.count(values, trials.size());
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public int changed(long event) {
        return changed[(int) Objects.checkIndex(event, revision)];
    }
}
