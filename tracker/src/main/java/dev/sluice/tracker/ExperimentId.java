package dev.sluice.tracker;

/** The id that the tracking server gave an experiment: an opaque, non-blank text. */
public record ExperimentId(String value) {
    public ExperimentId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("experiment id must not be blank");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
