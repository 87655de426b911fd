"""Syne Tune's ASHA and BOHB, driven through the scheduler's own interface, trial after trial.

Both stop trials (they do not pause them), so every epoch is counted once. Syne Tune has no conditions: a parameter that is
not active is drawn and left unused. Its kernel density estimator scales a float by its bounds, not by its logarithm, so a
log axis is given to it as the logarithm; and it draws a whole number anew over the whole range where it would move it a
little, so whole numbers and positions are given as floats and rounded. Both are what BOHB's own space does.
"""

from __future__ import annotations

import logging
import math
import random
import warnings
from datetime import datetime
from importlib.metadata import version as installed

import numpy
from search import SHARES, Proposal, Search, Task, minimum_step
from space import Choice, Fixed, Index, Real, Whole, values_of
from syne_tune.backend.trial_status import Trial
from syne_tune.config_space import choice, uniform
from syne_tune.optimizer.baselines import ASHA, BOHB
from syne_tune.optimizer.scheduler import SchedulerDecision

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def domain(kind):
    match kind:
        case Real():
            return uniform(math.log(kind.low), math.log(kind.high)) if kind.log else uniform(kind.low, kind.high)
        case Whole():
            low, high = kind.low - 0.5, kind.high + 0.5
            return uniform(math.log(low), math.log(high)) if kind.log else uniform(low, high)
        case Index():
            return uniform(-0.5, len(kind.values) - 0.5)
        case Choice():
            return choice(list(range(len(kind.values))))


def natives(parameters: list, config: dict) -> dict:
    """From Syne Tune's values to those that `values_of` reads."""
    native = dict(config)
    for parameter in parameters:
        kind = parameter.kind
        if isinstance(kind, Real) and kind.log:
            native[parameter.name] = math.exp(config[parameter.name])
        if isinstance(kind, Whole):
            value = config[parameter.name]
            whole = round(math.exp(value) if kind.log else value)
            native[parameter.name] = min(max(whole, kind.low), kind.high)
        if isinstance(kind, Index):
            native[parameter.name] = min(max(round(config[parameter.name]), 0), len(kind.values) - 1)
    return native


class SyneSearch(Search):
    stepwise = True

    def __init__(self, task: Task, scheduler, minimum: str):
        self.task = task
        self.count = 0
        # Parts of Syne Tune draw from the global generators.
        numpy.random.seed(task.seed)
        random.seed(task.seed)
        space = {each.name: domain(each.kind) for each in task.parameters if not isinstance(each.kind, Fixed)}
        self.scheduler = scheduler(
            config_space=space,
            metric="loss",
            time_attr="epoch",
            max_t=task.epochs,
            grace_period=minimum_step(minimum, task.epochs),
            random_seed=task.seed,
        )

    def ask(self) -> Proposal:
        suggestion = self.scheduler.suggest()
        trial = Trial(self.count, suggestion.config, datetime.now())
        self.count += 1
        self.scheduler.on_trial_add(trial)
        return Proposal(values_of(self.task.parameters, natives(self.task.parameters, suggestion.config)), trial)

    def report(self, proposal: Proposal, epoch: int, loss: float) -> bool:
        decision = self.scheduler.on_trial_result(proposal.token, {"loss": loss, "epoch": epoch})
        return decision != SchedulerDecision.CONTINUE

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        self.scheduler.on_trial_remove(proposal.token)


SEARCHERS = {
    f"syne-{name}-{minimum}": (
        lambda task, scheduler=scheduler, minimum=minimum: SyneSearch(task, scheduler, minimum)
    )
    for name, scheduler in {"asha": ASHA, "bohb": BOHB}.items()
    for minimum in SHARES
}


def version(searcher: str) -> str:
    return installed("syne-tune")
