package dev.sluice.search.trial;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An immutable list of measurements with rising steps to which more can be appended in constant time.
 *
 * <p>Lists that grew from one another share an array, of which each sees only its own beginning. The newest appends in place; an older
 * one finds the place taken and copies.
 */
final class MeasurementLog extends AbstractList<Measurement> implements RandomAccess {
    static final MeasurementLog EMPTY = new MeasurementLog(new Measurement[0], 0);

    private final Measurement[] shared;
    private final int size;

    private MeasurementLog(Measurement[] shared, int size) {
        this.shared = shared;
        this.size = size;
    }

    /** These, with steps that rise. */
    static MeasurementLog of(List<Measurement> measurements) {
        var array = measurements.toArray(Measurement[]::new);
        return array.length == 0 ? EMPTY : new MeasurementLog(array, array.length);
    }

    MeasurementLog with(Measurement measurement) {
        Measurement[] array = shared;
        if (size == array.length || !isFree(array, size)) {
            array = Arrays.copyOf(Arrays.copyOf(shared, size), size + (size >> 1) + 1);
        }
        array[size] = measurement;
        return new MeasurementLog(array, size + 1);
    }

    /** The same without room for more, where that is worth a copy. */
    MeasurementLog trimmed() {
        return shared.length - size > size / 8 ? new MeasurementLog(Arrays.copyOf(shared, size), size) : this;
    }

    // The array's unused end holds nulls, which its type does not say.
    @SuppressWarnings("ConstantValue")
    private static boolean isFree(Measurement[] array, int index) {
        return Objects.isNull(array[index]);
    }

    /** Without what was measured after the step. */
    MeasurementLog upTo(long step) {
        int kept = firstAtOrAfter(step == Long.MAX_VALUE ? step : step + 1);
        return kept == size ? this : kept == 0 ? EMPTY : new MeasurementLog(shared, kept);
    }

    /** The index of the first measurement with a step of at least this; size if there is none. */
    int firstAtOrAfter(long step) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (shared[middle].step() < step) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public Measurement get(int index) {
        Objects.checkIndex(index, size);
        return shared[index];
    }

    @Override
    public int size() {
        return size;
    }
}
