package dev.sluice.trainer.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.NetBlock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A step over all arrays is one call into libtorch: a scripted module, made by src/main/python/optimizer_steps.py, holds
 * each optimizer's step over lists of arrays. The lists are handed over once and hold the very arrays, so what a
 * checkpoint restores in place is what the next step sees. DJL's own updates are one call for each array, know neither
 * RMSProp nor Adagrad, and put Adam's epsilon elsewhere than PyTorch does.
 *
 * Arrays that decay and arrays that do not are two lists of one argument, so that one call serves both.
 */
/**
 * Moves a network's arrays along their gradients, and keeps its state under the arrays' stable names, so that a
 * checkpoint can hold it. DJL's own optimizers keep theirs private and under names that change with each process.
 * Confined to one thread.
 */
public final class NetOptimizer implements AutoCloseable {
    private static final String STEP = "step";
    private static final int MOST_MOMENTS = 3; // lists of state that a scripted step takes

    private final OptimizerSpec spec;
    private final PtNDManager manager;
    private final PtSymbolBlock steps;
    private final List<Slot> slots = new ArrayList<>(); // those that decay, then the others
    private final List<List<Slot>> groups = new ArrayList<>(); // the same; none of them empty
    private final IValue arrays;
    private final List<IValue> moments = new ArrayList<>();
    private final IValue scratch;
    private final IValue decays;
    private @Nullable IValue gradients;
    private long taken;

    /** One array with its moments. */
    private record Slot(String name, PtNDArray array, Map<String, NDArray> moments) {}

    /**
     * An optimizer at its start, of which all arrays decay.
     *
     * @param parent manager under which the moments live
     * @param arrays what to move, by stable name
     */
    public NetOptimizer(OptimizerSpec spec, NDManager parent, Map<String, NDArray> arrays) {
        this(spec, parent, arrays, arrays.keySet());
    }

    /**
     * An optimizer at its start: all moments zero.
     *
     * @param parent manager under which the moments live
     * @param arrays what to move, by stable name; at least one
     * @param decayed names of the arrays that decay, if the specification has a decay
     */
    public NetOptimizer(OptimizerSpec spec, NDManager parent, Map<String, NDArray> arrays, Set<String> decayed) {
        this.spec = spec;
        this.manager = (PtNDManager) parent.newSubManager();
        this.steps = load(manager);
        List<Double> decayOf = new ArrayList<>();
        for (boolean decays : new boolean[] {true, false}) {
            List<Slot> group = new ArrayList<>();
            arrays.forEach((name, array) -> {
                if (decayed.contains(name) == decays) {
                    group.add(slot(name, array));
                }
            });
            if (!group.isEmpty()) {
                groups.add(group);
                slots.addAll(group);
                decayOf.add(decays ? spec.weightDecay() : 0);
            }
        }
        this.decays = IValue.listFrom(
                decayOf.stream().mapToDouble(Double::doubleValue).toArray());
        this.arrays = grouped(Slot::array);
        List<String> names = moments(spec);
        for (int place = 0; place < MOST_MOMENTS; place++) {
            String moment = place < names.size() ? names.get(place) : "";
            moments.add(grouped(slot -> (PtNDArray) slot.moments.get(moment)));
        }
        this.scratch = IValue.from((PtNDArray) manager.create(0f));
    }

    /**
     * One step along the gradients, which are zero afterwards.
     *
     * @param learningRate >= 0
     */
    public void step(double learningRate) {
        step(learningRate, 1);
    }

    /**
     * One step along the gradients, which are zero afterwards.
     *
     * @param learningRate >= 0
     * @param gradientFactor what the gradients are multiplied with first, > 0
     */
    public void step(double learningRate, double gradientFactor) {
        taken++;
        switch (spec) {
            case OptimizerSpec.Sgd sgd ->
                run("sgd", learningRate, gradientFactor, sgd.momentum(), flag(sgd.nesterov()));
            case OptimizerSpec.Adam adam ->
                run("adam", learningRate, gradientFactor, adam.beta1(), adam.beta2(), adam.epsilon(), 0, (double)
                        taken);
            case OptimizerSpec.AdamW adamW ->
                run("adam", learningRate, gradientFactor, adamW.beta1(), adamW.beta2(), adamW.epsilon(), 1, (double)
                        taken);
            case OptimizerSpec.RmsProp rmsProp ->
                run(
                        "rmsprop",
                        learningRate,
                        gradientFactor,
                        rmsProp.smoothing(),
                        rmsProp.epsilon(),
                        rmsProp.momentum(),
                        flag(rmsProp.centred()));
            case OptimizerSpec.Adagrad adagrad ->
                run(
                        "adagrad",
                        learningRate / (1 + (double) (taken - 1) * adagrad.rateDecay()),
                        gradientFactor,
                        adagrad.epsilon());
        }
    }

    /** Gives up a step: the gradients are zero afterwards, even those that were no numbers. */
    public void skip() {
        IValueUtils.runMethod(steps, "zero", gradients()).close();
    }

    /** The moments, named {@code <moment>.<array's name>}, and how many steps were taken. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put(STEP, count(taken));
        for (Slot slot : slots) {
            slot.moments.forEach((moment, array) -> state.put(moment + "." + slot.name, NetBlock.tensor(array)));
        }
        return state;
    }

    /**
     * Sets the moments to what {@link #state} gave.
     *
     * @throws IllegalArgumentException if one is missing, of another shape, or of another optimizer
     */
    public void restore(Map<String, Tensor> state) {
        for (String name : state.keySet()) {
            if (!name.equals(STEP) && !known(spec).contains(name.substring(0, Math.max(0, name.indexOf('.'))))) {
                throw new IllegalArgumentException("optimizer state " + name + " is of another optimizer");
            }
        }
        for (Slot slot : slots) {
            slot.moments.forEach((moment, array) ->
                    require(state, moment + "." + slot.name, array.getShape().getShape()));
        }
        long step = require(state, STEP, count(0).shape()).bytes().getLong();
        for (Slot slot : slots) {
            slot.moments.forEach((moment, array) -> {
                Tensor saved = require(
                        state, moment + "." + slot.name, array.getShape().getShape());
                try (NDArray source = NetBlock.array(manager, saved)) {
                    source.copyTo(array);
                }
            });
        }
        taken = step;
    }

    @Override
    public void close() {
        if (gradients != null) {
            gradients.close();
        }
        arrays.close();
        moments.forEach(IValue::close);
        scratch.close();
        decays.close();
        steps.close();
        manager.close();
    }

    private void run(String optimizer, double... constants) {
        try (IValue numbers = IValue.listFrom(constants)) {
            IValueUtils.runMethod(
                            steps,
                            optimizer,
                            arrays,
                            gradients(),
                            moments.get(0),
                            moments.get(1),
                            moments.get(2),
                            scratch,
                            decays,
                            numbers)
                    .close();
        }
    }

    /** Fetched once, after the first backward pass has made them: from then on they are added to and zeroed in place. */
    private IValue gradients() {
        IValue list = gradients;
        if (list == null) {
            list = grouped(slot -> {
                PtNDArray gradient = slot.array.getGradient();
                gradient.attach(manager);
                return gradient;
            });
            gradients = list;
        }
        return list;
    }

    private Slot slot(String name, NDArray array) {
        Map<String, NDArray> made = new LinkedHashMap<>();
        for (String moment : moments(spec)) {
            if (!moment.isEmpty()) {
                made.put(moment, manager.zeros(array.getShape(), array.getDataType()));
            }
        }
        return new Slot(name, (PtNDArray) array, made);
    }

    /** The names of an optimizer's moments, in the order in which its scripted step takes them; empty: none there. */
    private static List<String> moments(OptimizerSpec spec) {
        return switch (spec) {
            case OptimizerSpec.Sgd sgd -> sgd.momentum() == 0 ? List.of() : List.of("momentum");
            case OptimizerSpec.Adam ignored -> List.of("m", "v");
            case OptimizerSpec.AdamW ignored -> List.of("m", "v");
            case OptimizerSpec.RmsProp rmsProp ->
                List.of("square", rmsProp.momentum() == 0 ? "" : "momentum", rmsProp.centred() ? "mean" : "");
            case OptimizerSpec.Adagrad ignored -> List.of("sum");
        };
    }

    /** What an optimizer of this kind may have, whatever its numbers are: two kinds may mean different things by one name. */
    private static List<String> known(OptimizerSpec spec) {
        return switch (spec) {
            case OptimizerSpec.Sgd ignored -> List.of("momentum");
            case OptimizerSpec.Adam ignored -> List.of("m", "v");
            case OptimizerSpec.AdamW ignored -> List.of("m", "v");
            case OptimizerSpec.RmsProp ignored -> List.of("square", "momentum", "mean");
            case OptimizerSpec.Adagrad ignored -> List.of("sum");
        };
    }

    private static Tensor require(Map<String, Tensor> state, String name, long[] shape) {
        Tensor saved = state.get(name);
        if (saved == null || !Arrays.equals(saved.shape(), shape)) {
            throw new IllegalArgumentException("optimizer state " + name + " must have shape " + Arrays.toString(shape)
                    + ", was " + (saved == null ? "missing" : saved));
        }
        return saved;
    }

    private static Tensor count(long steps) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return Tensor.ofBytes(Tensor.Kind.I64, new long[0], bytes.putLong(steps).array());
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }

    /** An array of each slot, as a list of the groups' lists; a slot that has none is left out. */
    private IValue grouped(Function<Slot, @Nullable PtNDArray> choice) {
        IValue[] lists = groups.stream()
                .map(group -> IValue.listFrom(
                        group.stream().map(choice).filter(Objects::nonNull).toArray(PtNDArray[]::new)))
                .toArray(IValue[]::new);
        IValue list = IValue.listFrom(lists);
        for (IValue inner : lists) {
            inner.close(); // the outer list keeps what it holds
        }
        return list;
    }

    private static PtSymbolBlock load(PtNDManager manager) {
        try (InputStream resource = NetOptimizer.class.getResourceAsStream("steps.pt")) {
            if (resource == null) {
                throw new IllegalStateException("the resource steps.pt is not on the class path");
            }
            return JniUtils.loadModule(manager, resource, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
