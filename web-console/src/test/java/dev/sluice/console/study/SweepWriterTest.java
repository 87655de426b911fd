package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.TrialState;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The single writer of a sweep: groups, commits, answers, and what it does when the store fails. */
final class SweepWriterTest {
    private final FailingStore store = new FailingStore();
    private final List<Committed> heard = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final SweepWriter writer = started("budget: {trials: 100, parallel: 4}");

    @AfterEach
    void end() throws InterruptedException {
        writer.close();
        writer.awaitEnd(Duration.ofSeconds(10));
    }

    @Test
    void tellsTheListenersFirstWhatTheyDoNotKnow() {
        await().untilAsserted(() -> assertThat(heard).hasSize(1));
        assertThat(heard.getFirst().events())
                .extracting(Committed.Recorded::pos)
                .containsExactly(1L);
    }

    @Test
    void answersAfterTheCommit() {
        var lease = lease("w");
        assertThat(store.memory.attempts).containsKey(lease.id());
        assertThat(heardPositions()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aRefusedCommandChangesNothingAndSpoilsNoOther() {
        var hold = hold();
        var refused = writer.submit(sweep -> {
            sweep.resume();
            return true;
        });
        var taken = submitLease("w");
        hold.countDown();
        assertRefused(refused, Problem.Conflict.class);
        assertThat(taken.join().attempt().trialNumber()).isZero();
        assertThat(store.loads).hasValue(0);
    }

    @Test
    void commandsOfOneBatchSeeOneAnother() {
        var lease = lease("w");
        var hold = hold();
        var first = submitReport(lease, 0, 1);
        var replay = submitReport(lease, 0, 1);
        var end = writer.submit(sweep -> sweep.complete(lease.id(), TrialState.COMPLETE, Map.of("score", 0.5), ""));
        var late = submitReport(lease, 1, 2);
        int commits = store.commits.get();
        hold.countDown();
        assertThat(first.join()).isEqualTo(replay.join());
        assertThat(end.join().state()).isEqualTo(TrialState.COMPLETE);
        assertRefused(late, Problem.LeaseLost.class);
        assertThat(store.commits.get() - commits).isEqualTo(1);
    }

    @Test
    void aCommitThatFailsIsForgottenAndTheNextCommandSeesWhatIsStored() {
        store.failBefore.set(1);
        assertRefused(submitLease("w"), Problem.Unavailable.class);
        var lease = lease("w");
        assertThat(lease.attempt().trialNumber()).isZero();
        assertThat(store.loads).hasValue(1);
        assertThat(heardPositions()).containsExactlyElementsOf(storedPositions());
    }

    @Test
    void aCommitWhoseAnswerWasLostIsToldToTheListenersLater() {
        lease("w");
        store.failAfter.set(1);
        assertRefused(submitLease("v"), Problem.Unavailable.class);
        assertThat(store.memory.attempts).hasSize(2);
        assertThat(writer.submit(LiveSweep::activeAttempts).join()).hasSize(2);
        assertThat(heardPositions()).containsExactlyElementsOf(storedPositions());
    }

    @Test
    void whoCouldNotRenewWhileTheStoreWasAwayIsNotToBlame() {
        var lease = lease("w");
        var before = writer.submit(LiveSweep::activeAttempts).join().getFirst();
        store.failBefore.set(1);
        assertRefused(submitReport(lease, 0, 1), Problem.Unavailable.class);

        var after = writer.submit(LiveSweep::activeAttempts).join().getFirst();

        assertThat(after.expiresAt().orElseThrow()).isAfter(before.expiresAt().orElseThrow());
    }

    @Test
    void aBrokenCommandAloneIsToBlame() {
        var lease = lease("w");
        var hold = hold();
        var broken = writer.submit(sweep -> {
            sweep.heartbeat(lease.id());
            throw new IllegalStateException("a mistake of ours");
        });
        var other = submitReport(lease, 0, 1);
        hold.countDown();
        assertThatThrownBy(broken::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("a mistake of ours");
        assertRefused(other, Problem.Unavailable.class);
        assertThat(submitReport(lease, 0, 1).join().directive()).isEqualTo(Reply.CONTINUE);
    }

    @Test
    void aListenerThatThrowsHoldsNobodyUp() {
        var angry = started("budget: {trials: 1}", new FailingStore(), committed -> {
            throw new IllegalStateException("listener");
        });
        var lease = angry.submit(
                        sweep -> sweep.lease("w", 1, trial -> Optional.empty()).getFirst())
                .join();
        assertThat(lease.attempt().number()).isEqualTo(1);
        angry.close();
    }

    @Test
    void aSweepThatIsOverClosesItsWriterAndRefusesWhatStillWaits() throws InterruptedException {
        var hold = hold();
        var end = writer.submit(sweep -> {
            sweep.cancel();
            return true;
        });
        hold.countDown();
        end.join();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        var late = submitLease("w");
        assertThatThrownBy(late::join).hasCauseInstanceOf(SweepWriter.Closed.class);
    }

    @Test
    void nobodyWaitsForAWriterThatWasClosed() throws InterruptedException {
        var hold = hold();
        var waiting = submitLease("w");
        writer.close();
        hold.countDown();
        writer.awaitEnd(Duration.ofSeconds(10));
        assertThat(waiting).isDone();
        assertThat(submitLease("w")).isCompletedExceptionally();
    }

    @Test
    void heartbeatsAloneAreNoNews() {
        var lease = lease("w");
        int before = heard.size();
        writer.submit(sweep -> sweep.heartbeat(lease.id())).join();
        assertThat(heard).hasSize(before);
    }

    private Lease lease(String worker) {
        return submitLease(worker).join();
    }

    private CompletableFuture<Lease> submitLease(String worker) {
        return writer.submit(
                sweep -> sweep.lease(worker, 1, trial -> Optional.empty()).getFirst());
    }

    private CompletableFuture<Reply> submitReport(Lease lease, long seq, long step) {
        return writer.submit(sweep -> sweep.report(lease.id(), seq, List.of(Measurement.of(step, "score", 0.5))));
    }

    /** Holds the writer up, so that what is submitted until it is let go makes one batch. */
    private CountDownLatch hold() {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var unused = writer.submit(sweep -> {
            entered.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        try {
            entered.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return release;
    }

    private List<Long> heardPositions() {
        return heard.stream()
                .flatMap(c -> c.events().stream())
                .map(Committed.Recorded::pos)
                .toList();
    }

    private List<Long> storedPositions() {
        return store.memory.events.stream().map(Committed.Recorded::pos).toList();
    }

    private SweepWriter started(String budget) {
        return started(budget, store, heard::add);
    }

    private SweepWriter started(String budget, FailingStore into, Consumer<Committed> listener) {
        var sweep = LiveSweep.begin(
                Ids.next(), SweepFiles.external(budget), Clock.systemUTC().instant());
        into.memory.append(sweep.drain());
        var started = new SweepWriter(sweep, 0, into, listener, w -> closed.countDown(), Clock.systemUTC());
        started.start();
        return started;
    }

    private static void assertRefused(CompletableFuture<?> answer, Class<? extends Problem> problem) {
        assertThatThrownBy(answer::join)
                .cause()
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.problem()).isInstanceOf(problem));
    }

    private static final class FailingStore implements SweepWriter.Store {
        final MemoryStore memory = new MemoryStore();
        final AtomicInteger commits = new AtomicInteger();
        final AtomicInteger loads = new AtomicInteger();
        final AtomicInteger failBefore = new AtomicInteger();
        final AtomicInteger failAfter = new AtomicInteger();

        @Override
        public void append(LiveSweep.Changes changes) throws SQLException {
            if (failBefore.getAndSet(0) > 0) {
                throw new SQLException("the disk is full");
            }
            memory.append(changes);
            commits.incrementAndGet();
            if (failAfter.getAndSet(0) > 0) {
                throw new SQLException("the connection broke");
            }
        }

        @Override
        public LiveSweep load() {
            loads.incrementAndGet();
            return memory.load();
        }

        @Override
        public Committed after(long pos) {
            return memory.after(pos);
        }
    }
}
