package dev.sluice.trainer.script;

import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.ParameterSpec;
import dev.sluice.trainer.network.PlacedLayer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The layers of a network as statements of TorchScript's language. Immutable. */
public final class ScriptLayers {
    private final Function<ParameterSpec, String> naming;
    private final boolean isTraining;
    private final boolean isChannelsLast;
    private final String indentation;

    private ScriptLayers(
            Function<ParameterSpec, String> naming, boolean isTraining, boolean isChannelsLast, String indentation) {
        this.naming = naming;
        this.isTraining = isTraining;
        this.isChannelsLast = isChannelsLast;
        this.indentation = indentation;
    }

    /**
     * For prediction: dropout is left out and normalisation takes its running statistics.
     *
     * @param naming the expression of a parameter
     * @param indentation before each statement
     */
    public static ScriptLayers predicting(Function<ParameterSpec, String> naming, String indentation) {
        return new ScriptLayers(naming, false, false, indentation);
    }

    /**
     * For training: values are dropped, normalisation takes the batch's statistics and moves the running ones. What
     * no gradient needs is overwritten.
     *
     * @param naming the expression of a parameter
     * @param isChannelsLast whether the values of a pixel lie side by side, instead of those of a channel
     * @param indentation before each statement
     */
    static ScriptLayers training(Function<ParameterSpec, String> naming, boolean isChannelsLast, String indentation) {
        return new ScriptLayers(naming, true, isChannelsLast, indentation);
    }

    /** Appends the statements of layers in order and gives the name of the last one's output. */
    public String append(StringBuilder code, List<PlacedLayer> layers, String input) {
        String last = input;
        Layer before = null;
        for (PlacedLayer layer : layers) {
            last = append(code, layer, last, isTraining && before != null && leavesOutputAlone(before));
            before = layer.layer();
        }
        return last;
    }

    private String append(StringBuilder code, PlacedLayer placed, String input, boolean mayOverwrite) {
        String expression = switch (placed.layer()) {
            case Layer.Residual residual -> {
                String branch = append(code, placed.branch(), input);
                String shortcut = append(code, placed.shortcut(), input);
                boolean overwrites =
                        isTraining && leavesOutputAlone(residual.branch().getLast());
                yield "torch.add%s(%s, %s)".formatted(overwrites ? "_" : "", branch, shortcut);
            }
            case Layer.Relu ignored -> "torch.relu%s(%s)".formatted(mayOverwrite ? "_" : "", input);
            default -> expression(placed.layer(), placed.parameters(), input);
        };
        if (isChannelsLast && (placed.layer() instanceof Layer.Image || placed.layer() instanceof Layer.Convolution)) {
            // a convolution too: what has one channel is of both layouts, and then it takes the other one
            expression = "torch.contiguous(" + expression + ", memory_format=2)";
        }
        String output = "x" + placed.path().replace('.', '_');
        code.append(indentation).append(output).append(" = ").append(expression).append('\n');
        return output;
    }

    /** True if a layer's gradient does not need the layer's output, and nothing else holds it. */
    private static boolean leavesOutputAlone(Layer layer) {
        return switch (layer) {
            case Layer.Dense ignored -> true;
            case Layer.Convolution ignored -> true;
            case Layer.BatchNormalisation ignored -> true;
            case Layer.Residual ignored -> true;
            case Layer.Rescale ignored -> false;
            case Layer.Image ignored -> false;
            case Layer.Relu ignored -> false;
            case Layer.MaxPooling ignored -> false;
            case Layer.GlobalAveragePooling ignored -> false;
            case Layer.Flatten ignored -> false;
            case Layer.Dropout ignored -> false;
        };
    }

    private String expression(Layer layer, List<ParameterSpec> parameters, String input) {
        List<String> own = parameters.stream().map(naming).toList();
        return switch (layer) {
            case Layer.Rescale rescale ->
                "torch.mul(torch.sub(%s, %s), %s)".formatted(input, number(rescale.offset()), number(rescale.factor()));
            case Layer.Image image ->
                "torch.reshape(%s, [-1, %d, %d, %d])".formatted(input, image.channels(), image.height(), image.width());
            case Layer.Dense ignored -> "torch.linear(%s, %s, %s)".formatted(input, own.get(0), own.get(1));
            case Layer.Convolution convolution ->
                "torch.conv2d(%1$s, %2$s, %3$s, [%4$d, %4$d], [%5$d, %5$d], [1, 1], 1)"
                        .formatted(
                                input,
                                own.get(0),
                                convolution.hasBias() ? own.get(1) : "None",
                                convolution.stride(),
                                convolution.padding());
            case Layer.BatchNormalisation ignored ->
                "torch.batch_norm(%s, %s, %s, %s, %s, %s, %s, %s, False)"
                        .formatted(
                                input,
                                own.get(0),
                                own.get(1),
                                own.get(2),
                                own.get(3),
                                isTraining ? hasSpread(input) : "False",
                                number(1 - Layer.BatchNormalisation.MOMENTUM),
                                number(Layer.BatchNormalisation.EPSILON));
            case Layer.MaxPooling pooling ->
                "torch.max_pool2d(%1$s, [%2$d, %2$d], [%2$d, %2$d], [0, 0], [1, 1], False)"
                        .formatted(input, pooling.size());
            case Layer.GlobalAveragePooling ignored -> "torch.mean(%s, [2, 3])".formatted(input);
            case Layer.Flatten ignored -> "torch.flatten(%s, 1, -1)".formatted(input);
            case Layer.Dropout dropout ->
                isTraining && dropout.rate() > 0
                        ? "torch.dropout(%s, %s, True)".formatted(input, number(dropout.rate()))
                        : input;
            case Layer.Relu ignored -> throw new IllegalStateException("where it stands decides how it is written");
            case Layer.Residual ignored -> throw new IllegalStateException("a sum is no expression of its input alone");
        };
    }

    /**
     * One value of each channel, of an epoch's last row where images are down to a pixel, has no deviation: it would make the
     * running one NaN for ever, and PyTorch refuses it. There the running statistics stand in, as they do in evaluation.
     */
    private static String hasSpread(String input) {
        return "torch.ne(torch.numel(%1$s), torch.size(%1$s, 1))".formatted(input);
    }

    /** The very number, as a double that it is. */
    private static String number(float value) {
        return Double.toString(value).toLowerCase(Locale.ROOT);
    }
}
