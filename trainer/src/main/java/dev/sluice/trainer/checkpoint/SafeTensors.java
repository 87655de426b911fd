package dev.sluice.trainer.checkpoint;

import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * The safetensors format (huggingface/safetensors, README "Format"): 8 bytes little-endian length N of the header, N
 * bytes of JSON {"name": {"dtype", "shape", "data_offsets": [begin, end]}}, then the tensors' bytes, row-major,
 * little-endian, without holes. Python's safetensors.numpy.load_file reads what is written here.
 */
/** Reads and writes files of named tensors in the safetensors format. */
final class SafeTensors {
    private static final int ALIGNMENT = 8;
    private static final int LONGEST = Integer.MAX_VALUE - 8; // what a Java array holds

    private SafeTensors() {}

    /**
     * Writes a file of these tensors.
     *
     * @throws IOException if the disk does not take it, or the file would be longer than can be read back: 2 GiB
     */
    static void write(Map<String, Tensor> tensors, OutputStream out) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            long end = offset + tensor.sizeBytes();
            List<Object> shape = new ArrayList<>();
            for (long length : tensor.shape()) {
                shape.add(length);
            }
            Map<String, Object> described =
                    new LinkedHashMap<>(); // in one order, so that equal tensors are equal files
            described.put("dtype", tensor.kind().name());
            described.put("shape", shape);
            described.put("data_offsets", List.of(offset, end));
            header.put(entry.getKey(), described);
            offset = end;
        }
        byte[] text = JsonText.write(header).getBytes(StandardCharsets.UTF_8);
        int padding = Math.floorMod(-text.length, ALIGNMENT);
        if (8L + text.length + padding + offset > LONGEST) {
            throw new IOException("the tensors take " + offset + " bytes, a file may have " + LONGEST);
        }
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length + padding)
                .array());
        out.write(text);
        out.write(" ".repeat(padding).getBytes(StandardCharsets.UTF_8));
        for (Tensor tensor : tensors.values()) {
            tensor.writeTo(out);
        }
    }

    /**
     * The tensors of a file, in its order.
     *
     * @param path the file's, for messages
     * @throws DamagedCheckpointException if the content is not what the format asks for, or is cut short
     */
    static Map<String, Tensor> read(Path path, byte[] content) throws DamagedCheckpointException {
        ByteBuffer file = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < 8) {
            throw new DamagedCheckpointException(path + " is cut short: " + content.length + " bytes");
        }
        long headerLength = file.getLong();
        if (headerLength < 2 || headerLength > content.length - 8) {
            throw new DamagedCheckpointException(
                    path + " names a header of " + headerLength + " bytes, has " + content.length + " bytes in all");
        }
        byte[] head = new byte[(int) headerLength];
        file.get(head);
        int start = file.position();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Object> entry : JsonText.readObject(new String(head, StandardCharsets.UTF_8))
                    .entrySet()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), tensor((Map<?, ?>) entry.getValue(), content, start));
                }
            }
        } catch (IllegalArgumentException | ClassCastException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new DamagedCheckpointException(path + " has a broken header: " + e.getMessage(), e);
        }
        return tensors;
    }

    private static Tensor tensor(Map<?, ?> entry, byte[] content, int start) {
        long[] shape = numbers(entry.get("shape"));
        long[] offsets = numbers(entry.get("data_offsets"));
        if (offsets.length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > content.length - start) {
            throw new IllegalArgumentException("data_offsets " + entry.get("data_offsets") + " reach past the end");
        }
        byte[] bytes = new byte[Math.toIntExact(offsets[1] - offsets[0])];
        System.arraycopy(content, start + (int) offsets[0], bytes, 0, bytes.length);
        return Tensor.ofBytes(Tensor.Kind.valueOf(String.valueOf(entry.get("dtype"))), shape, bytes);
    }

    private static long[] numbers(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream()
                    .mapToLong(number -> ((Number) number).longValue())
                    .toArray();
        }
        throw new IllegalArgumentException("a list of numbers was expected, was " + value);
    }
}
