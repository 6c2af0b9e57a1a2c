"""Staples and plaquettes of a U(1) lattice, row by row; arrays as in `tauscope.gpu.gauge.layout`.

With plaquette U_mn(x) = U_m(x) U_n(x+m) U_m(x+n)* U_n(x)*, the staple of a link is the A for which
Re(U_m(x) A) is the sum of the real parts of the plaquettes that hold it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.intrinsics import fma
from tauscope.gpu.jit import kernel, piece


@piece
def times(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """Product (a + ib) (c + id)."""
    return fma(a, c, -(b * d)), fma(a, d, b * c)


@piece
def times_conj(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """Product (a + ib) (c - id)."""
    return fma(a, c, b * d), fma(b, c, -(a * d))


@piece
def add_staples(
    ar: Any, ai: Any, ur: Any, ui: Any, up: Any, down: Any, parity: Any, mu: Any, nu: Any, p: Any, first: Any
) -> None:
    """Add both staples of a plane to those of the links (mu, p) in the rows from ``first`` on.

    Parameters
    ----------
    ar, ai : float64 array (rows, w)
        Staples.
    ur, ui : float64 array (D, 2, R, w + 2)
        Links.
    up, down, parity : int64 arrays
        Of the layout.
    mu, nu, p, first : uint64
        Direction of the links, other direction of the plane, parity of the sites, first row.
    """
    one, last = np.uint64(1), np.uint64(ur.shape[0] - 1)
    q = one - p
    for row in range(np.uint64(ar.shape[0])):
        r = first + row
        s = (np.uint64(parity[r]) + p) & one
        ahead = s if mu == last else np.uint64(0)
        forth = s if nu == last else np.uint64(0)
        back = one - s if nu == last else np.uint64(0)
        a, b, c = np.uint64(up[mu, r]), np.uint64(up[nu, r]), np.uint64(down[nu, r])
        e = np.uint64(down[nu, a])
        for k in range(np.uint64(ar.shape[1])):
            at, far, over, under = k + one, k + one + ahead, k + one + forth, k + one - back
            x, y = times_conj(ur[nu, q, a, far], ui[nu, q, a, far], ur[mu, q, b, over], ui[mu, q, b, over])
            x, y = times_conj(x, y, ur[nu, p, r, at], ui[nu, p, r, at])
            corner = far - back
            v, w = times_conj(
                ur[nu, q, c, under], ui[nu, q, c, under], ur[mu, q, c, under], ui[mu, q, c, under]
            )
            v, w = times_conj(v, w, ur[nu, p, e, corner], ui[nu, p, e, corner])
            ar[row, k] += x + v
            ai[row, k] += y + w


@piece
def fill_staples(
    ar: Any, ai: Any, ur: Any, ui: Any, up: Any, down: Any, parity: Any, mu: Any, p: Any, first: Any
) -> None:
    """Staples of the links (mu, p) in the rows from ``first`` on; arrays as in `add_staples`."""
    ar[:] = 0.0
    ai[:] = 0.0
    for nu in range(np.uint64(ur.shape[0])):
        if nu != mu:
            add_staples(ar, ai, ur, ui, up, down, parity, mu, nu, p, first)


@kernel
def staples(
    ar: Any, ai: Any, ur: Any, ui: Any, up: Any, down: Any, parity: Any, mu: Any, p: Any, first: Any
) -> None:
    """Staples of the links (mu, p) in the rows from ``first`` on; arrays as in `add_staples`."""
    fill_staples(ar, ai, ur, ui, up, down, parity, np.uint64(mu), np.uint64(p), np.uint64(first))


@kernel
def plaquette_sum(ur: Any, ui: Any, up: Any, parity: Any) -> Any:
    """Sum of the real parts of all plaquettes; the order of its additions depends on the shape alone."""
    one, last = np.uint64(1), np.uint64(ur.shape[0] - 1)
    half = np.uint64(ur.shape[3] - 2)
    sums = np.zeros(half)
    total = 0.0
    for r in range(np.uint64(parity.size)):
        for p in range(np.uint64(2)):
            q, s = one - p, (np.uint64(parity[r]) + p) & one
            sums[:] = 0.0
            for mu in range(last):
                a = np.uint64(up[mu, r])
                for nu in range(mu + one, last + one):
                    forth = s if nu == last else np.uint64(0)
                    b = np.uint64(up[nu, r])
                    for k in range(half):
                        at, over = k + one, k + one + forth
                        x, y = times(ur[mu, p, r, at], ui[mu, p, r, at], ur[nu, q, a, at], ui[nu, q, a, at])
                        v, w = times(
                            ur[nu, p, r, at], ui[nu, p, r, at], ur[mu, q, b, over], ui[mu, q, b, over]
                        )
                        sums[k] += fma(x, v, y * w)
            for k in range(half):
                total += sums[k]
    return total
