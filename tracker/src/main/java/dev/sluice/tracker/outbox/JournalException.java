package dev.sluice.tracker.outbox;

import java.io.IOException;

/** A journal that this version of Sluice cannot read or that was asked to hold what it cannot. */
public final class JournalException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalException(String message) {
        super(message);
    }

    JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
