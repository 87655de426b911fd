package dev.sluice.trainer.djl;

/** A module that cannot be trained on the data: what it is, or what it takes or gives. */
public final class UnfitModuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnfitModuleException(String message) {
        super(message);
    }

    UnfitModuleException(String message, Throwable cause) {
        super(message, cause);
    }
}
