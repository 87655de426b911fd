package dev.sluice.console.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the machine without its GPUs had done and held at a moment. Processors and network are counted from the machine's
 * start, so what they did is the difference of two readings.
 *
 * @param processor what the processors have done; empty if not known
 * @param memory bytes of memory; empty if not known
 * @param disk bytes of the file system that was asked for; empty if not known
 * @param network bytes over all interfaces; empty if not known
 */
public record HostReading(
        Optional<Processor> processor, Optional<Usage> memory, Optional<Usage> disk, Optional<Network> network) {
    private static final double MEGABYTE = 1e6;
    private static final Pattern SPACES = Pattern.compile("\\s+");

    /**
     * In clock ticks, over all processors.
     *
     * @param idle of them those without work, or waiting for a disk
     */
    public record Processor(long total, long idle) {}

    /** In bytes. */
    public record Usage(long used, long available) {
        double percentage() {
            return 100.0 * used / Math.max(1, used + available);
        }
    }

    /** In bytes. */
    public record Network(long received, long transmitted) {}

    /**
     * Reads what is to be read; what cannot be is left out.
     *
     * @param disk a folder on the file system that is meant
     */
    public static HostReading now(Path disk) {
        return now(Path.of("/proc"), disk);
    }

    static HostReading now(Path proc, Path disk) {
        return new HostReading(
                processor(lines(proc.resolve("stat"))),
                memory(lines(proc.resolve("meminfo"))),
                disk(disk),
                network(lines(proc.resolve("net/dev"))));
    }

    /**
     * The metrics by the names that MLflow has for them behind {@code system/}.
     *
     * @param before the reading since which the processors' load is given
     * @param first the reading since which the network's bytes are counted
     */
    public Map<String, Double> metrics(HostReading before, HostReading first) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        processor.ifPresent(now -> before.processor()
                .filter(then -> now.total() > then.total())
                .ifPresent(then -> metrics.put(
                        "cpu_utilization_percentage",
                        100.0
                                * Math.clamp(
                                        1 - (double) (now.idle() - then.idle()) / (now.total() - then.total()),
                                        0,
                                        1))));
        memory.ifPresent(now -> {
            metrics.put("system_memory_usage_megabytes", now.used() / MEGABYTE);
            metrics.put("system_memory_usage_percentage", now.percentage());
        });
        disk.ifPresent(now -> {
            metrics.put("disk_usage_percentage", now.percentage());
            metrics.put("disk_usage_megabytes", now.used() / MEGABYTE);
            metrics.put("disk_available_megabytes", now.available() / MEGABYTE);
        });
        network.ifPresent(now -> first.network().ifPresent(then -> {
            metrics.put("network_receive_megabytes", Math.max(0, now.received() - then.received()) / MEGABYTE);
            metrics.put("network_transmit_megabytes", Math.max(0, now.transmitted() - then.transmitted()) / MEGABYTE);
        }));
        return metrics;
    }

    private static Optional<Processor> processor(List<String> lines) {
        // user nice system idle iowait irq softirq steal; guests are counted in user already
        return lines.stream()
                .filter(line -> line.startsWith("cpu "))
                .map(line -> numbers(line.substring(4)))
                .filter(ticks -> ticks.length >= 4)
                .findFirst()
                .map(ticks -> {
                    long total = 0;
                    for (int i = 0; i < Math.min(8, ticks.length); i++) {
                        total += ticks[i];
                    }
                    return new Processor(total, ticks[3] + (ticks.length > 4 ? ticks[4] : 0));
                });
    }

    private static Optional<Usage> memory(List<String> lines) {
        OptionalLong total = kibibytes(lines, "MemTotal:");
        OptionalLong available = kibibytes(lines, "MemAvailable:");
        if (total.isEmpty() || available.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Usage(Math.max(0, total.getAsLong() - available.getAsLong()) * 1024, available.getAsLong() * 1024));
    }

    private static OptionalLong kibibytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> numbers(line.substring(name.length()).replace("kB", "")))
                .filter(numbers -> numbers.length == 1)
                .mapToLong(numbers -> numbers[0])
                .findFirst();
    }

    private static Optional<Usage> disk(Path folder) {
        try {
            var store = Files.getFileStore(folder);
            long free = store.getUnallocatedSpace();
            return Optional.of(new Usage(Math.max(0, store.getTotalSpace() - free), store.getUsableSpace()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Network> network(List<String> lines) {
        List<long[]> interfaces = lines.stream()
                .filter(line -> line.indexOf(':') >= 0)
                .map(line -> numbers(line.substring(line.indexOf(':') + 1)))
                .filter(numbers -> numbers.length >= 9)
                .toList();
        return interfaces.isEmpty()
                ? Optional.empty()
                : Optional.of(new Network(
                        interfaces.stream().mapToLong(each -> each[0]).sum(),
                        interfaces.stream().mapToLong(each -> each[8]).sum()));
    }

    /** The numbers of a line; none if something else is among them. */
    private static long[] numbers(String text) {
        try {
            return Stream.of(SPACES.split(text))
                    .filter(Predicate.not(String::isEmpty))
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (NumberFormatException e) {
            return new long[0];
        }
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
