package dev.sluice.tracker.outbox;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.artifact.UploadNote;
import dev.sluice.tracker.outbox.FollowedRun.Lane;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Brings the journals of many runs to the tracking server, in the background, each recorded fact once as the server
 * shows it. Thread-safe.
 *
 * <p>A run's records go one request at a time: opened (its parent first), then parameters, tags and metrics as they are
 * found, its artifacts beside them, and its end last, when all else is there. Runs go in parallel. While the server is
 * away nothing is lost and nothing is asked but one probe at growing intervals. A row that the server refuses for good
 * is noted in {@value RunJournals#QUARANTINE} and holds up nothing behind it.
 *
 * <p>The same run folder must not be followed by two shippers at a time. One that starts anew goes on where the last
 * one, however it ended, had come to.
 */
public final class JournalShipper implements AutoCloseable {
    /*
     * Exactly once, at a server that knows only "at least once": what is repeated is repeated byte for byte. Points
     * carry the time at which they were recorded, and the server keeps equal points once; parameters and tags are
     * equal on repetition; an upload replaces itself; a run is looked for by its key before it is created a second
     * time, and a twin that a late answer leaves behind is deleted when the run ends. So the cursor may lag: it is
     * written after the answer, and what lies between is sent again after a crash.
     */
    private static final System.Logger LOG = System.getLogger(JournalShipper.class.getName());

    private static final Duration AFTER_A_BUG = Duration.ofSeconds(30);
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    /** Bytes shipped of a journal that are worth a look, while more is shipped, whether a file of it can go. */
    private static final long WORTH_DELETING = 1L << 20;

    private final Tracker tracker;
    private final Builder settings;
    private final Availability availability;
    private final ServerCalls calls;
    private final RecordDelivery recordDelivery;
    private final ArtifactDelivery artifactDelivery;
    private final Tallies tallies = new Tallies();
    private final RunAudit audit;
    private final AuditRounds auditRounds;
    private final Semaphore places;
    private final Semaphore uploadPlaces;
    private final Map<Path, FollowedRun> runs = new ConcurrentHashMap<>();
    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
    private final Semaphore hurried = new Semaphore(0);
    private final Thread poller;
    private volatile boolean closed;

    private JournalShipper(Builder settings) {
        this.settings = settings;
        this.tracker = settings.tracker;
        this.availability = new Availability(settings.shortestBackOff, settings.longestBackOff);
        Roster roster = new Roster() {
            @Override
            public Collection<FollowedRun> runs() {
                return runs.values();
            }

            @Override
            public void wake(FollowedRun run) {
                JournalShipper.this.wake(run);
            }

            @Override
            public void wakeWhatIsDue(FollowedRun run) {
                JournalShipper.this.wakeWhatIsDue(run);
            }
        };
        this.calls = new ServerCalls(
                tracker,
                roster,
                availability,
                settings.longestBackOff,
                settings.serverErrorTries,
                this::wakePoller,
                tallies);
        RunOpening opening = new RunOpening(tracker, calls, roster, settings.pollInterval);
        this.recordDelivery =
                new RecordDelivery(tracker, calls, roster, opening, new LongTexts(settings.artifacts), tallies);
        this.artifactDelivery = new ArtifactDelivery(settings.artifacts, calls, roster, tallies);
        this.audit = new RunAudit(tracker, settings.artifacts);
        this.auditRounds = new AuditRounds(audit, availability, roster, tallies, settings.auditInterval);
        this.places = new Semaphore(settings.parallel, true);
        this.uploadPlaces = new Semaphore(settings.uploads, true);
        this.poller = Thread.ofPlatform().daemon().name("journal-shipper").unstarted(this::poll);
    }

    /** A shipper to a tracker that keeps artifacts too. */
    public static <T extends Tracker & RunArtifacts> Builder to(T tracker) {
        return new Builder(tracker, tracker);
    }

    /** A shipper to a tracker, and to where the artifacts of its runs go. */
    public static Builder to(Tracker tracker, RunArtifacts artifacts) {
        return new Builder(tracker, artifacts);
    }

    /** How a shipper works. */
    public static final class Builder {
        private final Tracker tracker;
        private final RunArtifacts artifacts;
        private Duration pollInterval = Duration.ofMillis(750);
        private Duration shortestBackOff = Duration.ofMillis(250);
        private Duration longestBackOff = Duration.ofSeconds(10);
        private int parallel = 8;
        private int uploads = 2;
        private int serverErrorTries = 8;
        private Duration auditInterval = Duration.ofMinutes(5);
        private boolean keepShipped;
        private Consumer<Path> delivered = folder -> {};

        private Builder(Tracker tracker, RunArtifacts artifacts) {
            this.tracker = tracker;
            this.artifacts = artifacts;
        }

        /** How often the journals' lengths are looked at; default 750 ms. */
        public Builder pollInterval(Duration interval) {
            this.pollInterval = positive(interval, "pollInterval");
            return this;
        }

        /** The waits while the server is away: the first, and the longest; defaults 250 ms and 10 s. */
        public Builder backOff(Duration shortest, Duration longest) {
            this.shortestBackOff = positive(shortest, "shortest");
            this.longestBackOff = positive(longest, "longest");
            if (shortest.compareTo(longest) > 0) {
                throw new IllegalArgumentException(
                        "shortest must be <= longest, was [" + shortest + ", " + longest + "]");
            }
            return this;
        }

        /** Most runs whose records are shipped at a time; default 8. */
        public Builder parallel(int runs) {
            this.parallel = positive(runs, "parallel");
            return this;
        }

        /** Most runs whose artifacts are uploaded at a time; default 2. */
        public Builder uploads(int runs) {
            this.uploads = positive(runs, "uploads");
            return this;
        }

        /** How often a request that is answered with 500 is sent before it is suspected itself; default 8. */
        public Builder serverErrorTries(int tries) {
            this.serverErrorTries = positive(tries, "serverErrorTries");
            return this;
        }

        /**
         * How often what was shipped of the runs that are followed is held against what the server shows; default 5
         * minutes, the first time soon after the start. Takes the server a tenth of the time at most.
         */
        public Builder auditInterval(Duration interval) {
            this.auditInterval = positive(interval, "auditInterval");
            return this;
        }

        /**
         * Whether files of journals that are shipped are kept; else, as by default, they are deleted as soon as their
         * journal goes on in another file, so that the disk holds little more than what waits. What is deleted, no
         * audit can send again.
         */
        public Builder keepShipped(boolean keep) {
            this.keepShipped = keep;
            return this;
        }

        /**
         * Is told of each run folder of which everything is shipped and whose run has ended, and which is not followed any
         * more; on a thread of the shipper's.
         */
        public Builder delivered(Consumer<Path> listener) {
            this.delivered = listener;
            return this;
        }

        private static int positive(int value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be >= 1, was " + value);
            }
            return value;
        }

        private static Duration positive(Duration value, String name) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + " must be > 0, was " + value);
            }
            return value;
        }

        /** A shipper at work, without runs yet. */
        public JournalShipper start() {
            JournalShipper shipper = new JournalShipper(this);
            shipper.poller.start();
            return shipper;
        }
    }

    /** Follows a run folder whose artifacts lie below the folder that it lies in. */
    public void follow(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        follow(folder, parent == null ? folder : parent);
    }

    /**
     * Follows a run folder until its run has ended and all of it is shipped. Nothing happens if it is followed already,
     * but that a parked run is tried again.
     *
     * @param folder may be created later
     * @param artifactFolder what the local paths of its artifacts are relative to
     */
    public void follow(Path folder, Path artifactFolder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        Path base = artifactFolder.toAbsolutePath().normalize();
        FollowedRun run;
        try {
            run = runs.compute(absolute, (path, known) -> {
                if (known != null) {
                    known.unpark();
                    return known;
                }
                try {
                    UploadNote.tidy(absolute);
                    return new FollowedRun(absolute, base);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw new IOException("run folder " + folder + " cannot be read", e);
        }
        wake(run);
    }

    /** Something was appended in this folder: it is looked at now and not at the next poll. */
    public void signal(Path folder) {
        FollowedRun run = runs.get(folder.toAbsolutePath().normalize());
        if (run != null) {
            wake(run);
        }
    }

    /** Forgets a run folder, whatever is left to ship in it. A request under way is finished. */
    public void forget(Path folder) {
        runs.remove(folder.toAbsolutePath().normalize());
    }

    /** Somebody knows that the server has come up: it is probed now and not when its time has come. */
    public void hurry() {
        availability.hurry();
        wakePoller();
    }

    /** The run's id at the server, once it is known; of a folder that is not followed too. */
    public Optional<RunId> runId(Path folder) {
        return progress(folder).flatMap(RunProgress::run);
    }

    /** Waits for the run's id; empty if it is not known by then. */
    public Optional<RunId> awaitRunId(Path folder, Duration timeout) throws InterruptedException {
        FollowedRun run = runs.get(folder.toAbsolutePath().normalize());
        if (run == null) {
            return runId(folder);
        }
        try {
            return Optional.of(run.opened().get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the id of a run cannot fail, it can only be late", e);
        }
    }

    /** The run's id when it is known. Of a folder that is not followed, and was never shipped, it never is. */
    public CompletableFuture<RunId> opened(Path folder) {
        FollowedRun run = runs.get(folder.toAbsolutePath().normalize());
        if (run != null) {
            return run.opened().copy();
        }
        return runId(folder).map(CompletableFuture::completedFuture).orElseGet(CompletableFuture::new);
    }

    /** How far a run is shipped; of a folder that is not followed as its files say. */
    public Optional<RunProgress> progress(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        try {
            FollowedRun run = runs.get(absolute);
            if (run != null) {
                run.discover();
                return Optional.of(run.progress());
            }
            return Files.isDirectory(absolute)
                    ? Optional.of(new FollowedRun(absolute, absolute).progress())
                    : Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "run=" + absolute + " state=unreadable", e);
            return Optional.empty();
        }
    }

    /** Whether all that was recorded in a folder so far is shipped. */
    public boolean isDrained(Path folder) {
        return progress(folder).map(RunProgress::isDrained).orElse(false);
    }

    /** How the shipper fares. Counts what waits, in time proportional to what was appended since the last call. */
    public ShipperStatus status() {
        long points = 0;
        long entries = 0;
        Instant oldest = Instant.MAX;
        Map<Path, String> parked = new LinkedHashMap<>();
        Map<Path, String> resting = new LinkedHashMap<>();
        for (FollowedRun run : runs.values()) {
            Optional<RunProgress> progress = progress(run.folder());
            if (progress.isPresent()) {
                points += progress.get().pointsWaiting();
                entries += progress.get().entriesWaiting();
                Instant first = progress.get().oldestWaiting().orElse(Instant.MAX);
                oldest = first.isBefore(oldest) ? first : oldest;
                progress.get().parked().ifPresent(reason -> parked.put(run.folder(), reason));
            }
            run.artifacts.restReason().ifPresent(reason -> resting.put(run.folder(), reason));
        }
        return new ShipperStatus(
                availability.state(),
                availability.since(),
                availability.detail(),
                runs.size(),
                points,
                entries,
                oldest.equals(Instant.MAX) ? Optional.empty() : Optional.of(oldest),
                tallies.pointsShipped.get(),
                tallies.retries.get(),
                tallies.quarantined.get(),
                parked,
                resting,
                tallies.repairs());
    }

    /**
     * Holds what was shipped of a run against what the server shows, now, and sends what is missing again: for a server
     * whose database was put back to an older copy. The folder need not be followed; where the run is known by another
     * id, follow it afterwards.
     *
     * @throws TrackingException if the server cannot be asked
     * @throws IOException if the folder cannot be read
     */
    public AuditFindings audit(Path folder, Path artifactFolder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        FollowedRun run = runs.get(absolute);
        AuditFindings findings = audit.audit(
                run != null
                        ? run
                        : new FollowedRun(
                                absolute, artifactFolder.toAbsolutePath().normalize()));
        tallies.add(findings);
        return findings;
    }

    /**
     * Holds a group of runs, which carry the same tag, against ours: a second run with the key of one of ours is
     * deleted; where the group is over, a run of it that is open and not ours, which nobody would end any more, is
     * ended as {@link RunStatus#FAILED}.
     *
     * @param ours the runs of the group that we know, by key
     * @param over all runs of ours have ended
     * @throws TrackingException if the server cannot be asked
     */
    public GroupFindings reconcile(
            ExperimentId experiment, String tag, String value, Map<String, RunId> ours, boolean over) {
        Set<RunId> known = Set.copyOf(ours.values());
        int twins = 0;
        int closed = 0;
        for (Run run : tracker.runs(experiment, tag, value)) {
            String key = run.tags().getOrDefault(RunRequest.KEY_TAG, "");
            RunId keep = ours.get(key);
            if (run.deleted() || known.contains(run.id())) {
                continue;
            }
            if (keep != null) {
                twins += tracker.deleteTwins(experiment, key, keep);
            } else if (over && !run.status().isEnded()) {
                tracker.setTags(run.id(), Map.of("sluice.reason", "left open by a run that nobody knows of any more"));
                tracker.endRun(run.id(), RunStatus.FAILED, Instant.now());
                closed++;
            }
        }
        GroupFindings findings = new GroupFindings(twins, closed);
        tallies.add(findings);
        if (twins + closed > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0}={1} reconciled=\"{2}\"", tag, value, findings);
        }
        return findings;
    }

    /** Stops. Requests under way get a few seconds; what is not shipped by then is shipped by the next shipper. */
    @Override
    public void close() {
        closed = true;
        calls.close();
        auditRounds.close();
        wakePoller();
        long deadline = System.nanoTime() + FAREWELL.toNanos();
        try {
            poller.join(FAREWELL);
            for (Thread worker : workers) {
                worker.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.forEach(Thread::interrupt);
    }

    // ------------------------------------------------------------------ when

    private void wakePoller() {
        hurried.release();
    }

    private void poll() {
        while (!closed) {
            if (availability.takeProbe()) {
                work(this::probe);
            }
            boolean trying = availability.isTrying();
            for (FollowedRun run : runs.values()) {
                try {
                    run.discover();
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "run=" + run.folder() + " state=unreadable", e);
                }
                wakeWhatIsDue(run);
            }
            if (auditRounds.begin()) {
                work(auditRounds::play);
            }
            Duration pause = min(availability.untilProbe(), settings.pollInterval);
            // While one run tries whether the server takes writes, the next one shall not wait long for its turn.
            pause(trying ? min(pause, settings.shortestBackOff) : pause);
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void pause(Duration duration) {
        try {
            if (hurried.tryAcquire(Math.max(duration.toNanos(), 1_000_000), TimeUnit.NANOSECONDS)) {
                // One look serves all who hurried us.
                hurried.drainPermits();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; and if somebody did, it would have to go on.
            LOG.log(System.Logger.Level.DEBUG, "poller interrupted", e);
        }
    }

    private void probe() {
        TrackingException failure = null;
        try {
            tracker.probe();
        } catch (TrackingException e) {
            failure = e;
        } catch (RuntimeException e) {
            // Whatever it was: without an answer nobody would ever probe again.
            failure = TrackingException.unreachable("probe", e);
        }
        availability.probed(failure);
        wakePoller();
    }

    private void wake(FollowedRun run) {
        run.records.markDue();
        run.artifacts.markDue();
        wakeWhatIsDue(run);
    }

    private void wakeWhatIsDue(FollowedRun run) {
        if (!run.mayTry() || availability.state() == ShipperStatus.State.AWAY) {
            return;
        }
        if (run.records.isDue() && run.records.mayTry() && run.records.begin()) {
            work(() -> ship(run, run.records, places, recordDelivery::next));
        }
        if (run.artifacts.isDue() && run.artifacts.mayTry() && run.id().isPresent() && run.artifacts.begin()) {
            work(() -> ship(run, run.artifacts, uploadPlaces, artifactDelivery::next));
        }
    }

    private void work(Runnable task) {
        Thread worker = Thread.ofVirtual().name("journal-shipper-worker").unstarted(() -> {
            try {
                task.run();
            } finally {
                workers.remove(Thread.currentThread());
            }
        });
        // Before it begins, so that close() waits for it.
        workers.add(worker);
        worker.start();
    }

    private interface Stepper {
        Step next(FollowedRun run) throws IOException;
    }

    private void ship(FollowedRun run, Lane lane, Semaphore places, Stepper stepper) {
        boolean done = false;
        try {
            while (!done) {
                lane.clearDue();
                Step step = Step.MORE;
                while (step == Step.MORE) {
                    step = takeTurn(run, lane, places, stepper);
                    if (step == Step.MORE) {
                        if (!settings.keepShipped) {
                            run.deleteShipped(WORTH_DELETING);
                        }
                        // Counted until the cursor moves: what is sent again before that may well succeed in part.
                        lane.clearServerErrors();
                    }
                }
                if (step == Step.LATER) {
                    lane.markDue();
                }
                if (!settings.keepShipped) {
                    run.deleteShipped(0);
                }
                done = lane.finish();
                if (!done && step == Step.LATER && (closed || !run.mayTry() || !lane.mayTry())) {
                    lane.stop();
                    done = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "run=" + run.folder() + " shipping failed, tried again later", e);
        } finally {
            if (!done) {
                // Even out of memory: else nobody would ever ship this run again, nor, if it was to try the server,
                // any.
                run.backOff(AFTER_A_BUG);
                lane.markDue();
                lane.stop();
            }
            availability.leave(run.folder());
        }
        retire(run);
    }

    /** One step, so that runs with much to ship take turns. */
    private Step takeTurn(FollowedRun run, Lane lane, Semaphore places, Stepper stepper)
            throws InterruptedException, IOException {
        places.acquire();
        try {
            return !closed && run.mayTry() && lane.mayTry() && availability.admits(run.folder())
                    ? stepper.next(run)
                    : Step.LATER;
        } finally {
            places.release();
        }
    }

    /** A run that has ended, and of which all is shipped, is not looked at any more. */
    private void retire(FollowedRun run) {
        if (!run.isEnded()) {
            return;
        }
        boolean[] delivered = {false};
        // Together, so that somebody who appends and then follows either finds the run here or takes it up anew.
        runs.computeIfPresent(run.folder(), (folder, held) -> {
            try {
                run.discover();
                boolean rests = held == run
                        && run.isEnded()
                        && run.records.isIdle()
                        && run.artifacts.isIdle()
                        && run.progress().isDrained();
                delivered[0] = rests;
                return rests ? null : held;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "run=" + run.folder() + " state=unreadable", e);
                return held;
            }
        });
        if (delivered[0]) {
            settings.delivered.accept(run.folder());
        }
    }
}
