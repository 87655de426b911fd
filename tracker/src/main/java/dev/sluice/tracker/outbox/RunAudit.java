package dev.sluice.tracker.outbox;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.artifact.ArtifactInfo;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.outbox.FollowedRun.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds what was shipped of a run against what the server shows, and sends what is missing once more: a server that was
 * put back to an older copy of its database, or that lost what it had confirmed. Thread-safe.
 *
 * <p>Only what is absent is sent. A tag that shows another value was changed by a person, and stays.
 */
final class RunAudit {
    private static final System.Logger LOG = System.getLogger(RunAudit.class.getName());
    /** Points compared at a time, so that a long run does not fill the memory. */
    private static final int MOST_POINTS = 200_000;

    private final Tracker tracker;
    private final RunArtifacts artifacts;

    RunAudit(Tracker tracker, RunArtifacts artifacts) {
        this.tracker = tracker;
        this.artifacts = artifacts;
    }

    /** What the delivered part of the journals holds. */
    private static final class Recorded {
        private final Map<String, Long> pointsByKey = new LinkedHashMap<>();
        private final Map<String, String> params = new LinkedHashMap<>();
        private final Map<String, String> tags = new LinkedHashMap<>();
        private final List<Dataset> datasets = new ArrayList<>();
        private final Map<String, JournalEntry.Artifact> artifacts = new LinkedHashMap<>();
        private JournalEntry.@Nullable RunEnded ended;
    }

    /** How far a journal was delivered when the audit began; what the server shows later must hold all of it. */
    private record Delivered(JournalReader journal, long records, long artifacts) {}

    /**
     * Compares and repairs. A run that was never opened is left to the shipper.
     *
     * @throws TrackingException if the server cannot be asked; what was repaired until then stays
     * @throws IOException if the journals cannot be read
     */
    AuditFindings audit(FollowedRun run) throws IOException {
        Optional<RunId> known = run.id();
        if (known.isEmpty()) {
            return AuditFindings.NONE;
        }
        RunId id = known.get();
        boolean ended = run.isEnded();
        List<Delivered> delivered = new ArrayList<>();
        for (Journal journal : run.journals()) {
            delivered.add(new Delivered(
                    journal.reader(),
                    run.records(journal).offset(),
                    run.artifacts(journal).offset()));
        }
        Optional<Run> shown = tracker.run(id);
        if (shown.isEmpty()) {
            return adopt(run, id);
        }
        if (shown.get().deleted()) {
            return AuditFindings.NONE;
        }
        if (run.parked().isPresent()) {
            // Somebody may have restored it, or given us the right to it.
            run.unpark();
        }
        Recorded recorded = read(delivered);
        int twins = removeTwins(run, id);
        int params = resendTexts(recorded.params, shown.get().params(), part -> tracker.logParams(id, part));
        int tags = resendTexts(recorded.tags, shown.get().tags(), part -> tracker.setTags(id, part));
        int datasets = resendDatasets(recorded.datasets, shown.get().datasets(), part -> tracker.logInputs(id, part));
        long points = resendPoints(id, delivered, recorded.pointsByKey);
        int files = resendArtifacts(run, id, recorded.artifacts);
        boolean closed =
                ended && recorded.ended != null && !shown.get().status().isEnded() && close(run, recorded.ended);
        AuditFindings findings = new AuditFindings(points, params, tags, datasets, files, twins, closed, false);
        if (!findings.isClean()) {
            LOG.log(System.Logger.Level.WARNING, "run={0} audit=\"{1}\"", id, findings);
        }
        return findings;
    }

    /** The id that we hold is unknown to the server: perhaps the run has another one by now. */
    private AuditFindings adopt(FollowedRun run, RunId lost) throws IOException {
        if (run.key().isEmpty() || run.experiment().isEmpty()) {
            return AuditFindings.NONE;
        }
        Optional<RunId> found =
                tracker.findRun(run.experiment().get(), run.key().get());
        if (found.isEmpty()) {
            return AuditFindings.NONE;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "run={0} adopted={1} reason=\"the server knows it by that id\"",
                lost,
                found.get());
        run.adopt(found.get());
        return new AuditFindings(0, 0, 0, 0, 0, 0, false, true);
    }

    private int removeTwins(FollowedRun run, RunId id) {
        if (!run.isUncertain() || run.key().isEmpty() || run.experiment().isEmpty()) {
            return 0;
        }
        return tracker.deleteTwins(run.experiment().get(), run.key().get(), id);
    }

    private static boolean isReopened(FollowedRun run) {
        return !run.isEnded() || !run.records.isIdle();
    }

    private boolean close(FollowedRun run, JournalEntry.RunEnded ended) {
        if (isReopened(run)) {
            return false;
        }
        tracker.endRun(run.id().orElseThrow(), ended.status(), ended.at());
        return true;
    }

    private static Recorded read(List<Delivered> delivered) throws IOException {
        Recorded recorded = new Recorded();
        for (Delivered part : delivered) {
            forEach(part.journal, Math.max(part.records, part.artifacts), numbered -> {
                boolean sent = numbered.end() <= part.records;
                switch (numbered.value()) {
                    case JournalEntry.RunOpened opened -> {
                        if (sent) {
                            recorded.tags.putAll(LongTexts.Kind.TAG.shown(opened.tags()));
                            recorded.ended = null;
                        }
                    }
                    case JournalEntry.Params params -> {
                        if (sent) {
                            LongTexts.Kind.PARAM.shown(params.values()).forEach(recorded.params::putIfAbsent);
                        }
                    }
                    case JournalEntry.Tags tags -> {
                        if (sent) {
                            recorded.tags.putAll(LongTexts.Kind.TAG.shown(tags.values()));
                        }
                    }
                    case JournalEntry.Inputs inputs -> {
                        if (sent) {
                            recorded.datasets.addAll(inputs.datasets());
                        }
                    }
                    case JournalEntry.Metrics metrics -> {
                        if (sent) {
                            metrics.values().keySet().forEach(key -> recorded.pointsByKey.merge(key, 1L, Long::sum));
                        }
                    }
                    case JournalEntry.Artifact artifact -> {
                        if (numbered.end() <= part.artifacts) {
                            recorded.artifacts.put(artifact.artifactPath(), artifact);
                        }
                    }
                    case JournalEntry.RunEnded ended -> recorded.ended = sent ? ended : recorded.ended;
                }
            });
        }
        return recorded;
    }

    private static void forEach(JournalReader journal, long end, Consumer<Numbered<JournalEntry>> visitor)
            throws IOException {
        long from = 0;
        List<Numbered<JournalEntry>> chunk = journal.read(from);
        while (!chunk.isEmpty()) {
            for (Numbered<JournalEntry> numbered : chunk) {
                if (numbered.end() > end) {
                    return;
                }
                visitor.accept(numbered);
            }
            from = chunk.getLast().end();
            chunk = journal.read(from);
        }
    }

    private static int resendTexts(
            Map<String, String> recorded, Map<String, String> shown, Consumer<Map<String, String>> send) {
        List<Map.Entry<String, String>> missing = recorded.entrySet().stream()
                .filter(text -> !shown.containsKey(TrackingText.legalKey(text.getKey())))
                .toList();
        return resend(missing, part -> {
            Map<String, String> texts = new LinkedHashMap<>();
            part.forEach(text -> texts.put(text.getKey(), text.getValue()));
            send.accept(texts);
        });
    }

    private static int resendDatasets(List<Dataset> recorded, List<Dataset> shown, Consumer<List<Dataset>> send) {
        List<Dataset> missing = recorded.stream()
                .filter(dataset -> shown.stream().noneMatch(dataset::isOneWith))
                .toList();
        return resend(missing, send);
    }

    private long resendPoints(RunId id, List<Delivered> delivered, Map<String, Long> pointsByKey) throws IOException {
        long sent = 0;
        Set<String> keys = new HashSet<>();
        long held = 0;
        List<Map.Entry<String, Long>> all = List.copyOf(pointsByKey.entrySet());
        for (int i = 0; i < all.size(); i++) {
            keys.add(all.get(i).getKey());
            held += all.get(i).getValue();
            if (i == all.size() - 1 || held + all.get(i + 1).getValue() > MOST_POINTS) {
                sent += resendPoints(id, delivered, keys);
                keys.clear();
                held = 0;
            }
        }
        return sent;
    }

    private int resendPoints(RunId id, List<Delivered> delivered, Set<String> keys) throws IOException {
        Map<String, Set<MetricPoint>> missing = new HashMap<>();
        for (Delivered part : delivered) {
            forEach(part.journal, part.records, numbered -> {
                if (numbered.value() instanceof JournalEntry.Metrics metrics) {
                    metrics.values().forEach((key, value) -> {
                        if (keys.contains(key)) {
                            missing.computeIfAbsent(key, first -> new HashSet<>())
                                    .add(asShown(new MetricPoint(
                                            key, value, metrics.at().toEpochMilli(), metrics.step())));
                        }
                    });
                }
            });
        }
        int sent = 0;
        for (Map.Entry<String, Set<MetricPoint>> points : missing.entrySet()) {
            sent += resendPoints(id, points.getKey(), points.getValue());
        }
        return sent;
    }

    private int resendPoints(RunId id, String key, Set<MetricPoint> recorded) {
        removeShown(id, key, recorded);
        if (recorded.isEmpty()) {
            return 0;
        }
        List<MetricPoint> missing = List.copyOf(recorded);
        int sent = resend(missing, part -> tracker.logMetrics(id, part));
        removeShown(id, key, recorded);
        if (!recorded.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "run={0} metric={1} points={2} reason=\"the server does not show them, though it took them or"
                            + " because it refuses them\"",
                    id,
                    key,
                    String.valueOf(recorded.size()));
        }
        return Math.min(sent, missing.size() - recorded.size());
    }

    private void removeShown(RunId id, String key, Set<MetricPoint> points) {
        for (MetricPoint shown : tracker.metricHistory(id, key)) {
            points.remove(asShown(shown));
        }
    }

    /** The point as servers show it: infinities as the largest number, zero without a sign. */
    private static MetricPoint asShown(MetricPoint point) {
        double value =
                Double.isInfinite(point.value()) ? Math.copySign(Double.MAX_VALUE, point.value()) : point.value() + 0.0;
        return new MetricPoint(point.key(), value, point.timestampMillis(), point.step());
    }

    /**
     * Sends rows; where some are refused, which were set aside when they were shipped, the others.
     *
     * @return how many the server took
     */
    private static <R> int resend(List<R> rows, Consumer<List<R>> send) {
        if (rows.isEmpty()) {
            return 0;
        }
        try {
            send.accept(rows);
            return rows.size();
        } catch (TrackingException e) {
            if (e.kind() != TrackingException.Kind.REFUSED) {
                throw e;
            }
        }
        int middle = rows.size() / 2;
        return middle == 0
                ? 0
                : resend(rows.subList(0, middle), send) + resend(rows.subList(middle, rows.size()), send);
    }

    private int resendArtifacts(FollowedRun run, RunId id, Map<String, JournalEntry.Artifact> recorded)
            throws IOException {
        if (recorded.isEmpty()) {
            return 0;
        }
        ArtifactStore store = artifacts.artifacts(id);
        Map<ArtifactPath, List<ArtifactInfo>> folders = new HashMap<>();
        int sent = 0;
        for (JournalEntry.Artifact artifact : recorded.values()) {
            Optional<Path> within = run.file(artifact).filter(Files::isRegularFile);
            if (within.isEmpty()) {
                // It was set aside, or has made room since.
                continue;
            }
            Path file = within.get();
            ArtifactPath path;
            try {
                path = ArtifactPath.of(artifact.artifactPath());
            } catch (IllegalArgumentException refused) {
                continue;
            }
            int slash = artifact.artifactPath().lastIndexOf('/');
            ArtifactPath folder =
                    ArtifactPath.of(slash < 0 ? "" : artifact.artifactPath().substring(0, slash));
            boolean there = folders.computeIfAbsent(folder, store::list).stream()
                    .anyMatch(info -> info.path().equals(path) && info.sizeBytes() == artifact.sizeBytes());
            if (!there && FileDigest.of(file).equals(new FileDigest(artifact.sizeBytes(), artifact.sha256()))) {
                store.put(file, path);
                sent++;
            }
        }
        return sent;
    }
}
