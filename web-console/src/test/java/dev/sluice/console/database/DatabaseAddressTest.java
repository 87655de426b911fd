package dev.sluice.console.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.database.DatabaseAddress.Kind;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever runs the service is told of its database, and what nobody is. */
final class DatabaseAddressTest {
    private static final DatabaseAddress ADDRESS =
            DatabaseAddress.of(Optional.of("jdbc:postgresql://db:5433/sweeps?sslmode=require"), Kind.POSTGRESQL, "");

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db:5433/sweeps?sslmode=require, db:5433/sweeps",
        "jdbc:postgresql:sweeps, localhost/sweeps",
        "'jdbc:postgresql://a:1,[::1]:2/sweeps', 'a:1,[::1]:2/sweeps'",
    })
    void showsWhereADatabaseIs(String url, String place) {
        assertThat(DatabaseAddress.of(Optional.of(url), Kind.POSTGRESQL, "").place())
                .isEqualTo(place);
    }

    @Test
    void isTheDataFolderWhereNothingIsSaid() {
        assertThat(DatabaseAddress.of(Optional.of(" "), Kind.H2, "/data/db")).hasToString("H2 at /data/db");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://sluice:geheim@db/sweeps",
                "jdbc:postgresql://db/sweeps?user=a&password=geheim",
                "jdbc:postgresql://db/sweeps?Password=geheim",
                "jdbc:postgresql:/db geheim",
                "jdbc:mysql://db/geheim",
                "geheim",
            })
    void refusesAnAddressWithoutShowingWhatMayBeSecret(String url) {
        assertThatThrownBy(() -> DatabaseAddress.of(Optional.of(url), Kind.POSTGRESQL, ""))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("SLUICE_DB_URL")
                .message()
                .satisfies(said -> {
                    if (!url.equals("geheim")) {
                        assertThat(said).doesNotContain("geheim");
                    }
                });
    }

    @Test
    void saysThatTheBuildIsTheOtherOne() {
        assertThatThrownBy(() -> DatabaseAddress.of(Optional.of("jdbc:postgresql:sweeps"), Kind.H2, ""))
                .hasMessageContaining("build for H2");
        assertThatThrownBy(() -> DatabaseAddress.of(Optional.empty(), Kind.POSTGRESQL, ""))
                .hasMessageContaining("SLUICE_DB_URL is not set");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "28P01; FATAL: password authentication failed;  does not let the user \"u\" in; false",
                "08004; The server requested SCRAM-based authentication, but no password was provided.; does not let the user; false",
                "3D000; FATAL: database does not exist; no such database: PostgreSQL at db:5433/sweeps; false",
                "42501; permission denied for schema public; may not make tables; false",
                "08001; Connection refused; does not answer; true",
                "57P03; the database system is starting up; is starting or stopping; true",
                "53300; too many clients; no connection left; true",
                "22000; something else; cannot be used: something else; false",
            })
    void namesAFaultInASentence(String state, String words, String sentence, boolean passing) {
        var fault = DatabaseFault.of(new IllegalStateException(new SQLException(words, state)), ADDRESS, "u");

        assertThat(fault.sentence()).contains(sentence);
        assertThat(fault.passing()).isEqualTo(passing);
    }

    @Test
    void namesAHostThatIsNotKnown() {
        var thrown = new SQLException("The connection attempt failed.", "08001", new UnknownHostException("db"));

        assertThat(DatabaseFault.of(thrown, ADDRESS, "u").sentence())
                .contains("the host of")
                .contains("not known");
    }
}
