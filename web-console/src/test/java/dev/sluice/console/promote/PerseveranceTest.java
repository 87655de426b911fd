package dev.sluice.console.promote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a promotion comes to its end, whatever happens on the way. */
final class PerseveranceTest {
    private static final Perseverance QUICK = new Perseverance(Duration.ofMillis(1), Duration.ofMillis(2));

    private final AtomicInteger tries = new AtomicInteger();
    private final List<Error> written = new ArrayList<>();

    @Test
    void whatWaitsOrIsInterruptedIsTriedAgain() {
        QUICK.untilDone(
                "p",
                () -> true,
                () -> switch (tries.incrementAndGet()) {
                    case 1 -> false;
                    case 2 -> throw new IllegalStateException("the database is away");
                    default -> true;
                },
                written::add);

        assertThat(tries).hasValue(3);
        assertThat(written).isEmpty();
    }

    @Test
    void anErrorIsTheEndAndIsWrittenDownThoughTheDatabaseIsAwayFirst() {
        var error = new NoClassDefFoundError("ai/onnx");
        var writes = new AtomicInteger();

        QUICK.untilDone(
                "p",
                () -> true,
                () -> {
                    tries.incrementAndGet();
                    throw error;
                },
                e -> {
                    if (writes.incrementAndGet() < 3) {
                        throw new IllegalStateException("the database is away");
                    }
                    written.add(e);
                });

        assertThat(tries).hasValue(1);
        assertThat(written).containsExactly(error);
    }

    @Test
    void anErrorWhileOneIsWrittenDownIsNoReasonToGiveUp() {
        var writes = new AtomicInteger();

        QUICK.untilDone(
                "p",
                () -> true,
                () -> {
                    throw new OutOfMemoryError("first");
                },
                e -> {
                    if (writes.incrementAndGet() < 3) {
                        throw new OutOfMemoryError("again");
                    }
                    written.add(e);
                });

        assertThat(written).extracting(Error::getMessage).containsExactly("first");
    }

    @Test
    void aServiceThatStopsLeavesItToTheNextOne() {
        QUICK.untilDone("p", () -> tries.get() < 2, () -> tries.incrementAndGet() < 0, written::add);

        assertThat(tries).hasValue(2);
        assertThat(written).isEmpty();
    }
}
