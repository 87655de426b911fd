package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.launch.Placement.Lesson;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class MemoryLessonsTest {
    private static final UUID SWEEP = new UUID(0, 1);
    private final MemoryLessons lessons = new MemoryLessons(Duration.ofNanos(10));

    @Test
    void believesAPeakThatHasStayedTheSame() {
        assertThat(lessons.measured(SWEEP, 300, 0)).isFalse();
        assertThat(lessons.measured(SWEEP, 900, 9)).isFalse();
        assertThat(lessons.measured(SWEEP, 910, 18)).isFalse();
        assertThat(lessons.of(SWEEP)).isEqualTo(Lesson.NONE);

        assertThat(lessons.measured(SWEEP, 880, 19)).isTrue();

        assertThat(lessons.of(SWEEP).mebibytes()).isEqualTo(910);
    }

    @Test
    void believesWhatATrialUsedThatRanToItsEnd() {
        assertThat(lessons.endedWell(SWEEP)).isFalse();
        lessons.measured(SWEEP, 300, 0);

        assertThat(lessons.endedWell(SWEEP)).isTrue();

        assertThat(lessons.of(SWEEP).mebibytes()).isEqualTo(300);
    }

    @Test
    void learnsAgainWhenThePeakGrows() {
        lessons.measured(SWEEP, 300, 0);
        lessons.endedWell(SWEEP);

        assertThat(lessons.measured(SWEEP, 301, 1)).isTrue();
        assertThat(lessons.measured(SWEEP, 200, 2)).isFalse();

        assertThat(lessons.of(SWEEP).mebibytes()).isEqualTo(301);
    }

    @Test
    void nothingSeenSaysNothing() {
        assertThat(lessons.measured(SWEEP, 0, 0)).isFalse();
        assertThat(lessons.measured(SWEEP, 0, 100)).isFalse();

        assertThat(lessons.of(SWEEP)).isEqualTo(Lesson.NONE);
    }

    @Test
    void fewerAreTogetherAfterOneFoundNoMemory() {
        assertThat(lessons.ranOut(SWEEP, 4)).isTrue();
        assertThat(lessons.of(SWEEP).most()).isEqualTo(3);
        assertThat(lessons.ranOut(SWEEP, 5)).isFalse();
        lessons.ranOut(SWEEP, 2);
        lessons.ranOut(SWEEP, 2);

        assertThat(lessons.of(SWEEP).most()).isEqualTo(1);
    }
}
