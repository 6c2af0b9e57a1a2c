"""What the Laws panel says: formulas, present numbers and their meaning, from scalars and configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tauscope.engine.kuramoto import laws
from tauscope.engine.kuramoto.analysis.choice import ALLOWED, STEP, Choice
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.laws import Suggestion
from tauscope.widgets.amounts import count
from tauscope.widgets.labs.kuramoto.laws import Law, Line

MIRROR_TOLERANCE = 1e-12
"""Residual up to which action equals reaction: rounding alone gives some 1e-15."""
SPIRAL = ("R_total", "cross_sync", "drift", "ready", "R_mean")


def laws_of(
    scalars: Mapping[str, float],
    config: KuramotoConfig,
    choice: Choice | None,
    rows: Sequence[Mapping[str, float]],
) -> tuple[Law, ...]:
    """All laws with their present numbers.

    Parameters
    ----------
    scalars : mapping of str to float
        Newest scalars of the engine.
    config : KuramotoConfig
        Its configuration.
    choice : Choice or None
        Last assessment of this run.
    rows : sequence of mapping
        Scalars of the last frames, for the Return Spiral.
    """
    return (
        _mirror(scalars, config),
        _choice(scalars, config, choice),
        _spiral(config, rows),
        _gate(config),
    )


def suggestion_of(config: KuramotoConfig, rows: Sequence[Mapping[str, float]]) -> Suggestion | None:
    """Step that the Return Spiral suggests from the last frames, None before the first.

    A change of the permeability is left out where there are no links.
    """
    if not rows:
        return None
    R, X, drift, ready, R_mean = (_mean(rows, name) for name in SPIRAL)
    # Without links nothing is out of step.
    found = laws.return_spiral(R, 1.0 if math.isnan(X) else X, drift, ready, R_mean)
    if "permeability" in config.unused() and found.dpi:
        return Suggestion(found.dK, 0.0, found.reason)
    return found


def stepped(config: KuramotoConfig, step: Suggestion) -> dict[str, float]:
    """Values of K and of the permeability after a step, where they change."""
    wanted = {"K": config.K + step.dK, "permeability": config.permeability + step.dpi}
    changed = {"K": step.dK != 0, "permeability": step.dpi != 0}
    return {path: max(round(value, 6), 0.0) for path, value in wanted.items() if changed[path]}


def _mean(rows: Sequence[Mapping[str, float]], name: str) -> float:
    values = [row.get(name, math.nan) for row in rows]
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def _mirror(scalars: Mapping[str, float], config: KuramotoConfig) -> Law:
    residual = scalars.get("mirror_residual", math.nan)
    holds = residual <= MIRROR_TOLERANCE
    if math.isnan(residual):
        says = ""
    elif config.clusters == 1:
        says = "A single cluster has nothing to act upon."
    elif holds:
        says = "Action equals reaction."
    elif config.phase_lag:
        says = "The phase lag α breaks it: what c does to d is no longer the reverse of what d does to c."
    elif config.geometry.normalisation == "degree":
        says = "Links are divided by each cluster’s own degree, which breaks it where degrees differ."
    else:
        says = "Action and reaction differ."
    formulas: tuple[str, ...] = ("J_cd = W_cd Im(e^(−iα) Z_d Z_c*)", "residual = Σ|J + Jᵀ| / Σ|J|")
    if config.metrics == "classic":
        formulas = (*formulas, "published: Δθ = 0.02 wrap(ψ − θ)")
    verdict = "" if math.isnan(residual) else "good" if holds else "warning"
    return Law(
        "mirror", "Mirror law", formulas, (Line("residual", residual, "", verdict, "holds to 1e−12"),), says
    )


def _choice(scalars: Mapping[str, float], config: KuramotoConfig, choice: Choice | None) -> Law:
    classic = config.metrics == "classic"
    ready, score = scalars.get("ready", math.nan), scalars.get("choice_score", math.nan)
    if classic:
        formulas: tuple[str, ...] = (
            "ready = clip(0.5 R + 0.4 X + 0.1 e^(−3 drift), 0, 1), decision at 0.72",
            "score = max(min(paths − 1, 4)/4 − 0.5 min(irreversible, 5)/5, 0), 0 without consent",
        )
    else:
        low, high = laws.READY_R, laws.READY_X
        formulas = (
            f"ready = S(R; {low[0]:g}, {low[1]:g}) S(X; {high[0]:g}, {high[1]:g}), means of 20 rows",
            "score = consent × two paths × ready × min(rev_A, rev_B)",
            f"rev = max(0, 1 − dist/{ALLOWED:g}); A: K + {STEP:g}, B: π + {STEP:g}, followed and taken back",
        )
    at = laws.CLASSIC_DECISION if classic else 1.0
    lines = [
        Line("consent", 0.0, "", "", "consent_to_log", _yes(config.consent_to_log)),
        Line("two paths", 0.0, "", "", "offer_two_paths", _yes(config.offer_two_paths)),
        Line("ready", ready, "", "good" if ready >= at else ""),
    ]
    if choice is not None:
        first, second = choice.reversibility
        lines += [
            Line("rev_A", first, "", "", f"dist {choice.distance_K:.2g}"),
            Line("rev_B", second, "", "", f"dist {choice.distance_permeability:.2g}"),
        ]
    lines.append(Line("choice score", score, "", "", "" if math.isfinite(score) else "not assessed yet"))
    return Law("choice", "Choice-Collapse", formulas, tuple(lines), choice.reason if choice else "")


def _yes(on: bool) -> str:
    return "yes" if on else "no"


def _spiral(config: KuramotoConfig, rows: Sequence[Mapping[str, float]]) -> Law:
    formulas: tuple[str, ...] = (
        "R > 0.9, drift < 0.004, ready > 0.8: ΔK < 0, and Δπ < 0 if X > 0.95",
        "R < 0.75: Δπ > 0 if X < 0.7 and mean R_c > 0.6, else ΔK > 0;  X < 0.7: Δπ > 0",
        f"|ΔK|, |Δπ| ≤ {laws.LARGEST_STEP:g}",
    )
    if config.metrics == "classic":
        formulas = (*formulas, "published: x ← x + 0.02 (target − x)")
    found = suggestion_of(config, rows)
    if found is None:
        return Law("spiral", "Return Spiral", formulas)
    over = f"from the mean of {count(len(rows))} frames"
    lines = (Line("ΔK", found.dK, "rad/time", "", over), Line("Δπ", found.dpi))
    return Law("spiral", "Return Spiral", formulas, lines, found.reason)


def _gate(config: KuramotoConfig) -> Law:
    gate = config.gate
    formulas: tuple[str, ...] = (
        "g = max over p, q of (p q)^(−1/2) exp(−((q Ω_c − p Ω_d) / (σ max|Ω| max(p, q)))² / 2)",
    )
    if config.metrics == "classic":
        formulas = (
            *formulas,
            "published: clip(integrity × stamina × humility × (1 − 0.6 destabilizer)/time, 0, 1.5)",
        )
    lines = (Line("σ", gate.sigma), Line("order", 0.0, "", "", "largest p and q", count(gate.order)))
    says = (
        "On: every link counts by its factor g."
        if gate.on
        else "Off: the matrix shows what the factors would be; switch it on in Parameters."
    )
    return Law("gate", "Harmonic Gate", formulas, lines, says)
