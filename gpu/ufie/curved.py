"""Laplacians of curved metrics: -K psi of the stencil that `tauscope.gpu.ufie.protocol` describes.

Each works on one brick. Metrics are rows of one array ``g``:

diagonal: sqrt|g| g^dd, 9 numbers a brick, the slow axes first, then the two of the brick.
rank1: n_i of each mixed axis, B numbers each, then sqrt|g|, B numbers.
full: as diagonal, then the A x A matrix sqrt|g| g^ij of the A mixed axes with 0 in its diagonal.

Mixed axes have three sites or more: along others D psi = 0. ``mixed`` gives the first of an axis' two columns
in the table of neighbours, or 14 and 16 for the two axes of the brick, whose neighbours ``near`` lists.
``flux`` holds sqrt|g| sum_j n_j D_j psi (rank1), or the fluxes p_i of each mixed axis (full), 2 B numbers
each. Bricks, slots and places are unsigned: of signed ones the compiler would test each for counting from the
end, and make no vectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import piece

INSIDE = 14
"""From this column on, neighbours lie in the same brick."""


@piece
def slope(psi: Any, beside: Any, near: Any, b: Any, c: Any, half: Any, result: Any) -> None:
    """D psi along the axis of column c into ``result`` (2 B,); a missing neighbour is the site."""
    size = np.uint64(near.shape[1])
    if c < INSIDE:
        after, before = np.uint64(beside[b, c]), np.uint64(beside[b, c + 1])
        for j in range(size + size):
            result[j] = half * (psi[after, j] - psi[before, j])
    else:
        for j in range(size):
            right, left = np.uint64(near[c - INSIDE, j]), np.uint64(near[c - INSIDE + 1, j])
            result[j] = half * (psi[b, right] - psi[b, left])
            result[j + size] = half * (psi[b, right + size] - psi[b, left + size])


@piece
def rank1_flux(
    psi: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, spare: Any, flux: Any
) -> None:
    """First pass of rank1: sqrt|g| sum_i n_i D_i psi of a brick."""
    size, count = np.uint64(near.shape[1]), np.uint64(mixed.size)
    for j in range(size + size):
        flux[b, j] = half - half
    for i in range(count):
        slope(psi, beside, near, b, mixed[i], half, spare)
        n = i * size
        for j in range(size):
            flux[b, j] += g[b, n + j] * spare[j]
            flux[b, j + size] += g[b, n + j] * spare[j + size]
    root = count * size
    for j in range(size):
        flux[b, j] *= g[b, root + j]
        flux[b, j + size] *= g[b, root + j]


@piece
def full_flux(
    psi: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, spare: Any, flux: Any
) -> None:
    """First pass of full: p_i = sqrt|g| sum_(j != i) g^ij D_j psi of a brick."""
    size, count = np.uint64(near.shape[1] + near.shape[1]), np.uint64(mixed.size)
    for n in range(count * size):
        flux[b, n] = half - half
    for i in range(count):
        slope(psi, beside, near, b, mixed[i], half, spare)
        for k in range(count):
            a = g[b, np.uint64(9) + k * count + i]
            for j in range(size):
                flux[b, k * size + j] += a * spare[j]


@piece
def diagonal_edges(psi: Any, beside: Any, near: Any, g: Any, b: Any, half: Any, result: Any) -> None:
    """Edges, one coefficient an axis and brick: sum of (a(x) + a(y))/2 (psi_y - psi_x) into ``result``."""
    size = np.uint64(near.shape[1])
    along, across = g[b, 7], g[b, 8]
    for j in range(size):
        up, down = np.uint64(near[0, j]), np.uint64(near[1, j])
        right, left = np.uint64(near[2, j]), np.uint64(near[3, j])
        for s in range(np.uint64(0), size + size, size):
            here = psi[b, j + s]
            result[j + s] = along * ((psi[b, up + s] - here) + (psi[b, down + s] - here)) + across * (
                (psi[b, right + s] - here) + (psi[b, left + s] - here)
            )
    for c in range(INSIDE):
        other = np.uint64(beside[b, c])
        a = half * (g[b, c // 2] + g[other, c // 2])
        for j in range(size + size):
            result[j] += a * (psi[other, j] - psi[b, j])


@piece
def rank1_edges(psi: Any, beside: Any, near: Any, g: Any, root: Any, b: Any, half: Any, result: Any) -> None:
    """The same with sqrt|g| a site as the coefficient of every axis, from column ``root`` of ``g`` on."""
    size = np.uint64(near.shape[1])
    for j in range(size):
        k = j + size
        result[j] = half - half
        result[k] = half - half
        for c in range(4):
            other = np.uint64(near[c, j])
            a = half * (g[b, root + j] + g[b, root + other])
            result[j] += a * (psi[b, other] - psi[b, j])
            result[k] += a * (psi[b, other + size] - psi[b, k])
    for c in range(INSIDE):
        slot = np.uint64(beside[b, c])
        for j in range(size):
            k = j + size
            a = half * (g[b, root + j] + g[slot, root + j])
            result[j] += a * (psi[slot, j] - psi[b, j])
            result[k] += a * (psi[slot, k] - psi[b, k])


@piece
def rank1_mixed(
    flux: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, result: Any
) -> None:
    """Add the divergence of p_i = n_i flux to ``result``; a missing edge carries nothing."""
    size = np.uint64(near.shape[1])
    for i in range(np.uint64(mixed.size)):
        c, n = mixed[i], i * size
        for side in range(2):
            sign = half if side == 0 else -half
            if c >= INSIDE:
                for j in range(size):
                    other = np.uint64(near[c - INSIDE + side, j])
                    here, there = g[b, n + j], g[b, n + other]
                    for s in range(np.uint64(0), size + size, size):
                        result[j + s] += sign * (there * flux[b, other + s] + here * flux[b, j + s])
                continue
            slot = np.uint64(beside[b, c + side])
            if slot != b:
                for j in range(size):
                    k = j + size
                    here, there = g[b, n + j], g[slot, n + j]
                    result[j] += sign * (there * flux[slot, j] + here * flux[b, j])
                    result[k] += sign * (there * flux[slot, k] + here * flux[b, k])


@piece
def full_mixed(flux: Any, beside: Any, near: Any, mixed: Any, b: Any, half: Any, result: Any) -> None:
    """Add the divergence of the fluxes p_i to ``result``; a missing edge carries nothing."""
    size = np.uint64(near.shape[1])
    for i in range(np.uint64(mixed.size)):
        c, n = mixed[i], i * (size + size)
        for side in range(2):
            sign = half if side == 0 else -half
            if c >= INSIDE:
                for j in range(size):
                    other = n + np.uint64(near[c - INSIDE + side, j])
                    for s in range(np.uint64(0), size + size, size):
                        result[j + s] += sign * (flux[b, other + s] + flux[b, n + j + s])
                continue
            slot = np.uint64(beside[b, c + side])
            if slot != b:
                for j in range(size + size):
                    result[j] += sign * (flux[slot, n + j] + flux[b, n + j])


@piece
def flux_of(
    kind: Any, psi: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, spare: Any, flux: Any
) -> None:
    """First pass of a brick: 2 for rank1, 3 for full."""
    if kind == 2:
        rank1_flux(psi, beside, near, g, mixed, b, half, spare, flux)
    else:
        full_flux(psi, beside, near, g, mixed, b, half, spare, flux)


@piece
def curved(
    kind: Any, psi: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, flux: Any, result: Any
) -> None:
    """Second pass of a brick, into ``result``: 1 for diagonal, 2 for rank1, 3 for full."""
    if kind == 2:
        rank1_edges(psi, beside, near, g, np.uint64(mixed.size * near.shape[1]), b, half, result)
        rank1_mixed(flux, beside, near, g, mixed, b, half, result)
    else:
        diagonal_edges(psi, beside, near, g, b, half, result)
        if kind == 3:
            full_mixed(flux, beside, near, mixed, b, half, result)
