package dev.sluice.trainer.callback;

/** Why training ended. */
public sealed interface StopReason {
    /** The reason in words. */
    String reason();

    /** True if what was trained is kept: a last checkpoint is saved. */
    default boolean keepsWork() {
        return true;
    }

    /** All epochs are done. */
    record Finished(int epochs) implements StopReason {
        @Override
        public String reason() {
            return "trained for all " + epochs + " epochs";
        }
    }

    /** A callback saw no use in going on. */
    record EarlyStopped(String reason) implements StopReason {}

    /** The service's verdict. */
    record ToldToStop(String reason) implements StopReason {}

    /** The attempt is no longer ours: another one may already write to the same folder, so nothing is saved. */
    record LeaseLost(String reason) implements StopReason {
        @Override
        public boolean keepsWork() {
            return false;
        }
    }

    /** The process was asked to end (SIGTERM). */
    record Terminated(String reason) implements StopReason {}
}
