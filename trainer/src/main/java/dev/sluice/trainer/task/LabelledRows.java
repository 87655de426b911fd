package dev.sluice.trainer.task;

import dev.sluice.trainer.data.RawInputs;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * Samples: rows of numbers, and what belongs to each: a class, or numbers. Immutable, but for the arrays, which are not
 * copied: leave them alone.
 */
public final class LabelledRows {
    private static final int CHUNK = 1 << 16;

    private final float[] reals;
    private final byte[] bytes;
    private final int width;
    private final int[] labels;
    private final float[] targets;

    private LabelledRows(float[] reals, byte[] bytes, int width, int[] labels, float[] targets) {
        this.reals = reals;
        this.bytes = bytes;
        this.width = width;
        this.labels = labels;
        this.targets = targets;
        int rows = rows();
        if (reals.length + bytes.length != Math.multiplyExact(width, rows)) {
            throw new IllegalArgumentException(rows + " rows of " + width + " take " + (long) width * rows
                    + " numbers, was " + (reals.length + bytes.length));
        }
    }

    /**
     * Samples of a classification.
     *
     * @param features {@code [rows * width]}, row by row
     * @param width numbers in a row, >= 1
     * @param labels {@code [rows]}, each in [0, classes)
     */
    public LabelledRows(float[] features, int width, int[] labels) {
        this(features, new byte[0], width, labels, new float[0]);
    }

    /**
     * Samples of a classification whose numbers are whole, from 0 to 255: they take a quarter of the memory.
     *
     * @param features unsigned, {@code [rows * width]}, row by row
     * @param width numbers in a row, >= 1
     * @param labels {@code [rows]}, each in [0, classes)
     */
    public static LabelledRows ofBytes(byte[] features, int width, int[] labels) {
        return new LabelledRows(new float[0], features, width, labels, new float[0]);
    }

    /**
     * Samples of a regression of one number.
     *
     * @param features {@code [rows * width]}, row by row
     * @param width numbers in a row, >= 1
     * @param targets {@code [rows]}, what the network is to give
     */
    public static LabelledRows ofTargets(float[] features, int width, float[] targets) {
        return new LabelledRows(features, new byte[0], width, new int[0], targets);
    }

    /** True if the features are bytes. */
    public boolean isOfBytes() {
        return bytes.length > 0;
    }

    /** True if numbers belong to the rows, not classes. */
    public boolean isRegression() {
        return targets.length > 0;
    }

    /** The features as they are; bytes are made numbers of anew. */
    public float[] features() {
        return isOfBytes() ? some(IntStream.range(0, rows()).toArray()) : reals;
    }

    /** The features of rows of bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /** Numbers in a row. */
    public int width() {
        return width;
    }

    /** The class of each row; empty for a regression. */
    public int[] labels() {
        return labels;
    }

    /** The number of each row; empty for a classification. */
    public float[] targets() {
        return targets;
    }

    /** The features of some rows, by their places: {@code [places * width]}. */
    public float[] some(int[] places) {
        if (!isOfBytes()) {
            return new RawInputs.Reals(reals, width).some(places).values();
        }
        float[] some = new float[Math.multiplyExact(places.length, width)];
        for (int row = 0; row < places.length; row++) {
            for (int i = 0; i < width; i++) {
                some[row * width + i] = bytes[places[row] * width + i] & 0xff;
            }
        }
        return some;
    }

    /** Some of the rows, by their places. */
    public LabelledRows rows(int[] places) {
        int[] someLabels = isRegression()
                ? new int[0]
                : IntStream.of(places).map(place -> labels[place]).toArray();
        float[] someTargets = new float[isRegression() ? places.length : 0];
        for (int row = 0; row < someTargets.length; row++) {
            someTargets[row] = targets[places[row]];
        }
        if (!isOfBytes()) {
            return new LabelledRows(some(places), new byte[0], width, someLabels, someTargets);
        }
        byte[] some = new byte[Math.multiplyExact(places.length, width)];
        for (int row = 0; row < places.length; row++) {
            System.arraycopy(bytes, places[row] * width, some, row * width, width);
        }
        return new LabelledRows(new float[0], some, width, someLabels, someTargets);
    }

    /**
     * These rows, and then others of their kind.
     *
     * @throws IllegalArgumentException if the others are of another width, or of bytes where these are not
     */
    public LabelledRows and(LabelledRows others) {
        if (others.width != width || others.isOfBytes() != isOfBytes() || others.isRegression() != isRegression()) {
            throw new IllegalArgumentException("rows of " + width + " numbers cannot be put together with rows of "
                    + others.width + ", or of another kind");
        }
        float[] allReals = Arrays.copyOf(reals, Math.addExact(reals.length, others.reals.length));
        System.arraycopy(others.reals, 0, allReals, reals.length, others.reals.length);
        byte[] allBytes = Arrays.copyOf(bytes, Math.addExact(bytes.length, others.bytes.length));
        System.arraycopy(others.bytes, 0, allBytes, bytes.length, others.bytes.length);
        int[] allLabels = Arrays.copyOf(labels, labels.length + others.labels.length);
        System.arraycopy(others.labels, 0, allLabels, labels.length, others.labels.length);
        float[] allTargets = Arrays.copyOf(targets, targets.length + others.targets.length);
        System.arraycopy(others.targets, 0, allTargets, targets.length, others.targets.length);
        return new LabelledRows(allReals, allBytes, width, allLabels, allTargets);
    }

    /** SHA-256 over width, features and what belongs to them: 64 hexadecimal digits, lower case. */
    public String digest() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(width).flip());
        add(digest, reals);
        digest.update(bytes);
        ByteBuffer numbers = ByteBuffer.allocate(Integer.BYTES * labels.length);
        numbers.asIntBuffer().put(labels);
        digest.update(numbers);
        add(digest, targets);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, float[] values) {
        ByteBuffer chunk = ByteBuffer.allocate(Float.BYTES * CHUNK);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            chunk.clear().limit(Float.BYTES * count);
            chunk.asFloatBuffer().put(values, from, count);
            digest.update(chunk);
        }
    }

    /** How many rows there are. */
    public int rows() {
        return Math.max(labels.length, targets.length);
    }
}
