"""The twelve problems: space, data, model and metric of each. Data sets are those inside scikit-learn alone."""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np
from sklearn import datasets
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

import networks


@dataclasses.dataclass(frozen=True)
class Table:
    number: int
    name: str
    data_set: str
    model: str
    metric: str
    split: str
    parameters: dict
    train: Callable  # of points alike in all but the parameters in `stacked`: the metric after each epoch, of each
    worst: float = math.inf  # what is written where the metric is larger than this, or not a number
    where_it_breaks: str = "nowhere"
    epochs: int = 1
    epoch_is: str = "the whole training"
    stacked: tuple = ()


def early(epochs):
    """The epochs whose order of the points is compared with that of the last."""
    return sorted({max(1, round(epochs * share)) for share in (0.05, 0.1, 0.25, 0.5)}) if epochs > 1 else []


def ordered(*values):
    return {"values": list(values), "ordered": True}


def choice(*values):
    return {"values": list(values)}


def stepped(low, high, step):
    return {"min": low, "max": high, "step": step}


def when(parameter, **parents):
    return {**parameter, "when": parents}


@functools.cache
def halves(name, train_size):
    """Training and validation part of a data set, stratified for classes; inputs as they come."""
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    classes = None if name == "diabetes" else y
    a, b, c, d = train_test_split(x, y, train_size=train_size, random_state=7, stratify=classes)
    return a, c, b, d


@functools.cache
def standardised(name, train_size):
    x, y, xv, yv = halves(name, train_size)
    if name == "digits":
        return (x / 16).astype(np.float32), y, (xv / 16).astype(np.float32), yv
    scaler = StandardScaler().fit(x)
    return scaler.transform(x).astype(np.float32), y, scaler.transform(xv).astype(np.float32), yv


BROKEN_NETWORK = "a network with numbers that are not finite gets the worst value of the metric, {:.6g}"


def digits_mlp(batch):
    settings = [{**c, "layers": [c["hidden"]], "momentum": c.get("momentum", 0.9)} for c in batch]
    return networks.train(settings, standardised("digits", 600), 16, networks.error)


def wine_svm(batch):
    (c,) = batch
    x, y = datasets.load_wine(return_X_y=True)
    losses = []
    for train, validation in repeated_splits(len(x), tuple(y), 6, 60):
        scaler = (StandardScaler() if c["scaler"] == "standard" else MinMaxScaler()).fit(x[train])
        model = SVC(
            C=2.0 ** c["log2_c"],
            kernel=c["kernel"],
            gamma=2.0 ** c.get("log2_gamma", 0),
            degree=c.get("degree", 3),
            coef0=c.get("coef0", 0.0),
            decision_function_shape="ovo",
            max_iter=100_000,
        ).fit(scaler.transform(x[train]), y[train])
        losses.append(pairwise_hinge(model.decision_function(scaler.transform(x[validation])), y[validation], 3))
    return [[np.mean(losses)]]


@functools.cache
def repeated_splits(count, classes, repeats, train_size):
    """Pairs of index arrays: `repeats` random stratified splits."""
    indices = np.arange(count)
    return [train_test_split(indices, train_size=train_size, random_state=r, stratify=classes) for r in range(repeats)]


def pairwise_hinge(margins, y, classes):
    """Mean hinge loss of the machines, one for each pair of classes, that an example's class takes part in."""
    losses, column = [], 0
    for first in range(classes):
        for second in range(first + 1, classes):
            margin = margins[:, column]
            losses += [np.maximum(0, 1 - margin[y == first]), np.maximum(0, 1 + margin[y == second])]
            column += 1
    return np.concatenate(losses).mean()


TABLES = [
    Table(
        15,
        "digits-mlp",
        "digits",
        "multi-layer perceptron (numpy)",
        "share of wrong answers",
        "600 examples to train, 1,197 to validate",
        {
            "learning_rate": ordered(0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
            "optimizer": choice("sgd", "adam"),
            "momentum": when(ordered(0.0, 0.5, 0.9), optimizer="sgd"),
            "batch_size": ordered(8, 16, 32, 64),
            "hidden": ordered(16, 32, 64, 128),
            "activation": choice("relu", "tanh"),
            "weight_decay": ordered(0.0, 0.01, 0.1),
        },
        digits_mlp,
        worst=0.9,
        where_it_breaks=BROKEN_NETWORK.format(0.9),
        epochs=16,
        epoch_is="one pass over the training examples",
        stacked=("learning_rate", "momentum", "weight_decay"),
    ),
    Table(
        19,
        "wine-svm",
        "wine",
        "support vector classifier",
        "hinge loss of the pairwise machines",
        "mean of 6 stratified splits, 60 examples to train, 118 to validate",
        {
            "scaler": choice("standard", "minmax"),
            "kernel": choice("linear", "rbf", "poly", "sigmoid"),
            "log2_c": stepped(-6, 8, 2),
            "log2_gamma": when(stepped(-10, 2, 2), kernel=["rbf", "poly", "sigmoid"]),
            "degree": when(stepped(2, 5, 1), kernel="poly"),
            "coef0": when(stepped(0.0, 2.0, 0.5), kernel=["poly", "sigmoid"]),
        },
        wine_svm,
        worst=10.0,
        where_it_breaks="losses above 10 are written as 10",
    ),
]
