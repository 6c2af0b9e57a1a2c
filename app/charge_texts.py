"""What each mode of the charge model is, in a sentence or two for the window."""

from __future__ import annotations

from collections.abc import Mapping

from tauscope.engine.charge.modes import MODES

EXPLAINED: Mapping[str, str] = {
    "published_v1": "The first published experiment, step by step. φ at the proton is a ramp in time, so V "
    "is the same for every R ≥ 4 and its spread is no statistical error.",
    "published_v2": "The second published experiment: ρ is held, φ collects −βρ as well, and V counts the "
    "electron first, so that it falls where the first version's climbs.",
    "rho2": "ρ flows along ∇φ, φ follows ∇²I, I relaxes to ρ². Short waves grow without bound: the equations "
    "are ill-posed, and a finer lattice only blows up sooner.",
    "A": "The same with ρ losing λρ. Friction shifts every rate by λ; short waves still grow faster the "
    "shorter they are, and charge is lost.",
    "B": "ρ is held where the charges are. Nothing blows up; the interaction is one of contact, and φ grows "
    "for ever.",
    "C": "The same equations with a smaller or an implicit step. The time of the blow-up converges: it "
    "belongs to the equations, not to the step.",
    "regularised": "With diffusion of ρ and φ the equations are well posed where gα|ρ₀c₁| < Dν.",
    "D": "Two species flow down a free energy F in their own field around fixed charges. Charge is kept, "
    "densities stay positive, and F never rises.",
}
RESTARTS = "Another mode starts the run anew."


def modes() -> dict[str, tuple[str, str]]:
    """Title and explanation of every mode, by its name, in their order."""
    return {name: (spec.title, f"{EXPLAINED[name]} {RESTARTS}") for name, spec in MODES.items()}
