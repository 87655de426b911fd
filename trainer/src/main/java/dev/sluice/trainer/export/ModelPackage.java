package dev.sluice.trainer.export;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.network.NetSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A trained network as a folder that {@code mlflow.pyfunc.load_model} loads: {@code MLmodel} with its signature,
 * {@code model.onnx}, the same as TorchScript in {@code data/model.pth}, which {@code mlflow.pytorch.load_model} loads where
 * there is a torch (on rows as the network sees them, already prepared), the environment's files, {@code holdout.json} with the test split and the trainer's own
 * outputs for it, so that whoever loads the model can check it, and {@code sluice/sample.json} with a few rows of that,
 * on which the service runs what comes back from MLflow before an alias moves.
 */
public final class ModelPackage {
    private static final DateTimeFormatter CREATED = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** How far a TorchScript output may be from the trainer's: it is the same libtorch that computes both. */
    private static final float TORCH_TOLERANCE = 1e-5f;

    private ModelPackage() {}

    /** Runs TorchScript. */
    @FunctionalInterface
    public interface TorchScript {
        /**
         * The module's outputs, {@code [rows * outputs]} of {@code [rows * width]} inputs, both row by row.
         *
         * @throws IOException if it does not run
         */
        float[] run(byte[] module, float[] inputs, int width) throws IOException;
    }

    /**
     * How far the exported models' outputs are from the trainer's, at most.
     *
     * @param onnx of {@code model.onnx}
     * @param torchScript of {@code data/model.pth}
     */
    public record Differences(float onnx, float torchScript) {}

    /**
     * The test split, and what the trainer says to it.
     *
     * @param raw as a user has them
     * @param rows as the network sees them: some of them, by their places, as {@code [places * inputs]}
     * @param labels the class of each row, {@code [rows]}; empty for a regression
     * @param outputs the network's, {@code [rows * outputs]}
     * @param metrics e.g. {@code accuracy}, in [0, 1]
     */
    @SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
    public record Holdout(
            RawInputs raw, Function<int[], float[]> rows, int[] labels, float[] outputs, Map<String, Double> metrics) {
        /** Of a network that takes rows as they are. */
        public Holdout(float[] inputs, int[] labels, float[] logits, Map<String, Double> metrics) {
            this(
                    new RawInputs.Reals(inputs, inputs.length / labels.length),
                    places -> new RawInputs.Reals(inputs, inputs.length / labels.length)
                            .some(places)
                            .values(),
                    labels,
                    logits,
                    metrics);
        }
    }

    /** Most numbers of inputs that are written into the package, and that the exported models are run on. */
    private static final int MOST_NUMBERS = 1 << 20;

    /** Of a network that takes rows as they are; see {@link #write(Path, NetSpec, Map, ModelForm, Holdout, Instant, TorchScript)}. */
    public static Differences write(
            Path folder,
            NetSpec network,
            Map<String, Tensor> weights,
            Holdout holdout,
            Instant created,
            TorchScript libtorch)
            throws IOException {
        return write(
                folder,
                network,
                weights,
                new ModelForm(new Preparation.AsIs(network.inputs()), Target.Classes.numbered(network.outputs())),
                holdout,
                created,
                libtorch);
    }

    /**
     * Exports, checks and writes; the folder appears under its name only when it is complete, in place of an older one. Of a large
     * test split an even selection is checked and written.
     *
     * @param libtorch tries the TorchScript module
     * @throws ModelNotWrittenException if the disk fails
     * @throws IOException if an exported model does not predict what the trainer predicts
     */
    public static Differences write(
            Path folder,
            NetSpec network,
            Map<String, Tensor> weights,
            ModelForm form,
            Holdout holdout,
            Instant created,
            TorchScript libtorch)
            throws IOException {
        byte[] graph = OnnxExporter.export(network, weights, form);
        byte[] module = TorchScriptExporter.export(network, weights);
        int all = holdout.raw().rows();
        int[] places = ModelSample.evenly(all, Math.max(ModelSample.ROWS, MOST_NUMBERS / network.inputs()));
        float[] outputs = ModelSample.some(holdout.outputs(), all, places);
        Checked checked = new Checked(
                form,
                holdout.raw().some(places),
                holdout.labels().length == 0
                        ? new int[0]
                        : Arrays.stream(places)
                                .map(place -> holdout.labels()[place])
                                .toArray(),
                outputs,
                form.answers(outputs),
                holdout.metrics());
        Differences differences = new Differences(
                OnnxCheck.verify(graph, checked.raw(), checked.answers()),
                verify(libtorch.run(module, holdout.rows().apply(places), network.inputs()), outputs, places.length));
        Path target = folder.toAbsolutePath();
        Path temporary = target.resolveSibling(".tmp-" + target.getFileName());
        try {
            write(target, temporary, graph, module, network, checked, created);
        } catch (IOException e) {
            try {
                deleteTree(temporary);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw new ModelNotWrittenException(e);
        }
        return differences;
    }

    /**
     * Writes somebody else's module that was trained: the module alone, with its signature and with the test rows and the trainer's outputs
     * for them, prepared. There is no ONNX graph of it: only Python's torch can make one. So what a user has must be prepared before.
     *
     * @param module as libtorch saves it
     * @param shape of what it takes, without the axis of rows
     * @param libtorch tries the module
     * @throws ModelNotWrittenException if the disk fails
     * @throws IOException if the module does not predict what the trainer predicts
     */
    public static float writeModule(
            Path folder,
            byte[] module,
            List<Integer> shape,
            ModelForm form,
            Holdout holdout,
            Instant created,
            TorchScript libtorch)
            throws IOException {
        int all = holdout.raw().rows();
        int inputs = shape.stream().reduce(1, Math::multiplyExact);
        int outputs = holdout.outputs().length / all;
        int[] places = ModelSample.evenly(all, Math.max(ModelSample.ROWS, MOST_NUMBERS / inputs));
        float[] rows = holdout.rows().apply(places);
        float[] expected = ModelSample.some(holdout.outputs(), all, places);
        float difference = verify(libtorch.run(module, rows, inputs), expected, places.length);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("inputs", ModelSample.table(rows, places.length));
        tree.put("outputs", ModelSample.table(expected, places.length));
        if (form.output() instanceof Target.Classes classes) {
            tree.put("classes", classes.names());
        }
        tree.putAll(holdout.metrics());
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("data/model.pth", module);
        files.put("data/pickle_module_info.txt", utf8(PICKLE_MODULE));
        files.put("MLmodel", utf8(mlmodelOfModule(shape, outputs, created)));
        files.put("conda.yaml", utf8(CONDA.replace("onnxruntime", TORCH)));
        files.put("python_env.yaml", utf8(PYTHON_ENV));
        files.put("requirements.txt", utf8(REQUIREMENTS.replace("onnxruntime", TORCH)));
        files.put("holdout.json", utf8(JsonText.write(tree) + "\n"));
        files.put("sluice/form.json", utf8(JsonText.write(formTree(form)) + "\n"));
        Path target = folder.toAbsolutePath();
        Path temporary = target.resolveSibling(".tmp-" + target.getFileName());
        Path replaced = target.resolveSibling(".old-" + target.getFileName());
        try {
            deleteTree(temporary);
            deleteTree(replaced);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path to = temporary.resolve(file.getKey());
                Files.createDirectories(to.resolveSibling(""));
                write(to, file.getValue());
            }
            if (Files.exists(target)) {
                Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(replaced);
        } catch (IOException e) {
            throw new ModelNotWrittenException(e);
        }
        return difference;
    }

    /** How what a user has becomes what the module takes, and what comes out of it. */
    private static Map<String, Object> formTree(ModelForm form) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (form.input() instanceof Preparation.Columns columns) {
            tree.put(
                    "columns",
                    columns.columns().stream().map(Preparation.Column::toTree).toList());
        }
        switch (form.output()) {
            case Target.Classes classes -> tree.put("classes", classes.names());
            case Target.Quantity number -> {
                tree.put("targetMean", number.mean());
                tree.put("targetDeviation", number.deviation());
            }
        }
        return tree;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final String TORCH = "torch>=2.7.1";

    private static String mlmodelOfModule(List<Integer> shape, int outputs, Instant created) {
        return """
                artifact_path: model
                flavors:
                  python_function:
                    data: data
                    env:
                      conda: conda.yaml
                      virtualenv: python_env.yaml
                    loader_module: mlflow.pytorch
                    pickle_module_name: mlflow.pytorch.pickle_module
                    python_version: 3.11.7
                  pytorch:
                    code: null
                    model_data: data
                    pytorch_version: 2.7.1
                mlflow_version: 3.17.0
                signature:
                  inputs: '%s'
                  outputs: '%s'
                  params: null
                utc_time_created: '%s'
                """.formatted(
                MlflowSignature.numbers(shape), MlflowSignature.numbers(List.of(outputs)), CREATED.format(created));
    }

    /** What is checked and written of the test split. */
    @SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
    private record Checked(
            ModelForm form,
            RawInputs raw,
            int[] labels,
            float[] outputs,
            float[] answers,
            Map<String, Double> metrics) {}

    private static void write(
            Path target, Path temporary, byte[] graph, byte[] module, NetSpec network, Checked checked, Instant created)
            throws IOException {
        Path replaced = target.resolveSibling(".old-" + target.getFileName());
        deleteTree(temporary);
        deleteTree(replaced);
        Files.createDirectories(temporary);
        write(temporary.resolve("model.onnx"), graph);
        Files.createDirectories(temporary.resolve("data"));
        write(temporary.resolve("data/model.pth"), module);
        write(temporary.resolve("data/pickle_module_info.txt"), PICKLE_MODULE);
        write(temporary.resolve("MLmodel"), mlmodel(network, checked.form(), created));
        write(temporary.resolve("conda.yaml"), CONDA);
        write(temporary.resolve("python_env.yaml"), PYTHON_ENV);
        write(temporary.resolve("requirements.txt"), REQUIREMENTS);
        write(temporary.resolve("holdout.json"), JsonText.write(tree(checked)) + "\n");
        Files.createDirectories(temporary.resolve("sluice"));
        write(
                temporary.resolve("sluice/sample.json"),
                ModelSample.of(checked.raw(), checked.answers()).toJson() + "\n");
        if (checked.form().input() instanceof Preparation.Columns columns) {
            write(
                    temporary.resolve("sluice/preparation.json"),
                    JsonText.write(columns.columns().stream()
                                    .map(Preparation.Column::toTree)
                                    .toList())
                            + "\n");
        }
        if (Files.exists(target)) {
            Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(replaced);
    }

    private static float verify(float[] given, float[] expected, int rows) throws IOException {
        OnnxCheck.Comparison comparison = OnnxCheck.Comparison.of(given, expected, expected.length / rows);
        if (!(comparison.largest() <= TORCH_TOLERANCE)) {
            throw new IOException("the exported TorchScript module gives " + comparison.given()
                    + " where the trainer gives " + comparison.expected() + " (row " + comparison.row() + ")");
        }
        return comparison.largest();
    }

    private static Map<String, Object> tree(Checked checked) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("inputs", ModelSample.tree(checked.raw()));
        if (checked.form().output() instanceof Target.Classes classes) {
            tree.put("labels", checked.labels());
            tree.put("classes", classes.names());
            tree.put(
                    "logits", ModelSample.table(checked.outputs(), checked.raw().rows()));
        } else {
            tree.put("predictions", checked.answers());
        }
        tree.putAll(checked.metrics());
        return tree;
    }

    private static String mlmodel(NetSpec network, ModelForm form, Instant created) {
        return """
                artifact_path: model
                flavors:
                  onnx:
                    code: null
                    data: model.onnx
                    onnx_version: 1.17.0
                    providers:
                    - CPUExecutionProvider
                  python_function:
                    data: model.onnx
                    env:
                      conda: conda.yaml
                      virtualenv: python_env.yaml
                    loader_module: mlflow.onnx
                    python_version: 3.11.7
                  pytorch:
                    code: null
                    model_data: data
                    pytorch_version: 2.7.1
                mlflow_version: 3.17.0
                signature:
                  inputs: '%s'
                  outputs: '%s'
                  params: null
                utc_time_created: '%s'
                """.formatted(
                        MlflowSignature.inputs(form),
                        MlflowSignature.outputs(form, network.outputs()),
                        CREATED.format(created));
    }

    /** What MLflow asks before it lets torch load; a TorchScript file is then read without any pickle of Python's. */
    private static final String PICKLE_MODULE = "mlflow.pytorch.pickle_module";

    private static final String REQUIREMENTS = """
            mlflow==3.17.0
            numpy
            onnxruntime
            """;

    private static final String PYTHON_ENV = """
            python: 3.11.7
            build_dependencies:
            - pip
            dependencies:
            - -r requirements.txt
            """;

    private static final String CONDA = """
            channels:
            - conda-forge
            dependencies:
            - python=3.11.7
            - pip
            - pip:
              - mlflow==3.17.0
              - numpy
              - onnxruntime
            name: mlflow-env
            """;

    private static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> tree = Files.walk(root)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
