#!/usr/bin/env python3
"""The mean normalised regret of every results file, and what it has: searchers down, budgets across.

    summarise.py [--half reporting] [--by-problem] [--trainings]

The incumbent after n trials (or epochs) is the trial with the best reported value; regret = (truth - best known) / (random's
median at 100 - best known), at least 0; the mean over the seeds of a problem, then over the problems. A row counts the
problems that it has at least one seed of: compare rows only where those agree.
"""

from __future__ import annotations

import argparse
import sys
from statistics import mean

from run import RESULTS, Evaluator, load

TRIALS = [25, 50, 100, 200]
TRAININGS = [5, 10, 20, 40]


def regret(rows: list[dict], header: dict, budget: int, by_epochs: bool) -> float | None:
    """The regret after a budget of trials or trainings, or nothing where the run is shorter."""
    sign = -1 if header["goal"] == "maximize" else 1
    if by_epochs:
        spent, within = 0, []
        for row in rows:
            spent += int(row["epochs"])
            if spent > budget * header["epochs"]:
                break
            within.append(row)
        long_enough = spent >= budget * header["epochs"]
    else:
        within, long_enough = rows[:budget], len(rows) >= budget
    if not long_enough or not within:
        return None
    incumbent = min(within, key=lambda row: sign * float(row["value"]))
    scale = header["randomMedian100"] - header["best"]
    return max(0.0, (float(incumbent["truth"]) - header["best"]) / scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", default="reporting", choices=["reporting", "tuning"])
    parser.add_argument("--by-problem", action="store_true")
    parser.add_argument("--trainings", action="store_true", help="budgets in full trainings' worth, on curves alone")
    arguments = parser.parse_args()
    budgets = TRAININGS if arguments.trainings else TRIALS
    headers = {
        name: header
        for name, header in Evaluator().problems().items()
        if header["half"] == arguments.half and (header["epochs"] > 1 or not arguments.trainings)
    }
    print("| searcher | problems | seeds | " + " | ".join(map(str, budgets)) + " | own s/run |")
    print("|---|---|---|" + "---|" * (len(budgets) + 1))
    for path in sorted(RESULTS.glob("*.csv*")):
        runs = {key: rows for key, rows in load(path).items() if key[0] in headers}
        whole = all(int(row["epochs"]) == headers[key[0]]["epochs"] for key, rows in runs.items() for row in rows)
        if not runs or (not whole and not arguments.trainings):
            continue
        print(line(path.name.partition(".")[0], runs, headers, budgets, arguments.trainings))
        if arguments.by_problem:
            for problem in headers:
                part = {key: rows for key, rows in runs.items() if key[0] == problem}
                if part:
                    print(line(f"– {problem}", part, headers, budgets, arguments.trainings))


def line(name: str, runs: dict, headers: dict, budgets: list[int], by_epochs: bool) -> str:
    cells = []
    for budget in budgets:
        means = []
        for problem in {key[0] for key in runs}:
            values = [regret(rows, headers[problem], budget, by_epochs) for key, rows in runs.items() if key[0] == problem]
            if None not in values:
                means.append(mean(values))
        complete = len(means) == len({key[0] for key in runs})
        cells.append(f"{mean(means):.3f}" if complete else "")
    problems = {key[0] for key in runs}
    seeds = [sum(key[0] == problem for key in runs) for problem in problems]
    count = str(min(seeds)) if min(seeds) == max(seeds) else f"{min(seeds)}-{max(seeds)}"
    own = mean(sum(float(row["seconds"]) for row in rows) for rows in runs.values())
    return f"| {name} | {len(problems)} | {count} | " + " | ".join(cells) + f" | {own:.2g} |"


if __name__ == "__main__":
    sys.exit(main())
