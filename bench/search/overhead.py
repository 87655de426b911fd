"""How long Optuna and Rustuna take, in the lines that Overhead.java writes for ours: who,what,state,trials,wall,cpu.

    overhead.py [optuna-tpe=1000 optuna-gp=100 ...]     how many trials each; judge:optuna-median=1000 for pruners

In memory, in one process each run so that all begin alike; "warm" after one short run of the same kind. Space, objective
and curves are those of Overhead.java. Seconds of wall and of processor time, summed over the trials; what the objective takes is
next to nothing.
"""

from __future__ import annotations

import math
import random
import sys
import time
import warnings

MARKS = {100, 800, 1_000, 9_000, 10_000, 100_000}
STEPS = 100
DEFAULT = [
    "optuna-random=10000",
    "optuna-tpe=1000",
    "optuna-tpe-group=1000",
    "optuna-gp=100",
    "optuna-nsga2=1000",
    "rustuna-tpe=10000",
    "judge:optuna-asha=1000",
    "judge:optuna-median=1000",
]


def cost(trial) -> float:
    f0 = trial.suggest_float("f0", -5, 5) - 1
    f1 = trial.suggest_float("f1", 0, 1) - 0.3
    l0 = math.log10(trial.suggest_float("l0", 1e-5, 1, log=True)) + 3
    l1 = math.log10(trial.suggest_float("l1", 1e-3, 1e3, log=True)) - 1
    i0 = (trial.suggest_int("i0", 0, 20) - 13) / 5
    i1 = (trial.suggest_int("i1", 1, 100) - 40) / 20
    i2 = math.log(trial.suggest_int("i2", 8, 512, log=True) / 64)
    wrong = (trial.suggest_categorical("c0", ["a", "b", "c", "d"]) != "c") + (
        trial.suggest_categorical("c1", ["x", "y", "z"]) != "y"
    )
    wrong += not trial.suggest_categorical("c2", [True, False])
    return f0**2 + f1**2 + l0**2 + l1**2 + i0**2 + i1**2 + i2**2 + wrong


def study(who: str, pruner=None):
    if who.startswith("rustuna"):
        import rustuna

        return rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=1), direction="minimize")
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = {
        "optuna-random": lambda: optuna.samplers.RandomSampler(seed=1),
        "optuna-tpe": lambda: optuna.samplers.TPESampler(seed=1),
        "optuna-tpe-group": lambda: optuna.samplers.TPESampler(seed=1, multivariate=True, group=True),
        "optuna-gp": lambda: optuna.samplers.GPSampler(seed=1),
        "optuna-nsga2": lambda: optuna.samplers.NSGAIISampler(seed=1),
        "optuna-nsga2-pop10": lambda: optuna.samplers.NSGAIISampler(seed=1, population_size=10),
    }
    return optuna.create_study(
        sampler=samplers[who](), pruner=pruner or optuna.pruners.NopPruner(), direction="minimize"
    )


class Stopwatch:
    def __init__(self, who: str, what: str, state: str):
        self.label = f"{who},{what},{state}"
        self.silent = not state
        self.wall = self.cpu = 0.0
        self.go()

    def go(self) -> None:
        self.wall_at, self.cpu_at = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        self.wall += time.perf_counter() - self.wall_at
        self.cpu += time.process_time() - self.cpu_at

    def mark(self, trials: int, last: bool) -> None:
        if not self.silent and (last or trials in MARKS):
            self.stop()
            print(f"{self.label},{trials},{self.wall:.4f},{self.cpu:.4f}", flush=True)
            self.go()


def ask(who: str, trials: int, state: str) -> None:
    searched = study(who)
    watch = Stopwatch(who, "ask", state)
    for n in range(1, trials + 1):
        trial = searched.ask()
        value = cost(trial)
        searched.tell(trial.number if who.startswith("rustuna") else trial, value)
        watch.mark(n, n == trials)


def judge(who: str, trials: int, state: str) -> None:
    import optuna

    pruner = {
        "optuna-asha": optuna.pruners.SuccessiveHalvingPruner,
        "optuna-median": optuna.pruners.MedianPruner,
    }[who]()
    searched = study("optuna-random", pruner)
    draws = random.Random(1)
    watch = Stopwatch(who, "judge", state)
    for n in range(1, trials + 1):
        watch.stop()
        trial = searched.ask()
        cost(trial)
        end = draws.random()
        watch.go()
        pruned = False
        for step in range(1, STEPS + 1):
            trial.report(end + 1 / step, step)
            pruned = trial.should_prune() or pruned
        if pruned:
            searched.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            searched.tell(trial, end + 1 / STEPS)
        watch.mark(n, n == trials)


def main() -> None:
    warnings.filterwarnings("ignore")
    for wanted in sys.argv[1:] or DEFAULT:
        name, _, trials = wanted.partition("=")
        run, who = (judge, name.removeprefix("judge:")) if name.startswith("judge:") else (ask, name)
        run(who, 20, "")
        run(who, int(trials), "warm")


if __name__ == "__main__":
    main()
