package dev.sluice.console.launch;

import dev.sluice.console.launch.Placement.Lent;
import dev.sluice.console.launch.Placement.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The CPUs, the memory and the GPUs of this machine, lent to attempts in the order that {@link Placement} decides, and never more of them
 * than there are.
 *
 * <p>Safe for use by several threads. What was lent before a restart is taken up with {@link #restore} before anything new is lent.
 */
/*
 * Nothing here waits or looks again: a decision is taken when somebody asks, gives back, or a device opens, and whoever is served is
 * woken. A sweep that was served or has given back is in the queue before it asks: its loop needs a moment to find out what comes next,
 * in which a sweep of lower priority would otherwise take the device each time. The moment is limited: a sampler that thinks keeps no
 * device from others.
 */
public final class DevicePool {
    private static final Executor MOMENT = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private final Machine machine;
    private final Executor moment;
    private final Set<DeviceLease> leases = new LinkedHashSet<>();
    private final Map<UUID, Claim> claims = new LinkedHashMap<>();
    private final Set<String> drained = new HashSet<>();
    private final Set<String> gone = new HashSet<>();
    private final MemoryLessons lessons;
    private List<GpuMemory> observed = List.of();
    private Map<UUID, String> reasons = Map.of();
    private long number;

    private DevicePool(Machine machine, Duration memorySettles, Executor moment) {
        this.machine = machine;
        this.lessons = new MemoryLessons(memorySettles);
        this.moment = moment;
    }

    /**
     * A pool of all that this machine has, all free.
     *
     * @param memorySettles how long a trial's use of GPU memory must stay the same before others join it on its device
     */
    public static DevicePool of(Machine machine, Duration memorySettles) {
        return new DevicePool(machine, memorySettles, MOMENT);
    }

    /** The same, with what lets the moment pass in which a sweep may say what it wants next. */
    static DevicePool of(Machine machine, Duration memorySettles, Executor moment) {
        return new DevicePool(machine, memorySettles, moment);
    }

    /** What there is to lend. */
    public Machine machine() {
        return machine;
    }

    /**
     * A place for a sweep. It has one at a time.
     *
     * @param wake called when devices are there for it, or were given back by it; it should return at once
     */
    public DeviceClaim claim(UUID sweep, Runnable wake) {
        synchronized (this) {
            Claim claim = new Claim(sweep, wake, number);
            if (claims.putIfAbsent(sweep, claim) != null) {
                throw new IllegalStateException("sweep " + sweep + " has a place already");
            }
            return claim;
        }
    }

    /**
     * Takes up devices on which an attempt is known to run, whatever is free: after a restart, before anything is lent. Devices that the
     * machine no longer has are kept in the lease.
     */
    public DeviceLease restore(UUID sweep, DeviceGrant grant) {
        synchronized (this) {
            return lend(sweep, grant);
        }
    }

    /** Puts nothing new on a GPU, or does again; what runs there runs on. */
    public void drain(String gpu, boolean drain) {
        change(() -> drain ? drained.add(gpu) : drained.remove(gpu));
    }

    /** The ids of the GPUs that are drained. */
    public synchronized Set<String> drained() {
        return Set.copyOf(drained);
    }

    /** Whether any attempt shares its device by memory. */
    synchronized boolean sharesMemory() {
        return leases.stream().anyMatch(DevicePool::isMeasured);
    }

    private static boolean isMeasured(DeviceLease lease) {
        return lease.grant().need() instanceof GpuNeed.Measured;
    }

    /**
     * What was seen of the GPUs. One that is not there is lent no more until it is seen again.
     *
     * @param gpus those that are there
     * @param byAttempt what the processes of attempts use, in MiB, as far as it is known
     */
    void observed(List<GpuMemory> gpus, Map<UUID, Long> byAttempt, long nowNanos) {
        change(() -> {
            observed = List.copyOf(gpus);
            Set<String> missing = new HashSet<>();
            for (Gpu gpu : machine.gpus()) {
                // An instance of a GPU is not listed.
                if (!gpu.id().startsWith("MIG-") && gpus.stream().noneMatch(one -> one.isOf(gpu.id()))) {
                    missing.add(gpu.id());
                }
            }
            boolean changed = !missing.equals(gone);
            gone.clear();
            gone.addAll(missing);
            for (DeviceLease lease : leases) {
                DeviceLease.User user = lease.user();
                if (isMeasured(lease) && user != null) {
                    long used = byAttempt.getOrDefault(user.attempt(), 0L);
                    changed |= lessons.measured(
                            lease.sweep(), used > 0 ? used : alone(lease, byAttempt.isEmpty()), nowNanos);
                }
            }
            return changed;
        });
    }

    /**
     * In a container processes may not be told apart, or not be shown at all. Of one that is alone on its device it is known all the same:
     * what the device holds.
     */
    private long alone(DeviceLease lease, boolean noneShown) {
        String id = lease.grant().gpus().getFirst();
        return noneShown && sharers(id).size() == 1
                ? observed.stream()
                        .filter(one -> one.isOf(id))
                        .mapToLong(GpuMemory::usedMebibytes)
                        .sum()
                : 0;
    }

    private List<DeviceLease> sharers(String gpu) {
        return leases.stream()
                .filter(lease -> isMeasured(lease) && lease.grant().gpus().contains(gpu))
                .toList();
    }

    /** An attempt ran to its end on these devices: what it used was all that it needs. */
    public void endedWell(DeviceLease lease) {
        change(() -> isMeasured(lease) && lessons.endedWell(lease.sweep()));
    }

    /** An attempt found no memory on a GPU that it shared: fewer of its sweep are put on one device from now on. */
    public void ranOutOfMemory(DeviceLease lease) {
        change(() -> lease.wasShared() && lessons.ranOut(lease.sweep(), lease.together()));
    }

    private void change(BooleanSupplier change) {
        List<Runnable> wakes;
        synchronized (this) {
            wakes = change.getAsBoolean() ? decide() : List.of();
        }
        wakes.forEach(Runnable::run);
    }

    private DeviceLease lend(UUID sweep, DeviceGrant grant) {
        DeviceLease lease = new DeviceLease(sweep, grant, this::giveBack);
        leases.add(lease);
        if (isMeasured(lease)) {
            grant.gpus().forEach(gpu -> {
                List<DeviceLease> sharers = sharers(gpu);
                sharers.forEach(one -> one.together(sharers.size()));
            });
        }
        return lease;
    }

    private void giveBack(DeviceLease lease) {
        List<Runnable> wakes = new ArrayList<>();
        synchronized (this) {
            leases.remove(lease);
            Claim claim = claims.get(lease.sweep());
            if (claim != null) {
                claim.givenBack();
                wakes.add(claim.wake);
            }
            wakes.addAll(decide());
        }
        wakes.forEach(Runnable::run);
    }

    /** Serves whom the placement says; the answer are those to wake. */
    private List<Runnable> decide() {
        Set<String> closed = new HashSet<>(drained);
        closed.addAll(gone);
        List<Runnable> wakes = new ArrayList<>();
        while (true) {
            List<Lent> lent = leases.stream()
                    .map(one -> new Lent(one.sweep(), one.grant()))
                    .toList();
            List<Waiting> waiting =
                    claims.values().stream().flatMap(Claim::queued).toList();
            Placement.Decision decision = Placement.decide(machine, closed, lent, waiting, lessons.lessons());
            for (Waiting left : decision.left()) {
                claim(left.sweep()).waiting = left;
            }
            reasons = decision.reasons();
            if (decision.placed().isEmpty()) {
                return wakes;
            }
            Placement.Placed placed = decision.placed().get();
            Claim claim = claim(placed.sweep());
            claim.served(lend(placed.sweep(), placed.grant()));
            wakes.add(claim.wake);
        }
    }

    private Claim claim(UUID sweep) {
        return Objects.requireNonNull(claims.get(sweep));
    }

    /** What there is, who has it and who waits. */
    public synchronized DeviceUsage usage() {
        List<DeviceUsage.GpuUsage> gpus = new ArrayList<>();
        for (Gpu gpu : machine.gpus()) {
            List<DeviceLease> on = leases.stream()
                    .filter(lease -> lease.grant().gpus().contains(gpu.id()))
                    .toList();
            gpus.add(new DeviceUsage.GpuUsage(
                    gpus.size(),
                    gpu,
                    !on.isEmpty(),
                    drained.contains(gpu.id()),
                    gone.contains(gpu.id()),
                    observed.stream()
                            .filter(one -> one.isOf(gpu.id()))
                            .findFirst()
                            .map(GpuMemory::usedMebibytes)
                            .orElse(null),
                    free(gpu, on),
                    on.stream().map(DevicePool::user).toList()));
        }
        return new DeviceUsage(
                machine.cpus(),
                leases.stream().mapToInt(lease -> lease.grant().cpus()).sum(),
                machine.memoryBytes(),
                leases.stream().mapToLong(lease -> lease.grant().memoryBytes()).sum(),
                gpus,
                claims.values().stream()
                        .flatMap(Claim::queued)
                        .filter(waiting -> !waiting.undecided())
                        .map(waiting -> new DeviceUsage.Queued(
                                waiting.sweep(),
                                waiting.priority(),
                                waiting.request().cpus(),
                                waiting.request().gpus().inWords(),
                                waiting.request().memoryBytes(),
                                reasons.getOrDefault(waiting.sweep(), "")))
                        .toList());
    }

    private double free(Gpu gpu, List<DeviceLease> on) {
        double used = 0;
        for (DeviceLease lease : on) {
            used += switch (lease.grant().need()) {
                case GpuNeed.Whole whole -> 1;
                case GpuNeed.Part part -> (double) part.tenThousandths() / GpuNeed.Part.DEVICE;
                case GpuNeed.Measured measured -> {
                    long mebibytes = lessons.of(lease.sweep()).mebibytes();
                    yield mebibytes == 0 || gpu.memoryMebibytes() == 0 ? 1 : (double) mebibytes / gpu.memoryMebibytes();
                }
            };
        }
        return Math.clamp(1 - used, 0.0, 1.0);
    }

    private static DeviceUsage.Used user(DeviceLease lease) {
        DeviceLease.User user = lease.user();
        return new DeviceUsage.Used(
                lease.sweep(),
                user == null ? null : user.trial(),
                user == null ? null : user.number(),
                user == null ? null : user.attempt(),
                lease.grant().need().inWords());
    }

    private final class Claim implements DeviceClaim {
        private final UUID sweep;
        private final Runnable wake;
        private long served;
        private @Nullable Waiting waiting;
        private @Nullable DeviceLease granted;
        /** What it asked for last. */
        private @Nullable Waiting last;

        private long givenBack;
        private long looked;

        Claim(UUID sweep, Runnable wake, long served) {
            this.sweep = sweep;
            this.wake = wake;
            this.served = served;
        }

        Stream<Waiting> queued() {
            return Stream.ofNullable(waiting);
        }

        @Override
        public void look() {
            synchronized (DevicePool.this) {
                looked = givenBack;
            }
        }

        @Override
        public Optional<DeviceLease> request(DeviceRequest request, int priority) {
            List<Runnable> wakes;
            Optional<DeviceLease> answer;
            synchronized (DevicePool.this) {
                DeviceLease there = granted;
                if (there != null && isFor(request, there.grant())) {
                    granted = null;
                    return Optional.of(there);
                }
                if (there != null) {
                    granted = null;
                    leases.remove(there);
                }
                Waiting asked = new Waiting(sweep, request, priority, served, ++number, 0, false);
                Waiting before = waiting;
                if (before != null && !before.undecided() && before.request().equals(request)) {
                    asked = new Waiting(sweep, request, priority, served, before.since(), before.passed(), false);
                }
                waiting = asked;
                last = asked;
                wakes = decide();
                answer = Optional.ofNullable(granted);
                granted = null;
                if (answer.isPresent()) {
                    wakes.remove(wake);
                }
            }
            wakes.forEach(Runnable::run);
            return answer;
        }

        private static boolean isFor(DeviceRequest request, DeviceGrant grant) {
            return grant.cpus() == request.cpus()
                    && grant.memoryBytes() == request.memoryBytes()
                    && grant.need().equals(request.gpus());
        }

        @Override
        public void rest() {
            change(() -> {
                if (givenBack != looked) {
                    return false;
                }
                return withdraw();
            });
        }

        @Override
        public void close() {
            change(() -> {
                claims.remove(sweep, this);
                lessons.forget(sweep);
                return withdraw();
            });
        }

        private boolean withdraw() {
            boolean held = waiting != null || granted != null;
            waiting = null;
            if (granted != null) {
                leases.remove(granted);
                granted = null;
            }
            return held;
        }

        void served(DeviceLease lease) {
            granted = lease;
            served = ++number;
            waiting = null;
            mayWantMore();
        }

        void givenBack() {
            givenBack++;
            if (waiting == null) {
                mayWantMore();
            }
        }

        /** Until it says what is next, for a moment, it is taken to want the same again. */
        private void mayWantMore() {
            Waiting before = last;
            if (before == null) {
                return;
            }
            long since = ++number;
            waiting = new Waiting(sweep, before.request(), before.priority(), served, since, 0, true);
            moment.execute(() -> change(() -> {
                Waiting now = waiting;
                boolean silent = now != null && now.undecided() && now.since() == since;
                if (silent) {
                    waiting = null;
                }
                return silent;
            }));
        }
    }
}
