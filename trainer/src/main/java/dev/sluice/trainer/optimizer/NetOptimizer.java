package dev.sluice.trainer.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.NetBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves a network's arrays along their gradients, and keeps its state under the arrays' stable names, so that a
 * checkpoint can hold it. DJL's own optimizers keep theirs private and under names that change with each process.
 * Confined to one thread.
 */
public final class NetOptimizer implements AutoCloseable {
    private static final float NO_CLIPPING = -1f; // the engine clips at the upper end alone: never use it
    private static final float NO_DECAY = 0f;

    private final OptimizerSpec spec;
    private final NDManager manager;
    private final List<Slot> slots = new ArrayList<>();

    /** One array with its gradient and moments. The gradient is fetched once: the engine zeroes it in place. */
    private static final class Slot {
        private final String name;
        private final NDArray weight;
        private final Map<String, NDArray> moments = new LinkedHashMap<>();
        private final NDList target;
        private final NDList inputs = new NDList();
        private boolean bound;

        Slot(String name, NDArray weight) {
            this.name = name;
            this.weight = weight;
            this.target = new NDList(weight);
        }

        NDList inputs() {
            if (!bound) {
                inputs.add(weight);
                inputs.add(weight.getGradient());
                inputs.addAll(moments.values());
                bound = true;
            }
            return inputs;
        }
    }

    /**
     * An optimizer at its start: all moments zero.
     *
     * @param parent manager under which the moments live
     * @param arrays what to move, by stable name
     */
    public NetOptimizer(OptimizerSpec spec, NDManager parent, Map<String, NDArray> arrays) {
        this.spec = spec;
        this.manager = parent.newSubManager();
        arrays.forEach((name, array) -> {
            Slot slot = new Slot(name, array);
            for (String moment : moments(spec)) {
                slot.moments.put(moment, manager.zeros(array.getShape(), array.getDataType()));
            }
            slots.add(slot);
        });
    }

    /**
     * One step along the gradients, which are zero afterwards.
     *
     * @param step number of this step, from 1
     * @param learningRate > 0
     */
    public void step(long step, double learningRate) {
        step(step, learningRate, 1f);
    }

    /**
     * One step along the gradients, which are zero afterwards.
     *
     * @param step number of this step, from 1
     * @param learningRate > 0
     * @param gradientFactor what the gradients are multiplied with, > 0
     */
    public void step(long step, double learningRate, float gradientFactor) {
        for (Slot slot : slots) {
            switch (spec) {
                case OptimizerSpec.Adam adam -> {
                    double corrected = learningRate
                            * Math.sqrt(1 - Math.pow(adam.beta2(), (double) step))
                            / (1 - Math.pow(adam.beta1(), (double) step));
                    slot.weight
                            .getNDArrayInternal()
                            .adamUpdate(
                                    slot.inputs(),
                                    slot.target,
                                    (float) learningRate,
                                    (float) corrected,
                                    NO_DECAY,
                                    gradientFactor,
                                    NO_CLIPPING,
                                    adam.beta1(),
                                    adam.beta2(),
                                    adam.epsilon(),
                                    true,
                                    false);
                }
                case OptimizerSpec.Sgd sgd ->
                    slot.weight
                            .getNDArrayInternal()
                            .sgdUpdate(
                                    slot.inputs(),
                                    slot.target,
                                    (float) learningRate,
                                    NO_DECAY,
                                    gradientFactor,
                                    NO_CLIPPING,
                                    sgd.momentum(),
                                    true);
            }
        }
    }

    /** Gives up a step: the gradients are zero afterwards, even those that were no numbers. */
    public void skip() {
        for (Slot slot : slots) {
            JniUtils.zeroGrad((PtNDArray) slot.weight);
        }
    }

    /** Euclidean norm of all gradients together, after a backward pass; may be NaN or infinite. */
    public double gradientNorm() {
        try (NDList norms = new NDList()) {
            for (Slot slot : slots) {
                norms.add(slot.inputs().get(1).norm());
            }
            double sum = 0;
            try (NDArray together = NDArrays.stack(norms)) { // read off the device at once
                for (float norm : together.toFloatArray()) {
                    sum += (double) norm * norm;
                }
            }
            return Math.sqrt(sum);
        }
    }

    /** The moments, named {@code <moment>.<array's name>}. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            slot.moments.forEach((moment, array) -> state.put(moment + "." + slot.name, NetBlock.tensor(array)));
        }
        return state;
    }

    /**
     * Sets the moments to what {@link #state} gave.
     *
     * @throws IllegalArgumentException if one is missing or of another shape
     */
    public void restore(Map<String, Tensor> state) {
        for (Slot slot : slots) {
            slot.moments.forEach((moment, array) -> {
                Tensor saved = state.get(moment + "." + slot.name);
                if (saved == null
                        || !Arrays.equals(saved.shape(), array.getShape().getShape())) {
                    throw new IllegalArgumentException("optimizer state " + moment + "." + slot.name
                            + " must have shape " + array.getShape() + ", was " + (saved == null ? "missing" : saved));
                }
                try (NDArray source = NetBlock.array(manager, saved)) {
                    source.copyTo(array);
                }
            });
        }
    }

    @Override
    public void close() {
        manager.close();
    }

    private static List<String> moments(OptimizerSpec spec) {
        return switch (spec) {
            case OptimizerSpec.Adam ignored -> List.of("m", "v");
            case OptimizerSpec.Sgd sgd -> sgd.momentum() == 0f ? List.of() : List.of("momentum");
        };
    }
}
