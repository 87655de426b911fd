package dev.sluice.tracker.outbox;

/** What an appended entry has survived when {@link JournalWriter#append} returns. */
public enum Durability {
    /** The end of the process, {@code kill -9} too: the bytes are with the operating system. Microseconds. */
    PROCESS,
    /** The loss of power too: each append waits for {@code fsync}. Milliseconds, more on a busy disk. */
    MACHINE
}
