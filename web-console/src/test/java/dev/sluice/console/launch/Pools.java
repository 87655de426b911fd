package dev.sluice.console.launch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Pools and leases as tests need them. */
final class Pools {
    private Pools() {}

    /** A pool of a machine with a GiB. */
    static DevicePool of(int cpus, List<Gpu> gpus) {
        return DevicePool.of(new Machine(cpus, 1L << 30, gpus), Duration.ofSeconds(30));
    }

    /** What a sweep that is seen only once gets at once. */
    static Optional<DeviceLease> tryAcquire(DevicePool pool, DeviceRequest request) {
        try (DeviceClaim claim = pool.claim(UUID.randomUUID(), () -> {})) {
            return claim.request(request, 0);
        }
    }

    /** One CPU of a machine that has one. */
    static DeviceLease cpu() {
        return tryAcquire(of(1, List.of()), new DeviceRequest(1, 0)).orElseThrow();
    }
}
