package dev.sluice.search.study;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The state of a search: it is asked for trials, told what became of them, and says of each report whether the trial is worth going on
 * with.
 *
 * <p>Every change is a {@link StudyEvent}, handed to the journal once it was applied. {@link #replay} makes the same study from the same
 * events: the same state, and the same answers from there on. All randomness of trial {@code n} comes from the study's seed and
 * {@code n}. What throws has changed nothing, unless it was the journal that threw: then the study is ahead of it and must be
 * dropped and replayed.
 *
 * <p>Not thread-safe: confined to one writer.
 */
public final class Study {
    private StudySpec spec;
    private Sampler sampler;
    private final Pruner pruner;
    private final Consumer<StudyEvent> journal;
    private final Ledger ledger;
    /** Whether it is known which trials are points of the space: asked first when a sampler must know. */
    private boolean searched;

    /**
     * An empty study with the algorithms that its specification names.
     *
     * @param journal is given each event after it was applied
     * @throws IllegalArgumentException if an algorithm or one of its options is unknown or wrong
     */
    public Study(StudySpec spec, Consumer<StudyEvent> journal) {
        this(
                spec,
                Samplers.of(spec.search().algorithm(), spec.search().options(), spec.context()),
                Pruners.of(spec.pruning().algorithm(), spec.pruning().options(), spec.objectives()),
                journal);
    }

    /** An empty study with algorithms of one's own, whatever its specification says of them. */
    public Study(StudySpec spec, Sampler sampler, Pruner pruner, Consumer<StudyEvent> journal) {
        this(spec, sampler, pruner, journal, new Ledger(spec.goals()));
    }

    private Study(StudySpec spec, Sampler sampler, Pruner pruner, Consumer<StudyEvent> journal, Ledger ledger) {
        this.spec = Objects.requireNonNull(spec, "spec");
        this.sampler = Objects.requireNonNull(sampler, "sampler");
        this.pruner = Objects.requireNonNull(pruner, "pruner");
        this.journal = Objects.requireNonNull(journal, "journal");
        this.ledger = ledger;
    }

    /**
     * A study as these events left it. They are not handed to the journal again.
     *
     * @throws IllegalArgumentException if the events are not those of one study in their order
     */
    public static Study replay(StudySpec spec, Iterable<? extends StudyEvent> events, Consumer<StudyEvent> journal) {
        var study = new Study(spec, journal);
        study.apply(events);
        return study;
    }

    /** The same with algorithms of one's own. */
    public static Study replay(
            StudySpec spec,
            Sampler sampler,
            Pruner pruner,
            Iterable<? extends StudyEvent> events,
            Consumer<StudyEvent> journal) {
        var study = new Study(spec, sampler, pruner, journal);
        study.apply(events);
        return study;
    }

    /**
     * A study as it was saved and as these events then left it: the same as a replay of all its events gives, without going through them.
     * No event is handed to the journal.
     *
     * @param laterEvents those from number {@link SavedStudy#revision} on
     * @throws IllegalArgumentException if what was saved does not fit the specification, or the events do not go on from there
     */
    public static Study restore(
            StudySpec spec,
            SavedStudy saved,
            Iterable<? extends StudyEvent> laterEvents,
            Consumer<StudyEvent> journal) {
        return restore(
                spec,
                Samplers.of(spec.search().algorithm(), spec.search().options(), spec.context()),
                Pruners.of(spec.pruning().algorithm(), spec.pruning().options(), spec.objectives()),
                saved,
                laterEvents,
                journal);
    }

    /** The same with algorithms of one's own. */
    public static Study restore(
            StudySpec spec,
            Sampler sampler,
            Pruner pruner,
            SavedStudy saved,
            Iterable<? extends StudyEvent> laterEvents,
            Consumer<StudyEvent> journal) {
        var study = new Study(spec, sampler, pruner, journal, Ledger.restored(spec, saved));
        study.apply(laterEvents);
        return study;
    }

    /** All that its events say of it so far, for {@link #restore}. {@code O(trials + events)}, but mostly references are copied. */
    public SavedStudy save() {
        return ledger.saved();
    }

    private void apply(Iterable<? extends StudyEvent> events) {
        for (StudyEvent event : events) {
            try {
                apply(event);
            } catch (IllegalStateException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "event %d does not follow from those before it: %s"
                                .formatted(ledger.revision(), e.getMessage()),
                        e);
            }
        }
    }

    public StudySpec spec() {
        return spec;
    }

    /** A live view. */
    public TrialHistory history() {
        return ledger;
    }

    /** The trials as they are now, for good: for questions that take time, on any thread. {@code O(trials)}, but only references are copied. */
    public TrialHistory frozenHistory() {
        return ledger.frozen();
    }

    /**
     * The same as the sampler sees it: what is no point of the space any more is called off. For questions about what is left to find.
     */
    public TrialHistory frozenSearched() {
        lookAtSpace();
        return ledger.frozenSearched();
    }

    /**
     * The trial as it stands.
     *
     * @throws IllegalArgumentException if there is none of this number
     */
    public Trial trial(TrialId id) {
        return ledger.get(id);
    }

    /** See {@link TrialHistory#best}. */
    public Optional<Trial> best() {
        return ledger.best();
    }

    /** Why the trial's present attempt is to be given up, if it is. */
    public Optional<String> pruneVerdict(TrialId id) {
        return ledger.get(id).pruneVerdict();
    }

    /**
     * The trial to run next: of those that wait the one with the lowest number, else a new one from the sampler, which then waits.
     * It is {@link #start} that takes a trial out of the queue; until then, asking again gives the same.
     *
     * @return empty if there is nothing more to try
     */
    public Optional<Suggestion> ask() {
        return ask(id -> true);
    }

    /**
     * The same, where waiting trials that are not ready (for a while after a failure, say) are passed over.
     *
     * @param ready whether a waiting trial may run now
     */
    public Optional<Suggestion> ask(Predicate<TrialId> ready) {
        for (int n = ledger.nextQueued(0); n >= 0; n = ledger.nextQueued(n + 1)) {
            var id = new TrialId(n);
            if (ready.test(id)) {
                return Optional.of(suggestion(ledger.get(id)));
            }
        }
        lookAtSpace();
        var ask = new PreparedAsk(sampler, ledger.searched(), Seeds.suggestion(spec.seed(), ledger.size()));
        return ask.suggest().map(suggested -> accept(ask, suggested));
    }

    /**
     * The sampler's next question, for an answer that takes time: it sees the study as it is now, whatever comes to pass meanwhile.
     * {@code O(trials)}, but only references are copied.
     */
    public PreparedAsk prepareAsk() {
        lookAtSpace();
        return new PreparedAsk(sampler, ledger.frozenSearched(), Seeds.suggestion(spec.seed(), ledger.size()));
    }

    /** Takes the answer to a question of this study: the new trial, which now waits. */
    public Suggestion accept(PreparedAsk ask, Suggested suggested) {
        var id = new TrialId(ledger.size());
        commit(new StudyEvent.TrialAsked(
                id, suggested.values(), Seeds.trial(spec.seed(), id.number()), ask.basedOn(), suggested.reason()));
        return suggestion(ledger.get(id));
    }

    /**
     * Puts a point in the queue.
     *
     * @throws IllegalArgumentException if it is no point of the space, saying what is wrong
     */
    public TrialId enqueue(ParameterValues values) {
        requirePoint(values);
        var id = new TrialId(ledger.size());
        commit(new StudyEvent.TrialEnqueued(id, values, Seeds.trial(spec.seed(), id.number())));
        return id;
    }

    /**
     * Takes over a trial that another study ran, as knowledge: concluded at once, seen by the sampler like any other, the best one too if
     * it is, told apart by {@link Trial#importedFrom} and counted against no budget. {@link WarmStart} says which trials qualify.
     *
     * @param outcome {@link Outcome.Completed} with a value of each objective, or {@link Outcome.Infeasible}
     * @param source where it ran, in words
     * @throws IllegalArgumentException if it is no point of the space or the outcome is no such, saying what is wrong
     */
    public TrialId takeOver(ParameterValues values, Outcome outcome, String source) {
        requirePoint(values);
        var id = new TrialId(ledger.size());
        commit(new StudyEvent.TrialImported(id, values, outcome, source));
        return id;
    }

    private void requirePoint(ParameterValues values) {
        var violations = spec.space().violations(values);
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", violations));
        }
    }

    /**
     * An attempt of a waiting trial begins.
     *
     * @param attempt above that of the attempt before, from 1
     * @param resumedFrom the step it goes on from, so that what was reported after it is dropped; -1 begins afresh and drops all
     * @throws dev.sluice.search.trial.IllegalTransitionException if the trial does not wait
     */
    public void start(TrialId id, int attempt, long resumedFrom) {
        commit(new StudyEvent.AttemptStarted(id, attempt, resumedFrom));
    }

    /**
     * A running trial reports.
     *
     * @return whether it is worth going on with; once it is not, every later report of the attempt gets that first answer again
     * @throws dev.sluice.search.trial.IllegalTransitionException if the trial does not run
     * @throws IllegalArgumentException if the step is not above the last one reported
     */
    public Verdict report(TrialId id, Measurement measurement) {
        Trial before = ledger.get(id);
        ledger.replace(before.reported(measurement));
        Trial trial = ledger.get(id);
        Verdict verdict;
        if (trial.pruneVerdict().isPresent()) {
            verdict = Verdict.prune(trial.pruneVerdict().get());
        } else if (holdsObjective(measurement)) {
            verdict = pruner.judge(trial, ledger);
        } else {
            verdict = Verdict.proceed();
        }
        switch (verdict) {
            case Verdict.Proceed(String note) ->
                journal.accept(new StudyEvent.MeasurementReported(id, measurement, false, note));
            case Verdict.Prune(String reason) -> {
                condemn(id, reason);
                journal.accept(new StudyEvent.MeasurementReported(id, measurement, true, reason));
            }
        }
        return verdict;
    }

    /**
     * A trial ends: a running one with any outcome, a waiting one only by being cancelled.
     *
     * @throws dev.sluice.search.trial.IllegalTransitionException if its state forbids that
     * @throws IllegalArgumentException if it completed without a value of each objective
     */
    public void tell(TrialId id, Outcome outcome) {
        commit(new StudyEvent.TrialTold(id, outcome));
    }

    /**
     * A running trial whose attempt was lost, or a failed or cancelled one that shall run anew, waits again.
     *
     * @throws dev.sluice.search.trial.IllegalTransitionException if its state forbids that
     */
    public void requeue(TrialId id, String reason) {
        commit(new StudyEvent.TrialRequeued(id, reason));
    }

    /**
     * Goes on with another space or another plan, after an edit: ranges and choices may have become other ones, constraints too, and how many
     * trials are planned. The sampler is made anew from what is known. Trials that are no points of the space any more keep their numbers
     * and results, but the sampler sees them as called off, and sees them again where a later edit takes them in. What follows is a function of
     * the specification, the events and nothing else: a replay with this specification answers alike.
     *
     * <p>No event: whoever keeps the study's events keeps its specification beside them.
     *
     * @throws IllegalArgumentException if anything else is another: goals, algorithms, seed, or the parameters' names; nothing has changed then
     */
    public void respecify(StudySpec next) {
        requireSame("goals", spec.goals(), next.goals());
        requireSame("search", spec.search(), next.search());
        requireSame("pruning", spec.pruning(), next.pruning());
        requireSame("seed", spec.seed(), next.seed());
        requireSame("parameters", names(spec), names(next));
        sampler = Samplers.of(next.search().algorithm(), next.search().options(), next.context());
        spec = next;
        searched = false;
    }

    private static List<String> names(StudySpec spec) {
        return spec.space().parameters().stream().map(Parameter::name).sorted().toList();
    }

    private static void requireSame(String what, Object now, Object next) {
        if (!now.equals(next)) {
            throw new IllegalArgumentException(
                    "a study keeps its %s; they are %s, and were to become %s".formatted(what, now, next));
        }
    }

    private void lookAtSpace() {
        if (!searched) {
            ledger.search(spec.space());
            searched = true;
        }
    }

    private boolean holdsObjective(Measurement measurement) {
        var objectives = spec.objectives();
        for (int i = 0; i < objectives.size(); i++) {
            if (measurement.values().containsKey(objectives.get(i).metric())) {
                return true;
            }
        }
        return false;
    }

    private void commit(StudyEvent event) {
        apply(event);
        journal.accept(event);
    }

    private void apply(StudyEvent event) {
        switch (event) {
            case StudyEvent.TrialAsked asked ->
                ledger.add(
                        Trial.queued(asked.id(), spec.goals(), compact(asked.values()), asked.seed(), asked.reason()));
            case StudyEvent.TrialEnqueued enqueued ->
                ledger.add(Trial.queued(
                        enqueued.id(), spec.goals(), compact(enqueued.values()), enqueued.seed(), "enqueued"));
            case StudyEvent.TrialImported imported ->
                ledger.add(Trial.imported(
                        imported.id(),
                        spec.goals(),
                        compact(imported.values()),
                        Seeds.trial(spec.seed(), imported.id().number()),
                        imported.outcome(),
                        imported.source()));
            case StudyEvent.AttemptStarted started ->
                ledger.replace(ledger.get(started.id()).started(started.attempt(), started.resumedFrom()));
            case StudyEvent.MeasurementReported reported -> {
                ledger.replace(ledger.get(reported.id()).reported(reported.measurement()));
                if (reported.pruneVerdict()) {
                    condemn(reported.id(), reported.verdictReason());
                }
            }
            case StudyEvent.TrialTold told ->
                ledger.replace(ledger.get(told.id()).told(told.outcome()));
            case StudyEvent.TrialRequeued requeued ->
                ledger.replace(ledger.get(requeued.id()).requeued(requeued.reason()));
        }
    }

    private ParameterValues compact(ParameterValues values) {
        return spec.space().compact(values);
    }

    private void condemn(TrialId id, String reason) {
        ledger.amend(ledger.get(id).condemned(reason));
    }

    private static Suggestion suggestion(Trial trial) {
        return new Suggestion(trial.id(), trial.values(), trial.seed(), trial.suggestedBy());
    }
}
