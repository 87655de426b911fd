package dev.sluice.console.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.launch.Placement.Lesson;
import dev.sluice.console.launch.PlacementSimulation.Started;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PlacementTest {
    private static final DeviceRequest ONE = new DeviceRequest(1, 1);

    @Test
    void aThousandShortTrialsLeaveNoDeviceIdle() {
        PlacementSimulation eight = eight();
        Random random = new Random(1);
        for (int i = 0; i < 5; i++) {
            eight.sweep(ONE, 0, 200, () -> 1 + random.nextInt(20));
        }
        eight.run();

        assertThat(eight.started()).hasSize(1000);
        assertThat(eight.idle()).isEmpty();
    }

    @Test
    void everyTrialOfAnyMixHasItsTurn() {
        for (int seed = 0; seed < 150; seed++) {
            PlacementSimulation one = mix(seed).run();
            assertThat(one.left()).as("seed %d", seed).isZero();
            assertThat(mix(seed).run().started()).as("seed %d", seed).isEqualTo(one.started());
        }
    }

    private static PlacementSimulation mix(int seed) {
        Random random = new Random(seed);
        int gpus = random.nextInt(9);
        int cpus = 4 + random.nextInt(20);
        Set<String> closed = new HashSet<>();
        if (gpus > 2 && random.nextBoolean()) {
            closed.add("GPU-1");
        }
        int open = gpus - closed.size();
        PlacementSimulation one = new PlacementSimulation(PlacementSimulation.machine(cpus, gpus), closed);
        for (int i = 0; i < 1 + random.nextInt(6); i++) {
            GpuNeed need = open == 0
                    ? GpuNeed.NONE
                    : switch (random.nextInt(4)) {
                        case 0 -> new GpuNeed.Part(1 + random.nextInt(9_999));
                        case 1 -> new GpuNeed.Measured();
                        default -> new GpuNeed.Whole(random.nextInt(open + 1));
                    };
            long memory = random.nextBoolean() ? 0 : 1 + random.nextInt(1 << 30);
            int longest = 1 + random.nextInt(50);
            UUID sweep = one.sweep(
                    new DeviceRequest(1 + random.nextInt(4), need, memory),
                    random.nextInt(3) - 1,
                    1 + random.nextInt(30),
                    () -> 1 + random.nextInt(longest));
            if (need instanceof GpuNeed.Measured && random.nextInt(3) > 0) {
                one.learned(sweep, new Lesson(1 + random.nextInt(9_000), 1 + random.nextInt(6)));
            }
        }
        return one;
    }

    @Test
    void aWideTrialComesToItsTurnAmongNarrowOnes() {
        PlacementSimulation eight = eight();
        Random random = new Random(2);
        UUID narrow = eight.sweep(ONE, 0, 2000, () -> 5 + random.nextInt(10));
        eight.run(100);
        UUID wide = eight.sweep(new DeviceRequest(1, 8), 0, 1, () -> 20);
        int before = eight.started(narrow).size();
        eight.run();

        long at = eight.started(wide).getFirst().at();
        long passed =
                eight.started(narrow).stream().filter(one -> one.at() <= at).count() - before;
        // As many as there are devices pass it; those that run then take 15 at most.
        assertThat(passed).isBetween(1L, 8L);
        assertThat(at).isLessThan(100 + 15 + 15);
    }

    @Test
    void whatIsKeptForAWideTrialIsNoMoreThanItNeeds() {
        PlacementSimulation eight = eight();
        Random random = new Random(3);
        UUID narrow = eight.sweep(ONE, 0, 400, () -> 5 + random.nextInt(10));
        UUID wide = eight.sweep(new DeviceRequest(1, 4), 0, 10, () -> 20);
        eight.run(5000);

        assertThat(eight.started(wide)).hasSize(10);
        assertThat(eight.started(narrow)).hasSize(400);
        Started last = eight.started(wide).getLast();
        assertThat(eight.started(narrow).stream().filter(one -> one.at() < last.at()))
                .as("the rest went on meanwhile")
                .hasSizeGreaterThan(40);
    }

    @Test
    void aWholeDeviceIsKeptFreeOfParts() {
        PlacementSimulation two = new PlacementSimulation(PlacementSimulation.machine(16, 2), Set.of());
        Random random = new Random(4);
        two.sweep(new DeviceRequest(1, new GpuNeed.Part(3_000), 0), 0, 300, () -> 5 + random.nextInt(10));
        two.run(50);
        UUID wide = two.sweep(new DeviceRequest(1, 2), 0, 3, () -> 10);
        two.run();

        assertThat(two.started(wide)).hasSize(3);
        assertThat(two.started(wide).getFirst().at()).isLessThan(50 + 45);
    }

    @Test
    void theHigherPriorityGoesFirst() {
        PlacementSimulation eight = eight();
        UUID low = eight.sweep(ONE, 0, 40, () -> 10);
        UUID high = eight.sweep(ONE, 1, 40, () -> 10);
        eight.run();

        assertThat(eight.started().subList(0, 40)).allMatch(one -> one.sweep().equals(high));
        assertThat(eight.started(low).getFirst().at()).isEqualTo(50);
    }

    @Test
    void aThousandTrialsOfOneSweepDoNotStarveAnother() {
        PlacementSimulation eight = eight();
        UUID large = eight.sweep(ONE, 0, 1000, () -> 10);
        eight.run(100);
        UUID small = eight.sweep(ONE, 0, 10, () -> 10);
        eight.run(130);

        assertThat(eight.started(small)).hasSize(10);
        assertThat(eight.started(large).size()).isGreaterThan(90);
    }

    @Test
    void longTrialsDoNotComeToHoldEverything() {
        PlacementSimulation eight = eight();
        UUID slow = eight.sweep(ONE, 0, 1000, () -> 1000);
        UUID quick = eight.sweep(ONE, 0, 5000, () -> 10);
        eight.run(900);

        assertThat(eight.held(slow)).isEqualTo(4);
        assertThat(eight.held(quick)).isEqualTo(4);
    }

    @Test
    void partsFillADeviceBeforeTheNextOne() {
        PlacementSimulation eight = eight();
        eight.sweep(new DeviceRequest(1, new GpuNeed.Part(3_333), 0), 0, 4, () -> 10);
        eight.run(0);

        assertThat(eight.started())
                .extracting(one -> one.grant().gpus().getFirst())
                .containsExactly("GPU-0", "GPU-0", "GPU-0", "GPU-1");
    }

    @Test
    void trialsOfUnknownUseAreAlone() {
        PlacementSimulation eight = eight();
        eight.sweep(new DeviceRequest(1, new GpuNeed.Measured(), 0), 0, 20, () -> 10);
        eight.run(0);

        assertThat(eight.started()).hasSize(8);
    }

    @Test
    void packingDoublesTheThroughputOfATrialOfHalfTheMemory() {
        long alone = packed(new Lesson(0, 9)).run().now();
        long packed = packed(new Lesson(4_700, 9)).run().now();
        long tooLarge = packed(new Lesson(4_800, 9)).run().now();
        long fewer = packed(new Lesson(1_000, 2)).run().now();

        assertThat(packed).isEqualTo(alone / 2);
        assertThat(tooLarge).isEqualTo(alone);
        assertThat(fewer).isEqualTo(alone / 2);
    }

    private static PlacementSimulation packed(Lesson lesson) {
        PlacementSimulation eight = eight();
        UUID sweep = eight.sweep(new DeviceRequest(1, new GpuNeed.Measured(), 0), 0, 160, () -> 10);
        eight.learned(sweep, lesson);
        return eight;
    }

    @Test
    void whatIsNeverPossibleKeepsNothingFree() {
        PlacementSimulation eight = eight();
        eight.sweep(new DeviceRequest(1, 9), 5, 1, () -> 10);
        UUID narrow = eight.sweep(ONE, 0, 100, () -> 10);
        eight.run();

        assertThat(eight.started(narrow)).hasSize(100);
        assertThat(eight.idle()).isEmpty();
    }

    private static PlacementSimulation eight() {
        return new PlacementSimulation(PlacementSimulation.machine(64, 8), Set.of());
    }

    @Test
    void saysWhyOneWaits() {
        UUID sweep = UUID.randomUUID();
        var decision = Placement.decide(
                new Machine(2, 1L << 30, List.of(new Gpu("GPU-a", "", 0))),
                Set.of(),
                List.of(new Placement.Lent(
                        sweep, new DeviceGrant(1, 1L << 29, new GpuNeed.Whole(1), List.of("GPU-a")))),
                List.of(new Placement.Waiting(
                        sweep, new DeviceRequest(2, new GpuNeed.Whole(1), 3L << 28), 0, 0, 0, 1, false)),
                java.util.Map.of());

        assertThat(decision.reasons())
                .containsEntry(
                        sweep,
                        "it waits for 1 GPU (0 free) and 2 CPUs (1 free) and 768 MiB of memory (512 MiB free);"
                                + " what comes free is kept for it");
    }
}
