"""Fields and scalars that the charge model offers, by mode, with label, unit and definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tauscope.engine.base import FieldSpec, ScalarSpec
from tauscope.engine.charge.modes import MODES, Mode

if TYPE_CHECKING:
    from tauscope.engine.charge.config import ChargeConfig

_DIMS = ("y", "x")
_REAL = "float64"


def _diverging(
    name: str, label: str, title: str, unit: str, note: str = "", settable: bool = True
) -> FieldSpec:
    return FieldSpec(
        name, label, title, _DIMS, _REAL, unit, settable=settable, palette="diverging", center=0.0, note=note
    )


_RHO = _diverging("rho", "ρ", "Charge density", "e/cell", "What moves by j = −gρ∇φ.")
_PHI = _diverging("phi", "φ", "Phase", "1", "∂φ/∂t = α∇²I.")
_INTENT = FieldSpec("intent", "I", "Intent", _DIMS, _REAL, settable=True, note="Relaxes to ρ² at the rate γ.")
_PLASMA: Mapping[str, FieldSpec] = {
    "rho": _diverging("rho", "ρ", "Mobile charge", "e/cell", "p − n, without the fixed charges.", False),
    "phi": replace(
        _diverging("phi", "Φ", "Potential", "1", "−∇²Φ + m²Φ = p − n + q less its mean.", False),
        cost="reduce",
    ),
    "p": FieldSpec("p", "p", "Positive carriers", _DIMS, _REAL, "e/cell", settable=True),
    "n": FieldSpec("n", "n", "Negative carriers", _DIMS, _REAL, "e/cell", settable=True),
    "q_fix": _diverging("q_fix", "q", "Fixed charges", "e/cell", "The charges of the list.", False),
}


def fields_of(mode: Mode) -> Mapping[str, FieldSpec]:
    """Fields of a mode, by name."""
    return _FIELDS[mode]


def _fields(mode: Mode) -> Mapping[str, FieldSpec]:
    spec = MODES[mode]
    if mode == "D":
        return _PLASMA
    rho = replace(_RHO, settable=not spec.pinned, note="The charges." if spec.pinned else _RHO.note)
    still = "1 at every cell but those of positive charges, where it is the mass ratio."
    intent = replace(_INTENT, settable=False, note=still) if spec.published else _INTENT
    return {"rho": rho, "phi": _PHI, "intent": intent}


_FIELDS: Mapping[Mode, Mapping[str, FieldSpec]] = {mode: _fields(mode) for mode in MODES}

SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("charge_total", "Σρ", "e", "Sum of the charge; of mode D that of the mobile species."),
        ScalarSpec("charge_absolute", "Σ|ρ|", "e", "Sum of |ρ|; in mode D of p + n."),
        ScalarSpec("rho_max", "max |ρ|", "e/cell", "Largest |ρ| of a cell."),
        ScalarSpec("energy", "E", note="½ Σ |∇φ|² by neighbours; in mode D ½ Σ (p − n + q)Φ."),
        ScalarSpec("free_energy", "F", note="E + T Σ (p ln p + n ln n); it never increases while q stands."),
        ScalarSpec(
            "pair_energy",
            "V",
            note="ρ₁ρ₂(φ₁ − φ₂) of two charges; no value without exactly two. In mode D ½ Σ qΦ[q] of fixed "
            "charges alone: q²[G(0) − G(R)] of a pair. published_v2 counts the negative charge first.",
        ),
        ScalarSpec("intent_max", "max I", note="Largest intent of a cell."),
        ScalarSpec("density_min", "min p, n", "e/cell", "Smallest density of either species, never below 0."),
        ScalarSpec(
            "growth_rate",
            "growth rate",
            "1/time",
            "Slope of ln |change of ρ in a step, less its mean| over the last 8 rows, one every 10 steps; "
            "no value before the third.",
        ),
        ScalarSpec(
            "growth_rate_theory",
            "growth rate, theory",
            "1/time",
            "Fastest mode of the lattice on a uniform background as dense as the densest cell.",
        ),
        ScalarSpec("blown_up", "blown up", note="1 once a step ran away and the run stands still."),
        ScalarSpec("newton_iterations", "Newton iterations", note="Of the last implicit step; 0 before it."),
        ScalarSpec(
            "step_size", "dt", "time", "Length of the last step, which positivity may have shortened."
        ),
    )
}

_ALWAYS = ("charge_total", "charge_absolute", "rho_max", "energy", "pair_energy")


def scalars_of(mode: Mode) -> Mapping[str, ScalarSpec]:
    """Scalars of a mode, by name."""
    return _SCALARS[mode]


def _scalars(mode: Mode) -> Mapping[str, ScalarSpec]:
    spec = MODES[mode]
    if mode == "D":
        names = [*_ALWAYS, "free_energy", "density_min", "step_size"]
    else:
        names = [*_ALWAYS, "intent_max", "blown_up"]
        names += ["growth_rate", "growth_rate_theory"] if spec.moves else []
        names += ["newton_iterations"] if mode == "C" else []
    return {name: SCALARS[name] for name in names}


_SCALARS: Mapping[Mode, Mapping[str, ScalarSpec]] = {mode: _scalars(mode) for mode in MODES}


def fields_for(config: ChargeConfig) -> Mapping[str, FieldSpec]:
    """Fields that an engine of this configuration offers, by name."""
    return fields_of(config.mode)
