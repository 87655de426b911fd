package dev.sluice.console.launch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Decides whose trial comes next, and on which devices: a function of what the machine has, what is lent and who waits. The same
 * question has the same answer. Stateless; {@link DevicePool} keeps what it is asked about.
 */
/*
 * Who is first: the higher priority; then whoever has been passed often enough (below), the longest waiting first; then the sweep that
 * holds the smallest share of the machine; then the one that was served longest ago. The share is the largest of its shares of GPUs,
 * CPUs and memory (Ghodsi et al., Dominant Resource Fairness, NSDI 2011, section 4.1), so that a sweep of long trials does not come to
 * hold everything, as it would if only turns were counted.
 *
 * Who is too wide for what is free: how long others run is not known, so no narrow trial can be said not to delay a wide one on the
 * same device. A wide one therefore first lets others pass, as many as the machine has devices: keeping devices free for it at once
 * would leave most of the machine idle for half of the time beside a sweep of narrow trials. Then devices are kept for it, the emptiest
 * ones, as many as it needs and no more; others go on with the rest. What is kept only empties, so it comes to its turn when the trials
 * end that run there now.
 */
final class Placement {
    private Placement() {}

    /** What an attempt of a sweep holds. */
    record Lent(UUID sweep, DeviceGrant grant) {}

    /**
     * A sweep whose next trial waits.
     *
     * @param priority the higher one goes first
     * @param served the number of the last grant to the sweep, or of the last one to anybody before the sweep came
     * @param since when it began to wait, as a rising number
     * @param passed how many others were served that stood behind it, because it did not fit
     * @param undecided whether it may be that nothing waits: the sweep was just served or has just given back, and has not said whether it
     *     wants more. What it would get is kept for it.
     */
    record Waiting(
            UUID sweep, DeviceRequest request, int priority, long served, long since, int passed, boolean undecided) {
        Waiting passedOnce() {
            return undecided ? this : new Waiting(sweep, request, priority, served, since, passed + 1, undecided);
        }
    }

    /**
     * What is known of a sweep's trials on a shared device.
     *
     * @param mebibytes the most that one was seen to use; 0: not known yet
     * @param most how many may be on one device, {@code >= 1}
     */
    record Lesson(long mebibytes, int most) {
        static final Lesson NONE = new Lesson(0, Integer.MAX_VALUE);
    }

    /** What a sweep is given. */
    record Placed(UUID sweep, DeviceGrant grant) {}

    /**
     * The answer.
     *
     * @param placed who comes next; empty: nobody can be served
     * @param left those who go on waiting, in their order, with the count of who passed them
     * @param reasons why each of these waits, as a sentence
     */
    record Decision(Optional<Placed> placed, List<Waiting> left, Map<UUID, String> reasons) {}

    /**
     * Decides who is served next, one only: whoever was served may want more, and is to be asked before the next one is.
     *
     * @param closed ids of GPUs on which nothing new is put
     * @param lent also what is on devices that the machine no longer has
     * @param waiting one entry a sweep at most
     * @param lessons by sweep; none: nothing is known
     */
    static Decision decide(
            Machine machine, Set<String> closed, List<Lent> lent, List<Waiting> waiting, Map<UUID, Lesson> lessons) {
        List<Waiting> queue = new ArrayList<>(waiting);
        queue.sort(order(machine, shares(machine, lent, lessons)));
        Floor floor = new Floor(machine, closed, lent, lessons);
        Map<UUID, String> reasons = new LinkedHashMap<>();
        int next = next(machine, queue, floor, reasons);
        if (next < 0) {
            return new Decision(Optional.empty(), List.copyOf(queue), reasons);
        }
        for (int i = 0; i < next; i++) {
            queue.set(i, queue.get(i).passedOnce());
        }
        Waiting served = queue.remove(next);
        DeviceRequest request = served.request();
        List<String> gpus = floor.fit(served).orElseThrow();
        DeviceGrant grant = new DeviceGrant(request.cpus(), request.memoryBytes(), request.gpus(), gpus);
        return new Decision(Optional.of(new Placed(served.sweep(), grant)), List.copyOf(queue), reasons);
    }

    /** How many others a trial lets pass before devices are kept for it. */
    static int patience(Machine machine, DeviceRequest request) {
        return request.gpus().devices() > 0 ? machine.gpus().size() : machine.cpus();
    }

    /** The place of the first in the queue that fits; what is kept for those before it is taken off the floor. -1: none does. */
    private static int next(Machine machine, List<Waiting> queue, Floor floor, Map<UUID, String> reasons) {
        for (int i = 0; i < queue.size(); i++) {
            Waiting first = queue.get(i);
            Optional<String> impossible = machine.impossible(first.request()).or(() -> floor.closedTo(first.request()));
            if (impossible.isPresent()) {
                reasons.put(first.sweep(), impossible.get());
                continue;
            }
            boolean fits = floor.fit(first).isPresent();
            if (fits && !first.undecided()) {
                return i;
            }
            boolean keep = fits || isAged(machine, first);
            reasons.put(
                    first.sweep(), fits ? "it is about to go on" : floor.lack(first.request(), first.sweep(), keep));
            if (keep) {
                floor.keep(first);
            }
        }
        return -1;
    }

    private static boolean isAged(Machine machine, Waiting waiting) {
        return waiting.passed() >= patience(machine, waiting.request());
    }

    private static Comparator<Waiting> order(Machine machine, Map<UUID, Double> shares) {
        return Comparator.comparingInt((Waiting one) -> -one.priority())
                .thenComparingLong(one -> isAged(machine, one) ? one.since() : Long.MAX_VALUE)
                .thenComparingDouble(one -> shares.getOrDefault(one.sweep(), 0.0))
                .thenComparingLong(Waiting::served)
                .thenComparingLong(Waiting::since);
    }

    /** By sweep the largest of its shares of GPUs, CPUs and memory. */
    private static Map<UUID, Double> shares(Machine machine, List<Lent> held, Map<UUID, Lesson> lessons) {
        Map<UUID, double[]> sums = new HashMap<>();
        for (Lent one : held) {
            double[] sum = sums.computeIfAbsent(one.sweep(), sweep -> new double[3]);
            sum[0] += gpuShare(machine, one, lessons);
            sum[1] += (double) one.grant().cpus() / machine.cpus();
            sum[2] += (double) one.grant().memoryBytes() / machine.memoryBytes();
        }
        Map<UUID, Double> shares = new HashMap<>();
        sums.forEach((sweep, sum) -> shares.put(sweep, Math.max(sum[0], Math.max(sum[1], sum[2]))));
        return shares;
    }

    private static double gpuShare(Machine machine, Lent one, Map<UUID, Lesson> lessons) {
        if (machine.gpus().isEmpty()) {
            return 0;
        }
        double devices = switch (one.grant().need()) {
            case GpuNeed.Whole whole -> whole.devices();
            case GpuNeed.Part part -> (double) part.tenThousandths() / GpuNeed.Part.DEVICE;
            case GpuNeed.Measured measured -> {
                long used = lessons.getOrDefault(one.sweep(), Lesson.NONE).mebibytes();
                long memory = machine.gpus().stream()
                        .filter(gpu -> one.grant().gpus().contains(gpu.id()))
                        .mapToLong(Gpu::memoryMebibytes)
                        .sum();
                yield used == 0 || memory == 0 ? 1 : Math.min(1, (double) used / memory);
            }
        };
        return devices / machine.gpus().size();
    }
}
