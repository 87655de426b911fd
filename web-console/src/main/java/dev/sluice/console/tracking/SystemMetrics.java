package dev.sluice.console.tracking;

import dev.sluice.console.folder.TrialFolder;
import dev.sluice.console.machine.GpuMeter;
import dev.sluice.console.machine.GpuReading;
import dev.sluice.console.machine.HostReading;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.RunJournals;
import io.quarkus.logging.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/*
 * One thread samples the machine for all trials of this machine. What it finds goes to each trial's run folder, into a
 * journal that nobody else writes, and from there the way of all journals: the study knows nothing of it. The sample's
 * number is the entry's mark, so that the next attempt, or the next service, counts on.
 */

/**
 * What the machine does while trials run on it, in their MLflow runs, by the names that MLflow's own system metrics
 * have. Thread-safe.
 */
public final class SystemMetrics implements AutoCloseable {
    private static final String PREFIX = "system/";
    /** A trial that lasts as long as this has one sample at least, be the interval longer. */
    private static final Duration NOTABLE = Duration.ofSeconds(1);

    private final GpuMeter gpus;
    private final Path disk;
    private final @Nullable ScheduledExecutorService clock;
    private final Set<Sampling> samplings = ConcurrentHashMap.newKeySet();
    /** The sampler's own. */
    private HostReading last;

    private SystemMetrics(Duration interval, Path disk, GpuMeter gpus) {
        this.disk = disk;
        this.gpus = gpus;
        this.last = HostReading.now(disk);
        if (interval.isZero()) {
            this.clock = null;
        } else {
            var thread = Thread.ofPlatform().daemon().name("system-metrics");
            this.clock = Executors.newSingleThreadScheduledExecutor(thread.factory());
            var unused = clock.scheduleWithFixedDelay(
                    this::sample, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Samples at an interval.
     *
     * @param interval 0: never
     * @param disk a folder on the file system that is reported on
     * @throws IllegalArgumentException if the interval is negative
     */
    public static SystemMetrics every(Duration interval, Path disk, GpuMeter gpus) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("the interval of system metrics must be >= 0, was " + interval);
        }
        return new SystemMetrics(interval, disk, gpus);
    }

    /**
     * Samples for a trial from now on, until what is returned is stopped. Never fails and never waits for a sample.
     *
     * @param devices the GPUs that the trial holds, as {@code CUDA_VISIBLE_DEVICES} takes them: the first is {@code
     *     gpu_0}, as the trial itself sees it
     * @param alive whether the trial still runs; asked before each sample
     * @param used hears of each sample the share of time that its GPUs were used, in [0, 1]; it must not take long
     */
    public Sampling of(TrialFolder trial, List<String> devices, BooleanSupplier alive, DoubleConsumer used) {
        var sampling = new Sampling(Tracking.runFolder(trial), devices, alive, used, HostReading.now(disk));
        if (clock != null) {
            samplings.add(sampling);
        }
        return sampling;
    }

    /** Takes one sample for all trials that are followed. */
    void sample() {
        try {
            var host = HostReading.now(disk);
            var before = last;
            last = host;
            var followed = List.copyOf(samplings);
            if (followed.isEmpty()) {
                return;
            }
            var at = Instant.now();
            var readings = followed.stream().allMatch(sampling -> sampling.devices.isEmpty())
                    ? List.<GpuReading>of()
                    : gpus.read();
            for (var sampling : followed) {
                sampling.take(host, before, readings, at);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Whatever it is, the next sample may do better.
            Log.debug("event=not-sampled", e);
        }
    }

    /** Stops sampling; who is followed has what was found until now. */
    @Override
    public void close() {
        if (clock != null) {
            clock.shutdownNow();
        }
        samplings.forEach(Sampling::stop);
    }

    /** The samples of one attempt of a trial. */
    public final class Sampling {
        private final Path folder;
        private final List<String> devices;
        private final BooleanSupplier alive;
        private final DoubleConsumer used;
        private final HostReading first;
        private final long begun = System.nanoTime();
        private @Nullable JournalWriter writer;
        private boolean stopped;
        private boolean failed;

        private Sampling(
                Path folder, List<String> devices, BooleanSupplier alive, DoubleConsumer used, HostReading first) {
            this.folder = folder;
            this.devices = List.copyOf(devices);
            this.alive = alive;
            this.used = used;
            this.first = first;
        }

        private synchronized void take(HostReading host, HostReading before, List<GpuReading> readings, Instant at) {
            if (stopped || !alive.getAsBoolean()) {
                return;
            }
            Map<String, Double> values = new LinkedHashMap<>();
            host.metrics(before, first).forEach((name, value) -> values.put(PREFIX + name, value));
            for (int i = 0; i < devices.size(); i++) {
                var device = devices.get(i);
                var gpu = PREFIX + "gpu_" + i + "_";
                readings.stream()
                        .filter(reading -> reading.isOf(device))
                        .findFirst()
                        .ifPresent(
                                reading -> reading.metrics().forEach((name, value) -> values.put(gpu + name, value)));
            }
            write(values, at);
            var shares = readings.stream()
                    .filter(reading -> devices.stream().anyMatch(reading::isOf))
                    .mapToDouble(reading -> reading.metrics().getOrDefault(GpuReading.USED_PERCENTAGE, Double.NaN))
                    .average();
            if (shares.isPresent() && !Double.isNaN(shares.getAsDouble())) {
                used.accept(shares.getAsDouble() / 100);
            }
        }

        private void write(Map<String, Double> values, Instant at) {
            if (values.isEmpty()) {
                return;
            }
            try {
                if (writer == null) {
                    writer = JournalWriter.open(RunJournals.system(folder));
                }
                long step = writer.lastMark().orElse(-1) + 1;
                writer.append(new JournalEntry.Metrics(step, values, at).withMark(step));
                failed = false;
            } catch (IOException e) {
                if (!failed) {
                    failed = true;
                    Log.warnf("event=not-sampled folder=%s reason=\"%s\"", folder, e.getMessage());
                }
            }
        }

        /**
         * No sample is written any more. Where there was time for none, the machine's is written now, over all that time,
         * without GPUs, which may not answer. Waits for no more than a sample that is just being written.
         */
        public synchronized void stop() {
            boolean followed = samplings.remove(this);
            if (followed && writer == null && System.nanoTime() - begun >= NOTABLE.toNanos()) {
                Map<String, Double> values = new LinkedHashMap<>();
                HostReading.now(disk).metrics(first, first).forEach((name, value) -> values.put(PREFIX + name, value));
                write(values, Instant.now());
            }
            stopped = true;
            if (writer != null) {
                try {
                    writer.close();
                } catch (IOException e) {
                    Log.warnf("event=not-closed folder=%s reason=\"%s\"", folder, e.getMessage());
                }
                writer = null;
            }
        }
    }
}
