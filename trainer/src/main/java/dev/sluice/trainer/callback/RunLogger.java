package dev.sluice.trainer.callback;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.PatientWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Appends each epoch's metrics to the attempt's journal, from which the service brings them to MLflow. A full disk does not
 * end the training: what it does not take is held in memory and tried again.
 */
public final class RunLogger implements Callback {
    private final PatientWriter journal;
    private final Secrets secrets;

    /** A logger to this journal, which stays the caller's to close. */
    public RunLogger(PatientWriter journal) {
        this(journal, Secrets.none());
    }

    /**
     * A logger to this journal, which stays the caller's to close.
     *
     * @param secrets what no tag may hold
     */
    public RunLogger(PatientWriter journal, Secrets secrets) {
        this.journal = journal;
        this.secrets = secrets;
    }

    @Override
    public String name() {
        return "run-logger";
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        metrics(result.epoch(), result.metrics(), result.at());
    }

    @Override
    public void alert(Alert alert, TrainingProgress progress) {
        tags(Map.of(
                "sluice.alert." + alert.callback(),
                "epoch " + progress.epoch() + ", step " + progress.globalStep() + ": " + alert.message()));
    }

    /** Appends values that no epoch brought, e.g. those on the test split. */
    public void metrics(long step, Map<String, Double> values, Instant at) {
        append(new JournalEntry.Metrics(step, values, at));
    }

    /** Appends tags of the run. */
    public void tags(Map<String, String> tags) {
        Map<String, String> cleaned = new LinkedHashMap<>();
        tags.forEach((name, value) -> cleaned.put(name, secrets.clean(value)));
        append(new JournalEntry.Tags(cleaned));
    }

    /** Appends the data sets that the run reads. */
    public void inputs(List<Dataset> datasets) {
        append(new JournalEntry.Inputs(datasets));
    }

    /** Appends a file of the run. */
    public void artifact(JournalEntry.Artifact file) {
        append(file);
    }

    @Override
    public void trainEnd(StopReason reason, TrainingProgress progress) {
        journal.flush();
    }

    @Override
    public void trainFailed(Throwable cause, TrainingProgress progress) {
        journal.flush();
    }

    private void append(JournalEntry entry) {
        journal.record(entry);
    }
}
