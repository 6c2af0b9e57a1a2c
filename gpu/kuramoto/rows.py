"""Sums over clusters and links that a row of the metrics is made of; small, and taken every few ticks."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel


@kernel
def pooled(Z: Any, sizes: Any) -> Any:
    """|sum M_c Z_c| / sum M_c, from complex128 (C,) and int64 (C,)."""
    real, imaginary, whole = 0.0, 0.0, 0
    for c in range(Z.size):
        real += sizes[c] * Z[c].real
        imaginary += sizes[c] * Z[c].imag
        whole += sizes[c]
    return np.sqrt(real * real + imaginary * imaginary) / whole


@kernel
def aligned(Z: Any, edges: Any) -> Any:
    """Sum over links of Re(Z_c conj Z_d) over that of |Z_c| |Z_d|, 0 where that is 0; int64 (E, 2)."""
    dots, sizes = 0.0, 0.0
    for e in range(edges.shape[0]):
        a, b = Z[edges[e, 0]], Z[edges[e, 1]]
        dots += a.real * b.real + a.imag * b.imag
        sizes += np.sqrt((a.real * a.real + a.imag * a.imag) * (b.real * b.real + b.imag * b.imag))
    return dots / sizes if sizes > 0.0 else 0.0


@kernel
def turns(now: Any, before: Any, out: Any) -> None:
    """Wrapped change of phase, rad in [-pi, pi], float64 (N,) each."""
    whole = 2.0 * np.pi
    for i in range(out.size):
        apart = now[i] - before[i]
        out[i] = apart - whole * np.rint(apart / whole)


@kernel
def within_frame(turned: Any) -> Any:
    """Mean |wrap(d - arg <e^{i d}>)| of changes of phase d, rad."""
    real, imaginary, away, whole = 0.0, 0.0, 0.0, 2.0 * np.pi
    for i in range(turned.size):
        real += np.cos(turned[i])
        imaginary += np.sin(turned[i])
    frame = np.arctan2(imaginary, real)
    for i in range(turned.size):
        apart = turned[i] - frame
        away += abs(apart - whole * np.rint(apart / whole))
    return away / turned.size
