package dev.sluice.console.study;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.TrialState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/** A live sweep with a store in memory and a clock of its own: what the writer and the database do, in one thread. */
final class SweepRig {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    final MemoryStore store = new MemoryStore();
    LiveSweep live;
    Instant now = BEGIN;

    SweepRig(SweepSpecification specification) {
        this(specification, Knowledge.NONE);
    }

    SweepRig(SweepSpecification specification, Knowledge knowledge) {
        this.live = LiveSweep.begin(Ids.next(), specification, knowledge, now);
        live.settle();
        store();
    }

    <R> R call(Function<LiveSweep, R> decide) {
        live.at(now);
        var result = decide.apply(live);
        live.settle();
        store();
        return result;
    }

    void run(Consumer<LiveSweep> decide) {
        call(sweep -> {
            decide.accept(sweep);
            return true;
        });
    }

    /** Lets time go by, with the writer's look at it. */
    void pass(Duration time) {
        now = now.plus(time);
        run(LiveSweep::tick);
    }

    Lease lease() {
        return lease("w", 1).getFirst();
    }

    List<Lease> lease(String worker, int capacity) {
        return call(sweep -> sweep.lease(worker, capacity, trial -> Optional.empty()));
    }

    /** One more lease for a worker that has some. */
    Lease further(String worker) {
        int has = (int) live.activeAttempts().stream()
                .filter(a -> a.worker().equals(worker))
                .count();
        return lease(worker, has + 1).getLast();
    }

    Lease local() {
        var lease = call(sweep -> sweep.lease(Attempt.LOCAL, 1, trial -> Optional.empty()))
                .getFirst();
        run(sweep -> sweep.launched(lease.id(), "{}"));
        return lease;
    }

    Reply report(Lease lease, long seq, long step, double score) {
        return call(sweep -> sweep.report(lease.id(), seq, List.of(Measurement.of(step, "score", score))));
    }

    TrialSnapshot complete(Lease lease, double score) {
        return call(sweep -> sweep.complete(lease.id(), TrialState.COMPLETE, Map.of("score", score), ""));
    }

    TrialSnapshot fail(Lease lease, String why) {
        return call(sweep -> sweep.complete(lease.id(), TrialState.FAILED, Map.of(), why));
    }

    void ended(Lease lease, int code) {
        run(sweep -> sweep.ended(lease.id(), new Exit(OptionalInt.of(code), "", Optional.empty())));
    }

    void killed(Lease lease) {
        run(sweep -> sweep.ended(lease.id(), new Exit(OptionalInt.empty(), "", Optional.empty())));
    }

    TrialSnapshot trial(Lease lease) {
        return live.trial(lease.attempt().trialNumber());
    }

    Attempt attempt(Lease lease) {
        var attempt = store.attempts.get(lease.id());
        if (attempt == null) {
            throw new AssertionError("no attempt " + lease.id());
        }
        return attempt;
    }

    List<Committed.Recorded> events() {
        return store.events;
    }

    /** The sweep as it is written down. */
    SweepSnapshot sweep() {
        return store.sweep();
    }

    SweepState state() {
        return live.state();
    }

    /** The states that the sweep went through. */
    List<SweepState> states() {
        var states = new ArrayList<SweepState>();
        for (var recorded : events()) {
            if (recorded.event() instanceof SweepEvent.StateChanged changed) {
                states.add(changed.state());
            }
        }
        return states;
    }

    /** The sweep as a service that comes up reads it. */
    LiveSweep restored() {
        var restored = store.load();
        restored.at(now);
        return restored;
    }

    void restart() {
        live = restored();
    }

    private void store() {
        store.append(live.drain());
    }
}
