package dev.sluice.trainer.callback;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.PatientWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Appends each epoch's metrics to the attempt's journal, from which the service brings them to MLflow. A full disk does not
 * end the training: what it does not take is held in memory and tried again.
 */
public final class RunLogger implements Callback {
    private final PatientWriter journal;

    /** A logger to this journal, which stays the caller's to close. */
    public RunLogger(PatientWriter journal) {
        this.journal = journal;
    }

    @Override
    public String name() {
        return "run-logger";
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        metrics(result.epoch(), result.metrics(), result.at());
    }

    /** Appends values that no epoch brought, e.g. those on the test split. */
    public void metrics(long step, Map<String, Double> values, Instant at) {
        append(new JournalEntry.Metrics(step, values, at));
    }

    /** Appends tags of the run. */
    public void tags(Map<String, String> tags) {
        append(new JournalEntry.Tags(tags));
    }

    /** Appends the data sets that the run reads. */
    public void inputs(List<Dataset> datasets) {
        append(new JournalEntry.Inputs(datasets));
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
