package dev.sluice.trainer.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.NetBlock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A running average of a network's parameters, on their device: {@code average = decay * average + (1 - decay) *
 * parameter} (Polyak, Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992, in its exponential
 * form). Running statistics of normalisations are averaged too, since they belong to the weights that they were taken
 * with. Confined to one thread.
 */
final class WeightAverage {
    private final NDManager manager;
    private final Map<String, NDArray> arrays;
    private final Map<String, NDArray> average = new LinkedHashMap<>();

    /**
     * No average yet.
     *
     * @param manager where the average lives, and with which it dies
     * @param arrays the parameters by stable name
     */
    WeightAverage(NDManager manager, Map<String, NDArray> arrays) {
        this.manager = manager;
        this.arrays = new LinkedHashMap<>(arrays);
    }

    void move(double decay) {
        if (average.isEmpty()) {
            arrays.forEach((name, array) -> average.put(name, copy(array)));
            return;
        }
        average.forEach((name, mean) -> {
            mean.muli((float) decay);
            try (NDArray share = array(name).mul((float) (1 - decay))) {
                mean.addi(share);
            }
        });
    }

    Map<String, Tensor> values() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        average.forEach((name, mean) -> values.put(name, NetBlock.tensor(mean)));
        return values;
    }

    /**
     * Sets the average; nothing at all ends it.
     *
     * @throws IllegalArgumentException if a parameter has no value or one of another shape
     */
    void restore(Map<String, Tensor> values) {
        average.values().forEach(NDArray::close);
        average.clear();
        if (values.isEmpty()) {
            return;
        }
        arrays.forEach((name, array) -> {
            Tensor value = values.get(name);
            if (value == null || !Arrays.equals(value.shape(), array.getShape().getShape())) {
                throw new IllegalArgumentException("the average of " + name + " must have shape " + array.getShape()
                        + ", was " + (value == null ? "missing" : value));
            }
            average.put(name, NetBlock.array(manager, value));
        });
    }

    void exchange() {
        average.forEach((name, mean) -> {
            NDArray array = array(name);
            try (NDArray before = copy(array)) {
                mean.copyTo(array);
                before.copyTo(mean);
            }
        });
    }

    private NDArray copy(NDArray array) {
        try (NDArray detached = array.stopGradient()) {
            NDArray copy = detached.duplicate();
            copy.attach(manager);
            return copy;
        }
    }

    private NDArray array(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalStateException("no parameter " + name);
        }
        return array;
    }
}
