"""The published experiment, to every printed digit."""

from __future__ import annotations

import numpy as np

from tauscope.engine.charge.analysis.verify_bench import TOLERANCES, Bench, Laws, Outcome, nominal
from tauscope.engine.study import Check

V1 = (19854.7, 10594.4)
V2 = (-25908.75, 10608.28)
"""Mean and standard deviation of V as they were printed."""
BLOWN_AT = 588
"""Number of the step, counted from 0, that takes rho off the numbers at nominal R = 2 and 3."""
SEPARATIONS = (2, 3, 4, 5, 6, 7, 8, 10, 12)


def measured(bench: Bench, mode: str, separation: int) -> tuple[float, float]:
    """Mean and standard deviation of V over the samples of the experiment; NaN where the run ended before.

    First version: 200 steps, then 500 samples every 10 steps. Second: 1,000, then 100 every 50.
    """
    first = mode == "published_v1"
    size, thermal, samples, every = (32, 200, 500, 10) if first else (48, 1000, 100, 50)
    engine = bench.create(mode, size=size, charges=nominal(separation, size))
    bench.advance(engine, thermal)
    found = []
    for _ in range(samples):
        engine.advance(every)
        found.append(engine.scalar("pair_energy"))
    if engine.check() is not None:
        return float("nan"), float("nan")
    return float(np.mean(found)), float(np.std(found))


def _figures(bench: Bench, mode: str, printed: tuple[float, float], tolerance: float) -> list[Check]:
    least = 4 if mode == "published_v1" else 2
    separations = [R for R in SEPARATIONS if least <= R and (not bench.quick or R in (2, 4, 5, 12))]
    found = np.array([measured(bench, mode, R) for R in separations])
    words = ", ".join(str(R) for R in separations)
    checks = []
    for index, name in enumerate(("mean of V", "standard deviation of V")):
        worst = found[np.argmax(np.abs(found[:, index] - printed[index])), index]
        reason = f"the printed figure, the same at nominal R = {words}; the true separation is 2 (R // 2)"
        quantity = f"{mode}: {name}"
        checks.append(Check.within(quantity, printed[index], float(worst), tolerance, "1", reason))
    spread = float(np.ptp(found[:, 0]))
    reason = "no dependence on R: φ at the proton is a ramp of its own"
    checks.append(Check.within(f"{mode}: spread of V over R", 0.0, spread, 1e-6, "1", reason))
    return checks


def first_version(bench: Bench) -> Outcome:
    """The same V at every R >= 4; off the numbers at R = 2 and 3."""
    checks = _figures(bench, "published_v1", V1, TOLERANCES["printed"])
    for R in (2, 3):
        engine = bench.create("published_v1", charges=nominal(R, 32))
        bench.advance(engine, 1000)
        steps = round(engine.time / 0.01)
        quantity = f"published_v1: step at which ρ leaves the numbers, R = {R}"
        reason = "counted from 0; the electron is free, the proton held"
        checks.append(Check.within(quantity, BLOWN_AT, float(steps), 0.0, "steps", reason))
    return Outcome(checks)


def second_version(bench: Bench) -> Outcome:
    """The same V at every R, with the other sign because the electron is counted first."""
    return Outcome(_figures(bench, "published_v2", V2, TOLERANCES["printed_v2"]))


LAWS: Laws = {"the published experiment": first_version, "its second version": second_version}
