package dev.sluice.console.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is reckoned of the importance of parameters is reckoned once. */
final class ImportancesTest {
    private final Importances importances = new Importances();
    private final AtomicInteger reckoned = new AtomicInteger();

    private static Importances.Question question(int complete) {
        return new Importances.Question(new UUID(1, 1), complete, 0, "loss", "fanova");
    }

    private ImportanceView answer(int complete) {
        reckoned.incrementAndGet();
        return new ImportanceView(complete, "loss", "fanova", complete, List.of(), null, null);
    }

    private ImportanceView ask(int complete) {
        return importances.of(question(complete), () -> answer(complete));
    }

    @Test
    void answersTheSameQuestionOnce() {
        assertThat(ask(5)).isEqualTo(ask(5));
        assertThat(reckoned).hasValue(1);
        assertThat(ask(6).trials()).isEqualTo(6);
        assertThat(reckoned).hasValue(2);
    }

    @Test
    void reckonsOnceForAllWhoAskAtTheSameTime() throws Exception {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        Callable<ImportanceView> slow = () -> importances.of(question(5), () -> {
            begun.countDown();
            await(mayEnd);
            return answer(5);
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(slow);
            await(begun);
            var others = new ArrayList<java.util.concurrent.Future<ImportanceView>>();
            for (int i = 0; i < 8; i++) {
                others.add(threads.submit(() -> ask(5)));
            }
            mayEnd.countDown();
            for (var other : others) {
                assertThat(other.get(10, TimeUnit.SECONDS)).isSameAs(first.get(10, TimeUnit.SECONDS));
            }
        }
        assertThat(reckoned).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void triesAgainAfterAFailure() {
        assertThatThrownBy(() -> importances.of(question(5), () -> {
                    throw new IllegalStateException("the database is away");
                }))
                .hasMessage("the database is away");

        assertThat(ask(5).trials()).isEqualTo(5);
    }

    @Test
    void forgetsWhatWasAskedLongAgo() {
        ask(0);
        for (int i = 1; i <= Importances.KEPT; i++) {
            ask(i);
        }
        ask(Importances.KEPT);
        assertThat(reckoned).hasValue(Importances.KEPT + 1);

        ask(0);

        assertThat(reckoned).hasValue(Importances.KEPT + 2);
    }

    @Test
    void saysForWhichRevisionItStands() {
        assertThat(ask(5).at(12).revision()).isEqualTo(12);
    }
}
