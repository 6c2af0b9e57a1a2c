"""One oscillator's arithmetic in a step of Lawson's Runge-Kutta of order 4 on phasors.

With z' = i omega z + N(z), N(z) = (H - conj(H) z^2) / 2 and r = e^{i omega h / 2}, the page's

    s2 = r (z + h/2 k1),  s3 = r z + h/2 k2,  s4 = r^2 z + h r k3,
    z' = r^2 z + h/6 (r^2 k1 + 2 r (k2 + k3) + k4)

are, with y = r z, a = h H / 4 and n(s; a) = a - conj(a) s^2 = h/2 N(s),

    s2 = y + r n(z; a1),  s3 = y + n(s2; a2),  s4 = r (y + n(s3; 2 a3)),
    3 z' = r (s2 - y + 2 s3) + s4 + n(s4; a4),

in which no slope has to be kept. Sources: kuramoto.md, "Integrator"; J. D. Lawson, SIAM J. Numer. Anal. 4,
372 (1967). The CUDA source holds the same expressions.
"""

from __future__ import annotations

from typing import Any

from tauscope.gpu.intrinsics import fma
from tauscope.gpu.jit import piece

Pair = tuple[Any, Any]
"""Real and imaginary part."""


@piece
def turned(p: Any, q: Any, x: Any, y: Any) -> Pair:
    """Product of the complex numbers p + i q and x + i y."""
    return fma(p, x, -(q * y)), fma(p, y, q * x)


@piece
def pushed(yr: Any, yi: Any, sr: Any, si: Any, ar: Any, ai: Any) -> Pair:
    """Sum y + a - conj(a) s^2."""
    square = fma(sr, sr, -(si * si))
    half = sr * si
    return (
        fma(-2.0 * ai, half, fma(-ar, square, yr + ar)),
        fma(-2.0 * ar, half, fma(ai, square, yi + ai)),
    )


@piece
def second(zr: Any, zi: Any, p: Any, q: Any, ar: Any, ai: Any) -> tuple[Any, Any, Any, Any]:
    """Turned phasor y = r z and the second stage s2, of r = p + i q and a1."""
    yr, yi = turned(p, q, zr, zi)
    nr, ni = pushed(0.0, 0.0, zr, zi, ar, ai)
    return yr, yi, fma(p, nr, fma(-q, ni, yr)), fma(p, ni, fma(q, nr, yi))


@piece
def fourth(yr: Any, yi: Any, sr: Any, si: Any, p: Any, q: Any, ar: Any, ai: Any) -> Pair:
    """Fourth stage s4 of y, the third stage and a3."""
    ur, ui = pushed(yr, yi, sr, si, 2.0 * ar, 2.0 * ai)
    return turned(p, q, ur, ui)


@piece
def gathered(yr: Any, yi: Any, sr: Any, si: Any, tr: Any, ti: Any) -> Pair:
    """What the last stage needs of the earlier ones: s2 - y + 2 s3."""
    return fma(2.0, tr, sr - yr), fma(2.0, ti, si - yi)


@piece
def stepped(gr: Any, gi: Any, sr: Any, si: Any, p: Any, q: Any, ar: Any, ai: Any) -> Pair:
    """Phasor after the step, of what was gathered, s4 and a4, with its length mended.

    The length of z' is right to order 4 only: z (3 - |z|^2) / 2 is one Newton step towards length 1.
    """
    er, ei = pushed(sr, si, sr, si, ar, ai)
    er, ei = fma(p, gr, fma(-q, gi, er)), fma(p, gi, fma(q, gr, ei))
    # e is 3 z', hence a third of 1.5 - 0.5 |e|^2 / 9.
    w = fma(fma(er, er, ei * ei), -1.0 / 54.0, 0.5)
    return er * w, ei * w
