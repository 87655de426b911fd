package dev.sluice.console.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.folder.TrialFolder;
import dev.sluice.console.machine.GpuMeter;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.memory.InMemoryTracker;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.JournalShipper;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the machine does, beside what a trial reports. */
final class SystemMetricsTest {
    private static final String MEMORY = "system/system_memory_usage_megabytes";
    private static final Duration LATER = Duration.ofDays(1);

    @TempDir
    private Path root;

    @BeforeEach
    void twoGpus() throws IOException {
        nvidiaSmi("""
                echo "0, GPU-5f1c, 10, 1000, 4000, 71"
                echo "1, GPU-77ab, 90, 3000, 4000, 350"
                """);
    }

    @Test
    void samplesAreInTheRunOnceNumberedThroughAttemptsAndServices() throws Exception {
        var tracker = new InMemoryTracker(root.resolve("artifacts"));
        try (var shipper = JournalShipper.to(tracker)
                        .pollInterval(Duration.ofMillis(20))
                        .start();
                var run = JournalWriter.open(RunJournals.service(folder()))) {
            run.append(new JournalEntry.RunOpened(
                    "trial", "trial-0000", "experiment", Instant.now(), Optional.empty(), Map.of()));
            shipper.follow(folder());
            try (var metrics = service()) {
                var attempt = metrics.of(trial(), List.of("GPU-77ab"), () -> true, used -> {});
                metrics.sample();
                metrics.sample();
                attempt.stop();
                metrics.sample();
            }
            sampleOnce(List.of("GPU-77ab"));
            run.append(new JournalEntry.RunEnded(RunStatus.FINISHED, Instant.now()));
            shipper.signal(folder());
            var id = shipper.awaitRunId(folder(), Duration.ofSeconds(30)).orElseThrow();
            awaitDrained(shipper);

            assertThat(tracker.metricHistory(id, MEMORY))
                    .extracting(MetricPoint::step)
                    .containsExactly(0L, 1L, 2L);
            assertThat(tracker.metricHistory(id, "system/gpu_0_utilization_percentage"))
                    .extracting(MetricPoint::value)
                    .containsExactly(90.0, 90.0, 90.0);
            assertThat(tracker.metricHistory(id, "system/gpu_1_utilization_percentage"))
                    .isEmpty();
            assertThat(tracker.run(id).orElseThrow().status()).isEqualTo(RunStatus.FINISHED);
        }
    }

    @Test
    void aTrialSeesTheGpusThatItHoldsInItsOwnOrder() throws IOException {
        sampleOnce(List.of("1", "0"));

        assertThat(samples().getFirst().values())
                .containsEntry("system/gpu_0_memory_usage_percentage", 75.0)
                .containsEntry("system/gpu_1_memory_usage_percentage", 25.0);
    }

    @Test
    void nobodyIsAskedForGpusThatNoTrialHolds() throws IOException {
        nvidiaSmi("echo asked > " + root.resolve("asked"));

        sampleOnce(List.of());

        assertThat(samples())
                .singleElement()
                .satisfies(sample -> assertThat(sample.values())
                        .containsKeys(MEMORY, "system/disk_available_megabytes", "system/network_receive_megabytes")
                        .allSatisfy((name, value) -> assertThat(name).startsWith("system/"))
                        .allSatisfy((name, value) -> assertThat(name).doesNotContain("gpu")));
        assertThat(root.resolve("asked")).doesNotExist();
    }

    @Test
    void nothingIsNotedAfterTheEnd() throws IOException {
        var alive = new AtomicBoolean(true);
        try (var metrics = service()) {
            var attempt = metrics.of(trial(), List.of(), alive::get, used -> {});
            metrics.sample();
            alive.set(false);
            metrics.sample();
            assertThat(samples()).hasSize(1);

            alive.set(true);
            attempt.stop();
            metrics.sample();
            assertThat(samples()).hasSize(1);
        }
    }

    @Test
    void aTrialThatEndsBeforeItsFirstSampleHasOneOverAllItsTime() throws Exception {
        nvidiaSmi("echo asked > " + root.resolve("asked"));
        try (var metrics = service()) {
            metrics.of(new TrialFolder(root.resolve("brief")), List.of(), () -> true, used -> {})
                    .stop();
            var attempt = metrics.of(trial(), List.of("0"), () -> false, used -> {});
            Thread.sleep(1100);
            attempt.stop();
            attempt.stop();
        }
        assertThat(samples())
                .singleElement()
                .satisfies(sample -> assertThat(sample.values())
                        .containsKeys(MEMORY, "system/cpu_utilization_percentage", "system/network_receive_megabytes"));
        assertThat(root.resolve("asked")).doesNotExist();
        assertThat(RunJournals.system(Tracking.runFolder(new TrialFolder(root.resolve("brief")))))
                .doesNotExist();
    }

    @Test
    void anEndDoesNotWaitForGpusThatDoNotAnswer() throws Exception {
        nvidiaSmi("echo asked > %s; sleep 600".formatted(root.resolve("asked")));
        var closed = new CountDownLatch(1);
        try (var metrics = service()) {
            var attempt = metrics.of(trial(), List.of("0"), () -> true, used -> {});
            var sampler = Thread.ofVirtual().start(metrics::sample);
            while (!Files.exists(root.resolve("asked"))) {
                Thread.onSpinWait();
            }
            Thread.ofVirtual().start(() -> {
                attempt.stop();
                closed.countDown();
            });
            assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(sampler.isAlive()).isTrue();
            sampler.interrupt();
            sampler.join();
            assertThat(Files.exists(RunJournals.system(folder())) ? samples() : List.<JournalEntry.Metrics>of())
                    .allSatisfy(sample ->
                            assertThat(sample.values()).doesNotContainKey("system/gpu_0_utilization_percentage"));
        }
    }

    @Test
    void aRunFolderThatCannotBeWrittenHarmsNobodyElse() throws IOException {
        var other = new TrialFolder(root.resolve("other"));
        Files.createDirectories(other.path());
        Files.writeString(Tracking.runFolder(other), "in the way");
        try (var metrics = service()) {
            var broken = metrics.of(other, List.of(), () -> true, used -> {});
            var whole = metrics.of(trial(), List.of(), () -> true, used -> {});
            metrics.sample();
            metrics.sample();
            broken.stop();
            whole.stop();
        }
        assertThat(samples()).hasSize(2);
    }

    @Test
    void anIntervalOfNothingIsNever() throws IOException {
        try (var metrics = SystemMetrics.every(Duration.ZERO, root, gpus())) {
            var attempt = metrics.of(trial(), List.of("0"), () -> true, used -> {});
            metrics.sample();
            attempt.stop();
        }
        assertThat(RunJournals.system(folder())).doesNotExist();
        assertThatThrownBy(() -> SystemMetrics.every(Duration.ofSeconds(-1), root, gpus()))
                .hasMessageContaining("PT-1S");
    }

    @Test
    void samplesByItself() throws Exception {
        var twice = new CountDownLatch(2);
        try (var metrics = SystemMetrics.every(Duration.ofMillis(20), root, gpus())) {
            var attempt = metrics.of(
                    trial(),
                    List.of(),
                    () -> {
                        twice.countDown();
                        return true;
                    },
                    used -> {});
            assertThat(twice.await(30, TimeUnit.SECONDS)).isTrue();
            attempt.stop();
        }
        assertThat(samples()).isNotEmpty();
    }

    private void sampleOnce(List<String> devices) {
        try (var metrics = service()) {
            var attempt = metrics.of(trial(), devices, () -> true, used -> {});
            metrics.sample();
            attempt.stop();
        }
    }

    private SystemMetrics service() {
        return SystemMetrics.every(LATER, root, gpus());
    }

    private GpuMeter gpus() {
        return GpuMeter.of(Map.of("PATH", root.resolve("bin").toString()));
    }

    private TrialFolder trial() {
        return new TrialFolder(root.resolve("trial"));
    }

    private Path folder() {
        return Tracking.runFolder(trial());
    }

    private List<JournalEntry.Metrics> samples() throws IOException {
        return JournalReader.of(RunJournals.system(folder())).read(0, 1000).stream()
                .map(Numbered::value)
                .map(JournalEntry.Metrics.class::cast)
                .toList();
    }

    private void awaitDrained(JournalShipper shipper) throws InterruptedException {
        for (int i = 0; i < 1500 && !shipper.isDrained(folder()); i++) {
            Thread.sleep(20);
        }
        assertThat(shipper.isDrained(folder())).isTrue();
    }

    private void nvidiaSmi(String script) throws IOException {
        var program = Files.createDirectories(root.resolve("bin")).resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
}
