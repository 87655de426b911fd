package dev.sluice.tracker.outbox;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * A journal's writer for those who must go on whatever the disk does, such as a training loop. What the disk does not
 * take is held in memory, in its order, and tried again with what follows and at the end; where the memory set aside for
 * that is full too, records are dropped and counted. A record that no journal takes is left out and counted. Each such
 * change is logged once. Thread-safe.
 */
public final class PatientWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PatientWriter.class.getName());
    /** Most bytes that held metrics take, about: nearly 100,000 points of one metric, recorded one by one. */
    private static final long MOST_METRICS = 20_000_000;
    /** Most characters of texts held; a run's opening and end, which are short, are held whatever comes. */
    private static final long MOST_TEXT = 16L << 20;

    /** What a record takes besides its texts, and each of its values. */
    private static final int OVERHEAD = 100;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final JournalWriter journal;
    private final Deque<JournalEntry> held = new ArrayDeque<>();
    private long heldRows;
    private long heldText;
    private long heldMetrics;
    private long lostRows;
    private boolean losing;
    private long tryAtNanos;

    /** A writer to that journal, which it closes when it is closed itself. */
    public PatientWriter(JournalWriter journal) {
        this.journal = journal;
    }

    /** Appends an entry, now or when the disk takes it. */
    public synchronized void record(JournalEntry entry) {
        if (!held.isEmpty() && (System.nanoTime() - tryAtNanos < 0 || !flush())) {
            hold(entry);
            return;
        }
        try {
            journal.append(entry);
        } catch (IOException e) {
            if (isLeftOut(entry, e)) {
                return;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "journal=" + journal.path() + " state=held-in-memory reason=\"the disk does not take it\"",
                    e);
            tryAtNanos = System.nanoTime() + PAUSE.toNanos();
            hold(entry);
        }
    }

    private void hold(JournalEntry entry) {
        long text = text(entry);
        boolean room = switch (entry) {
            case JournalEntry.Metrics metrics -> heldMetrics + weight(metrics) <= MOST_METRICS;
            case JournalEntry.Params params -> heldText + text <= MOST_TEXT;
            case JournalEntry.Tags tags -> heldText + text <= MOST_TEXT;
            case JournalEntry.Inputs inputs -> heldText + text <= MOST_TEXT;
            case JournalEntry.Artifact artifact -> heldText + text <= MOST_TEXT;
            case JournalEntry.RunOpened opened -> true;
            case JournalEntry.RunEnded ended -> true;
        };
        if (!room) {
            if (!losing) {
                losing = true;
                LOG.log(
                        System.Logger.Level.ERROR,
                        "journal={0} state=losing reason=\"the disk takes nothing, and {1} records of {2} rows are held in memory\"",
                        journal.path(),
                        String.valueOf(held.size()),
                        String.valueOf(heldRows));
            }
            lostRows += entry.rows();
            return;
        }
        held.add(entry);
        heldRows += entry.rows();
        heldText += text;
        heldMetrics += weight(entry);
    }

    /** Bytes that a record of metrics takes, about; none of it is too short to count. */
    private static long weight(JournalEntry entry) {
        if (!(entry instanceof JournalEntry.Metrics metrics)) {
            return 0;
        }
        long weight = OVERHEAD;
        for (String name : metrics.values().keySet()) {
            weight += OVERHEAD + name.length();
        }
        return weight;
    }

    /** Characters of the texts of an entry, with as many more for each as a short one takes besides. */
    private static long text(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Params params -> text(params.values());
            case JournalEntry.Tags tags -> text(tags.values());
            case JournalEntry.Inputs inputs ->
                OVERHEAD
                        + inputs.datasets().stream()
                                .mapToLong(dataset -> OVERHEAD
                                        + dataset.source().length()
                                        + dataset.schema().orElse("").length()
                                        + dataset.profile().orElse("").length())
                                .sum();
            case JournalEntry.Artifact artifact ->
                OVERHEAD
                        + artifact.artifactPath().length()
                        + artifact.localPath().length();
            case JournalEntry.Metrics metrics -> 0;
            case JournalEntry.RunOpened opened -> 0;
            case JournalEntry.RunEnded ended -> 0;
        };
    }

    private static long text(Map<String, String> texts) {
        return OVERHEAD
                + texts.entrySet().stream()
                        .mapToLong(text -> OVERHEAD
                                + text.getKey().length()
                                + text.getValue().length())
                        .sum();
    }

    /** A record that will never be taken is no reason to hold up those behind it. */
    private boolean isLeftOut(JournalEntry entry, IOException e) {
        if (!(e instanceof JournalException unwritable) || unwritable.isPassing()) {
            return false;
        }
        lostRows += entry.rows();
        LOG.log(System.Logger.Level.WARNING, "journal=" + journal.path() + " left out a record", e);
        return true;
    }

    /** Tries to write what is held; answers whether nothing is held any more. */
    public synchronized boolean flush() {
        if (held.isEmpty()) {
            return true;
        }
        while (!held.isEmpty()) {
            JournalEntry first = held.getFirst();
            try {
                journal.append(first);
            } catch (IOException e) {
                if (!isLeftOut(first, e)) {
                    tryAtNanos = System.nanoTime() + PAUSE.toNanos();
                    return false;
                }
            }
            held.removeFirst();
            heldRows -= first.rows();
            heldText -= text(first);
            heldMetrics -= weight(first);
        }
        losing = false;
        LOG.log(
                System.Logger.Level.INFO,
                "journal={0} state=written lost={1}",
                journal.path(),
                String.valueOf(lostRows));
        return true;
    }

    /** Records that wait in memory for the disk, those without a row too. */
    synchronized int heldRecords() {
        return held.size();
    }

    /** Rows (points, parameters, tags) that wait in memory for the disk. */
    public synchronized long heldRows() {
        return heldRows;
    }

    /** Rows that were dropped, because neither disk nor memory had room or because no journal takes them. */
    public synchronized long lostRows() {
        return lostRows;
    }

    /** Tries a last time to write what is held. */
    @Override
    public synchronized void close() throws IOException {
        if (!held.isEmpty() && !flush()) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "journal={0} state=lost rows={1} reason=\"the disk takes nothing\"",
                    journal.path(),
                    String.valueOf(heldRows));
        }
        journal.close();
    }
}
