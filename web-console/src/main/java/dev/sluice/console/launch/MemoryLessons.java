package dev.sluice.console.launch;

import dev.sluice.console.launch.Placement.Lesson;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What was learned of the GPU memory that sweeps' trials use: the most that one was seen to, believed once it has stayed the same for a
 * while, or a trial has ended well. Time is told to it. Not thread-safe.
 */
final class MemoryLessons {
    /** A use that grows by less than this has stayed the same. */
    private static final double SAME = 1.02;

    private final long settlesNanos;
    private final Map<UUID, Learning> sweeps = new HashMap<>();

    private static final class Learning {
        private long peak;
        private long settled;
        private long grewAt;
        private boolean known;
        private int most = Lesson.NONE.most();

        Lesson lesson() {
            return new Lesson(known ? peak : 0, most);
        }
    }

    /** @param settles how long a peak must stay the same while a trial runs */
    MemoryLessons(Duration settles) {
        this.settlesNanos = settles.toNanos();
    }

    /**
     * One trial of the sweep uses so much now.
     *
     * @param mebibytes 0: nothing was seen of it, which says nothing
     * @return whether what is believed has changed
     */
    boolean measured(UUID sweep, long mebibytes, long nowNanos) {
        if (mebibytes <= 0) {
            return false;
        }
        Learning learning = sweeps.computeIfAbsent(sweep, one -> new Learning());
        Lesson before = learning.lesson();
        learning.peak = Math.max(learning.peak, mebibytes);
        if (learning.peak > learning.settled * SAME) {
            learning.settled = learning.peak;
            learning.grewAt = nowNanos;
        }
        learning.known |= nowNanos - learning.grewAt >= settlesNanos;
        return !before.equals(learning.lesson());
    }

    /** A trial of the sweep has run to its end, so its peak is known. */
    boolean endedWell(UUID sweep) {
        Learning learning = sweeps.get(sweep);
        if (learning == null || learning.known) {
            return false;
        }
        learning.known = true;
        return true;
    }

    /**
     * A trial of the sweep found no memory.
     *
     * @param together how many were on the device, {@code >= 2}
     */
    boolean ranOut(UUID sweep, int together) {
        Learning learning = sweeps.computeIfAbsent(sweep, one -> new Learning());
        int before = learning.most;
        learning.most = Math.max(1, Math.min(before, together - 1));
        return learning.most != before;
    }

    void forget(UUID sweep) {
        sweeps.remove(sweep);
    }

    /** What is believed, by sweep. */
    Map<UUID, Lesson> lessons() {
        Map<UUID, Lesson> lessons = new HashMap<>();
        sweeps.forEach((sweep, learning) -> lessons.put(sweep, learning.lesson()));
        return lessons;
    }

    Lesson of(UUID sweep) {
        Learning learning = sweeps.get(sweep);
        return learning == null ? Lesson.NONE : learning.lesson();
    }
}
