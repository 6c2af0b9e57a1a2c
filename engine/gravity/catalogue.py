"""Fields and scalars that the gravity lattice offers, with label, unit and definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tauscope.engine.base import FieldSpec, ScalarSpec
from tauscope.engine.gravity.config_patterns import WAVES
from tauscope.engine.gravity.support import RELAYING

if TYPE_CHECKING:
    from tauscope.engine.gravity.config import GravityConfig

_YX = ("y", "x")


_UNUSED = {
    "survival": "The rule {rule} relays nothing, so there is no survival of relayed bits.",
    "message_size": "The rule {rule} relays bits and knows no messages, so there is no message size.",
    "sizer": "The rule {rule} relays bits and knows no messages, so nothing sizes them.",
}


def unused(rule: str, path: str) -> str:
    """Why a parameter does nothing under a rule, as a sentence; empty where it does something."""
    without = ("message_size", "sizer") if rule in RELAYING else ("survival",)
    return _UNUSED[path].format(rule=rule) if path in without else ""


def field_specs(
    dtype: str, rule: str = "airtime", patterns: bool = False, waves: bool = False
) -> Mapping[str, FieldSpec]:
    """Fields by name; ``dtype`` is that of the lattice, whose whole units are shown as bits.

    With ``patterns`` their table, with ``waves`` psi and pi.
    """
    average = "float32" if dtype == "int32" else dtype
    dtype = "float64" if dtype == "int32" else dtype
    specs = (
        FieldSpec(
            "f",
            "f(x) counted",
            "Update fraction since reset",
            _YX,
            "float64",
            cost="reduce",
            note="Realized / possible updates since the last reset of the statistics; error about 1/T.",
        ),
        FieldSpec(
            "f_live",
            "f(x)",
            "Update fraction, live",
            _YX,
            average,
            note="Moving average of the realized updates over the window W; noise about 0.41/W. "
            "A warm start sets it to 1 − E/C.",
        ),
        FieldSpec(
            "f_traffic",
            "f(x) from traffic",
            "Airtime that is left",
            _YX,
            dtype,
            cost="reduce",
            note="1 − E/C with E the mean of the last two ticks; free of counting noise, and f once it is "
            "steady. One tick's E swings by up to 0.35 C about its mean where f < 0.35, as a checkerboard.",
        ),
        FieldSpec(
            "tau",
            "τ(x)",
            "Proper time",
            _YX,
            "int64",
            unit="updates",
            cost="reduce",
            note="Updates realized since tick 0.",
        ),
        FieldSpec(
            "traffic",
            "E(x)",
            "Bits sent in the last tick",
            _YX,
            dtype,
            unit="bits/tick",
            settable=True,
            note="At most C; a quarter on each link.",
        ),
        FieldSpec(
            "waiting",
            "q(x)",
            "Bits waiting to be sent",
            _YX,
            dtype,
            unit="bits",
            settable=True,
            note="Outbox; above zero only where a node emits more than it can send.",
        ),
        FieldSpec(
            "emission",
            "a(x)",
            "Emission of sources and background",
            _YX,
            dtype,
            unit="bits/update",
            note="Bits that a realized update adds to the outbox.",
        ),
        FieldSpec(
            "capacity",
            "C(x)",
            "Capacity of the nodes",
            _YX,
            dtype,
            unit="bits/tick",
            note="Bits that a node can send in a tick: C times the capacity map.",
        ),
    )
    specs = (*specs, *(_wave_specs(average) if waves else ()), *((_TABLE,) if patterns else ()))
    messages = {} if rule in RELAYING else _MESSAGES
    return {spec.name: replace(spec, **messages.get(spec.name, {})) for spec in specs}


def _wave_specs(dtype: str) -> tuple[FieldSpec, FieldSpec]:
    wave = {"dims": _YX, "dtype": dtype, "settable": True, "palette": "diverging", "center": 0.0}
    more: Any = wave
    psi = FieldSpec("psi", "ψ(x)", "Waves on the nodes", **more, note="Sum of all packets and light pulses.")
    pi = FieldSpec(
        "pi", "π(x)", "Momentum of the waves", **more, note="(ψₙ − ψₙ₋₁) / (h g), half a tick before ψ."
    )
    return psi, pi


_TABLE = FieldSpec(
    "patterns",
    "patterns",
    "Present of the patterns",
    ("pattern", "quantity"),
    "float64",
    kind="table",
    cost="reduce",
    note="Rows in the order of the configuration: x, y, px, py, count, phase, f, energy.",
)

_MESSAGES: Mapping[str, Mapping[str, Any]] = {
    "f_live": {"note": "Moving average of the realized updates over the window W."},
    "f_traffic": {
        "label": "1 − E/C",
        "title": "Share of the links' capacity that is left",
        "note": "With E the mean of the last two ticks and C that of all links. Not f: a message is sent "
        "after the update that made it, and blocks only the next.",
    },
    "traffic": {"settable": False, "note": "On all links; at most C on each."},
    "waiting": {"note": "What all links still have to send of the node's message; it updates at 0."},
    "emission": {"note": "Times the message size: the bits of a message on each link."},
    "capacity": {
        "title": "Capacity of the links",
        "note": "Bits that a node can send on each link in a tick: C times the capacity map.",
    },
}
"""What differs in the rules literal and strict."""

_LIVE_WINDOW = "Averaged over the window W of f_live; where a > C what nodes send less what they relay."

SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("f_mean", "mean f counted", note="Mean of the counted f over all nodes but sinks."),
        ScalarSpec("f_live_mean", "mean f", note="Mean of f_live over all nodes but sinks."),
        ScalarSpec("f_traffic_min", "least f", note="Smallest f_traffic: the depth of the well."),
        ScalarSpec("emission_nominal", "Q nominal", "bits/update", "Σ a: what all sources would emit."),
        ScalarSpec(
            "emission_realized",
            "Q realized",
            "bits/tick",
            f"Σ a f: the source of the field. {_LIVE_WINDOW}",
        ),
        ScalarSpec(
            "realized_share",
            "Q realized/nominal",
            note=f"1 while the sources do not limit themselves. {_LIVE_WINDOW}",
        ),
        ScalarSpec("traffic_total", "Σ E", "bits/tick", "Bits that all nodes sent in the last tick."),
        ScalarSpec("waiting_max", "largest q", "bits", "Longest outbox."),
        ScalarSpec(
            "lag_max",
            "largest t − τ",
            "updates",
            "Updates by which the slowest clock is behind the tick count.",
        ),
        ScalarSpec(
            "possible",
            "T counted",
            "ticks",
            "Ticks since counting began; the counted f is right to about 1/T.",
        ),
        ScalarSpec(
            "efold", "e-fold time", "ticks", "Time in which the slowest mode of the traffic decays by e."
        ),
        ScalarSpec(
            "efolds",
            "e-folds since edit",
            note="Steady from about 7; below 1 the field still grows. 0 while debts or outboxes "
            "that a lowered capacity left behind are worked off.",
        ),
    )
}


CLOCK_SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("clock_least", "slowest clock", "updates", "Least count that a clock shows; 0 without."),
        ScalarSpec("clock_most", "fastest clock", "updates", "Largest count that a clock shows; 0 without."),
    )
}
"""Scalars of a lattice with patterns."""

WAVE_SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("wave_energy", "wave energy", note="Of all waves; kept while f stands still."),
        ScalarSpec(
            "wave_energy_ratio",
            "wave energy / launch",
            note="1 while W is long enough and the field stands still; a growing one warns.",
        ),
    )
}
"""Scalars of a lattice with waves."""

EVERY_SCALAR: Mapping[str, ScalarSpec] = {**SCALARS, **CLOCK_SCALARS, **WAVE_SCALARS}


def scalar_specs(patterns: bool, waves: bool) -> Mapping[str, ScalarSpec]:
    """Scalars by name, of a lattice with or without patterns and waves."""
    return {**SCALARS, **(CLOCK_SCALARS if patterns else {}), **(WAVE_SCALARS if waves else {})}


def fields_for(config: GravityConfig) -> Mapping[str, FieldSpec]:
    """Fields that an engine of this configuration offers, by name."""
    waves = any(one.kind in WAVES for one in config.patterns)
    return field_specs(config.dtype, config.rule, bool(config.patterns), waves)
