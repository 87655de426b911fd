package dev.sluice.trainer.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs TorchScript modules as libtorch reads them from a file. */
public final class TorchScriptModule {
    private static final int ROWS_AT_A_TIME = 256;

    private TorchScriptModule() {}

    /**
     * The module's outputs.
     *
     * @param module the bytes of a {@code .pt} file
     * @param inputs {@code [rows * width]}, row by row
     * @param width numbers in a row
     * @return {@code [rows * outputs]}, row by row
     * @throws IOException if libtorch cannot load the module, or the module fails
     */
    public static float[] run(byte[] module, float[] inputs, int width) throws IOException {
        return run(module, inputs, List.of(width));
    }

    /**
     * The module's outputs.
     *
     * @param inputs {@code [rows * values of the shape]}, row by row
     * @param shape of a row as the module takes it
     */
    public static float[] run(byte[] module, float[] inputs, List<Integer> shape) throws IOException {
        int width = shape.stream().reduce(1, Math::multiplyExact);
        EngineStart.load(1);
        int rows = inputs.length / width;
        float[] outputs = new float[0];
        try (Model model = Model.newInstance("torchscript", "PyTorch")) {
            model.load(new ByteArrayInputStream(module), Map.of());
            // DJL makes this empty folder and leaves it to the JVM's end, which in a trial is a halt
            Files.deleteIfExists(model.getModelPath());
            ParameterStore parameters = new ParameterStore(model.getNDManager(), false);
            for (int row = 0; row < rows; row += ROWS_AT_A_TIME) {
                int count = Math.min(ROWS_AT_A_TIME, rows - row);
                try (NDManager manager = model.getNDManager().newSubManager()) {
                    NDArray input = manager.create(
                            Arrays.copyOfRange(inputs, row * width, (row + count) * width),
                            new Shape(count)
                                    .addAll(new Shape(shape.stream()
                                            .mapToLong(Integer::longValue)
                                            .toArray())));
                    float[] some = model.getBlock()
                            .forward(parameters, new NDList(input), false)
                            .singletonOrThrow()
                            .toFloatArray();
                    if (row == 0) {
                        outputs = new float[rows * (some.length / count)];
                    }
                    System.arraycopy(some, 0, outputs, row * (outputs.length / rows), some.length);
                }
            }
        } catch (MalformedModelException | EngineException e) {
            throw new IOException("libtorch cannot run the exported module: " + e.getMessage(), e);
        }
        return outputs;
    }
}
