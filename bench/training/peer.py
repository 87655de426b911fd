"""PyTorch's side of the comparison: peer.py EXAMPLE THREADS LAYOUT | first-step.

Trains the same models on the same numbers as our side (Example.java), as one would write it in Python for speed: data in
memory once, one shuffle an epoch, then slices; the fused Adam; gradients set to none; rectification in place; the loss read
once an epoch. LAYOUT: contiguous_format, PyTorch's own, or channels_last. Says the loss of the first weights, then
answers each line, a number of steps, with the nanoseconds they took, as Pace.java does.
"""

import os
import sys
import time


def first_step():
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    features, labels = torch.randn(64, 64), torch.zeros(64, dtype=torch.int64)
    torch.nn.functional.cross_entropy(model(features), labels).backward()
    optimizer.step()
    print("stepped", flush=True)
    os._exit(0)


if sys.argv[1] == "first-step":
    first_step()

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

BATCH = 64
CLASSES = 10
ROWS = {"mlp": 60_000, "cnn": 12_800, "resnet18": 1024}
SHAPE = {"mlp": [784], "cnn": [1, 28, 28], "resnet18": [3, 32, 32]}
VALIDATION_ROWS = 256


def mix(stream, count):
    """SplitMix64's finaliser of count places."""
    with np.errstate(over="ignore"):
        z = np.arange(count, dtype=np.uint64) + np.uint64(((stream << 32) + 0x9E3779B97F4A7C15) & (2**64 - 1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (z ^ (z >> np.uint64(31))) >> np.uint64(40)


def numbers(stream, count):
    return mix(stream, count).astype(np.float32) * np.float32(2**-24) - np.float32(0.5)


class Block(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(inputs, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(inplace=True),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters))
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        out = self.branch(x)
        out += self.shortcut(x)
        return F.relu(out, inplace=True)


def network(example):
    if example == "mlp":
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(inplace=True), nn.Linear(256, CLASSES))
    if example == "cnn":
        return nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(32 * 7 * 7, CLASSES))
    layers, inputs = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)], 64
    for stage, filters in enumerate([64, 128, 256, 512]):
        for block in range(2):
            layers.append(Block(inputs, filters, 2 if stage and not block else 1))
            inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, CLASSES))


def set_weights(model):
    stream = 2
    for parameter in model.parameters():
        if parameter.dim() > 1:
            fan_in = parameter[0].numel()
            values = numbers(stream, parameter.numel()) * np.float32(np.sqrt(24.0 / fan_in))
            parameter.data.copy_(torch.from_numpy(values).reshape(parameter.shape))
            stream += 1
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)) and module.bias is not None:
            module.bias.data.zero_()


def main(example, threads, layout):
    torch.set_num_threads(int(threads))
    torch.set_num_interop_threads(1)
    torch.manual_seed(1)
    layout = getattr(torch, layout)
    shape = SHAPE[example]
    rows, width = ROWS[example], int(np.prod(shape))
    features = torch.from_numpy(numbers(0, rows * width)).reshape(rows, *shape)
    labels = torch.from_numpy((mix(1, rows) % np.uint64(CLASSES)).astype(np.int64))
    model = network(example)
    set_weights(model)
    if len(shape) == 3:
        model = model.to(memory_format=layout)
        features = features.contiguous(memory_format=layout)
    model.eval()
    with torch.no_grad():
        print(F.cross_entropy(model(features[:VALIDATION_ROWS]), labels[:VALIDATION_ROWS]).item(), flush=True)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    left = 0
    begun = None
    while True:
        order = torch.randperm(rows)
        x, y = features.index_select(0, order), labels.index_select(0, order)
        total = torch.zeros([], dtype=torch.float64)
        for start in range(0, rows, BATCH):
            if left == 0:
                if begun is not None:
                    print(time.perf_counter_ns() - begun, flush=True)
                line = sys.stdin.readline()
                if not line:
                    os._exit(0)
                left = int(line)
                begun = time.perf_counter_ns()
            left -= 1
            targets = y[start:start + BATCH]
            loss = F.cross_entropy(model(x[start:start + BATCH]), targets)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            total += loss.detach() * len(targets)
        total.item()


main(*sys.argv[1:])
