package dev.sluice.tracker.outbox;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.outbox.FollowedRun.Journal;
import dev.sluice.tracker.outbox.FollowedRun.Place;
import dev.sluice.tracker.outbox.ServerCalls.Reaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Ships the records of runs: opens them, sends parameters, tags and metrics, and ends them. Thread-safe. */
final class RecordDelivery {
    private static final System.Logger LOG = System.getLogger(RecordDelivery.class.getName());

    private final Tracker tracker;
    private final ServerCalls calls;
    private final Roster roster;
    private final RunOpening opening;
    private final LongTexts longTexts;
    private final Tallies tallies;

    RecordDelivery(
            Tracker tracker,
            ServerCalls calls,
            Roster roster,
            RunOpening opening,
            LongTexts longTexts,
            Tallies tallies) {
        this.longTexts = longTexts;
        this.tracker = tracker;
        this.calls = calls;
        this.roster = roster;
        this.opening = opening;
        this.tallies = tallies;
    }

    /**
     * What is to be shipped next of a journal.
     *
     * @param unreadable the first entry, where another version wrote it
     */
    private record Chunk(
            Journal journal, Place from, List<Numbered<JournalEntry>> entries, Optional<String> unreadable) {
        boolean isEmpty() {
            return entries.isEmpty();
        }

        Numbered<JournalEntry> first() {
            return entries.getFirst();
        }
    }

    /** One kind of rows of a chunk. */
    private interface Delivery {
        Reaction make() throws IOException;
    }

    /** Ships what comes next of a run's records. */
    Step next(FollowedRun run) throws IOException {
        run.discover();
        Optional<Journal> service = run.service();
        if (service.isEmpty()) {
            return Step.DONE;
        }
        Chunk chunk = read(run, service.get());
        if (run.id().isEmpty()) {
            if (chunk.unreadable.isPresent()) {
                run.park("its %s begins with an entry of another version of Sluice: %s"
                        .formatted(RunJournals.SERVICE, chunk.unreadable.get()));
                return Step.LATER;
            }
            return chunk.isEmpty() ? Step.DONE : opening.open(run, chunk.journal, chunk.from, chunk.first());
        }
        if (!chunk.isEmpty()) {
            switch (chunk.first().value()) {
                case JournalEntry.RunOpened opened -> {
                    Reaction kept = keepLong(
                            run,
                            chunk.journal,
                            LongTexts.Kind.TAG,
                            opened.tags().entrySet());
                    return kept != Reaction.SUCCEEDED
                            ? Step.LATER
                            : opening.open(run, chunk.journal, chunk.from, chunk.first());
                }
                case JournalEntry.RunEnded ended -> {
                    return end(run, chunk, ended);
                }
                case JournalEntry.Params params -> {}
                case JournalEntry.Metrics metrics -> {}
                case JournalEntry.Tags tags -> {}
                case JournalEntry.Inputs inputs -> {}
                case JournalEntry.Artifact artifact -> {}
            }
            return send(run, chunk);
        }
        return nextOfAttempts(run);
    }

    private Step nextOfAttempts(FollowedRun run) throws IOException {
        for (Journal journal : run.attempts()) {
            Chunk chunk = read(run, journal);
            if (!chunk.isEmpty()) {
                return send(run, chunk);
            }
        }
        return Step.DONE;
    }

    /** What comes next, behind what this version cannot read: that is set aside. */
    private Chunk read(FollowedRun run, Journal journal) throws IOException {
        while (true) {
            Place from = run.records(journal);
            JournalReader.Next next = journal.reader().next(from.offset());
            if (next.unknown().isEmpty() || run.id().isEmpty()) {
                return new Chunk(journal, from, next.entries(), next.unknown());
            }
            tallies.quarantined.incrementAndGet();
            run.quarantine(journal, next.unknown().get(), "another version of Sluice wrote it", true);
            run.shipped(journal, from, next.end(), 1, next.points());
        }
    }

    private Step end(FollowedRun run, Chunk chunk, JournalEntry.RunEnded ended) throws IOException {
        Step others = nextOfAttempts(run);
        if (others != Step.DONE) {
            return others;
        }
        if (!run.artifactsDone(chunk.first().offset())) {
            // The other lane wakes this one when it is through.
            run.artifacts.markDue();
            roster.wakeWhatIsDue(run);
            return Step.DONE;
        }
        RunId id = run.id().orElseThrow();
        Reaction reaction = calls.call(
                run,
                id,
                run.records,
                () -> {
                    tracker.endRun(id, ended.status(), ended.at());
                    if (run.isUncertain()
                            && run.key().isPresent()
                            && run.experiment().isPresent()) {
                        int twins = tracker.deleteTwins(
                                run.experiment().get(), run.key().get(), id);
                        tallies.addTwins(twins);
                        if (twins > 0) {
                            LOG.log(System.Logger.Level.INFO, "run={0} twins_deleted={1}", id, String.valueOf(twins));
                        }
                    }
                },
                false);
        if (reaction != Reaction.SUCCEEDED) {
            return RunOpening.refused(run, reaction, "it could not be ended");
        }
        run.setEnded(id, true);
        run.shipped(chunk.journal, chunk.from, chunk.first().end(), 1, 0);
        LOG.log(System.Logger.Level.INFO, "run={0} state={1}", id, ended.status());
        return Step.MORE;
    }

    /** Ships the entries up to the first that has to wait for others. */
    private Step send(FollowedRun run, Chunk chunk) throws IOException {
        Journal journal = chunk.journal;
        RunId id = run.id().orElseThrow();
        List<Map.Entry<String, String>> params = new ArrayList<>();
        Map<String, String> knownParams = new LinkedHashMap<>();
        Map<String, String> tags = new LinkedHashMap<>();
        List<Dataset> datasets = new ArrayList<>();
        List<MetricPoint> points = new ArrayList<>();
        long end = chunk.from.offset();
        int entries = 0;
        boolean barrier = false;
        for (Numbered<JournalEntry> numbered : chunk.entries) {
            switch (numbered.value()) {
                case JournalEntry.Params entry ->
                    entry.values().forEach((name, value) -> {
                        if (!value.equals(knownParams.put(name, value))) {
                            params.add(Map.entry(name, value));
                        }
                    });
                case JournalEntry.Tags entry -> tags.putAll(entry.values());
                case JournalEntry.Inputs entry -> datasets.addAll(entry.datasets());
                case JournalEntry.Metrics entry ->
                    entry.values()
                            .forEach((name, value) -> points.add(
                                    new MetricPoint(name, value, entry.at().toEpochMilli(), entry.step())));
                case JournalEntry.Artifact entry -> {}
                case JournalEntry.RunOpened entry -> barrier = journal.isService();
                case JournalEntry.RunEnded entry -> barrier = journal.isService();
            }
            if (barrier) {
                break;
            }
            end = numbered.end();
            entries++;
        }
        List<Delivery> deliveries = List.of(
                () -> keepLong(run, journal, LongTexts.Kind.PARAM, params),
                () -> keepLong(run, journal, LongTexts.Kind.TAG, tags.entrySet()),
                () -> deliver(
                        run,
                        id,
                        journal,
                        params,
                        TrackingText.MAX_PARAMS,
                        part -> tracker.logParams(id, LongTexts.Kind.PARAM.shown(map(part))),
                        param -> "param " + param.getKey()),
                () -> deliver(
                        run,
                        id,
                        journal,
                        List.copyOf(tags.entrySet()),
                        TrackingText.MAX_TAGS,
                        part -> tracker.setTags(id, LongTexts.Kind.TAG.shown(map(part))),
                        tag -> "tag " + tag.getKey()),
                () -> deliver(
                        run,
                        id,
                        journal,
                        datasets,
                        TrackingText.MAX_TAGS,
                        part -> tracker.logInputs(id, part),
                        dataset -> "data set " + dataset.name()),
                () -> deliver(
                        run,
                        id,
                        journal,
                        points,
                        TrackingText.MAX_METRICS,
                        part -> tracker.logMetrics(id, part),
                        point -> "metric " + point.key() + " at step " + point.step()));
        for (Delivery delivery : deliveries) {
            if (delivery.make() != Reaction.SUCCEEDED) {
                return Step.LATER;
            }
        }
        run.shipped(journal, chunk.from, end, entries, points.size());
        tallies.pointsShipped.addAndGet(points.size());
        return Step.MORE;
    }

    /** Uploads the whole of those values that are too long. Where that is refused, the cut one must do. */
    private Reaction keepLong(
            FollowedRun run, Journal journal, LongTexts.Kind kind, Collection<Map.Entry<String, String>> texts)
            throws IOException {
        RunId id = run.id().orElseThrow();
        for (Map.Entry<String, String> text : texts) {
            if (kind.isLong(text.getValue())) {
                Reaction reaction = calls.call(
                        run, id, run.records, () -> longTexts.keep(id, kind, text.getKey(), text.getValue()), false);
                if (reaction == Reaction.POSTPONED) {
                    return reaction;
                }
                if (reaction == Reaction.BLAMED) {
                    tallies.quarantined.incrementAndGet();
                    run.quarantine(journal, "whole value of " + text.getKey(), run.lastRefusal(), true);
                }
            }
        }
        return Reaction.SUCCEEDED;
    }

    private static Map<String, String> map(List<Map.Entry<String, String>> entries) {
        Map<String, String> map = new LinkedHashMap<>();
        entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    private <R> Reaction deliver(
            FollowedRun run,
            RunId id,
            Journal journal,
            List<R> rows,
            int limit,
            Consumer<List<R>> send,
            Function<R, String> name)
            throws IOException {
        for (int from = 0; from < rows.size(); from += limit) {
            List<R> part = rows.subList(from, Math.min(rows.size(), from + limit));
            Reaction reaction = deliverPart(run, id, journal, part, false, send, name);
            if (reaction != Reaction.SUCCEEDED) {
                return reaction;
            }
        }
        return Reaction.SUCCEEDED;
    }

    /**
     * Sends rows; of those that are refused together the halves, until the guilty ones stand alone.
     *
     * @param suspected they are part of what was refused
     */
    private <R> Reaction deliverPart(
            FollowedRun run,
            RunId id,
            Journal journal,
            List<R> rows,
            boolean suspected,
            Consumer<List<R>> send,
            Function<R, String> name)
            throws IOException {
        Reaction reaction = calls.call(run, id, run.records, () -> send.accept(rows), suspected);
        if (reaction != Reaction.BLAMED) {
            return reaction;
        }
        if (rows.size() == 1) {
            tallies.quarantined.incrementAndGet();
            run.quarantine(journal, name.apply(rows.getFirst()), run.lastRefusal(), true);
            return Reaction.SUCCEEDED;
        }
        int middle = rows.size() / 2;
        Reaction left = deliverPart(run, id, journal, rows.subList(0, middle), true, send, name);
        return left == Reaction.SUCCEEDED
                ? deliverPart(run, id, journal, rows.subList(middle, rows.size()), true, send, name)
                : left;
    }
}
