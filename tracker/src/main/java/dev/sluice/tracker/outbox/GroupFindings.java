package dev.sluice.tracker.outbox;

/**
 * What was put right among the runs of a group.
 *
 * @param twins runs with the key of one of ours that were deleted
 * @param closed runs that nobody would have ended any more, and that were ended
 */
public record GroupFindings(int twins, int closed) {}
