package dev.sluice.search.option;

/** Says which option of an algorithm is wrong, and how. */
public final class OptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String option;

    /**
     * @param option the option's name as it was given
     * @param message a sentence that names the option
     */
    public OptionException(String option, String message) {
        super(message);
        this.option = option;
    }

    /** The option's name as it was given. */
    public String option() {
        return option;
    }
}
