package dev.sluice.trainer.loop;

/** A checkpoint of another trial cannot be gone on from: the network or the number of epochs does not fit. */
public final class CheckpointMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    CheckpointMismatchException(String message) {
        super(message);
    }

    CheckpointMismatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
