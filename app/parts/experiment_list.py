"""Experiments of the gravity lab as the window offers them: options with units, ranges and defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.experiment_limits import CHOICES, Limits, check, limits
from tauscope.engine.gravity.analysis.experiments import EXPERIMENTS, Experiment
from tauscope.engine.gravity.support import RULES
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.labs.ufie.bench_types import BenchSpec, Entry, Value

OWN = "own"
QUICK, RULE = "quick", "rule"
HIDDEN = ("title",)
"""Settings that the window gives itself."""

UNITS = {
    "ticks": "ticks", "throw_ticks": "ticks", "output_interval": "ticks", "window": "ticks", "side": "cells",
    "distance": "cells", "mass": "1/cells", "launch": "1/cells",
}  # fmt: skip
TIPS = {
    "ticks": "Ticks that are measured",
    "throw_ticks": "Ticks of the flight of a thrown packet",
    "side": "Nodes of each side of the lattice",
    "strength": "Emission of the mass, bits an update",
    "strengths": "Emissions of the mass, with commas",
    "impacts": "Impact parameters in cells, with commas; on both sides of the mass",
    "window": "Window W of the measured f that waves ride on",
    "rays": "Rays of the ensemble that a packet is compared with",
    "law": "document: the source document’s equation of rays as it is written, which must fail",
}


def spec_of(one: Experiment) -> BenchSpec:
    """Form of an experiment; it says what is expected and what decides."""
    entries = [
        Entry(
            QUICK,
            "shorter version",
            "",
            True,
            tip="A smaller lattice, fewer ticks or fewer values; the same verdicts. What you type stays",
        ),
        Entry(
            RULE,
            "rule",
            "",
            "",
            choices=(("", "its own"), *((rule, rule) for rule in RULES)),
            tip="Rule of the lattice; literal, the source document’s kernel, fails where a field is expected",
        ),
        *(
            _entry(one.name, name, value, one.quick.get(name, value))
            for name, value in one.settings.items()
            if name not in HIDDEN
        ),
    ]
    title = "The set-up that is shown" if one.name == OWN else one.title
    return BenchSpec(one.name, title, f"Expected: {one.expectation}", tuple(entries), QUICK)


def _entry(experiment: str, name: str, full: Any, quick: Any) -> Entry:
    """Editor of a setting, with its value in the shorter version and in the full one."""
    label, tip = name.replace("_", " "), TIPS.get(name, "")
    if isinstance(full, bool):
        return Entry(name, label, "", bool(quick), tip=tip, unticked=full)
    if isinstance(full, int | float):
        whole = isinstance(full, int)
        held = limits(experiment, name) or Limits(0.0, 1e7)
        bounds = Bounds(held.low, held.high, open_low=held.open_low)
        unit = UNITS.get(name, "")
        return Entry(name, label, unit, float(quick), bounds, whole=whole, tip=tip, unticked=float(full))
    if isinstance(full, list | tuple):
        return Entry(name, label, "", _text(quick), tip=tip, unticked=_text(full))
    choices = tuple((one, one) for one in CHOICES.get(name, ()))
    return Entry(name, label, "", str(quick), choices=choices, tip=tip, unticked=str(full))


def _text(numbers: Iterable[float]) -> str:
    return ", ".join(f"{one:g}" for one in numbers)


SPECS = tuple(spec_of(one) for one in EXPERIMENTS.values())


def settings_of(key: str, options: Mapping[str, Value], shown: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is set of an experiment: what its form has changed, and of one's own all of the lattice.

    Parameters
    ----------
    key : str
        Experiment.
    options : mapping
        What its form says.
    shown : mapping or None
        Configuration of the lattice in the window.

    Raises
    ------
    BadInput
        A list that is none or holds a number out of its range, or no lattice to try.
    """
    spec = next(one for one in SPECS if one.key == key)
    first = spec.first(bool(options.get(QUICK, True)))
    given: dict[str, Any] = {}
    if key == OWN:
        if shown is None:
            raise BadInput("No lattice runs here.", key="engine", remedy="Load a preset of gravity.")
        given.update(shown)
    for name, value in options.items():
        if name == QUICK or value == first[name]:
            continue  # what was left alone is that of the version chosen
        usual = EXPERIMENTS[key].settings.get(name)
        given[name] = _numbers(name, str(value)) if isinstance(usual, list | tuple) else value
    check(key, {name: value for name, value in given.items() if name in EXPERIMENTS[key].settings})
    return given


def _numbers(name: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise BadInput(
            f"“{text}” is no list of numbers.", key=name, value=text, allowed="numbers with commas"
        ) from None
