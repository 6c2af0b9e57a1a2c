"""Link updates a second beside a naive kernel, random numbers alone and a copy; prints ratios, gates nothing.

Times are CPU times of one thread, medians of rounds in which the competitors take turns. The target of the
design is 5 ns a link for overrelaxation; the naive kernel is what one writes first: angles, with sines and
cosines of every staple, link by link through tables of neighbours.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import pytest

from tauscope.gpu.gauge.cpu import CpuLinks
from tauscope.gpu.gauge.protocol import Update
from tauscope.gpu.philox import uniform
from tauscope.gpu.streams import Stream
from tests.benchmarks.test_kuramoto_bench import interleaved

pytestmark = pytest.mark.benchmark

TARGET = 5.0
"""Nanoseconds a link, overrelaxed."""
SHAPES = [(64, 64), (256, 256), (16, 16, 16), (32, 32, 32), (8, 8, 8, 8), (12, 12, 12, 12), (4, 4, 4, 64)]


@numba.njit(nogil=True, error_model="numpy")
def naive_sweep(theta: Any, up: Any, down: Any, even: Any, beta: Any, width: Any, reflect: Any) -> None:
    """Angles link by link: Metropolis, or reflection at the staple."""
    axes, _ = theta.shape
    for mu in range(axes):
        for p in range(2):
            for s in even[p]:
                a, b = 0.0, 0.0
                for nu in range(axes):
                    if nu != mu:
                        over = theta[nu, up[mu, s]] - theta[mu, up[nu, s]] - theta[nu, s]
                        d = down[nu, s]
                        under = theta[nu, d] - theta[mu, d] - theta[nu, up[mu, d]]
                        a += math.cos(over) + math.cos(under)
                        b += math.sin(over) + math.sin(under)
                if reflect:
                    theta[mu, s] = -2.0 * math.atan2(b, a) - theta[mu, s]
                else:
                    new = theta[mu, s] + width * (2.0 * np.random.random() - 1.0)  # noqa: NPY002 - numba knows no Generator here
                    gain = a * (math.cos(new) - math.cos(theta[mu, s]))
                    gain -= b * (math.sin(new) - math.sin(theta[mu, s]))
                    if np.random.random() < math.exp(beta * gain):  # noqa: NPY002
                        theta[mu, s] = new


@numba.njit(nogil=True)
def copied(x: Any, y: Any) -> None:
    for i in range(x.size):
        x[i] = y[i]


def naive(shape: tuple[int, ...]) -> tuple[Any, ...]:
    sites = np.arange(math.prod(shape)).reshape(shape)
    up = np.array([np.roll(sites, -1, axis).ravel() for axis in range(len(shape))])
    down = np.array([np.roll(sites, 1, axis).ravel() for axis in range(len(shape))])
    parity = np.indices(shape).sum(axis=0).ravel() % 2
    even = np.array([np.flatnonzero(parity == p) for p in range(2)])
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, (len(shape), sites.size))
    return theta, up, down, even


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
def test_link_updates(shape: tuple[int, ...], capsys: pytest.CaptureFixture[str]) -> None:
    links = len(shape) * math.prod(shape)
    turns = max(1, 200_000 // links)
    lattice = CpuLinks(shape)
    rng = np.random.default_rng(1)
    angles = rng.uniform(-np.pi, np.pi, (len(shape), *shape))
    lattice.set_links(np.cos(angles), np.sin(angles))
    lattice.sweep(20, Update(1.0, "heatbath", 1, 0.5, 1), 0)
    tables, source, target = naive(shape), np.ones(2 * links), np.ones(2 * links)

    def drawn(algorithm: str) -> Any:
        return lambda: lattice.sweep(turns, Update(1.0, algorithm, 0, 0.5, 1), 20)

    def reflected() -> None:
        for _ in range(turns):
            lattice.reflect()

    def plain(reflect: bool) -> Any:
        return lambda: [naive_sweep(*tables, 1.0, 0.5, reflect) for _ in range(turns)]

    units = float(turns * links)
    rates = interleaved(
        {
            "heat bath": (drawn("heatbath"), units),
            "Metropolis": (drawn("metropolis"), units),
            "overrelaxation": (reflected, units),
            "naive Metropolis": (plain(False), units),
            "naive overrelaxation": (plain(True), units),
            "random numbers alone": (lambda: uniform(turns * links, 1, Stream.GAUGE_UPDATE), units),
            "copy of the links": (lambda: [copied(target, source) for _ in range(turns)], units),
        }
    )
    with capsys.disabled():
        print(f"\nU(1) links, {' x '.join(map(str, shape))}")
        for name, rate in rates.items():
            print(f"  {name:22s} {rate / 1e6:8.1f} M links/s  {1e9 / rate:6.2f} ns a link")
        relaxed, plain_rate = rates["overrelaxation"], rates["naive overrelaxation"]
        share = rates["heat bath"] / rates["random numbers alone"]
        gain = rates["heat bath"] / rates["naive Metropolis"]
        print(f"  overrelaxation: {relaxed / plain_rate:.1f} x naive, {1e9 / relaxed / TARGET:.2f} of target")
        print(f"  heat bath: {gain:.1f} x naive Metropolis, {share:.2f} of the random numbers alone")
    assert all(rate > 0 for rate in rates.values())
