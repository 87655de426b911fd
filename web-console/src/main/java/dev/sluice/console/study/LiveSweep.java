package dev.sluice.console.study;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.sampler.NoFeasiblePointException;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.PreparedAsk;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.study.Suggestion;
import dev.sluice.search.terminator.Termination;
import dev.sluice.search.terminator.Terminator;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A sweep while it lives: its study, its attempts and its state. Every change is decided here, in memory, and leaves
 * as events and changed rows that the {@link SweepWriter} commits before anybody hears of it.
 *
 * <p>Confined to its writer. Each public method is one command: it checks first and changes only when nothing can be
 * refused any more, so that a {@link dev.sluice.console.problem.ProblemException} leaves everything as it was.
 */
public final class LiveSweep {
    /** How long a lease of an external worker holds without a report or heartbeat. */
    public static final Duration LEASE_TIME = Duration.ofSeconds(60);

    /** How often a trial is tried again after lost or preempted attempts. */
    static final int LOSSES = 10;

    private static final int REASON_LENGTH = 2000;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    private final UUID id;
    private SweepSpecification specification;
    private String specificationText;
    private final List<Objective> objectives;
    private final Instant createdAt;
    private static final String ALL_TRIED = "every point of the space was tried";

    private final Study study;
    /** When it has had enough; another one after an edit. */
    private Terms terms;

    private Alarms alarms;
    private final List<TrialRow> trials = new ArrayList<>();
    private final Map<UUID, AttemptRow> active = new LinkedHashMap<>();

    private SweepState state = SweepState.RUNNING;
    private @Nullable SweepState target;
    private String reason = "";
    private @Nullable Instant endedAt;
    private SweepSnapshot.Counts counts = SweepSnapshot.Counts.NONE;
    private @Nullable Integer bestTrial;
    private @Nullable Instant extendedAt;
    private long pos;
    /** Why nothing is started any more although the budget is not used: stagnation or wall time. */
    private @Nullable String windDown;
    /** What the sampler thinks about, beside the writer. */
    private @Nullable PreparedAsk asked;

    /** Why the sampler has no further point; trials that wait are run all the same. */
    private @Nullable String exhausted;

    /** How many trials had concluded when that was last asked. */
    private int weighed;

    private boolean outOfTime;
    /** How many trials had concluded when stagnation was last looked for. */
    private int judged;

    private Instant now;
    private final List<Committed.Recorded> events = new ArrayList<>();
    private final Set<TrialRow> dirtyTrials = new LinkedHashSet<>();
    private final Set<AttemptRow> dirtyAttempts = new LinkedHashSet<>();
    private boolean dirty;

    private LiveSweep(
            UUID id,
            SweepSpecification specification,
            String specificationText,
            Instant createdAt,
            Function<java.util.function.Consumer<StudyEvent>, Study> study) {
        this.id = id;
        this.specification = specification;
        this.specificationText = specificationText;
        this.objectives = specification.objectives();
        this.createdAt = createdAt;
        this.now = createdAt;
        this.terms = Terms.of(specification);
        this.alarms = new Alarms(specification.alerts(), this::record);
        this.study = study.apply(this::studied);
    }

    /** A sweep that begins: its enqueued points are its first trials. */
    static LiveSweep begin(UUID id, SweepSpecification specification, Instant now) {
        return begin(id, specification, Knowledge.NONE, now);
    }

    /** The same with what it knows from before; enqueued points come before those of earlier sweeps. */
    static LiveSweep begin(UUID id, SweepSpecification specification, Knowledge knowledge, Instant now) {
        var live = new LiveSweep(
                id,
                specification,
                specification.toJson().toString(),
                now,
                journal -> new Study(studySpec(specification), journal));
        live.change(SweepState.RUNNING, "started");
        if (!knowledge.from().isEmpty()) {
            live.record(new SweepEvent.WarmStarted(knowledge.from()));
        }
        knowledge.trials().forEach(known -> live.study.takeOver(known.values(), known.outcome(), known.source()));
        live.noteBest();
        specification.enqueue().forEach(live.study::enqueue);
        knowledge.points().forEach(live.study::enqueue);
        return live;
    }

    /** A sweep as its rows and events say it stood. Nothing is decided anew: the same events give the same study. */
    static LiveSweep restore(
            SweepSnapshot saved,
            SweepSpecification specification,
            Iterable<StudyEvent> events,
            Collection<TrialSnapshot> trials,
            Collection<Attempt> attempts) {
        var live = new LiveSweep(
                saved.id(),
                specification,
                saved.specification(),
                saved.createdAt(),
                journal -> Study.replay(studySpec(specification), events, journal));
        live.state = saved.state();
        live.target = saved.target().orElse(null);
        live.reason = saved.reason();
        live.endedAt = saved.endedAt().orElse(null);
        live.counts = saved.counts();
        live.bestTrial = saved.bestTrial().orElse(null);
        live.extendedAt = saved.extendedAt().orElse(null);
        live.pos = saved.revision();
        trials.forEach(trial -> live.trials.add(TrialRow.of(trial)));
        var reruns = reruns(events);
        for (var attempt : attempts) {
            var trial = live.trials.get(attempt.trialNumber());
            boolean counts = attempt.number() > reruns.getOrDefault(trial.number, 0);
            if (counts && attempt.endedAt().isPresent()) {
                trial.used = trial.used.plus(
                        Duration.between(attempt.startedAt(), attempt.endedAt().get()));
            }
            switch (attempt.state()) {
                case LAUNCHING, RUNNING -> {
                    live.active.put(attempt.id(), AttemptRow.of(attempt, trial));
                    live.alarms.started(
                            trial.number,
                            attempt.number(),
                            live.study.trial(new TrialId(trial.number)).measurements());
                    if (attempt.completed() && (trial.state == TrialState.QUEUED || trial.state == TrialState.FAILED)) {
                        trial.failures++;
                    }
                }
                case FAILED -> {
                    if (counts) {
                        trial.failures++;
                        live.holdBack(trial, attempt);
                    }
                }
                case LOST, PREEMPTED -> trial.losses += counts ? 1 : 0;
                case SUCCEEDED, STOPPED -> {}
            }
        }
        return live;
    }

    /** By trial the number of its last attempt before a user had it run again: those before count no more. */
    private static Map<Integer, Integer> reruns(Iterable<StudyEvent> events) {
        var attempts = new HashMap<Integer, Integer>();
        var ended = new HashSet<Integer>();
        var reruns = new HashMap<Integer, Integer>();
        for (var event : events) {
            int trial = event.id().number();
            if (event instanceof StudyEvent.AttemptStarted started) {
                attempts.put(trial, started.attempt());
            } else if (event instanceof StudyEvent.TrialTold) {
                ended.add(trial);
            } else if (event instanceof StudyEvent.TrialRequeued && ended.remove(trial)) {
                reruns.put(trial, attempts.getOrDefault(trial, 0));
            }
        }
        return reruns;
    }

    private void holdBack(TrialRow trial, Attempt failed) {
        if (trial.state == TrialState.QUEUED && failed.number() == trial.attempt) {
            failed.endedAt().ifPresent(end -> trial.notBefore = end.plus(backoff(trial.failures)));
        }
    }

    // ---- commands -------------------------------------------------------------------------------------------------

    /**
     * Leases for a worker: its unfinished ones first, then new ones, together at most `capacity`.
     *
     * @param resume the newest checkpoint of a trial that was tried before
     */
    public List<Lease> lease(String worker, int capacity, Function<UUID, Optional<Checkpoint>> resume) {
        if (state.isOver() || (state == SweepState.STOPPING && active.isEmpty())) {
            throw new Problem.Over("The sweep is %s; there is no more work.".formatted(state)).exception();
        }
        var leases = new ArrayList<Lease>();
        if (!worker.equals(Attempt.LOCAL)) {
            for (var attempt : active.values()) {
                if (attempt.worker.equals(worker) && leases.size() < capacity) {
                    renew(attempt);
                    leases.add(lease(attempt));
                }
            }
        }
        while (leases.size() < capacity && canStart()) {
            var next = next();
            if (next.isEmpty()) {
                break;
            }
            leases.add(lease(begin(next.get(), worker, resume)));
        }
        return leases;
    }

    /**
     * What must be known before a worker can have so many leases of new trials: whether enough is left to gain. Empty where the sweep has
     * no such bound, nothing has concluded since it was last known, or nothing new would begin.
     */
    Optional<Doubt> doubt(String worker, int capacity) {
        int concluded = study.history().concluded().size();
        if (terms.regret().isEmpty() || weighed == concluded || !asksForMore(worker, capacity)) {
            return Optional.empty();
        }
        weighed = concluded;
        return Optional.of(new Doubt(terms.regret().get(), study.frozenSearched()));
    }

    /** What was found of it. A sweep that was read again from the database meanwhile has not asked. */
    @SuppressWarnings("ReferenceEquality")
    void resolve(Doubt doubt, Optional<Termination> found) {
        if (terms.regret().isPresent() && terms.regret().get() == doubt.terminator && windDown == null) {
            found.ifPresent(termination -> windDown = termination.reason());
        }
    }

    /** Whether to go on, asked beside the writer: what it keeps between questions is confined to whoever holds the lock on thinking. */
    record Doubt(Terminator terminator, TrialHistory history) {}

    /**
     * What the sampler must be asked before a worker can have so many leases; empty if what waits will do, or there is nothing to ask. Until
     * {@link #answer} or {@link #unanswered}, nothing else is asked: the two would share the sampler.
     */
    Optional<PreparedAsk> question(String worker, int capacity) {
        if (!asksForMore(worker, capacity)) {
            return Optional.empty();
        }
        asked = study.prepareAsk();
        return Optional.of(asked);
    }

    private boolean asksForMore(String worker, int capacity) {
        long held = active.values().stream()
                .filter(attempt -> attempt.worker.equals(worker))
                .count();
        long free = Math.min(
                worker.equals(Attempt.LOCAL) ? capacity : capacity - held,
                specification.budget().parallel() - active.size());
        long ready = trials.isEmpty() || counts.queued() == 0
                ? 0
                : trials.stream()
                        .filter(t -> t.state == TrialState.QUEUED && isReady(t))
                        .count();
        return asked == null && canStart() && !noNewTrials() && ready < free;
    }

    /** What the sampler answered: a trial that now waits, or that there is nothing more. A sweep that ends meanwhile takes no trial. */
    void answer(PreparedAsk ask, Optional<Suggested> suggested) {
        if (unanswered(ask) && (state == SweepState.RUNNING || state == SweepState.PAUSED) && !noNewTrials()) {
            suggested.ifPresentOrElse(found -> study.accept(ask, found), () -> exhausted = ALL_TRIED);
        }
    }

    /** The sampler can find nothing that satisfies the constraints. */
    void answer(PreparedAsk ask, NoFeasiblePointException nothingFeasible) {
        if (unanswered(ask)) {
            exhausted = String.valueOf(nothingFeasible.getMessage());
        }
    }

    /** The question is given up, whether it was still open or not. */
    // a sweep that was read again from the database has not asked what the one before it had
    @SuppressWarnings("ReferenceEquality")
    boolean unanswered(PreparedAsk ask) {
        if (asked != ask) {
            return false;
        }
        asked = null;
        return true;
    }

    /** Notes what is needed to find the process of a local attempt again. */
    public void launched(UUID lease, String launch) {
        var attempt = active.get(lease);
        if (attempt == null) {
            return; // told to be over meanwhile: whoever holds the process ends it
        }
        attempt.launch = launch;
        attempt.state = AttemptState.RUNNING;
        dirtyAttempts.add(attempt);
    }

    /** Takes reports in and says whether to go on. A replayed `seq` is answered as before and changes nothing. */
    public Reply report(UUID lease, long seq, List<Measurement> points) {
        var attempt = active(lease);
        if (seq <= attempt.lastSeq) {
            renew(attempt);
            return reply(attempt);
        }
        long step = study.trial(trialId(attempt)).lastStep();
        if (attempt.lastSeq < 0 && seq >= 0) {
            // It begins to report by itself; some of it may have been read from what it printed.
            long known = step;
            points = points.stream().filter(p -> p.step() > known).toList();
        }
        for (int i = 0; i < points.size(); i++) {
            var point = points.get(i);
            if (point.step() <= step) {
                throw Problem.Invalid.at(
                                "/points/" + i + "/step",
                                "Steps rise within an attempt: %d came after %d.".formatted(point.step(), step))
                        .exception();
            }
            step = point.step();
        }
        renew(attempt);
        attempt.lastSeq = seq;
        dirtyAttempts.add(attempt);
        for (var point : points) {
            attempt.reported = true;
            if (study.report(trialId(attempt), point) instanceof Verdict.Prune prune) {
                attempt.directive = Reply.STOP;
                attempt.directiveReason = prune.reason();
            }
        }
        return reply(attempt);
    }

    public Reply heartbeat(UUID lease) {
        var attempt = active(lease);
        renew(attempt);
        return reply(attempt);
    }

    /** A worker says how its trial ended. */
    public TrialSnapshot complete(UUID lease, TrialState end, Map<String, Double> values, String said) {
        var attempt = active.get(lease);
        if (attempt != null && attempt.completed) {
            return attempt.trial.snapshot();
        }
        attempt = active(lease);
        var trial = trialId(attempt);
        var why = cut(said);
        if (end == TrialState.COMPLETE) {
            missing(trial).filter(metric -> !values.containsKey(metric)).ifPresent(metric -> {
                throw Problem.Invalid.at(
                                "/values",
                                "A trial cannot be COMPLETE without a value of `%s`: none was reported and none is here."
                                        .formatted(metric))
                        .exception();
            });
        }
        if (!values.isEmpty()) {
            study.report(trial, new Measurement(study.trial(trial).lastStep() + 1, values));
        }
        attempt.completed = true;
        var outcome = switch (end) {
            case COMPLETE -> completed(attempt);
            case PRUNED -> new Outcome.Pruned(why.isEmpty() ? pruneReason(attempt) : why);
            case INFEASIBLE -> new Outcome.Infeasible(why.isEmpty() ? "the worker says that it is not possible" : why);
            case FAILED -> new Outcome.Failed(why.isEmpty() ? "the worker gave no reason" : why);
            case QUEUED, RUNNING, CANCELLED -> throw new IllegalArgumentException("no end: " + end);
        };
        if (attempt.isLocal()) {
            // Its process still runs: the attempt, and its device, are over only when nothing of it is left.
            attempt.reason = outcome.why();
            dirtyAttempts.add(attempt);
            record(new SweepEvent.AttemptStopping(
                    attempt.trial.number, attempt.number, "it said by itself how the trial ended"));
        } else {
            attemptOver(attempt, endOf(outcome), why);
        }
        if (outcome instanceof Outcome.Failed failed) {
            ownFailure(attempt.trial, failed.reason());
        } else {
            tell(attempt.trial, outcome);
        }
        return attempt.trial.snapshot();
    }

    /** A local process is gone and nothing of it is left. Its remaining reports were taken in before. */
    public void ended(UUID lease, Exit exit) {
        var attempt = active.get(lease);
        if (attempt == null) {
            return; // told before: the end of a process is noticed at least once
        }
        var trial = attempt.trial;
        var verdict = study.pruneVerdict(trialId(attempt));
        if (attempt.completed) {
            completedIsOver(attempt);
        } else if (attempt.stopReason != null) {
            attemptOver(attempt, AttemptState.STOPPED, attempt.stopReason);
            tell(trial, stopped(attempt));
        } else if (verdict.isPresent()) {
            attemptOver(attempt, AttemptState.STOPPED, verdict.get());
            tell(trial, new Outcome.Pruned(verdict.get()));
        } else if (exit.policy().isPresent()) {
            var policy = exit.policy().get();
            attemptOver(attempt, AttemptState.FAILED, policy.line());
            tell(
                    trial,
                    switch (policy.as()) {
                        case INFEASIBLE -> new Outcome.Infeasible(cut(policy.line()));
                        case PRUNED -> new Outcome.Pruned(cut(policy.line()));
                        case FAILED, QUEUED, RUNNING, COMPLETE, CANCELLED -> new Outcome.Failed(cut(policy.line()));
                    });
        } else if (exit.code().isEmpty()) {
            lost(attempt, "the process was killed or lost" + said(exit));
        } else if (exit.code().getAsInt() != 0) {
            var why = "exit code " + exit.code().getAsInt() + said(exit);
            attemptOver(attempt, AttemptState.FAILED, why);
            ownFailure(trial, why);
        } else {
            var outcome = completed(attempt);
            attemptOver(
                    attempt,
                    outcome instanceof Outcome.Failed ? AttemptState.FAILED : AttemptState.SUCCEEDED,
                    outcome instanceof Outcome.Failed failed ? failed.reason() : "");
            if (outcome instanceof Outcome.Failed failed) {
                ownFailure(trial, failed.reason());
            } else {
                tell(trial, outcome);
            }
        }
    }

    /** A local attempt could not be started, or its process was not there any more when the service came back. */
    public void notStarted(UUID lease, String why, boolean itsOwnFault) {
        var attempt = active.get(lease);
        if (attempt == null) {
            return;
        }
        if (attempt.completed) {
            completedIsOver(attempt);
        } else if (attempt.stopReason != null) {
            attemptOver(attempt, AttemptState.STOPPED, attempt.stopReason);
            tell(attempt.trial, stopped(attempt));
        } else if (itsOwnFault) {
            attemptOver(attempt, AttemptState.FAILED, why);
            ownFailure(attempt.trial, why);
        } else {
            lost(attempt, why);
        }
    }

    /**
     * What the GPUs of a running attempt have done since they were last looked at.
     *
     * @param used the share of their time, in [0, 1]
     */
    public void gpusUsed(UUID lease, double used) {
        var attempt = active.get(lease);
        if (attempt != null) {
            alarms.gpusUsed(attempt.trial.number, used, now);
        }
    }

    public TrialSnapshot enqueue(ParameterValues values) {
        if (state != SweepState.RUNNING && state != SweepState.PAUSED) {
            throw new Problem.Conflict("The sweep is %s and takes no more trials.".formatted(state)).exception();
        }
        refuseWhenWindingDown();
        var violations = specification.space().violations(values);
        if (!violations.isEmpty()) {
            throw new Problem.Invalid(
                            "The point is not in the space.",
                            violations.stream()
                                    .map(v -> new Problem.Fault("/params", v))
                                    .toList())
                    .exception();
        }
        return trials.get(study.enqueue(values).number()).snapshot();
    }

    /**
     * Takes another file for its own, from now on. What the file may not change was refused before.
     *
     * @param next the file as it shall be, made from the present one
     * @param by who wants it
     */
    public void edit(Function<SweepSpecification, SweepSpecification> next, String by) {
        if (state != SweepState.RUNNING && state != SweepState.PAUSED && state != SweepState.COMPLETED) {
            throw new Problem.Conflict("The sweep is %s; only one that is RUNNING, PAUSED or COMPLETED can be edited."
                            .formatted(state))
                    .exception();
        }
        var edited = next.apply(specification);
        var change = SweepEdit.between(specification, edited);
        if (change.isNothing()) {
            return;
        }
        boolean over = state == SweepState.COMPLETED;
        if (over && !goesOn(edited)) {
            throw new Problem.Conflict(
                            "The sweep is COMPLETED (%s); an edit must give it more to do, such as a `budget.trials` above %d."
                                    .formatted(reason, counts.total()))
                    .exception();
        }
        study.respecify(studySpec(edited));
        specification = edited;
        specificationText = edited.toJson().toString();
        terms = Terms.of(edited);
        watchAnew();
        reconsider();
        record(new SweepEvent.Steered(
                -1,
                cut(by),
                over ? "extend" : "edit",
                change.before().toString(),
                change.after().toString()));
        if (over) {
            goOn("extended by a user");
        }
        dropOutside();
        dirty = true;
    }

    /** Whether a sweep that has completed would have anything to do. */
    private boolean goesOn(SweepSpecification edited) {
        var more = edited.budget().trials();
        boolean trialsLeft = more.isEmpty() || counts.total() < more.getAsInt();
        return trialsLeft && !edited.equals(specification);
    }

    /** From COMPLETED back to RUNNING. */
    private void goOn(String why) {
        endedAt = null;
        target = null;
        extendedAt = now;
        change(SweepState.RUNNING, why);
    }

    private void watchAnew() {
        alarms = new Alarms(specification.alerts(), this::record);
        for (var attempt : active.values()) {
            alarms.started(
                    attempt.trial.number,
                    attempt.number,
                    study.trial(trialId(attempt)).measurements());
        }
    }

    /** What was found of the end is found again by the new terms; what the sampler thinks about is of no use any more. */
    private void reconsider() {
        asked = null;
        windDown = null;
        exhausted = null;
        outOfTime = false;
        judged = -1;
        weighed = -1;
    }

    private void dropOutside() {
        for (var trial : trials) {
            if (trial.state == TrialState.QUEUED
                    && !specification
                            .space()
                            .violations(study.trial(new TrialId(trial.number)).values())
                            .isEmpty()) {
                tell(trial, new Outcome.Cancelled("it is no point of the space any more, which was edited"));
            }
        }
    }

    /** Notes what somebody did. */
    public void audit(String by, String action, int trial, String before, String after) {
        record(new SweepEvent.Steered(trial, cut(by), action, before, after));
        dirty = true;
    }

    public void pause() {
        demand(SweepState.PAUSED, "pause");
        change(SweepState.PAUSED, "paused by a user");
    }

    public void resume() {
        if (state != SweepState.PAUSED) {
            throw new Problem.Conflict("Only a paused sweep can be resumed; this one is %s.".formatted(state))
                    .exception();
        }
        change(SweepState.RUNNING, "resumed by a user");
    }

    /** No new trials; running ones finish. */
    public void stop() {
        if (state == SweepState.STOPPING) {
            return;
        }
        demand(SweepState.STOPPING, "stop");
        end(SweepState.COMPLETED, "the sweep was stopped by a user");
    }

    /** No new trials; running ones are stopped. */
    public void cancel() {
        if (state == SweepState.STOPPING && target == SweepState.CANCELLED) {
            return;
        }
        demand(SweepState.CANCELLED, "cancel");
        end(SweepState.CANCELLED, "the sweep was cancelled by a user");
        stopAll("the sweep was cancelled by a user");
    }

    public TrialSnapshot stopTrial(int number) {
        var trial = trials.get(number);
        if (trial.state == TrialState.QUEUED) {
            tell(trial, new Outcome.Cancelled("stopped by a user before it ran"));
        } else if (trial.state == TrialState.RUNNING) {
            // A copy: a worker's attempt leaves the map at once.
            for (var attempt : List.copyOf(active.values())) {
                if (attempt.trial == trial) {
                    stopAttempt(attempt, "stopped by a user");
                }
            }
        } else {
            throw new Problem.Conflict(
                            "The trial is %s; only a queued or running one can be stopped.".formatted(trial.state))
                    .exception();
        }
        return trial.snapshot();
    }

    /** Runs a failed or cancelled trial again. A sweep that has completed goes on. */
    public TrialSnapshot rerun(int number, String by) {
        var trial = trials.get(number);
        if (trial.state != TrialState.FAILED && trial.state != TrialState.CANCELLED) {
            throw new Problem.Conflict(
                            "The trial is %s; only a failed or cancelled one can be run again.".formatted(trial.state))
                    .exception();
        }
        var violations = specification
                .space()
                .violations(study.trial(new TrialId(number)).values());
        if (!violations.isEmpty()) {
            throw new Problem.Conflict("The trial is no point of the sweep's space any more, which was edited: %s."
                            .formatted(String.join("; ", violations)))
                    .exception();
        }
        mayRunAgain();
        audit(by, "rerun", number, trial.state.name(), TrialState.QUEUED.name());
        goOnIfOver("trial %d is run again by a user".formatted(number));
        again(trial);
        return trial.snapshot();
    }

    /**
     * Runs all failed trials again, and where asked for those that were cancelled. A sweep that has completed goes on.
     *
     * @return how many
     */
    public int rerunAll(boolean cancelled, String by) {
        var again = trials.stream()
                .filter(trial -> trial.importedFrom.isEmpty())
                .filter(trial -> trial.state == TrialState.FAILED || (cancelled && trial.state == TrialState.CANCELLED))
                .filter(trial -> specification
                        .space()
                        .violations(study.trial(new TrialId(trial.number)).values())
                        .isEmpty())
                .toList();
        if (again.isEmpty()) {
            throw new Problem.Conflict("The sweep has no trial to run again.").exception();
        }
        mayRunAgain();
        var many = again.size() == 1 ? "1 trial" : "%d trials".formatted(again.size());
        audit(by, "rerun", -1, state.name(), many);
        goOnIfOver(many + " run again by a user");
        again.forEach(this::again);
        return again.size();
    }

    private void mayRunAgain() {
        if (state != SweepState.RUNNING && state != SweepState.PAUSED && state != SweepState.COMPLETED) {
            throw new Problem.Conflict("The sweep is %s; its trials cannot be run again.".formatted(state)).exception();
        }
        if (state != SweepState.COMPLETED) {
            refuseWhenWindingDown();
        }
    }

    private void goOnIfOver(String why) {
        if (state == SweepState.COMPLETED) {
            reconsider();
            goOn(why);
        }
    }

    private void again(TrialRow trial) {
        trial.failures = 0;
        trial.losses = 0;
        trial.used = Duration.ZERO;
        trial.notBefore = Instant.EPOCH;
        study.requeue(new TrialId(trial.number), "run again by a user");
    }

    /** What time does: leases expire, trials and sweeps run out of it. Called every second. */
    public void tick() {
        alarms.tick(now);
        for (var attempt : List.copyOf(active.values())) {
            if (attempt.expiresAt != null && attempt.expiresAt.isBefore(now)) {
                expired(attempt);
                continue;
            }
            var limit = specification.budget().trialTime();
            if (limit.isPresent()
                    && attempt.stopReason == null
                    && attempt.startedAt
                            .plus(limit.get().minus(attempt.trial.used))
                            .isBefore(now)) {
                stopAttempt(attempt, "the trial time of %s is used".formatted(spoken(limit.get())));
            }
        }
        var wall = specification.budget().wallTime();
        if (wall.isPresent()
                && !outOfTime
                && !state.isOver()
                && begunAt().map(begun -> begun.plus(wall.get()).isBefore(now)).orElse(false)) {
            outOfTime = true;
            var why = "the wall time of %s is used".formatted(spoken(wall.get()));
            windDown = windDown == null ? why : windDown;
            stopAll(why);
        }
    }

    /** A service that comes up extends all leases: its own absence is nobody's fault. */
    public void extendLeases() {
        active.values().forEach(this::renew);
    }

    /** What follows from the last command: the sweep may be over now. Called after every command. */
    void settle() {
        if (state == SweepState.RUNNING) {
            terms.failures().check(study.history()).ifPresent(failure -> {
                end(SweepState.FAILED, failure.reason());
                stopAll(failure.reason());
            });
        }
        if (windDown == null
                && terms.stagnation().isPresent()
                && judged != study.history().concluded().size()) {
            judged = study.history().concluded().size();
            terms.stagnation().get().check(study.history()).ifPresent(t -> windDown = t.reason());
        }
        if (state == SweepState.STOPPING && active.isEmpty()) {
            finish(target == null ? SweepState.COMPLETED : target, reason);
        }
        if ((state == SweepState.RUNNING || state == SweepState.PAUSED) && active.isEmpty()) {
            if (windDown != null) {
                cancelQueued(windDown);
                finish(SweepState.COMPLETED, windDown);
            } else if (state == SweepState.RUNNING && counts.queued() == 0) {
                if (budgetUsed()) {
                    done();
                } else if (exhausted != null) {
                    finish(SweepState.COMPLETED, exhausted);
                }
            }
        }
    }

    // ---- what others may see --------------------------------------------------------------------------------------

    public UUID id() {
        return id;
    }

    public SweepState state() {
        return state;
    }

    /** The position of the newest event. */
    long revision() {
        return pos;
    }

    public SweepSpecification specification() {
        return specification;
    }

    public List<Attempt> activeAttempts() {
        return active.values().stream().map(AttemptRow::snapshot).toList();
    }

    public TrialSnapshot trial(int number) {
        return trials.get(number).snapshot();
    }

    /** The last step of the trial that this attempt runs, -1 before the first report. */
    public long lastStep(UUID lease) {
        return study.trial(trialId(active(lease))).lastStep();
    }

    /** Whether a local attempt could start now, if a device is free. */
    public boolean hasWork() {
        return canStart() && (readyQueued() || !noNewTrials());
    }

    SweepSnapshot snapshot() {
        return new SweepSnapshot(
                id,
                specification.name(),
                state,
                Optional.ofNullable(target),
                reason,
                specificationText,
                createdAt,
                Optional.ofNullable(endedAt),
                pos,
                counts,
                Optional.ofNullable(bestTrial),
                Optional.ofNullable(extendedAt));
    }

    void at(Instant time) {
        now = time;
    }

    boolean isDone() {
        return state.isOver() && active.isEmpty();
    }

    /** The changes since the last call, for the writer to commit. */
    Changes drain() {
        var changes = new Changes(
                snapshot(),
                dirty,
                List.copyOf(events),
                dirtyTrials.stream()
                        .map(t -> new Changes.Row<>(t.snapshot(), t.fresh))
                        .toList(),
                dirtyAttempts.stream()
                        .map(a -> new Changes.Row<>(a.snapshot(), a.fresh))
                        .toList());
        dirtyTrials.forEach(t -> t.fresh = false);
        dirtyAttempts.forEach(a -> a.fresh = false);
        events.clear();
        dirtyTrials.clear();
        dirtyAttempts.clear();
        dirty = false;
        return changes;
    }

    // ---- inside ---------------------------------------------------------------------------------------------------

    private boolean canStart() {
        return state == SweepState.RUNNING
                && windDown == null
                && active.size() < specification.budget().parallel();
    }

    private boolean noNewTrials() {
        return windDown != null || exhausted != null || budgetUsed();
    }

    private boolean budgetUsed() {
        var budget = specification.budget().trials();
        return budget.isPresent() && trials.size() - study.history().imported() >= budget.getAsInt();
    }

    private boolean readyQueued() {
        return counts.queued() > 0 && trials.stream().anyMatch(t -> t.state == TrialState.QUEUED && isReady(t));
    }

    /** Whether a waiting trial may run now: its back-off is over, and nothing of an earlier attempt runs any more. */
    private boolean isReady(TrialRow trial) {
        return !trial.notBefore.isAfter(now) && active.values().stream().noneMatch(a -> a.trial == trial);
    }

    private Optional<Suggestion> next() {
        boolean waiting = readyQueued();
        if (!waiting && (noNewTrials() || asked != null)) {
            return Optional.empty();
        }
        Optional<Suggestion> next;
        try {
            next = study.ask(trial -> isReady(trials.get(trial.number())));
        } catch (NoFeasiblePointException nothingFeasible) {
            exhausted = String.valueOf(nothingFeasible.getMessage());
            return Optional.empty();
        }
        if (next.isEmpty()) {
            exhausted = ALL_TRIED;
        }
        return next;
    }

    private AttemptRow begin(Suggestion next, String worker, Function<UUID, Optional<Checkpoint>> resume) {
        var trial = trials.get(next.id().number());
        boolean local = worker.equals(Attempt.LOCAL);
        var attempt = new AttemptRow(
                Ids.next(),
                trial,
                trial.attempt + 1,
                worker,
                local ? AttemptState.LAUNCHING : AttemptState.RUNNING,
                now);
        var checkpoint = trial.attempt == 0 ? Optional.<Checkpoint>empty() : resume.apply(trial.id);
        attempt.resumeFrom = checkpoint.map(Checkpoint::path).orElse(null);
        study.start(next.id(), attempt.number, checkpoint.map(Checkpoint::step).orElse(-1L));
        active.put(attempt.id, attempt);
        if (!local) {
            renew(attempt);
        }
        dirtyAttempts.add(attempt);
        return attempt;
    }

    private Lease lease(AttemptRow attempt) {
        return new Lease(attempt.snapshot(), attempt.trial.params, attempt.trial.seed);
    }

    private AttemptRow active(UUID lease) {
        var attempt = active.get(lease);
        if (attempt == null || attempt.completed) {
            throw new Problem.LeaseLost(
                            "This lease is over: its attempt has ended or was given to another worker. Drop the work.")
                    .exception();
        }
        return attempt;
    }

    private void renew(AttemptRow attempt) {
        if (!attempt.isLocal()) {
            attempt.expiresAt = now.plus(LEASE_TIME);
            dirtyAttempts.add(attempt);
        }
    }

    private Reply reply(AttemptRow attempt) {
        if (attempt.stopReason != null) {
            return new Reply(Reply.STOP, attempt.stopReason, attempt.expiresAt);
        }
        return new Reply(attempt.directive, attempt.directiveReason, attempt.expiresAt);
    }

    private void stopAll(String why) {
        for (var attempt : List.copyOf(active.values())) {
            stopAttempt(attempt, why);
        }
    }

    private void stopAttempt(AttemptRow attempt, String why) {
        if (attempt.stopReason != null) {
            return;
        }
        attempt.stopReason = cut(why);
        dirtyAttempts.add(attempt);
        record(new SweepEvent.AttemptStopping(attempt.trial.number, attempt.number, attempt.stopReason));
        if (!attempt.isLocal()) {
            // Nobody here can end a worker elsewhere: its lease ends now, its next call is told so.
            attemptOver(attempt, AttemptState.STOPPED, why);
            tell(attempt.trial, stopped(attempt));
        }
    }

    private Outcome stopped(AttemptRow attempt) {
        var why = attempt.stopReason == null ? "stopped" : attempt.stopReason;
        if (study.trial(trialId(attempt)).lastStep() >= 0) {
            return new Outcome.Pruned(why);
        }
        return why.startsWith("the trial time") ? new Outcome.Failed(why) : new Outcome.Cancelled(why);
    }

    private static AttemptState endOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed c -> AttemptState.SUCCEEDED;
            case Outcome.Infeasible i -> AttemptState.SUCCEEDED;
            case Outcome.Pruned p -> AttemptState.STOPPED;
            case Outcome.Failed f -> AttemptState.FAILED;
            case Outcome.Cancelled c -> AttemptState.STOPPED;
        };
    }

    /** The process of an attempt that had said how its trial ended is gone: the trial itself was told then. */
    private void completedIsOver(AttemptRow attempt) {
        var end = switch (attempt.trial.state) {
            case COMPLETE, INFEASIBLE -> AttemptState.SUCCEEDED;
            case PRUNED -> AttemptState.STOPPED;
            case QUEUED, RUNNING, FAILED, CANCELLED -> AttemptState.FAILED;
        };
        attemptOver(attempt, end, attempt.reason);
    }

    private Outcome completed(AttemptRow attempt) {
        var missing = missing(trialId(attempt));
        if (missing.isPresent()) {
            return new Outcome.Failed("it ended well but never reported a value of `%s`".formatted(missing.get()));
        }
        return Outcome.Completed.asReported();
    }

    /** The first objective's metric of which the trial has no value. */
    private Optional<String> missing(TrialId id) {
        var trial = study.trial(id);
        for (int i = 0; i < objectives.size(); i++) {
            if (trial.objectiveValue(i).isEmpty()) {
                return Optional.of(objectives.get(i).metric());
            }
        }
        return Optional.empty();
    }

    private String pruneReason(AttemptRow attempt) {
        return study.pruneVerdict(trialId(attempt)).orElse("the worker ended it early");
    }

    private void ownFailure(TrialRow trial, String why) {
        trial.failures++;
        if (mayRetry() && trial.failures <= specification.retries().max()) {
            trial.notBefore = now.plus(backoff(trial.failures));
            study.requeue(
                    new TrialId(trial.number),
                    "%s; try %d of %d"
                            .formatted(
                                    cut(why),
                                    trial.failures + 1,
                                    specification.retries().max() + 1));
        } else {
            tell(trial, new Outcome.Failed(cut(why)));
        }
    }

    /** How long to wait after so many failures: each time twice as long, at most 1,024 times the first. */
    private Duration backoff(int failures) {
        return specification.retries().backoff().multipliedBy(1L << Math.clamp(failures - 1, 0, 10));
    }

    private void lost(AttemptRow attempt, String why) {
        attemptOver(attempt, AttemptState.LOST, why);
        var trial = attempt.trial;
        trial.losses++;
        if (mayRetry() && trial.losses <= LOSSES) {
            study.requeue(new TrialId(trial.number), cut(why));
        } else {
            tell(trial, new Outcome.Failed(cut(why)));
        }
    }

    /** A worker that was told to stop and is not heard of again has stopped; any other is lost. */
    private void expired(AttemptRow attempt) {
        var verdict = study.pruneVerdict(trialId(attempt));
        if (verdict.isPresent()) {
            attemptOver(attempt, AttemptState.STOPPED, verdict.get());
            tell(attempt.trial, new Outcome.Pruned(verdict.get()));
        } else {
            lost(attempt, "the lease expired: nothing was heard of worker \"%s\"".formatted(attempt.worker));
        }
    }

    private boolean mayRetry() {
        return (state == SweepState.RUNNING || state == SweepState.PAUSED) && windDown == null;
    }

    private void attemptOver(AttemptRow attempt, AttemptState end, String why) {
        attempt.state = end;
        attempt.reason = cut(why);
        attempt.endedAt = now;
        attempt.trial.used = attempt.trial.used.plus(Duration.between(attempt.startedAt, now));
        active.remove(attempt.id);
        alarms.over(attempt.trial.number);
        dirtyAttempts.add(attempt);
        record(new SweepEvent.AttemptEnded(attempt.trial.number, attempt.number, end, attempt.reason));
    }

    private void tell(TrialRow trial, Outcome outcome) {
        study.tell(new TrialId(trial.number), outcome);
        noteBest();
    }

    private void noteBest() {
        bestTrial = study.best().map(best -> best.id().number()).orElse(null);
        dirty = true;
    }

    private void refuseWhenWindingDown() {
        if (windDown != null) {
            throw new Problem.Conflict("The sweep is about to end (%s) and starts no more trials.".formatted(windDown))
                    .exception();
        }
    }

    private void demand(SweepState next, String verb) {
        if (!state.canBecome(next)) {
            throw new Problem.Conflict("A sweep that is %s cannot %s.".formatted(state, verb)).exception();
        }
    }

    /** Towards an end: at once when nothing runs, else by way of STOPPING. */
    private void end(SweepState towards, String why) {
        target = towards;
        change(SweepState.STOPPING, why);
        cancelQueued(why);
    }

    /** When the first trial began: time spent in a queue for devices is nobody's wall time. Of an extended sweep, when it went on. */
    private Optional<Instant> begunAt() {
        if (extendedAt != null) {
            return Optional.of(extendedAt);
        }
        return trials.stream()
                .flatMap(t -> Optional.ofNullable(t.startedAt).stream())
                .min(Instant::compareTo);
    }

    private void cancelQueued(String why) {
        if (counts.queued() == 0) {
            return;
        }
        for (var trial : trials) {
            if (trial.state == TrialState.QUEUED) {
                tell(trial, new Outcome.Cancelled(why));
            }
        }
    }

    /** The budget is used. A sweep of which nothing came but failures has not done its job. */
    private void done() {
        if (counts.failed() > 0 && counts.failed() == counts.total()) {
            finish(SweepState.FAILED, "every trial failed, the last one: " + trials.getLast().reason);
        } else {
            finish(
                    SweepState.COMPLETED,
                    counts.total() == 1 ? "its one trial is done" : "all %d trials are done".formatted(counts.total()));
        }
    }

    private void finish(SweepState end, String why) {
        endedAt = now;
        target = null;
        change(end, why);
    }

    private void change(SweepState next, String why) {
        state = next;
        reason = cut(why);
        dirty = true;
        record(new SweepEvent.StateChanged(next, reason));
    }

    private void record(SweepEvent event) {
        events.add(new Committed.Recorded(++pos, now, event));
    }

    /** What the study has just done, seen in the rows. */
    private void studied(StudyEvent event) {
        record(new SweepEvent.Studied(event));
        dirty = true;
        switch (event) {
            case StudyEvent.TrialAsked asked -> add(asked.id(), asked.values(), asked.reason(), asked.seed());
            case StudyEvent.TrialEnqueued enqueued ->
                add(enqueued.id(), enqueued.values(), "enqueued", enqueued.seed());
            case StudyEvent.TrialImported imported -> {
                var trial = study.trial(imported.id());
                var row = row(
                        trial.id(), trial.values(), trial.suggestedBy(), trial.seed(), Optional.of(imported.source()));
                row.state = trial.state();
                row.reason = cut(trial.reason());
                counts = counts.withImported();
                if (imported.outcome() instanceof Outcome.Completed(var values)) {
                    row.values = values;
                }
                row.endedAt = now;
            }
            case StudyEvent.AttemptStarted started -> {
                var row = move(started.id(), TrialState.RUNNING, "");
                row.attempt = started.attempt();
                row.endedAt = null;
                if (row.startedAt == null) {
                    row.startedAt = now;
                }
                row.step = -1;
                row.values = Map.of();
                var trial = study.trial(started.id());
                for (var kept : trial.measurements()) {
                    row.measured(kept, trial, specification.goals());
                }
                alarms.started(row.number, started.attempt(), trial.measurements());
            }
            case StudyEvent.MeasurementReported reported -> {
                var row = trials.get(reported.id().number());
                row.measured(reported.measurement(), study.trial(reported.id()), specification.goals());
                changed(row);
                alarms.measured(row.number, reported.measurement(), now);
            }
            case StudyEvent.TrialTold told -> {
                var row = switch (told.outcome()) {
                    case Outcome.Completed c -> move(told.id(), TrialState.COMPLETE, "");
                    case Outcome.Pruned p -> move(told.id(), TrialState.PRUNED, p.reason());
                    case Outcome.Infeasible i -> move(told.id(), TrialState.INFEASIBLE, i.reason());
                    case Outcome.Failed f -> move(told.id(), TrialState.FAILED, f.reason());
                    case Outcome.Cancelled c -> move(told.id(), TrialState.CANCELLED, c.reason());
                };
                row.endedAt = now;
            }
            case StudyEvent.TrialRequeued requeued -> {
                var row = move(requeued.id(), TrialState.QUEUED, requeued.reason());
                row.endedAt = null;
            }
        }
    }

    private void add(TrialId trial, ParameterValues values, String suggestedBy, long seed) {
        row(trial, values, suggestedBy, seed, Optional.empty());
        counts = counts.plus(TrialState.QUEUED, 1);
    }

    private TrialRow row(
            TrialId trial, ParameterValues values, String suggestedBy, long seed, Optional<String> importedFrom) {
        var row = new TrialRow(
                Ids.next(),
                id,
                trial.number(),
                values.toPlain(),
                cut(suggestedBy),
                seed,
                now,
                importedFrom.map(LiveSweep::cut));
        trials.add(row);
        changed(row);
        return row;
    }

    private TrialRow move(TrialId trial, TrialState next, String why) {
        var row = trials.get(trial.number());
        counts = counts.moved(row.state, next);
        row.state = next;
        row.reason = cut(why);
        changed(row);
        return row;
    }

    /** The row carries the position of the event that changed it last: what a command answers is what is stored. */
    private void changed(TrialRow row) {
        row.revision = pos;
        dirtyTrials.add(row);
    }

    static StudySpec studySpec(SweepSpecification specification) {
        return new StudySpec(
                specification.space(),
                specification.goals(),
                new AlgorithmChoice(
                        specification.search().algorithm(),
                        specification.search().options()),
                new AlgorithmChoice(
                        specification.pruning().algorithm(),
                        specification.pruning().options()),
                specification.search().seed(),
                specification.budget().trials(),
                specification.budget().parallel());
    }

    private static TrialId trialId(AttemptRow attempt) {
        return new TrialId(attempt.trial.number);
    }

    private static String said(Exit exit) {
        return exit.lastLine().isBlank() ? "" : ": " + exit.lastLine();
    }

    private static String cut(String text) {
        // What a program wrote may hold anything: an escape sequence, or a NUL that no database takes.
        var clean = CONTROL.matcher(text).replaceAll(" ");
        if (clean.length() <= REASON_LENGTH) {
            return clean;
        }
        int end = Character.isHighSurrogate(clean.charAt(REASON_LENGTH - 1)) ? REASON_LENGTH - 1 : REASON_LENGTH;
        return clean.substring(0, end) + "…";
    }

    static String spoken(Duration duration) {
        return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }

    /** Where a new attempt goes on from: a folder and its step. */
    public record Checkpoint(String path, long step) {}

    /** What a batch changed. */
    record Changes(
            SweepSnapshot sweep,
            boolean sweepChanged,
            List<Committed.Recorded> events,
            List<Row<TrialSnapshot>> trials,
            List<Row<Attempt>> attempts) {
        record Row<T>(T value, boolean fresh) {}

        boolean isEmpty() {
            return events.isEmpty() && trials.isEmpty() && attempts.isEmpty() && !sweepChanged;
        }
    }
}
