"""Study of the claims of the charge-phase document, each with its test, the numbers, and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple
from typing import ClassVar

import numpy as np

from tauscope.engine.charge.analysis.verify_bench import Bench, pair
from tauscope.engine.charge.analysis.verify_drift import early_growth, growth
from tauscope.engine.charge.analysis.verify_published import measured
from tauscope.engine.charge.poisson import inverse_symbol, solve
from tauscope.engine.claim import COLUMNS, Claim
from tauscope.engine.study import Report, Study, StudyContext, Table


def same_value(bench: Bench) -> Claim:
    """The value that does not depend on R."""
    found = [measured(bench, "published_v1", R) for R in (4, 8, 12)]
    means = ", ".join(f"{mean:.1f}" for mean, _ in found)
    ramp = float(np.std(2.0 + 0.1 * np.arange(1, 501)) / np.mean(2.0 + 0.1 * np.arange(1, 501)))
    share = found[0][1] / found[0][0]
    return Claim(
        "First run",
        "huge error bars make the interaction unresolved",
        "V at R = 4, 8, 12 of the published code, and the share of its standard deviation",
        f"V = {means}; sd over mean {share:.4f}, of a ramp over the window {ramp:.4f}",
        "fails" if abs(share - ramp) < 1e-6 else "holds",
        "φ at the proton grows as t: the error bar is a trend, and no R enters",
    )


def friction(bench: Bench) -> Claim:
    """Option A."""
    slow, fast = (early_growth(bench, n, 1.0) for n in (16, 32))
    engine = bench.create("A", lam=1.0, charges=pair(2))
    bench.advance(engine, 700)
    ended = engine.check() is not None
    return Claim(
        "Option A",
        "friction −λρ stabilises the equations",
        "growth of noise at λ = 1 on 16² and 32² cells, and the pair at R = 2",
        f"{slow:.3g} and {fast:.3g} per unit of time; the pair {'blows up' if ended else 'does not blow up'}",
        "fails" if fast > 2.0 * slow > 0.0 else "holds",
        "it drains charge; the rate without bound in k is still there",
    )


def fixed(bench: Bench) -> Claim:
    """Option B."""
    energies = []
    for charges in (pair(2)[:1], pair(2), pair(4), pair(8)):
        engine = bench.create("B", charges=charges)
        bench.advance(engine, 500)
        energies.append(engine.scalar("energy"))
    alone, near, middle, far = energies
    values = [energy - 2.0 * alone for energy in (near, middle, far)]
    return Claim(
        "Option B",
        "fixed charges leave an equilibrium phase whose energy is the potential",
        "E − 2 E_self at R = 2, 4, 8, t = 5",
        f"{values[0]:.4g}, {values[1]:.1e}, {values[2]:.1e}; E itself grows as t²",
        "fails" if abs(values[0]) > 1.0 and max(map(abs, values[1:])) < 1e-9 else "holds",
        "a contact interaction: nothing beyond overlapping ∇²I, and no stationary state",
    )


def smaller_step(bench: Bench) -> Claim:
    """Option C."""
    times = []
    for dt in (0.01, 0.001):
        engine = bench.create("C", dt=dt, charges=pair(2))
        bench.advance(engine, round(6.0 / dt))
        times.append(engine.time if engine.check() else np.inf)
    engine = bench.create("C", dt=0.05, scheme="backward_euler", charges=pair(2))
    bench.advance(engine, 120)
    implicit = engine.time if engine.check() else np.inf
    return Claim(
        "Option C",
        "a smaller or an implicit step might stabilise without changing physics",
        "time of the blow-up at R = 2 by dt, and of backward Euler's failure",
        f"{times[0]:.2f} at 0.01, {times[1]:.2f} at 0.001; backward Euler ends at {implicit:.2f}",
        "fails" if max(*times, implicit) < 6.0 else "holds",
        "the blow-up time converges: it belongs to the equations",
    )


def ill_posed(bench: Bench) -> Claim:
    """Where the instability comes from."""
    found = [growth(bench, "rho2", n)[0] for n in (8, 16, 32)]
    words = ", ".join(f"{rate:.3g}" for rate in found)
    return Claim(
        "Diagnosis",
        "the coupling is too strong, the step too large, damping is missing",
        "growth of noise on 8², 16², 32² cells of the same torus",
        f"{words} per unit of time, times {found[2] / found[1]:.2f} at the last refinement",
        "fails" if found[2] > 2.3 * found[1] > 0 else "holds",
        "σ ~ k^(4/3) for any g, either sign of charge: ill-posed, whatever the step",
    )


def same_velocity(bench: Bench) -> Claim:
    """No force that knows a sign."""
    moved = []
    for value in (1.0, -1.0):
        charge = [{"x": 16, "y": 16, "value": value, "width": 2.0}]
        engine = bench.create("rho2", charges=charge, alpha=0.0)
        slope = 0.05 * np.sin(2.0 * np.pi * np.arange(32) / 32.0)
        engine.command("set_field", name="phi", value=np.tile(slope, (32, 1)))
        start = engine.field("rho")
        bench.advance(engine, 200)
        x = np.arange(32)
        moved.append(float(((engine.field("rho") - start) * x).sum() / start.sum()))
    same = abs(moved[0] - moved[1]) <= 1e-12 and abs(moved[0]) > 1e-3
    return Claim(
        "Equations",
        "j = −gρ∇φ couples charge to phase as a force between charges",
        "shift of the centre of +e and of −e in the same φ",
        f"{moved[0]:.6f} and {moved[1]:.6f} cells",
        "fails" if same else "holds",
        "j = −gρ∇φ moves + and − with one velocity −g∇φ: no force tells them apart",
    )


def put_in(bench: Bench) -> Claim:
    """Where a Coulomb law comes from in option D."""
    values = {
        green: [bench.create("D", green=green, charges=pair(R)).scalar("pair_energy") for R in (2, 4, 8)]
        for green in ("2d", "3d")
    }
    words = "; ".join(f"{name} {', '.join(f'{v:.4f}' for v in found)}" for name, found in values.items())
    log_like = values["2d"][2] - values["2d"][1] > 0.5 * (values["2d"][1] - values["2d"][0])
    return Claim(
        "Option D",
        "a variational principle makes a Coulomb potential emerge",
        "V(2), V(4), V(8) of fixed charges with the Poisson equation of the plane and of space",
        words,
        "holds only if" if log_like else "fails",
        "Poisson is put in by hand: a logarithm in the plane, 1/R where the equation is that of space",
    )


def static_slope(a: float, size: int = 256) -> tuple[float, float]:
    """Slope of V against ln R, and V(1), of a pair in the static follow-up action with the coupling a.

    Its two equations, ∇²φ − (a/2)∇²I = −ρ and ∇²I − (I − 1) − (a/2)∇²φ = 0, give
    k² φ [(1 − a²/4) + (a²/4) / (k² + 1)] = ρ.
    """
    inverse = inverse_symbol(size)
    k2 = np.divide(1.0, inverse, out=np.zeros_like(inverse), where=inverse > 0.0)
    charge = np.zeros((size, size))
    charge[0, 0] = 1.0
    phi = solve(charge, inverse / ((1.0 - a * a / 4.0) + (a * a / 4.0) / (k2 + 1.0)))
    V, R = 2.0 * (phi[0, 0] - phi[0]), np.arange(4, 13)
    return float(np.polyfit(np.log(R), V[R], 1)[0]), float(V[1])


def static_action(_bench: Bench) -> Claim:
    """The follow-up's static action."""
    (free, near), (coupled, nearer) = static_slope(0.0), static_slope(1.0)
    return Claim(
        "Follow-up",
        "a static action of φ and I has a Coulomb potential of its own",
        "V of a pair in the plane without and with its coupling a = 1: slope against ln R, and V(1)",
        f"slopes {free:.3f} and {coupled:.3f} (1/π = 0.318); V(1) = {near:.3f} and {nearer:.3f}",
        "holds only if" if abs(coupled - free) < 0.02 * free and abs(nearer - near) > 0.01 else "fails",
        "the Poisson operator is put in: the coupling changes the short range alone",
    )


CLAIMS: tuple[Callable[[Bench], Claim], ...] = (
    same_value,
    ill_posed,
    same_velocity,
    friction,
    fixed,
    smaller_step,
    put_in,
    static_action,
)
"""Tests, in the order of the table."""


class ClaimsStudy(Study):
    """Every tested claim of the document; the report's table ``claims`` has the columns of `Claim`."""

    name: ClassVar[str] = "claims"
    title: ClassVar[str] = "Claims of the charge-phase document"

    def run(self, context: StudyContext) -> Report:
        """Test every claim."""
        started = time.monotonic()
        bench = Bench(context, len(CLAIMS))
        rows = []
        for test in CLAIMS:
            bench.begin((test.__doc__ or "").split(".")[0])
            rows.append(astuple(test(bench)))
        context.progress(1.0, "done")
        table = Table("claims", COLUMNS, tuple(rows))
        return Report("claims charge", self.title, tables=(table,), seconds=time.monotonic() - started)
