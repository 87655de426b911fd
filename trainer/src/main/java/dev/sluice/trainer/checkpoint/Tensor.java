package dev.sluice.trainer.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array of numbers with a shape, off any engine: what checkpoints and exported graphs hold. Immutable.
 */
public final class Tensor {
    /** Number types. */
    public enum Kind {
        /** IEEE 754 single precision. */
        F32(4),
        /** Signed 64-bit whole numbers. */
        I64(8);

        private final int bytes;

        Kind(int bytes) {
            this.bytes = bytes;
        }

        /** Bytes of one element. */
        public int bytes() {
            return bytes;
        }
    }

    private static final int PIECE = 1 << 20;

    private final Kind kind;
    private final long[] shape;
    private final byte[] content;

    private Tensor(Kind kind, long[] shape, byte[] content) {
        this.kind = kind;
        this.shape = shape;
        this.content = content;
    }

    /** The tensor of these little-endian bytes, row-major; both arrays are copied. */
    public static Tensor ofBytes(Kind kind, long[] shape, byte[] littleEndian) {
        long elements = elements(shape);
        if (elements * kind.bytes() != littleEndian.length) {
            throw new IllegalArgumentException("a " + kind + " tensor of shape " + Arrays.toString(shape) + " takes "
                    + elements * kind.bytes() + " bytes, was " + littleEndian.length);
        }
        return new Tensor(kind, shape.clone(), littleEndian.clone());
    }

    /** The single-precision tensor of these values, row-major; both arrays are copied. */
    public static Tensor ofFloats(long[] shape, float[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocate(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return ofBytes(Kind.F32, shape, buffer.array());
    }

    /** The type of the elements. */
    public Kind kind() {
        return kind;
    }

    /** The lengths of the axes; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** The elements as little-endian bytes, row-major; read-only. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How long {@link #bytes} are. */
    public long sizeBytes() {
        return content.length;
    }

    /** Writes {@link #bytes}, in pieces: Java copies each off its heap, and keeps the room for the longest. */
    void writeTo(OutputStream out) throws IOException {
        for (int from = 0; from < content.length; from += PIECE) {
            out.write(content, from, Math.min(PIECE, content.length - from));
        }
    }

    /** The elements of an {@link Kind#F32} tensor, row-major; a copy. */
    public float[] floats() {
        if (kind != Kind.F32) {
            throw new IllegalArgumentException("floats are in F32 tensors, this one is " + kind);
        }
        float[] values = new float[content.length / 4];
        bytes().asFloatBuffer().get(values);
        return values;
    }

    static long elements(long[] shape) {
        long elements = 1;
        for (long length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException("axes must be >= 0 long, shape was " + Arrays.toString(shape));
            }
            elements = Math.multiplyExact(elements, length);
        }
        return elements;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor
                && kind == tensor.kind
                && Arrays.equals(shape, tensor.shape)
                && Arrays.equals(content, tensor.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content) * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return kind + Arrays.toString(shape);
    }
}
