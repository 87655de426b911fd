package dev.sluice.trainer.network;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A network that somebody else has made: a TorchScript module, and what it is given. A row {@code x} of the data becomes
 * {@code (x - offset) * factor} in the shape that the module takes. Training starts from the weights in the file. Immutable, but for the
 * bytes, which are not copied: leave them alone.
 */
public final class ScriptedNetwork implements Network {
    private final String name;
    private final byte[] file;
    private final List<Integer> shape;
    private final float offset;
    private final float factor;
    private final int outputs;

    /**
     * A module.
     *
     * @param name of the file, for messages
     * @param file its bytes
     * @param shape of what it takes, without the axis of rows
     * @param offset taken from each value
     * @param factor what each value is multiplied with then
     * @param outputs values that it gives for each row, >= 1
     */
    public ScriptedNetwork(String name, byte[] file, List<Integer> shape, float offset, float factor, int outputs) {
        this.name = name;
        this.file = file;
        this.shape = List.copyOf(shape);
        this.offset = offset;
        this.factor = factor;
        this.outputs = outputs;
    }

    /** The file's name. */
    public String name() {
        return name;
    }

    /** The file's bytes. */
    public byte[] file() {
        return file;
    }

    /** SHA-256 of the file: {@code sha256:} and 64 hexadecimal digits, lower case. */
    public String fingerprint() {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Lengths of the axes of what it takes, without that of rows. */
    public List<Integer> shape() {
        return shape;
    }

    /** Taken from each value of a row. */
    public float offset() {
        return offset;
    }

    /** What each value of a row is multiplied with then. */
    public float factor() {
        return factor;
    }

    @Override
    public int inputs() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int outputs() {
        return outputs;
    }

    /** Rows as the module takes them, of rows of the data: {@code [rows * inputs]}. */
    public float[] prepared(float[] rows) {
        float[] prepared = Arrays.copyOf(rows, rows.length);
        for (int i = 0; i < prepared.length; i++) {
            prepared[i] = (prepared[i] - offset) * factor;
        }
        return prepared;
    }
}
