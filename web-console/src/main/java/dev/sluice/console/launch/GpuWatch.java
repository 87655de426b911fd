package dev.sluice.console.launch;

import dev.sluice.console.machine.NvidiaSmi;
import dev.sluice.console.process.ProcessFamily;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the GPUs again and again, by {@code nvidia-smi}, and tells the {@link DevicePool} which of them are there, how full they are,
 * and how much of them each attempt uses. Where there is no {@code nvidia-smi}, it does nothing. Thread-safe.
 */
public final class GpuWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GpuWatch.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** After so many failures in a row it looks less often. */
    private static final int PATIENCE = 3;

    private static final int SELDOM = 12;

    private final DevicePool pool;
    private final Optional<NvidiaSmi> program;
    private final ScheduledExecutorService clock;
    private int failures;
    private int round;

    private GpuWatch(DevicePool pool, Optional<NvidiaSmi> program, Duration interval) {
        this.pool = pool;
        this.program = program;
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("gpu-watch").factory());
        if (program.isPresent() && !pool.machine().gpus().isEmpty() && !interval.isZero()) {
            var unused = clock.scheduleWithFixedDelay(this::look, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Watches for a pool.
     *
     * @param environment {@code PATH} is where {@code nvidia-smi} is looked for
     * @param interval time between two looks; 0: never
     */
    public static GpuWatch of(DevicePool pool, Map<String, String> environment, Duration interval) {
        return new GpuWatch(pool, NvidiaSmi.on(environment.getOrDefault("PATH", "")), interval);
    }

    private void look() {
        if (failures >= PATIENCE && ++round % SELDOM != 0) {
            return;
        }
        try {
            pool.observed(gpus(), pool.sharesMemory() ? usedByAttempts() : Map.of(), System.nanoTime());
            failures = 0;
        } catch (IOException e) {
            if (++failures == PATIENCE) {
                LOG.log(Level.WARNING, "gpus=unwatched reason=\"{0}\"", e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "gpus=unwatched", e);
        }
    }

    private List<GpuMemory> gpus() throws IOException, InterruptedException {
        List<GpuMemory> gpus = new ArrayList<>();
        for (List<String> fields : program.orElseThrow().query(List.of("index", "uuid", "memory.used"), LIMIT)) {
            gpus.add(new GpuMemory(fields.get(0), fields.get(1), mebibytes(fields.get(2))));
        }
        return gpus;
    }

    /** By attempt what its processes use together. */
    private Map<UUID, Long> usedByAttempts() throws IOException, InterruptedException {
        Map<UUID, Long> used = new HashMap<>();
        Set<List<String>> seen = new HashSet<>();
        for (List<String> fields :
                program.orElseThrow().queryProcesses(List.of("pid", "gpu_uuid", "used_memory"), LIMIT)) {
            if (fields.get(0).matches("\\d{1,9}") && seen.add(fields)) {
                attempt(Long.parseLong(fields.get(0)))
                        .ifPresent(attempt -> used.merge(attempt, mebibytes(fields.get(2)), Long::sum));
            }
        }
        return used;
    }

    private static Optional<UUID> attempt(long pid) {
        try {
            return ProcessFamily.markOf(pid, Launcher.MARK).map(UUID::fromString);
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private static long mebibytes(String text) {
        return text.matches("\\d{1,12}") ? Long.parseLong(text) : 0;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
