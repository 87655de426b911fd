package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Attempts queue for devices, which come back when no process is left on them. */
abstract class DeviceQueueContract extends LauncherKit {
    @Test
    void givesTheEnvironmentAndTheDevices() {
        DeviceLease lease = Pools.tryAcquire(pool, new DeviceRequest(2, 1)).orElseThrow();
        LaunchRequest request = new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("/bin/sh", "-c", "echo $A $CUDA_VISIBLE_DEVICES $OMP_NUM_THREADS $OMP_WAIT_POLICY > seen"),
                Map.of("A", "b c", "CUDA_VISIBLE_DEVICES", "7"),
                lease);
        exit(launch(request));

        assertThat(request.folder().resolve("seen")).hasContent("b c GPU-a 2 PASSIVE");
    }

    @Test
    void devicesComeBackWhenNoProcessIsLeft() {
        DeviceRequest both = new DeviceRequest(1, 2);
        DeviceLease lease = Pools.tryAcquire(pool, both).orElseThrow();
        TrialHandle handle = launch(new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("/bin/sh", "-c", "(setsid sleep 1000 & echo $! > left); touch ready; sleep 1000"),
                Map.of(),
                lease));
        CompletableFuture<Void> back = handle.onExit().thenRun(lease::close);
        awaitFile(handle, "ready");
        assertThat(Pools.tryAcquire(pool, both)).isEmpty();

        handle.stop(Duration.ofSeconds(5));
        back.orTimeout(60, TimeUnit.SECONDS).join();

        assertGone(handle, "left");
        assertThat(Pools.tryAcquire(pool, both)).isPresent();
    }

    @Test
    void manyShortAttemptsQueueOverFewSlots() {
        AtomicInteger failed = new AtomicInteger();
        Launcher launcher = launcher();
        for (int i = 0; i < 24; i++) {
            DeviceLease lease = await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> Pools.tryAcquire(pool, new DeviceRequest(1, 1)), java.util.Optional::isPresent)
                    .orElseThrow();
            LaunchRequest request = new LaunchRequest(
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    1,
                    data.resolve("trial-" + i),
                    // A directory is made by one only: two trials on a GPU at once would clash.
                    List.of(
                            "/bin/sh",
                            "-c",
                            "mkdir ../on-$CUDA_VISIBLE_DEVICES || exit 1; sleep 0.01; rmdir ../on-$CUDA_VISIBLE_DEVICES"),
                    Map.of(),
                    lease);
            var unused = track(launcher.launch(request)).onExit().thenAccept(exit -> {
                failed.addAndGet(exit.succeeded() ? 0 : 1);
                lease.close();
            });
        }
        handles.forEach(LauncherKit::exit);

        assertThat(failed).hasValue(0);
    }

    @Test
    void aTrialDoesNotRunWithoutTheGpusThatItNeeds() {
        DeviceLease two =
                pool.restore(UUID.randomUUID(), new DeviceGrant(1, 0, new GpuNeed.Whole(2), List.of("GPU-a")));
        LaunchRequest request = new LaunchRequest(
                UUID.randomUUID(),
                UUID.randomUUID(),
                1,
                data.resolve("trial"),
                List.of("/bin/sh", "-c", "touch ran"),
                Map.of(),
                two);

        assertThatThrownBy(() -> launcher().launch(request))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("it needs 2 GPUs and was given 1");
        assertThat(request.folder().resolve("ran")).doesNotExist();
    }
}
