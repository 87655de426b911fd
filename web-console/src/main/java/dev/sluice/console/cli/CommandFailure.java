package dev.sluice.console.cli;

import java.util.List;

/**
 * A command's end that is not a success: a sentence for the user, further lines where there are several things to say, and
 * the exit code. Carries no stack trace, since it reports what a user did or met, not a defect.
 */
final class CommandFailure extends RuntimeException {
    /** The sweep or the call failed. */
    static final int FAILED = 1;
    /** Wrong usage, or an invalid file. */
    static final int WRONG_USAGE = 2;

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient List<String> details;
    private final boolean unreachable;

    private CommandFailure(int exitCode, String sentence, List<String> details, boolean unreachable) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
        this.details = List.copyOf(details);
        this.unreachable = unreachable;
    }

    static CommandFailure failed(String sentence) {
        return new CommandFailure(FAILED, sentence, List.of(), false);
    }

    static CommandFailure wrongUsage(String sentence) {
        return new CommandFailure(WRONG_USAGE, sentence, List.of(), false);
    }

    static CommandFailure of(int exitCode, String sentence, List<String> details) {
        return new CommandFailure(exitCode, sentence, details, false);
    }

    /** No answer came: what was asked may or may not have happened, and asking again may help. */
    static CommandFailure unreachable(String sentence) {
        return new CommandFailure(FAILED, sentence, List.of(), true);
    }

    boolean isUnreachable() {
        return unreachable;
    }

    int exitCode() {
        return exitCode;
    }

    List<String> details() {
        return details;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
