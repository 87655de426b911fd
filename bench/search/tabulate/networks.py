"""Small networks trained side by side: many settings of one shape as one stack of arrays.

All networks of a stack see the same first weights (scaled to their own `init_scale`), the same order of examples and the
same draws for dropout, so that a network's curve does not depend on its neighbours: alone or in a stack, the result is
the same. Single precision.
"""

import numpy as np

SMALLEST_PROBABILITY = 1e-6
WORST_LOG_LOSS = -np.log(SMALLEST_PROBABILITY)


def train(settings, data, epochs, metric, seed=1):
    """The validation metric after each epoch, `[settings][epochs]`; NaN where a network broke.

    Shared by all settings of one call: `layers` (widths of the hidden layers), `activation`, `optimizer`, `batch_size`.
    Free in each: `learning_rate`, `momentum` (sgd: Polyak's; adam: its first beta), `weight_decay` (decoupled: a
    share of the weight, times the learning rate), `dropout`, `init_scale`, `schedule` (a function of the share of the
    training that is done, in [0, 1), and of the epoch).
    """
    x, y, x_validation, y_validation = data
    classes = int(max(y.max(), y_validation.max())) + 1
    first = settings[0]
    random = np.random.default_rng(seed)
    widths = [x.shape[1], *first["layers"], classes]

    def free(name, default):
        column = np.array([s.get(name, default) for s in settings], dtype=np.float32)
        return column[:, None, None]

    rate, decay, drop = free("learning_rate", 0.0), free("weight_decay", 0.0), free("dropout", 0.0)
    momentum, scale = free("momentum", 0.0), free("init_scale", 1.0)
    drops = bool((drop > 0).any())
    weights, biases = [], []
    for inputs, outputs in zip(widths, widths[1:]):
        drawn = random.standard_normal((inputs, outputs)).astype(np.float32) * np.float32(np.sqrt(1.0 / inputs))
        weights.append(scale * drawn)
        biases.append(np.zeros((len(settings), 1, outputs), np.float32))
    parameters = weights + biases
    first_moments = [np.zeros_like(p) for p in parameters]
    second_moments = [np.zeros_like(p) for p in parameters] if first["optimizer"] == "adam" else None

    steps_per_epoch = -(-len(x) // first["batch_size"])
    curves = np.empty((len(settings), epochs))
    step = 0
    for epoch in range(epochs):
        order = random.permutation(len(x))
        for start in range(0, len(x), first["batch_size"]):
            chosen = order[start : start + first["batch_size"]]
            done = step / (epochs * steps_per_epoch)
            factor = np.array([s["schedule"](done, epoch) if "schedule" in s else 1.0 for s in settings], np.float32)
            now = rate * factor[:, None, None]
            step += 1
            outputs, masks = [x[chosen]], []
            for w, b in zip(weights[:-1], biases[:-1]):
                hidden = _activate(outputs[-1] @ w + b, first["activation"])
                if drops:
                    mask = (random.random(hidden.shape[1:], dtype=np.float32) >= drop) / (1 - drop)
                    masks.append(mask)
                    outputs.append(hidden * mask)
                else:
                    outputs.append(hidden)
            gradient = _softmax(outputs[-1] @ weights[-1] + biases[-1])
            gradient[:, np.arange(len(chosen)), y[chosen]] -= 1
            gradient /= len(chosen)
            gradients = [None] * len(parameters)
            for layer in range(len(weights) - 1, -1, -1):
                gradients[layer] = np.swapaxes(outputs[layer], -1, -2) @ gradient
                gradients[len(weights) + layer] = gradient.sum(axis=1, keepdims=True)
                if layer:
                    gradient = gradient @ np.swapaxes(weights[layer], -1, -2)
                    value = outputs[layer]
                    if drops:
                        gradient *= masks[layer - 1]
                        value = value * (1 - drop)
                    gradient *= _slope(value, first["activation"])
            for index, (p, g) in enumerate(zip(parameters, gradients)):
                if index < len(weights):
                    p *= 1 - now * decay
                m = first_moments[index]
                if second_moments is None:
                    m *= momentum
                    m += g
                    p -= now * m
                else:
                    v = second_moments[index]
                    m += (1 - momentum) * (g - m)
                    v += np.float32(0.001) * (g * g - v)
                    p -= (now / (1 - momentum**step)) * m / (np.sqrt(v / np.float32(1 - 0.999**step)) + np.float32(1e-8))
        hidden = x_validation
        for w, b in zip(weights[:-1], biases[:-1]):
            hidden = _activate(hidden @ w + b, first["activation"])
        curves[:, epoch] = metric(_softmax(hidden @ weights[-1] + biases[-1]), y_validation)
    return curves


def error(probabilities, y):
    """The share of wrong answers, `[settings]`; NaN where a probability is."""
    wrong = (probabilities.argmax(axis=-1) != y).mean(axis=-1)
    return np.where(np.isfinite(probabilities).all(axis=(-1, -2)), wrong, np.nan)


def log_loss(probabilities, y):
    """Mean negative log likelihood, `[settings]`, no probability being taken as smaller than SMALLEST_PROBABILITY."""
    right = probabilities[..., np.arange(len(y)), y].astype(np.float64)
    return -np.log(np.maximum(right, SMALLEST_PROBABILITY)).mean(axis=-1)


def _activate(value, activation):
    if activation == "relu":
        return np.maximum(value, 0)
    if activation == "tanh":
        return np.tanh(value)
    return 1 / (1 + np.exp(-value))


def _slope(output, activation):
    if activation == "relu":
        return output > 0
    if activation == "tanh":
        return 1 - output * output
    return output * (1 - output)


def _softmax(value):
    value = np.exp(value - value.max(axis=-1, keepdims=True))
    value /= value.sum(axis=-1, keepdims=True)
    return value
