"""SMAC3 by ask and tell: random forest (HPO facade), Gaussian process (black-box facade), Hyperband (multi-fidelity facade)."""

from __future__ import annotations

import logging
import tempfile
import warnings
from importlib.metadata import version as installed
from pathlib import Path

from configspace import config_space
from search import Proposal, Search, Task, lowest_fidelity
from smac import BlackBoxFacade, HyperparameterOptimizationFacade, MultiFidelityFacade, Scenario
from smac.runhistory.dataclasses import TrialValue
from space import values_of

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


class SmacSearch(Search):
    """`deterministic`: SMAC never evaluates a point twice, so that no trial of the budget goes to a repetition."""

    def __init__(self, task: Task, facade, minimum: str | None = None):
        self.task = task
        self.folder = tempfile.TemporaryDirectory()
        self.fidelity = minimum is not None
        self.ran: dict = {}
        budgets = {}
        # The initial design takes at most a quarter of the trials; with epochs as the budget, their number is a guess.
        trials = task.trials
        if self.fidelity:
            trials = 4 * task.trainings
            budgets = {"min_budget": lowest_fidelity(minimum, task.epochs), "max_budget": task.epochs}
        scenario = Scenario(
            config_space(task.parameters, task.seed),
            name="run",
            output_directory=Path(self.folder.name),
            deterministic=True,
            n_trials=trials,
            seed=task.seed,
            **budgets,
        )
        self.facade = facade(scenario, lambda config, seed=0, budget=None: 0.0, overwrite=True, logging_level=False)

    def ask(self) -> Proposal:
        info = self.facade.ask()
        proposal = Proposal(values_of(self.task.parameters, dict(info.config)), info)
        if self.fidelity:
            # A promoted configuration goes on from its checkpoint.
            proposal.epochs = max(1, round(info.budget))
            ran = self.ran.get(info.config, 0)
            proposal.paid = ran if ran < proposal.epochs else 0
            self.ran[info.config] = max(ran, proposal.epochs)
        return proposal

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        self.facade.tell(proposal.token, TrialValue(cost=loss, time=0.0))


SEARCHERS = {
    "smac-hpo": lambda task: SmacSearch(task, HyperparameterOptimizationFacade),
    "smac-blackbox": lambda task: SmacSearch(task, BlackBoxFacade),
    **{
        f"smac-multifidelity-{minimum}": (lambda task, minimum=minimum: SmacSearch(task, MultiFidelityFacade, minimum))
        for minimum in ("e9", "e3")
    },
}


def version(searcher: str) -> str:
    return installed("smac")
