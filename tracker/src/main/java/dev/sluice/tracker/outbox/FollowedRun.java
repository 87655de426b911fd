package dev.sluice.tracker.outbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One run folder in the shipper's hands: what was found in it, how far it is shipped, what is due. Thread-safe. */
final class FollowedRun {
    private static final System.Logger LOG = System.getLogger(FollowedRun.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();
    /** After so many quarantined rows of a run the rest are noted in the file only. */
    private static final int MOST_WARNINGS = 20;

    private final Path folder;
    private final Path artifactFolder;
    private final CompletableFuture<RunId> opened = new CompletableFuture<>();
    final Lane records = new Lane();
    final Lane artifacts = new Lane();

    private final Map<String, Journal> journals = new LinkedHashMap<>();
    private RunCursor cursor;
    private @Nullable String awaitedParent;
    private @Nullable String parked;
    private @Nullable String alert;
    private long notBeforeNanos = System.nanoTime();
    private String lastRefusal = "";
    private long quarantined;
    private boolean unsaved;
    private int rewinds;

    FollowedRun(Path folder, Path artifactFolder) throws IOException {
        this.folder = folder;
        this.artifactFolder = artifactFolder;
        this.cursor = RunCursor.read(folder);
        cursor.id().ifPresent(opened::complete);
        discover();
    }

    /** One of the two things that are shipped by themselves, each by one thread at a time. */
    static final class Lane {
        private boolean running;
        private boolean again;
        private boolean due = true;
        private int serverErrors;
        private long notBeforeNanos = System.nanoTime();
        private @Nullable String restReason;
        private int rests;
        private int localErrors;

        /** There may be something to ship. */
        synchronized void markDue() {
            due = true;
        }

        synchronized boolean isDue() {
            return due;
        }

        /** Before looking for what there is to ship. */
        synchronized void clearDue() {
            due = false;
        }

        synchronized boolean isIdle() {
            return !running;
        }

        /** Whether the caller shall start a thread. */
        synchronized boolean begin() {
            again = running;
            running = true;
            return !again;
        }

        /** Whether the thread is done; else it was asked to look again. */
        synchronized boolean finish() {
            if (again) {
                again = false;
                return false;
            }
            running = false;
            return true;
        }

        /** Counts one more error 500 without progress between. */
        synchronized int countServerError() {
            return ++serverErrors;
        }

        synchronized void clearServerErrors() {
            serverErrors = 0;
        }

        /** Counts one more failure that is this lane's alone. */
        synchronized int countRest() {
            return ++rests;
        }

        /** Nothing is shipped here for so long; what else the run has goes on. */
        synchronized void rest(String reason, Duration delay) {
            restReason = reason;
            notBeforeNanos = System.nanoTime() + delay.toNanos();
        }

        /** Counts one more error of this machine's disk without an end to it between. */
        synchronized int countLocalError() {
            return ++localErrors;
        }

        /** Nothing is shipped here for so long. */
        synchronized void pause(Duration delay) {
            notBeforeNanos = System.nanoTime() + delay.toNanos();
        }

        /** What the lane rested for got through, or is not shipped any more. */
        synchronized void clearRest() {
            restReason = null;
            rests = 0;
            localErrors = 0;
        }

        /** Why nothing gets through here, from the first failure until something does. */
        synchronized Optional<String> restReason() {
            return Optional.ofNullable(restReason);
        }

        synchronized boolean mayTry() {
            return System.nanoTime() - notBeforeNanos >= 0;
        }

        /** The thread is done, whatever it was asked. */
        synchronized void stop() {
            running = false;
            again = false;
        }
    }

    /**
     * A place in a journal.
     *
     * @param offset bytes from the journal's beginning
     * @param rewinds how often the run was shipped anew before: what was under way to the run that was lost says nothing
     *     about the same place of the next one
     */
    record Place(long offset, int rewinds) {}

    /** One journal of the run; guarded by the run. */
    static final class Journal {
        private final JournalReader reader;
        private final String name;
        private long records;
        private long artifacts;
        private long size = -1;
        private long deletedTo;
        private long seenEnd;
        private long entriesSeen;
        private long pointsSeen;
        private long entriesShipped;
        private long pointsShipped;

        Journal(Path file, RunCursor.Offsets offsets) {
            this.reader = JournalReader.of(file);
            this.name = RunJournals.name(file);
            this.records = offsets.records();
            this.artifacts = offsets.artifacts();
            this.seenEnd = offsets.records();
        }

        JournalReader reader() {
            return reader;
        }

        String name() {
            return name;
        }

        boolean isService() {
            return name.equals(RunJournals.SERVICE);
        }

        private void rewind() {
            records = 0;
            artifacts = 0;
            seenEnd = 0;
            entriesSeen = 0;
            pointsSeen = 0;
            entriesShipped = 0;
            pointsShipped = 0;
        }

        /** All up to here is shipped. */
        private void ship(long end, long entries, long points) {
            records = end;
            entriesShipped += entries;
            pointsShipped += points;
            if (end >= seenEnd) {
                // Nobody had looked so far, and perhaps nobody can: what is shipped may be deleted now.
                seenEnd = end;
                entriesSeen = entriesShipped;
                pointsSeen = pointsShipped;
            }
        }

        private void look() throws IOException {
            JournalReader.Tally more = reader.tally(seenEnd);
            seenEnd = more.end();
            entriesSeen += more.entries();
            pointsSeen += more.points();
        }
    }

    Path folder() {
        return folder;
    }

    /** The file of an artifact; empty where its path leads out of the run's folder. */
    Optional<Path> file(JournalEntry.Artifact artifact) {
        Path file = artifactFolder.resolve(artifact.localPath()).normalize();
        return file.startsWith(artifactFolder) ? Optional.of(file) : Optional.empty();
    }

    CompletableFuture<RunId> opened() {
        return opened;
    }

    /** Looks which journals there are and marks what grew; answers whether something did. */
    synchronized boolean discover() throws IOException {
        boolean grew = false;
        for (Map.Entry<Path, Long> found : RunJournals.lengths(folder).entrySet()) {
            Path file = found.getKey();
            String name = RunJournals.name(file);
            Journal journal = journals.get(name);
            long size = found.getValue();
            if (journal == null) {
                RunCursor.Offsets offsets = cursor.offsets().getOrDefault(name, new RunCursor.Offsets(0, 0));
                if (offsets.records() > size || offsets.artifacts() > size) {
                    // The tail was lost with the machine's power after we had shipped it. What we send again the
                    // server recognises.
                    offsets = new RunCursor.Offsets(0, 0);
                }
                journal = new Journal(file, offsets);
                journals.put(name, journal);
            }
            if (size != journal.size) {
                journal.size = size;
                grew = true;
            }
        }
        if (grew) {
            records.markDue();
            artifacts.markDue();
        }
        return grew;
    }

    /** The service's journal, if it is there. */
    synchronized Optional<Journal> service() {
        return Optional.ofNullable(journals.get(RunJournals.SERVICE));
    }

    /** The journals of the attempts. */
    synchronized List<Journal> attempts() {
        return journals.values().stream()
                .filter(journal -> !journal.isService())
                .toList();
    }

    synchronized Collection<Journal> journals() {
        return List.copyOf(journals.values());
    }

    /** Up to where the records of a journal are shipped. */
    synchronized Place records(Journal journal) {
        return new Place(journal.records, rewinds);
    }

    /** Up to where the artifacts of a journal are shipped. */
    synchronized Place artifacts(Journal journal) {
        return new Place(journal.artifacts, rewinds);
    }

    /**
     * Records are shipped.
     *
     * @param from where they begin: nothing happens where the run is shipped anew meanwhile
     */
    synchronized void shipped(Journal journal, Place from, long end, long entries, long points) {
        if (!records(journal).equals(from)) {
            return;
        }
        journal.ship(end, entries, points);
        saveIfPossible();
    }

    /**
     * Artifacts up to here are done.
     *
     * @param from where they begin: nothing happens where the run is shipped anew meanwhile
     * @param noteworthy one was uploaded, so that the place is worth being written down at once
     */
    synchronized void artifactsShipped(Journal journal, Place from, long end, boolean noteworthy) {
        if (!artifacts(journal).equals(from)) {
            return;
        }
        journal.artifacts = end;
        if (noteworthy) {
            saveIfPossible();
        }
    }

    /**
     * Notes how far the run is shipped. Where the disk is full, shipping must go on, since what is shipped makes room; the
     * next note holds this one too, and if none comes, some rows are sent twice, which the server recognises.
     */
    private void saveIfPossible() {
        try {
            save();
            unsaved = false;
        } catch (IOException e) {
            LOG.log(
                    unsaved ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                    "run=" + folder + " state=progress-not-noted",
                    e);
            unsaved = true;
        }
    }

    /**
     * Deletes the files of the journals that are shipped to their end, and no longer written to. The first of the
     * service's stays: it says what run this is.
     *
     * @param progress bytes that a journal must have been shipped since, or nothing is done for it
     */
    void deleteShipped(long progress) throws IOException {
        Map<Path, Long> shipped = new LinkedHashMap<>();
        synchronized (this) {
            for (Journal journal : journals.values()) {
                long offset = Math.min(journal.records, journal.artifacts);
                if (offset > journal.deletedTo + progress) {
                    journal.deletedTo = offset;
                    shipped.put(journal.reader.path(), offset);
                }
            }
        }
        for (Map.Entry<Path, Long> journal : shipped.entrySet()) {
            JournalSegments.deleteBefore(
                    journal.getKey(),
                    journal.getValue(),
                    RunJournals.name(journal.getKey()).equals(RunJournals.SERVICE));
        }
    }

    /** Whether every journal's artifacts are done: the service's up to an offset, the attempts' to their ends. */
    synchronized boolean artifactsDone(long serviceOffset) throws IOException {
        for (Journal journal : journals.values()) {
            boolean done = (journal.isService() && journal.artifacts >= serviceOffset)
                    || journal.reader.tally(journal.artifacts).entries() == 0;
            if (!done) {
                return false;
            }
        }
        return true;
    }

    private void save() throws IOException {
        Map<String, RunCursor.Offsets> offsets = new LinkedHashMap<>(cursor.offsets());
        journals.forEach(
                (name, journal) -> offsets.put(name, new RunCursor.Offsets(journal.records, journal.artifacts)));
        cursor = new RunCursor(
                cursor.key(),
                cursor.run(),
                cursor.experiment(),
                cursor.opening(),
                cursor.uncertain(),
                cursor.ended(),
                offsets);
        cursor.write(folder);
    }

    private void replace(
            @Nullable RunId run, @Nullable ExperimentId experiment, boolean opening, boolean uncertain, boolean ended)
            throws IOException {
        cursor = new RunCursor(cursor.key(), run, experiment, opening, uncertain, ended, cursor.offsets());
        save();
    }

    synchronized Optional<RunId> id() {
        return cursor.id();
    }

    synchronized Optional<ExperimentId> experiment() {
        return Optional.ofNullable(cursor.experiment());
    }

    synchronized boolean isEnded() {
        return cursor.ended();
    }

    synchronized boolean isUncertain() {
        return cursor.uncertain();
    }

    /**
     * The run is about to be opened.
     *
     * @return whether nobody tried before
     */
    synchronized boolean beginOpening() throws IOException {
        if (cursor.opening()) {
            return false;
        }
        replace(null, null, true, false, false);
        return true;
    }

    /** What the run's first entry says. */
    synchronized void setKey(String key) {
        cursor = new RunCursor(
                key,
                cursor.run(),
                cursor.experiment(),
                cursor.opening(),
                cursor.uncertain(),
                cursor.ended(),
                cursor.offsets());
    }

    synchronized void openingIsUncertain() throws IOException {
        if (!cursor.uncertain()) {
            replace(null, null, true, true, false);
        }
    }

    void openedAs(RunId run, ExperimentId experiment) throws IOException {
        synchronized (this) {
            replace(run, experiment, true, cursor.uncertain(), false);
        }
        opened.complete(run);
    }

    /** The server knows the run by this id: all of it is shipped again, under that id. */
    void adopt(RunId run) throws IOException {
        synchronized (this) {
            for (Journal journal : journals.values()) {
                journal.rewind();
            }
            rewinds++;
            replace(run, cursor.experiment(), true, true, false);
            parked = null;
        }
        records.markDue();
        artifacts.markDue();
    }

    /**
     * The run is closed, or open again.
     *
     * @param id the run that was: nothing happens where the server knows it by another one meanwhile
     */
    synchronized void setEnded(RunId id, boolean ended) throws IOException {
        if (!id().equals(Optional.of(id))) {
            return;
        }
        replace(cursor.run(), cursor.experiment(), true, ended ? false : cursor.uncertain(), ended);
    }

    synchronized Optional<String> key() {
        return Optional.ofNullable(cursor.key());
    }

    synchronized Optional<String> awaitedParent() {
        return Optional.ofNullable(awaitedParent);
    }

    synchronized void awaitParent(@Nullable String key) {
        this.awaitedParent = key;
    }

    synchronized Optional<String> parked() {
        return Optional.ofNullable(parked);
    }

    /** What a person has to see to, though it is tried again and again; null for no more. */
    synchronized void alert(@Nullable String reason) {
        this.alert = reason;
    }

    synchronized boolean isAlerted() {
        return alert != null;
    }

    /** Where the run stood when it was last held against the server: it need not be again while it stands there. */
    synchronized String position() {
        StringBuilder position = new StringBuilder().append(cursor.run()).append(cursor.ended());
        journals.forEach((name, journal) -> position.append(' ')
                .append(name)
                .append(journal.records)
                .append(',')
                .append(journal.artifacts));
        return position.toString();
    }

    void park(String reason) {
        synchronized (this) {
            parked = reason;
        }
        LOG.log(System.Logger.Level.WARNING, "run={0} state=parked reason=\"{1}\"", folder, reason);
    }

    synchronized void unpark() {
        parked = null;
        notBeforeNanos = System.nanoTime();
    }

    synchronized void backOff(Duration delay) {
        notBeforeNanos = System.nanoTime() + delay.toNanos();
    }

    synchronized boolean mayTry() {
        return parked == null && System.nanoTime() - notBeforeNanos >= 0;
    }

    synchronized String lastRefusal() {
        return lastRefusal;
    }

    synchronized void setLastRefusal(String reason) {
        lastRefusal = reason;
    }

    /** Sets a row aside that the server will never take. */
    void quarantine(Journal journal, String what, String reason, boolean worthAWarning) throws IOException {
        ObjectNode line = JSON.createObjectNode()
                .put("at", Instant.now().toString())
                .put("journal", journal.name())
                .put("what", what)
                .put("reason", reason);
        long before;
        synchronized (this) {
            before = quarantined++;
            Files.writeString(
                    folder.resolve(RunJournals.QUARANTINE),
                    JSON.writeValueAsString(line) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
        LOG.log(
                worthAWarning && before < MOST_WARNINGS ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "run={0} quarantined=\"{1}\" reason=\"{2}\"",
                folder,
                what,
                reason);
    }

    synchronized RunProgress progress() throws IOException {
        long points = 0;
        long entries = 0;
        Optional<Instant> oldest = Optional.empty();
        for (Journal journal : journals.values()) {
            journal.look();
            long waiting = Math.max(0, journal.entriesSeen - journal.entriesShipped);
            long artifactsFrom = journal.artifacts;
            entries += waiting;
            points += Math.max(0, journal.pointsSeen - journal.pointsShipped);
            long from = journal.records;
            if (artifactsFrom < from) {
                entries += journal.reader.artifacts(artifactsFrom, 1000).entries().stream()
                        .filter(artifact -> artifact.offset() < from)
                        .count();
            }
            if (waiting > 0) {
                Optional<Instant> first = journal.reader.firstWrittenAt(from);
                oldest = Stream.concat(oldest.stream(), first.stream()).min(Instant::compareTo);
            }
        }
        return new RunProgress(
                cursor.id(),
                Optional.ofNullable(cursor.experiment()),
                points,
                entries,
                oldest,
                cursor.ended(),
                quarantined,
                Optional.ofNullable(parked != null ? parked : alert));
    }
}
