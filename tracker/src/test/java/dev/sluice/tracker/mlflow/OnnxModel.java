package dev.sluice.tracker.mlflow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that MLflow takes for a model: an ONNX graph that answers its input of [N, 2] floats, doubled. */
final class OnnxModel {
    private OnnxModel() {}

    static Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("model.onnx"), graph());
        Files.writeString(folder.resolve("requirements.txt"), "mlflow==3.17.0\nonnxruntime\n");
        Files.writeString(
                folder.resolve("conda.yaml"),
                "channels: [conda-forge]\ndependencies: [python=3.11.7, pip, {pip: [mlflow==3.17.0, onnxruntime]}]\n");
        Files.writeString(
                folder.resolve("python_env.yaml"),
                "python: 3.11.7\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n");
        Files.writeString(folder.resolve("MLmodel"), """
                artifact_path: model
                flavors:
                  onnx: {code: null, data: model.onnx, onnx_version: 1.17.0, providers: [CPUExecutionProvider]}
                  python_function:
                    data: model.onnx
                    env: {conda: conda.yaml, virtualenv: python_env.yaml}
                    loader_module: mlflow.onnx
                    python_version: 3.11.7
                mlflow_version: 3.17.0
                utc_time_created: '2026-11-22 14:37:54.949451'
                signature:
                  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
                  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
                  params: null
                """);
        return folder;
    }

    /* Protocol buffers by hand: field numbers are those of onnx.proto. */
    private static byte[] graph() {
        byte[] node = join(text(1, "x"), text(1, "x"), text(2, "output"), text(4, "Add"));
        byte[] graph = join(message(1, node), text(2, "g"), message(11, tensor("x")), message(12, tensor("output")));
        byte[] opset = join(text(1, ""), number(2, 13));
        return join(number(1, 8), message(7, graph), message(8, opset));
    }

    private static byte[] tensor(String name) {
        byte[] rows = message(1, text(2, "N"));
        byte[] columns = message(1, number(1, 2));
        byte[] type = message(1, join(number(1, 1), message(2, join(rows, columns))));
        return join(text(1, name), message(2, type));
    }

    private static byte[] number(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    private static byte[] text(int field, String text) {
        return message(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Lengths below 16384. */
    private static byte[] message(int field, byte[] content) {
        byte[] length = content.length < 128
                ? new byte[] {(byte) content.length}
                : new byte[] {(byte) (content.length | 0x80), (byte) (content.length >> 7)};
        return join(new byte[] {(byte) (field << 3 | 2)}, length, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
