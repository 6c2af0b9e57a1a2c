"""Comparisons of the gravity lattice with exact results: what `verify` runs, one function a law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.lattice import Floats
from tauscope.engine.gravity.analysis.poisson import poisson_residual, solve_poisson
from tauscope.engine.gravity.analysis.radial import (
    RadialFit,
    RadialProfile,
    fit_kappa,
    fit_log,
    radial_nodes,
    radial_profile,
)
from tauscope.engine.gravity.analysis.steady import (
    exact_steady_state,
    relaxation_ticks,
    screening,
    warm_start,
)
from tauscope.engine.study import Check, Curve, Figure

SURVIVAL = {"absorbing": 1.0, "disc": 1.0, "periodic": 0.999, "reflective": 0.999}
"""Relay survival on each boundary: 1 needs a sink."""

TOLERANCES = {
    "empty": 0.0,
    "utilisation": 2.0,
    "f_error": 2.0,
    "weak_field": 20.0,
    "kappa": 1e-3,
    "disc_r_squared": 2e-5,
    "slope": 6e-4,
    "fluid": 2e-8,
    "superposition_weak": 1e-2,
    "superposition_strong": 1e-4,
    "debt": 2.0,
    "queue": 1e-6,
    "poisson": 1e-12,
    "poisson_slope": 3e-3,
    "horizon_slope": 2e-3,
    "background": 2.0,
}
"""Allowed deviations, as the acceptance tests have them; counting errors are multiplied by the window T."""


class Bench(Protocol):
    """Where the comparisons run: engines, sizes, progress."""

    @property
    def quick(self) -> bool:
        """Whether smaller lattices and shorter windows are wanted."""

    def create(self, config: Mapping[str, Any]) -> Engine:
        """New engine started from the empty lattice."""

    def advance(self, engine: Engine, ticks: int) -> None:
        """Advance, with progress; raises `Cancelled`."""


@dataclass
class Outcome:
    """Checks and figures of one law."""

    checks: list[Check]
    figures: list[Figure] = field(default_factory=list)


def empty_lattice(bench: Bench) -> Outcome:
    """Nothing emitted, nothing waits: f = 1 exactly, on every boundary."""
    worst = 0.0
    for boundary in SURVIVAL:
        engine = bench.create(lattice_config(33, boundary, []))
        bench.advance(engine, 500)
        worst = max(worst, float(np.abs(engine.field("f") - 1.0).max()))
    reason = "nothing to send, so no node ever waits"
    return Outcome([Check.within("empty lattice: max |f - 1|", 0.0, worst, TOLERANCES["empty"], "1", reason)])


def utilisation_law(bench: Bench) -> Outcome:
    """Counted f against ``1 - lambda / C`` with the mean traffic of the same ticks."""
    window = 600 if bench.quick else 3000
    engine = bench.create(lattice_config(33, "absorbing", [gaussian(33, 0.3)], capacity=2.0))
    bench.advance(engine, 50)
    engine.command("reset_statistics")
    sent = np.zeros((33, 33))
    for _ in range(window):
        bench.advance(engine, 1)
        sent += engine.field("traffic")
    error = float(np.abs(engine.field("f") - (1 - sent / window / 2.0)).max()) * window
    reason = "f = 1 - lambda/C; a debt below 2C leaves the count off by less than 2"
    quantity = "utilisation law: max |f - (1 - lambda/C)| T"
    return Outcome([Check.within(quantity, 0.0, error, TOLERANCES["utilisation"], "ticks", reason)])


def exact_field(bench: Bench) -> Outcome:
    """Counted f against the exact steady state, burnt in from the empty lattice, on every boundary."""
    side, window = (49, 4000) if bench.quick else (97, 10_000)
    checks = []
    for boundary in SURVIVAL:
        config = lattice_config(side, boundary, [gaussian(side, 4e-3)])
        engine = bench.create(config)
        bench.advance(engine, int(10 * relaxation_ticks(config)))
        f = counted(bench, engine, window)
        exact = exact_steady_state(config)
        free = ~exact.sinks
        error = float(np.abs(f - exact.f)[free].max()) * window
        apart = relative(1 - f, 1 - exact.f)
        checks += [
            Check.within(
                f"{boundary}: max |f - f_exact| T",
                0.0,
                error,
                TOLERANCES["f_error"],
                "ticks",
                f"sparse solve of the steady state, {side}^2, T = {window}, from the empty lattice",
            ),
            Check.within(
                f"{boundary}: relL2(1 - f)",
                0.0,
                apart,
                TOLERANCES["weak_field"] / window,
                "1",
                "2e-3 at T = 1e4; counting errors fall as 1/T",
            ),
        ]
    return Outcome(checks)


def coupling_constant(bench: Bench) -> Outcome:
    """Fitted kappa against ``4 / (p C)``: no free constant."""
    grid = [(0.5, 0.99), (1.0, 1.0), (4.0, 0.999)]
    if not bench.quick:
        grid = [(c, p) for c in (0.5, 1.0, 4.0) for p in (1.0, 0.999, 0.99, 0.9)]
    side, window = (49, 10_000) if bench.quick else (65, 30_000)
    checks = []
    for capacity, survival in grid:
        source = gaussian(side, 4e-3 * capacity)
        config = lattice_config(side, "absorbing", [source], capacity=capacity, survival=survival)
        f = counted(bench, warmed(bench, config), window)
        realized = f * exact_steady_state(config).emission
        ratio = fit_kappa(f - 1, realized, "absorbing", screening(survival)) * survival * capacity / 4
        quantity = f"kappa p C / 4 at C = {capacity:g}, p = {survival:g}"
        reason = "kappa = 4/(pC), fitted with the realized emission f a"
        checks.append(Check.within(quantity, 1.0, ratio, TOLERANCES["kappa"], "1", reason))
    return Outcome(checks)


def logarithmic_well(bench: Bench) -> Outcome:
    """1 - f of a mass against ln r in a disc: slope and straightness."""
    side, window, reach = (97, 10_000, 42.0) if bench.quick else (129, 40_000, 58.0)
    middle = (side - 1) / 2
    config = lattice_config(side, "disc", [gaussian(side, 4e-3)])
    f = counted(bench, warmed(bench, config), window)
    profile = radial_profile(1 - f, (middle, middle), 10.0, reach)
    fit = fit_log(*radial_nodes(1 - f, (middle, middle), 10.0, reach))
    theory = -2 * float((f * exact_steady_state(config).emission).sum()) / np.pi
    checks = [
        Check.within(
            "log r: slope / (-kappa Q / 2 pi)",
            1.0,
            fit.amplitude / theory,
            TOLERANCES["slope"],
            "1",
            f"a mass in two dimensions; disc sink, r 10 to {reach:g}, Q = sum(f a)",
        ),
        Check.within("log r: R^2", 1.0, fit.r_squared, TOLERANCES["disc_r_squared"], "1", "the same fit"),
    ]
    return Outcome(checks, [_figure("Well of a mass", "1 - f", profile, fit)])


def fluid_limit(bench: Bench) -> Outcome:
    """Traffic of the fluid rule, once relaxed, against the sparse solve."""
    side = 49 if bench.quick else 97
    config = lattice_config(side, "absorbing", [gaussian(side, 4e-3)], rule="fluid", dtype="float64")
    engine = bench.create(config)
    bench.advance(engine, int(18 * relaxation_ticks(config)))
    error = relative(engine.field("traffic").astype(np.float64), exact_steady_state(config).traffic)
    reason = f"noise-free limit of the same equations, {side}^2, 18 e-folds from the empty lattice"
    quantity = "fluid rule: relL2 of the traffic"
    return Outcome([Check.within(quantity, 0.0, error, TOLERANCES["fluid"], "1", reason)])


def superposition(bench: Bench) -> Outcome:
    """Two sources against the sum of single ones: weak ones add, strong ones limit one another."""
    side, window = (65, 15_000) if bench.quick else (97, 40_000)
    checks = []
    for strength, strong in ((2e-4, False), (4e-3, True)):
        wells, exact = [], []
        for offsets in ((-12.0, 12.0), (-12.0,), (12.0,)):
            config = lattice_config(side, "absorbing", [gaussian(side, strength, dx) for dx in offsets])
            wells.append(1 - counted(bench, warmed(bench, config), window))
            exact.append(1 - exact_steady_state(config).f)
        measured = relative(wells[0], wells[1] + wells[2])
        theory = relative(exact[0], exact[1] + exact[2])
        deep = float(exact[0].max())
        expected = theory if strong else 0.0
        allowed = TOLERANCES["superposition_strong" if strong else "superposition_weak"]
        reason = "self-limiting of the sources, from the exact equation" if strong else "weak wells add"
        quantity = f"superposition: deviation at max(1 - f) = {deep:.3f}"
        checks.append(Check.within(quantity, expected, measured, allowed, "1", reason))
    return Outcome(checks)


def bounded_memory(bench: Bench) -> Outcome:
    """Queues and debts under an emission of 1000 C, and the refusal of heat death."""
    source = {"kind": "disc", "x": 16, "y": 16, "strength": 1000.0, "radius": 6.0}
    engine = bench.create(lattice_config(33, "absorbing", [source]))
    queue = debt = 0.0
    for _ in range(100 if bench.quick else 500):
        bench.advance(engine, 11)
        state = engine.state()
        queue, debt = max(queue, float(state["waiting"].max())), max(debt, float(state["debt"].max()))
    refused = 0
    for boundary in ("periodic", "reflective"):
        try:
            bench.create({"nx": 16, "ny": 16, "boundary": boundary, "survival": 1.0})
        except BadInput:
            refused += 1
    beyond = max(queue - 1000.0, 0.0)
    reason = "an update needs a cleared queue, so the most that waits is one emission"
    quantity = f"bounds: queue beyond a = 1000 C (longest {queue:.5g})"
    return Outcome(
        [
            Check.within(quantity, 0.0, beyond, 1000.0 * TOLERANCES["queue"], "bit", reason),
            Check(
                "bounds: largest airtime debt / C",
                0.0,
                debt,
                TOLERANCES["debt"],
                debt < TOLERANCES["debt"],
                "1",
                "d < C before an update and at most C is sent: d < 2C",
            ),
            Check.within("closed lattices with survival 1 refused", 2, refused, 0, "1", "heat death: f = 0"),
        ]
    )


def poisson_solvers(bench: Bench) -> Outcome:
    """Residuals of the four solvers, and the slope of a point mass."""
    side = 101 if bench.quick else 255
    rho = np.zeros((side, side))
    rho[side // 2, side // 2] = 100.0
    checks = []
    for boundary in SURVIVAL:
        residual = poisson_residual(solve_poisson(rho, 1.0, boundary), rho, 1.0, boundary)
        quantity = f"Poisson, {boundary}: relative residual"
        reason = f"5-point Laplacian of the solution, {side}^2"
        checks.append(Check.within(quantity, 0.0, residual, TOLERANCES["poisson"], "1", reason))
    middle = float(side // 2)
    profile = radial_profile(solve_poisson(rho, 1.0, "absorbing"), (middle, middle), 5.0, 20.0)
    ratio = fit_log(profile.r, profile.mean).amplitude / (100.0 / (2 * np.pi))
    reason = "continuum, point mass in two dimensions"
    checks.append(
        Check.within(
            "Poisson: slope / (kappa Q / 2 pi)", 1.0, ratio, TOLERANCES["poisson_slope"], "1", reason
        )
    )
    return Outcome(checks)


def horizon(bench: Bench) -> Outcome:
    """Slope of f against ln r outside a saturated disc."""
    side, window = (97, 10_000) if bench.quick else (129, 40_000)
    middle = (side - 1) / 2
    source = {"kind": "disc", "x": middle, "y": middle, "strength": 50.0, "radius": 8.0}
    f = counted(bench, warmed(bench, lattice_config(side, "absorbing", [source])), window)
    profile = radial_profile(f, (middle, middle), 12.0, 0.31 * side)
    fit = fit_log(profile.r, profile.mean)
    radius = float(np.exp(-fit.offset / fit.amplitude))
    theory = 1 / np.log(1.0787 * (side + 1) / 2 / radius)
    reason = f"1 / ln(R / r_h), R = 1.0787 (conformal radius) x {(side + 1) / 2:g}, fitted r_h = {radius:.2f}"
    quantity = "horizon: slope of f against ln r"
    allowed = TOLERANCES["horizon_slope"] * float(theory)
    check = Check.within(quantity, float(theory), fit.amplitude, allowed, "1", reason)
    return Outcome([check], [_figure("Outside a horizon", "f", profile, fit)])


def flat_background(bench: Bench) -> Outcome:
    """Uniform f of a flat background on a closed lattice."""
    window = 2000 if bench.quick else 10_000
    config = {**lattice_config(24, "periodic", []), "survival": 0.9, "background": 0.1}
    engine = bench.create(config)
    bench.advance(engine, 200)
    error = float(np.abs(counted(bench, engine, window) - 0.5).max()) * window
    reason = "f = 1 / (1 + a0 / (C (1 - p))) = 1/2"
    quantity = "flat background: max |f - 1/2| T"
    return Outcome([Check.within(quantity, 0.0, error, TOLERANCES["background"], "ticks", reason)])


LAWS = {
    "empty lattice": empty_lattice,
    "utilisation law": utilisation_law,
    "exact field": exact_field,
    "coupling": coupling_constant,
    "log r": logarithmic_well,
    "fluid rule": fluid_limit,
    "superposition": superposition,
    "bounds": bounded_memory,
    "Poisson solvers": poisson_solvers,
    "horizon": horizon,
    "flat background": flat_background,
}
"""Comparisons by name, in the order of the report."""


def lattice_config(side: int, boundary: str, sources: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Configuration of a square lattice, with the survival of its boundary."""
    base = {"nx": side, "ny": side, "boundary": boundary, "survival": SURVIVAL[boundary], "sources": sources}
    return {**base, **more}


def gaussian(side: int, strength: float, dx: float = 0.0) -> dict[str, Any]:
    """Source in the middle, ``dx`` columns beside it, three cells wide."""
    middle = (side - 1) / 2
    return {"kind": "gaussian", "x": middle + dx, "y": middle, "strength": strength, "width": 3.0}


def warmed(bench: Bench, config: Mapping[str, Any]) -> Engine:
    """New engine with the exact steady traffic."""
    engine = bench.create(config)
    engine.command("set_field", name="traffic", value=warm_start(engine), steady=True)
    return engine


def counted(bench: Bench, engine: Engine, window: int) -> Floats:
    """Update fraction f [ny, nx], counted over the next ``window`` ticks."""
    engine.command("reset_statistics")
    bench.advance(engine, window)
    return np.asarray(engine.field("f"), dtype=np.float64)


def relative(measured: Floats, exact: Floats) -> float:
    """Euclidean distance, relative to ``exact``."""
    return float(np.linalg.norm(measured - exact) / np.linalg.norm(exact))


def _figure(name: str, label: str, profile: RadialProfile, fit: RadialFit) -> Figure:
    radii = tuple(float(r) for r in profile.r)
    measured = Curve("measured", radii, tuple(float(v) for v in profile.mean))
    fitted = Curve(
        f"{fit.offset:.4g} {fit.amplitude:+.4g} ln r", radii, tuple(float(v) for v in fit(profile.r))
    )
    return Figure(name, "r (cells)", label, (measured, fitted))
