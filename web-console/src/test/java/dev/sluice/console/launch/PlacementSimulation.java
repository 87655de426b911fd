package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.launch.Placement.Lent;
import dev.sluice.console.launch.Placement.Lesson;
import dev.sluice.console.launch.Placement.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Sweeps on a machine, in virtual time, trials starting and ending by what the placement decides. After each decision it is checked that
 * nothing is lent twice.
 */
final class PlacementSimulation {
    private final Machine machine;
    private final Set<String> closed;
    private final Map<UUID, Lesson> lessons = new HashMap<>();
    private final Map<UUID, Sweep> sweeps = new LinkedHashMap<>();
    private final List<Lent> lent = new ArrayList<>();
    private final Map<UUID, Waiting> queue = new LinkedHashMap<>();
    private final PriorityQueue<Trial> running =
            new PriorityQueue<>(Comparator.comparingLong(Trial::end).thenComparingLong(Trial::number));
    private final List<Started> started = new ArrayList<>();
    private long now;
    private long number;
    /** Times at which a whole device was empty while a trial waited that one would have been enough for. */
    private final List<Long> idle = new ArrayList<>();

    private static final class Sweep {
        private final DeviceRequest request;
        private final int priority;
        private final LongSupplier duration;
        private int left;
        private long served;

        Sweep(DeviceRequest request, int priority, int left, LongSupplier duration) {
            this.request = request;
            this.priority = priority;
            this.left = left;
            this.duration = duration;
        }
    }

    private record Trial(long end, long number, Lent lent) {}

    /** A trial that began. */
    record Started(UUID sweep, long at, DeviceGrant grant) {}

    PlacementSimulation(Machine machine, Set<String> closed) {
        this.machine = machine;
        this.closed = closed;
    }

    static Machine machine(int cpus, int gpus) {
        List<Gpu> all = new ArrayList<>();
        for (int i = 0; i < gpus; i++) {
            all.add(new Gpu("GPU-" + i, "", 10_000));
        }
        return new Machine(cpus, 1L << 30, all);
    }

    UUID sweep(DeviceRequest request, int priority, int trials, LongSupplier duration) {
        UUID id = new UUID(0, sweeps.size() + 1);
        Sweep sweep = new Sweep(request, priority, trials, duration);
        sweep.served = number;
        sweeps.put(id, sweep);
        return id;
    }

    void learned(UUID sweep, Lesson lesson) {
        lessons.put(sweep, lesson);
    }

    /** Runs until nothing runs and nothing can start. */
    PlacementSimulation run() {
        return run(Long.MAX_VALUE);
    }

    PlacementSimulation run(long until) {
        decide();
        while (!running.isEmpty() && running.peek().end() <= until) {
            now = running.peek().end();
            while (!running.isEmpty() && running.peek().end() == now) {
                lent.remove(running.poll().lent());
            }
            decide();
        }
        return this;
    }

    private void decide() {
        // A loop asks for its next trial once it has begun one: until nobody is served any more.
        while (true) {
            sweeps.forEach((id, sweep) -> {
                if (sweep.left > 0 && !queue.containsKey(id)) {
                    queue.put(id, new Waiting(id, sweep.request, sweep.priority, sweep.served, ++number, 0, false));
                }
            });
            List<Waiting> asked = List.copyOf(queue.values());
            Placement.Decision decision = Placement.decide(machine, closed, lent, asked, lessons);
            assertThat(Placement.decide(machine, closed, lent, asked.reversed(), lessons))
                    .isEqualTo(decision);
            decision.left().forEach(left -> queue.put(left.sweep(), left));
            decision.placed().ifPresent(placed -> {
                Sweep sweep = Objects.requireNonNull(sweeps.get(placed.sweep()));
                queue.remove(placed.sweep());
                sweep.left--;
                sweep.served = ++number;
                Lent one = new Lent(placed.sweep(), placed.grant());
                lent.add(one);
                running.add(new Trial(now + sweep.duration.getAsLong(), ++number, one));
                started.add(new Started(placed.sweep(), now, placed.grant()));
            });
            checkNothingIsLentTwice();
            if (decision.placed().isEmpty()) {
                assertThat(decision.reasons()).hasSameSizeAs(decision.left());
                break;
            }
        }
        boolean narrowWaits =
                queue.values().stream().anyMatch(one -> one.request().gpus().devices() == 1);
        if (narrowWaits && busy() < machine.gpus().size() - closed.size()) {
            idle.add(now);
        }
    }

    private long busy() {
        return machine.gpus().stream()
                .filter(gpu -> lent.stream().anyMatch(one -> one.grant().gpus().contains(gpu.id())))
                .count();
    }

    private void checkNothingIsLentTwice() {
        assertThat(lent.stream().mapToInt(one -> one.grant().cpus()).sum()).isLessThanOrEqualTo(machine.cpus());
        assertThat(lent.stream().mapToLong(one -> one.grant().memoryBytes()).sum())
                .isLessThanOrEqualTo(machine.memoryBytes());
        for (Gpu gpu : machine.gpus()) {
            List<Lent> on = lent.stream()
                    .filter(one -> one.grant().gpus().contains(gpu.id()))
                    .toList();
            if (on.isEmpty()) {
                continue;
            }
            assertThat(closed).doesNotContain(gpu.id());
            switch (on.getFirst().grant().need()) {
                case GpuNeed.Whole whole -> assertThat(on).hasSize(1);
                case GpuNeed.Part part ->
                    assertThat(on.stream()
                                    .mapToInt(one -> ((GpuNeed.Part) one.grant().need()).tenThousandths())
                                    .sum())
                            .isLessThanOrEqualTo(10_000);
                case GpuNeed.Measured measured -> {
                    assertThat(on).allMatch(one -> one.grant().need() instanceof GpuNeed.Measured);
                    if (on.size() > 1) {
                        assertThat(on.stream()
                                        .mapToLong(one -> lesson(one).mebibytes())
                                        .sum())
                                .isLessThanOrEqualTo(9_500);
                        assertThat(on).allMatch(one -> lesson(one).most() >= on.size());
                    }
                }
            }
        }
    }

    private Lesson lesson(Lent one) {
        return lessons.getOrDefault(one.sweep(), Lesson.NONE);
    }

    long now() {
        return now;
    }

    List<Started> started() {
        return started;
    }

    List<Started> started(UUID sweep) {
        return started.stream().filter(one -> one.sweep().equals(sweep)).toList();
    }

    List<Long> idle() {
        return idle;
    }

    int left() {
        return sweeps.values().stream().mapToInt(sweep -> sweep.left).sum();
    }

    /** How many GPUs a sweep's trials hold at this moment. */
    long held(UUID sweep) {
        return lent.stream().filter(one -> one.sweep().equals(sweep)).count();
    }
}
