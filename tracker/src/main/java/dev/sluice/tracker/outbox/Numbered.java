package dev.sluice.tracker.outbox;

import java.time.Instant;

/**
 * A value with its place in the journal.
 *
 * @param offset where it begins, in bytes; past the previous one's end where bytes between them are damaged
 * @param end where it ends: from here the next one is read
 * @param writtenAt when it was appended
 */
public record Numbered<T>(long offset, long end, Instant writtenAt, T value) {}
