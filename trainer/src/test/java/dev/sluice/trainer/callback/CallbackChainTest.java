package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallbackChainTest {
    private static final TrainingControl CONTROL = new TrainingControl();

    /** Writes down the steps that it is told of. */
    private static class Steps implements Callback {
        final List<Long> told = new CopyOnWriteArrayList<>();
        private final String name;

        Steps(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            told.add(progress.globalStep());
        }
    }

    /** Looks on, and hangs in the first step until it is let go. */
    private record Onlooker(String name, CountDownLatch letGo) implements Callback {
        @Override
        public boolean isOnlooker() {
            return true;
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            try {
                letGo.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Not public, as a base class of somebody's callbacks may be. */
    abstract static class Hidden implements Callback {
        int told;

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            told++;
        }
    }

    /** Has nothing of its own but its name. */
    public static class Shown extends Hidden {
        @Override
        public String name() {
            return "shown";
        }
    }

    private static TrainingProgress at(long step) {
        return new TrainingProgress(0, (int) step, step, 1, 1000);
    }

    @Test
    void tellsOfOneStepInSoMany() {
        Steps all = new Steps("all");
        Steps some = new Steps("some");
        CallbackChain chain = CallbackChain.of(List.of(CallbackLink.of(all), new CallbackLink(some, 3, 10)));

        for (long step = 1; step <= 7; step++) {
            chain.stepEnd(at(step), CONTROL);
        }

        assertThat(all.told).hasSize(7);
        assertThat(some.told).containsExactly(3L, 6L);
    }

    @Test
    void goesOnWhileAnOnlookerHangs() {
        CountDownLatch network = new CountDownLatch(1);
        Steps hanging = new Steps("hanging") {
            @Override
            public boolean isOnlooker() {
                return true;
            }

            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                try {
                    network.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.stepEnd(progress, control);
            }
        };
        Steps other = new Steps("other");
        CallbackChain chain = new CallbackChain(
                List.of(CallbackLink.of(hanging), CallbackLink.of(other)), Duration.ofMillis(1), System::nanoTime);

        for (long step = 1; step <= 6000; step++) {
            chain.stepEnd(at(step), CONTROL);
        }
        chain.trainEnd(new StopReason.Finished(1), at(6000));

        assertThat(other.told).hasSize(6000);
        assertThat(hanging.told).isEmpty();
        assertThat(chain.lost().get("hanging")).isGreaterThan(1000);
        network.countDown();
        await().until(() -> hanging.told.size() >= 4096);
        chain.close();
    }

    @Test
    void waitsAtTheEndForAnOnlookerThatIsBehind() {
        Steps onlooker = new Steps("onlooker") {
            @Override
            public boolean isOnlooker() {
                return true;
            }
        };
        try (CallbackChain chain = new CallbackChain(List.of(onlooker))) {
            for (long step = 1; step <= 100; step++) {
                chain.stepEnd(at(step), CONTROL);
            }
            chain.trainEnd(new StopReason.Finished(1), at(100));

            assertThat(onlooker.told).hasSize(100).isSorted();
            assertThat(chain.lost()).isEmpty();
        }
    }

    @Test
    void waitsForAnOnlookerHoweverLongAnotherOneHangs() {
        CountDownLatch network = new CountDownLatch(1);
        Callback hanging = new Onlooker("hanging", network);
        Callback ready = new Onlooker("ready", new CountDownLatch(0));
        CallbackChain chain = new CallbackChain(
                List.of(CallbackLink.of(hanging), CallbackLink.of(ready)), Duration.ofMillis(500), System::nanoTime);
        chain.stepEnd(at(1), CONTROL);

        chain.trainEnd(new StopReason.Finished(1), at(1));

        assertThat(chain.behind()).containsExactly("hanging");
        network.countDown();
        chain.close();
    }

    @Test
    void countsAnOnlookersFailuresToo() {
        Callback broken = new Steps("broken") {
            @Override
            public boolean isOnlooker() {
                return true;
            }

            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                throw new IllegalStateException("no disk");
            }
        };
        CallbackChain chain = CallbackChain.of(List.of(new CallbackLink(broken, 1, 2)));
        for (int epoch = 1; epoch <= 5; epoch++) {
            chain.epochEnd(new EpochResult(epoch, Map.of(), Instant.EPOCH), at(1), CONTROL);
        }
        chain.close();

        assertThat(chain.failures()).isEqualTo(Map.of("broken", 2));
        assertThat(chain.switchedOff()).containsExactly("broken");
    }

    @Test
    void keepsOffWhatAnEarlierAttemptSwitchedOff() {
        Steps callback = new Steps("callback");
        CallbackChain chain = new CallbackChain(List.of(callback));

        chain.restoreFailures(Map.of("callback", (long) CallbackLink.MOST_FAILURES));
        chain.stepEnd(at(1), CONTROL);

        assertThat(callback.told).isEmpty();
    }

    @Test
    void namesTheCallbackThatTakesMoreThanItsShareOfTheTime() {
        AtomicLong clock = new AtomicLong();
        Steps slow = new Steps("slow") {
            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                clock.addAndGet(Duration.ofMillis(100).toNanos());
            }
        };
        Steps quick = new Steps("quick");
        CallbackChain chain =
                new CallbackChain(List.of(CallbackLink.of(slow), CallbackLink.of(quick)), Duration.ZERO, clock::get);

        for (long step = 1; step <= 20; step++) {
            clock.addAndGet(Duration.ofMillis(900).toNanos());
            chain.stepEnd(at(step), CONTROL);
        }

        assertThat(chain.slow()).isEqualTo(Map.of("slow", 0.1));
    }

    @Test
    void asksForALogWhenSomebodyWantsOne() {
        Callback every = new Steps("every") {
            @Override
            public int logEverySteps() {
                return 4;
            }
        };
        CallbackChain chain = new CallbackChain(List.of(every));
        List<Long> due = new ArrayList<>();
        for (long step = 1; step <= 9; step++) {
            if (chain.isLogDue(step, step == 9)) {
                due.add(step);
            }
        }

        assertThat(due).containsExactly(4L, 8L, 9L);
        assertThat(new CallbackChain(List.of(new Steps("none"))).isLogDue(4, true))
                .isFalse();
    }

    @Test
    void tellsWhatABaseClassThatIsNotPublicListensTo() {
        Shown callback = new Shown();

        new CallbackChain(List.of(callback)).stepEnd(at(1), CONTROL);

        assertThat(callback.told).isEqualTo(1);
    }

    @Test
    void countsCheckedExceptionsThatNobodyDeclared() {
        CallbackChain chain = new CallbackChain(List.of(new Steps("kotlin") {
            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                sneak(new IOException("no disk"));
            }

            @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as other languages' compilers do it
            private <E extends Exception> void sneak(Exception exception) throws E {
                throw (E) exception;
            }
        }));

        chain.stepEnd(at(1), CONTROL);

        assertThat(chain.failures()).isEqualTo(Map.of("kotlin", 1));
    }

    @Test
    void leavesOutAStateThatNoCheckpointCanHold() {
        CallbackChain chain = new CallbackChain(List.of(
                new Steps("odd") {
                    @Override
                    public Map<String, Object> saveState() {
                        return Map.of("at", Instant.EPOCH);
                    }
                },
                new Steps("plain")));

        assertThat(chain.saveState()).isEqualTo(Map.of("plain", Map.of()));
        assertThat(chain.failures()).isEqualTo(Map.of("odd", 1));
    }

    @Test
    void saysWhichOfTwoCallbacksHaveOneName() {
        assertThatThrownBy(() -> new CallbackChain(List.of(new Steps("a"), new Steps("a"))))
                .hasMessage("two callbacks are named \"a\"");
    }

    /** Steers, and hangs in one step: until it is interrupted, or as long as it likes. */
    private static final class Hanging extends Steps {
        private final long step;
        private final boolean heedsInterrupts;

        Hanging(long step, boolean heedsInterrupts) {
            super("hanging");
            this.step = step;
            this.heedsInterrupts = heedsInterrupts;
        }

        @Override
        public Duration deadline() {
            return Duration.ofMillis(80);
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            super.stepEnd(progress, control);
            boolean interrupted = progress.globalStep() != step;
            while (!interrupted) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (heedsInterrupts) {
                        throw new IllegalStateException("interrupted", e);
                    }
                }
            }
        }
    }

    @Test
    void goesOnWithoutASteeringCallbackThatHangs() {
        for (boolean heeds : new boolean[] {true, false}) {
            Hanging hanging = new Hanging(2, heeds);
            Steps other = new Steps("other");
            try (CallbackChain chain = new CallbackChain(List.of(hanging, other))) {
                for (long step = 1; step <= 4; step++) {
                    chain.stepEnd(at(step), CONTROL);
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }

                assertThat(hanging.told).containsExactly(1L, 2L);
                assertThat(other.told).containsExactly(1L, 2L, 3L, 4L);
                assertThat(chain.hung()).containsExactly("hanging");
                assertThat(chain.switchedOff()).containsExactly("hanging");
            }
        }
    }

    @Test
    void letsManyShortCallsTakeAsLongAsTheyTake() {
        Hanging quick = new Hanging(-1, true);
        long end = System.nanoTime() + Duration.ofMillis(400).toNanos(); // five deadlines
        long steps = 0;
        try (CallbackChain chain = new CallbackChain(List.of(quick))) {
            while (System.nanoTime() < end) {
                chain.stepEnd(at(++steps), CONTROL);
            }

            assertThat(chain.hung()).isEmpty();
            assertThat(quick.told).hasSizeGreaterThan(5);
        }
    }

    @Test
    void leavesWhatATrialMakesNoSenseWithoutItsTime() throws Exception {
        Hanging reporter = new Hanging(1, true);
        Thread training = Thread.currentThread();
        try (CallbackChain chain = CallbackChain.of(List.of(CallbackLink.lasting(reporter)))) {
            Thread.ofVirtual().start(() -> {
                await().pollDelay(Duration.ofMillis(250)).until(() -> true); // three deadlines
                training.interrupt();
            });

            chain.stepEnd(at(1), CONTROL);

            assertThat(chain.hung()).isEmpty();
        }
    }

    @Test
    void interruptsNobodyAfterAnErrorThatEndsTraining() {
        Callback broken = new Callback() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public java.time.Duration deadline() {
                return java.time.Duration.ofMillis(40);
            }

            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                throw new OutOfMemoryError("no memory");
            }
        };
        try (CallbackChain chain = new CallbackChain(List.of(broken))) {
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> chain.stepEnd(new TrainingProgress(0, 1, 1, 1, 10), new TrainingControl()))
                    .hasMessage("no memory");

            org.assertj.core.api.Assertions.assertThatCode(() -> Thread.sleep(400))
                    .doesNotThrowAnyException();
        }
    }
}
