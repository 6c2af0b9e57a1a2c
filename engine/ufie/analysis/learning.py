"""Plasticity study: a plane of waves whose metric learns from them while they run, its energy booked."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput
from tauscope.engine.study import Check, Curve, Figure, Report, Study, StudyContext, Table
from tauscope.engine.ufie.analysis import plasticity
from tauscope.engine.ufie.analysis.bench import TOLERANCES
from tauscope.engine.ufie.reference import Balance, WaveReference
from tauscope.engine.ufie.reference_operator import Geometry

Floats = npt.NDArray[np.float64]

SAFETY = 0.9
"""Share of the limit of the step within which the metric is kept."""


@dataclass(frozen=True)
class Learning:
    """A plane of waves with one metric for all of it.

    Parameters
    ----------
    size : int
        Sites along each of two axes.
    c0 : float
        Wave speed where the metric is flat, sites/s.
    dt : float
        Step, s.
    amplitude : float
        Of the wave that stands along the first axis.
    rate : float
        eta, of ``dg/dt = -eta Re(Psi_i Psi_j*) - lambda (g - delta)``.
    forgetting : float
        lambda, 1/s.
    every : int
        Steps between two changes of the metric.
    seconds : float
        Time.
    literal : bool
        Whether lambda has the sign of the model's own literature.
    """

    size: int = 16
    c0: float = 100.0
    dt: float = 5e-4
    amplitude: float = 1.0
    rate: float = 20.0
    forgetting: float = 2.0
    every: int = 20
    seconds: float = 1.0
    literal: bool = False

    @property
    def least(self) -> float:
        """Least eigenvalue of the metric for which the step is still short enough: lam <= 8/least."""
        return max(plasticity.LEAST, 8.0 * (self.c0 * self.dt / (2.0 * SAFETY)) ** 2)

    def checked(self) -> Learning:
        """The same.

        Raises
        ------
        BadInput
            Values out of range.
        """
        rules = (
            ("size", self.size, 4 <= self.size <= 64, "4 to 64"),
            ("every", self.every, self.every >= 1, "1 or more"),
            ("rate", self.rate, self.rate >= 0, "0 or more"),
            ("forgetting", self.forgetting, self.forgetting >= 0, "0 or more"),
            ("dt", self.dt, self.dt > 0 and self.least < 1, "short enough for flat waves"),
        )
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"Learning with {key} = {value:g}.", key=key, value=value, allowed=allowed)
        return self


class PlasticityStudy(Study):
    """Metric that learns while waves run. Options: the entries of `Learning`.

    Where a wave stands along an axis, g of that axis shrinks, so g^-1 and the speed along it grow. The
    energy that each change of the metric gives is booked, and what is left over is checked. The report has
    the table ``metric`` (time, g_11, g_12, g_22) and a figure.
    """

    name: ClassVar[str] = "plasticity"
    title: ClassVar[str] = "A metric that learns"

    def run(self, context: StudyContext) -> Report:
        """Run it.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        options: Mapping[str, Any] = context.options
        given = Learning(**{n: options[n] for n in Learning.__dataclass_fields__ if n in options}).checked()
        g, wave = np.eye(2), _wave(given, np.eye(2))
        x = np.arange(given.size)[:, None] * np.ones(given.size)
        wave.start(given.amplitude * np.cos(2 * math.pi * x / given.size))
        first, booked, rows = wave.balance(), 0.0, [_row(0.0, g)]
        looks = round(given.seconds / given.dt / given.every)
        for look in range(looks):
            wave.advance(given.every)
            drive = plasticity.correlation(wave.psi)
            g = plasticity.learn(
                g, drive, given.every * given.dt, rate=given.rate, forgetting=given.forgetting,
                literal=given.literal, least=given.least,
            )  # fmt: skip
            wave, gain = _changed(given, wave, g)
            booked += gain
            rows.append(_row((look + 1) * given.every * given.dt, g))
            context.progress((look + 1) / looks, "learning")
        columns = list(zip(*rows, strict=True))
        curves = tuple(
            Curve(name, columns[0], columns[1 + n]) for n, name in enumerate(("g₁₁", "g₁₂", "g₂₂"))
        )
        check = _accounted(first, wave.balance(), booked)
        return Report(
            study=self.name,
            title=self.title,
            checks=(check,),
            tables=(Table("metric", ("time", "g_11", "g_12", "g_22"), tuple(rows)),),
            figures=(Figure("Metric", "t (s)", "g", curves),),
            seconds=time.monotonic() - started,
            notes=(_note(given, g),),
        )


def _wave(given: Learning, g: Floats) -> WaveReference:
    inverse = np.linalg.inv(g)
    geometry = Geometry.of_full((given.size, given.size), inverse)
    return WaveReference(geometry, given.dt, c0=given.c0)


def _changed(given: Learning, wave: WaveReference, g: Floats) -> tuple[WaveReference, float]:
    """The same field and velocity in another metric, and the energy that the change gave."""
    found = _wave(given, g)
    found.start(wave.psi, wave.velocity())
    return found, found.balance().H_hat - wave.balance().H_hat


def _accounted(first: Balance, last: Balance, booked: float) -> Check:
    left = abs(last.H_hat - first.H_hat - booked) / (abs(first.H_hat) + abs(booked))
    reason = f"Ĥ grew by {last.H_hat - first.H_hat:.3g}, all of it given by changes of the metric"
    return Check.within("energy not accounted for", 0.0, left, TOLERANCES["residual"], "1", reason)


def _row(moment: float, g: Floats) -> tuple[float, float, float, float]:
    return moment, float(g[0, 0]), float(g[0, 1]), float(g[1, 1])


def _note(given: Learning, g: Floats) -> str:
    away = float(np.abs(g - np.eye(2)).max())
    if given.literal:
        return (
            f"With +λ whatever is not flat grows: g is {away:.3g} from flat. This sign is the literature's."
        )
    return f"g is {away:.3g} from flat; it is kept above {given.least:.2g}, so that waves stay slow enough."
