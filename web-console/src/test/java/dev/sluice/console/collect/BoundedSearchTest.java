package dev.sluice.console.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BoundedSearchTest {
    @Test
    void findsWhatIsThere() {
        var search = new BoundedSearch(Pattern.compile("CUDA out of memory"), Duration.ofSeconds(5));
        assertThat(search.isIn("RuntimeError: CUDA out of memory. Tried to allocate"))
                .isTrue();
        assertThat(search.isIn("RuntimeError: no kernel image")).isFalse();
    }

    @Test
    void givesUpAPatternThatWouldNeverEnd() {
        var search = new BoundedSearch(Pattern.compile("a?".repeat(40) + "a{40}"), Duration.ofMillis(50));
        assertThatExceptionOfType(BoundedSearch.OutOfTime.class).isThrownBy(() -> search.isIn("a".repeat(39) + "b"));
    }
}
