package dev.sluice.trainer.protocol;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything one attempt of a trial starts from: the content of the JSON file that {@code SLUICE_TRIAL} names.
 *
 * @param sweep the sweep's id
 * @param sweepName the sweep's name
 * @param trial the trial's id
 * @param number the trial's number within its sweep, >= 0
 * @param attempt number of the launch, >= 1
 * @param params hyperparameter values by name, in declaration order: Double, Long, String or Boolean
 * @param seed in [0, 2^31); all the trial's randomness comes from it
 * @param objectives what the search optimises; the first one decides which checkpoint is best; not empty
 * @param section the sweep file's {@code trial} section, normalised, as a JSON tree
 * @param resumeFrom folder of the checkpoint to go on from; one that does not lie in {@code checkpointDir} is another
 *     trial's, of which weights and optimizer are taken and nothing else; empty for a fresh start
 * @param checkpointDir folder in which {@code checkpoint-<step>} are put
 * @param reportUrl where reports are posted, absolute
 * @param heartbeatUrl where heartbeats are posted, absolute
 * @param heartbeatSeconds seconds between heartbeats, >= 1
 * @param journal this attempt's journal file, appended to by the trial's process alone
 * @param reports the {@code reports.jsonl} to which each report is appended before it is sent
 * @param runFolder folder to which the paths of artifacts in the journal are relative
 * @param modelName what the packaged model is called; empty: the sweep's name
 * @param threads threads that the trial may compute with, >= 1
 * @param dataRoot the operator's folder of data sets, of which the section names one; empty: there is none
 */
public record TrialSpec(
        String sweep,
        String sweepName,
        UUID trial,
        int number,
        int attempt,
        Map<String, Object> params,
        long seed,
        List<TrialObjective> objectives,
        Map<String, Object> section,
        Optional<Path> resumeFrom,
        Path checkpointDir,
        URI reportUrl,
        URI heartbeatUrl,
        int heartbeatSeconds,
        Path journal,
        Path reports,
        Path runFolder,
        String modelName,
        int threads,
        Optional<Path> dataRoot) {
    /** Name of the environment variable that holds the path of this specification's file. */
    public static final String FILE_VARIABLE = "SLUICE_TRIAL";

    /** Name of the environment variable that holds the token for this lease's own calls. */
    public static final String TOKEN_VARIABLE = "SLUICE_TOKEN";

    /** Checks ranges and copies the collections. */
    public TrialSpec {
        if (number < 0) {
            throw new IllegalArgumentException("number must be >= 0, was " + number);
        }
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be >= 1, was " + attempt);
        }
        if (seed < 0 || seed >= 1L << 31) {
            throw new IllegalArgumentException("seed must be in [0, 2^31), was " + seed);
        }
        if (heartbeatSeconds < 1) {
            throw new IllegalArgumentException("heartbeatSeconds must be >= 1, was " + heartbeatSeconds);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be >= 1, was " + threads);
        }
        objectives = List.copyOf(objectives);
        if (objectives.isEmpty()) {
            throw new IllegalArgumentException("objectives must not be empty");
        }
        params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
        section = Collections.unmodifiableMap(new LinkedHashMap<>(section));
    }

    /** The objective that decides which checkpoint is best. */
    public TrialObjective objective() {
        return objectives.get(0);
    }

    /**
     * This specification as a JSON tree. Its keys are the components' names, but {@code trial} (the id) stands beside
     * {@code section} (the sweep file's trial section), and {@code objective} repeats the first of {@code objectives}.
     */
    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("sweep", sweep);
        tree.put("sweepName", sweepName);
        tree.put("trial", trial.toString());
        tree.put("number", number);
        tree.put("attempt", attempt);
        Map<String, Object> values = new LinkedHashMap<>();
        params.forEach(
                (name, value) -> values.put(name, value instanceof Double real ? JsonTree.ofDouble(real) : value));
        tree.put("params", values);
        tree.put("seed", seed);
        tree.put("objective", objective().toTree());
        tree.put("objectives", objectives.stream().map(TrialObjective::toTree).toList());
        tree.put("section", section);
        resumeFrom.ifPresent(path -> tree.put("resumeFrom", path.toString()));
        tree.put("checkpointDir", checkpointDir.toString());
        tree.put("reportUrl", reportUrl.toString());
        tree.put("heartbeatUrl", heartbeatUrl.toString());
        tree.put("heartbeatSeconds", heartbeatSeconds);
        tree.put("journal", journal.toString());
        tree.put("reports", reports.toString());
        tree.put("runFolder", runFolder.toString());
        tree.put("modelName", modelName);
        tree.put("threads", threads);
        dataRoot.ifPresent(path -> tree.put("dataRoot", path.toString()));
        return tree;
    }

    /**
     * The specification that a JSON tree describes; further keys are ignored.
     *
     * @throws IllegalArgumentException naming the field that is missing, of the wrong type or out of range
     */
    public static TrialSpec ofTree(Map<String, ?> tree) {
        JsonTree json = new JsonTree("trial", tree);
        List<TrialObjective> objectives = new ArrayList<>();
        for (JsonTree objective : json.objects("objectives")) {
            objectives.add(TrialObjective.read(objective));
        }
        return new TrialSpec(
                json.text("sweep"),
                json.text("sweepName"),
                UUID.fromString(json.text("trial")),
                Math.toIntExact(json.whole("number")),
                Math.toIntExact(json.whole("attempt")),
                json.plainObject("params"),
                json.whole("seed"),
                objectives,
                json.plainObject("section"),
                json.optionalText("resumeFrom").map(Path::of),
                Path.of(json.text("checkpointDir")),
                URI.create(json.text("reportUrl")),
                URI.create(json.text("heartbeatUrl")),
                Math.toIntExact(json.whole("heartbeatSeconds", 20)),
                Path.of(json.text("journal")),
                Path.of(json.text("reports")),
                Path.of(json.text("runFolder")),
                json.text("modelName", ""),
                Math.toIntExact(json.whole("threads", 1)),
                json.optionalText("dataRoot").map(Path::of));
    }
}
