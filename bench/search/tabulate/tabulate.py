#!/usr/bin/env python3
"""Makes the tabulated training problems: every point of a small space trained once.

    tabulate.py NAME...          makes these tables, going on where an earlier run was stopped
    tabulate.py --all            all of them
    tabulate.py --check [NAME…]  trains 3 random rows of each table again and compares
    tabulate.py --describe       how hard each table is; writes the rows of ../tables/README.md

Same versions and processor, same numbers; only the column `seconds` (CPU time) differs from run to run.
"""

import argparse
import csv
import gzip
import io
import json
import os
import pathlib
import platform
import sys
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is loaded: one core, and sums in one order

import numpy as np
import scipy
import scipy.stats
import sklearn

import problems

HERE = pathlib.Path(__file__).resolve().parent
TABLES = HERE.parent / "tables"
AT_ONCE = 27  # networks in one stack: their weights should stay in the cache


def values_of(parameter):
    if "values" in parameter:
        return parameter["values"]
    low, step = parameter["min"], parameter["step"]
    count = round((parameter["max"] - low) / step) + 1
    return [low + i * step if isinstance(step, int) else round(low + i * step, 10) for i in range(count)]


def active(parameter, config):
    def accepts(wanted, value):
        return value in wanted if isinstance(wanted, list) else value == wanted

    return all(parent in config and accepts(w, config[parent]) for parent, w in parameter.get("when", {}).items())


def points(parameters):
    """Every combination of active parameters, parents standing before their children."""
    found = [{}]
    for name, parameter in parameters.items():
        found = [
            {**config, name: value} if value is not None else config
            for config in found
            for value in (values_of(parameter) if active(parameter, config) else [None])
        ]
    return found


def text_of(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def key_of(table, config):
    return tuple(text_of(config.get(name)) for name in table.parameters)


def batches(table, configs):
    """Points that can be trained in one go: alike in all but the parameters that are free in a stack."""
    if not table.stacked:
        return [[config] for config in configs]
    groups = {}
    for config in configs:
        shared = tuple(text_of(config.get(n)) for n in table.parameters if n not in table.stacked)
        groups.setdefault(shared, []).append(config)
    return [group[i : i + AT_ONCE] for group in groups.values() for i in range(0, len(group), AT_ONCE)]


def trained(table, batch):
    """Rows of text: parameters, the metric after each epoch, CPU seconds of training."""
    began = time.process_time()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curves = table.train(batch)
    seconds = (time.process_time() - began) / len(batch)
    rows = []
    for config, curve in zip(batch, curves):
        assert len(curve) == table.epochs, (table.name, len(curve))
        finite = [min(float(v), table.worst) if np.isfinite(v) else table.worst for v in curve]
        rows.append([*key_of(table, config), *(f"{v:.6g}" for v in finite), f"{seconds:.3g}"])
    return rows


def make(table):
    configs = points(table.parameters)
    part = HERE / f"{table.name}.part"
    done = {}
    if part.exists():
        with part.open(newline="") as file:
            width = len(table.parameters) + table.epochs + 1
            done = {tuple(row[: len(table.parameters)]): row for row in csv.reader(file) if len(row) == width}
    left = batches(table, [c for c in configs if key_of(table, c) not in done])
    print(f"{table.name}: {len(configs)} points, {len(done)} done", flush=True)
    shown = time.monotonic()
    with part.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for index, batch in enumerate(left):
            rows = trained(table, batch)
            writer.writerows(rows)
            file.flush()
            done.update((tuple(row[: len(table.parameters)]), row) for row in rows)
            if time.monotonic() - shown > 20:
                shown = time.monotonic()
                print(f"  {index + 1} of {len(left)} batches", flush=True)
    columns = [*table.parameters, *(f"e{e + 1}" for e in range(table.epochs)), "seconds"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(done[key_of(table, config)] for config in configs)
    with (TABLES / f"{table.name}.csv.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.getvalue().encode())
    write_header(table, configs)
    part.unlink()


def read(table):
    with gzip.open(TABLES / f"{table.name}.csv.gz", "rt", newline="") as file:
        rows = list(csv.reader(file))[1:]
    count = len(table.parameters)
    curves = np.array([row[count : count + table.epochs] for row in rows], dtype=float)
    return rows, curves, float(sum(float(row[-1]) for row in rows))


def chances(table, configs):
    """How likely random search is to draw each point: a parameter evenly over its values, parents first."""
    return np.array(
        [1 / np.prod([len(values_of(table.parameters[name])) for name in config]) for config in configs]
    )


def write_header(table, configs):
    _, curves, seconds = read(table)
    scores = curves.min(axis=1)
    random = np.random.default_rng(0)
    chance = chances(table, configs)
    drawn = random.choice(len(scores), size=(1001, 100), p=chance / chance.sum())
    header = {
        "name": table.name,
        "number": table.number,
        "half": "tuning" if table.number % 2 else "reporting",
        "goal": "minimize",
        "metric": table.metric,
        "epochs": table.epochs,
        "epochIs": table.epoch_is,
        "points": len(configs),
        "best": float(scores.min()),
        "randomMedian100": float(f"{np.median(scores[drawn].min(axis=1)):.6g}"),
        "noise": 0,
        "parameters": table.parameters,
        "made": {
            "dataSet": table.data_set,
            "model": table.model,
            "split": table.split,
            "whereTrainingBreaks": table.where_it_breaks,
            "script": f"bench/search/tabulate/tabulate.py {table.name}",
            "cpuSeconds": round(seconds, 1),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikitLearn": sklearn.__version__,
        },
    }
    text = json.dumps(header, indent=2)
    for name, parameter in table.parameters.items():  # a parameter on a line of its own is what one can read
        text = text.replace(json.dumps(parameter, indent=2).replace("\n", "\n    "), json.dumps(parameter))
    (TABLES / f"{table.name}.json").write_text(text + "\n")


def check(table):
    """Trains 3 rows again, each alone; true where every number agrees to 1e-4 of itself."""
    configs = points(table.parameters)
    rows, curves, _ = read(table)
    random = np.random.default_rng()
    worst = 0.0
    for index in random.choice(len(rows), size=3, replace=False):
        again = trained(table, [configs[index]])[0]
        count = len(table.parameters)
        if again[:count] != rows[index][:count]:
            print(f"{table.name}: row {index} is not the point {again[:count]}")
            return False
        fresh = np.array(again[count:-1], dtype=float)
        worst = max(worst, float(np.max(np.abs(fresh - curves[index]) / np.maximum(np.abs(curves[index]), 1e-12))))
    print(f"{table.name}: largest relative difference {worst:.2g}")
    return worst <= 1e-4


def describe(table):
    configs = points(table.parameters)
    _, curves, seconds = read(table)
    header = json.loads((TABLES / f"{table.name}.json").read_text())
    scores = curves.min(axis=1)
    best, median = scores.min(), header["randomMedian100"]
    random = np.random.default_rng(0)
    chance = chances(table, configs)
    near = chance[scores <= best + 0.01 * abs(best)].sum() / chance.sum()
    ties = int((scores == best).sum())
    correlation = []
    for e in problems.early(table.epochs):
        top = np.argsort(scores, kind="stable")[: len(scores) // 5]
        everywhere = scipy.stats.spearmanr(curves[:, e - 1], curves[:, -1]).statistic
        among_best = scipy.stats.spearmanr(curves[top, e - 1], curves[top, -1]).statistic
        correlation.append(f"e{e} {everywhere:.2f} ({among_best:.2f})")
    third = np.quantile(scores, [0.01, 0.05, 0.25, 0.5])
    print(
        f"{table.name}: {len(scores)} points x {table.epochs}, best {best:g} (ties {ties}, within 1 % {100 * near:.2f} %), "
        f"random@100 {median:g} ({100 * (median / best - 1):.1f} % above), quantiles 1/5/25/50 % "
        + "/".join(f"{q:.4g}" for q in third)
        + f", worst {curves.max():g}; {'; '.join(correlation)}; {seconds:.0f} s"
    )
    size = (TABLES / f"{table.name}.csv.gz").stat().st_size
    return (
        f"| {table.number} | [{table.name}]({table.name}.json) | {header['half']} | {table.data_set} | {table.model} "
        f"| {', '.join(table.parameters)} | {len(scores)} | {table.epochs} | {table.metric} | {best:g} | {median:g} "
        f"| {100 * near:.2f} | {', '.join(correlation) or '–'} | {seconds:.0f} | {size // 1000} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--describe", action="store_true")
    asked = parser.parse_args()
    known = {table.name: table for table in problems.TABLES}
    for name in asked.names:
        if name not in known:
            parser.error(f"no table {name}; there are {', '.join(known)}")
    made = [t for t in known.values() if (TABLES / f"{t.name}.csv.gz").exists()]
    if asked.check:
        results = [check(t) for t in ([known[n] for n in asked.names] or made)]
        sys.exit(0 if all(results) else 1)
    if asked.describe:
        rows = [describe(t) for t in made]
        readme = TABLES / "README.md"
        if readme.exists():
            before, _, rest = readme.read_text().partition("<!-- rows -->\n")
            _, _, after = rest.partition("<!-- /rows -->")
            readme.write_text(before + "<!-- rows -->\n" + "\n".join(rows) + "\n<!-- /rows -->" + after)
        return
    if not asked.names and not asked.all:
        parser.error("name a table, or say --all")
    for name in asked.names or known:
        make(known[name])
        describe(known[name])


if __name__ == "__main__":
    main()
