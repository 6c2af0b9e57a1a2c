"""Comparisons with exact results: Moore neighbours, capacity maps, whole units, rules without a field."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.gravity.analysis.radial import fit_coefficients, fit_kappa
from tauscope.engine.gravity.analysis.steady import (
    coupling,
    exact_steady_state,
    relaxation_ticks,
    screening,
)
from tauscope.engine.gravity.analysis.verify_checks import TOLERANCES as SHARED
from tauscope.engine.gravity.analysis.verify_checks import (
    Bench,
    Outcome,
    counted,
    gaussian,
    lattice_config,
    warmed,
)
from tauscope.engine.gravity.support import UNIT_BITS
from tauscope.engine.study import Check

TOLERANCES = {
    "moore_coefficients": 1e-10,
    "backlog": 5e-4,
    "units": 0.0,
    "literal": 1.0,
    "strict": 1e-3,
}
"""Allowed deviations, as the acceptance tests have them."""


def moore_neighbours(bench: Bench) -> Outcome:
    """Coupling and mass of Moore neighbours: counted, and from the relaxed fluid rule."""
    survival, capacity, hood = 0.99, 2.0, "moore"
    side, window = (49, 10_000) if bench.quick else (65, 30_000)
    source = gaussian(side, 4e-3 * capacity)
    made = {"survival": survival, "capacity": capacity, "neighbourhood": hood}
    config = lattice_config(side, "periodic", [source], **made)
    f = counted(bench, warmed(bench, config), window)
    exact = exact_steady_state(config)
    m2 = screening(survival, hood)
    kappa = fit_kappa(f - 1, f * exact.emission, exact.place, m2, neighbourhood=hood)
    fluid = bench.create({**config, "rule": "fluid", "dtype": "float64"})
    bench.advance(fluid, int(25 * relaxation_ticks(config)))
    phi = -fluid.field("traffic") / capacity
    smooth = fit_coefficients(phi, (1 + phi) * exact.emission, exact.place, neighbourhood=hood)
    expected = coupling(capacity, survival, hood)
    allowed = TOLERANCES["moore_coefficients"]
    reason = "isotropic 9-point Laplacian, relay weights p/5 near and p/20 diagonal"
    fluid_reason = f"{reason}; fluid rule after 25 e-folds, both fitted"
    return Outcome(
        [
            Check.within("Moore: 3 kappa p C / 10", 1.0, kappa / expected, SHARED["kappa"], "1", reason),
            Check.within(
                "Moore, fluid: 3 kappa p C / 10", 1.0, smooth[0] / expected, allowed, "1", fluid_reason
            ),
            Check.within(
                "Moore, fluid: 3 m^2 p / (10 (1 - p))", 1.0, smooth[1] / m2, allowed, "1", fluid_reason
            ),
        ]
    )


def capacity_map(bench: Bench) -> Outcome:
    """Counted f and growing outboxes against the exact solve where capacities differ."""
    side, window = (33, 4000) if bench.quick else (65, 10_000)
    y, x = np.indices((side, side))
    factor = 1 + 0.5 * np.sin(0.3 * x) * np.cos(0.2 * y)
    factor[:, side // 2 + 6] = 0.02
    checks = []
    for hood in ("von_neumann", "moore"):
        config = lattice_config(
            side, "absorbing", [gaussian(side, 0.1)], capacity_map=factor.tolist(), neighbourhood=hood
        )
        engine = warmed(bench, config)
        bench.advance(engine, int(2 * relaxation_ticks(config)))
        before = engine.field("waiting").astype(np.float64)
        f = counted(bench, engine, window)
        grown = (engine.field("waiting") - before) / window
        exact = exact_steady_state(config)
        full = int((exact.backlog > 0).sum())
        reason = "sparse solve with lambda <= C; f = 1 - lambda/C, node by node"
        error = float(np.abs(f - exact.f).max()) * window
        growth = float(np.abs(grown - exact.backlog).max())
        checks += [
            Check.within(
                f"capacity map, {hood}: max |f - f_exact| T", 0.0, error, SHARED["f_error"], "ticks", reason
            ),
            Check.within(
                f"capacity map, {hood}: growth of {full} congested outboxes",
                0.0,
                growth,
                TOLERANCES["backlog"],
                "bits/tick",
                "a node that receives more than its C keeps the rest",
            ),
        ]
    return Outcome(checks)


def whole_units(bench: Bench) -> Outcome:
    """int32: what was emitted waits, is on its way, or left over the edge, to the unit of 2^-22 bit."""
    checks = []
    for hood in ("von_neumann", "moore"):
        config = lattice_config(25, "absorbing", [gaussian(25, 0.3)], dtype="int32", neighbourhood=hood)
        engine = bench.create(config)
        left = 0
        for _ in range(200 if bench.quick else 1000):
            bench.advance(engine, 1)
            left += over_the_edge(engine.field("traffic"), hood)
        left -= over_the_edge(engine.field("traffic"), hood)  # the last of it is still on its way
        kept = units(engine.field("traffic") + engine.field("waiting"))
        emitted = units(engine.field("emission"))
        total = int((emitted * engine.field("tau")).sum())
        error = abs(total - int(kept.sum()) - left)
        reason = f"{total:.3g} units emitted = waiting + on their way + over the edge"
        quantity = f"int32, {hood}: units created or lost"
        checks.append(Check.within(quantity, 0, error, TOLERANCES["units"], "units", reason))
    return Outcome(checks)


def literal_rule(bench: Bench) -> Outcome:
    """Counted f of the document's rule against ``1 / ceil(b / C)``: no field, f = 1 beside the sources."""
    window = 2000 if bench.quick else 4000
    engine = bench.create(_document(65, "literal"))
    bench.advance(engine, 10)
    f = counted(bench, engine, window)
    ticks = np.maximum(np.ceil(engine.field("emission").astype(np.float64)), 1.0)
    error = float(np.abs(f - 1 / ticks).max()) * window
    beside = float(np.abs(f[ticks == 1] - 1).max())
    reason = "a message of b bits takes ceil(b / C) ticks, and nothing is relayed"
    share = f"f = 1 wherever b <= C, {int((ticks == 1).sum())} nodes of {f.size}"
    return Outcome(
        [
            Check.within(
                "literal: max |f - 1/ceil(b/C)| T", 0.0, error, TOLERANCES["literal"], "ticks", reason
            ),
            Check.within("literal: max |f - 1| where b <= C", 0.0, beside, 0.0, "1", share),
        ]
    )


def strict_rule(bench: Bench) -> Outcome:
    """Spread of f under the strict rule: one clock for the whole lattice, that of the slowest node."""
    engine = bench.create(_document(65, "strict"))
    bench.advance(engine, 2000)
    f = counted(bench, engine, 2000)
    slowest = 1 / float(np.ceil(engine.field("emission").max()))
    reason = "every node needs a message of each neighbour, so none outruns the slowest; T = 4000, late half"
    return Outcome(
        [
            Check.within("strict: spread of f", 0.0, float(np.ptp(f)), TOLERANCES["strict"], "1", reason),
            Check.within(
                "strict: mean f", slowest, float(f.mean()), TOLERANCES["strict"], "1", "1 / max ceil(b/C)"
            ),
        ]
    )


def units(bits: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Whole units of a field in bits."""
    return np.rint(np.ldexp(bits.astype(np.float64), UNIT_BITS)).astype(np.int64)


def over_the_edge(sent: npt.NDArray[Any], hood: str) -> int:
    """Units of the sent bits that go to nodes beyond the edges."""
    parts, near, across = (4, 1, 0) if hood == "von_neumann" else (20, 4, 1)
    inner = np.zeros(sent.shape, dtype=np.int64)
    padded = np.pad(inner, 1, constant_values=1)
    rows, columns = sent.shape
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            weight = across if dy * dx else near if dy or dx else 0
            inner += weight * padded[1 + dy : 1 + dy + rows, 1 + dx : 1 + dx + columns]
    return int((units(sent) // parts * inner).sum())


def _document(side: int, rule: str) -> dict[str, Any]:
    """The design's case: a Gaussian of 5 bits on a background of 0.1, C = 1."""
    return lattice_config(side, "absorbing", [gaussian(side, 5.0)], rule=rule, background=0.1)


LAWS = {
    "Moore neighbours": moore_neighbours,
    "capacity map": capacity_map,
    "whole units": whole_units,
    "literal rule": literal_rule,
    "strict rule": strict_rule,
}
"""Comparisons by name, in the order of the report."""
