package dev.sluice.console.study;

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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

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
    private final List<Consumer<Committed>> listeners = new CopyOnWriteArrayList<>();

    StudyDesk(SweepJournal journal, Archive archive) {
        this.journal = journal;
        this.archive = archive;
    }

    /** Hears of each commit, in order within a sweep, on the writer's thread: be quick, hand long work on. */
    public void listen(Consumer<Committed> listener) {
        listeners.add(listener);
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
        var sweep = LiveSweep.begin(
                Ids.next(), specification, knowledge, clock.instant().truncatedTo(ChronoUnit.MICROS));
        var changes = sweep.drain();
        try {
            journal.create(changes, idempotencyKey, requestHash);
        } catch (SQLException e) {
            return written(sweep.id(), idempotencyKey, requestHash, e);
        }
        open(sweep, 0);
        return changes.sweep();
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
        Log.error("event=create-failed", failure);
        throw new Problem.Unavailable("The database did not take the sweep.").exception();
    }

    /** Takes up every sweep that a service before this one left unfinished. */
    public List<UUID> restore() {
        var unfinished = archive.unfinished();
        for (var saved : unfinished) {
            try {
                var sweep = load(saved.id());
                // Before its writer looks at the clock: the absence of a service is no worker's fault.
                sweep.at(clock.instant().truncatedTo(ChronoUnit.MICROS));
                sweep.extendLeases();
                open(sweep, sweep.revision());
            } catch (RuntimeException e) {
                Log.errorf(e, "event=sweep-not-restored sweep=%s", saved.id());
            }
        }
        return unfinished.stream()
                .map(SweepSnapshot::id)
                .filter(live::containsKey)
                .toList();
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
     * Has the sampler find what a worker's leases need, on this thread: a model takes its time, and reports must not wait for it. What it
     * finds waits in the queue when this returns. Calls for one sweep wait for one another.
     *
     * @throws ProblemException as {@link #call}
     */
    public void think(UUID sweep, String worker, int capacity) {
        var writer = live.get(sweep);
        if (writer == null) {
            return; // whoever asks for the leases is told
        }
        writer.thinking().lock();
        try {
            for (int i = 0; i < capacity; i++) {
                weighUp(sweep, worker, capacity);
                var question = call(sweep, s -> s.question(worker, capacity));
                if (question.isEmpty()) {
                    return;
                }
                answer(sweep, question.get());
            }
        } finally {
            writer.thinking().unlock();
        }
    }

    /** Has the bound on what is left to gain reckoned anew, where the sweep has one: it takes its time too. */
    private void weighUp(UUID sweep, String worker, int capacity) {
        call(sweep, s -> s.doubt(worker, capacity)).ifPresent(doubt -> {
            var termination = doubt.terminator().check(doubt.history());
            run(sweep, s -> s.resolve(doubt, termination));
        });
    }

    private void answer(UUID sweep, PreparedAsk question) {
        boolean answered = false;
        try {
            var suggested = question.suggest();
            run(sweep, s -> s.answer(question, suggested));
            answered = true;
        } catch (NoFeasiblePointException nothingFeasible) {
            run(sweep, s -> s.answer(question, nothingFeasible));
            answered = true;
        } finally {
            if (!answered) {
                var unused = submit(sweep, s -> s.unanswered(question));
            }
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

    /** @param told up to where the listeners know it: its writer tells them the rest first */
    private void open(LiveSweep sweep, long told) {
        var id = sweep.id();
        var writer =
                new SweepWriter(sweep, told, new Database(id), this::publish, closed -> live.remove(id, closed), clock);
        live.put(id, writer);
        writer.start();
    }

    private final class Database implements SweepWriter.Store {
        private final UUID id;

        Database(UUID id) {
            this.id = id;
        }

        @Override
        public void append(LiveSweep.Changes changes) throws SQLException {
            journal.append(changes);
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
