package dev.sluice.tracker.outbox;

/**
 * What the server lacked of a run, or had too much, and was given or rid of.
 *
 * @param points metric points that were shipped before, were not there, and were sent again
 * @param params parameters, likewise
 * @param tags tags, likewise
 * @param datasets data sets, likewise
 * @param artifacts files, likewise
 * @param twins runs with the same key that were deleted
 * @param closed the run had ended and was open at the server
 * @param adopted the server knew the run under another id, under which all of it is shipped again
 */
public record AuditFindings(
        long points, int params, int tags, int datasets, int artifacts, int twins, boolean closed, boolean adopted) {
    static final AuditFindings NONE = new AuditFindings(0, 0, 0, 0, 0, 0, false, false);

    /** Whether the server had all of it, once. */
    public boolean isClean() {
        return equals(NONE);
    }
}
