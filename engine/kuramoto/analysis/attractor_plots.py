"""Plots of the attractors that may drive a run: bifurcation diagram, rotation number, phase portrait.

Each reports its progress column by column; call them off the simulation thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.kuramoto.analysis.attractor_maps import (
    FAMILIES,
    Family,
    View,
    parameter_name,
    parameters_with,
    present_value,
)
from tauscope.engine.kuramoto.drivers import ATTRACTORS
from tauscope.gpu.kuramoto.attractors import FLOW_STEP, iterate

Floats = npt.NDArray[np.float64]
Progress = Callable[[float], None]
"""``progress(fraction)``; may raise `Cancelled`."""

ESCAPED = 1e3
"""Points further out than this have left the attractor."""
SETTLE = 800
"""Iterates of a map that are left out, and 40 times its period of a flow."""
COLUMNS_A_REPORT = 10


@dataclass(frozen=True)
class AttractorPlot:
    """One plot, worked out.

    Parameters
    ----------
    x, y : float64 array [n]
        Points, or a curve of rotation numbers.
    x_label, y_label : str
        Axes.
    present : float
        Parameter that the drive has, NaN where the axis is none.
    curve : bool
        Whether the points are a curve.
    note : str
        How it was worked out.
    """

    x: Floats
    y: Floats
    x_label: str
    y_label: str
    present: float
    curve: bool
    note: str


def attractor_plot(kind: str, view: View, progress: Progress | None = None) -> AttractorPlot:
    """One plot of an attractor over its usual range.

    Raises
    ------
    BadInput
        Unknown attractor, or a plot that it does not have.
    """
    views = family(kind).views
    if view not in views:
        raise unknown_name("plot", view, views, key="view")
    if view == "rotation":
        return rotation_numbers(progress=progress)
    if view == "portrait":
        return portrait(kind, progress=progress)
    return bifurcation(kind, progress=progress)


def family(kind: str) -> Family:
    """Family of a drive.

    Raises
    ------
    BadInput
        No attractor has this name.
    """
    if kind not in FAMILIES:
        raise unknown_name("attractor", kind, FAMILIES, key="kind")
    return FAMILIES[kind]


def bifurcation(
    kind: str,
    low: float | None = None,
    high: float | None = None,
    columns: int = 400,
    rows: int = 120,
    progress: Progress | None = None,
) -> AttractorPlot:
    """Where an attractor lies, against its parameter: iterates of a map, maxima of a flow.

    Parameters
    ----------
    kind : str
        A key of `FAMILIES`.
    low, high : float, optional
        Range of the parameter, the family's own by default.
    columns : int
        Values of the parameter, 2 or more.
    rows : int
        Iterates of each value; of a flow, maxima at most.
    progress : callable, optional
        Told the fraction done.

    Returns
    -------
    AttractorPlot
        Parameters whose orbit escaped are left out.

    Raises
    ------
    BadInput
        Unknown attractor, an empty range or fewer than 2 columns.
    """
    one = family(kind)
    name = parameter_name(kind)
    values = _range(name, one.low if low is None else low, one.high if high is None else high, columns)
    x: list[Floats] = []
    y: list[Floats] = []
    for n, value in enumerate(values):
        orbit = _orbit(kind, float(value), rows if one.period == 0 else round(rows * one.period / FLOW_STEP))
        series = orbit[:, one.observed]
        # An orbit that leaves comes near the attractor's places on its way, so all of it is left out.
        if np.all(np.abs(orbit) < ESCAPED) or kind == "circle":
            found = series if one.period == 0 else _maxima(series)[:rows]
            x.append(np.full(len(found), value))
            y.append(found)
        _tell(progress, n + 1, columns)
    observed = one.names[one.observed]
    return AttractorPlot(
        np.concatenate(x) if x else np.zeros(0),
        np.concatenate(y) if y else np.zeros(0),
        name,
        observed if one.period == 0 else f"maxima of {observed}",
        present_value(kind),
        False,
        f"{columns} values of {name}, start left out",
    )


def rotation_numbers(
    low: float = 0.0,
    high: float = 1.0,
    columns: int = 800,
    count: int = 4000,
    strength: float | None = None,
    progress: Progress | None = None,
) -> AttractorPlot:
    """Rotation number of the circle map against Omega: the devil's staircase.

    The mean of ``x_{n+1} - x_n`` over ``count`` iterates with the weights ``exp(-1 / (t (1 - t)))``
    (Das, Saiki, Sander and Yorke, Nonlinearity 30, 4111 (2017)). Its error falls faster than any power for
    most irrational numbers, where that of a plain mean is 1/count.

    Parameters
    ----------
    low, high : float
        Range of Omega.
    columns, count : int
        Values of Omega, and iterates of each.
    strength : float, optional
        K of the map, the drive's own by default; from 1 on the map can no longer be inverted.
    progress : callable, optional
        Told the fraction done.

    Raises
    ------
    BadInput
        An empty range or fewer than 2 columns.
    """
    own = ATTRACTORS["circle"].parameters
    K = own[1] if strength is None else strength
    omega = _range("Ω", low, high, columns)
    t = np.arange(1, count) / count
    weights = np.exp(-1.0 / (t * (1.0 - t)))
    weights /= weights.sum()
    turned = np.empty(columns)
    for n, value in enumerate(omega):
        start = iterate("circle", ATTRACTORS["circle"].start, SETTLE, (float(value), K, 0.0))[-1]
        turned[n] = weights @ np.diff(iterate("circle", start, count, (float(value), K, 0.0))[:, 1])
        _tell(progress, n + 1, columns)
    note = f"K = {K:g}, {columns} values of Ω, {count} iterates each, weighted mean"
    return AttractorPlot(omega, turned, "Ω", "rotation number", own[0], True, note)


def portrait(kind: str, count: int = 6000, progress: Progress | None = None) -> AttractorPlot:
    """Points of the attractor at the parameter of the drive: of a map its iterates, of a flow its orbit.

    A map of one dimension is shown as ``x_{n+1}`` against ``x_n``.

    Raises
    ------
    BadInput
        Unknown attractor.
    """
    one = family(kind)
    value = present_value(kind)
    orbit = _orbit(kind, value, count)
    across, up = one.shown
    if across == up:
        x, y, x_label, y_label = orbit[:-1, 0], orbit[1:, 0], "x_n", "x_n+1"
    else:
        x, y, x_label, y_label = orbit[:, across], orbit[:, up], one.names[across], one.names[up]
    _tell(progress, 1, 1)
    note = f"{parameter_name(kind)} = {value:.4g}, {count} " + ("iterates" if one.period == 0 else "steps")
    return AttractorPlot(x.copy(), y.copy(), x_label, y_label, math.nan, False, note)


def _orbit(kind: str, value: float, count: int) -> Floats:
    """Orbit [count, 3] after its start was left out."""
    parameters, period = parameters_with(kind, value), FAMILIES[kind].period
    settle = SETTLE if period == 0 else round(40 * period / FLOW_STEP)
    with np.errstate(all="ignore"):
        start = iterate(kind, ATTRACTORS[kind].start, settle, parameters)[-1]
        found = iterate(kind, start, count, parameters)
    return np.where(np.isfinite(found), found, np.inf)


def _maxima(series: Floats) -> Floats:
    """Maxima of a series, each of the parabola through three samples."""
    top = 1 + np.flatnonzero((series[1:-1] > series[:-2]) & (series[1:-1] >= series[2:]))
    before, now, after = series[top - 1], series[top], series[top + 1]
    return np.asarray(now - (after - before) ** 2 / (8 * (before - 2 * now + after)))


def _range(name: str, low: float, high: float, columns: int) -> Floats:
    if not high > low or columns < 2:
        raise BadInput(
            f"{name} from {low:g} to {high:g} in {columns} values is no range.",
            key="range",
            value=[low, high, columns],
            allowed="an end above the start, 2 values or more",
        )
    return np.linspace(low, high, columns)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None and (done % COLUMNS_A_REPORT == 0 or done == total):
        progress(done / total)
