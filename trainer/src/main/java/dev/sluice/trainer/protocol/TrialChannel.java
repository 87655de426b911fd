package dev.sluice.trainer.protocol;

/**
 * A trial's line to the service. Never fails: while the service is away it keeps what it was given and answers
 * "continue". Implementations are thread-safe.
 */
public interface TrialChannel extends AutoCloseable {
    /**
     * Hands over a report and brings the verdict home.
     *
     * @return the service's answer; {@link ReportReply#PROCEED} while the service is away; STOP once the lease is lost
     */
    ReportReply report(TrialReport report);

    /** The last directive heard outside an answer, e.g. with a heartbeat; CONTINUE if there was none. */
    default ReportReply standing() {
        return ReportReply.PROCEED;
    }

    /** True once the service has said that the attempt is no longer ours: nothing may be saved any more. */
    default boolean lost() {
        return false;
    }

    /** Tries once more to send what is still waiting, within a few seconds, then lets go of the line. */
    @Override
    void close();
}
