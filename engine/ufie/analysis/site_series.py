"""The wave at one site, kept while a run goes on, and its power spectrum with the lines that belong to it."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import signal

from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.ufie.analysis.dispersion import axis_eigenvalue, band_top, leapfrog_frequency
from tauscope.engine.ufie.axes import AXES, top_eigenvalue
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.world import World

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Sides = Literal["real", "both"]

SIDES: tuple[Sides, ...] = ("real", "both")
LEAST = 32
"""Samples below which no spectrum is worked out."""
KEPT = 1 << 17
"""Samples kept: 2 MiB, 33 s at the default step."""
SAME = 1e-6
"""Relative difference up to which two intervals are the same: times are sums of steps."""


@dataclass(frozen=True)
class SiteWindow:
    """Frozen copy of what was kept.

    Parameters
    ----------
    values : complex128 array [n]
        Psi at the site, oldest first.
    interval : float
        Time between two samples, s; NaN below two samples.
    tick : int
        Macro tick of the newest.
    problem : str
        Why nothing is kept, as a sentence, or "".
    """

    values: Complexes = field(default_factory=lambda: np.empty(0, np.complex128))
    interval: float = math.nan
    tick: int = 0
    problem: str = ""


class SiteSeries:
    """Tracker that keeps psi at one site at multiples of a stride.

    Another world, a run that went back, or another step begins it anew: a spectrum needs even spacing. Time
    that stands still, as after SCRAM's stop, adds nothing.

    Parameters
    ----------
    key : str
        Engine's key in the world.
    site : nine ints
        Where.
    capacity : int
        Samples kept.
    stride : int
        Macro ticks between two samples; see `stride_of`.
    """

    light = True

    def __init__(self, key: str, site: Sequence[int], capacity: int = KEPT, stride: int = 1) -> None:
        self.key, self.site, self.stride = key, tuple(site), stride
        self._lock = threading.Lock()
        self._world: World | None = None
        self._values = np.zeros(capacity, np.complex128)
        self._count = 0
        self._tick, self._time, self._interval = -1, math.nan, math.nan
        self._problem = ""

    def data(self, newest: int | None = None) -> SiteWindow:
        """Copy of the newest so many samples, or of all; from any thread."""
        with self._lock:
            kept = min(self._count, len(self._values))
            kept = kept if newest is None else min(newest, kept)
            places = np.arange(self._count - kept, self._count) % len(self._values)
            return SiteWindow(self._values[places], self._interval, self._tick, self._problem)

    def start(self, world: World) -> None:
        """Begin anew in a world, with its present tick; on the simulation thread."""
        self._world = world
        self._clear()
        if world.macro_tick % self.stride == 0:
            self.sample(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the stride; none where the site cannot be read."""
        return None if self._problem else (macro_tick // self.stride + 1) * self.stride

    def sample(self, world: World) -> None:
        """Keep the present value."""
        if world is not self._world:
            self.start(world)
            return
        engine = world.engines.get(self.key)
        if engine is None:
            self._problem = f"{self.key} does not run here."
            return
        shape = getattr(engine.config, "shape", ())
        if len(shape) != len(self.site) or any(p >= n for p, n in zip(self.site, shape, strict=True)):
            self._problem = f"The site {list(self.site)} lies outside the torus."
            return
        value, time = complex(engine.field_at("psi", self.site)), engine.time
        if world.macro_tick <= self._tick:
            self._clear()
        passed = time - self._time
        if passed == 0.0:
            return
        if self._count and not math.isclose(passed, self._interval, rel_tol=SAME) and self._count > 1:
            self._clear()
        with self._lock:
            if self._count:
                self._interval = passed if self._count == 1 else self._interval
            self._values[self._count % len(self._values)] = value
            self._count += 1
            self._tick, self._time = world.macro_tick, time

    def _clear(self) -> None:
        with self._lock:
            self._count, self._tick, self._time, self._interval = 0, -1, math.nan, math.nan
            self._problem = ""


@dataclass(frozen=True)
class SiteSpectrum:
    """Power spectrum of psi at a site, Hann window, averaged over segments that overlap by half.

    Parameters
    ----------
    frequency : float64 array [n]
        Hz, rising; negative ones only where both sides are shown.
    power : float64 array [n]
        Mean square of the tone at each: A^2/2 of ``A cos``, A^2 of ``A exp(2 pi i f t)``.
    bin : float
        Width of a bin, 1/T, Hz; a tone fills about two to each side.
    span : float
        T, length of a segment, s.
    segments : int
        Segments averaged.
    peak : float
        Frequency of the largest peak other than the constant part, between bins by a parabola through the
        logarithms, Hz.
    peak_power : float
        Power of the highest bin there.
    sides : Sides
        ``real``: one-sided, of Re psi. ``both``: two-sided, of the complex psi.
    """

    frequency: Floats
    power: Floats
    bin: float
    span: float
    segments: int
    peak: float
    peak_power: float
    sides: Sides


def site_spectrum(
    window: SiteWindow, length: int, sides: Sides = "real", averaged: bool = True
) -> SiteSpectrum:
    """Welch's spectrum of a kept series (scipy.signal.welch, scaling ``spectrum``, nothing detrended).

    Parameters
    ----------
    window : SiteWindow
        Series.
    length : int
        Samples of a segment; fewer while there are not so many.
    sides : Sides
        What of psi.
    averaged : bool
        Over everything that is kept; else the newest segment alone.

    Raises
    ------
    BadInput
        Fewer than `LEAST` samples, samples that are not finite, or unknown sides.
    """
    if sides not in SIDES:
        raise unknown_name("sides", str(sides), SIDES, key="sides")
    series = window.values
    if len(series) < LEAST:
        raise BadInput(
            f"There are {len(series)} samples, too few for a spectrum.",
            key="samples",
            value=len(series),
            allowed=f"{LEAST} or more",
            remedy="Let the run go on.",
        )
    if not np.isfinite(series).all():
        raise BadInput("Ψ at this site is not finite.", key="samples", remedy="Reset the run.")
    length = min(length, len(series))
    used = series if averaged else series[-length:]
    overlap = length // 2
    frequency, power = signal.welch(
        used.real if sides == "real" else used,
        fs=1.0 / window.interval,
        window="hann",
        nperseg=length,
        noverlap=overlap,
        detrend=False,
        return_onesided=sides == "real",
        scaling="spectrum",
    )
    order = np.argsort(frequency)
    frequency, power = np.asarray(frequency[order], np.float64), np.asarray(power[order].real, np.float64)
    width = 1.0 / (length * window.interval)
    told = np.where(np.abs(frequency) < 1.5 * width, 0.0, power)
    top = int(np.argmax(told))
    peak = float(frequency[top]) + width * _offset(power, top)
    count = 1 + (len(used) - length) // max(length - overlap, 1)
    return SiteSpectrum(
        frequency, power, width, length * window.interval, count, peak, float(power[top]), sides
    )


def _offset(power: Floats, top: int) -> float:
    """Place of the peak beside the highest bin, in bins."""
    if not 0 < top < len(power) - 1 or min(power[top - 1 : top + 2]) <= 0.0:
        return 0.0
    left, middle, right = np.log(power[top - 1 : top + 2])
    bend = left - 2 * middle + right
    return 0.0 if bend == 0.0 else float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def stride_of(config: UfieConfig, interval: float) -> int:
    """Most macro ticks between two samples at which nothing of the wave is folded back.

    Free waves end at the top of the band of all axes, the tones' third harmonics lie at three times theirs.

    Parameters
    ----------
    config : UfieConfig
        Configuration.
    interval : float
        Time of a macro tick, s.
    """
    speed = config.c0 / (1.0 + config.state_index)
    top = band_top(top_eigenvalue(config.shape), speed, config.mass_rate)
    highest = max([top, *(3.0 * emitter.tone for emitter in config.emitters)])
    return max(1, int(0.5 / (highest * interval))) if highest > 0.0 else 1


def lattice_lines(config: UfieConfig) -> Mapping[str, float]:
    """Frequencies at which the leapfrog lets free waves of small amplitude turn, Hz by name.

    The uniform field (m), one period along each axis (axes of one length together), and the top of the band
    along one axis, c0/pi without mass, where an axis is even. For the flat metric and s as configured.
    """
    speed, mass = config.c0 / (1.0 + config.state_index), config.mass_rate

    def line(lam: float) -> float:
        return leapfrog_frequency(lam, speed, config.dt, mass) / (2.0 * math.pi)

    found = {"m": line(0.0)} if mass > 0.0 else {}
    if speed > 0.0:
        for size in sorted({size for size in config.shape if size > 1}, reverse=True):
            names = "".join(name for name, n in zip(AXES, config.shape, strict=True) if n == size)
            found[f"{names} 1"] = line(axis_eigenvalue(size, 1))
        found["band top"] = line(4.0)
    return {name: value for name, value in found.items() if math.isfinite(value)}
