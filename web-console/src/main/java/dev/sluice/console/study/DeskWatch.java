package dev.sluice.console.study;

import java.time.Duration;

/** Hears how long the desk's work takes. Called by whichever thread did it: be quick. */
public interface DeskWatch {
    /** Nobody listens. */
    DeskWatch NONE = new DeskWatch() {
        @Override
        public void committed(Duration duration, int events) {}

        @Override
        public void asked(Duration duration) {}
    };

    /** A batch was written down, durably. */
    void committed(Duration duration, int events);

    /** A sampler has said what to try next, or that there is nothing. */
    void asked(Duration duration);
}
