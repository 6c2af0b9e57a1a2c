"""Lawson's Runge-Kutta of order 4 for clusters of few oscillators: every oscillator has its own h H / 4.

The loops run over all oscillators, whatever cluster they belong to; sums over clusters follow by themselves.
Parameters are those of `tauscope.gpu.kuramoto.lawson`, but

ar, ai : float64 array (N,)
    h H / 4 of each oscillator's cluster, 0 where it is frozen.
rr, ri : float64 array (N,)
    Half-step rotations, 1 where the cluster is frozen.
moving : float64 array (N,)
    0 where the cluster is frozen, 1 elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import piece
from tauscope.gpu.kuramoto.stages import fourth, gathered, pushed, second, stepped


@piece
def spread(Hr: Any, Hi: Any, offsets: Any, frozen: Any, ar: Any, ai: Any) -> None:
    """Give every oscillator what acts on its cluster, arrays (C,) to (N,)."""
    for c in range(frozen.size):
        x, y = Hr[c], Hi[c]
        if frozen[c]:
            x, y = 0.0, 0.0
        for i in range(offsets[c], offsets[c + 1]):
            ar[i] = x
            ai[i] = y


@piece
def gather(sr: Any, si: Any, offsets: Any, Z: Any) -> None:
    """Order parameters of all clusters, summed in the order of their oscillators."""
    for c in range(offsets.size - 1):
        first, end = offsets[c], offsets[c + 1]
        x, y = sr[first], si[first]
        for i in range(first + 1, end):
            x += sr[i]
            y += si[i]
        Z[c, 0] = x / (end - first)
        Z[c, 1] = y / (end - first)


@piece
def stage2(zr: Any, zi: Any, rr: Any, ri: Any, sr: Any, si: Any, ar: Any, ai: Any) -> None:
    """Second stages to s, and y = r z in place of z."""
    for i in range(np.uint64(zr.size)):
        zr[i], zi[i], sr[i], si[i] = second(zr[i], zi[i], rr[i], ri[i], ar[i], ai[i])


@piece
def stage3(zr: Any, zi: Any, sr: Any, si: Any, gr: Any, gi: Any, ar: Any, ai: Any) -> None:
    """Third stages in place of the second ones, of y that stands in z."""
    for i in range(np.uint64(zr.size)):
        tr, ti = pushed(zr[i], zi[i], sr[i], si[i], ar[i], ai[i])
        gr[i], gi[i] = gathered(zr[i], zi[i], sr[i], si[i], tr, ti)
        sr[i], si[i] = tr, ti


@piece
def stage4(zr: Any, zi: Any, rr: Any, ri: Any, sr: Any, si: Any, ar: Any, ai: Any) -> None:
    """Fourth stages in place of the third ones, of y that stands in z."""
    for i in range(np.uint64(zr.size)):
        sr[i], si[i] = fourth(zr[i], zi[i], sr[i], si[i], rr[i], ri[i], ar[i], ai[i])


@piece
def stage5(
    zr: Any,
    zi: Any,
    rr: Any,
    ri: Any,
    sr: Any,
    si: Any,
    gr: Any,
    gi: Any,
    ar: Any,
    ai: Any,
    moving: Any,
) -> None:
    """Phasors after the step; those of frozen clusters keep every bit."""
    for i in range(np.uint64(zr.size)):
        tr, ti = stepped(gr[i], gi[i], sr[i], si[i], rr[i], ri[i], ar[i], ai[i])
        zr[i] = tr if moving[i] > 0.0 else zr[i]
        zi[i] = ti if moving[i] > 0.0 else zi[i]
