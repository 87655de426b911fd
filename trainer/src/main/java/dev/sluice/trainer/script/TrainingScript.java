package dev.sluice.trainer.script;

import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.ParameterSpec;
import java.util.List;

/*
 * A step of a small network takes a fraction of a millisecond, and of that most would be calls from Java into libtorch,
 * one for each layer and each array that it makes. So the whole way from rows to gradients is one call: libtorch's
 * interpreter runs the layers one after the other, as Python would, but without Python.
 */
/**
 * A network and its loss as a TorchScript module that computes gradients.
 *
 * <ul>
 *   <li>{@code bind(arrays)} takes the parameters, all of them, in the network's order; they are not copied.
 *   <li>{@code begin(order, features, targets)} copies the rows of an epoch, in its order.
 *   <li>{@code norm()} gives the Euclidean norm of all gradients together.
 *   <li>{@code forward(place)} takes {@code [from, to, batch, norm]} in INT64 on the CPU, adds to each trained parameter's gradient
 *       that of the mean loss over the rows {@code [from, to)}, batch by batch, and gives that loss; if {@code norm} is not 0, the norm too. A batch weighs as much as
 *       its rows, so it makes no difference where one ends.
 * </ul>
 */
public final class TrainingScript {
    private static final String CLASS = "Training";
    private static final String SELF = "self: __torch__." + CLASS;

    private TrainingScript() {}

    /** How images lie in memory. What is computed is the same, but for rounding. */
    public enum Layout {
        /** Channel by channel. */
        CHANNELS_FIRST,
        /** Pixel by pixel: on a CPU small convolutions take some two thirds of the time then. */
        CHANNELS_LAST
    }

    /** The module as the bytes of a {@code .pt} file, for features in single precision. */
    public static byte[] write(NetSpec network, LossSpec loss, Layout layout) {
        return write(network, loss, layout, false);
    }

    /**
     * The module as the bytes of a {@code .pt} file.
     *
     * @param isOfBytes whether features are bytes, of which numbers are made batch by batch
     */
    public static byte[] write(NetSpec network, LossSpec loss, Layout layout, boolean isOfBytes) {
        String rows = isOfBytes ? "torch.to(torch.slice(features, 0, %s, %s), 6)" : "torch.slice(features, 0, %s, %s)";
        List<String> names =
                network.parameters().stream().map(ParameterSpec::name).toList();
        StringBuilder code = new StringBuilder();
        code.append("  def bind(" + SELF + ",\n    arrays: List[Tensor]) -> int:\n");
        code.append("    self.arrays = arrays\n    return torch.len(arrays)\n");
        code.append("  def begin(" + SELF
                + ",\n    order: Tensor,\n    features: Tensor,\n    targets: Tensor) -> Tensor:\n");
        code.append("    self.features = features\n"); // lets go of the last epoch's, before there are new ones
        code.append("    self.features = torch.index_select(features, 0, order)\n");
        code.append("    self.targets = torch.index_select(targets, 0, order)\n    return order\n");
        norm(code, network);
        code.append("  def forward(" + SELF + ",\n    place: Tensor) -> List[Tensor]:\n");
        code.append("    first = int(torch.select(place, 0, 0))\n");
        code.append("    end = int(torch.select(place, 0, 1))\n");
        code.append("    batch = int(torch.select(place, 0, 2))\n");
        code.append("    arrays = self.arrays\n    features = self.features\n    targets = self.targets\n");
        code.append("    if torch.ge(batch, torch.sub(end, first)):\n");
        batch(code, network, loss, layout, rows, names, "      ", "first", "end");
        code.append("      torch.autograd.backward(loss)\n");
        code.append("      sum = torch.detach(loss)\n");
        code.append("    else:\n");
        code.append("      sum = torch.zeros([], dtype=None, layout=None, device=ops.prim.device(features))\n");
        code.append("      for index in range(torch.__range_length(first, end, batch)):\n");
        code.append("        start = torch.__derive_index(index, first, batch)\n");
        code.append("        stop = ops.prim.min(torch.add(start, batch), end)\n");
        batch(code, network, loss, layout, rows, names, "        ", "start", "stop");
        code.append("        share = torch.mul(loss, torch.div(float(torch.sub(stop, start)), "
                + "float(torch.sub(end, first))))\n");
        code.append("        torch.autograd.backward(share)\n");
        code.append("        sum = torch.add(sum, torch.detach(share))\n");
        code.append("    if torch.ne(int(torch.select(place, 0, 3)), 0):\n");
        code.append("      results = [sum, self.norm()]\n");
        code.append("    else:\n      results = [sum]\n");
        code.append("    return results\n");
        return new ScriptFile(CLASS)
                .withArrays("arrays")
                .withArray("features")
                .withArray("targets")
                .write(code.toString());
    }

    /** Appends the method for the norm; as scalar products, which pass over gradients faster than norms do. */
    private static void norm(StringBuilder code, NetSpec network) {
        List<ParameterSpec> parameters = network.parameters();
        code.append("  def norm(" + SELF + ") -> Tensor:\n    arrays = self.arrays\n    squares: List[Tensor] = []\n");
        for (int place = 0; place < parameters.size(); place++) {
            if (parameters.get(place).role().isTrained()) {
                code.append("    flat")
                        .append(place)
                        .append(" = torch.flatten(arrays[")
                        .append(place)
                        .append("].grad)\n");
                code.append("    squares.append(torch.dot(flat%1$d, flat%1$d))\n".formatted(place));
            }
        }
        code.append("    return torch.sqrt(torch.sum(torch.stack(squares)))\n");
    }

    /** Appends the way from rows to the name {@code loss}. */
    private static void batch(
            StringBuilder code,
            NetSpec network,
            LossSpec loss,
            Layout layout,
            String rows,
            List<String> names,
            String indentation,
            String from,
            String to) {
        code.append(indentation).append("x = ").append(rows.formatted(from, to)).append('\n');
        code.append(indentation + "y = torch.slice(targets, 0, " + from + ", " + to + ")\n");
        String outputs = ScriptLayers.training(
                        parameter -> "arrays[" + names.indexOf(parameter.name()) + "]",
                        layout == Layout.CHANNELS_LAST,
                        indentation)
                .append(code, network.layers(), "x");
        code.append(indentation + "loss = ").append(expression(loss, outputs)).append('\n');
    }

    static String expression(LossSpec loss, String outputs) {
        return switch (loss) {
            case LossSpec.CrossEntropy entropy ->
                "torch.cross_entropy_loss(" + outputs + ", y, None, 1, -100, " + entropy.labelSmoothing() + ")";
            case LossSpec.MeanSquared ignored -> "torch.mse_loss(" + outputs + ", y, 1)";
            case LossSpec.MeanAbsolute ignored -> "torch.l1_loss(" + outputs + ", y, 1)";
            case LossSpec.BinaryCrossEntropy ignored ->
                "torch.binary_cross_entropy_with_logits(" + outputs + ", y, None, None, 1)";
            case LossSpec.Huber huber -> "torch.huber_loss(" + outputs + ", y, 1, " + huber.delta() + ")";
        };
    }
}
