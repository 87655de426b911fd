package dev.sluice.tracker.registry;

/** The id that the tracking server gave a logged model, such as {@code m-49fa…}. */
public record LoggedModelId(String value) {
    public LoggedModelId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("logged model id must not be blank");
        }
    }

    /** What names the model as the source of a version. */
    public String uri() {
        return "models:/" + value;
    }

    @Override
    public String toString() {
        return value;
    }
}
