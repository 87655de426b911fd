"""Runs one of Optuna's searchers on the problems with several objectives.

    multi.py run SEARCHER TRIALS SEEDS HALF|PROBLEM FILE   results as CSV, as MultiBench writes them
    multi.py check < POINTS                                 reads what MultiBench check printed; fails if a value differs

SEARCHER is one of nsga2, tpe, tpe-multivariate, gp, random, each with Optuna's defaults.
"""

import csv
import json
import math
import sys
import time


def f(low, high, log=False):
    return ("float", low, high, log)


def i(low, high, log=False):
    return ("int", low, high, log)


def c(*choices):
    return ("choice", choices)


def numbers(dimensions, low, high):
    return [(f"x{d}", f(low, high), None) for d in range(dimensions)]


def row(p):
    return [p[f"x{d}"] for d in range(len(p))]


def zdt_g(x):
    return 1 + 9 * sum(x[1:]) / (len(x) - 1)


def zdt1(p):
    x = row(p)
    g = zdt_g(x)
    return [x[0], g * (1 - math.sqrt(x[0] / g))]


def zdt2(p):
    x = row(p)
    g = zdt_g(x)
    return [x[0], g * (1 - (x[0] / g) ** 2)]


def zdt3(p):
    x = row(p)
    g = zdt_g(x)
    return [x[0], g * (1 - math.sqrt(x[0] / g) - x[0] / g * math.sin(10 * math.pi * x[0]))]


def zdt4(p):
    x = row(p)
    g = 1 + 10 * (len(x) - 1) + sum(v * v - 10 * math.cos(4 * math.pi * v) for v in x[1:])
    return [x[0], g * (1 - math.sqrt(x[0] / g))]


def fonseca(p):
    x = row(p)
    centre = 1 / math.sqrt(len(x))
    return [
        1 - math.exp(-sum((v - centre) ** 2 for v in x)),
        1 - math.exp(-sum((v + centre) ** 2 for v in x)),
    ]


def kursawe(p):
    x = row(p)
    return [
        sum(-10 * math.exp(-0.2 * math.hypot(a, b)) for a, b in zip(x, x[1:])),
        sum(abs(v) ** 0.8 + 5 * math.sin(v**3) for v in x),
    ]


def sphere(x, objectives):
    g = sum((v - 0.5) ** 2 for v in x[objectives - 1 :])
    values = []
    for o in range(objectives):
        value = 1 + g
        for d in range(objectives - 1 - o):
            value *= math.cos(x[d] * math.pi / 2)
        if o > 0:
            value *= math.sin(x[objectives - 1 - o] * math.pi / 2)
        values.append(value)
    return values


def dtlz2(p):
    return sphere(row(p), 3)


def plane(p):
    x = row(p)
    g = 1 + 4 * sum((v - 0.4) ** 2 for v in x[2:])
    return [x[0] * x[1] * g / 2, x[0] * (1 - x[1]) * g / 2, (1 - x[0]) * g / 2]


def dtlz7(p):
    x = row(p)
    g = 1 + sum(9 * v / (len(x) - 2) for v in x[2:])
    h = 3 - sum(v / (1 + g) * (1 + math.sin(3 * math.pi * v)) for v in x[:2])
    return [x[0], x[1], (1 + g) * h]


def c2dtlz2(p):
    a, b = sphere(row(p), 2)
    r = 0.2
    corner = min((a - 1) ** 2 + b * b - r * r, (b - 1) ** 2 + a * a - r * r)
    middle = (a - math.sqrt(0.5)) ** 2 + (b - math.sqrt(0.5)) ** 2 - r * r
    return [a, b, min(corner, middle)]


def srinivas(p):
    x = row(p)
    return [
        2 + (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        9 * x[0] - (x[1] - 1) ** 2,
        max(x[0] ** 2 + x[1] ** 2 - 225, x[0] - 3 * x[1] + 10),
    ]


def kernels(p):
    cost = math.log10(p["c"])
    features = math.log(p["features"] / 4) / math.log(64)
    error = 0.04 + 0.25 * math.exp(-4 * features)
    seconds = 0.1 + features
    if p["kernel"] == "linear":
        return [error + 0.12 + 0.01 * (cost + 1) ** 2, seconds]
    gamma = math.log10(p["gamma"])
    if p["kernel"] == "rbf":
        error += 0.012 * (cost - 1) ** 2 + 0.03 * (gamma + 2 + 0.5 * (cost - 1)) ** 2
        return [error, seconds * (2 + 0.2 * abs(gamma + 1.5))]
    error += 0.05 + 0.02 * (gamma + 1) ** 2 + 0.02 * abs(p["degree"] - 3) + 0.005 * cost * cost
    return [error, seconds * (1.2 + 0.1 * p["degree"])]


def models(p):
    scaling = p["scaling"]
    if p["model"] == "linear":
        penalty = math.log10(p["penalty"])
        unscaled = {"none": 0.05, "standard": 0, "quantile": 0.01}[scaling]
        return [0.22 + 0.01 * (penalty + 2) ** 2 + unscaled, 1.2 + 0.1 * (2 - penalty) / 6]
    if p["model"] == "forest":
        trees = math.log10(p["trees"])
        error = 0.11 + 0.12 * math.exp(-1.2 * (trees - 1)) + 0.001 * (p["depth"] - 13) ** 2
        return [error, trees + 0.18 * p["depth"]]
    unscaled = {"none": 0.15, "standard": 0.01, "quantile": 0}[scaling]
    size = math.log10(p["layers"] * 4 ** math.log2(p["width"])) + 0.5
    steps = math.log10(p["rate"]) + 2.5 + 0.15 * p["layers"]
    fit = 0.05 + 0.25 * math.exp(-0.55 * (size - 2))
    return [fit + 0.03 * steps**2 + 0.4 * (p["dropout"] - 0.08 * (size - 2)) ** 2 + unscaled, size]


# name: (half, parameters (name, distribution, None or (parent, values)), objectives, constrained, function)
PROBLEMS = {
    "zdt3": ("tuning", numbers(8, 0, 1), 2, False, zdt3),
    "fonseca": ("tuning", numbers(3, -4, 4), 2, False, fonseca),
    "kursawe": ("tuning", numbers(3, -5, 5), 2, False, kursawe),
    "dtlz7": ("tuning", numbers(6, 0, 1), 3, False, dtlz7),
    "plane": ("tuning", numbers(5, 0, 1), 3, False, plane),
    "srinivas": ("tuning", numbers(2, -20, 20), 2, True, srinivas),
    "kernels": (
        "tuning",
        [
            ("kernel", c("linear", "rbf", "poly"), None),
            ("c", f(1e-3, 1e3, True), None),
            ("gamma", f(1e-4, 10, True), ("kernel", ("rbf", "poly"))),
            ("degree", i(2, 6), ("kernel", ("poly",))),
            ("features", i(4, 256, True), None),
        ],
        2,
        False,
        kernels,
    ),
    "zdt1": ("reporting", numbers(10, 0, 1), 2, False, zdt1),
    "zdt2": ("reporting", numbers(10, 0, 1), 2, False, zdt2),
    "zdt4-small": ("reporting", numbers(1, 0, 1) + [(f"x{d}", f(-5, 5), None) for d in (1, 2, 3)], 2, False, zdt4),
    "dtlz2": ("reporting", numbers(7, 0, 1), 3, False, dtlz2),
    "c2-dtlz2": ("reporting", numbers(5, 0, 1), 2, True, c2dtlz2),
    "models": (
        "reporting",
        [
            ("model", c("linear", "forest", "network"), None),
            ("scaling", c("none", "standard", "quantile"), None),
            ("penalty", f(1e-4, 10, True), ("model", ("linear",))),
            ("trees", i(10, 1000, True), ("model", ("forest",))),
            ("depth", i(2, 20), ("model", ("forest",))),
            ("layers", i(1, 6), ("model", ("network",))),
            ("width", i(8, 512, True), ("model", ("network",))),
            ("rate", f(1e-5, 1, True), ("model", ("network",))),
            ("dropout", f(0, 0.8), ("model", ("network",))),
        ],
        2,
        False,
        models,
    ),
}


def suggest(trial, parameters):
    values = {}
    for name, distribution, condition in parameters:
        if condition is not None and values.get(condition[0]) not in condition[1]:
            continue
        if distribution[0] == "float":
            values[name] = trial.suggest_float(name, distribution[1], distribution[2], log=distribution[3])
        elif distribution[0] == "int":
            values[name] = trial.suggest_int(name, distribution[1], distribution[2], log=distribution[3])
        else:
            values[name] = trial.suggest_categorical(name, distribution[1])
    return values


def sampler(searcher, seed, constrained):
    import optuna

    constraints = (lambda trial: (trial.user_attrs["g"],)) if constrained else None
    if searcher == "nsga2":
        return optuna.samplers.NSGAIISampler(seed=seed, constraints_func=constraints)
    if searcher == "tpe":
        return optuna.samplers.TPESampler(seed=seed, constraints_func=constraints)
    if searcher == "tpe-multivariate":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constraints_func=constraints)
    if searcher == "gp":
        return optuna.samplers.GPSampler(seed=seed, constraints_func=constraints)
    if searcher == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    raise SystemExit(f"there is no searcher {searcher}")


def run(searcher, trials, seeds, half, file):
    import warnings

    import optuna

    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with open(file, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow("searcher,version,problem,seed,trial,f0,f1,f2,g,seconds".split(","))
        for name, (which, parameters, objectives, constrained, function) in PROBLEMS.items():
            if half not in ("all", which, name):
                continue
            for seed in range(seeds):
                study = optuna.create_study(
                    directions=["minimize"] * objectives, sampler=sampler(searcher, seed, constrained)
                )
                for number in range(trials):
                    began = time.perf_counter()
                    trial = study.ask()
                    values = suggest(trial, parameters)
                    asked = time.perf_counter()
                    result = function(values)
                    if constrained:
                        trial.set_user_attr("g", result[objectives])
                    evaluated = time.perf_counter()
                    study.tell(trial, result[:objectives])
                    seconds = time.perf_counter() - evaluated + asked - began
                    writer.writerow(
                        [f"optuna-{searcher}", optuna.__version__, name, seed, number]
                        + [f"{v:.8g}" for v in result[:objectives]]
                        + [""] * (3 - objectives)
                        + [f"{result[objectives]:.8g}" if constrained else "", f"{seconds:.4g}"]
                    )
                out.flush()


def check(lines):
    wrong = 0
    number = 0
    for line in lines:
        name, point, values = line.rstrip("\n").split("\t")
        mine = PROBLEMS[name][4](json.loads(point))
        number += 1
        if any(abs(a - b) > 1e-9 * max(1, abs(a)) for a, b in zip(mine, json.loads(values), strict=True)):
            wrong += 1
            print(f"{name} at {point}: {mine} here, {values} there")
    print(f"{number} points, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "check":
        sys.exit(check(sys.stdin))
    run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], sys.argv[6])
