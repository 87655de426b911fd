package dev.sluice.trainer.callback;

import dev.sluice.trainer.checkpoint.Checkpoint;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells all callbacks in order, and keeps their failures away from training. Confined to the training thread.
 */
public final class CallbackChain {
    private static final System.Logger LOGGER = System.getLogger(CallbackChain.class.getName());

    private final List<Callback> callbacks;
    private final Map<String, Integer> failures = new LinkedHashMap<>();

    /**
     * A chain of callbacks.
     *
     * @throws IllegalArgumentException if two have one name
     */
    public CallbackChain(List<Callback> callbacks) {
        this.callbacks = List.copyOf(callbacks);
        Set<String> names = new HashSet<>();
        for (Callback callback : callbacks) {
            if (!names.add(callback.name())) {
                throw new IllegalArgumentException("two callbacks are named \"" + callback.name() + "\"");
            }
        }
    }

    /** How often each callback has thrown, by name; those that never did are left out. */
    public Map<String, Integer> failures() {
        return Map.copyOf(failures);
    }

    /** Tells {@link Callback#trainBegin}. */
    public void trainBegin(TrainingProgress progress, TrainingControl control) {
        tell("trainBegin", callback -> callback.trainBegin(progress, control));
    }

    /** Tells {@link Callback#epochBegin}. */
    public void epochBegin(TrainingProgress progress, TrainingControl control) {
        tell("epochBegin", callback -> callback.epochBegin(progress, control));
    }

    /** Tells {@link Callback#stepEnd}. */
    public void stepEnd(TrainingProgress progress, TrainingControl control) {
        tell("stepEnd", callback -> callback.stepEnd(progress, control));
    }

    /** Tells {@link Callback#epochEnd}. */
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        tell("epochEnd", callback -> callback.epochEnd(result, progress, control));
    }

    /** Tells {@link Callback#checkpointSaved}. */
    public void checkpointSaved(Checkpoint checkpoint) {
        tell("checkpointSaved", callback -> callback.checkpointSaved(checkpoint));
    }

    /** Tells {@link Callback#checkpointFailed}. */
    public void checkpointFailed(long step, IOException cause) {
        tell("checkpointFailed", callback -> callback.checkpointFailed(step, cause));
    }

    /** Tells {@link Callback#trainEnd}. */
    public void trainEnd(StopReason reason, TrainingProgress progress) {
        tell("trainEnd", callback -> callback.trainEnd(reason, progress));
    }

    /** Tells {@link Callback#trainFailed}. */
    public void trainFailed(Throwable cause, TrainingProgress progress) {
        tell("trainFailed", callback -> callback.trainFailed(cause, progress));
    }

    /** The states of all callbacks, by name; one that cannot tell its state is left out. */
    public Map<String, Object> saveState() {
        Map<String, Object> states = new LinkedHashMap<>();
        tell("saveState", callback -> states.put(callback.name(), callback.saveState()));
        return states;
    }

    /** Gives each callback its state back; one without a state in {@code states} starts afresh. */
    @SuppressWarnings("unchecked") // JSON objects have text keys
    public void restoreState(Map<String, Object> states) {
        tell("restoreState", callback -> {
            if (states.get(callback.name()) instanceof Map<?, ?> state) {
                callback.restoreState((Map<String, Object>) state);
            }
        });
    }

    private void tell(String event, Consumer<Callback> telling) {
        for (Callback callback : callbacks) {
            try {
                telling.accept(callback);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                int count = failures.merge(callback.name(), 1, Integer::sum);
                if (count <= 3) { // the stack once or thrice; a callback that fails at each step must not fill the disk
                    LOGGER.log(Level.WARNING, "callback=" + callback.name() + " event=" + event + " failed", e);
                } else if (Integer.bitCount(count) == 1) {
                    LOGGER.log(Level.WARNING, "callback={0} failures={1}", callback.name(), count);
                }
            }
        }
    }
}
