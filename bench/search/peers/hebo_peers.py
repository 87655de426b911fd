"""HEBO by suggest and observe. It has no conditions: a parameter that is not active is searched and left unused."""

from __future__ import annotations

import random
import warnings
from importlib.metadata import version as installed

import numpy
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO
from search import Proposal, Search, Task
from space import Choice, Fixed, Index, Real, Whole, values_of

torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def axis(parameter) -> dict:
    name, kind = parameter.name, parameter.kind
    match kind:
        case Real():
            return {"name": name, "type": "pow" if kind.log else "num", "lb": kind.low, "ub": kind.high}
        case Whole():
            return {"name": name, "type": "pow_int" if kind.log else "int", "lb": kind.low, "ub": kind.high}
        case Index():
            return {"name": name, "type": "int", "lb": 0, "ub": len(kind.values) - 1}
        case Choice():
            return {"name": name, "type": "cat", "categories": [str(i) for i in range(len(kind.values))]}


class HeboSearch(Search):
    def __init__(self, task: Task):
        self.task = task
        random.seed(task.seed)
        numpy.random.seed(task.seed)
        torch.manual_seed(task.seed)
        space = DesignSpace().parse([axis(each) for each in task.parameters if not isinstance(each.kind, Fixed)])
        self.hebo = HEBO(space, scramble_seed=task.seed)

    def ask(self) -> Proposal:
        suggestion = self.hebo.suggest(n_suggestions=1)
        return Proposal(values_of(self.task.parameters, suggestion.iloc[0].to_dict()), suggestion)

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        self.hebo.observe(proposal.token, numpy.array([[loss]]))


SEARCHERS = {"hebo": HeboSearch}


def version(searcher: str) -> str:
    return installed("HEBO")
