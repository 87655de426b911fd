package dev.sluice.console.study;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.search.trial.Goals;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sweep files as they are stored, read once: the last ones asked for are kept. Thread-safe. */
public final class Specifications {
    private static final int KEPT = 64;

    private static final Map<String, SweepSpecification> CACHE = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SweepSpecification> eldest) {
            return size() > KEPT;
        }
    };

    private Specifications() {}

    /** What the trials of a sweep are measured by. */
    public static Goals goals(SweepSnapshot sweep) {
        return of(sweep.specification()).goals();
    }

    /**
     * The sweep file of this text.
     *
     * @param text the normalised file, JSON
     */
    public static SweepSpecification of(String text) {
        synchronized (CACHE) {
            return CACHE.computeIfAbsent(text, t -> SweepSpecification.fromNormalised(EventCodec.parse(t)));
        }
    }
}
