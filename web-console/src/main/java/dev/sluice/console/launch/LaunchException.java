package dev.sluice.console.launch;

/** Says that a process could not be started, and why, in a sentence for the trial's owner. */
public final class LaunchException extends RuntimeException {
    public LaunchException(String message) {
        super(message);
    }

    public LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
