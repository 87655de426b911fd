"""A problem's space as a ConfigSpace, for SMAC and DEHB: an `Index` is an integer over its positions."""

from __future__ import annotations

from ConfigSpace import (
    AndConjunction,
    CategoricalHyperparameter,
    ConfigurationSpace,
    InCondition,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from search import Unsuited
from space import Choice, Fixed, Index, Parameter, Real, Whole, meets


def config_space(parameters: list[Parameter], seed: int) -> ConfigurationSpace:
    space = ConfigurationSpace(seed=seed)
    natives = {parameter.name: native(parameter) for parameter in parameters if not isinstance(parameter.kind, Fixed)}
    space.add(list(natives.values()))
    kinds = {parameter.name: parameter.kind for parameter in parameters}
    for parameter in parameters:
        if parameter.name not in natives:
            continue
        conditions = [
            InCondition(natives[parameter.name], natives[parent], meeting(parent, kinds[parent], when))
            for parent, when in parameter.when.items()
            if parent in natives
        ]
        if conditions:
            space.add(conditions[0] if len(conditions) == 1 else AndConjunction(*conditions))
    return space


def native(parameter: Parameter):
    name, kind = parameter.name, parameter.kind
    match kind:
        case Real():
            return UniformFloatHyperparameter(name, kind.low, kind.high, log=kind.log)
        case Whole():
            return UniformIntegerHyperparameter(name, kind.low, kind.high, log=kind.log)
        case Index():
            return UniformIntegerHyperparameter(name, 0, len(kind.values) - 1)
        case Choice():
            return CategoricalHyperparameter(name, list(range(len(kind.values))))


def meeting(parent: str, kind, when) -> list[int]:
    """The native values of a parent that meet the condition."""
    match kind:
        case Index() | Choice():
            return [position for position, value in enumerate(kind.values) if meets(when, value)]
        case Whole():
            return [value for value in range(kind.low, kind.high + 1) if meets(when, value)]
        case _:
            raise Unsuited(f"a condition on the float {parent} has no ConfigSpace form")
