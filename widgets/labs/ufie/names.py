"""What a slice can show, under which name, in which unit and colours; names of the nine axes."""

from __future__ import annotations

from typing import Literal

from tauscope.engine.base import FieldSpec
from tauscope.engine.planes import PlaneMode, PlanePart
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.ring import RING

AXES = ("r", "s", "t", "u", "v", "w", "x", "y", "z")
"""The nine axes, slowest first."""

SliceField = Literal[
    "domain", "amplitude", "phase", "real", "imaginary", "velocity", "resonance", "state_index"
]

DEFAULT_FIELD: SliceField = "domain"

_DIMS = ("up", "across")


def _spec(name: SliceField, label: str, title: str, note: str, unit: str = "1", **more: object) -> FieldSpec:
    dtype = "complex64" if name == "domain" else "float64"
    return FieldSpec(name, label, title, _DIMS, dtype, unit, note=note, **more)  # type: ignore[arg-type]


SPECS: dict[str, FieldSpec] = {
    spec.name: spec
    for spec in (
        _spec(
            "domain", "Ψ", "Phase and modulus",
            "Colour is arg Ψ on a ring of equal lightness; brightness is |Ψ|, black is none.",
            palette="cyclic",
        ),
        _spec("amplitude", "|Ψ|", "Amplitude", "Modulus of Ψ."),
        _spec("phase", "arg Ψ", "Phase", "Argument of Ψ in (−π, π].", "rad", palette="cyclic"),
        _spec("real", "Re Ψ", "Real part", "Real part of Ψ.", palette="diverging", center=0.0),
        _spec("imaginary", "Im Ψ", "Imaginary part", "Imaginary part of Ψ.", palette="diverging", center=0.0),
        _spec("velocity", "|∂Ψ/∂t|", "Velocity", "Modulus of ∂Ψ/∂t at the present step.", "1/s"),
        _spec("resonance", "r", "Resonance (memory)", "Damping is α(1 − r). 0 to 1."),
        _spec("state_index", "s", "State (attention)", "Waves run at c₀/(1 + s). 0 to 2."),
    )
}  # fmt: skip
"""Fields that the canvas of a slice offers, by name."""

CMAPS: dict[str, str] = {
    name: {"domain": RING, "phase": RING, "resonance": "bids:viridis", "state_index": "bids:viridis"}.get(
        name, colormaps.default_map(spec.palette)
    )
    for name, spec in SPECS.items()
}
"""Colour map of each field where none was chosen; all are safe for the colour-blind."""

PARTS: dict[str, PlanePart] = {
    "domain": "", "amplitude": "amplitude", "phase": "phase", "real": "real", "imaginary": "imaginary",
    "velocity": "amplitude", "resonance": "", "state_index": "",
}  # fmt: skip
"""What of the engine's field each shows."""

MODES: dict[PlaneMode, tuple[str, str]] = {
    "index": ("Cut", "The plane at the indices of the other axes."),
    "max": ("Maximum", "The largest modulus along the other axes; it has no phase."),
    "sum": ("Sum", "The sum along the other axes, of complex numbers with their phases."),
    "rms": ("RMS", "The root of the mean squared modulus along the other axes; it has no phase."),
}
"""Name and meaning of each way to make a plane."""

SIGNED = frozenset({"phase", "real", "imaginary"})
"""Fields that a maximum or an RMS, which are of the modulus, leave nothing of."""


def refusal(field: str, mode: PlaneMode) -> str:
    """Why a field cannot be shown in a mode, as a sentence, or ""."""
    if field not in SIGNED or mode not in ("max", "rms"):
        return ""
    name = "maximum" if mode == "max" else "RMS"
    part = SPECS[field].title.lower()
    return f"A {name} is of the modulus and has no {part}: choose Cut or Sum, or another field"
