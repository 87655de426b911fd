"""A sweep file's `parameters` as the peers need them.

Each parameter becomes one of a few native kinds:

- `Real`: a float in [low, high], on a linear or a log axis;
- `Whole`: an int in [low, high], on a linear or a log axis;
- `Index`: an ordered list of values (`values` with `ordered`, or a range with a step), searched by its index. The peers
  then see the order, and their numeric models apply, which is kinder to them than a category;
- `Choice`: an unordered list;
- `Fixed`: one value, not searched.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Real:
    low: float
    high: float
    log: bool


@dataclass(frozen=True)
class Whole:
    low: int
    high: int
    log: bool


@dataclass(frozen=True)
class Index:
    values: tuple


@dataclass(frozen=True)
class Choice:
    values: tuple


@dataclass(frozen=True)
class Fixed:
    value: object


@dataclass(frozen=True)
class Parameter:
    """One parameter: its kind and, by parent, the condition under which it is active."""

    name: str
    kind: object
    when: dict

    def active(self, values: dict) -> bool:
        """Whether it is active beside `values`, which has every active parameter before this one."""
        return all(parent in values and meets(condition, values[parent]) for parent, condition in self.when.items())


def meets(condition, value) -> bool:
    """Whether a parent's value meets a `when`: one value, a list of them, or {min, max} of a number."""
    if isinstance(condition, dict):
        return condition.get("min", value) <= value <= condition.get("max", value)
    if isinstance(condition, list):
        return any(same(each, value) for each in condition)
    return same(condition, value)


def same(left, right) -> bool:
    """Equality that keeps true apart from 1."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def parse(parameters: dict) -> list[Parameter]:
    """The parameters in an order in which every parent precedes its children."""
    waiting = [Parameter(name, kind_of(name, text), text.get("when", {})) for name, text in parameters.items()]
    ordered: list[Parameter] = []
    while waiting:
        known = {parameter.name for parameter in ordered}
        ready = [parameter for parameter in waiting if set(parameter.when) <= known]
        if not ready:
            raise ValueError(f"parameters wait for each other: {[parameter.name for parameter in waiting]}")
        ordered += ready
        waiting = [parameter for parameter in waiting if parameter not in ready]
    return ordered


def kind_of(name: str, text: dict):
    if "value" in text:
        return Fixed(text["value"])
    if "values" in text:
        values = tuple(text["values"])
        if len(values) == 1:
            return Fixed(values[0])
        return Index(values) if text.get("ordered", False) else Choice(values)
    low, high, step, log = text["min"], text["max"], text.get("step"), bool(text.get("log", False))
    bounds = [low, high] if step is None else [low, high, step]
    whole = text["type"] == "int" if "type" in text else all(isinstance(bound, int) for bound in bounds)
    if low == high:
        return Fixed(low)
    if step is not None and not (whole and step == 1):
        if log:
            raise ValueError(f"{name}: no peer takes a step on a log axis")
        count = int((high - low) / step + 1e-9) + 1
        return Index(tuple(int(low + i * step) if whole else round(low + i * step, 12) for i in range(count)))
    return Whole(int(low), int(high), log) if whole else Real(float(low), float(high), log)


def values_of(parameters: list[Parameter], native: dict) -> dict:
    """The active parameters' values, from natives in which an `Index` or a `Choice` is a position in its list."""
    values: dict = {}
    for parameter in parameters:
        if not parameter.active(values):
            continue
        kind = parameter.kind
        match kind:
            case Fixed():
                values[parameter.name] = kind.value
            case Index() | Choice():
                values[parameter.name] = kind.values[int(native[parameter.name])]
            case Whole():
                values[parameter.name] = int(native[parameter.name])
            case Real():
                values[parameter.name] = min(max(float(native[parameter.name]), kind.low), kind.high)
    return values
