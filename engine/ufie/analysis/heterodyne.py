"""Heterodyne bench: two or three tones and a bias in, mixing products out, their exponents fitted.

A cubic term makes third-order products of two tones, 2 f1 - f2 and its like, and no f1 + f2 or f2 - f1:
these need a bias, a third tone of frequency 0 (ufie.md, F).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.analysis.bench import Bench, probed, ring
from tauscope.engine.ufie.analysis.lines import products

Floats = npt.NDArray[np.float64]

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
HIGHEST = 5
"""Order of the products that are looked for where lines may fall on one another."""


@dataclass(frozen=True)
class Mixing:
    """Two or three tones on a ring.

    Parameters
    ----------
    first, second : float
        Tones, whole Hz, so that one second holds whole periods of everything.
    third : float
        Third tone, whole Hz; 0 for none.
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
    third: float = 0.0
    amplitude: float = 1000.0
    beta: float = 1.0
    bias: float = 0.0
    analytic: bool = False
    settle: float = 8.0
    precision: str = "precise"

    @property
    def tones(self) -> dict[str, float]:
        """Frequencies of the tones by name, Hz."""
        given = {"f1": self.first, "f2": self.second, "f3": self.third}
        return {name: tone for name, tone in given.items() if tone or name != "f3"}

    @property
    def lines(self) -> dict[str, float]:
        """Frequencies of the tones and of their products by name, Hz; a negative one turns the other way."""
        return {**self.tones, **products(tuple(self.tones), tuple(self.tones.values()))}

    def config(self) -> dict[str, Any]:
        """Configuration of the ring and its emitters.

        Raises
        ------
        BadInput
            Tones that are not whole, out of range, or the same; an amplitude or time below 0.
        """
        keys = {"f1": "first", "f2": "second", "f3": "third"}
        for key, value in ((keys[name], tone) for name, tone in self.tones.items()):
            if not (0 < value <= 100 and value == round(value)):
                raise BadInput(
                    f"A tone of {value:g} Hz.", key=key, value=value, allowed="whole numbers from 1 to 100 Hz"
                )
        if len(set(self.tones.values())) < len(self.tones):
            raise BadInput(
                "Two tones are the same.", key="second", value=self.second, allowed="different tones"
            )
        for key, size in (("amplitude", self.amplitude), ("settle", self.settle)):
            if not (math.isfinite(size) and size >= 0):
                raise BadInput(f"Mixing with {key} = {size:g}.", key=key, value=size, allowed="0 or more")
        pull = (2 * math.pi * MASS) ** 2
        tones = [_tone(name, f, self.amplitude, 0.0, self.analytic) for name, f in self.tones.items()]
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


def spectrum(bench: Bench, mixing: Mixing) -> Floats:
    """Amplitude at every whole frequency at a site, float64 [401]: of 0, 1, … 400 Hz.

    Both ways round for sines: ``|a(f)| + |a(-f)|`` is for a real field the amplitude of its cosine.
    """
    engine = bench.create(mixing.config())
    bench.advance(engine, round(mixing.settle / STEP))
    series = probed(bench, engine, round(1.0 / STEP), STRIDE)
    # Whole periods of every whole frequency: the samples' Fourier series is exact.
    found = np.abs(np.fft.fft(series)) / len(series)
    half = len(series) // 2
    folded = np.concatenate((found[:1], found[1:half] + found[:half:-1], found[half : half + 1]))
    return np.asarray(folded, np.float64)


def picked(mixing: Mixing, found: Floats) -> dict[str, float]:
    """Amplitudes of a `spectrum` at the tones and at their products, by name."""
    return {name: float(found[abs(round(f))]) for name, f in mixing.lines.items()}


def sidebands(bench: Bench, mixing: Mixing) -> dict[str, float]:
    """Amplitudes of the tones and of their products at a site, by name; see `spectrum`."""
    return picked(mixing, spectrum(bench, mixing))


def alone(mixing: Mixing, name: str) -> bool:
    """Whether a line's amplitude is its own: no other product of up to `HIGHEST` tones falls on it."""
    tones = [round(f) for f in mixing.tones.values()]
    at = abs(round(mixing.lines[name]))
    multiples = range(-HIGHEST, HIGHEST + 1)
    ways = 0
    for many in itertools.product(multiples, repeat=len(tones)):
        if 0 < sum(map(abs, many)) <= HIGHEST:
            ways += abs(sum(k * f for k, f in zip(many, tones, strict=True))) == at
    # Each way and its opposite are one.
    return at > 0 and ways == 2


def third_order(mixing: Mixing, found: Mapping[str, float]) -> float:
    """Amplitude of 2 f1 - f2 by perturbation theory, from the measured tones a and b of two sines.

    The cubic of ``a cos(w1 t) + b cos(w2 t)`` holds ``3/4 a^2 b cos((2 w1 - w2) t)``, and the uniform field
    answers as an oscillator of frequency m and friction gamma. Right to first order in beta.
    """
    return mixing.beta * 0.75 * found["f1"] ** 2 * found["f2"] / _answer(2 * mixing.first - mixing.second)


def second_order(mixing: Mixing, found: Mapping[str, float]) -> float:
    """Amplitude of f1 + f2 by perturbation theory, from the measured tones a and b of two sines and the bias.

    The cubic of ``B + a cos(w1 t) + b cos(w2 t)`` holds ``3 B a b cos((w1 + w2) t)``. Right to first order in
    beta, and while the cubic moves B itself by little.
    """
    return mixing.beta * 3.0 * mixing.bias * found["f1"] * found["f2"] / _answer(mixing.first + mixing.second)


def _answer(frequency: float) -> float:
    """Force over amplitude of the uniform field at a frequency in Hz, 1/s^2."""
    w = 2 * math.pi * frequency
    return abs(complex((2 * math.pi * MASS) ** 2 - w * w, DAMPING * w))


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
