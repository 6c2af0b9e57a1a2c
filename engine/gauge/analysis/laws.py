"""Comparisons of the gauge engine with exact and independent results, one function a law; see `verify`."""

from __future__ import annotations

import math

import numpy as np

from tauscope.engine.autocorrelation import mean_of
from tauscope.engine.gauge import reference
from tauscope.engine.gauge.analysis import correlators, exact
from tauscope.engine.gauge.analysis.bench import TOLERANCES, Bench, Law, Outcome, measured, plaquette_mean
from tauscope.engine.gauge.analysis.starts import APART, two_starts
from tauscope.engine.gauge.analysis.template import fit_coulomb
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.statistics import block_means, jackknife
from tauscope.engine.study import Check, Curve, Figure

TORI: tuple[tuple[tuple[int, int], float, str], ...] = (
    ((4, 4), 4.0, "heatbath"),
    ((4, 4), 1.0, "metropolis"),
    ((8, 8), 2.0, "heatbath"),
    ((8, 4), 0.5, "heatbath"),
    ((16, 16), 1.0, "metropolis"),
    ((16, 16), 3.0, "heatbath"),
)
"""Shapes, couplings and algorithms of the comparison with exact sums."""

_EXACT = "finite-volume sum over Bessel functions; 3.5 standard errors"


def _statistical(
    quantity: str, expected: float, value: float, error: float, reason: str, pulls: float
) -> Check:
    return Check.within(quantity, expected, value, pulls * error, reason=reason)


def tori(bench: Bench) -> Outcome:
    """Mean plaquettes in two dimensions."""
    checks = []
    for shape, beta, algorithm in TORI:
        engine = bench.create(shape=list(shape), beta=beta, algorithm=algorithm)
        seen = plaquette_mean(bench, engine, 200, 2000 if bench.quick else 20_000)
        name = f"⟨P⟩ on {shape[0]} × {shape[1]}, β = {beta:g}, {algorithm}"
        wanted = exact.plaquette_2d(beta, math.prod(shape))
        checks.append(_statistical(name, wanted, seen.value, seen.error, _EXACT, TOLERANCES["pulls"]))
    return Outcome(checks)


def wilson(bench: Bench) -> Outcome:
    """Wilson loops in two dimensions."""
    engine = bench.create(shape=[16, 16], beta=2.0)
    bench.advance(engine, 200)
    blocks = block_means(measured(bench, engine, 400 if bench.quick else 2000, 2, _loops))
    seen = jackknife(blocks)
    checks = []
    for r, t in ((1, 1), (1, 2), (2, 2), (2, 3)):
        name = f"Wilson loop {r} × {t}, 16 × 16, β = 2"
        wanted = exact.wilson_2d(2.0, 256, r * t)
        value, error = float(seen.value[r - 1, t - 1]), float(seen.error[r - 1, t - 1])
        checks.append(_statistical(name, wanted, value, error, _EXACT, TOLERANCES["pulls"]))
    return Outcome(checks)


def _loops(engine: GaugeEngine) -> object:
    state = engine.state()
    return correlators.wilson_loops(state["ur"], state["ui"], 2, 3)


def _polyakov(engine: GaugeEngine) -> object:
    state = engine.state()
    return correlators.polyakov_correlator(state["ur"], state["ui"])


def confinement(bench: Bench) -> Outcome:
    """Potential of Polyakov loops in two dimensions: a line."""
    engine = bench.create(shape=[4, 16], beta=2.0)
    bench.advance(engine, 200)
    blocks = block_means(measured(bench, engine, 2000 if bench.quick else 20_000, 2, _polyakov))
    found = correlators.potential_of_polyakov(blocks, 4)
    wanted = [-math.log(exact.polyakov_2d(2.0, (4, 16), int(R))) / 4 for R in found.R]
    checks = [
        _statistical(f"V({R}) on 4 × 16, β = 2", want, float(V), float(e), _EXACT, TOLERANCES["pulls"])
        for R, V, e, want in zip(found.R, found.V, found.error, wanted, strict=True)
    ]
    line = exact.string_tension_2d(2.0)
    R = tuple(float(r) for r in found.R)
    curves = (
        Curve("measured", R, tuple(float(v) for v in found.V)),
        Curve("σ R", R, tuple(line * r for r in R)),
    )
    return Outcome(checks, [Figure("Potential in two dimensions", "R / sites", "V", curves)])


def permutation(bench: Bench) -> Outcome:
    """In two dimensions overrelaxation only permutes plaquettes."""
    engine = bench.create(shape=[8, 8], beta=2.0)
    bench.advance(engine, 50)
    before = np.sort(engine.field("plaquette").ravel())
    U = engine.links()
    for _ in range(4):
        U = reference.overrelax(U)
    after = np.sort(reference.plaquette(U, 0, 1).real.ravel())
    runs = [
        measured(bench, bench.create(shape=[4, 4], beta=4.0, overrelaxation=n), 100, 1, _plaquette).mean()
        for n in (0, 4)
    ]
    reason = "a reflection swaps the plaquettes on both sides of a link"
    limit = TOLERANCES["permuted"]
    return Outcome(
        [
            Check.within(
                "2D: sorted plaquettes before and after 4 reflections",
                0.0,
                float(np.abs(after - before).max()),
                limit,
                reason=reason,
            ),
            Check.within(
                "2D: ⟨P⟩ of 100 sweeps with and without", float(runs[0]), float(runs[1]), limit, reason=reason
            ),
        ]
    )


def _plaquette(engine: GaugeEngine) -> float:
    return engine.scalar("plaquette")


def three_dimensions(bench: Bench) -> Outcome:
    """Strong and weak coupling in three dimensions, and heat bath against Metropolis."""
    pulls = TOLERANCES["series_pulls"]
    sweeps = 600 if bench.quick else 3000
    strong = plaquette_mean(bench, bench.create(shape=[12, 12, 12], beta=0.5), 200, sweeps)
    weak = plaquette_mean(bench, bench.create(shape=[12, 12, 12], beta=10.0, start="cold"), 200, sweeps)
    checks = [
        _statistical(
            "3D ⟨P⟩, β = 0.5",
            exact.strong_coupling_3d(0.5),
            strong.value,
            strong.error,
            "series t + 4 t⁵ t′; 3 standard errors",
            pulls,
        ),
        Check.within(
            "3D ⟨P⟩, β = 10, cold start",
            exact.weak_coupling(10.0, 3),
            weak.value,
            # A short run cannot see as finely as the tolerance of the long one.
            max(TOLERANCES["weak"], pulls * weak.error),
            reason="self-consistent Gaussian theory P = exp(−1/(3 β P))",
        ),
    ]
    kinds: tuple[dict[str, object], ...] = (
        {"algorithm": "heatbath"},
        {"algorithm": "metropolis", "overrelaxation": 1},
    )
    found = [
        plaquette_mean(bench, bench.create(APART * n, shape=[8, 8, 8], beta=1.5, **kind), 200, 2 * sweeps)
        for n, kind in enumerate(kinds)
    ]
    error = math.hypot(found[0].error, found[1].error)
    reason = "both sample the same distribution; 3.5 joint errors"
    name = "3D ⟨P⟩, β = 1.5: Metropolis against heat bath"
    checks.append(_statistical(name, found[0].value, found[1].value, error, reason, TOLERANCES["pulls"]))
    return Outcome(checks)


def invariants(bench: Bench) -> Outcome:
    """What overrelaxation and a change of gauge leave alone."""
    checks = []
    for shape in ([6, 8, 10], [4, 6, 4, 6]):
        engine = bench.create(shape=shape, beta=1.0, overrelaxation=0)
        bench.advance(engine, 10)
        U = engine.links()
        engine.command("set_field", name="angle", value=np.angle(U))
        before = engine.scalar("action")
        drift = _drift(engine, 100)
        name = f"{len(shape)}D: relative drift of the action, 100 reflections"
        reason = "a reflection at the staple keeps Re(U A)"
        checks.append(Check.within(name, 0.0, drift / before, TOLERANCES["action"], reason=reason))
        angles = np.random.default_rng(1).uniform(-np.pi, np.pi, shape)
        turned = reference.gauge_transform(U, angles)
        worst = max(
            float(np.abs(reference.polyakov_loop(turned) - reference.polyakov_loop(U)).max()),
            float(
                np.abs(reference.wilson_loop(turned, 0, 1, 2, 2) - reference.wilson_loop(U, 0, 1, 2, 2)).max()
            ),
        )
        name = f"{len(shape)}D: loops after a change of gauge"
        checks.append(
            Check.within(name, 0.0, worst, TOLERANCES["gauge"], reason="closed loops are invariant")
        )
    return Outcome(checks)


def _drift(engine: GaugeEngine, reflections: int) -> float:
    """Change of the action under reflections by the kernels; the links of the engine take part."""
    before = engine.scalar("action")
    engine.reflect(reflections)
    return abs(engine.scalar("action") - before)


def transition(bench: Bench) -> Outcome:
    """The jump in four dimensions between beta = 1 and 1.015, from hot and cold starts."""
    checks, curves = [], []
    thermalise, sweeps = (150, 150) if bench.quick else (300, 1500)
    means = []
    for beta, low, high in ((1.0, 0.565, 0.60), (1.015, 0.645, 0.675)):
        found = two_starts(bench, thermalise, sweeps, shape=[8, 8, 8, 8], beta=beta)
        middle = 0.5 * (found.hot.value + found.cold.value) if found.agree else math.nan
        name = f"4D 8⁴, β = {beta:g}: hot start less cold start, in errors"
        checks.append(Check.within(name, 0.0, found.pull, TOLERANCES["pulls"], reason=found.sentence))
        reason = "prototype .584 at β = 1 and .661 at 1.015"
        name = f"4D ⟨P⟩ on 8⁴, β = {beta:g}"
        checks.append(Check.within(name, 0.5 * (low + high), middle, 0.5 * (high - low), reason=reason))
        means.append(found)
    for start in ("hot", "cold"):
        values = tuple(float(getattr(found, start).value) for found in means)
        curves.append(Curve(start, tuple(found.beta for found in means), values))
    return Outcome(checks, [Figure("Transition in four dimensions", "β", "⟨P⟩", tuple(curves))])


def coulomb(bench: Bench) -> Outcome:
    """The Coulomb phase in four dimensions: a potential that is the lattice's own 1/R."""
    engine = bench.create(shape=[4, 8, 8, 8], beta=1.2, start="cold")
    bench.advance(engine, 300)
    samples = measured(bench, engine, 400 if bench.quick else 2000, 2, _polyakov)
    found = correlators.potential_of_polyakov(block_means(samples), 4)
    fit = fit_coulomb(found, (8, 8, 8))
    checks = [
        Check.within(
            f"4D β = 1.2: residual of the Coulomb template at R = {R}, in errors",
            0.0,
            float(residual),
            TOLERANCES["residual"],
            reason="g² (G(0) − G(R)) + c with the Green function of 8³; 3 standard errors",
        )
        for R, residual in zip(found.R, fit.residuals, strict=True)
    ]
    reason = "prototype 1.184(9); bare 1/β = 0.833, so the coupling is renormalised; 3.5 joint errors"
    error = math.hypot(fit.coupling_error, 0.009)
    checks.append(_statistical("4D β = 1.2: g²", 1.184, fit.coupling, error, reason, TOLERANCES["pulls"]))
    R = tuple(float(r) for r in found.R)
    curves = (
        Curve("measured", R, tuple(float(v) for v in found.V)),
        Curve("g² (G(0) − G(R)) + c", R, tuple(float(v) for v in fit.values)),
    )
    return Outcome(checks, [Figure("Potential in the Coulomb phase", "R / sites", "V", curves)])


def series_of_the_running_mean(bench: Bench) -> Outcome:
    """The running mean that the engine shows, against the same samples taken one by one."""
    engine = bench.create(shape=[8, 8], beta=1.0)
    samples = measured(bench, engine, 500, 1, _plaquette)
    seen, wanted = engine.scalars(), mean_of(samples)
    reason = "the same samples, analysed outside the engine; rounding"
    pairs = (("plaquette_mean", wanted.value), ("plaquette_error", wanted.error), ("tau_int", wanted.tau))
    return Outcome(
        [Check.within(f"running {name}", want, seen[name], 1e-9, reason=reason) for name, want in pairs]
    )


LAWS: dict[str, Law] = {
    "plaquettes in two dimensions": tori,
    "Wilson loops in two dimensions": wilson,
    "confinement in two dimensions": confinement,
    "overrelaxation in two dimensions": permutation,
    "three dimensions": three_dimensions,
    "invariants": invariants,
    "running mean": series_of_the_running_mean,
    "transition in four dimensions": transition,
    "Coulomb phase in four dimensions": coulomb,
}
"""Comparisons by name, in the order of the report."""
