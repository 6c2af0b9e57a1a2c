"""Analysis of gravity runs: what the lattice's own fields mean. Nothing here feeds back into an engine."""

from tauscope.engine.gravity.analysis.poisson import poisson_residual, solve_poisson
from tauscope.engine.gravity.analysis.radial import (
    compare_fits,
    fit_kappa,
    horizon_radius,
    radial_profile,
)

__all__ = [
    "compare_fits",
    "fit_kappa",
    "horizon_radius",
    "poisson_residual",
    "radial_profile",
    "solve_poisson",
]
