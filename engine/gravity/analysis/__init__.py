"""Analysis of gravity runs: what the lattice's own fields mean. Nothing here feeds back into an engine."""

from tauscope.engine.gravity.analysis.poisson import poisson_residual, solve_poisson
from tauscope.engine.gravity.analysis.potential import phi_from_f
from tauscope.engine.gravity.analysis.radial import (
    compare_fits,
    fit_coefficients,
    fit_inverse,
    fit_kappa,
    fit_log,
    fit_screened,
    horizon_radius,
    radial_nodes,
    radial_profile,
)
from tauscope.engine.gravity.analysis.steady import (
    SteadyState,
    coupling,
    exact_steady_state,
    relaxation_ticks,
    rho_realized,
    screening,
    steady_state,
    warm_start,
)

__all__ = [
    "SteadyState",
    "compare_fits",
    "coupling",
    "exact_steady_state",
    "fit_coefficients",
    "fit_inverse",
    "fit_kappa",
    "fit_log",
    "fit_screened",
    "horizon_radius",
    "phi_from_f",
    "poisson_residual",
    "radial_nodes",
    "radial_profile",
    "relaxation_ticks",
    "rho_realized",
    "screening",
    "solve_poisson",
    "steady_state",
    "warm_start",
]
