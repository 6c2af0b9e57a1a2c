"""Levels and gates of a screened centre from its Schrödinger equation, for every voxel of a scan.

V(r) = -kappa r_s^3 exp(-r / r_s) / r has one parameter without dimensions, mu = hbar^2 / (m kappa r_s^4), so
a curve over mu holds every medium; energies are in m kappa^2 r_s^6 / hbar^2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tauscope.engine.atomx import radial
from tauscope.engine.atomx.levels import HBAR, J_TO_MEV, M_EFF, Flags, Floats, Levels
from tauscope.engine.atomx.table import Curves, LevelTable, row

Mapper = Callable[[Callable[[float], Any], Iterable[float]], Iterable[Any]]
"""Something like `map`; that of a pool of processes spreads direct solutions over all cores."""

STEEP = 0.285
"""Screening above which the answer to a stronger potential bends so much that its spline is coarse."""
SPLIT_MARGIN = 1e-6
"""Relative distance from the gate of the split within which a voxel is solved anew."""
MARGIN = 1e-5
"""Distance from the gates of compat and R2 within which a voxel is solved anew."""
STEEP_MARGIN = 2e-3
"""The same for R2 above `STEEP`; the spline is off by 7e-4 at most there."""


def screening(kappa: Floats, r_screen: Floats) -> Floats:
    """Mu, float64 like the inputs (N/m, m), dimensionless."""
    answer: Floats = HBAR**2 / (M_EFF * kappa * r_screen**4)
    return answer


def energy_unit(kappa: Floats, r_screen: Floats) -> Floats:
    """Energy of one unit, float64 like the inputs (N/m, m), meV."""
    answer: Floats = M_EFF * kappa**2 * r_screen**6 / HBAR**2 * J_TO_MEV
    return answer


def levels(
    kappa: Floats,
    r_screen: Floats,
    thresholds: dict[str, float],
    *,
    table: LevelTable | None = None,
    direct: bool = False,
    mapper: Mapper = map,
    progress: Callable[[float, str], None] | None = None,
) -> Levels:
    """Levels on the mesh of two axes.

    Parameters
    ----------
    kappa : float64 array [Nk]
        N/m.
    r_screen : float64 array [Nr]
        m.
    thresholds : dict of str to float
        Gates, ``split_thr`` (meV), ``compat_thr`` and ``r2_thr``: voxels at their edges are solved anew.
    table : LevelTable, optional
        Table to read; one is built unless given.
    direct : bool
        Whether every voxel is solved by itself.
    mapper : callable
        Maps direct solutions; `map` unless given.
    progress : callable, optional
        ``progress(fraction, text)``; may raise `Cancelled`.
    """
    tell = progress or _silent
    K, R = np.meshgrid(kappa, r_screen)
    mu, unit = screening(K, R), energy_unit(K, R)
    inside = mu < radial.critical(2)
    if direct:
        curves = _blank(mu.shape)
        _solve_into(curves, mu, inside, mapper, lambda share: tell(share, "solving voxels"))
    else:
        found = table or LevelTable.build(lambda share: tell(0.9 * share, "solving the table"))
        curves = found.at(mu)
        edge = inside & at_edge(curves, mu, unit, thresholds)
        _solve_into(curves, mu, edge, mapper, lambda share: tell(0.9 + 0.1 * share, "solving edges"))
    return Levels(K, R, curves.e1 * unit, curves.e2 * unit, curves.compat, curves.R2, notes=_notes(mu))


def read(kappa: Floats, r_screen: Floats, table: LevelTable) -> Levels:
    """Levels on the mesh of two axes (N/m, m) as a table has them, with nothing solved anew: for drawing."""
    K, R = np.meshgrid(kappa, r_screen)
    unit, curves = energy_unit(K, R), table.at(screening(K, R))
    return Levels(K, R, curves.e1 * unit, curves.e2 * unit, curves.compat, curves.R2)


def at_edge(curves: Curves, mu: Floats, unit: Floats, thresholds: dict[str, float]) -> Flags:
    """Voxels whose gates lie within the table's error of a threshold, bool like ``mu``."""
    split = np.abs(curves.e2 - curves.e1) * unit
    near_split = np.abs(split - thresholds["split_thr"]) < SPLIT_MARGIN * thresholds["split_thr"]
    near_compat = np.abs(curves.compat - thresholds["compat_thr"]) < MARGIN
    margin = np.where(mu < STEEP, MARGIN, STEEP_MARGIN)
    near_R2 = np.abs(curves.R2 - thresholds["r2_thr"]) < margin
    answer: Flags = near_split | near_compat | near_R2
    return answer


def _solve_into(
    curves: Curves, mu: Floats, wanted: Flags, mapper: Mapper, tell: Callable[[float], None]
) -> None:
    different, back = np.unique(mu[wanted], return_inverse=True)
    if not different.size:
        return
    rows = np.empty((different.size, 4))
    for i, found in enumerate(mapper(row, different.tolist())):
        rows[i] = found
        tell((i + 1) / different.size)
    for array, column in zip((curves.e1, curves.e2, curves.compat, curves.R2), rows.T, strict=True):
        array[wanted] = column[back]


def _blank(shape: tuple[int, ...]) -> Curves:
    return Curves(*(np.full(shape, np.nan) for _ in range(4)))


def _notes(mu: Floats) -> tuple[str, ...]:
    critical = radial.critical(2)
    unbound = int((mu >= critical).sum())
    if not unbound:
        return ()
    return (
        f"{unbound:,} of {mu.size:,} voxels have no second level: their screening is {critical:.6f} or more.",
    )


def _silent(_share: float, _text: str) -> None:
    """Nobody watches."""
