package dev.sluice.tracker.outbox;

/** What an appended entry has survived when {@link JournalWriter#append} returns. */
public enum Durability {
    /** The end of the process, {@code kill -9} too: the bytes are with the operating system. Microseconds. */
    PROCESS,
    /**
     * The same; and the loss of power costs what was appended in about the last second, since the file is synchronised
     * that often beside those who append. Microseconds.
     */
    SECOND,
    /**
     * The loss of power too: each append waits for {@code fsync}. Milliseconds, more on a busy disk; threads that append
     * at a time share one.
     */
    MACHINE
}
