package dev.sluice.console.machine;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Reads what the GPUs of this machine are doing, all of them at once. Where {@code nvidia-smi} fails or hangs, it is left
 * alone for a while. Not thread-safe.
 */
public final class GpuMeter {
    private static final System.Logger LOG = System.getLogger(GpuMeter.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMinutes(10);
    private static final double MEGABYTES_PER_MEBIBYTE = 1.048576;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}(\\.\\d{1,12})?");
    private static final List<String> FIELDS =
            List.of("index", "uuid", "utilization.gpu", "memory.used", "memory.total", "power.draw");

    private final Optional<NvidiaSmi> program;
    private final Duration limit;
    private final Duration pause;
    private boolean resting;
    private long restsFromNanos;
    private boolean said;

    private GpuMeter(Optional<NvidiaSmi> program, Duration limit, Duration pause) {
        this.program = program;
        this.limit = limit;
        this.pause = pause;
    }

    /** A meter by the {@code nvidia-smi} on the {@code PATH} of this environment; without one there are no readings. */
    public static GpuMeter of(Map<String, String> environment) {
        return of(environment, LIMIT, PAUSE);
    }

    /**
     * A meter by the {@code nvidia-smi} on the {@code PATH} of this environment.
     *
     * @param limit how long an answer is waited for
     * @param pause how long nothing is asked after there was no answer
     */
    static GpuMeter of(Map<String, String> environment, Duration limit, Duration pause) {
        return new GpuMeter(NvidiaSmi.on(environment.getOrDefault("PATH", "")), limit, pause);
    }

    /** What is known of each GPU now; none where nothing can be known. Takes five seconds at most. */
    public List<GpuReading> read() throws InterruptedException {
        if (program.isEmpty() || (resting && System.nanoTime() - restsFromNanos < pause.toNanos())) {
            return List.of();
        }
        try {
            List<GpuReading> readings = program.get().query(FIELDS, limit).stream()
                    .map(GpuMeter::reading)
                    .toList();
            resting = false;
            said = false;
            return readings;
        } catch (IOException e) {
            resting = true;
            restsFromNanos = System.nanoTime();
            if (!said) {
                said = true;
                LOG.log(
                        Level.WARNING,
                        "system_metrics=without-gpus again_after_s={0} reason=\"{1}\"",
                        Long.toString(pause.toSeconds()),
                        e.getMessage());
            }
            return List.of();
        }
    }

    private static GpuReading reading(List<String> values) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        number(values.get(2)).ifPresent(percent -> metrics.put(GpuReading.USED_PERCENTAGE, percent));
        OptionalDouble used = number(values.get(3));
        OptionalDouble total = number(values.get(4));
        used.ifPresent(mebibytes -> metrics.put("memory_usage_megabytes", mebibytes * MEGABYTES_PER_MEBIBYTE));
        if (used.isPresent() && total.isPresent() && total.getAsDouble() > 0) {
            metrics.put("memory_usage_percentage", 100 * used.getAsDouble() / total.getAsDouble());
        }
        number(values.get(5)).ifPresent(watts -> metrics.put("power_usage_watts", watts));
        return new GpuReading(values.get(0), values.get(1), metrics);
    }

    /** A GPU says {@code [N/A]}, {@code [Not Supported]} or {@code [Unknown Error]} where it has nothing to say. */
    private static OptionalDouble number(String text) {
        return NUMBER.matcher(text).matches() ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
    }
}
