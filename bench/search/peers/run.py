#!/usr/bin/env python3
"""Runs one peer on the search benchmark and appends its trials to bench/search/results/SEARCHER.csv (.gz past a megabyte).

    run.py optuna-tpe --problems reporting --seeds 0-9 --trials 200
    run.py optuna-tpe --problems reporting --seeds 0-9 --trials 200 --workers 8
    run.py dehb-e9 --problems curves --seeds 0-9 --trainings 40

It starts itself again with the Python of the peer's own environment (install.sh). Runs that are in the file already are left
out; one that is there but shorter than asked for is run anew. Seed by seed, so that what is there is balanced over problems.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import heapq
import io
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
COLUMNS = ["searcher", "version", "problem", "seed", "workers", "trial", "epochs", "value", "truth", "seconds"]
ENVIRONMENTS = {"optuna": "optuna", "rustuna": "optuna", "smac": "smac", "dehb": "dehb", "syne": "syne", "hebo": "hebo"}


def tools() -> Path:
    """The folder that install.sh fills."""
    if "SLUICE_PEERS" in os.environ:
        return Path(os.environ["SLUICE_PEERS"])
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Path(os.environ.get("SLUICE_TOOLS", cache / "sluice")) / "peers"


class Evaluator:
    """The Java evaluator at the other end of a pipe: one JSON line there, one back."""

    def __init__(self):
        command = os.environ.get("SLUICE_EVALUATOR", str(HERE.parent / "evaluator.sh"))
        self.process = subprocess.Popen(
            command.split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def call(self, request: dict) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the evaluator ended with {self.process.wait()} at {request}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"the evaluator refuses {request}: {answer['error']}")
        return answer

    def problems(self) -> dict[str, dict]:
        return {problem["name"]: problem for problem in self.call({"list": True})["problems"]}

    def curve(self, problem: str, values: dict, noise_seed: int) -> tuple[list[float], list[float]]:
        answer = self.call({"problem": problem, "params": values, "noiseSeed": noise_seed})
        return answer["curve"], answer["truth"]


def run(search, task, evaluator: Evaluator, sign: int, budget_epochs: int | None) -> list[tuple]:
    """One run: (epochs, value, truth, seconds) a trial, in the order in which they ended.

    With several workers, time is virtual: a trial lasts a time drawn uniformly from [0.5, 1.5), and a free worker asks at once.
    """
    durations = random.Random(7919 * task.seed + 1)
    rows: list[tuple] = []
    flying: list[tuple] = []
    now, asked, spent = 0.0, 0, 0
    while len(rows) < task.trials and (budget_epochs is None or spent < budget_epochs):
        while len(flying) < task.workers and asked < task.trials:
            start = time.process_time()
            proposal = search.ask()
            seconds = time.process_time() - start
            lasts = 0.5 + durations.random() if task.workers > 1 else 1.0
            heapq.heappush(flying, (now + lasts, asked, proposal, seconds))
            asked += 1
        now, number, proposal, seconds = heapq.heappop(flying)
        curve, truth = evaluator.curve(task.name, proposal.values, 1_000_000 * task.seed + number)
        losses = [sign * value for value in curve]
        last = len(losses) if proposal.epochs is None else min(proposal.epochs, len(losses))
        stopped = False
        start = time.process_time()
        if search.stepwise:
            for epoch in range(1, last + 1):
                if search.report(proposal, epoch, min(losses[:epoch])) and epoch < last:
                    last, stopped = epoch, True
                    break
        best = min(range(last), key=lambda epoch: losses[epoch])
        search.tell(proposal, losses[best], stopped)
        seconds += time.process_time() - start
        epochs = last - proposal.paid
        spent += epochs
        rows.append((epochs, curve[best], truth[best], seconds))
    return rows


def results(name: str) -> Path:
    """A searcher's file: plain, or compressed once it is past a megabyte."""
    packed = RESULTS / f"{name}.csv.gz"
    return packed if packed.exists() else RESULTS / f"{name}.csv"


def load(path: Path) -> dict[tuple[str, int], list[dict]]:
    """The runs in a results file, by problem and seed."""
    runs: dict[tuple[str, int], list[dict]] = {}
    if path.exists():
        with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
            for row in csv.DictReader(file):
                runs.setdefault((row["problem"], int(row["seed"])), []).append(row)
    return runs


def rewrite(path: Path, runs: dict[tuple[str, int], list[dict]]) -> None:
    """Replaces a file whole; compressed or not, the same runs give the same bytes."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(encoded(path, [COLUMNS, *(row.values() for rows in runs.values() for row in rows)]))
    part.replace(path)


def append(path: Path, rows: list[list]) -> None:
    """Adds rows in one write; to a compressed file as a member of its own, as gzip allows."""
    with path.open("ab") as file:
        file.write(encoded(path, rows))


def encoded(path: Path, rows: list) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    data = text.getvalue().encode()
    return gzip.compress(data, mtime=0) if path.suffix == ".gz" else data


def pack(name: str) -> None:
    """Compresses a file that has grown past a megabyte, and one that was appended to as one member."""
    path = results(name)
    if path.suffix == ".gz" or path.stat().st_size > 1_000_000:
        rewrite(RESULTS / f"{name}.csv.gz", load(path))
        (RESULTS / f"{name}.csv").unlink(missing_ok=True)


def choose(problems: dict[str, dict], text: str) -> list[str]:
    """The problems meant: names, `reporting`, `tuning`, `all`, and `curves` (those with more than one epoch), by commas."""
    chosen: dict[str, None] = {}
    for word in text.split(","):
        halves = word.split("+")
        if word in problems:
            chosen[word] = None
            continue
        names = list(problems)
        for half in halves:
            if half == "curves":
                names = [name for name in names if problems[name]["epochs"] > 1]
            elif half in ("reporting", "tuning"):
                names = [name for name in names if problems[name]["half"] == half]
            elif half != "all":
                raise SystemExit(f"--problems: {half} is no problem; there are {', '.join(problems)}")
        chosen.update(dict.fromkeys(names))
    return list(chosen)


def seeds_of(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("searcher")
    parser.add_argument("--problems", default="reporting")
    parser.add_argument("--seeds", default="0-9", type=seeds_of)
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--trials", type=int, default=200)
    budget.add_argument("--trainings", type=int, help="stop once this many full trainings' worth of epochs are spent")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="start no further run after this long")
    arguments = parser.parse_args()

    library = arguments.searcher.partition("-")[0]
    if library not in ENVIRONMENTS:
        raise SystemExit(f"{arguments.searcher}: a searcher's name begins with one of {', '.join(ENVIRONMENTS)}")
    environment = tools() / ENVIRONMENTS[library]
    if Path(sys.prefix).resolve() != environment.resolve():
        os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})
        python = str(environment / "bin" / "python")
        os.execv(python, [python, "-W", "ignore", *sys.argv])

    sys.path.insert(0, str(HERE))
    peers = __import__(f"{ENVIRONMENTS[library]}_peers")
    if arguments.searcher not in peers.SEARCHERS:
        raise SystemExit(f"{arguments.searcher} is not one of {', '.join(peers.SEARCHERS)}")
    from search import Task, Unsuited
    from space import parse

    version = peers.version(arguments.searcher)
    name = arguments.searcher if arguments.workers == 1 else f"{arguments.searcher}-w{arguments.workers}"
    path = results(name)
    RESULTS.mkdir(exist_ok=True)
    evaluator = Evaluator()
    problems = evaluator.problems()
    chosen = choose(problems, arguments.problems)

    def enough(problem: str, rows: list[dict]) -> bool:
        if arguments.trainings:
            return sum(int(row["epochs"]) for row in rows) >= arguments.trainings * problems[problem]["epochs"]
        return len(rows) >= arguments.trials

    wanted = [(problem, seed) for seed in arguments.seeds for problem in chosen]
    present = load(path)
    todo = [key for key in wanted if not (key in present and enough(key[0], present[key]))]
    rewrite(path, {key: rows for key, rows in present.items() if key not in todo})

    began = time.monotonic()
    for problem, seed in todo:
        if arguments.minutes is not None and time.monotonic() - began > 60 * arguments.minutes:
            print(f"{name}: out of time, {problem} seed {seed} and after are missing", flush=True)
            break
        header = problems[problem]
        task = Task(
            name=problem,
            parameters=parse(header["parameters"]),
            epochs=header["epochs"],
            seed=seed,
            trials=100_000 if arguments.trainings else arguments.trials,
            trainings=arguments.trainings or 0,
            workers=arguments.workers,
            noisy=header["noise"] > 0,
        )
        start = time.monotonic()
        sign = -1 if header["goal"] == "maximize" else 1
        epochs = arguments.trainings * header["epochs"] if arguments.trainings else None
        try:
            rows = run(peers.SEARCHERS[arguments.searcher](task), task, evaluator, sign, epochs)
        except Unsuited as reason:
            print(f"{name} {problem} seed={seed}: left out, {reason}", flush=True)
            continue
        append(
            path,
            [
                [arguments.searcher, version, problem, seed, arguments.workers, trial, ran]
                + [f"{value:.7g}", f"{truth:.7g}", f"{seconds:.4g}"]
                for trial, (ran, value, truth, seconds) in enumerate(rows)
            ],
        )
        print(
            f"{name} {problem} seed={seed} trials={len(rows)} own={sum(row[3] for row in rows):.1f}s"
            f" wall={time.monotonic() - start:.1f}s",
            flush=True,
        )
    pack(name)


if __name__ == "__main__":
    main()
