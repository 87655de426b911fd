package dev.sluice.console.database;

/** The database cannot be used as it is. The message is a sentence for whoever runs the service; it holds no secret. */
@SuppressWarnings("serial") // never leaves the process
public final class DatabaseException extends RuntimeException {
    DatabaseException(String sentence) {
        super(sentence);
    }

    DatabaseException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
