package dev.sluice.trainer.export;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs an exported graph in onnxruntime and compares: what is handed over predicts what the trainer predicts. */
public final class OnnxCheck {
    /** The largest difference of an output that is let pass. */
    public static final float TOLERANCE = 1e-4f;

    private static final long STACK_BYTES = 64L << 20;
    private static final String NATIVE_PATH = "onnxruntime.native.path";

    private OnnxCheck() {}

    /**
     * How far a graph's outputs are from the expected ones.
     *
     * @param largest the largest difference, ≥ 0 or NaN: relative to the expected value where that is larger than one
     * @param row where it is, from 0
     * @param given the graph's output there
     * @param expected what it should be
     */
    public record Comparison(float largest, int row, float given, float expected) {
        /**
         * Compares outputs, NaN equal to NaN.
         *
         * @param outputsOfARow numbers in a row
         * @throws IOException if they are not of one length
         */
        static Comparison of(float[] outputs, float[] expected, int outputsOfARow) throws IOException {
            if (outputs.length != expected.length) {
                throw new IOException("the exported model gives " + outputs.length + " outputs, " + expected.length
                        + " were expected");
            }
            Comparison worst = new Comparison(0, 0, outputs[0], expected[0]);
            for (int i = 0; i < outputs.length; i++) {
                boolean same = Float.floatToIntBits(outputs[i]) == Float.floatToIntBits(expected[i]);
                float difference = same ? 0 : Math.abs(outputs[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
                // NaN where a number was meant is further off than any number.
                if (Float.compare(difference, worst.largest()) > 0) {
                    worst = new Comparison(difference, i / outputsOfARow, outputs[i], expected[i]);
                }
            }
            return worst;
        }

        /** Whether the graph predicts what was expected. */
        public boolean agrees() {
            return largest <= TOLERANCE;
        }
    }

    /**
     * Compares the graph's answers with the expected ones. NaN equals NaN. A difference is taken relative to the
     * expected value where that is larger than one.
     *
     * @param graph the bytes of the {@code .onnx} file
     * @param inputs {@code [rows * width]}, row by row
     * @param width numbers in a row
     * @param expected {@code [rows * outputs]}, row by row
     * @return the largest difference
     * @throws IOException if the graph does not run, or one output differs by more than {@link #TOLERANCE}
     */
    public static float verify(byte[] graph, float[] inputs, int width, float[] expected) throws IOException {
        return verify(graph, new RawInputs.Reals(inputs, width), expected);
    }

    /**
     * Compares the graph's answers with the expected ones, as {@link #verify(byte[], float[], int, float[])} does.
     *
     * @param inputs as a user has them
     * @param expected {@code [rows * answers]}, row by row
     */
    static float verify(byte[] graph, RawInputs inputs, float[] expected) throws IOException {
        Comparison comparison = compare(graph, inputs, expected);
        if (!comparison.agrees()) {
            throw new IOException("the exported graph gives " + comparison.given() + " where the trainer gives "
                    + comparison.expected() + " (row " + comparison.row() + ")");
        }
        return comparison.largest();
    }

    /**
     * Compares as {@link #verify} does, and leaves it to the caller what to let pass.
     *
     * @throws IOException if the graph does not run, or gives outputs of another number
     */
    static Comparison compare(byte[] graph, RawInputs inputs, float[] expected) throws IOException {
        return Comparison.of(run(graph, inputs), expected, expected.length / inputs.rows());
    }

    /*
     * onnxruntime 1.29 matches /proc/self/cmdline against a std::regex, which recurses for every character: a command
     * line of 7,000 characters (a long class path) overflows a stack of 1 MiB and takes the process down with SIGSEGV,
     * without a trace. So it gets a thread with a stack of its own, of which only what is used costs memory.
     */
    private static float[] run(byte[] graph, RawInputs inputs) throws IOException {
        FutureTask<float[]> task = new FutureTask<>(() -> infer(graph, inputs));
        new Thread(null, task, "onnx-check", STACK_BYTES).start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IOException("the exported graph could not be run: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the exported graph ran");
        }
    }

    private static float[] infer(byte[] graph, RawInputs inputs) throws OrtException {
        useUnpackedLibraries();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        removeTemporaryFolder();
        Map<String, OnnxTensor> feed = new LinkedHashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            try (OrtSession session = environment.createSession(graph, options)) {
                feed(environment, session, inputs, feed);
                try (OrtSession.Result result = session.run(feed)) {
                    return answers(result, inputs.rows());
                }
            }
        } finally {
            feed.values().forEach(OnnxTensor::close);
        }
    }

    private static void feed(
            OrtEnvironment environment, OrtSession session, RawInputs inputs, Map<String, OnnxTensor> feed)
            throws OrtException {
        String first = session.getInputNames().iterator().next();
        int rows = inputs.rows();
        switch (inputs) {
            case RawInputs.Reals reals ->
                feed.put(first, OnnxTensor.createTensor(environment, FloatBuffer.wrap(reals.values()), new long[] {
                    rows, reals.width()
                }));
            case RawInputs.Pixels pixels -> {
                Preparation.Pixels shape = pixels.shape();
                feed.put(
                        first,
                        OnnxTensor.createTensor(
                                environment,
                                ByteBuffer.allocateDirect(pixels.values().length)
                                        .put(pixels.values())
                                        .rewind(),
                                shape.channels() == 1
                                        ? new long[] {rows, shape.height(), shape.width()}
                                        : new long[] {rows, shape.height(), shape.width(), shape.channels()},
                                OnnxJavaType.UINT8));
            }
            case RawInputs.Columns columns -> {
                long[] shape = columns.columns().size() == 1 ? new long[] {rows, 1} : new long[] {rows};
                for (RawInputs.Cells cells : columns.columns()) {
                    feed.put(
                            cells.name(),
                            switch (cells) {
                                case RawInputs.Numbers numbers ->
                                    OnnxTensor.createTensor(environment, DoubleBuffer.wrap(numbers.values()), shape);
                                case RawInputs.Words words ->
                                    OnnxTensor.createTensor(
                                            environment, words.values().toArray(String[]::new), shape);
                            });
                }
            }
        }
    }

    /** The first output that is a matrix of numbers; else all that are numbers, side by side. */
    private static float[] answers(OrtSession.Result result, int rows) throws OrtException {
        List<float[]> columns = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
            if (entry.getValue() instanceof OnnxTensor tensor && tensor.getInfo().type == OnnxJavaType.FLOAT) {
                FloatBuffer buffer = tensor.getFloatBuffer();
                float[] values = new float[buffer.remaining()];
                buffer.get(values);
                if (tensor.getInfo().getShape().length != 1) {
                    return values;
                }
                columns.add(values);
            }
        }
        float[] answers = new float[rows * columns.size()];
        for (int column = 0; column < columns.size(); column++) {
            float[] values = columns.get(column);
            for (int row = 0; row < Math.min(rows, values.length); row++) {
                answers[row * columns.size() + column] = values[row];
            }
        }
        return answers;
    }

    /**
     * A trial's class path holds the runtime's libraries unpacked, in {@code native/<platform>}; without that each
     * process would unpack some 30 MB into the folder for temporary files.
     */
    private static void useUnpackedLibraries() {
        CodeSource source = OnnxCheck.class.getProtectionDomain().getCodeSource();
        if (System.getProperty(NATIVE_PATH) != null || source == null) {
            return;
        }
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String platform = architecture.equals("aarch64") ? "linux-aarch64" : "linux-x64";
        try {
            Path folder = Path.of(source.getLocation().toURI())
                    .resolveSibling("native")
                    .resolve(platform);
            if (Files.isRegularFile(folder.resolve("libonnxruntime.so"))) {
                System.setProperty(NATIVE_PATH, folder.toString());
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            System.getLogger(OnnxCheck.class.getName()).log(System.Logger.Level.DEBUG, "class path is not in files", e);
        }
    }

    /**
     * Removes the folder that ONNX Runtime makes for its libraries, used or not, and leaves to the JVM's end: a trial's
     * process halts. By now they are loaded. It gives no other access to the folder's name, and does not unpack anything
     * later but for devices that are not used here.
     */
    private static void removeTemporaryFolder() {
        try {
            Field field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
            field.setAccessible(true);
            if (field.get(null) instanceof Path folder && Files.isDirectory(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                    for (Path file : files) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        } catch (ReflectiveOperationException | RuntimeException | IOException e) {
            System.getLogger(OnnxCheck.class.getName()).log(System.Logger.Level.DEBUG, "a temporary folder stays", e);
        }
    }
}
