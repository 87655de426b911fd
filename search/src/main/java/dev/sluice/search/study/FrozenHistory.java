package dev.sluice.search.study;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A study's trials at one revision. What it shows does not change; thread-safe. */
final class FrozenHistory implements TrialHistory {
    private final Object lineage;
    private final Goals goals;
    private final List<Trial> trials;
    private final List<Trial> concluded;
    private final Map<TrialState, BitSet> numbers;
    private final Optional<Trial> best;
    private final Occurrences occurrences;
    private final int imported;
    private final int[] changed;
    private final long revision;

    /** Takes over what it is given, but for the occurrences and what changed, which may go on to grow. */
    FrozenHistory(
            Object lineage,
            Goals goals,
            Trial[] trials,
            Trial[] concluded,
            Map<TrialState, BitSet> numbers,
            Optional<Trial> best,
            Occurrences occurrences,
            int imported,
            int[] changed,
            long revision) {
        this.lineage = lineage;
        this.goals = goals;
        this.trials = Collections.unmodifiableList(Arrays.asList(trials));
        this.concluded = Collections.unmodifiableList(Arrays.asList(concluded));
        this.numbers = numbers;
        this.best = best;
        this.occurrences = occurrences;
        this.imported = imported;
        this.changed = changed;
        this.revision = revision;
    }

    @Override
    public Object lineage() {
        return lineage;
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
        return trials;
    }

    @Override
    public List<Trial> in(TrialState state) {
        return numbers(state).stream().mapToObj(trials::get).toList();
    }

    @Override
    public int count(TrialState state) {
        return numbers(state).cardinality();
    }

    @Override
    public int imported() {
        return imported;
    }

    @Override
    public List<Trial> pending() {
        var both = (BitSet) numbers(TrialState.QUEUED).clone();
        both.or(numbers(TrialState.RUNNING));
        return both.stream().mapToObj(trials::get).toList();
    }

    private BitSet numbers(TrialState state) {
        return numbers.getOrDefault(state, new BitSet());
    }

    @Override
    public List<Trial> concluded() {
        return concluded;
    }

    @Override
    public Optional<Trial> best() {
        return best;
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
