"""Makes the fixtures in src/test/resources/dev/sluice/trainer/torchscript: small modules, and what PyTorch makes of one of them.

    python trainer/src/test/python/torchscript_fixtures.py

Made with the PyTorch whose libtorch DJL bundles (2.7.1), on the CPU, with one thread.
"""

import json
import pathlib

import torch
from torch import nn

TARGET = pathlib.Path(__file__).resolve().parents[1] / "resources/dev/sluice/trainer/torchscript"
ROWS = 24
STEPS = 20


class Bars(nn.Module):
    """Two classes of images of 12 by 12 pixels; with running statistics, dropout, and parameters that nothing moves or uses."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(4),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(4 * 3 * 3, 2),
        )
        self.unused = nn.Parameter(torch.zeros(3))
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)

    def forward(self, x):
        return self.body(x) * self.frozen


class Exams(nn.Module):
    """Two classes of rows of 7 numbers."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(7, 12)
        self.norm = nn.BatchNorm1d(12)
        self.last = nn.Linear(12, 2)

    def forward(self, x):
        return self.last(torch.relu(self.norm(self.hidden(x))))


class Number(nn.Module):
    """A number for rows of 4, without an axis for it."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.norm = nn.BatchNorm1d(8)
        self.last = nn.Linear(8, 1)

    def forward(self, x):
        return self.last(torch.tanh(self.norm(self.hidden(x)))).squeeze(1)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(6)
    TARGET.mkdir(parents=True, exist_ok=True)
    number = Number()
    for name, module in {"bars.pt": Bars(), "exams.pt": Exams(), "number.pt": number}.items():
        torch.jit.script(module).save(str(TARGET / name))
    torch.save(number.state_dict(), TARGET / "weights.pt")  # no module, as people mistake one for it
    x = torch.tensor([[((i * 7 + j * 3) % 11) / 11 - 0.5 for j in range(4)] for i in range(ROWS)])
    y = torch.tensor([float((i * 5) % 7) - 3 for i in range(ROWS)])
    optimizer = torch.optim.SGD(number.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(STEPS):
        loss = nn.functional.huber_loss(number(x), y, delta=1.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    number.eval()
    content = {"torch": torch.__version__, "losses": losses, "outputs": number(x).tolist()}
    (TARGET / "number.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


main()
