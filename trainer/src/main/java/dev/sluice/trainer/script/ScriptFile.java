package dev.sluice.trainer.script;

import dev.sluice.trainer.checkpoint.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module as the bytes that {@code torch.jit.load} reads: a zip of stored entries, as libtorch's
 * {@code torch/csrc/jit/serialization} writes it: the code in TorchScript's own language, the module as a pickle that names
 * its tensors, and the tensors' bytes. Equal modules give equal bytes. Not thread-safe.
 */
public final class ScriptFile {
    /** Of the file format: the first that all libtorch since 1.6 read, since no operator used here has changed since. */
    private static final String VERSION = "3\n";

    private static final String ROOT = "network/";
    static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final String name;
    private final List<Attribute> attributes = new ArrayList<>();

    /** What a module holds under a name. */
    private sealed interface Attribute {
        String name();

        record Array(String name, Tensor value, Kind kind) implements Attribute {}

        record NoArrays(String name) implements Attribute {}
    }

    private enum Kind {
        PARAMETER,
        BUFFER,
        PLAIN
    }

    /**
     * A module that holds nothing yet.
     *
     * @param name of its class
     */
    public ScriptFile(String name) {
        this.name = name;
    }

    /**
     * Adds a parameter or a buffer.
     *
     * @param isTrained true: a parameter, that gradients move
     * @throws IllegalArgumentException if it is not of single precision
     */
    public ScriptFile with(String attribute, Tensor value, boolean isTrained) {
        attributes.add(
                new Attribute.Array(attribute, single(attribute, value), isTrained ? Kind.PARAMETER : Kind.BUFFER));
        return this;
    }

    /** Adds an attribute for an array that the module's methods set: until then it is empty. */
    public ScriptFile withArray(String attribute) {
        attributes.add(new Attribute.Array(attribute, Tensor.ofFloats(new long[] {0}, new float[0]), Kind.PLAIN));
        return this;
    }

    /** Adds an attribute for a list of arrays that the module's methods set: until then it is empty. */
    public ScriptFile withArrays(String attribute) {
        attributes.add(new Attribute.NoArrays(attribute));
        return this;
    }

    /**
     * The file.
     *
     * @param methods in TorchScript's language, indented by two spaces; {@code self} is of type {@code __torch__.<name>}
     */
    public byte[] write(String methods) {
        List<Tensor> tensors = new ArrayList<>();
        for (Attribute attribute : attributes) {
            if (attribute instanceof Attribute.Array array) {
                tensors.add(array.value);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "data.pkl", module());
            add(zip, "code/__torch__.py", (declarations() + methods).getBytes(StandardCharsets.UTF_8));
            add(zip, "constants.pkl", new Pickle().emptyTuple().finish());
            for (int i = 0; i < tensors.size(); i++) {
                byte[] content = new byte[tensors.get(i).bytes().remaining()];
                tensors.get(i).bytes().get(content);
                add(zip, "data/" + i, content);
            }
            add(zip, "version", VERSION.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("written to memory alone", e);
        }
        return bytes.toByteArray();
    }

    private static Tensor single(String name, Tensor value) {
        if (value.kind() != Tensor.Kind.F32) {
            throw new IllegalArgumentException("the attribute " + name + " must be of F32, was " + value.kind());
        }
        return value;
    }

    private String declarations() {
        StringBuilder code = new StringBuilder("class " + name + "(Module):\n");
        code.append("  __parameters__ = ").append(names(Kind.PARAMETER)).append('\n');
        code.append("  __buffers__ = ").append(names(Kind.BUFFER)).append('\n');
        code.append("  training : bool\n");
        for (Attribute attribute : attributes) {
            String type = switch (attribute) {
                case Attribute.Array ignored -> "Tensor";
                case Attribute.NoArrays ignored -> "List[Tensor]";
            };
            code.append("  ")
                    .append(attribute.name())
                    .append(" : ")
                    .append(type)
                    .append('\n');
        }
        return code.toString();
    }

    private String names(Kind kind) {
        return attributes.stream()
                .filter(attribute -> attribute instanceof Attribute.Array array && array.kind == kind)
                .map(attribute -> '"' + attribute.name() + "\", ")
                .collect(Collectors.joining("", "[", "]"));
    }

    private byte[] module() {
        Pickle pickle = new Pickle().beginObject("__torch__", name);
        pickle.text("training").bool(false);
        int arrays = 0;
        for (Attribute attribute : attributes) {
            pickle.text(attribute.name());
            switch (attribute) {
                case Attribute.Array array ->
                    pickle.tensor(Integer.toString(arrays++), array.value.shape(), array.kind == Kind.PARAMETER);
                case Attribute.NoArrays ignored -> pickle.noTensors();
            }
        }
        return pickle.endObject().finish();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(ROOT + name);
        // libtorch maps tensors from the file: nothing in it is compressed.
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** Writes the few things of Python's pickle protocol 2 that libtorch reads a module from. */
    private static final class Pickle {
        private static final int MARK = '(';

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle() {
            out.write(0x80);
            out.write(2);
        }

        Pickle emptyTuple() {
            out.write(')');
            return this;
        }

        Pickle text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.write('X');
            littleEndian(utf8.length, Integer.BYTES);
            out.writeBytes(utf8);
            return this;
        }

        Pickle bool(boolean value) {
            out.write(value ? 0x88 : 0x89);
            return this;
        }

        private Pickle whole(long value) {
            out.write(0x8a);
            out.write(Long.BYTES);
            littleEndian(value, Long.BYTES);
            return this;
        }

        private void littleEndian(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                out.write((int) (value >> (8 * i)));
            }
        }

        private Pickle global(String module, String name) {
            out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
            return this;
        }

        private Pickle wholes(long... values) {
            out.write(MARK);
            for (long value : values) {
                whole(value);
            }
            out.write('t');
            return this;
        }

        /** An object whose attributes follow, each as its name and its value. */
        Pickle beginObject(String module, String name) {
            global(module, name).emptyTuple();
            out.write(0x81);
            out.write('}');
            out.write(MARK);
            return this;
        }

        Pickle endObject() {
            out.write('u');
            out.write('b');
            return this;
        }

        /**
         * A dense row-major float32 tensor.
         *
         * @param key the name of its bytes under {@code data/}
         */
        Pickle tensor(String key, long[] shape, boolean trained) {
            long[] strides = new long[shape.length];
            long elements = 1;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                strides[axis] = elements;
                elements *= shape[axis];
            }
            global("torch._utils", "_rebuild_tensor_v2");
            out.write(MARK);
            out.write(MARK);
            text("storage")
                    .global("torch", "FloatStorage")
                    .text(key)
                    .text("cpu")
                    .whole(elements);
            out.write('t');
            out.write('Q');
            whole(0).wholes(shape).wholes(strides).bool(trained);
            global("collections", "OrderedDict").emptyTuple();
            out.write('R');
            out.write('t');
            out.write('R');
            return this;
        }

        /** An empty list of tensors. */
        Pickle noTensors() {
            global("torch.jit._pickle", "build_tensorlist");
            out.write(MARK);
            out.write(']');
            out.write('t');
            out.write('R');
            return this;
        }

        byte[] finish() {
            out.write('.');
            return out.toByteArray();
        }
    }
}
