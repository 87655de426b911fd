package dev.sluice.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.djl.TorchScriptModule;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TrainingPlan;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TorchScript that we wrote, as libtorch reads it. */
class TorchScriptExporterTest {
    @ParameterizedTest
    @ValueSource(strings = {"mlp", "cnn", "resnet"})
    void predictsWhatTheTrainerPredicts(String model) throws IOException {
        TrainingPlan plan = TaskCatalog.standard()
                .find("digits")
                .plan(
                        model,
                        model.equals("resnet")
                                ? Map.of("learning_rate", 0.01, "width", 4L)
                                : Map.of("learning_rate", 0.01, "dropout", 0.3, "hidden", 32L));
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 11, 1)) {
            trainer.beginEpoch(1);
            for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
                trainer.step(batch, batch + 1L);
            }
            float[] outputs = TorchScriptModule.run(
                    TorchScriptExporter.export(plan.network(), trainer.weights()),
                    plan.test().features(),
                    plan.network().inputs());

            assertThat(outputs).hasSize(3600).containsExactly(trainer.logits(Split.TEST), Offset.offset(1e-5f));
        }
    }

    /** Every kind of layer there is, with numbers that no shorter text than their own reads back to. */
    @Test
    void everyLayerDoesWhatItDoesInTheOnnxGraph() throws IOException {
        NetSpec network = NetSpec.of(
                2 * 7 * 6,
                List.of(
                        new Layer.Rescale(0.1f, 1 / 3f),
                        new Layer.Image(2, 7, 6),
                        new Layer.Convolution(3, 3, 1),
                        new Layer.BatchNormalisation(),
                        new Layer.Relu(),
                        new Layer.MaxPooling(2),
                        new Layer.Convolution(2, 2, 0),
                        new Layer.Residual(
                                List.of(new Layer.Convolution(2, 3, 2, 1, false), new Layer.Relu()),
                                List.of(new Layer.Convolution(2, 1, 2, 0, true))),
                        new Layer.Residual(List.of(new Layer.Convolution(2, 3, 1)), List.of()),
                        new Layer.Dropout(0.5f),
                        new Layer.Flatten(),
                        new Layer.Dense(5)));
        Map<String, Tensor> weights = new LinkedHashMap<>(network.initialValues(3));
        SplittableRandom random = new SplittableRandom(4);
        for (String name : List.of("gamma", "beta", "mean", "variance")) {
            weights.put("3.normalisation." + name, Tensor.ofFloats(new long[] {3}, floats(random, 3)));
        }
        float[] inputs = floats(random, 600 * network.inputs());

        byte[] module = TorchScriptExporter.export(network, weights);
        float[] outputs = TorchScriptModule.run(module, inputs, network.inputs());

        assertThat(OnnxCheck.verify(OnnxExporter.export(network, weights), inputs, network.inputs(), outputs))
                .isLessThanOrEqualTo(1e-5f);
        assertThat(outputs).hasSize(3000);
        assertThat(TorchScriptExporter.export(network, weights))
                .as("the same again")
                .isEqualTo(module);
    }

    private static float[] floats(SplittableRandom random, int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextDouble(0.1, 2);
        }
        return floats;
    }

    @Test
    void missesAWeight() {
        NetSpec network = NetSpec.of(2, List.of(new Layer.Dense(1)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> TorchScriptExporter.export(network, Map.of()))
                .withMessage("no value for the parameter 0.dense.weight");
    }

    @Test
    void whatIsNoModuleIsSaidToBeNone() {
        byte[] module = TorchScriptExporter.export(
                NetSpec.of(2, List.of(new Layer.Dense(1))),
                NetSpec.of(2, List.of(new Layer.Dense(1))).initialValues(1));

        assertThatThrownBy(() -> TorchScriptModule.run(Arrays.copyOf(module, module.length / 2), new float[] {1, 2}, 2))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("libtorch cannot run the exported module");
    }
}
