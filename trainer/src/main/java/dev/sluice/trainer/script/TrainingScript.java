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
 *   <li>{@code bind(arrays, results)} takes the parameters, all of them, in the network's order, and scalars for what is
 *       measured: the loss, and for each trained parameter the sum of its gradient's squares. None is copied.
 *   <li>{@code begin(order, features, targets)} copies the rows of an epoch, in its order, and begins a new sum of losses.
 *   <li>{@code forward(place)} takes {@code [from, to, batch, norm, replaces]} in INT64 on the CPU and measures the mean loss
 *       over the rows {@code [from, to)}; if {@code norm} is not 0, the squares too. The loss's gradients take the place of those
 *       that the trained parameters had; if {@code replaces} is 0, they are added to them, or made where there were none yet.
 *       Rows are taken batch by batch; one weighs as much as its rows, so it makes no difference where one ends.
 *   <li>{@code norm()} measures the squares.
 *   <li>{@code sum()} gives the sum of the rows' losses in double precision; {@code forget()} takes the last call's away
 *       again, {@code take(total)} overwrites it.
 * </ul>
 */
public final class TrainingScript {
    private static final String CLASS = "Training";
    private static final String SELF = "self: __torch__." + CLASS;

    private static final String TOTALS = """
              def sum(%1$s) -> Tensor:
                return self.total
              def take(%1$s,
                total: Tensor) -> Tensor:
                self.total = total
                return total
              def forget(%1$s) -> Tensor:
                before = self.before
                self.total = before
                return before
            """.formatted(SELF);

    /*
     * To add a gradient to one that was set to zero would be three passes over memory. Here the array of a gradient stays,
     * since others hold it, and gets the new one's memory.
     */
    private static final String PULL = """
              def pull(%s,
                loss: Tensor,
                replaces: bool) -> int:
                trained = self.trained
                if replaces:
                  gradients = torch.autograd.grad([loss], trained)
                  for place in range(torch.len(trained)):
                    gradient = gradients[place]
                    if torch.__isnot__(gradient, None):
                      row = torch.contiguous(unchecked_cast(Tensor, gradient))
                      held = torch.set_(ops.prim.grad(trained[place]), row)
                    else:
                      pass
                else:
                  torch.autograd.backward(loss)
                return 0
            """.formatted(SELF);

    /** As scalar products, which pass over gradients faster than norms do. */
    private static final String NORM = """
              def norm(%s) -> int:
                trained = self.trained
                results = self.results
                for place in range(torch.len(trained)):
                  flat = torch.flatten(ops.prim.grad(trained[place]))
                  square = torch.dot(flat, flat, out=results[torch.add(place, 1)])
                return 0
            """.formatted(SELF);

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
        code.append("  def bind(" + SELF + ",\n    arrays: List[Tensor],\n    results: List[Tensor]) -> int:\n");
        code.append("    self.arrays = arrays\n    self.results = results\n    self.trained = [");
        for (int place = 0; place < network.parameters().size(); place++) {
            if (network.parameters().get(place).role().isTrained()) {
                code.append("arrays[").append(place).append("], ");
            }
        }
        code.append("]\n    return torch.len(arrays)\n");
        code.append("  def begin(" + SELF
                + ",\n    order: Tensor,\n    features: Tensor,\n    targets: Tensor) -> Tensor:\n");
        code.append("    self.features = features\n"); // lets go of the last epoch's, before there are new ones
        code.append("    self.features = torch.index_select(features, 0, order)\n");
        code.append("    self.targets = torch.index_select(targets, 0, order)\n");
        code.append("    total = torch.zeros([], dtype=7, layout=None, device=ops.prim.device(features))\n");
        code.append("    self.total = total\n    self.before = total\n    return order\n");
        code.append(TOTALS);
        code.append(PULL);
        code.append(NORM);
        code.append("  def forward(" + SELF + ",\n    place: Tensor) -> List[Tensor]:\n");
        code.append("    first = int(torch.select(place, 0, 0))\n");
        code.append("    end = int(torch.select(place, 0, 1))\n");
        code.append("    batch = int(torch.select(place, 0, 2))\n");
        code.append("    replaces = torch.ne(int(torch.select(place, 0, 4)), 0)\n");
        code.append("    arrays = self.arrays\n    features = self.features\n    targets = self.targets\n");
        code.append("    if torch.ge(batch, torch.sub(end, first)):\n");
        batch(code, network, loss, layout, rows, names, "      ", "first", "end");
        code.append("      pulled = self.pull(loss, replaces)\n");
        code.append("      sum = torch.detach(loss)\n");
        code.append("    else:\n");
        code.append("      sum = torch.zeros([], dtype=None, layout=None, device=ops.prim.device(features))\n");
        code.append("      for index in range(torch.__range_length(first, end, batch)):\n");
        code.append("        start = torch.__derive_index(index, first, batch)\n");
        code.append("        stop = ops.prim.min(torch.add(start, batch), end)\n");
        batch(code, network, loss, layout, rows, names, "        ", "start", "stop");
        code.append("        share = torch.mul(loss, torch.div(float(torch.sub(stop, start)), "
                + "float(torch.sub(end, first))))\n");
        code.append("        pulled = self.pull(share, torch.__and__(replaces, torch.eq(index, 0)))\n");
        code.append("        sum = torch.add(sum, torch.detach(share))\n");
        code.append("    before = self.total\n    self.before = before\n");
        code.append("    self.total = torch.add(before, torch.mul(torch.to(sum, 7), torch.sub(end, first)))\n");
        code.append("    if torch.ne(int(torch.select(place, 0, 3)), 0):\n");
        code.append("      measured = self.norm()\n");
        code.append("    else:\n      pass\n");
        code.append("    loss = torch.copy_(self.results[0], sum)\n");
        code.append("    nothing: List[Tensor] = []\n    return nothing\n");
        return new ScriptFile(CLASS)
                .withArrays("arrays")
                .withArrays("trained")
                .withArrays("results")
                .withArray("features")
                .withArray("targets")
                .withArray("total")
                .withArray("before")
                .write(code.toString());
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
