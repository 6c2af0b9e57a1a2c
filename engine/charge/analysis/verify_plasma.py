"""Mode D: what its dynamics conserve, descend and come to, and the potential that is put in."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.engine.base import Engine
from tauscope.engine.charge.analysis.verify_bench import TOLERANCES, Bench, Laws, Outcome, pair
from tauscope.engine.potential.checks import green_checks, ranking_checks
from tauscope.engine.potential.green import potential
from tauscope.engine.study import Check, Curve, Figure
from tauscope.gpu.charge import plasma

PLASMA: dict[str, Any] = {"density": 0.05, "noise": 0.1}
"""Carriers with noise, so that there is something to relax besides the clouds around the charges."""


def descent(bench: Bench) -> Outcome:
    """Conservation, positivity and the fall of F around fixed charges, at three temperatures."""
    checks, curves = [], []
    for T in (0.02, 0.1, 0.5):
        engine = bench.create("D", T=T, charges=pair(6), **PLASMA)
        sums = [engine.field(name).sum() for name in "pn"]
        energies, least = [engine.scalar("free_energy")], np.inf
        for _ in range(400 if bench.quick else 4000):
            engine.advance(1 if bench.quick else 2)
            energies.append(engine.scalar("free_energy"))
            least = min(least, engine.scalar("density_min"))
        drift = max(abs(engine.field(n).sum() / total - 1.0) for n, total in zip("pn", sums, strict=True))
        rise = float(np.diff(energies).max())
        where = f"T = {T:g}, with fixed charges"
        checks += [
            Check.within(
                f"drift of the sums of p and n, {where}", 0.0, drift, TOLERANCES["drift"], "1", "relative"
            ),
            Check.bounded(f"smallest density, {where}", ">=", 0.0, least, "e/cell", "never below 0"),
            Check.bounded(f"largest step of F, {where}", "<=", TOLERANCES["descent"], rise, "1", "F falls"),
        ]
        curves.append(Curve(f"T = {T:g}", tuple(range(len(energies))), tuple(energies)))
    return Outcome(checks, [Figure("Free energy", "reading", "F", tuple(curves))])


def chemical_spread(engine: Engine) -> float:
    """Largest spread of T ln p + Φ and T ln n − Φ over the lattice: 0 in equilibrium."""
    config: Any = engine.config
    phi = engine.field("phi")
    levels = [config.T * np.log(engine.field(name)) + sign * phi for name, sign in (("p", 1.0), ("n", -1.0))]
    return float(max(np.ptp(level) for level in levels))


def boltzmann_flux(T: float, size: int = 32) -> float:
    """Largest flux of Boltzmann distributions in a random potential, densities at most 1; exactly 0."""
    phi = np.random.default_rng(7).normal(0.0, 0.1, (size, size))
    p, n = np.exp(-phi / T), np.exp(phi / T)
    px, py, qx, qy = (np.zeros((size, size)) for _ in range(4))
    plasma.faces(p / p.max(), n / n.max(), phi, px, py, qx, qy, 1.0 / T)
    return float(max(np.abs(flux).max() for flux in (px, py, qx, qy)))


def equilibrium(bench: Bench) -> Outcome:
    """Boltzmann distributions have no flux, and clouds around fixed charges come to them."""
    engine = bench.create("D", size=16, T=0.5, density=0.1, charges=pair(6, 16))
    bench.advance(engine, 6000 if bench.quick else 12000)
    spread = chemical_spread(engine)
    reason = "T ln p + Φ and T ln n − Φ are uniform in equilibrium; 60 units of time"
    limit = TOLERANCES["boltzmann"]
    checks = [Check.within("spread of the chemical potentials", 0.0, spread, limit, "1", reason)]
    for T in (0.02, 0.1):
        quantity, reason = f"flux of a Boltzmann distribution, T = {T:g}", "Scharfetter and Gummel: exactly 0"
        bound = TOLERANCES["boltzmann_flux"]
        checks.append(Check.bounded(quantity, "<", bound, boltzmann_flux(T), "e/time", reason))
    return Outcome(checks)


def imposed(bench: Bench) -> Outcome:
    """V(R) of the fixed charges is the lattice Green function that is put in."""
    checks = []
    for green, shape in (("2d", (32, 32)), ("3d", (32, 32, 32))):
        separations = (1, 2, 3, 5, 8, 12)
        exact = potential(shape, separations)
        found = [bench.create("D", green=green, charges=pair(R)).scalar("pair_energy") for R in separations]
        worst = float(np.abs(np.array(found) - exact).max())
        reason = "q²[G(0) − G(R)] of the Poisson equation that the mode has from the outset"
        quantity = f"V(R) of fixed charges less the {green.upper()} Green function"
        checks.append(Check.within(quantity, 0.0, worst, TOLERANCES["green"], "1", reason))
    return Outcome(checks + green_checks() + ranking_checks())


LAWS: Laws = {"descent of F": descent, "equilibrium": equilibrium, "the potential of option D": imposed}
