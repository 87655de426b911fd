package dev.sluice.trainer.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that training needs to go on from a moment as if it had never stopped.
 *
 * @param weights the network's parameters by stable name
 * @param optimizer the optimizer's state by stable name
 * @param state all the rest, as a JSON tree: progress, callbacks, seed
 */
public record TrainingSnapshot(Map<String, Tensor> weights, Map<String, Tensor> optimizer, Map<String, Object> state) {
    /** Copies the maps, keeping their order. */
    public TrainingSnapshot {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        optimizer = Collections.unmodifiableMap(new LinkedHashMap<>(optimizer));
        state = Collections.unmodifiableMap(new LinkedHashMap<>(state));
    }
}
