package dev.sluice.tracker.outbox;

import java.io.IOException;

/** A journal that this version of Sluice cannot read or that was asked to hold what it cannot. */
public final class JournalException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    private JournalException(String message, boolean passing) {
        super(message);
        this.passing = passing;
    }

    JournalException(String message) {
        this(message, false);
    }

    JournalException(String message, Throwable cause) {
        super(message, cause);
        this.passing = false;
    }

    static JournalException full(String message) {
        return new JournalException(message, true);
    }

    /** Whether the same may succeed later, when there is room. */
    public boolean isPassing() {
        return passing;
    }
}
