package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DevicePoolTest {
    private final DevicePool pool = DevicePool.of(4, List.of(new Gpu("GPU-a", "", 0), new Gpu("GPU-b", "", 0)));

    @Test
    void lendsEachGpuOnce() {
        DeviceLease first = pool.tryAcquire(new DeviceRequest(1, 1)).orElseThrow();
        DeviceLease second = pool.tryAcquire(new DeviceRequest(1, 1)).orElseThrow();

        assertThat(first.grant().gpus()).containsExactly("GPU-a");
        assertThat(second.grant().gpus()).containsExactly("GPU-b");
        assertThat(pool.tryAcquire(new DeviceRequest(1, 1))).isEmpty();
        assertThat(pool.tryAcquire(new DeviceRequest(1, 0))).isPresent();
    }

    @Test
    void lendsNoMoreCpusThanThereAre() {
        assertThat(pool.tryAcquire(new DeviceRequest(3, 0))).isPresent();

        assertThat(pool.tryAcquire(new DeviceRequest(2, 0))).isEmpty();
        assertThat(pool.usage().cpusLent()).isEqualTo(3);
    }

    @Test
    void aLeaseIsGivenBackOnce() {
        DeviceLease lease = pool.tryAcquire(new DeviceRequest(4, 2)).orElseThrow();
        AtomicInteger told = new AtomicInteger();
        pool.onGivenBack(told::incrementAndGet);

        lease.close();
        lease.close();

        assertThat(told).hasValue(1);
        assertThat(pool.usage().cpusLent()).isZero();
        assertThat(pool.tryAcquire(new DeviceRequest(4, 2))).isPresent();
    }

    @Test
    void leasesAreRestoredAfterARestart() {
        DeviceLease restored = pool.restore(new DeviceGrant(3, List.of("GPU-b", "GPU-gone")));

        assertThat(restored.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "GPU-b,GPU-gone");
        assertThat(pool.tryAcquire(new DeviceRequest(1, 2))).isEmpty();
        assertThat(pool.tryAcquire(new DeviceRequest(1, 1))
                        .orElseThrow()
                        .grant()
                        .gpus())
                .containsExactly("GPU-a");
        restored.close();
        assertThat(pool.tryAcquire(new DeviceRequest(1, 1))
                        .orElseThrow()
                        .grant()
                        .gpus())
                .containsExactly("GPU-b");
    }

    @Test
    void restoredLeasesBeyondTheMachineLeaveNothingToLend() {
        pool.restore(new DeviceGrant(9, List.of()));

        assertThat(pool.tryAcquire(new DeviceRequest(1, 0))).isEmpty();
    }

    @Test
    void saysWhatCanNeverBeLent() {
        assertThat(pool.impossible(new DeviceRequest(4, 2))).isEmpty();
        assertThat(pool.impossible(new DeviceRequest(8, 3)))
                .isEqualTo(Optional.of("a trial asks for more than this machine has: 3 GPUs of 2 and 8 CPUs of 4"));
    }

    @Test
    void refusesSharesOfAGpu() {
        assertThat(DeviceRequest.of(1, 2.0)).isEqualTo(new DeviceRequest(1, 2));
        assertThatThrownBy(() -> DeviceRequest.of(1, 0.5))
                .hasMessageContaining("whole number")
                .hasMessageContaining("0.5");
        assertThatThrownBy(() -> DeviceRequest.of(1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isNeverOverCommittedByManyAtOnce() throws InterruptedException {
        DevicePool eight = DevicePool.of(
                64,
                IntStream.range(0, 8).mapToObj(i -> new Gpu("GPU-" + i, "", 0)).toList());
        AtomicInteger lent = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 16)
                .mapToObj(number -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 500; i++) {
                        eight.tryAcquire(new DeviceRequest(1, 1)).ifPresent(lease -> {
                            most.accumulateAndGet(lent.incrementAndGet(), Math::max);
                            lent.decrementAndGet();
                            lease.close();
                        });
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most.get()).isBetween(1, 8);
        assertThat(eight.usage().gpus()).noneMatch(DeviceUsage.GpuUsage::lent);
    }
}
