"""The twelve problems: space, data, model and metric of each. Data sets are those inside scikit-learn alone."""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np
from sklearn import datasets, ensemble
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, SelectPercentile, f_classif, f_regression
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, RobustScaler, StandardScaler
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


def cancer_mlp(batch):
    settings = [
        {
            **c,
            "layers": [c["hidden"]] + ([c["hidden_2"]] if c["depth"] == 2 else []),
            "optimizer": "adam",
            "momentum": 0.9,
            "batch_size": 16,
        }
        for c in batch
    ]
    return networks.train(settings, standardised("breast_cancer", 200), 20, networks.log_loss)


def diabetes_gbm(batch):
    (c,) = batch
    x, y, xv, yv = halves("diabetes", 221)
    model = ensemble.GradientBoostingRegressor(n_estimators=100, random_state=3, **c).fit(x, y)
    stages = [((stage - yv) ** 2).mean() for stage in model.staged_predict(xv)]
    return [stages[3::4]]


def digits_gbm(batch):
    (c,) = batch
    x, y, xv, yv = halves("digits", 500)
    model = ensemble.HistGradientBoostingClassifier(
        max_iter=20, max_bins=17, early_stopping=False, random_state=3, **c
    ).fit(x, y)
    return [[networks.log_loss(stage, yv) for stage in model.staged_predict_proba(xv)]]


def digits_svm(batch):
    (c,) = batch
    x, y, xv, yv = projected_digits(400, c["components"])
    model = SVC(
        C=c["c"], kernel=c["kernel"], gamma=c.get("gamma", 1.0), degree=c.get("degree", 3), coef0=c.get("coef0", 0.0)
    ).fit(x, y)
    return [[(model.predict(xv) != yv).mean()]]


@functools.cache
def projected_digits(train_size, components):
    x, y, xv, yv = standardised("digits", train_size)
    projection = PCA(components, svd_solver="full").fit(x)
    return projection.transform(x), y, projection.transform(xv), yv


def cancer_forest(batch):
    (c,) = batch
    x, y, xv, yv = halves("breast_cancer", 285)
    model = ensemble.RandomForestClassifier(
        n_estimators=c["trees"],
        max_depth=c["max_depth"],
        max_features=c["max_features"],
        min_samples_leaf=c["min_samples_leaf"],
        criterion=c["criterion"],
        bootstrap=c["bootstrap"],
        max_samples=c.get("max_samples"),
        random_state=3,
    ).fit(x, y)
    return [[((model.predict_proba(xv)[:, 1] - yv) ** 2).mean()]]


def diabetes_forest(batch):
    (c,) = batch
    x, y, xv, yv = halves("diabetes", 221)
    kind = {"forest": ensemble.RandomForestRegressor, "extra": ensemble.ExtraTreesRegressor}[c["model"]]
    model = kind(
        n_estimators=c["trees"],
        max_depth=c["max_depth"],
        max_features=c["max_features"],
        min_samples_leaf=c["min_samples_leaf"],
        bootstrap=c["bootstrap"],
        max_samples=c.get("max_samples"),
        random_state=3,
    ).fit(x, y)
    return [[((model.predict(xv) - yv) ** 2).mean()]]


TARGETS = {"plain": (np.array, np.array), "sqrt": (np.sqrt, np.square), "log": (np.log, np.exp)}


def diabetes_linear(batch):
    (c,) = batch
    there, back = TARGETS[c["target"]]
    losses = []
    for r in range(3):
        x, y, xv, yv = diabetes_features(r, c["features"], c["keep_percent"])
        target = there(y)
        scale = target.std()  # so that a penalty means the same for each form of the target
        if c["model"] == "ridge":
            model = Ridge(alpha=c["ridge_alpha"])
        elif c["model"] == "lasso":
            model = Lasso(alpha=c["alpha"], random_state=0)
        else:
            model = ElasticNet(alpha=c["alpha"], l1_ratio=c["l1_ratio"], random_state=0)
        model.fit(x, target / scale)
        answer = back(np.clip(model.predict(xv) * scale, there(y.min()), there(y.max())))
        losses.append(((answer - yv) ** 2).mean())
    return [[np.mean(losses)]]


@functools.cache
def diabetes_features(seed, features, keep_percent):
    x, y = datasets.load_diabetes(return_X_y=True)
    x, xv, y, yv = train_test_split(x, y, train_size=120, random_state=seed)
    degree = {"linear": 1, "pairs": 2, "quadratic": 2, "cubic": 3}[features]
    steps = make_pipeline(
        PolynomialFeatures(degree, interaction_only=features == "pairs", include_bias=False),
        StandardScaler(),
        SelectPercentile(f_regression, percentile=keep_percent),
    ).fit(x, y)
    return steps.transform(x), y, steps.transform(xv), yv


SCALERS = {"none": None, "standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}


def cancer_pipeline(batch):
    (c,) = batch
    misses = []
    for r in range(3):
        x, y, xv, yv = cancer_features(r, c["scaler"], c["features"])
        if c["model"] == "logistic":
            model = LogisticRegression(
                C=c["logistic_c"],
                solver="liblinear",
                l1_ratio={"l1": 1, "l2": 0}[c["penalty"]],
                random_state=0,
            )
        elif c["model"] == "knn":
            model = KNeighborsClassifier(c["neighbours"], weights=c["weights"])
        else:
            model = SVC(C=c["svm_c"], gamma=c["gamma"], max_iter=20_000)
        model.fit(x, y)
        answer = model.predict_proba(xv)[:, 1] if c["model"] == "knn" else model.decision_function(xv)
        misses.append(1 - roc_auc_score(yv, answer))
    return [[np.mean(misses)]]


@functools.cache
def cancer_features(seed, scaler, features):
    x, y = datasets.load_breast_cancer(return_X_y=True)
    x, xv, y, yv = train_test_split(x, y, train_size=150, random_state=seed, stratify=y)
    if scaler != "none":
        fitted = SCALERS[scaler]().fit(x)
        x, xv = fitted.transform(x), fitted.transform(xv)
    selection = SelectKBest(f_classif, k=features).fit(x, y)
    return selection.transform(x), y, selection.transform(xv), yv


def digits_sgd(batch):
    settings = [
        {**c, "layers": [], "activation": "none", "optimizer": "sgd", "init_scale": 0.0, "schedule": schedule_of(c, 16)}
        for c in batch
    ]
    return networks.train(settings, standardised_digits(500), 16, networks.error)


def schedule_of(c, epochs):
    if c["schedule"] == "inverse":
        return lambda done, epoch: (1 + epochs * done) ** -c["power"]
    if c["schedule"] == "step":
        return lambda done, epoch: 0.5 ** (epoch // c["every"])
    if c["schedule"] == "cosine":
        return lambda done, epoch: 0.5 * (1 + math.cos(math.pi * done))
    return lambda done, epoch: 1.0


@functools.cache
def standardised_digits(train_size):
    x, y, xv, yv = halves("digits", train_size)
    scaler = StandardScaler().fit(x)
    return scaler.transform(x).astype(np.float32), y, scaler.transform(xv).astype(np.float32), yv


def wine_mlp(batch):
    settings = [{**c, "layers": [c["hidden"]], "optimizer": "sgd"} for c in batch]
    return networks.train(settings, standardised("wine", 50), 24, networks.log_loss)


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
        16,
        "cancer-mlp",
        "breast_cancer",
        "multi-layer perceptron (numpy, Adam, batches of 16)",
        "log loss",
        "200 examples to train, 369 to validate, stratified",
        {
            "learning_rate": ordered(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
            "hidden": ordered(4, 16, 64),
            "depth": stepped(1, 2, 1),
            "hidden_2": when(ordered(4, 16, 64), depth=2),
            "activation": choice("relu", "tanh", "logistic"),
            "dropout": stepped(0.0, 0.5, 0.25),
            "weight_decay": ordered(0.0, 0.1, 1.0),
        },
        cancer_mlp,
        worst=networks.WORST_LOG_LOSS,
        where_it_breaks=BROKEN_NETWORK.format(networks.WORST_LOG_LOSS) + "; no probability counts as less than 1e-6",
        epochs=20,
        epoch_is="one pass over the training examples",
        stacked=("learning_rate", "dropout", "weight_decay"),
    ),
    Table(
        17,
        "diabetes-gbm",
        "diabetes",
        "gradient boosting",
        "mean squared error",
        "221 examples to train, 221 to validate",
        {
            "learning_rate": ordered(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
            "loss": choice("squared_error", "huber"),
            "max_depth": stepped(1, 4, 1),
            "max_features": stepped(0.2, 1.0, 0.4),
            "min_samples_leaf": ordered(1, 5, 20),
            "subsample": stepped(0.4, 1.0, 0.3),
        },
        diabetes_gbm,
        worst=20_000.0,
        where_it_breaks="errors above 20,000 (3.4 times the variance) are written as 20,000",
        epochs=25,
        epoch_is="4 trees",
    ),
    Table(
        18,
        "digits-gbm",
        "digits",
        "histogram gradient boosting",
        "log loss",
        "500 examples to train, 1,297 to validate, stratified",
        {
            "learning_rate": ordered(0.03, 0.06, 0.1, 0.2, 0.4, 0.8, 1.2),
            "max_leaf_nodes": ordered(2, 4, 8, 16),
            "min_samples_leaf": ordered(1, 5, 20),
            "max_features": ordered(0.1, 0.3, 1.0),
            "l2_regularization": ordered(0.0, 1.0, 10.0),
        },
        digits_gbm,
        worst=networks.WORST_LOG_LOSS,
        where_it_breaks="no probability counts as less than 1e-6",
        epochs=20,
        epoch_is="one round of boosting, a tree for each class",
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
    Table(
        20,
        "digits-svm",
        "digits",
        "principal components, then a support vector classifier",
        "share of wrong answers",
        "400 examples to train, 1,397 to validate, stratified",
        {
            "components": ordered(6, 10, 16, 24),
            "c": ordered(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
            "kernel": choice("linear", "rbf", "poly"),
            "gamma": when(ordered(0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0), kernel=["rbf", "poly"]),
            "degree": when(stepped(2, 5, 1), kernel="poly"),
            "coef0": when(ordered(0.0, 0.3, 1.0), kernel="poly"),
        },
        digits_svm,
    ),
    Table(
        21,
        "cancer-forest",
        "breast_cancer",
        "random forest",
        "Brier score (mean squared error of the probability)",
        "285 examples to train, 284 to validate, stratified",
        {
            "trees": ordered(5, 10, 20, 40),
            "max_depth": ordered(2, 4, 8, 16),
            "max_features": stepped(0.1, 0.9, 0.2),
            "min_samples_leaf": ordered(1, 2, 5, 10),
            "criterion": choice("gini", "entropy"),
            "bootstrap": choice(True, False),
            "max_samples": when(ordered(0.25, 0.5, 1.0), bootstrap=True),
        },
        cancer_forest,
    ),
    Table(
        22,
        "diabetes-forest",
        "diabetes",
        "random forest or extremely randomised trees",
        "mean squared error",
        "221 examples to train, 221 to validate",
        {
            "model": choice("forest", "extra"),
            "trees": ordered(8, 16, 32, 64),
            "max_depth": ordered(2, 4, 7, 12),
            "max_features": stepped(0.2, 1.0, 0.2),
            "min_samples_leaf": ordered(1, 3, 6, 12, 24),
            "bootstrap": choice(True, False),
            "max_samples": when(ordered(0.25, 0.5, 1.0), bootstrap=True),
        },
        diabetes_forest,
    ),
    Table(
        23,
        "diabetes-linear",
        "diabetes",
        "polynomial features, selection, then ridge, lasso or elastic net",
        "mean squared error",
        "mean of 3 splits, 120 examples to train, 322 to validate",
        {
            "target": choice("plain", "sqrt", "log"),
            "features": choice("linear", "pairs", "quadratic", "cubic"),
            "keep_percent": stepped(20, 100, 20),
            "model": choice("ridge", "lasso", "elastic_net"),
            "ridge_alpha": when(ordered(0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0), model="ridge"),
            "alpha": when(
                ordered(0.003, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64), model=["lasso", "elastic_net"]
            ),
            "l1_ratio": when(stepped(0.1, 0.9, 0.2), model="elastic_net"),
        },
        diabetes_linear,
        where_it_breaks="nowhere: answers are held within the range of the training targets",
    ),
    Table(
        24,
        "cancer-pipeline",
        "breast_cancer",
        "scaling, selection, then logistic regression, nearest neighbours or a support vector classifier",
        "1 - area under the ROC curve",
        "mean of 3 stratified splits, 150 examples to train, 419 to validate",
        {
            "scaler": choice("none", "standard", "minmax", "robust"),
            "features": stepped(2, 30, 4),
            "model": choice("logistic", "knn", "svm"),
            "logistic_c": when(ordered(0.001, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0), model="logistic"),
            "penalty": when(choice("l1", "l2"), model="logistic"),
            "neighbours": when(stepped(1, 31, 3), model="knn"),
            "weights": when(choice("uniform", "distance"), model="knn"),
            "svm_c": when(ordered(0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0), model="svm"),
            "gamma": when(ordered(0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), model="svm"),
        },
        cancer_pipeline,
    ),
    Table(
        25,
        "digits-sgd",
        "digits",
        "multinomial logistic regression by stochastic gradient descent (numpy)",
        "share of wrong answers",
        "500 examples to train, 1,297 to validate, stratified",
        {
            "learning_rate": ordered(0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
            "batch_size": ordered(4, 8, 16, 64),
            "momentum": ordered(0.0, 0.5, 0.9),
            "weight_decay": ordered(0.0, 0.01, 0.1, 1.0),
            "schedule": choice("constant", "inverse", "step", "cosine"),
            "power": when(ordered(0.25, 0.5, 1.0), schedule="inverse"),
            "every": when(ordered(1, 2, 4), schedule="step"),
        },
        digits_sgd,
        worst=0.9,
        where_it_breaks=BROKEN_NETWORK.format(0.9),
        epochs=16,
        epoch_is="one pass over the training examples",
        stacked=("learning_rate", "momentum", "weight_decay", "schedule", "power", "every"),
    ),
    Table(
        26,
        "wine-mlp",
        "wine",
        "multi-layer perceptron (numpy, stochastic gradient descent)",
        "log loss",
        "50 examples to train, 128 to validate, stratified",
        {
            "learning_rate": ordered(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
            "momentum": ordered(0.0, 0.5, 0.9),
            "batch_size": ordered(4, 16),
            "hidden": ordered(2, 4, 8, 16, 32),
            "activation": choice("relu", "tanh", "logistic"),
            "init_scale": ordered(0.1, 0.3, 1.0, 3.0),
        },
        wine_mlp,
        worst=networks.WORST_LOG_LOSS,
        where_it_breaks=BROKEN_NETWORK.format(networks.WORST_LOG_LOSS) + "; no probability counts as less than 1e-6",
        epochs=24,
        epoch_is="one pass over the training examples",
        stacked=("learning_rate", "momentum", "init_scale"),
    ),
]
