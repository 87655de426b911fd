package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.Installed;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.option.Suggestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The callbacks that a sweep file can declare. Immutable. */
public final class CallbackCatalog {
    private final Map<String, CallbackType> types = new LinkedHashMap<>();

    /** A catalogue of these types. */
    public CallbackCatalog(List<CallbackType> types) {
        types.forEach(type -> this.types.put(type.type(), type));
    }

    /** The types that come with the trainer. */
    public static CallbackCatalog standard() {
        return new CallbackCatalog(List.of(
                EarlyStopping.type(),
                JsonLinesLog.type(),
                TensorBoardLog.type(),
                ProgressBar.type(),
                Evaluation.type(),
                ReduceOnPlateau.type(),
                LearningRateMonitor.type(),
                GradientNorm.type(),
                GradientNorm.clippingType(),
                DivergenceGuard.type(),
                LossAlarm.type(),
                AveragedWeights.type(),
                Throughput.type()));
    }

    /** The types that come with the trainer, and those of other jars on the class path. A name of ours stays ours. */
    public static CallbackCatalog installed() {
        return new CallbackCatalog(
                Installed.beside("callbackType", standard().types(), CallbackType.class, CallbackType::type));
    }

    /** The types, in order. */
    public List<CallbackType> types() {
        return List.copyOf(types.values());
    }

    /**
     * Makes the callbacks that a sweep file declares, in its order.
     *
     * @param declarations each {@code {type, option…}}
     * @throws IllegalArgumentException naming the declaration and what is wrong with it
     */
    public List<CallbackLink> create(List<? extends Map<String, ?>> declarations, CallbackSetting setting) {
        List<CallbackLink> callbacks = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (Map<String, ?> declaration : declarations) {
            String where = "callbacks[" + callbacks.size() + "]";
            if (!(declaration.get("type") instanceof String word)) {
                throw new IllegalArgumentException(where + " has no type");
            }
            CallbackType type = types.get(word);
            if (type == null) {
                throw new IllegalArgumentException(where + ".type \"" + word + "\" is unknown"
                        + Suggestion.of(word, types.keySet()) + "; there are " + String.join(", ", types.keySet()));
            }
            Map<String, Object> given = new LinkedHashMap<>(declaration);
            given.remove("type");
            int count = seen.merge(word, 1, Integer::sum);
            String name = count == 1 ? word : word + "-" + count;
            Options options = Options.read(where + " (" + word + ")", type.allOptions(), given);
            callbacks.add(new CallbackLink(
                    type.create(name, options, setting),
                    type.canSkipSteps() ? options.whole(CallbackType.EVERY_STEPS) : 1,
                    options.whole(CallbackType.MOST_FAILURES)));
        }
        return callbacks;
    }
}
