"""Scharfetter and Gummel's fluxes of two species in a potential, and what they do to the densities.

Arrays are [ny, nx] float64 on a torus. With d the rise of Phi / T to the next cell, B(d) = d / (e^d - 1), the
flux of p into that cell is D [B(d) p - B(-d) p'], that of n the same with -d. B is worked out from |d| and
mirrored, so that a Boltzmann distribution has no flux but rounding. Source: D. L. Scharfetter, H. K. Gummel,
IEEE Trans. Electron Devices 16, 64 (1969); charge-and-gauge.md, "D variational".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.intrinsics import fma, number_of
from tauscope.gpu.jit import kernel, piece

LOG2E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
SMALL, LARGE = 1e-300, 700.0


@piece
def bernoulli(x: Any) -> Any:
    """Value of x / (e^x - 1) for x >= 0, within 3 ulp; beyond 700 it is 0 beside 1 as well.

    e^x - 1 = 2^k (e^r - 1) + (2^k - 1) with |r| <= ln 2 / 2, and the series of e^r - 1 to r^13.
    """
    within = LARGE if x > LARGE else x
    k = np.rint(within * LOG2E)
    r = fma(-k, LN2_LOW, fma(-k, LN2_HIGH, within))
    s = fma(r, 1.6059043836821613e-10, 2.08767569878681e-09)
    s = fma(r, fma(r, s, 2.505210838544172e-08), 2.755731922398589e-07)
    s = fma(r, fma(r, s, 2.7557319223985893e-06), 2.48015873015873e-05)
    s = fma(r, fma(r, s, 1.984126984126984e-04), 1.388888888888889e-03)
    s = fma(r, fma(r, s, 8.333333333333333e-03), 4.1666666666666664e-02)
    s = fma(r, fma(r, s, 1.6666666666666666e-01), 0.5)
    grown = fma(r * r, s, r)
    power = number_of((np.int64(k) + np.int64(1023)) << np.int64(52))
    rest = fma(power, grown, power - 1.0)
    return x / rest if x > SMALL else 1.0


@kernel
def face(p: Any, p_next: Any, n: Any, n_next: Any, rise: Any) -> tuple[Any, Any]:
    """Fluxes of both species into the next cell, over D; ``rise`` is that of Phi / T."""
    size = abs(rise)
    low = bernoulli(size)
    high = low + size
    ahead = high if rise < 0.0 else low
    back = low if rise < 0.0 else high
    return ahead * p - back * p_next, back * n - ahead * n_next


@kernel
def faces(p: Any, n: Any, phi: Any, px: Any, py: Any, qx: Any, qy: Any, inverse_t: Any) -> None:
    """Fluxes over D through the east and north face of every cell: px, py of p, and qx, qy of n."""
    ny, nx = p.shape
    for y in range(ny):
        up = y + 1 if y + 1 < ny else 0
        for x in range(nx):
            rise = (phi[up, x] - phi[y, x]) * inverse_t
            py[y, x], qy[y, x] = face(p[y, x], p[up, x], n[y, x], n[up, x], rise)
        for x in range(nx - 1):
            rise = (phi[y, x + 1] - phi[y, x]) * inverse_t
            px[y, x], qx[y, x] = face(p[y, x], p[y, x + 1], n[y, x], n[y, x + 1], rise)
        last = nx - 1
        rise = (phi[y, 0] - phi[y, last]) * inverse_t
        px[y, last], qx[y, last] = face(p[y, last], p[y, 0], n[y, last], n[y, 0], rise)


@kernel
def gather(p: Any, n: Any, px: Any, py: Any, qx: Any, qy: Any, step: Any) -> None:
    """Take from every cell what leaves it, ``step`` times the fluxes; ``step`` is D dt."""
    ny, nx = p.shape
    for y in range(ny):
        down = y - 1 if y > 0 else ny - 1
        for x in range(1, nx):
            p[y, x] -= step * ((px[y, x] - px[y, x - 1]) + (py[y, x] - py[down, x]))
            n[y, x] -= step * ((qx[y, x] - qx[y, x - 1]) + (qy[y, x] - qy[down, x]))
        p[y, 0] -= step * ((px[y, 0] - px[y, nx - 1]) + (py[y, 0] - py[down, 0]))
        n[y, 0] -= step * ((qx[y, 0] - qx[y, nx - 1]) + (qy[y, 0] - qy[down, 0]))


@kernel
def extremes(p: Any, n: Any, phi: Any) -> tuple[float, float]:
    """Largest rise of phi to a next cell in size, and largest p + n."""
    ny, nx = p.shape
    steepest, densest = 0.0, 0.0
    for y in range(ny):
        up = y + 1 if y + 1 < ny else 0
        for x in range(nx):
            rise = abs(phi[up, x] - phi[y, x])
            steepest = rise if rise > steepest else steepest
            both = p[y, x] + n[y, x]
            densest = both if both > densest else densest
        for x in range(nx - 1):
            rise = abs(phi[y, x + 1] - phi[y, x])
            steepest = rise if rise > steepest else steepest
        rise = abs(phi[y, 0] - phi[y, nx - 1])
        steepest = rise if rise > steepest else steepest
    return steepest, densest
