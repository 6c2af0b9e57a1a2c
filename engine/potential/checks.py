"""Lattice Green functions and the ranking against exact results, as lines of `tauscope verify`."""

from __future__ import annotations

import math

import numpy as np

from tauscope.engine.potential import green
from tauscope.engine.potential.data import PotentialData
from tauscope.engine.potential.fits import rank
from tauscope.engine.study import Check

TOLERANCES = {"sum": 1e-15, "infinite": 1e-12, "finite_size": 0.03, "lead": 0.5, "watson": 2e-6}
"""Allowed deviations, as the acceptance tests have them; finite_size is relative."""
SEPARATIONS = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0)
PAGE = {32: 3.8e-2, 128: 2.2e-3, 512: 1.4e-4}
"""Largest |V_L - V_infinite| over R = 1 to 12, by L."""


def green_checks() -> list[Check]:
    """Green functions of tori against plain sums and against the infinite lattice."""
    found = []
    for shape in ((32, 32), (12, 12, 12)):
        rest = (0,) * (len(shape) - 1)
        field = green.green(shape).reshape(shape[0], -1)[:, 0]
        places = range(shape[0] // 2 + 1)
        plain = np.array([green.direct_sum(shape, (R, *rest)) for R in places])
        worst = max(
            float(np.abs(other - plain).max())
            for other in (field[: len(plain)], green.along(shape, list(places)))
        )
        name = f"Green function, {len(shape)}D, against the plain sum"
        found.append(Check.within(name, 0.0, worst, TOLERANCES["sum"], reason="FFT and closed form"))
    near = green.infinite([1, 2])
    for place, exact in ((1, 0.25), (2, 1.0 - 2.0 / math.pi)):
        found.append(
            Check.within(
                f"potential kernel a({place})", exact, float(near[place - 1]), TOLERANCES["infinite"],
                reason="Spitzer, Principles of Random Walk, section 15",
            )
        )  # fmt: skip
    measured = green.finite_size(tuple(PAGE), np.arange(1, 13))
    for (size, expected), value in zip(PAGE.items(), measured.tolist(), strict=True):
        allowed = TOLERANCES["finite_size"] * expected
        found.append(Check.within(f"|V_L − V_∞|, L = {size}", expected, value, allowed, reason="prototype"))
    size = 32
    watson = float(green.along((size,) * 3, [0])[0]) + 2.837297 / (4.0 * math.pi * size)
    found.append(
        Check.within("G(0) of the cubic lattice", 0.2527310098586630, watson, TOLERANCES["watson"],
                     reason="Watson’s integral; the torus lacks 2.837297 / 4πL of it")
    )  # fmt: skip
    return found


def ranking_checks() -> list[Check]:
    """AICc of Poisson’s equation in the plane: a logarithm, by 17 at L = 32 and 65 at L = 512."""
    found = []
    R = np.array(SEPARATIONS)
    for size, lead in ((32, 17.1), (512, 64.7)):
        data = PotentialData(R, green.potential((size, size), R), np.zeros(len(R)), (size, size))
        rival = rank(data, ("log", "coulomb")).of("coulomb")
        measured = math.nan if rival is None else rival.delta
        name = f"ln R ahead of 1/R in AICc, L = {size}"
        found.append(Check.within(name, lead, measured, TOLERANCES["lead"], reason="prototype: 17 and 65"))
    return found
