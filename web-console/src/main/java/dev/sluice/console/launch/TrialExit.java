package dev.sluice.console.launch;

import java.util.OptionalInt;

/**
 * How an attempt's leader ended.
 *
 * @param code its exit code, {@code [0, 255]}, as a shell tells it: 128 + n for a program ended by signal n, 127 for one that is not
 *     there, 126 for one that cannot be run; empty if none was left: the attempt was killed whole, or lost with its machine
 * @param lastLine the last telling line of its error output, else of its output, at most 500 characters; may be empty
 */
public record TrialExit(OptionalInt code, String lastLine) {
    /** Whether the program ended by itself with exit code 0. */
    public boolean succeeded() {
        return code.isPresent() && code.getAsInt() == 0;
    }
}
