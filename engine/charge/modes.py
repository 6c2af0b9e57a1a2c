"""What each mode of the charge model is: what stands still, which parameters act, and their first values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["published_v1", "published_v2", "rho2", "A", "B", "C", "regularised", "D"]
Scheme = Literal["central", "compact", "upwind", "crank_nicolson", "backward_euler"]

EXPLICIT: tuple[Scheme, ...] = ("central", "compact", "upwind")
IMPLICIT: tuple[Scheme, ...] = ("crank_nicolson", "backward_euler")

_PDE = frozenset({"dt", "alpha", "gamma", "g", "spacing", "scheme", "background", "noise", "intent_width"})


@dataclass(frozen=True, slots=True)
class ModeSpec:
    """One mode.

    Parameters
    ----------
    title : str
        What it is, in a few words.
    used : frozenset of str
        Parameters that act.
    defaults : mapping
        Values of parameters that differ from those of the class.
    pinned : bool
        Whether rho is the charges themselves and never moves.
    published : bool
        Whether I stands at the masses, and V is that of the published experiment.
    schemes : tuple of Scheme
        What `scheme` may be.
    """

    title: str
    used: frozenset[str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    pinned: bool = False
    published: bool = False
    schemes: tuple[Scheme, ...] = EXPLICIT

    @property
    def moves(self) -> bool:
        """Whether rho moves by a current along phi, so that a growth rate has a meaning."""
        return not self.pinned and not self.published


MODES: Mapping[Mode, ModeSpec] = {
    "published_v1": ModeSpec(
        "The published experiment, first version",
        frozenset({"dt", "alpha", "g", "mass_ratio"}),
        {"alpha": 0.1, "gamma": 0.5},
        published=True,
    ),
    "published_v2": ModeSpec(
        "The published experiment, second version",
        frozenset({"dt", "alpha", "beta", "mass_ratio"}),
        {"alpha": 0.1, "gamma": 0.3, "size": 48},
        pinned=True,
        published=True,
    ),
    "rho2": ModeSpec("The coupled equations, I relaxing to ρ²", _PDE),
    "A": ModeSpec("Option A: friction", _PDE | {"lam"}),
    "B": ModeSpec("Option B: fixed charges", _PDE - {"g", "scheme", "noise"}, pinned=True),
    "C": ModeSpec(
        "Option C: a smaller step, or an implicit one", _PDE, {"dt": 0.001}, schemes=EXPLICIT + IMPLICIT
    ),
    "regularised": ModeSpec("The coupled equations with diffusion of ρ and φ", _PDE | {"D", "nu"}),
    "D": ModeSpec(
        "Option D: variational, two species in their own field",
        frozenset({"dt", "D", "T", "m2", "green", "density", "noise"}),
        schemes=("central",),
    ),
}
"""Every mode, in the order of the list that shows them."""

CHANGING = ("dt", "alpha", "gamma")
"""Parameters whose first values depend on the mode; another mode takes its own where they were untouched."""
