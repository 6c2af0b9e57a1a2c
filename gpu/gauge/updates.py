"""Updates of the links of one direction and parity: heat bath, Metropolis, overrelaxation, in blocks of rows.

Links of one direction on sites of one parity share no plaquette, so they may be updated at once, in any order
and by any number of threads; a random number is addressed by sweep, trial and link, so the bits are the same.

Sources: D. J. Best, N. I. Fisher, J. R. Stat. Soc. C 28, 152 (1979); S. L. Adler, Phys. Rev. D 23, 2901
(1981).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.elementary import log, sincos_turns
from tauscope.gpu.gauge.staples import fill_staples, times, times_conj
from tauscope.gpu.intrinsics import fma
from tauscope.gpu.jit import kernel, piece
from tauscope.gpu.philox import philox4x32, uniform64

LEAST = 1e-20
"""Square of a staple's modulus below which it does not act: its direction would be rounding."""
MOST_TRIALS = 65536
"""Trials that the address of a random number can tell apart."""
BLOCK = 256
"""Links that are updated together: their staples stay in the fastest cache."""


@piece
def share(word: Any) -> Any:
    """Number in (0, 1) from a word, float64, never 0."""
    return (np.float64(np.uint32(word)) + 0.5) * 2.0**-32


@piece
def concentration(kappa: Any) -> tuple[Any, Any]:
    """Rho of Best and Fisher, and (1 + rho^2) / 2 rho times kappa, without loss at small kappa."""
    tau = 1.0 + np.sqrt(fma(4.0 * kappa, kappa, 1.0))
    top = tau + np.sqrt(2.0 * tau)
    rho = 2.0 * kappa / top
    return rho, 0.25 * fma(rho, rho, 1.0) * top


@piece
def proposal(kappa: Any, w0: Any, w1: Any, w2: Any, w3: Any) -> tuple[Any, Any, Any]:
    """Cosine and sine of an angle proposed for the density exp(kappa cos), and the log of its odds.

    It is accepted where the third number is not negative (Best and Fisher's wrapped Cauchy envelope).
    """
    rho, level = concentration(kappa)
    z = sincos_turns(0.5 * uniform64(w0, w1))[1]
    square = fma(rho, rho, 1.0)
    f = fma(square, z, 2.0 * rho) / fma(2.0 * rho, z, square)
    f = 1.0 if f > 1.0 else f
    f = -1.0 if f < -1.0 else f
    c = fma(-kappa, f, level)
    s = np.sqrt((1.0 - f) * (1.0 + f))
    return f, (-s if w3 & np.uint32(1) else s), log(c / share(w2)) + (1.0 - c)


@piece
def directions(ar: Any, ai: Any, size: Any) -> None:
    """Moduli of staples to ``size``, conjugate directions in place; 1 where the staple vanishes."""
    for j in range(np.uint64(ar.size)):
        a, b = ar[j], ai[j]
        square = fma(a, a, b * b)
        some = square > LEAST
        length = np.sqrt(square) if some else 0.0
        inverse = 1.0 / length if some else 0.0
        size[j] = length
        ar[j] = a * inverse if some else 1.0
        ai[j] = -(b * inverse)


@piece
def put(ur: Any, ui: Any, mu: Any, p: Any, r: Any, row: Any, vr: Any, vi: Any) -> None:
    """Write a row of new links, with its edges."""
    half = np.uint64(vr.shape[1])
    for k in range(half):
        ur[mu, p, r, k + np.uint64(1)] = vr[row, k]
        ui[mu, p, r, k + np.uint64(1)] = vi[row, k]
    ur[mu, p, r, 0], ui[mu, p, r, 0] = vr[row, half - np.uint64(1)], vi[row, half - np.uint64(1)]
    ur[mu, p, r, half + np.uint64(1)], ui[mu, p, r, half + np.uint64(1)] = vr[row, 0], vi[row, 0]


@piece
def name_links(names: Any, parity: Any, mu: Any, p: Any, first: Any) -> None:
    """Public numbers of links: direction times V plus the site's number in C order."""
    half = np.uint64(names.shape[1])
    base = mu * np.uint64(parity.size) * np.uint64(2) * half
    for row in range(np.uint64(names.shape[0])):
        r = first + row
        s = (np.uint64(parity[r]) + p) & np.uint64(1)
        start = base + np.uint64(2) * half * r + s
        for k in range(half):
            names[row, k] = np.uint32(start + np.uint64(2) * k)


@kernel
def relax(ur: Any, ui: Any, up: Any, down: Any, parity: Any, mu: Any, p: Any, begin: Any, end: Any) -> None:
    """Reflect the links (mu, p) of rows begin … end - 1 at their staples: U -> (A* / |A|)^2 U*.

    It keeps the action. The modulus is drawn back to 1 by the way.
    """
    mu, p, half = np.uint64(mu), np.uint64(p), ur.shape[3] - 2
    rows = max(1, BLOCK // half)
    a, b = np.empty((rows, half)), np.empty((rows, half))
    for first in range(np.uint64(begin), np.uint64(end), np.uint64(rows)):
        count = min(rows, np.int64(end) - np.int64(first))
        ar, ai = a[:count], b[:count]
        fill_staples(ar, ai, ur, ui, up, down, parity, mu, p, first)
        for row in range(np.uint64(count)):
            r = first + row
            for k in range(np.uint64(half)):
                x, y = ar[row, k], ai[row, k]
                u, v = ur[mu, p, r, k + np.uint64(1)], ui[mu, p, r, k + np.uint64(1)]
                square = fma(x, x, y * y)
                some = square > LEAST
                mend = fma(fma(u, u, v * v), -0.5, 1.5) / (square if some else 1.0)
                c, s = times(x, -y, x, -y)
                c, s = times_conj(c, s, u, v)
                ar[row, k] = c * mend if some else u
                ai[row, k] = s * mend if some else v
            put(ur, ui, mu, p, r, row, ar, ai)


@kernel
def heat_bath(
    ur: Any,
    ui: Any,
    up: Any,
    down: Any,
    parity: Any,
    mu: Any,
    p: Any,
    begin: Any,
    end: Any,
    beta: Any,
    k0: Any,
    k1: Any,
    c1: Any,
    c2: Any,
    c3: Any,
) -> Any:
    """Draw the links (mu, p) of rows begin … end - 1 from exp(beta Re(U A)); returns the trials made.

    The draws of a trial are made for all links that wait, side by side; those refused move up and try again.
    """
    mu, p, half = np.uint64(mu), np.uint64(p), ur.shape[3] - 2
    rows = max(1, BLOCK // half)
    a, b, names = np.empty((rows, half)), np.empty((rows, half)), np.empty((rows, half), np.uint32)
    kappa, f, s, odds = (
        np.empty(rows * half),
        np.empty(rows * half),
        np.empty(rows * half),
        np.empty(rows * half),
    )
    place, link = np.empty(rows * half, np.uint32), np.empty(rows * half, np.uint32)
    trials = np.int64(0)
    for first in range(np.uint64(begin), np.uint64(end), np.uint64(rows)):
        count = min(rows, np.int64(end) - np.int64(first))
        ar, ai = a[:count], b[:count]
        fill_staples(ar, ai, ur, ui, up, down, parity, mu, p, first)
        name_links(names[:count], parity, mu, p, first)
        size = count * half
        re, im = ar.reshape(size), ai.reshape(size)
        directions(re, im, kappa[:size])
        for j in range(np.uint64(size)):
            kappa[j] *= beta
            place[j] = np.uint32(j)
            link[j] = names[j // np.uint64(half), j % np.uint64(half)]
        left, trial = np.uint64(size), 0
        while left > 0 and trial < MOST_TRIALS:
            turn = c1 | np.uint32(trial << 16)
            for j in range(left):
                w0, w1, w2, w3 = philox4x32(link[j], turn, c2, c3, k0, k1)
                f[j], s[j], odds[j] = proposal(kappa[j], w0, w1, w2, w3)
            trials += np.int64(left)
            kept = np.uint64(0)
            for j in range(left):
                at = np.uint64(place[j])
                if odds[j] >= 0.0:
                    re[at], im[at] = times(f[j], s[j], re[at], im[at])
                else:
                    place[kept], link[kept], kappa[kept] = place[j], link[j], kappa[j]
                    kept += np.uint64(1)
            left = kept
            trial += 1
        for row in range(np.uint64(count)):
            put(ur, ui, mu, p, first + row, row, ar, ai)
    return trials


@kernel
def metropolis(
    ur: Any,
    ui: Any,
    up: Any,
    down: Any,
    parity: Any,
    mu: Any,
    p: Any,
    begin: Any,
    end: Any,
    beta: Any,
    delta: Any,
    k0: Any,
    k1: Any,
    c1: Any,
    c2: Any,
    c3: Any,
) -> Any:
    """Offer each link (mu, p) of rows begin … end - 1 one turn by 2 arctan(t); returns how many were taken.

    t is uniform within ±delta, so cosine (1 - t^2) / (1 + t^2) and sine 2 t / (1 + t^2) need no table.
    """
    mu, p, half = np.uint64(mu), np.uint64(p), ur.shape[3] - 2
    rows = max(1, BLOCK // half)
    a, b, names = np.empty((rows, half)), np.empty((rows, half)), np.empty((rows, half), np.uint32)
    taken = 0
    for first in range(np.uint64(begin), np.uint64(end), np.uint64(rows)):
        count = min(rows, np.int64(end) - np.int64(first))
        ar, ai = a[:count], b[:count]
        fill_staples(ar, ai, ur, ui, up, down, parity, mu, p, first)
        name_links(names[:count], parity, mu, p, first)
        for row in range(np.uint64(count)):
            r = first + row
            for k in range(np.uint64(half)):
                w0, w1, w2, _ = philox4x32(names[row, k], c1, c2, c3, k0, k1)
                t = delta * fma(2.0, uniform64(w0, w1), -1.0)
                square = t * t
                inverse = 1.0 / (1.0 + square)
                u, v = ur[mu, p, r, k + np.uint64(1)], ui[mu, p, r, k + np.uint64(1)]
                c, s = times(u, v, (1.0 - square) * inverse, 2.0 * t * inverse)
                gain = beta * fma(c - u, ar[row, k], -((s - v) * ai[row, k]))
                good = log(share(w2)) < gain
                mend = fma(fma(c, c, s * s), -0.5, 1.5)
                taken += 1 if good else 0
                ar[row, k] = c * mend if good else u
                ai[row, k] = s * mend if good else v
            put(ur, ui, mu, p, r, row, ar, ai)
    return taken
