"""What the plots of the attractors show: equations in words, the parameter they vary, its range, coordinates.

The attractors themselves, with the parameters that a drive has, are `tauscope.engine.kuramoto.drivers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tauscope.engine.kuramoto.drivers import ATTRACTORS

View = Literal["bifurcation", "rotation", "portrait"]


@dataclass(frozen=True, slots=True)
class Family:
    """An attractor as a family with a parameter.

    Parameters
    ----------
    label, formula : str
        Name and equations for people.
    varied : int
        Place of the parameter among those of the attractor.
    low, high : float
        Range in which it is interesting.
    names : tuple of str
        Names of the coordinates.
    shown : (int, int)
        Coordinates of the portrait; twice the same for ``x_{n+1}`` against ``x_n``.
    observed : int
        Coordinate of the bifurcation diagram: a map's iterates, a flow's maxima.
    period : float
        Typical time between two maxima of a flow, in its own time; 0 for a map.
    views : tuple of View
        Plots that it has.
    """

    label: str
    formula: str
    varied: int
    low: float
    high: float
    names: tuple[str, ...]
    shown: tuple[int, int]
    observed: int = 0
    period: float = 0.0
    views: tuple[View, ...] = ("bifurcation", "portrait")


FAMILIES: Mapping[str, Family] = {
    "logistic": Family("Logistic map", "x → r x (1 − x)", 0, 2.8, 4.0, ("x",), (0, 0)),
    "circle": Family(
        "Circle map",
        "x → x + Ω − (K/2π) sin 2πx, K = 0.9",
        0,
        0.0,
        1.0,
        ("x",),
        (0, 0),
        views=("rotation", "bifurcation", "portrait"),
    ),
    "henon": Family("Hénon map", "x → 1 − a x² + y, y → 0.3 x", 0, 0.9, 1.4, ("x", "y"), (0, 1)),
    "lorenz": Family(
        "Lorenz flow",
        "ẋ = 10 (y − x), ẏ = x (ρ − z) − y, ż = x y − 8z/3",
        1,
        20.0,
        100.0,
        ("x", "y", "z"),
        (0, 2),
        observed=2,
        period=0.75,
    ),
    "roessler": Family(
        "Rössler flow",
        "ẋ = −y − z, ẏ = x + 0.2 y, ż = 0.2 + z (x − c)",
        2,
        2.0,
        6.0,
        ("x", "y", "z"),
        (0, 1),
        period=6.0,
    ),
}
"""Families by the kind of the drive."""


def parameter_name(kind: str) -> str:
    """Symbol of the parameter that the plots vary."""
    return ATTRACTORS[kind].names[FAMILIES[kind].varied]


def present_value(kind: str) -> float:
    """Value of that parameter in the drive."""
    return ATTRACTORS[kind].parameters[FAMILIES[kind].varied]


def parameters_with(kind: str, value: float) -> tuple[float, float, float]:
    """Parameters of the drive with another value of the one that is varied."""
    own = list(ATTRACTORS[kind].parameters)
    own[FAMILIES[kind].varied] = value
    return own[0], own[1], own[2]
