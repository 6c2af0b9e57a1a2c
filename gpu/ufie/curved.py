"""Laplacians of curved metrics: -K psi of the stencil that `tauscope.gpu.ufie.protocol` describes.

Each works on one brick. Metrics are rows of one array ``g``:

diagonal: sqrt|g| g^dd, 9 numbers a brick, the slow axes first, then the two of the brick.
rank1: n_i of each mixed axis, B numbers each, then sqrt|g|, B numbers.
full: as diagonal, then the A x A matrix sqrt|g| g^ij of the A mixed axes with 0 in its diagonal.

Mixed axes have three sites or more: along others D psi = 0. ``mixed`` gives the first of an axis' two columns
in the table of neighbours, or 14 and 16 for the two axes of the brick, whose neighbours ``near`` lists.
``flux`` holds sqrt|g| sum_j n_j D_j psi (rank1), or the fluxes p_i of each mixed axis (full), 2 B numbers
each.
"""

from __future__ import annotations

from typing import Any

from tauscope.gpu.jit import piece

INSIDE = 14
"""From this column on, neighbours lie in the same brick."""


@piece
def slope(psi: Any, beside: Any, near: Any, b: Any, c: Any, half: Any, result: Any) -> None:
    """D psi along the axis of column c into ``result`` (2 B,); a missing neighbour is the site."""
    size = near.shape[1]
    if c < INSIDE:
        after, before = beside[b, c], beside[b, c + 1]
        for j in range(size + size):
            result[j] = half * (psi[after, j] - psi[before, j])
    else:
        for j in range(size):
            after, before = near[c - INSIDE, j], near[c - INSIDE + 1, j]
            result[j] = half * (psi[b, after] - psi[b, before])
            result[j + size] = half * (psi[b, after + size] - psi[b, before + size])


@piece
def rank1_flux(
    psi: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, spare: Any, flux: Any
) -> None:
    """First pass of rank1: sqrt|g| sum_i n_i D_i psi of a brick."""
    size = near.shape[1]
    for j in range(size + size):
        flux[b, j] = half - half
    for i in range(mixed.size):
        slope(psi, beside, near, b, mixed[i], half, spare)
        for j in range(size):
            flux[b, j] += g[b, i * size + j] * spare[j]
            flux[b, j + size] += g[b, i * size + j] * spare[j + size]
    root = mixed.size * size
    for j in range(size):
        flux[b, j] *= g[b, root + j]
        flux[b, j + size] *= g[b, root + j]


@piece
def full_flux(
    psi: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, spare: Any, flux: Any
) -> None:
    """First pass of full: p_i = sqrt|g| sum_(j != i) g^ij D_j psi of a brick."""
    size = near.shape[1] + near.shape[1]
    for n in range(mixed.size * size):
        flux[b, n] = half - half
    for i in range(mixed.size):
        slope(psi, beside, near, b, mixed[i], half, spare)
        for k in range(mixed.size):
            a = g[b, 9 + k * mixed.size + i]
            for j in range(size):
                flux[b, k * size + j] += a * spare[j]


@piece
def diagonal_edges(psi: Any, beside: Any, near: Any, g: Any, b: Any, half: Any, result: Any) -> None:
    """Edges, one coefficient an axis and brick: sum of (a(x) + a(y))/2 (psi_y - psi_x) into ``result``."""
    size = near.shape[1]
    along, across = g[b, 7], g[b, 8]
    for j in range(size):
        up, down, right, left = near[0, j], near[1, j], near[2, j], near[3, j]
        for s in range(0, size + size, size):
            here = psi[b, j + s]
            result[j + s] = along * ((psi[b, up + s] - here) + (psi[b, down + s] - here)) + across * (
                (psi[b, right + s] - here) + (psi[b, left + s] - here)
            )
    for c in range(INSIDE):
        other = beside[b, c]
        a = half * (g[b, c // 2] + g[other, c // 2])
        for j in range(size + size):
            result[j] += a * (psi[other, j] - psi[b, j])


@piece
def rank1_edges(psi: Any, beside: Any, near: Any, g: Any, root: Any, b: Any, half: Any, result: Any) -> None:
    """The same with sqrt|g| a site as the coefficient of every axis, from column ``root`` of ``g`` on."""
    size = near.shape[1]
    for j in range(size):
        for s in range(0, size + size, size):
            result[j + s] = half - half
        for c in range(4):
            other = near[c, j]
            a = half * (g[b, root + j] + g[b, root + other])
            for s in range(0, size + size, size):
                result[j + s] += a * (psi[b, other + s] - psi[b, j + s])
    for c in range(INSIDE):
        slot = beside[b, c]
        for j in range(size):
            a = half * (g[b, root + j] + g[slot, root + j])
            for s in range(0, size + size, size):
                result[j + s] += a * (psi[slot, j + s] - psi[b, j + s])


@piece
def rank1_mixed(
    flux: Any, beside: Any, near: Any, g: Any, mixed: Any, b: Any, half: Any, result: Any
) -> None:
    """Add the divergence of p_i = n_i flux to ``result``; a missing edge carries nothing."""
    size = near.shape[1]
    for i in range(mixed.size):
        c, n = mixed[i], i * size
        for side in range(2):
            sign = half if side == 0 else -half
            slot = beside[b, c + side] if c < INSIDE else b
            if c < INSIDE and slot == b:
                continue
            for j in range(size):
                other = j if c < INSIDE else near[c - INSIDE + side, j]
                here, there = g[b, n + j], g[slot, n + other]
                for s in range(0, size + size, size):
                    result[j + s] += sign * (there * flux[slot, other + s] + here * flux[b, j + s])


@piece
def full_mixed(flux: Any, beside: Any, near: Any, mixed: Any, b: Any, half: Any, result: Any) -> None:
    """Add the divergence of the fluxes p_i to ``result``; a missing edge carries nothing."""
    size = near.shape[1]
    for i in range(mixed.size):
        c, n = mixed[i], i * (size + size)
        for side in range(2):
            sign = half if side == 0 else -half
            slot = beside[b, c + side] if c < INSIDE else b
            if c < INSIDE and slot == b:
                continue
            for j in range(size):
                other = j if c < INSIDE else near[c - INSIDE + side, j]
                for s in range(0, size + size, size):
                    result[j + s] += sign * (flux[slot, n + other + s] + flux[b, n + j + s])


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
        rank1_edges(psi, beside, near, g, mixed.size * near.shape[1], b, half, result)
        rank1_mixed(flux, beside, near, g, mixed, b, half, result)
    else:
        diagonal_edges(psi, beside, near, g, b, half, result)
        if kind == 3:
            full_mixed(flux, beside, near, mixed, b, half, result)
