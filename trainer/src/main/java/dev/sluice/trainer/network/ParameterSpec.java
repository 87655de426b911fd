package dev.sluice.trainer.network;

import dev.sluice.trainer.checkpoint.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A parameter of a network: its name on disk and how it starts.
 *
 * @param name stable name, {@code <layer's place>.<layer>.<role>}, e.g. {@code 1.dense.weight}
 * @param shape lengths of its axes
 * @param role what it is for
 * @param fanIn how many inputs one output sums over; 0 where that has no meaning
 */
@SuppressWarnings("ArrayRecordComponent") // a shape: never changed, never compared by record
public record ParameterSpec(String name, long[] shape, Role role, long fanIn) {
    /** What a parameter is for. */
    public enum Role {
        /** Multiplies inputs. */
        WEIGHT,
        /** Added to outputs. */
        BIAS,
        /** Scale of a normalisation. */
        GAMMA,
        /** Shift of a normalisation. */
        BETA,
        /** Running mean of a normalisation; not trained. */
        RUNNING_MEAN,
        /** Running variance of a normalisation; not trained. */
        RUNNING_VARIANCE;

        /** True if gradients move it. */
        public boolean isTrained() {
            return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
        }
    }

    /**
     * The first value: weights normal with variance {@code 2 / fanIn} (He, Zhang, Ren, Sun, "Delving Deep into
     * Rectifiers", 2015, equation 10), scales and variances one, all else zero.
     */
    Tensor initialValue(long seed) {
        int elements = 1;
        for (long length : shape) {
            elements = Math.toIntExact(elements * length);
        }
        float[] values = new float[elements];
        if (role == Role.WEIGHT) {
            SplittableRandom random = SeedStream.at(seed, SeedStream.Purpose.WEIGHTS, name.hashCode());
            double deviation = Math.sqrt(2.0 / fanIn);
            for (int i = 0; i < elements; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
        } else if (role == Role.GAMMA || role == Role.RUNNING_VARIANCE) {
            Arrays.fill(values, 1f);
        }
        return Tensor.ofFloats(shape, values);
    }
}
