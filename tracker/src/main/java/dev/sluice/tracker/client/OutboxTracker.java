package dev.sluice.tracker.client;

import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.JournalSettings;
import dev.sluice.tracker.outbox.JournalShipper;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.tracker.outbox.RunJournals;
import dev.sluice.tracker.outbox.ShipperStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the runs of a Java program in MLflow without ever waiting for it. What a run records is on disk when the call
 * returns; a shipper in the background brings it to the server, each fact once, when the server is there. What is left
 * when the program ends, be it by {@code kill -9}, the next tracker on the same folder ships, and closes as {@link
 * RunStatus#FAILED} the runs whose program did not. Thread-safe.
 *
 * {@snippet :
 * try (OutboxTracker tracker = OutboxTracker.builder(URI.create("http://localhost:5000"))
 *                 .journals(Path.of("runs"))
 *                 .build();
 *         Run run = tracker.start("digits")) {
 *     run.param("lr", 0.1);
 *     run.metric("loss", 1, 0.5);
 *     run.artifact(Path.of("model.onnx"));
 * }
 * }
 */
public final class OutboxTracker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OutboxTracker.class.getName());
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Builder settings;
    private final JournalShipper shipper;
    private final Session session;
    private final List<Session> leftovers;
    private final Set<Run> open = ConcurrentHashMap.newKeySet();

    private OutboxTracker(Builder settings, Session session, List<Session> leftovers) {
        this.settings = settings;
        this.session = session;
        this.leftovers = leftovers;
        this.shipper = JournalShipper.to(settings.tracker, settings.artifacts)
                .delivered(this::delivered)
                .start();
    }

    /** A tracker to the MLflow server at that address, with the credentials of {@code MLFLOW_TRACKING_*}. */
    public static Builder builder(URI server) {
        return builder(MlflowServer.of(server, System.getenv()));
    }

    /** A tracker to that MLflow server. */
    public static Builder builder(MlflowServer server) {
        MlflowTracker tracker = MlflowTracker.on(server);
        return new Builder(tracker, tracker, tracker);
    }

    /** A tracker to a server of another kind, such as one in memory; it stays the caller's to close. */
    public static <T extends Tracker & RunArtifacts> Builder builder(T tracker) {
        return new Builder(tracker, tracker, null);
    }

    /** How a tracker works. */
    public static final class Builder {
        private final Tracker tracker;
        private final RunArtifacts artifacts;
        private final @Nullable MlflowTracker owned;
        private Path folder = Path.of("sluice-runs");
        private JournalSettings journals = JournalSettings.defaults();
        private Duration farewell = Duration.ofSeconds(30);
        private boolean keepJournals;

        private Builder(Tracker tracker, RunArtifacts artifacts, @Nullable MlflowTracker owned) {
            this.tracker = tracker;
            this.artifacts = artifacts;
            this.owned = owned;
        }

        /** Where runs are recorded until they are shipped; default {@code sluice-runs}. Programs may share it. */
        public Builder journals(Path folder) {
            this.folder = folder.toAbsolutePath();
            return this;
        }

        /** How they are recorded: what survives a loss of power, and how much may wait on disk. */
        public Builder journalSettings(JournalSettings settings) {
            this.journals = settings;
            return this;
        }

        /** How long {@link OutboxTracker#close} waits for what is left to ship; default 30 s. */
        public Builder farewell(Duration limit) {
            if (limit.isNegative()) {
                throw new IllegalArgumentException("limit must be >= 0, was " + limit);
            }
            this.farewell = limit;
            return this;
        }

        /** Whether what is recorded stays on disk when all of it is shipped; by default it does not. */
        public Builder keepJournals(boolean keep) {
            this.keepJournals = keep;
            return this;
        }

        /**
         * A tracker at work. The server need not be up.
         *
         * @throws IOException if the folder cannot be written to
         */
        public OutboxTracker build() throws IOException {
            List<Session> leftovers = Session.takeOver(folder);
            OutboxTracker built = new OutboxTracker(this, Session.begin(folder), leftovers);
            for (Session leftover : leftovers) {
                for (Path runFolder : leftover.runs()) {
                    built.finish(runFolder);
                }
            }
            return built;
        }
    }

    /** Begins a run in that experiment, named by the server. */
    public Run start(String experiment) throws IOException {
        return run(experiment).start();
    }

    /** A run to be begun, with a name, tags or a parent. */
    public RunBuilder run(String experiment) {
        return new RunBuilder(experiment);
    }

    /** What a run is begun with. */
    public final class RunBuilder {
        private final String experiment;
        private String name = "";
        private Optional<Run> parent = Optional.empty();
        private final Map<String, String> tags = new LinkedHashMap<>();

        private RunBuilder(String experiment) {
            this.experiment = experiment;
        }

        /** Its name; default: the experiment's and the time. */
        public RunBuilder name(String name) {
            this.name = name;
            return this;
        }

        public RunBuilder tag(String key, String value) {
            tags.put(key, value);
            return this;
        }

        /** The run below which MLflow shows it. */
        public RunBuilder below(Run parent) {
            this.parent = Optional.of(parent);
            return this;
        }

        /**
         * The run, begun.
         *
         * @throws IOException if its folder cannot be made
         */
        public Run start() throws IOException {
            Instant now = Instant.now();
            String key = UUID.randomUUID().toString();
            Path folder = session.newRun(key);
            Path journals = Session.journals(folder);
            PatientWriter journal =
                    new PatientWriter(JournalWriter.open(RunJournals.service(journals), settings.journals));
            journal.record(new JournalEntry.RunOpened(
                    key,
                    name.isBlank() ? experiment + " " + now.truncatedTo(ChronoUnit.SECONDS) : name,
                    experiment,
                    now,
                    parent.map(Run::key),
                    tags));
            shipper.follow(journals, folder);
            Run run = new Run(key, folder, journal, shipper.opened(journals), ended -> {
                open.remove(ended);
                shipper.signal(journals);
            });
            open.add(run);
            return run;
        }
    }

    /** How shipping fares. */
    public ShipperStatus status() {
        return shipper.status();
    }

    /** Waits until all that was recorded so far is shipped; false if it was not in this time. */
    public boolean drain(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (shipper.status().entriesWaiting() > 0) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }

    /** Waits until all runs, which have ended, are shipped and let go. */
    private boolean settle(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (ShipperStatus status = shipper.status();
                status.runs() > status.parked().size();
                status = shipper.status()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }

    /** Ends what its program did not end, and ships it. */
    private void finish(Path runFolder) throws IOException {
        Path journals = Session.journals(runFolder);
        JournalReader reader = JournalReader.of(RunJournals.service(journals));
        Optional<Numbered<JournalEntry>> last = last(reader);
        if (last.isPresent() && !(last.get().value() instanceof JournalEntry.RunEnded)) {
            try (JournalWriter journal = JournalWriter.open(reader.path(), settings.journals)) {
                journal.append(new JournalEntry.Tags(Map.of("sluice.reason", "its program ended without ending it")));
                journal.append(
                        new JournalEntry.RunEnded(RunStatus.FAILED, last.get().writtenAt()));
            }
        }
        shipper.follow(journals, runFolder);
    }

    private static Optional<Numbered<JournalEntry>> last(JournalReader reader) throws IOException {
        Optional<Numbered<JournalEntry>> last = Optional.empty();
        List<Numbered<JournalEntry>> next = reader.read(0);
        while (!next.isEmpty()) {
            last = Optional.of(next.getLast());
            next = reader.read(next.getLast().end());
        }
        return last;
    }

    private void delivered(Path journals) {
        Path folder = Objects.requireNonNull(journals.getParent());
        if (settings.keepJournals
                || journals.resolve(RunJournals.QUARANTINE).toFile().exists()) {
            return;
        }
        try {
            Session.delete(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "run=" + folder + " state=not-deleted", e);
        }
    }

    /**
     * Ends the runs that are still open, as {@link RunStatus#FINISHED}, and waits a while for the rest to be shipped.
     * What is not shipped by then, the next tracker on the folder ships.
     */
    @Override
    public void close() throws IOException {
        for (Run run : List.copyOf(open)) {
            run.close();
        }
        try {
            if (!settle(settings.farewell)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "folder={0} state=left reason=\"{1}\"",
                        settings.folder,
                        shipper.status().sentence(Instant.now()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        shipper.close();
        if (settings.owned != null) {
            settings.owned.close();
        }
        session.close();
        for (Session leftover : leftovers) {
            leftover.close();
        }
    }
}
