"""Scan of the phase control: dphi goes through its range, and the field's response is recorded."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput
from tauscope.engine.study import Curve, Figure, Report, Study, StudyContext, Table
from tauscope.engine.ufie.analysis.bench import ContextBench
from tauscope.engine.ufie.axes import AXES, axis_number
from tauscope.engine.ufie.config import UfieConfig

Floats = npt.NDArray[np.float64]

SAMPLE_EVERY = 5e-3
"""Time between two samples of the response, s."""


@dataclass(frozen=True)
class Range:
    """What a scan goes through.

    Parameters
    ----------
    low, high : float
        Ends of dphi, rad; within 0..2 pi.
    points : int
        Values, ends included.
    settle, measure : float
        Time from the start that is left out, and time that is measured, s.
    axis : str
        Axis along which the response map is resolved.
    """

    low: float = 0.0
    high: float = 2 * math.pi
    points: int = 13
    settle: float = 1.5
    measure: float = 0.5
    axis: str = "x"

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Range:
        """Range from a study's options.

        Raises
        ------
        BadInput
            Values out of range.
        """
        found = cls(**{name: options[name] for name in cls.__dataclass_fields__ if name in options})
        axis_number(found.axis)
        rules = (
            ("low", found.low, found.low >= 0, "0 or more"),
            ("high", found.high, found.low < found.high <= 2 * math.pi + 1e-9, "above low, at most 2π"),
            ("points", found.points, 2 <= found.points <= 10_000, "2 to 10000"),
            ("settle", found.settle, found.settle >= 0, "0 or more"),
            ("measure", found.measure, found.measure >= SAMPLE_EVERY, f"{SAMPLE_EVERY:g} s or more"),
        )
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"A scan with {key} = {value:g}.", key=key, value=value, allowed=allowed)
        return found


@dataclass(frozen=True)
class ResponseMap:
    """What a scan found, read back from its report.

    Parameters
    ----------
    dphi : float64 array [n]
        rad.
    rms, largest, power : float64 array [n]
        Root of the mean ``|Psi|^2`` over sites and time, largest ``|Psi|``, and mean power of the drive.
    profile : float64 array [n, sites]
        Root of the mean ``|Psi|^2`` along one axis.
    attempts : float64 array [n]
        How often SCRAM took the field back and lowered the drive: such a response is not that of the set-up.
    """

    dphi: Floats
    rms: Floats
    largest: Floats
    power: Floats
    profile: Floats
    attempts: Floats

    @classmethod
    def of(cls, report: Report) -> ResponseMap:
        """Curves of a report of `PhaseScan`."""
        tables = {table.name: table for table in report.tables}
        columns = np.array(tables["response"].rows, np.float64).T
        profile = np.array(tables["map"].rows, np.float64)[:, 1:]
        return cls(columns[0], columns[1], columns[2], columns[3], profile, columns[4])


class PhaseScan(Study):
    """Response of the field to the phase control dphi, each value in a run of its own from the same start.

    dphi turns emitter i by its prime in degrees times dphi; over 0..2 pi these are no whole turns, so the
    two ends of the range differ. Options: ``config`` (of the run; dphi in it is replaced) and those of
    `Range`. The report has the tables ``response`` (dphi, rms, largest, power, attempts of SCRAM) and ``map``
    (dphi, then a column a site of the axis); `ResponseMap.of` reads them.
    """

    name: ClassVar[str] = "scan"
    title: ClassVar[str] = "Response to the phase control"

    def run(self, context: StudyContext) -> Report:
        """Run the scan.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        config = dict(context.options.get("config", {}))
        checked = UfieConfig.load(config)
        span = Range.of(context.options)
        values = np.linspace(span.low, min(span.high, 2 * math.pi), span.points)
        bench = ContextBench(context, span.points)
        rows, profiles = [], []
        for dphi in values.tolist():
            bench.begin(f"Δϕ = {dphi:.3g}")
            engine = bench.create({**config, "dphi": dphi})
            bench.advance(engine, round(span.settle / checked.dt))
            row, profile = self._measured(bench, engine, span, checked.dt)
            rows.append((dphi, *row))
            profiles.append((dphi, *profile.tolist()))
        context.progress(1.0, "done")
        columns = list(zip(*rows, strict=True))
        curve = Curve("rms", columns[0], columns[1])
        size = checked.shape[axis_number(span.axis)]
        places = ("dphi", *(f"{span.axis} = {n}" for n in range(size)))
        return Report(
            study=self.name,
            title=self.title,
            tables=(
                Table("response", ("dphi", "rms", "largest", "power", "attempts"), tuple(rows)),
                Table("map", places, tuple(profiles)),
            ),
            figures=(Figure("Response", "Δϕ (rad)", "rms |Ψ|", (curve,)),),
            seconds=time.monotonic() - started,
            notes=(*_rescued(columns[0], columns[4]), _swing(np.array(columns[1]))),
        )

    def _measured(
        self, bench: ContextBench, engine: Engine, span: Range, dt: float
    ) -> tuple[tuple[float, float, float, float], Floats]:
        """Response of one run: (rms, largest, power, attempts), and the profile along the axis."""
        stride = max(1, round(SAMPLE_EVERY / dt))
        samples = max(1, round(span.measure / dt) // stride)
        axis = axis_number(span.axis)
        others = tuple(number for number in range(len(AXES)) if number != axis)
        square: Any = 0.0
        largest, power = 0.0, 0.0
        for _ in range(samples):
            bench.advance(engine, stride)
            density = np.abs(engine.field("psi")).astype(np.float64) ** 2
            square = square + density.mean(axis=others)
            largest = max(largest, math.sqrt(float(density.max())))
            power += engine.scalar("P_in")
        profile = np.asarray(square, np.float64) / samples
        row = math.sqrt(float(profile.mean())), largest, power / samples, engine.scalar("scram_attempts")
        return row, np.sqrt(profile)


def _rescued(dphi: Sequence[float], attempts: Sequence[float]) -> list[str]:
    """Where SCRAM acted, as a sentence, if it did anywhere."""
    at = [f"{value:.3g}" for value, count in zip(dphi, attempts, strict=True) if count]
    if not at:
        return []
    found = f"SCRAM lowered the drive at Δϕ = {', '.join(at)}: these answers are of a weaker drive."
    return [f"{found} Lower the amplitudes to compare all of them."]


def _swing(rms: Floats) -> str:
    share = (float(rms.max()) - float(rms.min())) / max(float(rms.mean()), np.finfo(float).tiny)
    return (
        f"The response swings by {share:.2%} of its mean over the scan. The ends of 0 to 2π differ, because "
        "primes in degrees times 2π are no whole turns."
    )
