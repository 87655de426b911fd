package dev.sluice.console.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GpuMeterTest {
    private static final Duration AMPLE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void namesWhatEachGpuDoes() throws Exception {
        nvidiaSmi("""
                [ "$1" = --query-gpu=index,uuid,utilization.gpu,memory.used,memory.total,power.draw ] || exit 9
                [ "$2" = --format=csv,noheader,nounits ] || exit 9
                echo "0, GPU-5f1c, 37, 1000, 4000, 71.25"
                echo "1, GPU-77ab, 0, 0, 4000, 20.00"
                """);

        var readings = meter(AMPLE, AMPLE).read();

        assertThat(readings).extracting(GpuReading::uuid).containsExactly("GPU-5f1c", "GPU-77ab");
        assertThat(readings.getFirst().metrics())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "utilization_percentage", 37.0,
                        "memory_usage_megabytes", 1048.576,
                        "memory_usage_percentage", 25.0,
                        "power_usage_watts", 71.25));
    }

    @Test
    void leavesOutWhatAGpuDoesNotSay() throws Exception {
        nvidiaSmi("""
                echo "0, GPU-5f1c, [N/A], 500, [Unknown Error], [Not Supported]"
                echo "1, GPU-77ab, 5, 500, 0, NaN"
                echo "a line of another kind"
                """);

        assertThat(meter(AMPLE, AMPLE).read())
                .extracting(GpuReading::metrics)
                .containsExactly(
                        Map.of("memory_usage_megabytes", 524.288),
                        Map.of("utilization_percentage", 5.0, "memory_usage_megabytes", 524.288));
    }

    @Test
    void leavesAProgramThatHangsAloneForAWhile() throws Exception {
        nvidiaSmi("echo asked >> %s; sleep 600".formatted(folder.resolve("asked")));
        var meter = meter(Duration.ofSeconds(2), Duration.ofHours(1));

        assertThat(meter.read()).isEmpty();
        assertThat(meter.read()).isEmpty();

        assertThat(folder.resolve("asked")).hasContent("asked");
        // A killed process takes a moment to end; the program itself would sleep for ten minutes.
        assertThat(ProcessHandle.current().children().filter(GpuMeterTest::isNvidiaSmi))
                .allSatisfy(child -> assertThat(child.onExit()).succeedsWithin(Duration.ofMinutes(1)));
    }

    @Test
    void asksAgainWhenTheWhileIsOver() throws Exception {
        nvidiaSmi("exit 1");
        var meter = meter(AMPLE, Duration.ZERO);
        assertThat(meter.read()).isEmpty();

        nvidiaSmi("echo 0, GPU-5f1c, 37, 1000, 4000, 71");

        assertThat(meter.read()).hasSize(1);
    }

    @Test
    void hasNothingToSayWithoutNvidiaSmi() throws Exception {
        assertThat(meter(AMPLE, AMPLE).read()).isEmpty();
        assertThat(GpuMeter.of(Map.of()).read()).isEmpty();
    }

    @Test
    void knowsAGpuByItsNumberItsIdOrTheStartOfIt() {
        var gpu = new GpuReading("1", "GPU-77ab", Map.of());

        assertThat(gpu.isOf("1")).isTrue();
        assertThat(gpu.isOf("GPU-77ab")).isTrue();
        assertThat(gpu.isOf("GPU-7")).isTrue();
        assertThat(gpu.isOf("0")).isFalse();
        assertThat(gpu.isOf("GPU-5")).isFalse();
        assertThat(gpu.isOf("MIG-77ab")).isFalse();
    }

    private static boolean isNvidiaSmi(ProcessHandle process) {
        return process.isAlive() && process.info().commandLine().orElse("").contains("nvidia-smi");
    }

    private GpuMeter meter(Duration limit, Duration pause) {
        return GpuMeter.of(Map.of("PATH", folder.toString()), limit, pause);
    }

    private void nvidiaSmi(String script) throws IOException {
        var program = folder.resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
}
