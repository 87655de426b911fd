package dev.sluice.trainer.script;

import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.ScriptedNetwork;
import java.util.stream.Collectors;

/**
 * What stands around somebody else's module in a step, as a TorchScript module: the rows before it, loss and gradients after it.
 *
 * <ul>
 *   <li>{@code bind(arrays)} takes the arrays that gradients move; they are not copied.
 *   <li>{@code prime(none)} gives each of them a gradient of zeros, also those that the module does not use.
 *   <li>{@code begin(order, features, targets)} copies the rows of an epoch, in its order.
 *   <li>{@code prepare(features)} gives rows as the module takes them.
 *   <li>{@code rows(place)} takes {@code [from, to]} in INT64 on the CPU and gives these rows, prepared, and their targets.
 *   <li>{@code forward(outputs, targets, share)} adds to each array's gradient {@code share} times that of the mean loss, and gives {@code
 *       share} times that loss.
 *   <li>{@code norm()} gives the Euclidean norm of all gradients together.
 * </ul>
 */
public final class LossScript {
    private static final String CLASS = "Loss";
    private static final String SELF = "self: __torch__." + CLASS;

    private LossScript() {}

    /** The module as the bytes of a {@code .pt} file. */
    public static byte[] write(ScriptedNetwork network, LossSpec loss) {
        String shape = network.shape().stream().map(String::valueOf).collect(Collectors.joining(", "));
        String code = """
                  def bind(%1$s,
                    arrays: List[Tensor]) -> int:
                    self.arrays = arrays
                    return torch.len(arrays)
                  def prime(%1$s,
                    none: Tensor) -> Tensor:
                    arrays = self.arrays
                    for index in range(torch.len(arrays)):
                      torch.autograd.backward(torch.mul(torch.sum(arrays[index]), 0.0))
                    return none
                  def begin(%1$s,
                    order: Tensor,
                    features: Tensor,
                    targets: Tensor) -> Tensor:
                    self.features = features
                    self.features = torch.index_select(features, 0, order)
                    self.targets = torch.index_select(targets, 0, order)
                    return order
                  def prepare(%1$s,
                    features: Tensor) -> Tensor:
                    x = torch.to(features, 6)
                    moved = torch.mul(torch.sub(x, %2$s), %3$s)
                    return torch.reshape(moved, [-1, %4$s])
                  def rows(%1$s,
                    place: Tensor) -> List[Tensor]:
                    first = int(torch.select(place, 0, 0))
                    end = int(torch.select(place, 0, 1))
                    features = self.features
                    targets = self.targets
                    x = self.prepare(torch.slice(features, 0, first, end))
                    y = torch.slice(targets, 0, first, end)
                    return [x, y]
                  def norm(%1$s) -> Tensor:
                    arrays = self.arrays
                    squares: List[Tensor] = []
                    for index in range(torch.len(arrays)):
                      flat = torch.flatten(arrays[index].grad)
                      squares.append(torch.dot(flat, flat))
                    return torch.sqrt(torch.sum(torch.stack(squares)))
                  def forward(%1$s,
                    outputs: Tensor,
                    y: Tensor,
                    share: Tensor) -> Tensor:
                    flat = torch.reshape(outputs, [-1, %5$d])
                    loss = %6$s
                    part = torch.mul(loss, share)
                    torch.autograd.backward(part)
                    return torch.detach(part)
                """.formatted(
                        SELF,
                        Double.toString(network.offset()),
                        Double.toString(network.factor()),
                        shape,
                        network.outputs(),
                        TrainingScript.expression(loss, "flat"));
        return new ScriptFile(CLASS)
                .withArrays("arrays")
                .withArray("features")
                .withArray("targets")
                .write(code);
    }
}
