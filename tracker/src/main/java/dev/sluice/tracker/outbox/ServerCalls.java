package dev.sluice.tracker.outbox;

import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.outbox.FollowedRun.Lane;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Makes the shipper's calls to the server and sorts what goes wrong with them. Thread-safe. */
final class ServerCalls {
    private static final System.Logger LOG = System.getLogger(ServerCalls.class.getName());

    /** What to do after a call. */
    enum Reaction {
        SUCCEEDED,
        /** The server, or the run, has to wait. */
        POSTPONED,
        /** It is the request's own fault. */
        BLAMED
    }

    /** How often a request is sent again before it is blamed for an error 500. */
    private static final int CONFIRMATIONS = 2;

    /** How many runs are asked at most whether the server takes a write. */
    private static final int WITNESSES = 3;

    /** A try at the storage reads the whole of a large file before: times the wait for a server that is away. */
    private static final int REST = 12;

    private final Tracker tracker;
    private final Roster roster;
    private final Availability availability;
    private final Duration longestBackOff;
    private final Duration longestRest;
    private final int serverErrorTries;
    private final Runnable availabilityChanged;
    private final Tallies tallies;
    private volatile boolean closed;

    /**
     * @param longestBackOff how long a run waits that the server does not let us write to
     * @param serverErrorTries how often a request that is answered with 500 is sent before it is suspected itself
     * @param availabilityChanged is run when the server went away or came back
     */
    ServerCalls(
            Tracker tracker,
            Roster roster,
            Availability availability,
            Duration longestBackOff,
            int serverErrorTries,
            Runnable availabilityChanged,
            Tallies tallies) {
        this.tracker = tracker;
        this.roster = roster;
        this.availability = availability;
        this.longestBackOff = longestBackOff;
        this.longestRest = longestBackOff.multipliedBy(REST);
        this.serverErrorTries = serverErrorTries;
        this.availabilityChanged = availabilityChanged;
        this.tallies = tallies;
    }

    /** From now on no failure is the server's: perhaps it is only we who went away. */
    void close() {
        closed = true;
    }

    /**
     * Makes a call.
     *
     * @param suspected the request is part of one that was refused
     */
    Reaction call(FollowedRun run, Lane lane, Runnable request, boolean suspected) {
        try {
            request.run();
        } catch (TrackingException e) {
            Reaction reaction = react(run, lane, e, suspected);
            return reaction == Reaction.BLAMED && e.kind() == TrackingException.Kind.SERVER_ERROR
                    ? confirmed(run, lane, request)
                    : reaction;
        }
        return succeeded(run, lane);
    }

    /**
     * Makes a call that names a run's id. Where the run was found under another one meanwhile, nothing is to blame.
     *
     * @param id what the request names
     * @param suspected the request is part of one that was refused
     */
    Reaction call(FollowedRun run, RunId id, Lane lane, Runnable request, boolean suspected) {
        Reaction reaction = call(run, lane, request, suspected);
        return reaction == Reaction.BLAMED && !run.id().equals(Optional.of(id)) ? Reaction.POSTPONED : reaction;
    }

    /**
     * Whether a request is really what brings the server to answer 500, while it takes another write in between: now and then a
     * server, or what stands before it, answers that to anything.
     */
    private Reaction confirmed(FollowedRun run, Lane lane, Runnable request) {
        Reaction reaction = Reaction.BLAMED;
        for (int i = 0; i < CONFIRMATIONS && reaction == Reaction.BLAMED; i++) {
            try {
                request.run();
                return succeeded(run, lane);
            } catch (TrackingException e) {
                reaction = react(run, lane, e, true);
            }
        }
        return reaction;
    }

    private Reaction succeeded(FollowedRun run, Lane lane) {
        answered();
        lane.clearRest();
        run.alert(null);
        return Reaction.SUCCEEDED;
    }

    private void answered() {
        if (availability.answered()) {
            availabilityChanged.run();
        }
    }

    /** The wait after so many failures in a row. */
    Duration delay(int failures) {
        return availability.delay(failures);
    }

    private Reaction react(FollowedRun run, Lane lane, TrackingException e, boolean suspected) {
        run.setLastRefusal(String.valueOf(e.getMessage()));
        if (e.retryable()) {
            tallies.retries.incrementAndGet();
        }
        if (closed) {
            return Reaction.POSTPONED;
        }
        return switch (e.kind()) {
            case UNREACHABLE, BUSY -> away(e);
            case STORAGE -> {
                LOG.log(
                        lane.restReason().isPresent() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                        "run={0} state=storage-away reason=\"{1}\"",
                        run.folder(),
                        e.getMessage());
                lane.rest(String.valueOf(e.getMessage()), availability.delay(lane.countRest(), longestRest));
                yield Reaction.POSTPONED;
            }
            case DENIED -> {
                if (e.status() == 401) {
                    yield away(e);
                }
                yield alerted(run, "denied", e);
            }
            case SERVER_ERROR -> {
                int errors = suspected ? serverErrorTries : lane.countServerError();
                if (errors < serverErrorTries) {
                    run.backOff(availability.delay(errors));
                    yield Reaction.POSTPONED;
                }
                // The request is to blame only while the server takes another write.
                Optional<Boolean> takes = takesWrites(run);
                if (takes.isEmpty()) {
                    // Nothing can be blamed yet: this run waits, so that another one may show whether it does.
                    yield alerted(run, "not-opened", e);
                }
                if (!takes.get()) {
                    yield away(e);
                }
                answered();
                yield Reaction.BLAMED;
            }
            case MISSING, REFUSED -> {
                answered();
                yield run.id().isPresent() && isGone(run, run.id().get()) ? Reaction.POSTPONED : Reaction.BLAMED;
            }
        };
    }

    /** The server answers, but this run waits until a person has seen to it, or another run has shown what is wrong. */
    private Reaction alerted(FollowedRun run, String state, TrackingException e) {
        answered();
        LOG.log(
                run.isAlerted() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "run={0} state={1} reason=\"{2}\"",
                run.folder(),
                state,
                e.getMessage());
        run.alert(String.valueOf(e.getMessage()));
        run.backOff(longestBackOff);
        return Reaction.POSTPONED;
    }

    private Reaction away(TrackingException e) {
        availability.failed(e);
        availabilityChanged.run();
        return Reaction.POSTPONED;
    }

    /**
     * Whether the server takes a write: to the same run, or, where that is not open yet, to another one. Empty where there is
     * none, while the server answers what is read.
     */
    private Optional<Boolean> takesWrites(FollowedRun run) {
        if (run.id().isPresent() && run.key().isPresent()) {
            return Optional.of(takesKey(run) == Answer.TAKEN);
        }
        int asked = 0;
        for (FollowedRun other : roster.runs()) {
            if (asked < WITNESSES
                    && other.id().isPresent()
                    && other.key().isPresent()
                    && other.parked().isEmpty()) {
                asked++;
                switch (takesKey(other)) {
                    case TAKEN -> {
                        return Optional.of(true);
                    }
                    case NOT_NOW -> {
                        return Optional.of(false);
                    }
                    case REFUSED -> {} // that run's own fault: perhaps somebody deleted it
                }
            }
        }
        try {
            tracker.probe();
            return Optional.empty();
        } catch (TrackingException e) {
            return Optional.of(false);
        }
    }

    private enum Answer {
        TAKEN,
        NOT_NOW,
        REFUSED
    }

    /** Sets the tag that the run has. */
    private Answer takesKey(FollowedRun run) {
        try {
            tracker.setTags(
                    run.id().orElseThrow(), Map.of(RunRequest.KEY_TAG, run.key().orElseThrow()));
            return Answer.TAKEN;
        } catch (TrackingException e) {
            return e.retryable() ? Answer.NOT_NOW : Answer.REFUSED;
        }
    }

    /** Whether the run is not there any more; then it is parked, or, where that is not known, tried again later. */
    private boolean isGone(FollowedRun run, RunId id) {
        Optional<Run> held;
        try {
            held = tracker.run(id);
        } catch (TrackingException e) {
            run.backOff(availability.delay(1));
            return true;
        }
        if (held.isPresent() && !held.get().deleted()) {
            return false;
        }
        run.park("run " + id + (held.isPresent() ? " was deleted in MLflow" : " is unknown to MLflow")
                + ": restore it there and follow the run again, or leave it");
        return true;
    }
}
