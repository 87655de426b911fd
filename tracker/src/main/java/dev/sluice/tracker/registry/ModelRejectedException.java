package dev.sluice.tracker.registry;

import java.io.IOException;

/** What the server gave back is not the model that was meant; trying again is of no use. */
public final class ModelRejectedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message for people: what was expected and what was found
     */
    public ModelRejectedException(String message) {
        super(message);
    }
}
