package dev.sluice.console.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.study.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeaseTokenTest {
    @TempDir
    private Path folder;

    @Test
    void aTokenIsValidForItsOwnLeaseOnly() {
        var tokens = tokens(folder);
        var lease = Ids.next();
        var token = tokens.of(lease);
        assertThat(tokens.isOf(lease, token)).isTrue();
        assertThat(tokens.isOf(Ids.next(), token)).isFalse();
        assertThat(tokens.isOf(lease, token + "x")).isFalse();
        assertThat(tokens.isOf(lease, "")).isFalse();
        assertThat(tokens.isOf(lease, "ü")).isFalse();
    }

    @Test
    void aTokenOutlivesTheServiceAndEndsAtItsDataFolder() {
        var lease = Ids.next();
        var token = tokens(folder).of(lease);
        assertThat(tokens(folder).of(lease)).isEqualTo(token);
        assertThat(tokens(folder.resolve("another")).of(lease)).isNotEqualTo(token);
    }

    @Test
    void theKeyIsForNobodyElseAndLeavesNoDraftBehind() throws IOException {
        tokens(folder);
        tokens(folder);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("lease.key"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("lease.key"))))
                .isEqualTo("rw-------");
    }

    private static LeaseToken tokens(Path data) {
        DataFolder own = () -> data;
        return new LeaseToken(own);
    }
}
