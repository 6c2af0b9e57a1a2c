"""Heterodyne bench: two tones and a bias in, mixing products out, with their exponents in beta and amplitude.

A cubic term makes third-order products of two tones, 2 f1 - f2 and its like, and no f1 + f2 or f2 - f1:
these need a bias, a third tone of frequency 0 (ufie.md, F).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.errors import BadInput
from tauscope.engine.study import Report, Study, StudyContext, Table
from tauscope.engine.ufie.analysis.bench import Bench, ContextBench, probed, ring
from tauscope.engine.ufie.analysis.lines import products

RING = 16
"""Sites of the ring."""
STEP = 2.5e-4
STRIDE = 5
"""Steps between two samples: 800 a second. Images of the synthesiser's table, 1e-14 of a tone, fall beside
every product; at 1000 a second one of 20 Hz would fall on 60 Hz."""
DAMPING = 10.0
"""alpha at r = 0: what the start leaves falls by e^-5 a second."""
MASS = 3.254
"""m/2pi in Hz; it carries the bias."""
SECOND = ("f2 - f1", "f1 + f2", "2 f1", "2 f2")
THIRD = ("2 f1 - f2", "2 f2 - f1", "2 f1 + f2", "f1 + 2 f2", "3 f1", "3 f2")
FIFTH = ("3 f1 - 2 f2", "3 f2 - 2 f1")
ORDERS = {2: SECOND, 3: THIRD, 5: FIFTH}


@dataclass(frozen=True)
class Mixing:
    """Two tones on a ring.

    Parameters
    ----------
    first, second : float
        Tones, whole Hz, so that one second holds whole periods of everything.
    amplitude : float
        Of each tone's drive, 1/s^2.
    beta : float
        Coefficient of the cubic, 1/s^2.
    bias : float
        Amplitude of Psi that a constant drive holds.
    analytic : bool
        Whether the tones are ``exp(i w t)`` instead of sines: these make no 3 f1.
    settle : float
        Time before the measurement, s.
    precision : str
        ``precise`` or ``fast``.
    """

    first: float = 20.0
    second: float = 31.0
    amplitude: float = 1000.0
    beta: float = 1.0
    bias: float = 0.0
    analytic: bool = False
    settle: float = 8.0
    precision: str = "precise"

    def config(self) -> dict[str, Any]:
        """Configuration of the ring and its emitters.

        Raises
        ------
        BadInput
            Tones that are not whole, or out of range.
        """
        for key, value in (("first", self.first), ("second", self.second)):
            if not (0 < value <= 100 and value == round(value)):
                raise BadInput(
                    f"A tone of {value:g} Hz.", key=key, value=value, allowed="whole numbers from 1 to 100 Hz"
                )
        pull = (2 * math.pi * MASS) ** 2
        tones = [
            _tone("f1", self.first, self.amplitude, 0.0, self.analytic),
            _tone("f2", self.second, self.amplitude, 0.0, self.analytic),
        ]
        if self.bias:
            tones.append(_tone("bias", 0.0, self.bias * pull, math.pi / 2, False))
        return ring(
            RING,
            dt=STEP,
            c0=300.0,
            alpha=DAMPING,
            resonance=0.0,
            beta=self.beta,
            mass=MASS,
            emitters=tones,
            precision=self.precision,
        )


def sidebands(bench: Bench, mixing: Mixing) -> dict[str, float]:
    """Amplitudes of the tones and of their products at a site, by name; each both ways round for sines.

    A line's amplitude is ``|a(f)| + |a(-f)|``: for a real field the amplitude of its cosine.
    """
    engine = bench.create(mixing.config())
    bench.advance(engine, round(mixing.settle / STEP))
    series = probed(bench, engine, round(1.0 / STEP), STRIDE)
    tones = {"f1": mixing.first, "f2": mixing.second}
    lines = {**tones, **products(("f1", "f2"), (mixing.first, mixing.second))}
    # Whole periods of every whole frequency: the samples' Fourier series is exact.
    every = np.arange(len(series)) - len(series) // 2
    found = np.fft.fftshift(np.fft.fft(series)) / len(series)
    at = {int(f): abs(complex(a)) for f, a in zip(every, found, strict=True)}
    return {name: at[round(f)] + at[-round(f)] for name, f in lines.items()}


def third_order(mixing: Mixing, found: Mapping[str, float]) -> float:
    """Amplitude of 2 f1 - f2 by perturbation theory, from the measured tones a and b of two sines.

    The cubic of ``a cos(w1 t) + b cos(w2 t)`` holds ``3/4 a^2 b cos((2 w1 - w2) t)``, and the uniform field
    answers as an oscillator of frequency m and friction gamma. Right to first order in beta.
    """
    w = 2 * math.pi * (2 * mixing.first - mixing.second)
    answer = abs(complex((2 * math.pi * MASS) ** 2 - w * w, DAMPING * w))
    return mixing.beta * 0.75 * found["f1"] ** 2 * found["f2"] / answer


def exponent(x: Sequence[float], y: Sequence[float]) -> float:
    """Slope of log y over log x, by least squares."""
    return float(np.polyfit(np.log(np.asarray(x)), np.log(np.asarray(y)), 1)[0])


def exponents(
    bench: Bench,
    mixing: Mixing,
    names: Sequence[str],
    factors: Sequence[float] = (0.5, 2.0),
    base: Mapping[str, float] | None = None,
) -> dict[str, tuple[float, float]]:
    """Exponents of lines in beta and in the amplitude of both tones, by name.

    Parameters
    ----------
    factors : sequence of float
        Factors on beta and on the amplitude, beside 1.
    base : mapping of str to float, optional
        `sidebands` of ``mixing`` itself, where these are known.
    """
    middle = sidebands(bench, mixing) if base is None else base

    def fitted(key: str) -> dict[str, float]:
        given = [getattr(mixing, key) * factor for factor in factors]
        runs = [middle, *(sidebands(bench, replace(mixing, **{key: value})) for value in given)]
        at = (getattr(mixing, key), *given)
        return {name: exponent(at, [run[name] for run in runs]) for name in names}

    in_beta, in_amplitude = fitted("beta"), fitted("amplitude")
    return {name: (in_beta[name], in_amplitude[name]) for name in names}


class HeterodyneStudy(Study):
    """Sidebands of two tones with and without a bias, and their exponents.

    Options: the entries of `Mixing`. The report has the tables ``sidebands`` (line, Hz, amplitude without
    bias, with bias) and ``exponents`` (line, in beta, in amplitude).
    """

    name: ClassVar[str] = "heterodyne"
    title: ClassVar[str] = "Mixing of two tones"

    def run(self, context: StudyContext) -> Report:
        """Run the bench.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        options: Mapping[str, Any] = context.options
        known = {name: options[name] for name in Mixing.__dataclass_fields__ if name in options}
        mixing = Mixing(**{"bias": 0.3, **known})
        bench = ContextBench(context, 3)
        bench.begin("without bias")
        plain_mixing = replace(mixing, bias=0.0)
        plain = sidebands(bench, plain_mixing)
        bench.begin("with bias")
        biased = sidebands(bench, mixing)
        bench.begin("exponents")
        names = THIRD[:2] if mixing.analytic else THIRD
        fitted = exponents(bench, plain_mixing, names, base=plain)
        tones = {"f1": mixing.first, "f2": mixing.second}
        lines = {**tones, **products(("f1", "f2"), (mixing.first, mixing.second))}
        context.progress(1.0, "done")
        return Report(
            study=self.name,
            title=self.title,
            tables=(
                Table(
                    "sidebands",
                    ("line", "Hz", "without bias", "with bias"),
                    tuple((name, f, plain[name], biased[name]) for name, f in lines.items()),
                ),
                Table(
                    "exponents",
                    ("line", "in beta", "in amplitude"),
                    tuple((name, *pair) for name, pair in fitted.items()),
                ),
            ),
            seconds=time.monotonic() - started,
            notes=("A cubic alone gives no f1 + f2 and no f2 - f1; with a bias both appear, as it grows.",),
        )


def _tone(name: str, frequency: float, amplitude: float, phase: float, analytic: bool) -> dict[str, Any]:
    return {
        "name": name,
        "frequency": frequency,
        "amplitude": amplitude,
        "phase": phase,
        "profile": "uniform",
        "complex": analytic,
        "ramp": 1.0,
    }
