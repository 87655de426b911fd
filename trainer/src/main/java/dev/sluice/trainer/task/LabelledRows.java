package dev.sluice.trainer.task;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

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

    /** SHA-256 over width, features and labels: 64 hexadecimal digits, lower case. */
    public String digest() {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + features.length + labels.length));
        bytes.putInt(width);
        bytes.asFloatBuffer().put(features);
        bytes.position(bytes.position() + Float.BYTES * features.length);
        bytes.asIntBuffer().put(labels);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** How many rows there are. */
    public int rows() {
        return labels.length;
    }
}
