package dev.sluice.trainer.export;

import dev.sluice.trainer.checkpoint.Tensor;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A trained network as a folder that {@code mlflow.pyfunc.load_model} loads: {@code MLmodel} with its signature,
 * {@code model.onnx}, the same as TorchScript in {@code data/model.pth}, which {@code mlflow.pytorch.load_model} loads where
 * there is a torch, the environment's files, {@code holdout.json} with the test split and the trainer's own
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
     * @param inputs {@code [rows * width]}, raw
     * @param labels {@code [rows]}
     * @param logits {@code [rows * outputs]}
     * @param metrics e.g. {@code accuracy}, in [0, 1]
     */
    @SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
    public record Holdout(float[] inputs, int[] labels, float[] logits, Map<String, Double> metrics) {}

    /**
     * Exports, checks and writes; the folder appears under its name only when it is complete, in place of an older one.
     *
     * @param libtorch tries the TorchScript module
     * @throws ModelNotWrittenException if the disk fails
     * @throws IOException if an exported model does not predict what the trainer predicts
     */
    public static Differences write(
            Path folder,
            NetSpec network,
            Map<String, Tensor> weights,
            Holdout holdout,
            Instant created,
            TorchScript libtorch)
            throws IOException {
        byte[] graph = OnnxExporter.export(network, weights);
        byte[] module = TorchScriptExporter.export(network, weights);
        Differences differences = new Differences(
                OnnxCheck.verify(graph, holdout.inputs(), network.inputs(), holdout.logits()),
                verify(libtorch.run(module, holdout.inputs(), network.inputs()), network, holdout));
        Path target = folder.toAbsolutePath();
        Path temporary = target.resolveSibling(".tmp-" + target.getFileName());
        try {
            write(target, temporary, graph, module, network, holdout, created);
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

    private static void write(
            Path target, Path temporary, byte[] graph, byte[] module, NetSpec network, Holdout holdout, Instant created)
            throws IOException {
        Path replaced = target.resolveSibling(".old-" + target.getFileName());
        deleteTree(temporary);
        deleteTree(replaced);
        Files.createDirectories(temporary);
        write(temporary.resolve("model.onnx"), graph);
        Files.createDirectories(temporary.resolve("data"));
        write(temporary.resolve("data/model.pth"), module);
        write(temporary.resolve("data/pickle_module_info.txt"), PICKLE_MODULE);
        write(temporary.resolve("MLmodel"), mlmodel(network, created));
        write(temporary.resolve("conda.yaml"), CONDA);
        write(temporary.resolve("python_env.yaml"), PYTHON_ENV);
        write(temporary.resolve("requirements.txt"), REQUIREMENTS);
        write(temporary.resolve("holdout.json"), JsonText.write(tree(network, holdout)) + "\n");
        Files.createDirectories(temporary.resolve("sluice"));
        write(
                temporary.resolve("sluice/sample.json"),
                ModelSample.of(holdout.labels().length, holdout.inputs(), holdout.logits())
                                .toJson()
                        + "\n");
        if (Files.exists(target)) {
            Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(replaced);
    }

    private static float verify(float[] outputs, NetSpec network, Holdout holdout) throws IOException {
        OnnxCheck.Comparison comparison = OnnxCheck.Comparison.of(outputs, holdout.logits(), network.outputs());
        if (!(comparison.largest() <= TORCH_TOLERANCE)) {
            throw new IOException("the exported TorchScript module gives " + comparison.given()
                    + " where the trainer gives " + comparison.expected() + " (row " + comparison.row() + ")");
        }
        return comparison.largest();
    }

    private static Map<String, Object> tree(NetSpec network, Holdout holdout) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("inputs", rows(holdout.inputs(), network.inputs()));
        tree.put("labels", holdout.labels());
        tree.put("logits", rows(holdout.logits(), network.outputs()));
        tree.putAll(holdout.metrics());
        return tree;
    }

    private static List<float[]> rows(float[] values, int width) {
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < values.length; from += width) {
            rows.add(Arrays.copyOfRange(values, from, from + width));
        }
        return rows;
    }

    private static String mlmodel(NetSpec network, Instant created) {
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
                  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, %d]}}]'
                  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, %d]}}]'
                  params: null
                utc_time_created: '%s'
                """.formatted(network.inputs(), network.outputs(), CREATED.format(created));
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
