"""What the probes' docks show, worked out off the GUI thread: panes of curves and the words beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.app import notes
from tauscope.engine.base import FieldSpec
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import ProbeData, Profile
from tauscope.engine.spectrum import Window, spectrum
from tauscope.engine.theory import Comparison, Theory
from tauscope.widgets.amounts import count, measured
from tauscope.widgets.docks.probe_state import COLORS
from tauscope.widgets.plots.chart import Curve, Pane

Floats = npt.NDArray[np.float64]
DIGITS = 5
ROUNDING = 1e-12
"""Amplitudes below this share of the values are rounding."""


@dataclass(frozen=True)
class TheoryWish:
    """What is typed in a theory bar.

    Parameters
    ----------
    text : str
        Formula, or "".
    sigma : float or None
        Error of a value as typed.
    fit : bool
        Whether the free parameters are to be fitted now.
    fitted : Comparison or None
        Fit that is in force.
    fitted_at : int
        Tick of that fit.
    refusal : str
        Why the last fit was refused; it stands until something else is typed.
    """

    text: str = ""
    sigma: float | None = None
    fit: bool = False
    fitted: Comparison | None = None
    fitted_at: int = 0
    refusal: str = ""


@dataclass(frozen=True)
class TheoryResult:
    """A theory's curves, and what is said about it."""

    curve: Curve | None = None
    residual: Pane | None = None
    text: str = ""
    trouble: bool = False
    fitted: Comparison | None = None
    fitted_at: int = 0


@dataclass(frozen=True)
class ProbesResult:
    """What the Probes dock shows; see `ProbesPanel.set_data`."""

    panes: tuple[Pane, ...] = ()
    labels: tuple[str, str] = ("tick", "tick")
    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    reach: str = ""
    peaks: str = ""
    log: bool = False
    theory: TheoryResult | None = None


def probes_view(
    data: ProbeData,
    view: str,
    window: Window,
    axes: tuple[str, str],
    selected: str,
    wish: TheoryWish,
    ema: float | None,
) -> ProbesResult:
    """Series, spectra or phase portrait of the probes that are shown.

    Parameters
    ----------
    data : ProbeData
        Samples.
    view : str
        ``series``, ``spectrum`` or ``phase``.
    window : Window
        Taper of the spectra.
    axes : (str, str)
        Ids of the probes across and along a phase portrait.
    selected : str
        Chosen probe, which the theory is compared with; without one it is the first shown.
    wish : TheoryWish
        Theory over the series.
    ema : float or None
        Averaging window of f_live, for the error of its values.
    """
    shown = [probe for probe in data.probes if probe.shown]
    newest = {
        probe.id: measured(float(data.values[probe.id][-1]), data.units.get(probe.id, ""), DIGITS)
        for probe in data.probes
        if len(data.ticks) and np.isfinite(data.values[probe.id][-1])
    }
    common: dict[str, Any] = {"values": newest, "problems": data.problems, "reach": reach_text(data)}
    if view == "spectrum":
        return _spectra(data, shown, window, common)
    if view == "phase":
        return _phase(data, axes, common)
    ticks = data.ticks.astype(np.float64)
    panes = series_panes(data, shown, ticks)
    target = next((p for p in shown if p.id == selected), shown[0] if shown else None)
    theory = None
    if target is not None and wish.text:
        sigma = wish.sigma or _series_sigma(target, ema)
        theory = compared(
            wish,
            {"t": ticks},
            data.values[target.id],
            ticks,
            sigma,
            int(ticks[-1]) if len(ticks) else 0,
            target.title,
        )
        panes = with_theory(panes, target.id, theory)
    return ProbesResult(panes, ("tick", "tick"), theory=theory, **common)


def series_panes(data: ProbeData, shown: Sequence[Probe], ticks: Floats) -> tuple[Pane, ...]:
    """One pane for each field or scalar and unit; sums of cells stand apart."""
    groups: dict[tuple[str, str, bool], list[Curve]] = {}
    for probe in shown:
        unit = data.units.get(probe.id, "")
        sums = probe.kind in ("line", "region") and probe.reduction == "sum"
        curve = Curve(probe.id, probe.title, probe.color, ticks, data.values[probe.id], unit=unit)
        label = data.labels.get(probe.id, probe.quantity)
        if probe.kind in ("line", "region") and not sums:
            label = label.removeprefix(f"{probe.reduction} ")
        groups.setdefault((label, unit, sums), []).append(curve)
    return tuple(Pane(axis_text(label, unit), tuple(curves)) for (label, unit, _), curves in groups.items())


def axis_text(label: str, unit: str) -> str:
    """Label of an axis with its unit."""
    return label if unit in ("", "1") else f"{label} / {unit}"


def reach_text(data: ProbeData) -> str:
    """Which ticks are kept."""
    if not len(data.ticks):
        return ""
    every = "" if data.stride == 1 else f", every {count(data.stride)}"
    kept = f"ticks {count(float(data.ticks[0]))} to {count(float(data.ticks[-1]))}{every}"
    return f"{kept} · {count(data.dropped)} older dropped" if data.dropped else kept


def profile_view(
    profile: Profile, specs: Mapping[str, FieldSpec], wish: TheoryWish, ema: float | None
) -> tuple[tuple[Pane, ...], TheoryResult | None]:
    """Panes of a profile, fields of one unit and kind together, and the theory over the first field."""
    groups: dict[str, list[Curve]] = {}
    for number, (name, values) in enumerate(profile.values.items()):
        spec = specs[name]
        unit = "" if spec.unit == "1" else spec.unit
        color = profile.probe.color if number == 0 else COLORS[(number + 1) % len(COLORS)]
        curve = Curve(name, spec.label, color, profile.r, values, unit=unit)
        groups.setdefault(unit, []).append(curve)
    panes = tuple(
        Pane(axis_text(", ".join(curve.name for curve in curves), unit), tuple(curves))
        for unit, curves in groups.items()
    )
    if not wish.text or not profile.values:
        return panes, None
    name, values = next(iter(profile.values.items()))
    sigma = wish.sigma or notes.value_error(name, profile.scalars, ema)
    places = {"r": profile.r, "x": profile.x, "y": profile.y, "t": np.full_like(profile.r, profile.tick)}
    theory = compared(wish, places, values, profile.r, sigma, profile.tick, specs[name].label)
    return with_theory(panes, name, theory), theory


def compared(
    wish: TheoryWish,
    places: Mapping[str, Floats],
    values: Floats,
    x: Floats,
    sigma: float | None,
    tick: int,
    of: str,
) -> TheoryResult:
    """Theory beside measured values, fitted if that is wished; a refusal becomes its text."""
    try:
        theory = Theory(wish.text, tuple(places))
        fitted, fitted_at = wish.fitted, wish.fitted_at
        if wish.fit:
            fitted, fitted_at = theory.fit(places, values, sigma), tick
            found = fitted
        elif fitted is not None:
            found = theory.compare(places, values, sigma, fitted.parameters, len(theory.free))
        else:
            found = theory.compare(places, values, sigma)
    except BadInput as error:
        return TheoryResult(text=str(error), trouble=True)
    curve = Curve("theory", "theory", "text", x, found.curve, "dash")
    residual = Pane(
        "measured − theory", (Curve("residual", "residual", "warning", x, found.residual),), zero=True
    )
    origin = "as stated" if wish.sigma else "per value"
    words = [f"{of}:", *_parameter_words(found, fitted, fitted_at, theory.free)]
    if found.chi2 is not None and found.freedom:
        ratio = found.chi2 / found.freedom
        words.append(
            f"χ² = {found.chi2:.4g} for {count(found.freedom)} free values ({ratio:.3g} each), "
            f"σ = {found.sigma:.3g} {origin}."
        )
    else:
        words.append("No error is known: type σ for χ².")
    words.append(f"Residual rms {found.rms:.3g}.")
    text = wish.refusal if wish.refusal and not wish.fit else " ".join(words)
    return TheoryResult(curve, residual, text, text == wish.refusal, fitted, fitted_at)


def with_theory(panes: Sequence[Pane], key: str, theory: TheoryResult) -> tuple[Pane, ...]:
    """Panes with the theory over the curve it is compared with, and the residual below."""
    if theory.curve is None or theory.residual is None:
        return tuple(panes)
    drawn = [
        Pane(pane.label, (*pane.curves, theory.curve), pane.log, 2) if _holds(pane, key) else pane
        for pane in panes
    ]
    return (*drawn, theory.residual)


def _parameter_words(
    found: Comparison, fitted: Comparison | None, fitted_at: int, free: Sequence[str]
) -> list[str]:
    if not free:
        return []
    if fitted is None:
        return [", ".join(f"{name} = {found.parameters[name]:g}" for name in free) + ", not fitted."]
    values = ", ".join(f"{name} = {fitted.parameters[name]:.6g} ± {fitted.errors[name]:.2g}" for name in free)
    return [f"{values} ({fitted.note}, fitted at tick {count(fitted_at)})."]


def _holds(pane: Pane, key: str) -> bool:
    return any(curve.key == key for curve in pane.curves)


def _series_sigma(probe: Probe, ema: float | None) -> float | None:
    """Error of a sample of the live f in one cell; that of the counted f changes along the series."""
    return (
        notes.value_error("f_live", {}, ema) if probe.kind == "point" and probe.quantity == "f_live" else None
    )


def _spectra(
    data: ProbeData, shown: Sequence[Probe], window: Window, common: Mapping[str, Any]
) -> ProbesResult:
    groups: dict[str, list[Curve]] = {}
    peaks: list[str] = []
    for probe in shown:
        unit = data.units.get(probe.id, "")
        try:
            found = spectrum(data.values[probe.id], data.stride, window)
        except BadInput as error:
            peaks.append(f"{probe.title}: {error}")
            continue
        square = "" if unit in ("", "1") else f"({unit})² "
        label = f"power density / {square}ticks"
        curve = Curve(probe.id, probe.title, probe.color, found.frequency, found.power)
        if found.amplitude <= ROUNDING * np.nanmax(np.abs(data.values[probe.id])):
            peaks.append(f"{probe.title}: no peak, it is constant")
            continue
        groups.setdefault(label, []).append(curve)
        peaks.append(
            f"{probe.title}: peak at {found.peak:.5g} ± {found.bin:.2g} per tick "
            f"(period {1 / found.peak:.5g}), amplitude {measured(found.amplitude, unit, 3)}"
        )
    panes = tuple(Pane(label, tuple(curves), log=True) for label, curves in groups.items())
    return ProbesResult(
        panes, ("frequency / cycles per tick", "frequency"), peaks="   ".join(peaks), log=True, **common
    )


def _phase(data: ProbeData, axes: tuple[str, str], common: Mapping[str, Any]) -> ProbesResult:
    probes = {probe.id: probe for probe in data.probes}
    if axes[0] not in probes or axes[1] not in probes:
        return ProbesResult(**common)
    across, along = probes[axes[0]], probes[axes[1]]
    labels = [
        axis_text(f"{probe.title}: {data.labels.get(probe.id, probe.quantity)}", data.units.get(probe.id, ""))
        for probe in (across, along)
    ]
    curve = Curve("phase", along.title, along.color, data.values[across.id], data.values[along.id])
    last = slice(-1, None)
    here = Curve("now", "now", "text", data.values[across.id][last], data.values[along.id][last], "dots")
    return ProbesResult((Pane(labels[1], (curve, here)),), (labels[0], across.title), **common)
