package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is in the database, whatever happens to the service. */
final class DurabilityTest {
    @TempDir
    private Path folder;

    @RepeatedTest(3)
    void nothingThatWasAcknowledgedIsLostByAKill() throws IOException, InterruptedException, SQLException {
        long acknowledged = acknowledgedUntilKilled(300);
        try (var source = TestDatabase.open(folder);
                var connection = source.getConnection();
                var query = connection.prepareStatement("select pos, kind, payload from event order by pos");
                var rows = query.executeQuery()) {
            long pos = 0;
            var steps = new ArrayList<Long>();
            while (rows.next()) {
                assertThat(rows.getLong(1)).isEqualTo(++pos);
                if (rows.getString(2).equals(EventCodec.REPORTED)) {
                    steps.add(EventCodec.measurement(rows.getString(3)).step());
                }
            }
            assertThat(steps).hasSizeGreaterThan((int) acknowledged);
            for (int i = 0; i < steps.size(); i++) {
                assertThat(steps.get(i)).isEqualTo(i);
            }
        }
    }

    /** The last number that was printed, at least `least` of them. */
    private long acknowledgedUntilKilled(int least) throws IOException, InterruptedException {
        var process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AcknowledgingMain.class.getName(),
                        folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = -1;
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                last = Long.parseLong(line.strip());
                if (last == least) {
                    process.toHandle().destroyForcibly(); // SIGKILL; what it had printed by then is read to the end
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(last).isGreaterThanOrEqualTo(least);
        return last;
    }
}
