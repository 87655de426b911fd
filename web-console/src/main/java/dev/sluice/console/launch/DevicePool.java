package dev.sluice.console.launch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The CPU and GPU slots of this machine, lent to attempts and never more of them than there are.
 *
 * <p>Safe for use by several threads. What was lent before a restart is taken up with {@link #restore} before anything new is lent.
 */
public final class DevicePool {
    private final int cpus;
    private final List<Gpu> gpus;
    private final Map<String, Integer> lentGpus = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private int lentCpus;

    private DevicePool(int cpus, List<Gpu> gpus) {
        this.cpus = cpus;
        this.gpus = gpus;
    }

    /**
     * A pool of these devices, all free.
     *
     * @param cpus CPU slots, {@code >= 1}
     * @param gpus GPUs with different ids, lent in this order; may be empty
     */
    public static DevicePool of(int cpus, List<Gpu> gpus) {
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus must be >= 1, was " + cpus);
        }
        Set<String> ids = new HashSet<>();
        for (Gpu gpu : gpus) {
            if (!ids.add(gpu.id())) {
                throw new IllegalArgumentException("gpus must have different ids, was " + gpu.id() + " twice");
            }
        }
        return new DevicePool(cpus, List.copyOf(gpus));
    }

    /** Why a request can never be granted here, as a sentence; empty if it can. */
    public Optional<String> impossible(DeviceRequest request) {
        List<String> missing = new ArrayList<>();
        if (request.gpus() > gpus.size()) {
            missing.add(request.gpus() + (request.gpus() == 1 ? " GPU" : " GPUs") + " of " + gpus.size());
        }
        if (request.cpus() > cpus) {
            missing.add(request.cpus() + (request.cpus() == 1 ? " CPU" : " CPUs") + " of " + cpus);
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("a trial asks for more than this machine has: " + String.join(" and ", missing));
    }

    /** Lends what is asked for, all of it; empty if that much is not free now. */
    public synchronized Optional<DeviceLease> tryAcquire(DeviceRequest request) {
        if (request.cpus() > cpus - lentCpus) {
            return Optional.empty();
        }
        List<String> free = gpus.stream()
                .map(Gpu::id)
                .filter(id -> !lentGpus.containsKey(id))
                .limit(request.gpus())
                .toList();
        if (free.size() < request.gpus()) {
            return Optional.empty();
        }
        return Optional.of(restore(new DeviceGrant(request.cpus(), free)));
    }

    /**
     * Takes up devices on which an attempt is known to run, whatever is free: after a restart, before anything is lent. Devices that the
     * machine no longer has are kept in the lease.
     */
    public synchronized DeviceLease restore(DeviceGrant grant) {
        lentCpus += grant.cpus();
        grant.gpus().forEach(id -> lentGpus.merge(id, 1, Integer::sum));
        return new DeviceLease(grant, this::giveBack);
    }

    /** What there is and what is lent. */
    public synchronized DeviceUsage usage() {
        return new DeviceUsage(
                cpus,
                lentCpus,
                gpus.stream()
                        .map(gpu -> new DeviceUsage.GpuUsage(gpu, lentGpus.containsKey(gpu.id())))
                        .toList());
    }

    /** Has this called after devices were given back, by the thread that gave them; it should return at once. */
    public void onGivenBack(Runnable listener) {
        listeners.add(listener);
    }

    private void giveBack(DeviceGrant grant) {
        synchronized (this) {
            lentCpus -= grant.cpus();
            grant.gpus().forEach(id -> lentGpus.computeIfPresent(id, (key, count) -> count == 1 ? null : count - 1));
        }
        listeners.forEach(Runnable::run);
    }
}
