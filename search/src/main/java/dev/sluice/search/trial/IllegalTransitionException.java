package dev.sluice.search.trial;

/** Something was asked of a trial that its state forbids. */
public final class IllegalTransitionException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final int number;
    private final TrialState state;

    IllegalTransitionException(TrialId id, TrialState state, String what) {
        super("trial %s is %s and cannot %s".formatted(id, state, what));
        this.number = id.number();
        this.state = state;
    }

    /** The trial. */
    public TrialId id() {
        return new TrialId(number);
    }

    /** The state that forbids it. */
    public TrialState state() {
        return state;
    }
}
