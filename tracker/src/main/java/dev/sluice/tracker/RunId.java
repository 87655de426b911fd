package dev.sluice.tracker;

/** The id that the tracking server gave a run: an opaque, non-blank text. */
public record RunId(String value) {
    public RunId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("run id must not be blank");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
