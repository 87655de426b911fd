package dev.sluice.console.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a database that is away, and what is a mistake. */
final class LostDatabaseTest {
    @ParameterizedTest
    @CsvSource({
        "08006, true",
        "08001, true",
        "57P01, true",
        "57P03, true",
        "53300, true",
        "23505, false",
        "42601, false"
    })
    void isToldByItsState(String state, boolean away) {
        assertThat(LostDatabase.isCauseOf(new IllegalStateException(new SQLException("it", state))))
                .isEqualTo(away);
    }

    @Test
    void isFoundInWhatATransactionManagerSuppresses() {
        var rollback = new IllegalStateException("Could not commit transaction.");
        rollback.addSuppressed(new RuntimeException(new SQLException("reset", "08006")));

        assertThat(LostDatabase.isCauseOf(new RuntimeException(rollback))).isTrue();
    }

    @Test
    void aCauseThatGoesInACircleEnds() {
        var one = new IllegalStateException("one");
        one.initCause(new IllegalStateException("two", one));

        assertThat(LostDatabase.isCauseOf(one)).isFalse();
    }
}
