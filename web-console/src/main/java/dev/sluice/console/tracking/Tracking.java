package dev.sluice.console.tracking;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.folder.TrialFolder;
import dev.sluice.console.mlflow.TrackingServer;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.JournalShipper;
import dev.sluice.tracker.outbox.RunJournals;
import dev.sluice.tracker.outbox.RunProgress;
import dev.sluice.tracker.outbox.ShipperStatus;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * Committed events -> journals -> MLflow. One thread feeds the journals, in the order of the commits; the shipper's
 * threads carry them away. Nobody who trains, decides or answers a call ever waits for either. At a start the events of
 * every sweep that is not wholly in MLflow are fed again: the journals know what they have.
 */

/** The service's side of MLflow. Thread-safe. */
@ApplicationScoped
public class Tracking {
    /** In an address of MLflow's UI: its menu for trained models; left out, MLflow 3 shows that for language models. */
    static final String PAGES = "workflowType=machine_learning";

    private static final long LOOK_MILLIS = 500;
    private static final long LOOK_SOON_MILLIS = 20;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);
    private static final Duration RECONCILE = Duration.ofMinutes(5);
    private static final long ASK_SECONDS = 3;
    private static final int CHUNK = 1000;
    private static final int PLACES = 50_000;

    private final StudyDesk desk;
    private final Archive archive;
    private final DataFolder data;
    private final TrackingServer server;
    private final Optional<MlflowTracker> mlflow;
    private final Optional<JournalShipper> shipper;
    private final BlockingQueue<Committed> queue = new LinkedBlockingQueue<>();
    /** The feeder's own; others read through {@link #folders}. */
    private final Map<UUID, SweepFeed> feeds = new HashMap<>();

    /** Sweeps whose journals could not be written, and when they are fed again; the feeder's own. */
    private final Map<UUID, Instant> broken = new HashMap<>();

    /** Sweeps that are shipped, while their runs are held against MLflow's; the feeder's own. */
    private final Map<UUID, Settling> settling = new HashMap<>();

    /** An answer that is waited for, and how often there was none before. */
    private record Settling(CompletableFuture<Boolean> answer, int failures) {}

    private Instant reconcileAt = Instant.now();
    private CompletableFuture<Boolean> reconciled = CompletableFuture.completedFuture(true);

    private final Map<UUID, List<Path>> folders = new ConcurrentHashMap<>();
    /** Where run folders are in MLflow, as far as that is known for good: lists ask for many of them. */
    private final Map<Path, Place> places = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Place> eldest) {
            return size() > PLACES;
        }
    };

    private record Place(Optional<String> experiment, Optional<String> run) {}

    private final Thread feeder =
            Thread.ofPlatform().daemon().name("tracking-feed").unstarted(this::feed);
    private volatile boolean open = true;

    Tracking(StudyDesk desk, Archive archive, DataFolder data, TrackingServer server) {
        this.desk = desk;
        this.archive = archive;
        this.data = data;
        this.server = server;
        this.mlflow = server.address().map(MlflowTracker::on);
        this.shipper = mlflow.map(tracker -> JournalShipper.to(tracker).start());
    }

    public void start() {
        server.start();
        if (shipper.isPresent()) {
            desk.listen(queue::add);
            feeder.start();
        }
    }

    /** The local MLflow is stopped last. */
    public void stop() {
        open = false;
        try {
            // Not interrupted: it may be reading the database, and an interrupt would close H2's file.
            feeder.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        shipper.ifPresent(JournalShipper::close);
        mlflow.ifPresent(MlflowTracker::close);
        server.stop();
    }

    /** The run folder of a trial: its journals and what the shipper keeps of them. */
    static Path runFolder(TrialFolder trial) {
        return trial.path().resolve("journal");
    }

    /** The journal to which the process of an attempt appends. */
    public Path attemptJournal(UUID trial, int attempt) {
        return RunJournals.attempt(runFolder(data.trial(trial)), attempt);
    }

    public Optional<MlflowTracker> mlflow() {
        return mlflow;
    }

    /**
     * Why the artifacts of an experiment could not be stored, with what to do instead; empty if they can, or if the
     * server does not tell within a moment: nobody waits for it. An experiment that is not there yet is made.
     */
    public Optional<String> artifactRefusal(String experiment) {
        if (mlflow.isEmpty() || server.status().state() != TrackingServer.State.UP) {
            return Optional.empty();
        }
        var tracker = mlflow.get();
        var answer = new FutureTask<>(() -> tracker.artifactRefusal(tracker.experiment(experiment)));
        var asker = Thread.ofVirtual().name("tracking-ask").start(answer);
        try {
            return answer.get(ASK_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            Log.debugf("event=artifacts-not-checked experiment=%s reason=\"%s\"", experiment, e);
            asker.interrupt();
            return Optional.empty();
        }
    }

    /** The id of a trial's run, once it is known. */
    public Optional<String> trialRun(UUID trial) {
        return runId(runFolder(data.trial(trial)));
    }

    /**
     * What a trial process is told of MLflow. Waits for the trial's run for a moment where the server answers, and not
     * at all where it does not.
     */
    public Map<String, String> environment(UUID trial, Duration limit) {
        var environment = new LinkedHashMap<>(server.environment());
        if (shipper.isEmpty() || server.status().state() != TrackingServer.State.UP) {
            return environment;
        }
        var run = awaitRun(trial, limit);
        if (run.isPresent()) {
            environment.put("MLFLOW_RUN_ID", run.get());
            experiment(runFolder(data.trial(trial))).ifPresent(id -> environment.put("MLFLOW_EXPERIMENT_ID", id));
        }
        return environment;
    }

    /** How far a sweep is in MLflow. */
    public SweepTracking of(SweepSnapshot sweep) {
        var status = server.status();
        var experimentId = experiment(data.sweepRun(sweep.id())).orElse(null);
        var run = runId(data.sweepRun(sweep.id()));
        var url = experimentId == null
                ? null
                : server.uri()
                        .map(uri -> uri + "/#/experiments/" + experimentId + "?" + PAGES)
                        .orElse(null);
        return new SweepTracking(
                status.state().name(),
                status.detail(),
                pointsWaiting(folders.getOrDefault(sweep.id(), List.of())),
                sweep.state().isOver() && !waiting(sweep.id()),
                experimentId,
                run.orElse(null),
                url);
    }

    /** Whether something of a sweep is not yet in MLflow. */
    public boolean waiting(UUID sweep) {
        return shipper.isPresent() && folders.containsKey(sweep);
    }

    /**
     * How tracking fares.
     *
     * @param state STARTING, UP, AWAY or DISABLED
     * @param message a sentence, such as "MLflow away for 42 s, 1,204 points waiting, oldest 43 s"
     * @param oldestWaiting when the oldest of what waits was recorded
     * @param retries calls that failed since the service's start and were made again
     * @param quarantined rows that MLflow refuses, set aside since the start, each noted in its run's quarantine.jsonl
     * @param parked run folders of which nothing can be shipped until a person acts, and why
     * @param resting run folders whose artifacts wait for the storage that MLflow names, and what that said last
     * @param repairs what was amiss in MLflow and put right since the start
     */
    public record Overview(
            String state,
            String detail,
            String message,
            @Nullable String uri,
            long pointsWaiting,
            int sweepsWaiting,
            @Nullable Instant oldestWaiting,
            long pointsShipped,
            long retries,
            long quarantined,
            Map<String, String> parked,
            Map<String, String> resting,
            ShipperStatus.Repairs repairs) {}

    public Overview overview() {
        var status = server.status();
        var shipping = shipper.map(JournalShipper::status);
        var parked = new LinkedHashMap<String, String>();
        shipping.ifPresent(s -> s.parked().forEach((folder, reason) -> parked.put(folder.toString(), reason)));
        var resting = new LinkedHashMap<String, String>();
        shipping.ifPresent(s -> s.resting().forEach((folder, reason) -> resting.put(folder.toString(), reason)));
        return new Overview(
                status.state().name(),
                status.detail(),
                message(status, shipping),
                server.uri().map(Object::toString).orElse(null),
                folders.values().stream().mapToLong(this::pointsWaiting).sum(),
                folders.size(),
                shipping.flatMap(ShipperStatus::oldestWaiting).orElse(null),
                shipping.map(ShipperStatus::pointsShipped).orElse(0L),
                shipping.map(ShipperStatus::retries).orElse(0L),
                shipping.map(ShipperStatus::quarantined).orElse(0L),
                parked,
                resting,
                shipping.map(ShipperStatus::repairs).orElseGet(() -> new ShipperStatus.Repairs(0, 0, 0, 0)));
    }

    private static String message(TrackingServer.Status server, Optional<ShipperStatus> shipping) {
        if (shipping.isEmpty() || server.state() == TrackingServer.State.DISABLED) {
            return "MLflow is switched off, nothing is tracked";
        }
        var status = shipping.get();
        if (status.state() == ShipperStatus.State.UP && server.state() != TrackingServer.State.UP) {
            // Nothing was sent since it went, so that the shipper cannot know.
            return "MLflow %s, %,d points waiting"
                    .formatted(
                            server.state() == TrackingServer.State.STARTING ? "starting" : "away",
                            status.pointsWaiting());
        }
        return status.sentence(Instant.now());
    }

    private Optional<String> runId(Path folder) {
        return place(folder).run();
    }

    private Optional<String> experiment(Path folder) {
        return place(folder).experiment();
    }

    private Place place(Path folder) {
        synchronized (places) {
            var known = places.get(folder);
            if (known != null) {
                return known;
            }
        }
        var progress = shipper.flatMap(s -> s.progress(folder));
        var place = new Place(
                progress.flatMap(RunProgress::experiment).map(ExperimentId::value),
                progress.flatMap(RunProgress::run).map(RunId::value));
        if (place.experiment().isPresent() && place.run().isPresent()) {
            synchronized (places) {
                places.put(folder, place);
            }
        }
        return place;
    }

    private Optional<String> awaitRun(UUID trial, Duration limit) {
        // The folder is followed only when the feeder has come to the event that opened it.
        var until = Instant.now().plus(limit);
        try {
            while (shipper.isPresent()) {
                var left = Duration.between(Instant.now(), until);
                if (left.isNegative()) {
                    break;
                }
                var run = shipper.get().awaitRunId(runFolder(data.trial(trial)), left);
                if (run.isPresent()) {
                    return run.map(RunId::value);
                }
                Thread.sleep(LOOK_SOON_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private long pointsWaiting(List<Path> runFolders) {
        return runFolders.stream()
                .flatMap(folder -> shipper.flatMap(s -> s.progress(folder)).stream())
                .mapToLong(RunProgress::pointsWaiting)
                .sum();
    }

    // ---- the feeder's thread --------------------------------------------------------------------------------------

    private void feed() {
        try {
            archive.untracked().forEach(this::take);
        } catch (RuntimeException e) {
            Log.error("event=feed-failed", e);
        }
        while (open) {
            try {
                var committed = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                for (; committed != null; committed = queue.poll()) {
                    feed(committed);
                }
                takeBroken();
                endRuns();
                reconcileLiving();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException e) {
                Log.error("event=feed-failed", e);
            }
        }
        for (var feed : feeds.values()) {
            close(feed);
        }
    }

    private void feed(Committed committed) {
        var sweep = committed.sweep().id();
        var feed = feeds.get(sweep);
        if (feed == null) {
            if (!broken.containsKey(sweep)) {
                take(committed.sweep());
            }
            return;
        }
        try {
            if (committed.events().stream().anyMatch(recorded -> recorded.event() instanceof SweepEvent.Steered)) {
                feed.becomes(Specifications.of(committed.sweep().specification()));
            }
            feed.feed(committed.events());
            if (!feed.isOver()) {
                settling.remove(sweep);
            }
            folders.put(sweep, allFolders(feed));
        } catch (IOException | RuntimeException e) {
            broke(sweep, feed, e);
        }
    }

    /** Whatever is missing in the journals now is fed again from the log, in a while. */
    private void broke(UUID sweep, SweepFeed feed, Exception why) {
        Log.errorf(why, "event=journal-failed sweep=%s", sweep);
        close(feed);
        feeds.remove(sweep);
        folders.putIfAbsent(sweep, List.of(feed.parentFolder()));
        broken.put(sweep, Instant.now().plus(TRY_AGAIN));
    }

    private void takeBroken() {
        for (var entry : List.copyOf(broken.entrySet())) {
            if (entry.getValue().isBefore(Instant.now())) {
                var sweep = archive.sweep(entry.getKey());
                broken.remove(entry.getKey());
                sweep.ifPresentOrElse(this::take, () -> folders.remove(entry.getKey()));
            }
        }
    }

    /** Feeds all of a sweep's events, from the first. */
    private void take(SweepSnapshot sweep) {
        var id = sweep.id();
        var written = new HashMap<Integer, TrialSnapshot>();
        SweepFeed feed;
        try {
            feed = new SweepFeed(
                    sweep,
                    Specifications.of(sweep.specification()),
                    data,
                    number -> trial(id, number, written),
                    this::ship);
        } catch (RuntimeException e) {
            Log.errorf(e, "event=sweep-not-tracked sweep=%s", id);
            return;
        }
        try {
            archive.trials(id, Optional.empty(), -1, Integer.MAX_VALUE).forEach(t -> written.put(t.number(), t));
            var chunk = new ArrayList<Committed.Recorded>();
            archive.events(id, 0, recorded -> {
                chunk.add(recorded);
                if (chunk.size() == CHUNK) {
                    feed(feed, chunk);
                }
            });
            feed(feed, chunk);
            folders.put(id, allFolders(feed));
            feeds.put(id, feed);
        } catch (RuntimeException e) {
            broke(id, feed, e);
        } finally {
            written.clear();
        }
    }

    private static void feed(SweepFeed feed, List<Committed.Recorded> chunk) {
        try {
            feed.feed(chunk);
            chunk.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TrialSnapshot trial(UUID sweep, int number, Map<Integer, TrialSnapshot> written) {
        var trial = written.get(number);
        return trial != null ? trial : archive.trial(sweep, number).orElseThrow();
    }

    /** Something is in this run folder: from now on it is followed. */
    private void ship(Path folder, Path artifacts) {
        try {
            if (shipper.isPresent()) {
                shipper.get().follow(folder, artifacts);
                shipper.get().signal(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The parent's run ends when those of all trials are closed; a sweep that is wholly in MLflow is let go. */
    private void endRuns() {
        for (var entry : List.copyOf(feeds.entrySet())) {
            var feed = entry.getValue();
            if (!feed.isOver() || shipper.isEmpty()) {
                continue;
            }
            try {
                var sweep = archive.sweep(entry.getKey());
                if (sweep.isEmpty()) {
                    forget(entry.getKey(), feed);
                    continue;
                }
                long mark = sweep.get().revision() + 1;
                if (!feed.ended(mark) && feed.trialFolders().stream().allMatch(shipper.get()::isDrained)) {
                    feed.end(
                            sweep.get().endedAt().orElse(sweep.get().createdAt()),
                            status(sweep.get().state()),
                            mark,
                            Map.of("mlflow.note.content", note(sweep.get())));
                }
                if (feed.ended(mark)
                        && allFolders(feed).stream().allMatch(shipper.get()::isDrained)
                        && settled(entry.getKey(), feed)) {
                    archive.markTracked(entry.getKey(), sweep.get().revision());
                    forget(entry.getKey(), feed);
                    Log.infof("event=delivered sweep=%s", entry.getKey());
                }
            } catch (IOException e) {
                broke(entry.getKey(), feed, e);
            }
        }
    }

    /** Whether MLflow's runs of a sweep that is over are ours, each closed and none twice; asked beside the feeder. */
    private boolean settled(UUID sweep, SweepFeed feed) {
        var asked = settling.get(sweep);
        if (asked == null) {
            settle(sweep, feed, Duration.ZERO, 0);
            return false;
        }
        if (!asked.answer().isDone()) {
            return false;
        }
        if (!asked.answer().join()) {
            // One call that fails shall not cost the sweep half a minute; a server that is away is not asked all the
            // time.
            var delay = Duration.ofSeconds(1L << Math.min(asked.failures(), 10));
            settle(sweep, feed, delay.compareTo(TRY_AGAIN) < 0 ? delay : TRY_AGAIN, asked.failures() + 1);
            return false;
        }
        return true;
    }

    private void settle(UUID sweep, SweepFeed feed, Duration delay, int failures) {
        settling.put(sweep, new Settling(reconcile(Map.of(sweep, feed.foldersByKey()), true, delay), failures));
    }

    /** Now and then MLflow's runs of the sweeps that go on are held against ours. */
    private void reconcileLiving() {
        if (reconcileAt.isBefore(Instant.now()) && reconciled.isDone() && shipper.isPresent()) {
            var sweeps = new HashMap<UUID, Map<String, Path>>();
            feeds.forEach((sweep, feed) -> {
                if (!feed.isOver()) {
                    sweeps.put(sweep, feed.foldersByKey());
                }
            });
            reconcileAt = Instant.now().plus(RECONCILE);
            reconciled = reconcile(sweeps, false, Duration.ZERO);
        }
    }

    /** @return whether MLflow answered */
    private CompletableFuture<Boolean> reconcile(Map<UUID, Map<String, Path>> sweeps, boolean over, Duration delay) {
        var later = CompletableFuture.delayedExecutor(
                delay.toMillis(),
                TimeUnit.MILLISECONDS,
                task -> Thread.ofVirtual().start(task));
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        sweeps.forEach((sweep, runFolders) -> reconcile(sweep, runFolders, over));
                        return true;
                    } catch (TrackingException e) {
                        Log.debugf("event=reconcile-failed reason=\"%s\"", e.getMessage());
                        return false;
                    } catch (RuntimeException e) {
                        Log.warn("event=reconcile-failed", e);
                        return false;
                    }
                },
                later);
    }

    private void reconcile(UUID sweep, Map<String, Path> runFolders, boolean over) {
        var ours = new HashMap<String, RunId>();
        runFolders.forEach((key, folder) -> runId(folder).ifPresent(run -> ours.put(key, new RunId(run))));
        var experimentId = experiment(data.sweepRun(sweep));
        if (experimentId.isPresent()) {
            shipper.orElseThrow()
                    .reconcile(new ExperimentId(experimentId.get()), SweepFeed.SWEEP_TAG, sweep.toString(), ours, over);
        }
    }

    private void forget(UUID sweep, SweepFeed feed) {
        settling.remove(sweep);
        close(feed);
        feeds.remove(sweep);
        folders.remove(sweep);
    }

    private static void close(SweepFeed feed) {
        try {
            feed.close();
        } catch (IOException e) {
            Log.warn("event=journal-not-closed", e);
        }
    }

    private static RunStatus status(SweepState state) {
        return switch (state) {
            case COMPLETED -> RunStatus.FINISHED;
            case FAILED -> RunStatus.FAILED;
            case CANCELLED, RUNNING, PAUSED, STOPPING -> RunStatus.KILLED;
        };
    }

    private String note(SweepSnapshot sweep) {
        return new SweepNote(
                        sweep,
                        archive.trials(sweep.id(), Optional.empty(), -1, Integer.MAX_VALUE),
                        archive.warmStart(sweep.id()),
                        experiment(data.sweepRun(sweep.id())).orElse(null),
                        this::trialRun)
                .markdown();
    }

    private static List<Path> allFolders(SweepFeed feed) {
        var all = new ArrayList<Path>();
        all.add(feed.parentFolder());
        all.addAll(feed.trialFolders());
        return List.copyOf(all);
    }
}
