package dev.sluice.trainer.checkpoint;

import java.io.IOException;

/** A checkpoint's files are not what was written: cut short, changed or missing. An older one may still be whole. */
public final class DamagedCheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedCheckpointException(String message) {
        super(message);
    }

    DamagedCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
