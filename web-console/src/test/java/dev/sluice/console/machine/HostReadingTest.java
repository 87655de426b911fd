package dev.sluice.console.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostReadingTest {
    @TempDir
    Path proc;

    @Test
    void countsWhatWasDoneBetweenTwoReadings() throws IOException {
        proc("cpu  100 0 50 800 50 0 0 0 0 0", 1_000_000, 2_000_000);
        var first = HostReading.now(proc, proc);
        proc("cpu  160 0 65 815 60 0 0 0 30 0", 4_000_000, 2_500_000);

        var metrics = HostReading.now(proc, proc).metrics(first, first);

        // 100 ticks, of which 15 idle and 10 waiting for a disk; those of guests are counted among the first.
        assertThat(metrics)
                .containsEntry("cpu_utilization_percentage", 75.0)
                .containsEntry("system_memory_usage_megabytes", 768.0)
                .containsEntry("system_memory_usage_percentage", 75.0)
                .containsEntry("network_receive_megabytes", 3.0)
                .containsEntry("network_transmit_megabytes", 0.5);
        double used = metrics.getOrDefault("disk_usage_megabytes", Double.NaN);
        double available = metrics.getOrDefault("disk_available_megabytes", Double.NaN);
        assertThat(metrics.get("disk_usage_percentage")).isCloseTo(100 * used / (used + available), within(1e-9));
    }

    @Test
    void leavesOutWhatTheMachineDoesNotTell() throws IOException {
        var nothing = HostReading.now(proc.resolve("nothing"), proc.resolve("nothing"));
        assertThat(nothing.metrics(nothing, nothing)).isEmpty();

        Files.writeString(proc.resolve("stat"), "cpu  here be dragons\n");
        Files.writeString(proc.resolve("meminfo"), "MemTotal: many kB\n");
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net/dev"), "Inter-| Receive\n eth0: 1 2\n");
        var nonsense = HostReading.now(proc, proc.resolve("nothing"));
        assertThat(nonsense.metrics(nonsense, nonsense)).isEmpty();
    }

    @Test
    void givesNoLoadForNoTime() throws IOException {
        proc("cpu  100 0 50 800 50 0 0 0 0 0", 0, 0);
        var reading = HostReading.now(proc, proc);

        assertThat(reading.metrics(reading, reading)).doesNotContainKey("cpu_utilization_percentage");
    }

    @Test
    void readsThisMachine() {
        var reading = HostReading.now(Path.of("/"));

        assertThat(reading.processor()).isPresent();
        assertThat(reading.memory()).isPresent();
        assertThat(reading.disk()).isPresent();
        assertThat(reading.network()).isPresent();
    }

    private void proc(String processors, long received, long transmitted) throws IOException {
        Files.writeString(proc.resolve("stat"), processors + "\ncpu0 1 2 3 4\n");
        Files.writeString(
                proc.resolve("meminfo"), "MemTotal:  1000000 kB\nMemFree:  10 kB\nMemAvailable:  250000 kB\n");
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net/dev"), """
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls
                    lo:  500000 1 0 0 0 0 0 0 500000 1 0 0 0 0 0 0
                  eth0:%d 1 0 0 0 0 0 0 %d 1 0 0 0 0 0 0
                """.formatted(received, transmitted));
    }
}
