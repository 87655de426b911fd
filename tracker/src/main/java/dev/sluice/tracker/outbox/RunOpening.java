package dev.sluice.tracker.outbox;

import dev.sluice.tracker.Experiment;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.outbox.FollowedRun.Journal;
import dev.sluice.tracker.outbox.FollowedRun.Place;
import dev.sluice.tracker.outbox.ServerCalls.Reaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Opens runs at the server, each once, below the run that its parent became. Thread-safe. */
final class RunOpening {
    private static final System.Logger LOG = System.getLogger(RunOpening.class.getName());
    private static final Duration PARENT_SEARCH = Duration.ofSeconds(5);

    private final Tracker tracker;
    private final ServerCalls calls;
    private final Roster roster;
    private final Duration pollInterval;
    private final Instant started = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final Map<String, Experiment> experiments = new ConcurrentHashMap<>();
    private final Map<String, Instant> parentSearches = new ConcurrentHashMap<>();

    /** @param pollInterval how long a run waits before it looks for its parent again */
    RunOpening(Tracker tracker, ServerCalls calls, Roster roster, Duration pollInterval) {
        this.tracker = tracker;
        this.calls = calls;
        this.roster = roster;
        this.pollInterval = pollInterval;
    }

    /** Opens the run, or puts one that had ended back to running. */
    Step open(FollowedRun run, Journal service, Place from, Numbered<JournalEntry> first) throws IOException {
        if (!(first.value() instanceof JournalEntry.RunOpened opened)) {
            run.park("its " + RunJournals.SERVICE + " does not begin with RunOpened");
            return Step.LATER;
        }
        run.setKey(opened.key());
        Optional<RunId> known = run.id();
        if (known.isPresent()) {
            if (run.isEnded()) {
                Reaction reaction = calls.call(run, run.records, () -> tracker.reopenRun(known.get()), false);
                if (reaction != Reaction.SUCCEEDED) {
                    return refused(run, reaction, "it could not be opened again");
                }
                run.setEnded(known.get(), false);
            }
            run.shipped(service, from, first.end(), 1, 0);
            return Step.MORE;
        }
        Opening opening = new Opening(run, opened, first.writtenAt());
        Reaction reaction = calls.call(run, run.records, opening, false);
        if (reaction == Reaction.BLAMED) {
            // Perhaps the experiment that we know by its name was deleted and made anew.
            experiments.remove(opened.experiment());
            reaction = calls.call(run, run.records, opening, false);
        }
        if (reaction != Reaction.SUCCEEDED) {
            return refused(run, reaction, "it could not be opened");
        }
        if (opening.id == null || opening.experiment == null) {
            // It waits for its parent.
            run.backOff(pollInterval);
            return Step.LATER;
        }
        // The entry itself counts as shipped in the next step only, which finds the run open.
        run.openedAs(opening.id, opening.experiment);
        LOG.log(System.Logger.Level.INFO, "run={0} key={1} state=opened", opening.id, opened.key());
        parentSearches.remove(opened.key());
        run.artifacts.markDue();
        roster.wakeWhatIsDue(run);
        for (FollowedRun other : roster.runs()) {
            if (other.awaitedParent().equals(Optional.of(opened.key()))) {
                other.unpark();
                roster.wake(other);
            }
        }
        return Step.MORE;
    }

    private Experiment experiment(String name) {
        // Two that ask at a time get the same answer; a lock would be held while the server thinks.
        Experiment known = experiments.get(name);
        if (known == null) {
            known = tracker.experiment(name);
            experiments.put(name, known);
        }
        return known;
    }

    /** One attempt to open a run. */
    private final class Opening implements Runnable {
        private final FollowedRun run;
        private final JournalEntry.RunOpened opened;
        private final Instant writtenAt;
        private @Nullable RunId id;
        private @Nullable ExperimentId experiment;

        Opening(FollowedRun run, JournalEntry.RunOpened opened, Instant writtenAt) {
            this.run = run;
            this.opened = opened;
            this.writtenAt = writtenAt;
        }

        @Override
        public void run() {
            Experiment in = experiment(opened.experiment());
            Optional<RunId> parent = Optional.empty();
            if (opened.parentKey().isPresent()) {
                run.awaitParent(opened.parentKey().get());
                parent = parent(in.id(), opened.parentKey().get());
                if (parent.isEmpty()) {
                    return;
                }
                run.awaitParent(null);
            }
            Map<String, String> tags = new LinkedHashMap<>(LongTexts.Kind.TAG.shown(opened.tags()));
            tags.remove(RunRequest.KEY_TAG);
            try {
                // Of what was there before us, another shipper may have tried, and its note of that may be lost.
                boolean fresh = run.beginOpening() && !writtenAt.isBefore(started);
                try {
                    id = tracker.openRun(new RunRequest(
                            in.id(), opened.key(), opened.name(), opened.startTime(), parent, tags, fresh));
                    experiment = in.id();
                } catch (TrackingException e) {
                    if (e.retryable()) {
                        run.openingIsUncertain();
                    }
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The id of the run with that key, from the folders that we follow, else from the server. */
    private Optional<RunId> parent(ExperimentId experiment, String key) {
        for (FollowedRun other : roster.runs()) {
            if (other.key().equals(Optional.of(key))) {
                return other.id();
            }
        }
        Instant last = parentSearches.getOrDefault(key, Instant.MIN);
        if (last.plus(last.equals(Instant.MIN) ? Duration.ZERO : PARENT_SEARCH).isAfter(Instant.now())) {
            return Optional.empty();
        }
        parentSearches.put(key, Instant.now());
        Optional<RunId> found = tracker.findRun(experiment, key);
        if (found.isPresent()) {
            parentSearches.remove(key);
        }
        return found;
    }

    /** What cannot be split and is refused: the run waits, or is parked. */
    static Step refused(FollowedRun run, Reaction reaction, String what) {
        if (reaction == Reaction.BLAMED) {
            run.park(what + ": " + run.lastRefusal());
        }
        return Step.LATER;
    }
}
