package dev.sluice.tracker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tracking server's experiments and runs.
 *
 * <p>Every call blocks until the server has answered and is bounded in time. Every call may be repeated with the same
 * arguments, after a failure of which it is not known whether the server acted too: the outcome is that of one call.
 * Nothing is retried inside. Implementations are thread-safe.
 *
 * <p>Keys that the server would refuse are replaced as {@link TrackingText#legalKey} says, values beyond its limits are
 * cut as {@link TrackingText#param} and {@link TrackingText#tag} say, and any number of rows may be given: they are
 * split into requests of the size that the server takes.
 */
public interface Tracker {
    /**
     * The experiment of that name: found, restored from the bin, or created.
     *
     * @throws TrackingException if the server does not answer or refuses
     */
    Experiment experiment(String name);

    /**
     * The run with the request's key: found, or created in state {@link RunStatus#RUNNING}. Of several with that key
     * the oldest is taken.
     *
     * @throws TrackingException of kind REFUSED if the only run with that key was deleted
     */
    RunId openRun(RunRequest request);

    /** The oldest run with that key in the experiment which is not deleted. */
    Optional<RunId> findRun(ExperimentId experiment, String key);

    /**
     * All runs of an experiment that carry this tag with this value, deleted ones too, in no order. Takes the server a
     * while where there are many.
     */
    List<Run> runs(ExperimentId experiment, String tag, String value);

    /** Deletes all runs with that key but the one to keep, and answers how many those were. */
    int deleteTwins(ExperimentId experiment, String key, RunId keep);

    /**
     * Stores parameters. A parameter is written once.
     *
     * @throws TrackingException of kind REFUSED if one has another value already; of those of one request (at most
     *     {@value TrackingText#MAX_PARAMS} at a time, in the map's order) none is stored then
     */
    void logParams(RunId run, Map<String, String> params);

    /** Stores points; a point that is there already stays one. */
    void logMetrics(RunId run, List<MetricPoint> points);

    /** Sets tags, replacing those of the same name. */
    void setTags(RunId run, Map<String, String> tags);

    /** Notes that the run has read these data sets; one that is there already stays one. */
    void logInputs(RunId run, List<Dataset> datasets);

    /** Ends the run, or corrects how and when it ended. It takes further writes nevertheless. */
    void endRun(RunId run, RunStatus status, Instant at);

    /** Puts a run that has ended back to {@link RunStatus#RUNNING}. */
    void reopenRun(RunId run);

    /** The run as the server shows it, deleted ones too; empty if there is none. */
    Optional<Run> run(RunId run);

    /** All points of a metric, by (timestamp, step, value) as the server orders them; empty if there is none. */
    List<MetricPoint> metricHistory(RunId run, String metric);

    /**
     * Asks the server whether it answers.
     *
     * @throws TrackingException if it does not
     */
    void probe();
}
