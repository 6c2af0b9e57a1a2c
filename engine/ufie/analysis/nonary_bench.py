"""Nonary bench: a number is written into a wave as balanced nonary digits and read back while the wave runs.

Digits stand at sites, or as amplitudes of plane waves and are read by projection: these do not mix as long as
the cubic is weak, those spread as soon as sites are coupled. Source: as `nonary`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput
from tauscope.engine.study import Check, Curve, Figure, Report, Study, StudyContext, Table
from tauscope.engine.ufie.analysis import nonary
from tauscope.engine.ufie.analysis.bench import ContextBench, ring
from tauscope.engine.ufie.analysis.dispersion import axis_eigenvalue, leapfrog_frequency
from tauscope.engine.ufie.analysis.nonary import Complexes, Floats, Reading

SIZE = 32
STEP = 2.5e-4
MOST_DIGITS = 10
GAP = 3
"""Sites from one digit to the next."""
LARGEST_NUMBER = (nonary.BASE**MOST_DIGITS - 1) // 2
READINGS = 100
"""Times at which the wave is read."""
SAFETY = 0.9
"""Share of the limit of the step that c0 may use."""


@dataclass(frozen=True)
class Writing:
    """A number in a wave on a ring of 32 sites, without friction and drive.

    Parameters
    ----------
    number : int
        What is written, up to (9^10 - 1)/2 either way.
    carrier : str
        ``modes``: digit k is the amplitude of the plane wave of k + 1 periods, read by projection;
        ``sites``: digits stand three sites apart and are read there.
    unit : float
        Amplitude of the digit 1.
    beta : float
        Coefficient of the cubic, 1/s^2.
    c0 : float
        Wave speed, sites/s.
    mass : float
        m/2pi, Hz.
    seconds : float
        Time until the last reading.
    precision : str
        ``precise`` or ``fast``.
    """

    number: int = 123_456
    carrier: str = "modes"
    unit: float = 1.0
    beta: float = 0.01
    c0: float = 150.0
    mass: float = 3.254
    seconds: float = 2.0
    precision: str = "precise"

    def checked(self) -> Writing:
        """The same.

        Raises
        ------
        BadInput
            Values out of range.
        """
        fastest = SAFETY / STEP
        rules = (
            ("number", self.number, abs(self.number) <= LARGEST_NUMBER and self.number == int(self.number),
             f"whole numbers from -{LARGEST_NUMBER:,} to {LARGEST_NUMBER:,}"),
            ("unit", self.unit, 0 < self.unit <= 1e6, "above 0, at most 1e6"),
            ("c0", self.c0, 0 <= self.c0 <= fastest, f"0 to {fastest:g} sites/s"),
            ("mass", self.mass, 0 < self.mass <= 20, "above 0, at most 20 Hz: a phase must turn"),
            ("seconds", self.seconds, STEP <= self.seconds <= 1000, f"{STEP:g} to 1000 s"),
        )  # fmt: skip
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"Writing with {key} = {value:,}.", key=key, value=value, allowed=allowed)
        if self.carrier not in ("modes", "sites"):
            raise BadInput("Digits are carried otherwise.", key="carrier", value=self.carrier,
                           allowed="modes, sites")  # fmt: skip
        return self

    @property
    def digits(self) -> list[int]:
        """Digits of the number, lowest first."""
        return nonary.digits_of(int(self.number))

    def frequencies(self) -> Floats:
        """Frequency at which the carrier of each digit turns in the linear wave, rad/s, float64 [digits]."""
        waves = [place + 1 if self.carrier == "modes" else 0 for place in range(len(self.digits))]
        mass = 2 * math.pi * self.mass
        return np.array(
            [leapfrog_frequency(axis_eigenvalue(SIZE, wave), self.c0, STEP, mass) for wave in waves]
        )

    def patterns(self) -> Complexes:
        """What each digit stands on: plane waves or single sites, complex128 [digits, sites]."""
        many = len(self.digits)
        if self.carrier == "sites":
            return np.eye(SIZE, dtype=np.complex128)[GAP * np.arange(many)]
        turns = np.outer(np.arange(1, many + 1), np.arange(SIZE)) / SIZE
        return np.asarray(np.exp(2j * np.pi * turns), np.complex128)

    def read(self, psi: Complexes, moment: float) -> Reading:
        """Digits of a field, complex128 [sites], at a time in s."""
        patterns = self.patterns()
        sizes = (np.abs(patterns) ** 2).sum(axis=1)
        amplitudes = patterns.conj() @ psi / sizes * np.exp(1j * self.frequencies() * moment)
        return nonary.read(amplitudes, self.unit)


class NonaryStudy(Study):
    """A number written into a wave and read back. Options: the entries of `Writing`.

    The report has the table ``digits`` (place, written, read, margin, across) of the last reading and a
    figure of the least margin over time: 0.5 for exact amplitudes, below 0 where a digit would be misread.
    """

    name: ClassVar[str] = "nonary"
    title: ClassVar[str] = "Balanced nonary read-out"

    def run(self, context: StudyContext) -> Report:
        """Run the bench.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        options: Mapping[str, Any] = context.options
        given = Writing(**{n: options[n] for n in Writing.__dataclass_fields__ if n in options}).checked()
        bench = ContextBench(context)
        bench.begin("reading")
        engine = _written(bench, given)
        steps = max(1, round(given.seconds / STEP))
        stride = max(1, steps // READINGS)
        times, margins, across, wrong_at = [], [], [], math.inf
        done = 0
        while True:
            reading = given.read(engine.field("psi").ravel().astype(np.complex128), engine.time)
            times.append(engine.time)
            margins.append(float(_true_margins(given, reading).min()))
            across.append(float(reading.across.max()))
            if not margins[-1] > 0 and math.isinf(wrong_at):
                wrong_at = engine.time
            if done == steps:
                break
            step = min(stride, steps - done)
            bench.advance(engine, step)
            done += step
        context.progress(1.0, "done")
        curves = (
            Curve("least margin", tuple(times), tuple(margins)),
            Curve("largest part across", tuple(times), tuple(across)),
        )
        return Report(
            study=self.name,
            title=self.title,
            checks=_checks(given, reading, margins[-1]),
            tables=(_table(given, reading),),
            figures=(Figure("Margin", "t (s)", "digits", curves),),
            seconds=time.monotonic() - started,
            notes=(_note(given, wrong_at),),
        )


def _written(bench: ContextBench, given: Writing) -> Engine:
    """Ring with the number in it, each carrier turning as the linear leapfrog does."""
    engine = bench.create(
        ring(SIZE, dt=STEP, c0=given.c0, beta=given.beta, mass=given.mass, resonance=1.0,
             precision=given.precision)
    )  # fmt: skip
    parts = nonary.write(given.digits, given.unit)[:, None] * given.patterns()
    turning = -1j * np.sin(given.frequencies() * STEP) / STEP
    shape = engine.field("psi").shape
    engine.command("set_field", name="psi", value=parts.sum(axis=0).reshape(shape))
    engine.command("set_field", name="velocity", value=(turning[:, None] * parts).sum(axis=0).reshape(shape))
    return engine


def _true_margins(given: Writing, reading: Reading) -> Floats:
    """Margin of each digit towards being misread: below 0 where it is."""
    away = np.abs(reading.digits - np.array(given.digits))
    return np.asarray(np.where(away == 0, reading.margin, -np.maximum(away - 0.5, 0.0)))


def _checks(given: Writing, reading: Reading, margin: float) -> tuple[Check, ...]:
    read = nonary.value_of(reading.digits)
    reason = f"{len(given.digits)} digits of {given.unit:g} each, read after {given.seconds:g} s"
    what = "0.5 for exact amplitudes; a lower bound: at 0 a digit is misread"
    return (
        Check.within("number read", given.number, read, 0.0, "1", reason),
        Check("least margin of a digit", 0.5, margin, 0.0, margin > 0.0, "digits", what),
    )


def _table(given: Writing, reading: Reading) -> Table:
    rows = tuple(
        (place, written, int(read), float(margin), float(across))
        for place, (written, read, margin, across) in enumerate(
            zip(given.digits, reading.digits, reading.margin, reading.across, strict=True)
        )
    )
    return Table("digits", ("place", "written", "read", "margin", "across"), rows)


def _note(given: Writing, wrong_at: float) -> str:
    written = " ".join(f"{digit:+d}" if digit else "0" for digit in given.digits[::-1])
    how = "as amplitudes of plane waves" if given.carrier == "modes" else "at sites"
    held = (
        "Every reading was right."
        if math.isinf(wrong_at)
        else f"A digit was misread at {wrong_at:.4g} s first."
    )
    return f"{given.number:,} is {written}, highest digit first, written {how}. {held}"
