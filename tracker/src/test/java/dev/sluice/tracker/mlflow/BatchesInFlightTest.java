package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many batches are in flight at a time, by a clock that is made up. */
class BatchesInFlightTest {
    private static final Duration BRIEF = Duration.ofMillis(2);
    private static final Duration LONG = Duration.ofMinutes(10);

    private long nanos;
    private final BatchesInFlight batches = new BatchesInFlight(() -> nanos);

    @Test
    void settlesForOneWhereTheServerHasASingleWriter() {
        var server = new SimulatedServer(8, BRIEF, SimulatedServer.SERIAL);

        assertThat(server.limitAfter(50)).isEqualTo(1);
        assertThat(IntStream.range(0, 20).map(i -> server.limitAfter(100))).containsOnly(1);
    }

    @Test
    void climbsToEightWhereTheServerTakesMoreFromMore() {
        var server = new SimulatedServer(12, BRIEF, SimulatedServer.PARALLEL);

        assertThat(server.limitAfter(300)).isEqualTo(8);
        assertThat(IntStream.range(0, 20).map(i -> server.limitAfter(100))).containsOnly(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 12})
    void followsAServerThatBecomesAnother(int senders) {
        var server = new SimulatedServer(senders, BRIEF, SimulatedServer.SERIAL);
        server.limitAfter(2000);

        server.becomes(SimulatedServer.PARALLEL);
        assertThat(server.limitAfter(1000)).isEqualTo(8);
        server.becomes(SimulatedServer.SERIAL);
        assertThat(server.limitAfter(1000)).isEqualTo(1);
    }

    @Test
    void settlesBetweenWhereTheServerTakesNoMoreThanFour() {
        var server = new SimulatedServer(12, BRIEF, inFlight -> 5_000 * Math.min(4, inFlight));

        server.limitAfter(400);
        assertThat(IntStream.range(0, 20).map(i -> server.limitAfter(100))).containsOnly(4);
    }

    @Test
    void aMomentInWhichTheServerIsFastIsNotTakenForTheLimit() {
        var server = new SimulatedServer(8, BRIEF, SimulatedServer.SERIAL);
        server.limitAfter(2000);

        server.becomes(inFlight -> SimulatedServer.SERIAL.applyAsDouble(inFlight) * (inFlight == 1 ? 1 : 2));
        for (int i = 0; i < 400 && server.batches.inFlight() < 2; i++) {
            server.limitAfter(1);
        }
        assertThat(server.batches.inFlight()).isEqualTo(2);
        server.limitAfter(20);
        server.becomes(inFlight -> 2 * SimulatedServer.SERIAL.applyAsDouble(inFlight));
        assertThat(IntStream.range(0, 20).map(i -> server.limitAfter(20))).containsOnly(1);
    }

    @Test
    void spendsFewBatchesOnTrialsWhenItHasSettled() {
        var server = new SimulatedServer(8, BRIEF, SimulatedServer.SERIAL);
        server.limitAfter(2000);
        int alone = 0;
        for (int i = 0; i < 2000; i++) {
            server.limitAfter(1);
            alone += server.batches.inFlight() <= 1 ? 1 : 0;
        }

        assertThat(alone).isGreaterThan(1800);
    }

    @Test
    void failedCallsMoveNothing() {
        var serial = new SimulatedServer(8, BRIEF, SimulatedServer.SERIAL);
        serial.fails(batch -> batch % 10 == 0);
        var parallel = new SimulatedServer(12, BRIEF, SimulatedServer.PARALLEL);
        parallel.fails(batch -> batch % 10 == 0);

        assertThat(serial.limitAfter(2000)).isEqualTo(2);
        assertThat(parallel.limitAfter(2000)).isEqualTo(2);
        serial.fails(batch -> false);
        assertThat(serial.limitAfter(100)).isEqualTo(1);
        serial.fails(batch -> true);
        assertThat(serial.limitAfter(1000)).isEqualTo(1);
    }

    @Test
    void aTrialThatFailsIsGivenUp() {
        var server = new SimulatedServer(8, BRIEF, SimulatedServer.SERIAL);
        server.fails(batch -> batch > 16);

        assertThat(server.limitAfter(100)).isEqualTo(2);
        assertThat(server.batches.inFlight()).isEqualTo(2);
    }

    @Test
    void stayWhereItIsWhileNobodyWaits() {
        var server = new SimulatedServer(1, BRIEF, SimulatedServer.PARALLEL);
        assertThat(server.limitAfter(1000)).isEqualTo(2);

        var idle = new SimulatedServer(8, Duration.ofSeconds(60), SimulatedServer.SERIAL);
        assertThat(idle.limitAfter(1000)).isEqualTo(2);
    }

    @Test
    void theLineIsServedInItsOrder() {
        var line = line(4);

        assertThat(line).extracting(BatchesInFlight.Batch::mayGo).containsExactly(true, true, false, false);
        line.get(1).close();
        line.get(1).close();
        assertThat(line.subList(2, 4)).extracting(BatchesInFlight.Batch::mayGo).containsExactly(true, false);
    }

    @Test
    void aCallThatHangsDoesNotKeepItsPlace() {
        var line = line(4);
        nanos += Duration.ofSeconds(2).toNanos() - 1;
        assertThat(line.get(2).mayGo()).isFalse();

        nanos++;
        assertThat(line).allMatch(BatchesInFlight.Batch::mayGo);
        line.get(0).close();
        line.get(1).taken(1000);
        line.get(1).close();
        assertThat(batches.inFlight()).isEqualTo(2);
        assertThat(line(1).getFirst().mayGo()).isFalse();
    }

    @Test
    void whatIsUsualTakesAsLongAsItTakes() {
        for (int i = 0; i < 100; i++) {
            var batch = line(1).getFirst();
            nanos += Duration.ofSeconds(5).toNanos();
            batch.taken(1000);
            batch.close();
        }
        var line = line(3);
        nanos += Duration.ofSeconds(19).toNanos();
        assertThat(line.get(2).mayGo()).isFalse();

        nanos += Duration.ofSeconds(2).toNanos();
        assertThat(line.get(2).mayGo()).isTrue();
    }

    @Test
    void nobodyWaitsLongerThanItIsWillingTo() {
        line(2);
        var impatient = batches.line(Duration.ofSeconds(1));
        nanos += Duration.ofSeconds(1).toNanos() - 1;
        assertThat(impatient.mayGo()).isFalse();

        nanos++;
        assertThat(impatient.mayGo()).isTrue();
        assertThat(batches.inFlight()).isEqualTo(3);
    }

    @Test
    void whoIsInterruptedLeavesTheLine() {
        line(2);
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> batches.enter(LONG));
        assertThat(batches.waiting()).isZero();
        assertThat(batches.inFlight()).isEqualTo(2);
    }

    @Test
    void whoIsInterruptedWhileItWaitsLeavesTheLine() throws InterruptedException {
        line(2);
        var interrupted = new AtomicInteger();
        Thread waiter = Thread.startVirtualThread(() -> {
            try (var batch = batches.enter(LONG)) {
                batch.taken(1);
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
        });
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        waiter.interrupt();
        waiter.join();

        assertThat(interrupted).hasValue(1);
        assertThat(batches.waiting()).isZero();
    }

    @Test
    void everyPlaceComesBackHoweverACallEnds() throws Exception {
        var atOnce = new AtomicInteger();
        var most = new AtomicInteger();
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                int sender = i;
                all.add(senders.submit(() -> {
                    for (int call = 0; call < 50; call++) {
                        end((sender + call) % 5, atOnce, most);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }

        assertThat(batches.inFlight()).isZero();
        assertThat(batches.waiting()).isZero();
        assertThat(most.get()).isBetween(1, 2);
    }

    private void end(int way, AtomicInteger atOnce, AtomicInteger most) {
        if (way == 0) {
            Thread.currentThread().interrupt();
        }
        try (var batch = batches.enter(LONG)) {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            atOnce.decrementAndGet();
            switch (way) {
                case 1 -> throw new IllegalStateException("the call failed");
                case 2 -> throw new AssertionError("the machine failed");
                default -> batch.taken(10);
            }
        } catch (InterruptedException | IllegalStateException | AssertionError e) {
            // However it ended, the place is what matters here.
        }
    }

    private List<BatchesInFlight.Batch> line(int count) {
        return IntStream.range(0, count).mapToObj(i -> batches.line(LONG)).toList();
    }
}
