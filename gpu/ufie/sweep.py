"""The kernel of the CPU: whole steps of all bricks, or one pass of a step over some of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel, piece
from tauscope.gpu.ufie.curved import curved, flux_of
from tauscope.gpu.ufie.stencil import flat
from tauscope.gpu.ufie.step import (
    ALL,
    BLIND,
    BOOKS,
    LITERAL,
    LOOK,
    STEP,
    accounted,
    booked,
    driven,
    forced,
    kicked,
    literal,
    material,
    paid,
    plain,
    saturated,
    summed,
    turned,
    widened,
)

CHUNK = 64
"""Bricks whose sums are added up together: the same for any number of threads, so that sums are the same."""

TERMS = 9
"""Sums that `tauscope.gpu.ufie.step.summed` makes."""

WORKS, LOSSES = 5, 7
"""From which one on they are works, and losses."""

BOTH, FLUX, REST = 0, 1, 2
"""Passes of a call: all that is needed, the fluxes of a curved metric alone, what comes after them."""


@piece
def folded(lanes: Any, first: Any, B: Any, sums: Any) -> None:
    """Sums over the lanes from the first on, added in a fixed order of pairs; clears the lanes."""
    for term in range(first, lanes.shape[0]):
        left = B
        while left > 1:
            kept = (left + np.uint64(1)) // np.uint64(2)
            for j in range(left - kept):
                lanes[term, j] += lanes[term, j + kept]
            left = kept
        sums[term] = lanes[term, 0]
        for j in range(B):
            lanes[term, j] = 0.0


@piece
def sweep(
    psi: Any,
    out: Any,
    u: Any,
    beside: Any,
    near: Any,
    loss: Any,
    rate: Any,
    weight: Any,
    numbers: Any,
    kind: Any,
    g: Any,
    mixed: Any,
    flux: Any,
    pointer: Any,
    who: Any,
    row: Any,
    factor: Any,
    table: Any,
    drive: Any,
    sums: Any,
    mode: Any,
    look: Any,
    phase: Any,
    first: Any,
    end: Any,
    rows: Any,
    work: Any,
    terms: Any,
    lanes: Any,
) -> None:
    """One step, or one pass of it, of the bricks ``first`` to ``end - 1``."""
    B = np.uint64(near.shape[1])
    columns, following = B // rows, np.uint64(1)
    half, eighteen = numbers[7], numbers[5]
    # Rows of scratch are named once: naming one counts references, which takes longer than the work on it.
    force, spare, medium, mu, field = work[0], work[1], work[2], work[3], work[4]
    if kind >= 2 and phase != REST:
        for b in range(first, end):
            flux_of(kind, psi, beside, near, g, mixed, b, half, spare, flux)
    if phase == FLUX:
        return
    t0, t1, t2, t3, t4 = terms[0], terms[1], terms[2], terms[3], terms[4]
    t5, t6, t7, t8 = terms[5], terms[6], terms[7], terms[8]
    every, totals, fourths = terms.ravel(), lanes.ravel(), lanes[3]
    works, worked = every[WORKS * B :], totals[WORKS * B :]
    losses, lost = every[LOSSES * B :], totals[LOSSES * B :]
    wanted = 0 if look == ALL else WORKS
    last = drive.shape[1] - 1
    everywhere = drive[0, last] != 0 or drive[1, last] != 0
    uniform, literal_cubic = loss.shape[1] == 1, numbers[4] == 0
    quick = mode == STEP and uniform and literal_cubic and look != ALL
    filled = False
    for b in range(first, end):
        if kind == 0:
            flat(psi, beside, b, rows, columns, eighteen, force, spare)
        else:
            curved(kind, psi, beside, near, g, mixed, b, half, flux, force)
        silent = not everywhere and pointer[b] == pointer[b + following]
        if quick and silent:
            if look == BLIND:
                plain(psi, out, u, b, B, loss[b, 0], rate[b, 0], numbers, force)
            else:
                booked(
                    psi, out, u, b, B, loss[b, 0], rate[b, 0], weight[b, 0], numbers, force, t7, t8
                )  # fmt: skip
                widened(losses, lost)
        elif quick and look == BOOKS:
            driven(B, pointer[b], pointer[b + following], who, row, factor, table, drive, field)
            paid(
                psi, out, u, b, B, loss[b, 0], rate[b, 0], weight[b, 0], numbers, force, field, t5, t6, t7, t8
            )  # fmt: skip
            widened(works, worked)
        else:
            known = filled and loss[b, 0] == medium[0] and rate[b, 0] == medium[B] and weight[b, 0] == mu[0]
            if not known:
                material(loss, rate, weight, b, B, medium, mu)
                filled = uniform
            driven(B, pointer[b], pointer[b + following], who, row, factor, table, drive, field)
            if mode == LITERAL:
                literal(psi, out, u, b, B, numbers, medium, force, field)
                continue
            forced(psi, b, B, numbers, medium, force)
            if look == ALL:
                summed(
                    psi, u, b, B, numbers, medium, mu, force, field, t0, t1, t2, t3, t4, t5, t6, t7, t8
                )  # fmt: skip
                widened(every, totals)
                if not literal_cubic:
                    saturated(psi, b, B, numbers, mu, fourths)
            elif look == BOOKS:
                accounted(u, b, B, numbers, medium, mu, force, field, t5, t6, t7, t8)
                widened(works, worked)
            if mode == STEP:
                kicked(psi, out, u, b, B, numbers, medium, force, field)
            elif mode != LOOK:
                turned(out, u, b, B, mode, numbers, medium, force, field)
        if look != BLIND and ((b + following) % np.uint64(CHUNK) == 0 or b + following == end):
            folded(lanes, wanted, B, sums[b // np.uint64(CHUNK)])


@kernel
def advance(
    a: Any,
    c: Any,
    u: Any,
    beside: Any,
    near: Any,
    loss: Any,
    rate: Any,
    weight: Any,
    numbers: Any,
    kind: int,
    g: Any,
    mixed: Any,
    flux: Any,
    pointer: Any,
    who: Any,
    row: Any,
    factor: Any,
    table: Any,
    drives: Any,
    sums: Any,
    mode: int,
    looks: Any,
    phase: int,
    turn: int,
    first: int,
    end: int,
    rows: int,
    work: Any,
    terms: Any,
    lanes: Any,
) -> None:
    """Do steps of the bricks ``first`` to ``end - 1``.

    Parameters
    ----------
    a, c : real array (slots, 2 B)
        psi, double-buffered: step n reads ``a`` and writes ``c`` if ``turn + n`` is even, else the reverse.
    u : real array (slots, 2 B)
        Velocity half a step back.
    beside : int32 array (slots, 14)
        Slots beside each slot.
    near : int32 array (4, B)
        Places beside each place of a brick.
    loss, rate, weight : real array (slots, 1) or (slots, B)
        1 - exp(-gamma dt), c0^2 / ((1 + s)^2 sqrt|g|) and mu; all of one width.
    numbers : real array (10,)
        dt, dt/2, beta, m^2, 1/A_s^2 (0 without), 18, 1, 1/2, bound of the series of the logarithm, 2/3.
    kind : int
        0 flat, 1 diagonal, 2 rank1, 3 full.
    g, mixed, flux : real array, int32 array, real array
        Metric, mixed axes and scratch, see `tauscope.gpu.ufie.curved`.
    pointer : int64 array (slots + 1,)
        First entry of each slot's drive and the end, in ``who`` (int32), ``row`` (int32), ``factor`` (real).
    table : real array (rows, B)
        Weights of the entries.
    drives : real array (steps, 2, emitters + 1)
        Values of the emitters at each step, real and imaginary, and last what is the same at every site.
    sums : float64 array (steps, chunks, 9)
        What `tauscope.gpu.ufie.step.summed` gives, of each chunk of 64 bricks; touched where ``looks`` asks.
    mode : int
        As in `tauscope.gpu.ufie.step`.
    looks : uint8 array (steps,)
        Which sums of each step are wanted, as in `tauscope.gpu.ufie.step`.
    phase : int
        Passes to do; several threads do one after the other, one step a call.
    turn : int
        Which buffer holds psi now.
    first, end : int
        Bricks; ``first`` a multiple of 64.
    rows : int
        Sites along the first axis of a brick.
    work : real array (5, 2 B)
        Scratch of this thread.
    terms : real array (9, B)
        Scratch of this thread.
    lanes : float64 array (9, B)
        Scratch of this thread, zero.
    """
    for n in range(drives.shape[0]):
        psi, out = (a, c) if (turn + n) % 2 == 0 else (c, a)
        sweep(
            psi, out, u, beside, near, loss, rate, weight, numbers, kind, g, mixed, flux, pointer, who, row,
            factor, table, drives[n], sums[n], mode, looks[n], phase, np.uint64(first), np.uint64(end),
            np.uint64(rows), work, terms, lanes,
        )  # fmt: skip
