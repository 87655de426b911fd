"""What run.py expects of a peer: one `Search` a run.

A search minimises. `ask` gives a proposal; `tell` gives its loss back, the best over the epochs that it ran. A search that
stops trials early (`stepwise`) is told the best loss so far after each epoch by `report` and answers whether to stop.
A search that chooses the number of epochs itself sets `Proposal.epochs`, and `paid` where it goes on with a training of
which that many epochs have been run before: only the difference counts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Proposal:
    values: dict
    token: object
    epochs: int | None = None
    paid: int = 0


@dataclass(frozen=True)
class Task:
    """One run: the problem's space and epochs, the seed and how long the run will be.

    With `trainings` above 0 the run ends by epochs spent, in full trainings' worth, and `trials` is no more than a bound.
    """

    name: str
    parameters: list
    epochs: int
    seed: int
    trials: int
    trainings: int
    workers: int
    noisy: bool


class Unsuited(Exception):
    """The peer cannot search this space; the message says why."""


class Search:
    stepwise = False

    def ask(self) -> Proposal:
        raise NotImplementedError

    def report(self, proposal: Proposal, epoch: int, loss: float) -> bool:
        return False

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        raise NotImplementedError


SHARES = {"1": None, "e9": 9, "e3": 3}


def minimum_step(share: str, epochs: int) -> int:
    """The minimum step that a multi-fidelity peer is tried with, by the suffix of its name: 1, or a share of the epochs."""
    return 1 if SHARES[share] is None else max(1, round(epochs / SHARES[share]))


def lowest_fidelity(share: str, epochs: int) -> float:
    """The same for peers whose fidelity is real: a hair below the share, so that rounding costs them no rung.

    From 9 to 26 epochs a minimum of 1 has the same rungs as a ninth (epochs / 9, epochs / 3, epochs), so it is not tried.
    """
    return epochs / SHARES[share] * 0.999
