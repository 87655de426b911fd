package dev.sluice.trainer.task;

/**
 * Samples of a classification: rows of numbers and the class of each. The arrays are not copied: leave them alone.
 *
 * @param features {@code [rows * width]}, row by row
 * @param width numbers in a row, >= 1
 * @param labels {@code [rows]}, each in [0, classes)
 */
@SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
public record LabelledRows(float[] features, int width, int[] labels) {
    /** Checks that the lengths fit. */
    public LabelledRows {
        if (features.length != Math.multiplyExact(width, labels.length)) {
            throw new IllegalArgumentException(labels.length + " rows of " + width + " take "
                    + (long) width * labels.length + " numbers, was " + features.length);
        }
    }

    /** How many rows there are. */
    public int rows() {
        return labels.length;
    }
}
