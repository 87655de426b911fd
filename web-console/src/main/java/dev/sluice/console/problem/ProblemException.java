package dev.sluice.console.problem;

/** Ends a call with a {@link Problem}. */
@SuppressWarnings("serial") // never serialised: it is turned into an answer in the same process
public final class ProblemException extends RuntimeException {
    private final Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
