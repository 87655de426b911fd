package dev.sluice.trainer.callback;

import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialChannel;
import dev.sluice.trainer.protocol.TrialReport;
import java.util.List;

/**
 * Reports each epoch to the service and does what the answer says: the verdict comes home here. Listed last, so that
 * all other callbacks have heard of the epoch before its report leaves.
 */
public final class TrialReporter implements Callback {
    private final TrialChannel channel;
    private final long after;
    private long seq;

    /**
     * A reporter over a channel, which stays the caller's to close.
     *
     * @param after steps up to this one were reported by an earlier attempt and are not reported again; 0: none
     */
    public TrialReporter(TrialChannel channel, long after) {
        this.channel = channel;
        this.after = after;
    }

    @Override
    public String name() {
        return "trial-reporter";
    }

    @Override
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        ReportReply standing = channel.standing();
        if (standing.directive() != Signal.CONTINUE) {
            follow(standing, control);
        }
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        if (result.epoch() > after) {
            seq++;
            follow(
                    channel.report(
                            new TrialReport(seq, List.of(new TrialReport.Point(result.epoch(), result.metrics())))),
                    control);
        }
    }

    private void follow(ReportReply reply, TrainingControl control) {
        switch (reply.directive()) {
            case CONTINUE -> {}
            case CHECKPOINT -> control.save();
            case STOP ->
                control.stop(
                        channel.lost()
                                ? new StopReason.LeaseLost(reply.reason())
                                : new StopReason.ToldToStop(reply.reason()));
        }
    }
}
