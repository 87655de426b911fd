"""Makes optimizer/steps.pt: each optimizer's whole step as one TorchScript method, so that a step is one call.

Run with the PyTorch whose libtorch DJL bundles (2.7.1), after a change of this file:

    python trainer/src/main/python/optimizer_steps.py

The fused operators are not of PyTorch's public interface; they are those of the bundled libtorch. Arrays, gradients and
moments come as groups of lists, one group for each weight decay; constants as one list of numbers, of which the first is
the learning rate, the second what gradients are multiplied with. A method leaves the gradients zero.

Groups are lists of lists, not ranges of one list: TorchScript takes a range of a list for something new, and leaves out
a call that changes nothing else.
"""

import hashlib
import pathlib
from typing import List

import torch
from torch import Tensor

HERE = pathlib.Path(__file__).resolve()
TARGET = HERE.parents[1] / "resources/dev/sluice/trainer/optimizer/steps.pt"


class Steps(torch.nn.Module):
    @torch.jit.export
    def zero(self, grads: List[List[Tensor]]) -> Tensor:
        for group in range(len(grads)):
            torch._foreach_zero_(grads[group])
        return grads[0][0]

    @torch.jit.export
    def sgd(
        self, params: List[List[Tensor]], grads: List[List[Tensor]], first: List[List[Tensor]],
        second: List[List[Tensor]], third: List[List[Tensor]], step: Tensor, decays: List[float], c: List[float]
    ) -> Tensor:
        """c: rate, factor, momentum, 1 for Nesterov's. first: velocities, if there is momentum."""
        with torch.no_grad():
            for group in range(len(params)):
                if c[1] != 1.0:
                    torch._foreach_mul_(grads[group], c[1])
                torch._fused_sgd_(
                    params[group], grads[group], first[group], weight_decay=decays[group], momentum=c[2], lr=c[0],
                    dampening=0.0, nesterov=c[3] != 0.0, maximize=False, is_first_step=False)
                torch._foreach_zero_(grads[group])
        return step

    @torch.jit.export
    def adam(
        self, params: List[List[Tensor]], grads: List[List[Tensor]], first: List[List[Tensor]],
        second: List[List[Tensor]], third: List[List[Tensor]], step: Tensor, decays: List[float], c: List[float]
    ) -> Tensor:
        """c: rate, factor, beta1, beta2, epsilon, 1 for decoupled decay, number of the step, from 1, for which `step` is
        scratch. first, second: moments."""
        with torch.no_grad():
            step.fill_(c[6])
            none: List[Tensor] = []
            for group in range(len(params)):
                if c[1] != 1.0:
                    torch._foreach_mul_(grads[group], c[1])
                steps = [step] * len(params[group])
                if c[5] != 0.0:
                    torch._fused_adamw_(
                        params[group], grads[group], first[group], second[group], none, steps, lr=c[0], beta1=c[2],
                        beta2=c[3], weight_decay=decays[group], eps=c[4], amsgrad=False, maximize=False)
                else:
                    torch._fused_adam_(
                        params[group], grads[group], first[group], second[group], none, steps, lr=c[0], beta1=c[2],
                        beta2=c[3], weight_decay=decays[group], eps=c[4], amsgrad=False, maximize=False)
                torch._foreach_zero_(grads[group])
        return step

    @torch.jit.export
    def rmsprop(
        self, params: List[List[Tensor]], grads: List[List[Tensor]], first: List[List[Tensor]],
        second: List[List[Tensor]], third: List[List[Tensor]], step: Tensor, decays: List[float], c: List[float]
    ) -> Tensor:
        """c: rate, factor, smoothing, epsilon, momentum, 1 if centred. first: mean squares, second: velocities, if there
        is momentum, third: mean gradients, if centred."""
        with torch.no_grad():
            for group in range(len(params)):
                if c[1] != 1.0:
                    torch._foreach_mul_(grads[group], c[1])
                if decays[group] != 0.0:
                    torch._foreach_add_(grads[group], params[group], alpha=decays[group])
                torch._foreach_mul_(first[group], c[2])
                torch._foreach_addcmul_(first[group], grads[group], grads[group], 1.0 - c[2])
                if c[5] != 0.0:
                    torch._foreach_lerp_(third[group], grads[group], 1.0 - c[2])
                    scale = torch._foreach_addcmul(first[group], third[group], third[group], -1.0)
                    torch._foreach_sqrt_(scale)
                else:
                    scale = torch._foreach_sqrt(first[group])
                torch._foreach_add_(scale, c[3])
                if c[4] != 0.0:
                    torch._foreach_mul_(second[group], c[4])
                    torch._foreach_addcdiv_(second[group], grads[group], scale, 1.0)
                    torch._foreach_add_(params[group], second[group], alpha=-c[0])
                else:
                    torch._foreach_addcdiv_(params[group], grads[group], scale, -c[0])
                torch._foreach_zero_(grads[group])
        return step

    @torch.jit.export
    def adagrad(
        self, params: List[List[Tensor]], grads: List[List[Tensor]], first: List[List[Tensor]],
        second: List[List[Tensor]], third: List[List[Tensor]], step: Tensor, decays: List[float], c: List[float]
    ) -> Tensor:
        """c: rate of this step, factor, epsilon. first: sums of squares."""
        with torch.no_grad():
            for group in range(len(params)):
                if c[1] != 1.0:
                    torch._foreach_mul_(grads[group], c[1])
                if decays[group] != 0.0:
                    torch._foreach_add_(grads[group], params[group], alpha=decays[group])
                torch._foreach_addcmul_(first[group], grads[group], grads[group], 1.0)
                scale = torch._foreach_sqrt(first[group])
                torch._foreach_add_(scale, c[2])
                torch._foreach_addcdiv_(params[group], grads[group], scale, -c[0])
                torch._foreach_zero_(grads[group])
        return step


def main() -> None:
    if not torch.__version__.startswith("2.7.1"):
        raise SystemExit(f"PyTorch must be 2.7.1, as DJL's libtorch is, was {torch.__version__}")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(HERE.read_bytes()).hexdigest()
    torch.jit.save(torch.jit.script(Steps()), str(TARGET), _extra_files={"source.sha256": digest})


if __name__ == "__main__":
    main()
