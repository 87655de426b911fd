package dev.sluice.console.tracking;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.folder.TrialFolder;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrialSection;
import dev.sluice.console.study.AttemptState;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Scale;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Report;
import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalSettings;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/*
 * The journals are a projection of the event log: each entry carries the position of the event it stems from as its
 * mark, on the last entry of that event. After a crash the log is read again from its start, and whatever a journal
 * has already is left out. Entries of an event that were written without the last one are written twice; params, tags
 * and points with the same time are the same to MLflow.
 */

/** Writes what happens to one sweep into the journals of its runs. Confined to one thread. */
final class SweepFeed implements AutoCloseable {
    /** The tag that all runs of a sweep carry, its id as value. */
    static final String SWEEP_TAG = "sluice.sweep";

    /** Who runs the service: MLflow says by it who has created a run. */
    private static final Map<String, String> USER = Optional.ofNullable(System.getProperty("user.name"))
            .filter(name -> !name.isBlank() && !name.equals("?"))
            .map(name -> Map.of("mlflow.user", name))
            .orElse(Map.of());

    private static final JournalSettings JOURNAL = JournalSettings.of(System.getenv());
    private static final long LOG_LIMIT = 16L << 20;

    private final UUID sweep;
    private SweepSpecification specification;
    private final List<Objective> objectives;
    private final DataFolder data;
    private final IntFunction<TrialSnapshot> trials;
    private final BiConsumer<Path, Path> ship;
    private final Instant createdAt;
    private final Map<Integer, Known> known = new HashMap<>();
    private final Map<Path, JournalWriter> writers = new HashMap<>();
    private final Map<Path, Path> touched = new LinkedHashMap<>();
    private int finished;
    private int complete;
    private int pruned;
    private int failed;
    /** By metric, of the trials that are complete and keep to the constraints. */
    private final Map<String, Double> best = new LinkedHashMap<>();

    private boolean over;
    private long fed;

    /** What the feed keeps of a trial while it is open. */
    private static final class Known {
        private final UUID id;
        private final Map<String, Object> params;
        private final String suggestedBy;
        private final long seed;
        private boolean opened;
        /** How its run ended; empty while it is open. */
        private Optional<RunStatus> ended = Optional.empty();

        private long lastStep = -1;
        /** The objectives' values so far, by metric: the best or the last ones, never NaN. */
        private final Map<String, Double> values = new HashMap<>();

        /** The last value of each constraint's metric. */
        private final Map<String, Double> constrained = new HashMap<>();

        Known(TrialSnapshot trial) {
            this.id = trial.id();
            this.params = trial.params();
            this.suggestedBy = trial.suggestedBy();
            this.seed = trial.seed();
        }
    }

    /**
     * @param trials a trial by number, its id and params at least
     * @param ship is told of each run folder that was written to, and of the folder that its artifacts lie in
     */
    SweepFeed(
            SweepSnapshot sweep,
            SweepSpecification specification,
            DataFolder data,
            IntFunction<TrialSnapshot> trials,
            BiConsumer<Path, Path> ship) {
        this.sweep = sweep.id();
        this.createdAt = sweep.createdAt();
        this.specification = specification;
        this.objectives = specification.objectives();
        this.data = data;
        this.trials = trials;
        this.ship = ship;
    }

    /** Its file was edited, maybe. */
    void becomes(SweepSpecification edited) {
        specification = edited;
    }

    Path parentFolder() {
        return data.sweepRun(sweep);
    }

    /** The run folders of all trials that were opened. */
    List<Path> trialFolders() {
        return known.values().stream()
                .filter(k -> k.opened)
                .map(k -> Tracking.runFolder(data.trial(k.id)))
                .toList();
    }

    /** The run folders of the sweep and of its trials, by the key of the run. */
    Map<String, Path> foldersByKey() {
        var all = new HashMap<String, Path>();
        all.put(sweep.toString(), parentFolder());
        known.values().stream()
                .filter(k -> k.opened)
                .forEach(k -> all.put(k.id.toString(), Tracking.runFolder(data.trial(k.id))));
        return all;
    }

    /** The sweep has ended; what remains is its parent run's end. */
    boolean isOver() {
        return over;
    }

    void feed(List<Committed.Recorded> events) throws IOException {
        for (var recorded : events) {
            if (recorded.pos() <= fed) {
                continue;
            }
            if (recorded.pos() > fed + 1) {
                throw new IOException("event %d of sweep %s came after %d: what lies between is missing"
                        .formatted(recorded.pos(), sweep, fed));
            }
            fed = recorded.pos();
            switch (recorded.event()) {
                case SweepEvent.StateChanged changed -> state(recorded, changed);
                case SweepEvent.WarmStarted started -> warmStarted(recorded, started);
                case SweepEvent.Steered steered -> steered(recorded, steered);
                case SweepEvent.Alerted alerted ->
                    write(
                            Tracking.runFolder(data.trial(known(alerted.trial()).id)),
                            recorded.pos(),
                            () -> List.of(new JournalEntry.Tags(
                                    Map.of("sluice.alert." + alerted.rule(), alerted.message()))));
                case SweepEvent.AttemptStopping stopping -> {}
                case SweepEvent.AttemptEnded ended -> attemptEnded(recorded, ended);
                case SweepEvent.Studied studied -> studied(recorded, studied.event());
            }
        }
        touched.forEach(ship);
        touched.clear();
    }

    /** Ends the parent run: the last thing, when all trials' runs are closed. */
    void end(Instant at, RunStatus status, long mark, Map<String, String> tags) throws IOException {
        write(parentFolder(), mark, () -> List.of(new JournalEntry.Tags(tags), new JournalEntry.RunEnded(status, at)));
        touched.forEach(ship);
        touched.clear();
    }

    boolean ended(long mark) throws IOException {
        return writer(parentFolder()).lastMark().orElse(-1) >= mark;
    }

    @Override
    public void close() throws IOException {
        for (var writer : writers.values()) {
            writer.close();
        }
        writers.clear();
    }

    private void state(Committed.Recorded recorded, SweepEvent.StateChanged changed) throws IOException {
        boolean again = over && !changed.state().isOver();
        write(parentFolder(), recorded.pos(), () -> {
            var entries = new ArrayList<JournalEntry>();
            if (again) {
                // Its end may be in the journal already, under the position of what began its second life.
                entries.add(opened());
                entries.addAll(edited(recorded.pos()));
            }
            entries.addAll(stateEntries(recorded, changed));
            return entries;
        });
        over = changed.state().isOver();
    }

    private void steered(Committed.Recorded recorded, SweepEvent.Steered steered) throws IOException {
        if (steered.action().equals("edit")) {
            write(parentFolder(), recorded.pos(), () -> edited(recorded.pos()));
        }
    }

    /** The file as it is now, beside the one that the sweep began with. */
    private List<JournalEntry> edited(long pos) throws IOException {
        var entries = new ArrayList<JournalEntry>();
        var tags = new LinkedHashMap<String, String>();
        specification.labels().forEach((key, value) -> tags.put("label." + key, value));
        tags.put("sluice.edited", "sweep-%d.json".formatted(pos));
        entries.add(file(
                parentFolder(),
                "sweep-%d.json".formatted(pos),
                specification.toJson().toPrettyString()));
        entries.add(new JournalEntry.Tags(tags));
        return entries;
    }

    /** The trials that were taken over have their runs where they ran; the parent says which sweeps those were of. */
    private void warmStarted(Committed.Recorded recorded, SweepEvent.WarmStarted started) throws IOException {
        var from = started.from().stream()
                .map(earlier -> "%s (%s): %d trials, %d points"
                        .formatted(earlier.name(), earlier.sweep(), earlier.trials(), earlier.points()))
                .collect(Collectors.joining("; "));
        write(parentFolder(), recorded.pos(), () -> List.of(new JournalEntry.Tags(Map.of("sluice.warm_start", from))));
    }

    private List<JournalEntry> stateEntries(Committed.Recorded recorded, SweepEvent.StateChanged changed)
            throws IOException {
        var entries = new ArrayList<JournalEntry>();
        if (recorded.pos() == 1) {
            entries.add(opened());
            entries.addAll(inputs());
            entries.add(
                    file(parentFolder(), "sweep.json", specification.toJson().toPrettyString()));
        }
        entries.add(new JournalEntry.Tags(
                Map.of("sluice.state", changed.state().name(), "sluice.reason", changed.reason())));
        return entries;
    }

    private JournalEntry opened() {
        var tags = new LinkedHashMap<String, String>();
        tags.put(SWEEP_TAG, sweep.toString());
        tags.putAll(USER);
        tags.put("mlflow.source.name", "sluice");
        tags.put("mlflow.source.type", "JOB");
        tags.put("sluice.search", specification.search().algorithm());
        tags.put("sluice.seed", Long.toString(specification.search().seed()));
        tags.put("sluice.pruning", specification.pruning().algorithm());
        tags.put("sluice.objective", objectives.stream().map(Objective::metric).collect(Collectors.joining(", ")));
        specification.labels().forEach((key, value) -> tags.put("label." + key, value));
        tags.putAll(specification.tracking().tags());
        if (!specification.description().isBlank()) {
            tags.put("mlflow.note.content", specification.description());
        }
        return new JournalEntry.RunOpened(
                sweep.toString(),
                specification.name(),
                specification.tracking().experiment(),
                createdAt,
                Optional.empty(),
                tags);
    }

    private JournalEntry file(Path folder, String name, String text) throws IOException {
        Files.createDirectories(folder);
        var file = folder.resolve(name);
        if (!Files.exists(file)) {
            Files.writeString(file, text);
        }
        return JournalEntry.Artifact.of(folder, file, name);
    }

    private void studied(Committed.Recorded recorded, StudyEvent event) throws IOException {
        switch (event) {
            case StudyEvent.TrialAsked e -> {}
            case StudyEvent.TrialEnqueued e -> {}
            case StudyEvent.TrialImported e -> {} // its run is the other study's
            case StudyEvent.TrialRequeued e -> {}
            case StudyEvent.AttemptStarted started -> started(recorded, started);
            case StudyEvent.MeasurementReported reported -> reported(recorded, reported);
            case StudyEvent.TrialTold told -> told(recorded, told);
        }
    }

    private void started(Committed.Recorded recorded, StudyEvent.AttemptStarted started) throws IOException {
        int number = started.id().number();
        var trial = known(number);
        boolean first = !trial.opened;
        trial.opened = true;
        trial.ended = Optional.empty();
        write(
                Tracking.runFolder(data.trial(trial.id)),
                recorded.pos(),
                () -> startEntries(trial, first, recorded, started));
    }

    private List<JournalEntry> startEntries(
            Known trial, boolean first, Committed.Recorded recorded, StudyEvent.AttemptStarted started) {
        int number = started.id().number();
        var entries = new ArrayList<JournalEntry>();
        var tags = new LinkedHashMap<String, String>();
        tags.put("sluice.state", "RUNNING");
        tags.put("sluice.attempts", Integer.toString(started.attempt()));
        if (first) {
            var own = new LinkedHashMap<>(tags);
            own.put(SWEEP_TAG, sweep.toString());
            own.put("sluice.trial", trial.id.toString());
            own.put("sluice.trial.number", Integer.toString(number));
            own.put("sluice.suggested_by", trial.suggestedBy);
            own.putAll(USER);
            own.put("mlflow.source.name", source());
            own.put("mlflow.source.type", "JOB");
            own.putAll(specification.tracking().tags());
            entries.add(open(trial, number, recorded.at(), own));
            var params = new LinkedHashMap<String, String>();
            trial.params.forEach((name, value) -> params.put(name, String.valueOf(value)));
            params.put("seed", Long.toString(trial.seed));
            entries.add(new JournalEntry.Params(params));
            entries.addAll(inputs());
            var twins = logTwins(trial.params);
            if (!twins.isEmpty()) {
                entries.add(new JournalEntry.Metrics(0, twins, recorded.at()));
            }
        } else {
            // It may have been closed: a failed trial that is run again.
            entries.add(open(trial, number, recorded.at(), tags));
            entries.add(new JournalEntry.Tags(tags));
        }
        return entries;
    }

    /** The data set that the sweep file names. */
    private List<JournalEntry> inputs() {
        return specification.tracking().dataset().stream()
                .<JournalEntry>map(dataset -> {
                    var source = dataset.source().orElse("");
                    var uri = JsonNodeFactory.instance.objectNode().put("uri", source);
                    return new JournalEntry.Inputs(List.of(new Dataset(
                            dataset.name(),
                            dataset.digest()
                                    .orElseGet(() -> UUID.nameUUIDFromBytes(
                                                    (dataset.name() + '\n' + source).getBytes(StandardCharsets.UTF_8))
                                            .toString()),
                            "external",
                            uri.toString(),
                            Optional.empty(),
                            Optional.empty(),
                            "training")));
                })
                .toList();
    }

    private JournalEntry open(Known trial, int number, Instant at, Map<String, String> tags) {
        return new JournalEntry.RunOpened(
                trial.id.toString(),
                "trial-%04d".formatted(number),
                specification.tracking().experiment(),
                at,
                Optional.of(sweep.toString()),
                tags);
    }

    private void reported(Committed.Recorded recorded, StudyEvent.MeasurementReported reported) throws IOException {
        var trial = known(reported.id().number());
        var measurement = reported.measurement();
        note(trial, measurement);
        if (specification.trial() instanceof TrialSection.TrainerTrial) {
            return; // our trainer keeps a journal of its own, with more in it
        }
        write(
                Tracking.runFolder(data.trial(trial.id)),
                recorded.pos(),
                () -> List.of(new JournalEntry.Metrics(measurement.step(), measurement.values(), recorded.at())));
    }

    private void note(Known trial, Measurement measurement) {
        trial.lastStep = measurement.step();
        for (var objective : objectives) {
            var value = measurement.values().get(objective.metric());
            var before = trial.values.getOrDefault(objective.metric(), Double.NaN);
            if (value != null
                    && !value.isNaN()
                    && (objective.report() == Report.LAST
                            || objective.direction().isBetter(value, before))) {
                trial.values.put(objective.metric(), value);
            }
        }
        for (var constraint : specification.constraints()) {
            var value = measurement.values().get(constraint.metric());
            if (value != null) {
                trial.constrained.put(constraint.metric(), value);
            }
        }
    }

    private void attemptEnded(Committed.Recorded recorded, SweepEvent.AttemptEnded ended) throws IOException {
        var trial = known(ended.trial());
        var folder = Tracking.runFolder(data.trial(trial.id));
        write(folder, recorded.pos(), () -> attemptEntries(trial, recorded, ended));
        if (trial.ended.isPresent()) {
            close(folder);
        }
    }

    private List<JournalEntry> attemptEntries(Known trial, Committed.Recorded recorded, SweepEvent.AttemptEnded ended)
            throws IOException {
        var folder = data.trial(trial.id);
        var entries = new ArrayList<JournalEntry>();
        var tags = new LinkedHashMap<String, String>();
        if (trial.ended.isPresent()) {
            // Its process said how the trial ended, and went on for a moment: a run that is closed is opened for this.
            entries.add(open(trial, ended.trial(), recorded.at(), Map.of()));
        }
        tags.put(
                "sluice.attempt.%d".formatted(ended.attempt()),
                ended.state() + (ended.reason().isEmpty() ? "" : ": " + ended.reason()));
        entries.add(new JournalEntry.Tags(tags));
        if (ended.state() != AttemptState.PREEMPTED) {
            for (var log : List.of(folder.stdout(ended.attempt()), folder.stderr(ended.attempt()))) {
                long size = log.toFile().length();
                if (size > 0 && size <= LOG_LIMIT) {
                    entries.add(JournalEntry.Artifact.of(
                            folder.path(), log, "logs/attempt-%d.%s".formatted(ended.attempt(), log.getFileName())));
                }
            }
        }
        trial.ended.ifPresent(status -> entries.add(new JournalEntry.RunEnded(status, recorded.at())));
        return entries;
    }

    private void told(Committed.Recorded recorded, StudyEvent.TrialTold told) throws IOException {
        var trial = known(told.id().number());
        var tags = new LinkedHashMap<String, String>();
        var status = switch (told.outcome()) {
            case Outcome.Completed c -> {
                complete++;
                tags.put("sluice.state", "COMPLETE");
                yield RunStatus.FINISHED;
            }
            case Outcome.Pruned p -> {
                pruned++;
                tags.put("sluice.state", "PRUNED");
                tags.put("sluice.reason", p.reason());
                tags.put("sluice.pruned_at_step", Long.toString(trial.lastStep));
                yield RunStatus.KILLED;
            }
            case Outcome.Infeasible i -> {
                tags.put("sluice.state", "INFEASIBLE");
                tags.put("sluice.reason", i.reason());
                yield RunStatus.KILLED;
            }
            case Outcome.Failed f -> {
                failed++;
                tags.put("sluice.state", "FAILED");
                tags.put("sluice.reason", f.reason());
                yield RunStatus.FAILED;
            }
            case Outcome.Cancelled c -> {
                tags.put("sluice.state", "CANCELLED");
                tags.put("sluice.reason", c.reason());
                yield RunStatus.KILLED;
            }
        };
        finished++;
        if (told.outcome() instanceof Outcome.Completed && keepsToConstraints(trial)) {
            for (var objective : objectives) {
                var value = trial.values.getOrDefault(objective.metric(), Double.NaN);
                if (objective.direction().isBetter(value, best.getOrDefault(objective.metric(), Double.NaN))) {
                    best.put(objective.metric(), value);
                }
            }
        }
        if (trial.opened) {
            trial.ended = Optional.of(status);
            var folder = Tracking.runFolder(data.trial(trial.id));
            write(folder, recorded.pos(), () -> {
                var entries = new ArrayList<JournalEntry>();
                if (!(specification.trial() instanceof TrialSection.TrainerTrial)) {
                    entries.addAll(checkpoints(data.trial(trial.id)));
                }
                entries.add(new JournalEntry.Tags(tags));
                entries.add(new JournalEntry.RunEnded(status, recorded.at()));
                return entries;
            });
            close(folder);
        }
        var progress = new LinkedHashMap<String, Double>();
        best.forEach((metric, value) -> progress.put("best_" + metric, value));
        progress.put("trials_finished", (double) finished);
        progress.put("trials_complete", (double) complete);
        progress.put("trials_pruned", (double) pruned);
        progress.put("trials_failed", (double) failed);
        int step = finished;
        write(parentFolder(), recorded.pos(), () -> List.of(new JournalEntry.Metrics(step, progress, recorded.at())));
    }

    /** What a command left in `checkpoints/`; our trainer notes its own. */
    private static List<JournalEntry> checkpoints(TrialFolder folder) throws IOException {
        var entries = new ArrayList<JournalEntry>();
        for (var saved : folder.savedCheckpoints()) {
            try (var walk = Files.walk(saved.path())) {
                for (var file : walk.filter(Files::isRegularFile).sorted().toList()) {
                    entries.add(JournalEntry.Artifact.of(
                            folder.path(), file, folder.path().relativize(file).toString()));
                }
            }
        }
        return entries;
    }

    /** The logarithm of what is searched on a log scale: MLflow's charts have linear axes. */
    private Map<String, Double> logTwins(Map<String, Object> params) {
        var twins = new LinkedHashMap<String, Double>();
        for (var parameter : specification.space().parameters()) {
            boolean log = switch (parameter.distribution()) {
                case FloatDistribution f -> f.scale() == Scale.LOG;
                case IntDistribution i -> i.scale() == Scale.LOG;
                case dev.sluice.search.space.CategoricalDistribution c -> false;
            };
            if (log && params.get(parameter.name()) instanceof Number number) {
                twins.put("log10_" + parameter.name(), Math.log10(number.doubleValue()));
            }
        }
        return twins;
    }

    private String source() {
        return switch (specification.trial()) {
            case TrialSection.TrainerTrial own -> "sluice-trainer " + own.task() + "/" + own.model();
            case TrialSection.CommandTrial command -> String.join(" ", command.command());
            case TrialSection.ExternalTrial external -> "external worker";
        };
    }

    private boolean keepsToConstraints(Known trial) {
        return specification.constraints().stream()
                .allMatch(constraint ->
                        constraint.violation(trial.constrained.getOrDefault(constraint.metric(), Double.NaN)) == 0);
    }

    private Known known(int number) {
        return known.computeIfAbsent(number, n -> new Known(trials.apply(n)));
    }

    /** What an event leaves in a journal; asked only when it is not there yet, since files are read for it. */
    private interface Entries {
        List<JournalEntry> make() throws IOException;
    }

    private void write(Path folder, long pos, Entries made) throws IOException {
        var writer = writer(folder);
        touched.put(folder, artifacts(folder));
        if (writer.lastMark().orElse(-1) >= pos) {
            return;
        }
        var entries = made.make();
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            writer.append(i == entries.size() - 1 ? entry.withMark(pos) : entry);
        }
    }

    private void close(Path folder) throws IOException {
        var writer = writers.remove(folder);
        if (writer != null) {
            writer.close();
        }
    }

    private Path artifacts(Path folder) {
        return folder.equals(parentFolder()) ? folder : Objects.requireNonNull(folder.getParent());
    }

    private JournalWriter writer(Path folder) throws IOException {
        var writer = writers.get(folder);
        if (writer == null) {
            writer = JournalWriter.open(RunJournals.service(folder), JOURNAL);
            writers.put(folder, writer);
        }
        return writer;
    }
}
