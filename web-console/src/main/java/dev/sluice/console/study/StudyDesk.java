package dev.sluice.console.study;

import dev.sluice.console.problem.LostDatabase;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.search.sampler.NoFeasiblePointException;
import dev.sluice.search.study.PreparedAsk;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The one door to live studies. A call is decided by the sweep's single writer, committed with whatever else waited,
 * and answered after the commit. Thread-safe.
 */
@ApplicationScoped
public class StudyDesk {
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final SweepJournal journal;
    private final Archive archive;
    private final Clock clock = Clock.systemUTC();
    private final Map<UUID, SweepWriter> live = new ConcurrentHashMap<>();
    /** Sweeps that are being written down for the first time: nobody else opens them meanwhile. */
    private final Set<UUID> beginning = ConcurrentHashMap.newKeySet();

    /** Up to where the listeners know the sweeps that are, or were, live. */
    private final Map<UUID, Long> told = new ConcurrentHashMap<>();

    private volatile DeskWatch watch = DeskWatch.NONE;
    private final List<Consumer<Committed>> listeners = new CopyOnWriteArrayList<>();

    StudyDesk(SweepJournal journal, Archive archive) {
        this.journal = journal;
        this.archive = archive;
    }

    /** Hears of each commit, in order within a sweep, on the writer's thread: be quick, hand long work on. */
    public void listen(Consumer<Committed> listener) {
        listeners.add(listener);
    }

    /** Hears how long things take. There is one. */
    public void watch(DeskWatch listener) {
        watch = listener;
    }

    /**
     * Begins a sweep: it is in the database when this returns.
     *
     * @param knowledge what it begins with of earlier sweeps
     * @param idempotencyKey a key under which the same request makes no second sweep
     */
    public SweepSnapshot create(
            SweepSpecification specification,
            Knowledge knowledge,
            Optional<String> idempotencyKey,
            String requestHash) {
        return create(specification, knowledge, idempotencyKey, requestHash, sweep -> {});
    }

    /**
     * The same, with something to note of its beginning.
     *
     * @param first is given the sweep before it is written down
     */
    public SweepSnapshot create(
            SweepSpecification specification,
            Knowledge knowledge,
            Optional<String> idempotencyKey,
            String requestHash,
            Consumer<LiveSweep> first) {
        var sweep = LiveSweep.begin(
                Ids.next(), specification, knowledge, clock.instant().truncatedTo(ChronoUnit.MICROS));
        first.accept(sweep);
        var changes = sweep.drain();
        beginning.add(sweep.id());
        try {
            journal.create(changes, idempotencyKey, requestHash);
            open(sweep, 0);
            return changes.sweep();
        } catch (SQLException e) {
            return written(sweep.id(), idempotencyKey, requestHash, e);
        } finally {
            beginning.remove(sweep.id());
        }
    }

    /** A commit that failed may be in the database all the same; or another request with the same key was first. */
    private SweepSnapshot written(
            UUID sweep, Optional<String> idempotencyKey, String requestHash, SQLException failure) {
        var saved = archive.sweep(sweep);
        if (saved.isPresent()) {
            Log.warn("event=commit-in-doubt sweep=" + sweep, failure);
            open(load(sweep), 0);
            return saved.get();
        }
        var first = idempotencyKey.flatMap(archive::sweepByKey);
        if (first.isPresent()) {
            if (first.get().requestHash().equals(requestHash)) {
                return first.get().sweep();
            }
            throw new Problem.Conflict("This Idempotency-Key was used with another sweep file, for sweep %s."
                            .formatted(first.get().sweep().id()))
                    .exception();
        }
        if (LostDatabase.isCauseOf(failure)) {
            throw Problem.Unavailable.ofDatabase().exception();
        }
        Log.error("event=create-failed", failure);
        throw new Problem.Unavailable("The database did not take the sweep.").exception();
    }

    /** Takes up every sweep that a service before this one left unfinished. */
    public List<UUID> restore() {
        var unfinished = archive.unfinished();
        for (var saved : unfinished) {
            try {
                reopen(saved.id(), LiveSweep::revision);
            } catch (RuntimeException e) {
                Log.errorf(e, "event=sweep-not-restored sweep=%s", saved.id());
            }
        }
        return unfinished.stream()
                .map(SweepSnapshot::id)
                .filter(live::containsKey)
                .toList();
    }

    /**
     * Takes up what was written down while its answer was lost: a sweep that was being made when the database went away,
     * or one whose writer died of it. Called when the database is back.
     */
    public List<UUID> takeUp() {
        var taken = new ArrayList<UUID>();
        for (var saved : archive.unfinished()) {
            var id = saved.id();
            if (!live.containsKey(id) && !beginning.contains(id)) {
                Log.infof("event=sweep-taken-up sweep=%s", id);
                reopen(id, sweep -> told.getOrDefault(id, 0L));
                taken.add(id);
            }
        }
        return taken;
    }

    public boolean isLive(UUID sweep) {
        return live.containsKey(sweep);
    }

    /**
     * Has the sweep's writer decide.
     *
     * @throws ProblemException what the decision refused; {@link Problem.Conflict} when the sweep is over,
     *     {@link Problem.Missing} when there is none
     */
    public <R> R call(UUID sweep, Function<LiveSweep, R> decide) {
        try {
            return submit(sweep, decide).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SweepWriter.Closed) {
                throw over(sweep);
            }
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw e;
        }
    }

    /**
     * Leases for a worker, as {@link LiveSweep#lease}. The sampler finds what they need on this thread: a model takes its time, and reports
     * must not wait for it. Calls for one sweep wait for one another. Where nothing must be found, the writer is asked once.
     *
     * @param resume the newest checkpoint of a trial that was tried before
     * @throws ProblemException as {@link #call}
     */
    public List<Lease> lease(
            UUID sweep, String worker, int capacity, Function<UUID, Optional<LiveSweep.Checkpoint>> resume) {
        var writer = live.get(sweep);
        if (writer == null) {
            throw over(sweep);
        }
        writer.thinking().lock();
        try {
            var step = call(sweep, s -> Step.of(s, worker, capacity, resume));
            for (int asked = 0; !(step instanceof Step.Leased); ) {
                asked += step instanceof Step.Ask ? 1 : 0;
                boolean further = asked < capacity;
                Function<LiveSweep, Step> next = s -> further
                        ? Step.of(s, worker, capacity, resume)
                        : new Step.Leased(s.lease(worker, capacity, resume));
                step = switch (step) {
                    case Step.Weigh weigh -> weighUp(sweep, weigh.doubt(), next);
                    case Step.Ask ask -> answer(sweep, ask.question(), next);
                    case Step.Leased leased -> leased;
                };
            }
            return ((Step.Leased) step).leases();
        } finally {
            writer.thinking().unlock();
        }
    }

    /** What comes next on the way to leases. */
    private sealed interface Step {
        record Weigh(LiveSweep.Doubt doubt) implements Step {}

        record Ask(PreparedAsk question) implements Step {}

        record Leased(List<Lease> leases) implements Step {}

        static Step of(
                LiveSweep sweep, String worker, int capacity, Function<UUID, Optional<LiveSweep.Checkpoint>> resume) {
            return sweep.doubt(worker, capacity)
                    .<Step>map(Weigh::new)
                    .or(() -> sweep.question(worker, capacity).map(Ask::new))
                    .orElseGet(() -> new Leased(sweep.lease(worker, capacity, resume)));
        }
    }

    /** Has the bound on what is left to gain reckoned anew, where the sweep has one: it takes its time too. */
    private Step weighUp(UUID sweep, LiveSweep.Doubt doubt, Function<LiveSweep, Step> next) {
        var termination = doubt.terminator().check(doubt.history());
        return call(sweep, s -> {
            s.resolve(doubt, termination);
            return next.apply(s);
        });
    }

    /** Has the sampler answer, and the writer take the answer and decide what comes next. */
    private Step answer(UUID sweep, PreparedAsk question, Function<LiveSweep, Step> next) {
        boolean answered = false;
        try {
            long begun = System.nanoTime();
            var suggested = question.suggest();
            watch.asked(Duration.ofNanos(System.nanoTime() - begun));
            var step = call(sweep, s -> {
                s.answer(question, suggested);
                return next.apply(s);
            });
            answered = true;
            return step;
        } catch (NoFeasiblePointException nothingFeasible) {
            var step = call(sweep, s -> {
                s.answer(question, nothingFeasible);
                return next.apply(s);
            });
            answered = true;
            return step;
        } finally {
            if (!answered) {
                var unused = submit(sweep, s -> s.unanswered(question));
            }
        }
    }

    /**
     * As {@link #call}, also for a sweep that has completed, which the decision may have go on. What is decided is in the database before anybody
     * acts on it, as ever.
     *
     * @throws ProblemException also {@link Problem.Unavailable}: it is being opened by another call, or the database did not take it
     */
    public <R> R callOrRevive(UUID sweep, Function<LiveSweep, R> decide) {
        var writer = live.get(sweep);
        if (writer != null) {
            try {
                return writer.submit(decide).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof ProblemException problem) {
                    throw problem;
                }
                if (!(e.getCause() instanceof SweepWriter.Closed)) {
                    throw e;
                }
                awaitEnd(writer); // it has just ended
            }
        }
        if (archive.sweep(sweep).stream().noneMatch(saved -> saved.state() == SweepState.COMPLETED)) {
            return call(sweep, decide);
        }
        if (!beginning.add(sweep)) {
            throw new Problem.Unavailable("The sweep is being opened by another call.").exception();
        }
        try {
            return live.containsKey(sweep) ? call(sweep, decide) : revive(sweep, decide);
        } catch (SQLException e) {
            if (!LostDatabase.isCauseOf(e)) {
                Log.warn("event=commit-in-doubt sweep=" + sweep, e);
            }
            throw Problem.Unavailable.ofDatabase().exception();
        } finally {
            beginning.remove(sweep);
        }
    }

    private <R> R revive(UUID sweep, Function<LiveSweep, R> decide) throws SQLException {
        var revived = load(sweep);
        revived.at(clock.instant().truncatedTo(ChronoUnit.MICROS));
        long known = revived.revision();
        var result = decide.apply(revived);
        revived.settle();
        var changes = revived.drain();
        if (!changes.isEmpty()) {
            journal.append(changes);
            // Its writer tells what was committed, as it finds it in the database.
            open(revived, known);
        }
        return result;
    }

    private static void awaitEnd(SweepWriter writer) {
        try {
            writer.awaitEnd(CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("The service stops.").exception();
        }
    }

    public void run(UUID sweep, Consumer<LiveSweep> decide) {
        call(sweep, s -> {
            decide.accept(s);
            return true;
        });
    }

    /** As {@link #call}, without waiting. */
    public <R> CompletableFuture<R> submit(UUID sweep, Function<LiveSweep, R> decide) {
        var writer = live.get(sweep);
        return writer == null ? CompletableFuture.failedFuture(SweepWriter.Closed.INSTANCE) : writer.submit(decide);
    }

    /** Ends all writers, each after what it has begun. */
    public void close() {
        var writers = List.copyOf(live.values());
        writers.forEach(SweepWriter::close);
        var until = clock.instant().plus(CLOSE);
        try {
            for (var writer : writers) {
                writer.awaitEnd(Duration.between(clock.instant(), until));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ProblemException over(UUID sweep) {
        var saved = archive.sweep(sweep);
        if (saved.isEmpty()) {
            return new Problem.Missing("There is no sweep %s.".formatted(sweep)).exception();
        }
        if (saved.get().state().isOver()) {
            return new Problem.Conflict("The sweep is %s; that cannot be changed any more."
                            .formatted(saved.get().state()))
                    .exception();
        }
        return new Problem.Unavailable("The sweep is being loaded.").exception();
    }

    private void reopen(UUID id, ToLongFunction<LiveSweep> told) {
        var sweep = load(id);
        // Before its writer looks at the clock: the absence of a service, or of its database, is no worker's fault.
        sweep.at(clock.instant().truncatedTo(ChronoUnit.MICROS));
        sweep.extendLeases();
        open(sweep, told.applyAsLong(sweep));
    }

    /** @param told up to where the listeners know it: its writer tells them the rest first */
    private void open(LiveSweep sweep, long told) {
        var id = sweep.id();
        var writer =
                new SweepWriter(sweep, told, new Database(id), this::publish, closed -> live.remove(id, closed), clock);
        if (live.putIfAbsent(id, writer) == null) {
            writer.start();
        }
    }

    private final class Database implements SweepWriter.Store {
        private final UUID id;

        Database(UUID id) {
            this.id = id;
        }

        @Override
        public void append(LiveSweep.Changes changes) throws SQLException {
            long begun = System.nanoTime();
            journal.append(changes);
            watch.committed(
                    Duration.ofNanos(System.nanoTime() - begun),
                    changes.events().size());
        }

        @Override
        public LiveSweep load() {
            return StudyDesk.this.load(id);
        }

        @Override
        public Committed after(long pos) {
            var events = new ArrayList<Committed.Recorded>();
            archive.events(id, pos, events::add);
            return new Committed(archive.sweep(id).orElseThrow(), events, archive.changedTrials(id, pos));
        }
    }

    private LiveSweep load(UUID id) {
        var saved = archive.sweep(id).orElseThrow();
        return LiveSweep.restore(
                saved,
                Specifications.of(saved.specification()),
                archive.studyEvents(id),
                archive.trials(id, Optional.empty(), -1, Integer.MAX_VALUE),
                archive.attemptsOf(id));
    }

    private void publish(Committed committed) {
        told.put(committed.sweep().id(), committed.sweep().revision());
        for (var listener : listeners) {
            try {
                listener.accept(committed);
            } catch (RuntimeException e) {
                Log.errorf(
                        e, "event=listener-failed sweep=%s", committed.sweep().id());
            }
        }
    }
}
