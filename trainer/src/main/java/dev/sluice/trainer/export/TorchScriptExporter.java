package dev.sluice.trainer.export;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.ParameterSpec;
import dev.sluice.trainer.script.ScriptFile;
import dev.sluice.trainer.script.ScriptLayers;
import java.util.Map;

/**
 * Writes a network as a TorchScript module for prediction, which {@code torch.jit.load} reads: {@code forward} takes float32
 * {@code [N, inputs]} and gives {@code [N, outputs]}. As in {@link OnnxExporter}, scaling is part of the module and dropout is
 * left out; normalisation takes its running statistics whatever the module's mode. Equal networks give equal bytes.
 */
public final class TorchScriptExporter {
    private static final String CLASS = "Network";

    private TorchScriptExporter() {}

    /**
     * The module as the bytes of a {@code .pt} file.
     *
     * @param weights a value for each of the network's parameters, by name
     * @throws IllegalArgumentException if one is missing
     */
    public static byte[] export(NetSpec network, Map<String, Tensor> weights) {
        ScriptFile file = new ScriptFile(CLASS);
        for (ParameterSpec parameter : network.parameters()) {
            Tensor tensor = weights.get(parameter.name());
            if (tensor == null) {
                throw new IllegalArgumentException("no value for the parameter " + parameter.name());
            }
            file.with(attribute(parameter), tensor, parameter.role().isTrained());
        }
        StringBuilder code = new StringBuilder();
        code.append("  def forward(self: __torch__." + CLASS + ",\n    input: Tensor) -> Tensor:\n");
        String last = ScriptLayers.predicting(parameter -> "self." + attribute(parameter), "    ")
                .append(code, network.layers(), "input");
        return file.write(code.append("    return " + last + "\n").toString());
    }

    /** A parameter's name as an attribute of the module: {@code 1.dense.weight} is {@code layer1_dense_weight}. */
    private static String attribute(ParameterSpec parameter) {
        return "layer" + parameter.name().replace('.', '_');
    }
}
