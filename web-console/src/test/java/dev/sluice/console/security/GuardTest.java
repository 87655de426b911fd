package dev.sluice.console.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as this machine, and as our own page. */
final class GuardTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "sluice.localhost",
                "127.0.0.1",
                "127.255.0.9",
                "::1",
                "[::1]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]"
            })
    void thisMachineIsLoopback(String host) {
        assertThat(Guard.isLoopback(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "localhost.example.com",
                "127.0.0.1.example.com",
                "127.0.0.1.",
                "127.0.0.1.5",
                "127.0.0.999",
                "127.1",
                "1.127.0.0.1",
                "0.0.0.0",
                "10.0.0.1",
                "[::]",
                "[fe80::1]",
                "[::ffff:10.0.0.1]",
                "cafe",
                "dead",
                "[cafe]",
                "[::1",
                "::1%lo"
            })
    void everythingElseIsNotAndIsNeverLookedUp(String host) {
        long began = System.nanoTime();
        assertThat(Guard.isLoopback(host)).isFalse();
        assertThat(System.nanoTime() - began).isLessThan(1_000_000_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8420, localhost:8420, true",
        "http://LOCALHOST:8420, localhost:8420, true",
        "http://[::1]:8420, [::1]:8420, true",
        "http://127.0.0.1:8420, localhost:8420, false",
        "http://localhost:3000, localhost:8420, false",
        "http://example.com, localhost:8420, false",
        "http://localhost:8420@example.com, localhost:8420, false",
        "null, localhost:8420, false",
        "file://, localhost:8420, false",
        "not a uri, localhost:8420, false",
    })
    void aPageIsOursIfItCameFromTheAddressThatItCalls(String origin, String authority, boolean ours) {
        assertThat(Guard.sameOrigin(origin, authority)).isEqualTo(ours);
    }
}
