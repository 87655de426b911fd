"""Optuna's samplers and pruners, and Rustuna's TPE, by define-by-run (so conditions are native)."""

from __future__ import annotations

import os
import warnings

import optuna
import torch
from search import SHARES, Proposal, Search, Task, minimum_step
from space import Choice, Fixed, Index, Real, Whole

torch.set_num_threads(1)
optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")


def suggest(trial, parameters: list) -> dict:
    values: dict = {}
    for parameter in parameters:
        if not parameter.active(values):
            continue
        name, kind = parameter.name, parameter.kind
        match kind:
            case Fixed():
                values[name] = kind.value
            case Real():
                values[name] = trial.suggest_float(name, kind.low, kind.high, log=kind.log)
            case Whole():
                values[name] = trial.suggest_int(name, kind.low, kind.high, log=kind.log)
            case Index():
                values[name] = kind.values[trial.suggest_int(name, 0, len(kind.values) - 1)]
            case Choice():
                values[name] = trial.suggest_categorical(name, list(kind.values))
    return values


class OptunaSearch(Search):
    def __init__(self, task: Task, sampler, pruner=None):
        self.parameters = task.parameters
        self.stepwise = pruner is not None
        # Hyperband draws the bracket from the study's name and the trial's number: a name of its own for each run.
        self.study = optuna.create_study(
            study_name=f"{task.name}-{task.seed}",
            sampler=sampler,
            pruner=pruner or optuna.pruners.NopPruner(),
            direction="minimize",
        )

    def ask(self) -> Proposal:
        trial = self.study.ask()
        return Proposal(suggest(trial, self.parameters), trial)

    def report(self, proposal: Proposal, epoch: int, loss: float) -> bool:
        proposal.token.report(loss, epoch)
        return proposal.token.should_prune()

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        if stopped:
            self.study.tell(proposal.token, state=optuna.trial.TrialState.PRUNED)
        else:
            self.study.tell(proposal.token, loss)


class RustunaSearch(Search):
    def __init__(self, task: Task, sampler):
        import rustuna

        self.parameters = task.parameters
        self.study = rustuna.create_study(sampler=sampler, direction="minimize")

    def ask(self) -> Proposal:
        trial = self.study.ask()
        return Proposal(suggest(trial, self.parameters), trial.number)

    def tell(self, proposal: Proposal, loss: float, stopped: bool) -> None:
        self.study.tell(proposal.token, loss)


def auto_sampler(seed: int):
    """Optuna's AutoSampler: from OptunaHub, or from a copy of its registry in OPTUNAHUB_REGISTRY."""
    import optunahub

    registry = os.environ.get("OPTUNAHUB_REGISTRY")
    if registry:
        module = optunahub.load_local_module("samplers/auto_sampler", registry_root=os.path.join(registry, "package"))
    else:
        module = optunahub.load_module("samplers/auto_sampler")
    return module.AutoSampler(seed=seed)


def rustuna_tpe(task: Task):
    import rustuna

    return RustunaSearch(task, rustuna.samplers.TPESampler(seed=task.seed))


def halving(minimum: str):
    def make(task: Task):
        pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=minimum_step(minimum, task.epochs))
        return OptunaSearch(task, optuna.samplers.TPESampler(seed=task.seed), pruner)

    return make


def hyperband(minimum: str):
    def make(task: Task):
        pruner = optuna.pruners.HyperbandPruner(
            min_resource=minimum_step(minimum, task.epochs), max_resource=task.epochs
        )
        return OptunaSearch(task, optuna.samplers.TPESampler(seed=task.seed), pruner)

    return make


def tpe(**options):
    return lambda task: OptunaSearch(task, optuna.samplers.TPESampler(seed=task.seed, **options))


samplers = optuna.samplers
SEARCHERS = {
    "optuna-random": lambda task: OptunaSearch(task, samplers.RandomSampler(seed=task.seed)),
    "optuna-tpe": tpe(),
    "optuna-tpe-group": tpe(multivariate=True, group=True),
    "optuna-tpe-univariate": tpe(multivariate=False),
    "optuna-cmaes": lambda task: OptunaSearch(task, samplers.CmaEsSampler(seed=task.seed)),
    "optuna-cmaes-margin": lambda task: OptunaSearch(task, samplers.CmaEsSampler(seed=task.seed, with_margin=True)),
    "optuna-nsga2": lambda task: OptunaSearch(task, samplers.NSGAIISampler(seed=task.seed)),
    "optuna-nsga2-pop10": lambda task: OptunaSearch(task, samplers.NSGAIISampler(seed=task.seed, population_size=10)),
    "optuna-gp": lambda task: OptunaSearch(task, samplers.GPSampler(seed=task.seed)),
    "optuna-gp-exact": lambda task: OptunaSearch(
        task, samplers.GPSampler(seed=task.seed, deterministic_objective=not task.noisy)
    ),
    "optuna-auto": lambda task: OptunaSearch(task, auto_sampler(task.seed)),
    "rustuna-tpe": rustuna_tpe,
    **{f"optuna-tpe-sha-{minimum}": halving(minimum) for minimum in SHARES},
    **{f"optuna-tpe-hyperband-{minimum}": hyperband(minimum) for minimum in SHARES},
}


def version(searcher: str) -> str:
    from importlib.metadata import version as installed

    if searcher.startswith("rustuna"):
        return installed("rustuna")
    if searcher == "optuna-auto":
        return f"{optuna.__version__}+hub.{os.environ.get('OPTUNAHUB_COMMIT', 'main')[:8]}"
    if searcher.startswith("optuna-cmaes"):
        return f"{optuna.__version__}+cmaes.{installed('cmaes')}"
    return optuna.__version__
