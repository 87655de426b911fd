package dev.sluice.trainer.export;

import java.io.IOException;

/** The model is sound, but the disk does not take its package; nothing of it is left there. */
public final class ModelNotWrittenException extends IOException {
    private static final long serialVersionUID = 1L;

    ModelNotWrittenException(IOException cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
}
