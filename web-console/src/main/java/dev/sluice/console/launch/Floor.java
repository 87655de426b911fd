package dev.sluice.console.launch;

import dev.sluice.console.launch.Placement.Lent;
import dev.sluice.console.launch.Placement.Lesson;
import dev.sluice.console.launch.Placement.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/** What of a machine is free at one moment of a {@link Placement}, less what is kept for somebody. Not thread-safe. */
final class Floor {
    /** So much of a device's memory is left free where trials share it by what they were measured to use. */
    private static final double MARGIN = 0.05;

    private final Map<UUID, Lesson> lessons;
    private final List<Device> devices = new ArrayList<>();
    private int cpus;
    private long memoryBytes;

    /** One GPU. */
    private static final class Device {
        private final Gpu gpu;
        private final boolean closed;
        private boolean kept;
        private boolean whole;
        private int parts;
        private final List<UUID> sharers = new ArrayList<>();

        Device(Gpu gpu, boolean closed) {
            this.gpu = gpu;
            this.closed = closed;
        }

        boolean open() {
            return !closed && !kept;
        }

        boolean empty() {
            return !whole && parts == 0 && sharers.isEmpty();
        }

        int load() {
            return whole || !sharers.isEmpty() ? GpuNeed.Part.DEVICE : parts;
        }
    }

    Floor(Machine machine, Set<String> closed, List<Lent> held, Map<UUID, Lesson> lessons) {
        this.lessons = lessons;
        this.cpus = machine.cpus();
        this.memoryBytes = machine.memoryBytes();
        for (Gpu gpu : machine.gpus()) {
            devices.add(new Device(gpu, closed.contains(gpu.id())));
        }
        for (Lent one : held) {
            cpus -= one.grant().cpus();
            memoryBytes -= one.grant().memoryBytes();
            for (Device device : devices) {
                if (one.grant().gpus().contains(device.gpu.id())) {
                    switch (one.grant().need()) {
                        case GpuNeed.Whole whole -> device.whole = true;
                        case GpuNeed.Part part -> device.parts += part.tenThousandths();
                        case GpuNeed.Measured measured -> device.sharers.add(one.sweep());
                    }
                }
            }
        }
    }

    /** Which GPUs the trial would be put on; empty if it does not fit. */
    Optional<List<String>> fit(Waiting waiting) {
        DeviceRequest request = waiting.request();
        return request.cpus() > cpus || request.memoryBytes() > Math.max(0, memoryBytes)
                ? Optional.empty()
                : gpus(request.gpus(), waiting.sweep());
    }

    private Optional<List<String>> gpus(GpuNeed need, UUID sweep) {
        return switch (need) {
            case GpuNeed.Whole whole -> {
                List<String> empty = devices.stream()
                        .filter(device -> device.open() && device.empty())
                        .limit(whole.devices())
                        .map(device -> device.gpu.id())
                        .toList();
                yield empty.size() < whole.devices() ? Optional.empty() : Optional.of(empty);
            }
            // The fullest that has room: so other devices stay whole.
            case GpuNeed.Part part ->
                first(
                        device -> !device.whole
                                && device.sharers.isEmpty()
                                && device.parts + part.tenThousandths() <= GpuNeed.Part.DEVICE,
                        Comparator.comparingInt(device -> -device.parts));
            // An empty one, else the one with most memory left: alone, a trial is fastest.
            case GpuNeed.Measured measured ->
                first(
                        device -> !device.whole
                                && device.parts == 0
                                && (device.sharers.isEmpty() || joins(device, sweep)),
                        Comparator.comparing((Device device) -> !device.sharers.isEmpty())
                                .thenComparingLong(device -> -left(device)));
        };
    }

    private Optional<List<String>> first(Predicate<Device> fits, Comparator<Device> order) {
        return devices.stream().filter(Device::open).filter(fits).min(order).map(device -> List.of(device.gpu.id()));
    }

    /** Whether one more of this sweep fits beside those that are there: nobody's use must be unknown. */
    private boolean joins(Device device, UUID sweep) {
        List<UUID> all = new ArrayList<>(device.sharers);
        all.add(sweep);
        long used = 0;
        for (UUID one : all) {
            Lesson lesson = lesson(one);
            if (lesson.mebibytes() == 0 || lesson.most() < all.size()) {
                return false;
            }
            used += lesson.mebibytes();
        }
        return used <= device.gpu.memoryMebibytes() * (1 - MARGIN);
    }

    private long left(Device device) {
        return device.sharers.stream()
                .mapToLong(sweep -> -lesson(sweep).mebibytes())
                .reduce(device.gpu.memoryMebibytes(), Long::sum);
    }

    private Lesson lesson(UUID sweep) {
        return lessons.getOrDefault(sweep, Lesson.NONE);
    }

    /** Why the request must wait for a person: too many devices are closed. */
    Optional<String> closedTo(DeviceRequest request) {
        long open = devices.stream().filter(device -> !device.closed).count();
        return request.gpus().devices() <= open
                ? Optional.empty()
                : Optional.of("it needs %s, and of %d %d are drained or gone"
                        .formatted(request.gpus().inWords(), devices.size(), devices.size() - open));
    }

    /**
     * Keeps for somebody what there is of what it needs: the devices that are emptiest now, so that none that is chosen is ever given
     * up for one that takes longer.
     */
    void keep(Waiting waiting) {
        DeviceRequest request = waiting.request();
        cpus -= Math.min(Math.max(0, cpus), request.cpus());
        memoryBytes -= Math.min(Math.max(0, memoryBytes), request.memoryBytes());
        Optional<List<String>> fit = gpus(request.gpus(), waiting.sweep());
        devices.stream()
                .filter(fit.isPresent() ? device -> fit.get().contains(device.gpu.id()) : Device::open)
                .sorted(Comparator.comparingInt(Device::load).thenComparingInt(device -> device.sharers.size()))
                .limit(request.gpus().devices())
                .forEach(device -> device.kept = true);
    }

    /** What the request waits for, as a sentence. */
    String lack(DeviceRequest request, UUID sweep, boolean kept) {
        List<String> lacks = new ArrayList<>();
        if (gpus(request.gpus(), sweep).isEmpty()) {
            lacks.add(request.gpus().inWords() + missing(request.gpus()));
        }
        if (request.cpus() > cpus) {
            lacks.add("%d %s (%d free)"
                    .formatted(request.cpus(), request.cpus() == 1 ? "CPU" : "CPUs", Math.max(0, cpus)));
        }
        if (request.memoryBytes() > Math.max(0, memoryBytes)) {
            lacks.add("%s of memory (%s free)"
                    .formatted(SizeWords.of(request.memoryBytes()), SizeWords.of(Math.max(0, memoryBytes))));
        }
        return "it waits for " + String.join(" and ", lacks) + (kept ? "; what comes free is kept for it" : "");
    }

    private String missing(GpuNeed need) {
        long free = devices.stream()
                .filter(device -> device.open() && device.empty())
                .count();
        long kept = devices.stream().filter(device -> device.kept).count();
        String others = kept == 0 ? "" : kept + " kept for trials before it";
        if (need instanceof GpuNeed.Whole) {
            return " (%d free%s)".formatted(free, kept == 0 ? "" : ", " + others);
        }
        return kept == 0 ? "" : " (" + others + ")";
    }
}
