package dev.sluice.trainer.callback;

import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * Who listens to what is looked up once, by which methods a callback's class has of its own: a step has six events,
 * and most callbacks care for none of them.
 */
/**
 * Tells all callbacks in order, and keeps their failures and their delays away from training. Confined to the training
 * thread; onlookers are told on threads of their own.
 */
public final class CallbackChain implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(CallbackChain.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(3); // of the ten between SIGTERM and SIGKILL
    private static final double SLOW_SHARE = 0.05;
    private static final long SLOW_NANOS = 1_000_000_000L;

    /** What callbacks are told, and by which method. */
    private enum Event {
        INIT_END("initEnd", false),
        TRAIN_BEGIN("trainBegin", false),
        EPOCH_BEGIN("epochBegin", false),
        STEP_BEGIN("stepBegin", false),
        BACKWARD_END("backwardEnd", true),
        PRE_OPTIMIZER_STEP("preOptimizerStep", true),
        OPTIMIZER_STEP("optimizerStep", true),
        STEP_END("stepEnd", false),
        LOG("log", false),
        EVALUATE_BEGIN("evaluateBegin", false),
        EVALUATE_END("evaluateEnd", false),
        EPOCH_END("epochEnd", false),
        CHECKPOINT_SAVED("checkpointSaved", false),
        CHECKPOINT_FAILED("checkpointFailed", false),
        ALERT("alert", false),
        TRAIN_END("trainEnd", false),
        PREDICT_END("predictEnd", false),
        TRAIN_FAILED("trainFailed", false),
        SAVE_STATE("saveState", true),
        RESTORE_STATE("restoreState", true);

        private final String method;
        private final boolean atOnce; // makes no sense later, so onlookers are not told

        Event(String method, boolean atOnce) {
            this.method = method;
            this.atOnce = atOnce;
        }

        boolean isHeardBy(Callback callback) {
            if (atOnce && callback.isOnlooker()) {
                return false;
            }
            for (Method candidate : callback.getClass().getMethods()) {
                // a bridge counts: it is all that shows of what a class inherits from one that is not public
                if (candidate.getName().equals(method) && candidate.getDeclaringClass() != Callback.class) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A callback with what became of it so far. */
    private static final class Member {
        private final CallbackLink link;
        private final String name;
        private final @Nullable OnlookerThread thread;
        private final AtomicInteger failures = new AtomicInteger();
        private long nanos;
        private boolean isSlow;
        private boolean isHung;
        private final long deadlineNanos; // 0: not watched
        private boolean isGivenUp; // an onlooker that was waited for in vain

        Member(CallbackLink link) {
            this.link = link;
            this.name = link.callback().name();
            this.thread = link.callback().isOnlooker() ? new OnlookerThread(name) : null;
            // what a trial makes no sense without writes to files, which an interrupt would close
            this.deadlineNanos = thread != null || link.mostFailures() == Integer.MAX_VALUE
                    ? 0
                    : Math.max(1, link.callback().deadline().toNanos());
        }

        boolean isOff() {
            return failures.get() >= link.mostFailures();
        }

        boolean isTurn(long step) {
            return step % link.everySteps() == 0;
        }
    }

    private final List<Member> members = new ArrayList<>();
    private final Map<Event, List<Member>> listeners = new EnumMap<>(Event.class);
    private final Duration patience;
    private final LongSupplier nanoTime;
    private final boolean maySkipSteps;
    private final HangWatch watch;
    private long begun;

    /**
     * A chain of callbacks that are told of every step.
     *
     * @throws IllegalArgumentException if two have one name
     */
    public CallbackChain(List<Callback> callbacks) {
        this(callbacks.stream().map(CallbackLink::of).toList(), PATIENCE, System::nanoTime);
    }

    /**
     * A chain of these links.
     *
     * @throws IllegalArgumentException if two callbacks have one name
     */
    public static CallbackChain of(List<CallbackLink> links) {
        return new CallbackChain(links, PATIENCE, System::nanoTime);
    }

    /**
     * A chain with a clock of its own.
     *
     * @param patience how long to wait for onlookers at the end
     */
    CallbackChain(List<CallbackLink> links, Duration patience, LongSupplier nanoTime) {
        this.patience = patience;
        this.nanoTime = nanoTime;
        Set<String> names = new HashSet<>();
        for (CallbackLink link : links) {
            if (!names.add(link.callback().name())) {
                throw new IllegalArgumentException(
                        "two callbacks are named \"" + link.callback().name() + "\"");
            }
        }
        links.forEach(link -> members.add(new Member(link)));
        for (Event event : Event.values()) {
            listeners.put(
                    event,
                    members.stream()
                            .filter(member -> event.isHeardBy(member.link.callback()))
                            .toList());
        }
        this.maySkipSteps = members.stream()
                .map(member -> member.link.callback())
                .anyMatch(callback ->
                        Event.BACKWARD_END.isHeardBy(callback) || Event.PRE_OPTIMIZER_STEP.isHeardBy(callback));
        this.watch = new HangWatch(Duration.ofNanos(members.stream()
                .mapToLong(member -> member.deadlineNanos)
                .filter(deadline -> deadline > 0)
                .min()
                .orElse(0)));
        this.begun = nanoTime.getAsLong();
    }

    /** How often each callback has thrown, by name; those that never did are left out. */
    public Map<String, Integer> failures() {
        Map<String, Integer> failures = new LinkedHashMap<>();
        for (Member member : members) {
            if (member.failures.get() > 0) {
                failures.put(member.name, member.failures.get());
            }
        }
        return failures;
    }

    /** Sets the failures of an earlier attempt, so that what was switched off there stays so. */
    public void restoreFailures(Map<?, ?> failures) {
        for (Member member : members) {
            if (failures.get(member.name) instanceof Number count) {
                member.failures.set(count.intValue());
            }
        }
    }

    /** The callbacks that were switched off after too many failures. */
    public List<String> switchedOff() {
        return members.stream().filter(Member::isOff).map(member -> member.name).toList();
    }

    /** Of those that were switched off, the ones that hung. */
    public List<String> hung() {
        return members.stream()
                .filter(member -> member.isHung)
                .map(member -> member.name)
                .toList();
    }

    /** How many events did not fit into an onlooker's queue, by name; those that missed nothing are left out. */
    public Map<String, Long> lost() {
        Map<String, Long> lost = new LinkedHashMap<>();
        for (Member member : members) {
            if (member.thread != null && member.thread.lost() > 0) {
                lost.put(member.name, member.thread.lost());
            }
        }
        return lost;
    }

    /** The onlookers that were waited for in vain. */
    List<String> behind() {
        return members.stream()
                .filter(member -> member.isGivenUp)
                .map(member -> member.name)
                .toList();
    }

    /** The callbacks that have taken more than a twentieth of training's time, with that share. */
    public Map<String, Double> slow() {
        Map<String, Double> slow = new LinkedHashMap<>();
        long elapsed = nanoTime.getAsLong() - begun;
        for (Member member : members) {
            if (member.nanos >= SLOW_NANOS && member.nanos > SLOW_SHARE * elapsed) {
                slow.put(member.name, (double) member.nanos / elapsed);
            }
        }
        return slow;
    }

    /** True if a callback may ask to roll back. */
    public boolean mayRollBack() {
        return members.stream().anyMatch(member -> member.link.callback().mayRollBack());
    }

    /** True if a callback may give up a step: one that is told of its gradients. */
    public boolean maySkipSteps() {
        return maySkipSteps;
    }

    /** True if nobody decides by a checkpoint's being there: then training need not wait for the disk. */
    public boolean mayHearOfCheckpointsLater() {
        return listeners.getOrDefault(Event.CHECKPOINT_SAVED, List.of()).stream()
                .allMatch(member -> member.link.callback().mayHearOfCheckpointsLater());
    }

    /** True if somebody wants a log after this step. */
    public boolean isLogDue(long step, boolean atEpochEnd) {
        for (Member member : members) {
            int every = member.link.callback().logEverySteps();
            if (every >= 0 && (atEpochEnd || (every > 0 && step % every == 0))) {
                return true;
            }
        }
        return false;
    }

    /** Tells {@link Callback#initEnd}. */
    public void initEnd(TrainingProgress progress, TrainingControl control) {
        tell(Event.INIT_END, callback -> callback.initEnd(progress, control));
    }

    /** Tells {@link Callback#trainBegin}. */
    public void trainBegin(TrainingProgress progress, TrainingControl control) {
        begun = nanoTime.getAsLong();
        tell(Event.TRAIN_BEGIN, callback -> callback.trainBegin(progress, control));
    }

    /** Tells {@link Callback#epochBegin}. */
    public void epochBegin(TrainingProgress progress, TrainingControl control) {
        tell(Event.EPOCH_BEGIN, callback -> callback.epochBegin(progress, control));
    }

    /** Tells {@link Callback#stepBegin}. */
    public void stepBegin(TrainingProgress progress, TrainingControl control) {
        tell(Event.STEP_BEGIN, progress.globalStep() + 1, callback -> callback.stepBegin(progress, control));
    }

    /** Tells {@link Callback#backwardEnd}. */
    public void backwardEnd(StepView step, TrainingProgress progress, TrainingControl control) {
        tell(Event.BACKWARD_END, step.number(), callback -> callback.backwardEnd(step, progress, control));
    }

    /** Tells {@link Callback#preOptimizerStep}. */
    public void preOptimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
        tell(Event.PRE_OPTIMIZER_STEP, step.number(), callback -> callback.preOptimizerStep(step, progress, control));
    }

    /** Tells {@link Callback#optimizerStep}. */
    public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
        tell(Event.OPTIMIZER_STEP, step.number(), callback -> callback.optimizerStep(step, progress, control));
    }

    /** Tells {@link Callback#stepEnd}. */
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        tell(Event.STEP_END, progress.globalStep(), callback -> callback.stepEnd(progress, control));
    }

    /** Tells {@link Callback#log}. */
    public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
        tell(Event.LOG, callback -> callback.log(entry, progress, control));
    }

    /** Tells {@link Callback#evaluateBegin}. */
    public void evaluateBegin(TrainingProgress progress, TrainingControl control) {
        tell(Event.EVALUATE_BEGIN, callback -> callback.evaluateBegin(progress, control));
    }

    /** Tells {@link Callback#evaluateEnd}. */
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        tell(Event.EVALUATE_END, callback -> callback.evaluateEnd(result, progress, control));
    }

    /** Tells {@link Callback#epochEnd}. */
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        tell(Event.EPOCH_END, callback -> callback.epochEnd(result, progress, control));
        warnOfSlow();
    }

    /** Tells {@link Callback#checkpointSaved}. */
    public void checkpointSaved(Checkpoint checkpoint) {
        tell(Event.CHECKPOINT_SAVED, callback -> callback.checkpointSaved(checkpoint));
    }

    /** Tells {@link Callback#checkpointFailed}. */
    public void checkpointFailed(CheckpointName name, IOException cause) {
        tell(Event.CHECKPOINT_FAILED, callback -> callback.checkpointFailed(name, cause));
    }

    /** Tells {@link Callback#alert}. */
    public void alert(Alert alert, TrainingProgress progress) {
        tell(Event.ALERT, callback -> callback.alert(alert, progress));
    }

    /** Tells {@link Callback#trainEnd}, and waits a while for onlookers that are behind. */
    public void trainEnd(StopReason reason, TrainingProgress progress) {
        tell(Event.TRAIN_END, callback -> callback.trainEnd(reason, progress));
        awaitOnlookers();
    }

    /** Tells {@link Callback#predictEnd}. */
    public void predictEnd(Map<String, Double> values, TrainingProgress progress) {
        tell(Event.PREDICT_END, callback -> callback.predictEnd(values, progress));
    }

    /** Tells {@link Callback#trainFailed}, and waits a while for onlookers that are behind. */
    public void trainFailed(Throwable cause, TrainingProgress progress) {
        tell(Event.TRAIN_FAILED, callback -> callback.trainFailed(cause, progress));
        awaitOnlookers();
    }

    /** The states of all callbacks, by name, as they are now; one that cannot tell its state, or is an onlooker, is left out. */
    public Map<String, Object> saveState() {
        Map<String, Object> states = new LinkedHashMap<>();
        for (Member member : members) {
            if (member.thread == null && !member.isOff()) {
                call(member, Event.SAVE_STATE, callback -> {
                    // a copy, as it is written while training goes on; what is no JSON must not cost the checkpoint
                    states.put(member.name, JsonText.readObject(JsonText.write(callback.saveState())));
                });
            }
        }
        return states;
    }

    /** Gives each callback its state back; one without a state in {@code states} starts afresh. */
    @SuppressWarnings("unchecked") // JSON objects have text keys
    public void restoreState(Map<String, Object> states) {
        tell(Event.RESTORE_STATE, callback -> {
            if (states.get(callback.name()) instanceof Map<?, ?> state) {
                callback.restoreState((Map<String, Object>) state);
            }
        });
    }

    /** Waits a while for onlookers that are behind, and ends their threads. */
    @Override
    public void close() {
        watch.close();
        awaitOnlookers();
        for (Member member : members) {
            if (member.thread != null) {
                member.thread.close();
            }
        }
    }

    private void tell(Event event, Consumer<Callback> telling) {
        tell(event, 0, telling);
    }

    private void tell(Event event, long step, Consumer<Callback> telling) {
        List<Member> hearing = listeners.getOrDefault(event, List.of());
        if (hearing.isEmpty()) {
            return;
        }
        long before = nanoTime.getAsLong();
        for (Member member : hearing) {
            if (member.isOff() || !member.isTurn(step)) {
                continue;
            }
            if (member.thread != null) {
                member.thread.tell(() -> {
                    if (!member.isOff()) {
                        guard(member, event, telling);
                    }
                });
                continue;
            }
            call(member, event, telling);
            long after = nanoTime.getAsLong();
            member.nanos += after - before;
            before = after;
        }
    }

    /** Tells on the training thread. */
    private void call(Member member, Event event, Consumer<Callback> telling) {
        if (member.deadlineNanos == 0) {
            guard(member, event, telling);
            return;
        }
        watch.begin(member.name, member.deadlineNanos);
        boolean isHanging = false;
        try {
            guard(member, event, telling);
        } finally {
            isHanging = watch.end(); // also where an error ends training: else what comes after it would be interrupted
        }
        if (isHanging) {
            member.isHung = true;
            member.failures.set(Math.max(member.failures.get(), member.link.mostFailures()));
            LOGGER.log(
                    Level.WARNING,
                    "callback={0} event={1} state=off reason=\"it took more than {2} s\"",
                    member.name,
                    event.method,
                    Double.toString(member.deadlineNanos / 1e9));
        }
    }

    private static void guard(Member member, Event event, Consumer<Callback> telling) {
        try {
            telling.accept(member.link.callback());
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            // checked exceptions too: Kotlin and others throw them undeclared
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            int count = member.failures.incrementAndGet();
            if (count <= 3) { // the stack once or thrice; a callback that fails at each step must not fill the disk
                LOGGER.log(Level.WARNING, "callback=" + member.name + " event=" + event.method + " failed", e);
            } else if (Integer.bitCount(count) == 1) {
                LOGGER.log(Level.WARNING, "callback={0} failures={1}", member.name, Integer.toString(count));
            }
            if (count == member.link.mostFailures()) {
                LOGGER.log(
                        Level.WARNING,
                        "callback={0} state=off reason=\"it has failed {1} times\"",
                        member.name,
                        Integer.toString(count));
            }
        }
    }

    /** Waits for all onlookers together no longer than the patience lasts, and for none a second time in vain. */
    private void awaitOnlookers() {
        long end = System.nanoTime() + patience.toNanos();
        for (Member member : members) {
            if (member.thread != null && !member.isGivenUp) {
                member.thread.mark(); // all first: one that hangs must not take the others' time
            }
        }
        for (Member member : members) {
            if (member.thread == null || member.isGivenUp) {
                continue;
            }
            if (!member.thread.await(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
                member.isGivenUp = true;
                LOGGER.log(
                        Level.WARNING,
                        "callback={0} state=behind reason=\"not done {1} s after training\"",
                        member.name,
                        Double.toString(patience.toMillis() / 1000.0));
            }
        }
    }

    private void warnOfSlow() {
        Map<String, Double> slow = slow();
        for (Member member : members) {
            Double share = slow.get(member.name);
            if (share != null && !member.isSlow) {
                member.isSlow = true;
                LOGGER.log(
                        Level.WARNING,
                        "callback={0} state=slow share={1} hint=\"everySteps tells it of fewer steps\"",
                        member.name,
                        Double.toString(Math.rint(share * 1000) / 1000));
            }
        }
    }
}
