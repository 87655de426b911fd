package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a fake {@code nvidia-smi} on the path shows, and what becomes of it: real processes, no GPU. */
final class GpuWatchTest {
    private static final DeviceRequest SHARED = new DeviceRequest(1, new GpuNeed.Measured(), 0);

    @TempDir
    Path folder;

    private final DevicePool pool = DevicePool.of(
            new Machine(8, 1, List.of(new Gpu("GPU-a", "", 1000), new Gpu("GPU-b", "", 1000))), Duration.ZERO);
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void nvidiaSmi() throws IOException {
        Path program = Files.writeString(folder.resolve("nvidia-smi"), """
                #!/bin/sh
                case "$1" in
                    --query-gpu=*) exec cat '%1$s/gpus' ;;
                    --query-compute-apps=pid,gpu_uuid,used_memory) exec cat '%1$s/apps' ;;
                esac
                exit 9
                """.formatted(folder));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        shows("gpus", "0, GPU-a, 0\n1, GPU-b, 0\n");
        shows("apps", "");
    }

    @AfterEach
    void end() {
        processes.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    @Test
    void aSweepsTrialsShareADeviceOnceOneWasMeasured() throws IOException {
        UUID sweep = UUID.randomUUID();
        DeviceClaim claim = pool.claim(sweep, () -> {});
        UUID first = running(claim);
        running(claim);
        assertThat(claim.request(SHARED, 0))
                .as("both devices are held by one of unknown use")
                .isEmpty();

        try (GpuWatch watch = watch()) {
            assertThat(watch).isNotNull();
            shows("apps", "%s%s99, GPU-b, 30\n".formatted(use(first, "GPU-a", 300), use(first, "GPU-a", 170)));
            await().until(() -> claim.request(SHARED, 0).isPresent());

            running(claim);
            assertThat(claim.request(SHARED, 0))
                    .as("two of 470 MiB are on each of 1000")
                    .isEmpty();
            assertThat(pool.usage().gpus())
                    .allSatisfy(gpu -> assertThat(gpu.users()).hasSize(2))
                    .allSatisfy(gpu -> assertThat(gpu.free()).isCloseTo(0.06, within(1e-9)));
        }
    }

    @Test
    void whoIsAloneIsMeasuredByItsDeviceWhereNoProcessIsShown() throws IOException {
        DeviceClaim claim = pool.claim(UUID.randomUUID(), () -> {});
        running(claim);
        running(claim);
        assertThat(claim.request(SHARED, 0)).isEmpty();

        shows("gpus", "0, GPU-a, 400\n1, GPU-b, 350\n");
        try (GpuWatch watch = watch()) {
            assertThat(watch).isNotNull();
            await().until(() -> claim.request(SHARED, 0).isPresent());
        }
    }

    @Test
    void aGpuThatIsNotThereAnyMoreIsNotLent() throws IOException {
        shows("gpus", "1, GPU-b, 30\n");
        DeviceRequest both = new DeviceRequest(1, 2);
        try (GpuWatch watch = watch()) {
            assertThat(watch).isNotNull();
            await().until(() -> pool.usage().gpus().getFirst().gone());
            DeviceClaim claim = pool.claim(UUID.randomUUID(), () -> {});
            assertThat(claim.request(both, 0)).isEmpty();
            assertThat(pool.usage().queue())
                    .extracting(DeviceUsage.Queued::reason)
                    .containsExactly("it needs 2 GPUs, and of 2 1 are drained or gone");

            shows("gpus", "0, GPU-a, 20\n1, GPU-b, 30\n");

            await().until(() -> claim.request(both, 0).isPresent());
        }
    }

    @Test
    void whereNvidiaSmiFailsNothingIsTakenForGone() throws IOException {
        try (GpuWatch watch = watch()) {
            assertThat(watch).isNotNull();
            await().until(() -> pool.usage().gpus().getFirst().memoryUsedMebibytes() != null);
            Files.delete(folder.resolve("gpus"));

            assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 2))).isPresent();
        }
    }

    private GpuWatch watch() {
        return GpuWatch.of(pool, Map.of("PATH", folder.toString()), Duration.ofMillis(50));
    }

    /** An attempt on the devices that the sweep is given. */
    private UUID running(DeviceClaim claim) {
        UUID attempt = UUID.randomUUID();
        claim.request(SHARED, 0).orElseThrow().usedBy(new DeviceLease.User(UUID.randomUUID(), 0, attempt));
        return attempt;
    }

    /** What is shown of a process of the attempt: a child that lost its mark. */
    private String use(UUID attempt, String gpu, int mebibytes) throws IOException {
        ProcessBuilder program = new ProcessBuilder("/bin/sh", "-c", "env -i sleep 1000 & echo $!; wait");
        program.environment().put(Launcher.MARK, attempt.toString());
        Process process = program.start();
        processes.add(process);
        String child = process.inputReader().readLine();
        return "%s, %s, %d\n".formatted(child, gpu, mebibytes);
    }

    private void shows(String what, String lines) throws IOException {
        Path draft = Files.writeString(folder.resolve(what + ".tmp"), lines);
        Files.move(draft, folder.resolve(what), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
