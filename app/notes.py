"""What stands beside a field's title: how it is averaged, how steady it is, and the error of its values."""

from __future__ import annotations

from collections.abc import Mapping

from tauscope.widgets.docks.steadiness import MANY, NEARLY, words

NOISE_OF_WINDOW = 0.41
"""rms of f_live is 0.41 / W (gravity design, measurements of the airtime rule)."""


def steadiness(efolds: float | None) -> str:
    """E-folds since the last edit, in words."""
    if efolds is None:
        return ""
    if efolds < NEARLY:
        return "not yet steady"
    if efolds > MANY:
        return f"steady over {MANY} e-folds"
    return " ".join(words(efolds))


def note(field: str, window: float | None, efolds: float | None, mismatch: float | None = None) -> str:
    """Note of a view.

    Parameters
    ----------
    field : str
        Field it shows.
    window : float or None
        Averaging window of f_live in ticks.
    efolds : float or None
        E-folds since the last edit; None leaves the steadiness out.
    mismatch : float or None
        Relative difference of the engine's potential and Poisson's, in the Euclidean norm.
    """
    parts = [f"EMA {window:g}"] if field == "f_live" and window else []
    if field in ("phi", "f_traffic"):
        parts = ["from traffic"]
    if field in ("phi_poisson", "phi_residual"):
        parts = ["from realized emission" if mismatch is None else f"relL2 {mismatch:.1e}"]
    return " · ".join(part for part in (*parts, steadiness(efolds)) if part)


def value_error(field: str, scalars: Mapping[str, float], window: float | None) -> float | None:
    """Error of a single value: 1/T for the counted f, 0.41/W for its running mean, None for the others."""
    if field == "f_live" and window:
        return NOISE_OF_WINDOW / float(window)
    possible = scalars.get("possible", 0.0)
    return 1.0 / possible if field == "f" and possible else None
