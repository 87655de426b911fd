"""DEHB by ask and tell. It is multi-fidelity only."""

from __future__ import annotations

import tempfile
import warnings
from importlib.metadata import version as installed

from configspace import config_space
from dehb import DEHB
from loguru import logger
from search import Proposal, Search, Task, Unsuited, lowest_fidelity
from space import values_of

warnings.filterwarnings("ignore")
logger.remove()


class DehbSearch(Search):
    def __init__(self, task: Task, minimum: str):
        self.task = task
        self.folder = tempfile.TemporaryDirectory()
        self.ran: dict[int, int] = {}
        lowest = lowest_fidelity(minimum, task.epochs)
        if lowest >= task.epochs:
            raise Unsuited("the problem has no epochs to choose from")
        space = config_space(task.parameters, task.seed)
        self.dehb = DEHB(
            cs=space,
            dimensions=len(space),
            min_fidelity=lowest,
            max_fidelity=task.epochs,
            n_workers=1,
            seed=task.seed,
            output_path=self.folder.name,
            save_freq="end",
            log_level="CRITICAL",
        )

    def ask(self) -> Proposal:
        job = self.dehb.ask()
        # A promoted configuration keeps its number and goes on from its checkpoint.
        epochs = max(1, round(float(job["fidelity"])))
        ran = self.ran.get(job["config_id"], 0)
        self.ran[job["config_id"]] = max(ran, epochs)
        return Proposal(
            values_of(self.task.parameters, dict(job["config"])), job, epochs, ran if ran < epochs else 0
        )

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        self.dehb.tell(proposal.token, {"fitness": loss, "cost": proposal.epochs - proposal.paid})


SEARCHERS = {
    f"dehb-{minimum}": (lambda task, minimum=minimum: DehbSearch(task, minimum)) for minimum in ("e9", "e3")
}


def version(searcher: str) -> str:
    return installed("dehb")
