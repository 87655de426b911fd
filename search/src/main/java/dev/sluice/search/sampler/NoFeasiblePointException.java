package dev.sluice.search.sampler;

/** No point was found that satisfies the constraints of the space; the message says which constraints failed how often. */
public final class NoFeasiblePointException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NoFeasiblePointException(String message) {
        super(message);
    }
}
