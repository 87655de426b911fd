package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DevicePoolTest {
    private final DevicePool pool = Pools.of(4, List.of(new Gpu("GPU-a", "", 0), new Gpu("GPU-b", "", 0)));

    @Test
    void lendsEachGpuOnce() {
        DeviceLease first = Pools.tryAcquire(pool, new DeviceRequest(1, 1)).orElseThrow();
        DeviceLease second = Pools.tryAcquire(pool, new DeviceRequest(1, 1)).orElseThrow();

        assertThat(first.grant().gpus()).containsExactly("GPU-a");
        assertThat(second.grant().gpus()).containsExactly("GPU-b");
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 1))).isEmpty();
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 0))).isPresent();
    }

    @Test
    void lendsNoMoreCpusThanThereAre() {
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(3, 0))).isPresent();

        assertThat(Pools.tryAcquire(pool, new DeviceRequest(2, 0))).isEmpty();
        assertThat(pool.usage().cpusLent()).isEqualTo(3);
    }

    @Test
    void aLeaseIsGivenBackOnce() {
        AtomicInteger woken = new AtomicInteger();
        DeviceClaim claim = pool.claim(UUID.randomUUID(), woken::incrementAndGet);
        DeviceLease lease = claim.request(new DeviceRequest(4, 2), 0).orElseThrow();

        lease.close();
        lease.close();

        assertThat(woken).hasValue(1);
        assertThat(pool.usage().cpusLent()).isZero();
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(4, 2))).isEmpty(); // kept for the moment
        claim.look();
        claim.rest();
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(4, 2))).isPresent();
    }

    @Test
    void whoWaitsIsWokenWithDevicesOfItsOwn() {
        DeviceLease all = Pools.tryAcquire(pool, new DeviceRequest(1, 2)).orElseThrow();
        AtomicInteger woken = new AtomicInteger();
        DeviceClaim claim = pool.claim(UUID.randomUUID(), woken::incrementAndGet);
        assertThat(claim.request(new DeviceRequest(1, 1), 0)).isEmpty();

        all.close();

        assertThat(woken).hasValue(1);
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 2))).isEmpty();
        assertThat(claim.request(new DeviceRequest(1, 1), 0)).isPresent();
    }

    @Test
    void aSweepOfHigherPriorityKeepsTheDeviceThatItGaveBack() {
        DevicePool one = pool(1);
        DeviceClaim high = one.claim(UUID.randomUUID(), () -> {});
        DeviceLease lease = high.request(new DeviceRequest(1, 1), 5).orElseThrow();
        DeviceClaim low = one.claim(UUID.randomUUID(), () -> {});
        assertThat(low.request(new DeviceRequest(1, 1), 0)).isEmpty();

        lease.close();

        assertThat(low.request(new DeviceRequest(1, 1), 0)).isEmpty();
        assertThat(high.request(new DeviceRequest(1, 1), 5)).isPresent();
    }

    @Test
    void thatItHadNoWorkIsStaleOnceItGaveBack() {
        DevicePool one = pool(1);
        DeviceClaim high = one.claim(UUID.randomUUID(), () -> {});
        DeviceLease lease = high.request(new DeviceRequest(1, 1), 5).orElseThrow();
        DeviceClaim low = one.claim(UUID.randomUUID(), () -> {});
        assertThat(low.request(new DeviceRequest(1, 1), 0)).isEmpty();

        high.look();
        lease.close();
        high.rest();

        assertThat(low.request(new DeviceRequest(1, 1), 0)).isEmpty();
        high.look();
        high.rest();
        assertThat(low.request(new DeviceRequest(1, 1), 0)).isPresent();
    }

    @Test
    void theMomentInWhichASweepMaySayWhatItWantsIsLimited() {
        List<Runnable> moments = new ArrayList<>();
        DevicePool one =
                DevicePool.of(new Machine(4, 1, List.of(new Gpu("GPU-a", "", 0))), Duration.ZERO, moments::add);
        DeviceClaim high = one.claim(UUID.randomUUID(), () -> {});
        DeviceLease lease = high.request(new DeviceRequest(1, 1), 5).orElseThrow();
        AtomicInteger woken = new AtomicInteger();
        DeviceClaim low = one.claim(UUID.randomUUID(), woken::incrementAndGet);
        assertThat(low.request(new DeviceRequest(1, 1), 0)).isEmpty();
        lease.close();

        List.copyOf(moments).forEach(Runnable::run);

        assertThat(woken).hasValue(1);
        assertThat(low.request(new DeviceRequest(1, 1), 0)).isPresent();
    }

    @Test
    void aDrainedDeviceIsNotLentUntilItIsOpened() {
        DeviceLease running = Pools.tryAcquire(pool, new DeviceRequest(1, 1)).orElseThrow();
        pool.drain("GPU-a", true);
        running.close();
        AtomicInteger woken = new AtomicInteger();
        DeviceClaim claim = pool.claim(UUID.randomUUID(), woken::incrementAndGet);

        assertThat(claim.request(new DeviceRequest(1, 2), 0)).isEmpty();
        assertThat(pool.usage().queue())
                .extracting(DeviceUsage.Queued::reason)
                .containsExactly("it needs 2 GPUs, and of 2 1 are drained or gone");
        DeviceLease other = Pools.tryAcquire(pool, new DeviceRequest(1, 1)).orElseThrow();
        assertThat(other.grant().gpus()).containsExactly("GPU-b");
        other.close();
        pool.drain("GPU-a", false);

        assertThat(woken).hasValue(1);
        assertThat(claim.request(new DeviceRequest(1, 2), 0)).isPresent();
    }

    @Test
    void anotherRequestTakesThePlaceOfTheFirst() {
        DeviceLease all = Pools.tryAcquire(pool, new DeviceRequest(1, 2)).orElseThrow();
        DeviceClaim claim = pool.claim(UUID.randomUUID(), () -> {});
        assertThat(claim.request(new DeviceRequest(1, 2), 0)).isEmpty();
        all.close();

        DeviceLease lease = claim.request(new DeviceRequest(1, 1), 0).orElseThrow();

        assertThat(lease.grant().gpus()).containsExactly("GPU-a");
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 1))).isPresent();
    }

    @Test
    void whatNobodyCameForGoesToOthersWhenItsSweepLeaves() {
        DeviceLease all = Pools.tryAcquire(pool, new DeviceRequest(1, 2)).orElseThrow();
        DeviceClaim claim = pool.claim(UUID.randomUUID(), () -> {});
        assertThat(claim.request(new DeviceRequest(1, 2), 0)).isEmpty();
        all.close();

        claim.close();

        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 2))).isPresent();
    }

    @Test
    void tellsWhoHasWhatAndWhoWaits() {
        UUID sweep = UUID.randomUUID();
        DeviceLease half = pool.restore(sweep, new DeviceGrant(1, 1 << 20, new GpuNeed.Part(5000), List.of("GPU-a")));
        DeviceLease.User user = new DeviceLease.User(UUID.randomUUID(), 3, UUID.randomUUID());
        half.usedBy(user);
        UUID other = UUID.randomUUID();
        DeviceClaim claim = pool.claim(other, () -> {});
        assertThat(claim.request(new DeviceRequest(1, 2), 7)).isEmpty();

        DeviceUsage usage = pool.usage();

        assertThat(usage.memoryLentBytes()).isEqualTo(1 << 20);
        assertThat(usage.gpus().get(0).free()).isEqualTo(0.5);
        assertThat(usage.gpus().get(0).users())
                .containsExactly(new DeviceUsage.Used(sweep, user.trial(), 3, user.attempt(), "0.5 of a GPU"));
        assertThat(usage.gpus().get(1).free()).isEqualTo(1);
        assertThat(usage.queue())
                .containsExactly(new DeviceUsage.Queued(other, 7, 1, "2 GPUs", 0, "it waits for 2 GPUs (1 free)"));
    }

    @Test
    void leasesAreRestoredAfterARestart() {
        DeviceLease restored = pool.restore(UUID.randomUUID(), new DeviceGrant(3, List.of("GPU-b", "GPU-gone")));

        assertThat(restored.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "GPU-b,GPU-gone");
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 2))).isEmpty();
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 1))
                        .orElseThrow()
                        .grant()
                        .gpus())
                .containsExactly("GPU-a");
        restored.close();
        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 1))
                        .orElseThrow()
                        .grant()
                        .gpus())
                .containsExactly("GPU-b");
    }

    @Test
    void restoredLeasesBeyondTheMachineLeaveNothingToLend() {
        pool.restore(UUID.randomUUID(), new DeviceGrant(9, List.of()));

        assertThat(Pools.tryAcquire(pool, new DeviceRequest(1, 0))).isEmpty();
    }

    @Test
    void saysWhatCanNeverBeLent() {
        assertThat(pool.machine().impossible(new DeviceRequest(4, 2))).isEmpty();
        assertThat(pool.machine().impossible(new DeviceRequest(8, 3)))
                .isEqualTo(Optional.of("a trial asks for more than this machine has: 3 GPUs of 2 and 8 CPUs of 4"));
    }

    @Test
    void saysWhatMemoryCanNeverBeLent() {
        assertThat(pool.machine().impossible(new DeviceRequest(1, GpuNeed.NONE, 3L << 29)))
                .isEqualTo(Optional.of("a trial asks for more than this machine has: 1.5 GiB of memory of 1 GiB"));
    }

    @Test
    void readsWhatASweepFileSays() {
        assertThat(DeviceRequest.of(1, 2.0, false, 0)).isEqualTo(new DeviceRequest(1, 2));
        assertThat(DeviceRequest.of(1, 0.5, false, 7)).isEqualTo(new DeviceRequest(1, new GpuNeed.Part(5000), 7));
        assertThat(DeviceRequest.of(1, 1, true, 0)).isEqualTo(new DeviceRequest(1, new GpuNeed.Measured(), 0));
        assertThat(DeviceRequest.of(1, 1e-9, false, 0).gpus()).isEqualTo(new GpuNeed.Part(1));
        assertThatThrownBy(() -> DeviceRequest.of(1, 1.5, false, 0)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> DeviceRequest.of(1, 2, true, 0)).hasMessageContaining("must be 1");
        assertThatThrownBy(() -> DeviceRequest.of(1, Double.NaN, false, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isNeverOverCommittedByManyAtOnce() throws InterruptedException {
        DevicePool eight = Pools.of(
                64,
                IntStream.range(0, 8).mapToObj(i -> new Gpu("GPU-" + i, "", 0)).toList());
        AtomicInteger lent = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 16)
                .mapToObj(number -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 500; i++) {
                        Pools.tryAcquire(eight, new DeviceRequest(1, 1)).ifPresent(lease -> {
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

    private static DevicePool pool(int gpus) {
        return Pools.of(
                8,
                IntStream.range(0, gpus)
                        .mapToObj(i -> new Gpu("GPU-" + i, "", 0))
                        .toList());
    }
}
