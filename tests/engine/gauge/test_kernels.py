"""Every kernel of the gauge engine against the readable reference, on lattices of two to four axes."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from tauscope.engine.gauge import reference
from tauscope.gpu.gauge import staples, sweep, updates
from tauscope.gpu.gauge.cpu import CpuLinks, phasors
from tauscope.gpu.gauge.layout import joined, layout_of, split
from tauscope.gpu.gauge.protocol import Update
from tauscope.gpu.philox import address, philox4x32, uniform64
from tauscope.gpu.streams import Stream

COMPILED: Any = SimpleNamespace(staples=staples, updates=updates, sweep=sweep)
SHAPES = [(4, 6), (2, 4, 6), (4, 2, 4, 6)]
"""Small ones, with different extents so that axes are told apart."""
SEED, STEP, BETA, DELTA = 2**40 + 5, 2**33 + 11, 1.3, 0.7

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def links(shape: tuple[int, ...], seed: int = 3) -> reference.Links:
    """Random links."""
    angles = np.random.default_rng(seed).uniform(-np.pi, np.pi, (len(shape), *shape))
    return np.asarray(np.exp(1j * angles))


class Problem:
    """Random links, in the reference's order and in that of the kernels."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.U = shape, links(shape)
        self.layout = layout_of(shape)
        self.parts = [split(self.U.real, self.layout), split(self.U.imag, self.layout)]

    @property
    def tables(self) -> tuple[Any, ...]:
        return (*self.parts, self.layout.up, self.layout.down, self.layout.parity)

    def seen(self) -> reference.Links:
        """Links as the kernels left them; rows must have kept their edges."""
        for part in self.parts:
            assert np.array_equal(part[..., 0], part[..., -2])
            assert np.array_equal(part[..., -1], part[..., 1])
        real, imaginary = (joined(part, self.layout) for part in self.parts)
        return np.asarray(real + 1j * imaginary)

    def every(self, kernel: Any, *arguments: Any) -> int:
        """Call a kernel for each direction and parity; the sum of what it returns."""
        rows = self.layout.rows
        calls = [(mu, p) for mu in range(len(self.shape)) for p in range(2)]
        return sum(kernel(*self.tables, mu, p, 0, rows, *arguments) or 0 for mu, p in calls)


def draws(shape: tuple[int, ...], trial: int, mu: int) -> tuple[Any, Any, Any]:
    """Uniform numbers and signs of a direction; seed, stream, trial, sweep and link address them."""
    count = math.prod(shape)
    k0, k1, c1, c2, c3 = address(SEED, Stream.GAUGE_UPDATE, STEP, trial)
    words = [philox4x32(np.uint32(mu * count + site), c1, c2, c3, k0, k1) for site in range(count)]
    turn = np.array([uniform64(w[0], w[1]) for w in words])
    chance = np.array([(int(w[2]) + 0.5) / 2**32 for w in words])
    side = np.array([bool(int(w[3]) & 1) for w in words])
    return turn.reshape(shape), chance.reshape(shape), side.reshape(shape)


@each_shape
def test_staples_equal_the_reference(shape: Any, tolerances: Any, kernels: Any = COMPILED) -> None:
    problem = Problem(shape)
    for mu in range(len(shape)):
        wanted = reference.staple(problem.U, mu)
        split_wanted = [
            split(np.broadcast_to(part, problem.U.shape), problem.layout)[0]
            for part in (wanted.real, wanted.imag)
        ]
        for p in range(2):
            found = np.empty((2, problem.layout.rows, problem.layout.half))
            kernels.staples.staples(*found, *problem.tables, mu, p, 0)
            for part, want in zip(found, split_wanted, strict=True):
                np.testing.assert_allclose(
                    part, want[p, :, 1:-1], atol=tolerances["gauge"]["kernels"]["links"]
                )


@each_shape
def test_plaquettes_equal_the_reference(shape: Any, tolerances: Any, kernels: Any = COMPILED) -> None:
    problem = Problem(shape)
    lay = problem.layout
    found = kernels.staples.plaquette_sum(*problem.parts, lay.up, lay.parity) / (lay.sites * lay.planes)
    assert found == pytest.approx(
        reference.mean_plaquette(problem.U), abs=tolerances["gauge"]["kernels"]["links"]
    )


@each_shape
def test_overrelaxation_equals_the_reference(shape: Any, tolerances: Any, kernels: Any = COMPILED) -> None:
    problem = Problem(shape)
    problem.every(kernels.updates.relax)
    limit = tolerances["gauge"]["kernels"]["updates"]
    np.testing.assert_allclose(problem.seen(), reference.overrelax(problem.U), atol=limit)


@each_shape
def test_metropolis_equals_the_reference(shape: Any, tolerances: Any, kernels: Any = COMPILED) -> None:
    problem = Problem(shape)
    turn, chance = (np.array([draws(shape, 0, mu)[k] for mu in range(len(shape))]) for k in range(2))
    wanted, count = reference.metropolis(problem.U, BETA, DELTA, turn, chance)
    taken = problem.every(kernels.updates.metropolis, BETA, DELTA, *address(SEED, Stream.GAUGE_UPDATE, STEP))
    assert 0 < taken == count < problem.U.size
    np.testing.assert_allclose(problem.seen(), wanted, atol=tolerances["gauge"]["kernels"]["updates"])


@each_shape
def test_heat_bath_equals_the_reference(shape: Any, tolerances: Any, kernels: Any = COMPILED) -> None:
    problem = Problem(shape)
    wanted, count = reference.heat_bath(problem.U, BETA, lambda trial, mu: draws(shape, trial, mu))
    trials = problem.every(kernels.updates.heat_bath, BETA, *address(SEED, Stream.GAUGE_UPDATE, STEP))
    assert problem.U.size < trials == count
    np.testing.assert_allclose(problem.seen(), wanted, atol=tolerances["gauge"]["kernels"]["updates"])


@pytest.mark.parametrize("kappa", [1e-6, 0.3, 4.0, 60.0])
def test_odds_of_a_proposal_equal_the_formula(kappa: float, tolerances: Any, kernels: Any = COMPILED) -> None:
    """ln(c / u) + 1 - c with c = kappa (r - f), Best and Fisher's; r from their own expressions."""
    words = [np.uint32(word) for word in (0x9E3779B9, 0x12345678, 0x40000000, 1)]
    proposal = kernels.updates.proposal
    proposal = numba.njit(proposal) if kernels is COMPILED else proposal  # fma has no plain Python
    f, s, odds = proposal(kappa, *words)
    tau = 1.0 + math.sqrt(1.0 + 4.0 * kappa**2)
    rho = (tau - math.sqrt(2.0 * tau)) / (2.0 * kappa) if kappa > 1e-3 else kappa / 2.0
    c = kappa * ((1.0 + rho**2) / (2.0 * rho) - f)
    chance = (0x40000000 + 0.5) / 2**32
    assert odds == pytest.approx(math.log(c / chance) + 1.0 - c, abs=tolerances["gauge"]["kernels"]["odds"])
    assert f * f + s * s == pytest.approx(1.0, abs=1e-15)
    assert s < 0.0


@pytest.mark.parametrize("algorithm", ["heatbath", "metropolis"])
def test_a_sweep_is_an_update_and_reflections(
    algorithm: str, tolerances: Any, kernels: Any = COMPILED
) -> None:
    shape = SHAPES[1]
    problem, other = Problem(shape), Problem(shape)
    n, lay, limit = 2, problem.layout, tolerances["gauge"]["kernels"]["updates"]
    sums, taken, tried = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    k0, k1, c1, _, _ = address(SEED, Stream.GAUGE_UPDATE)
    bath = algorithm == "heatbath"
    rest = (bath, BETA, DELTA, 1, k0, k1, c1, np.uint64(STEP))
    kernels.sweep.sweep(sums, taken, tried, *problem.tables, *rest)
    for step in range(n):
        numbers = address(SEED, Stream.GAUGE_UPDATE, STEP + step)
        if bath:
            counts = problem.U.size, other.every(updates.heat_bath, BETA, *numbers)
        else:
            counts = other.every(updates.metropolis, BETA, DELTA, *numbers), problem.U.size
        other.every(updates.relax)
        assert (taken[step], tried[step]) == counts
        assert sums[step] == pytest.approx(
            COMPILED.staples.plaquette_sum(*other.parts, lay.up, lay.parity), rel=limit
        )
    np.testing.assert_allclose(problem.seen(), other.seen(), atol=limit)


@pytest.mark.parametrize("cuts", [(0, 1, 24), (0, 7, 11, 24), tuple(range(25))], ids=["two", "three", "all"])
@pytest.mark.parametrize("name", ["heat_bath", "metropolis", "relax"])
def test_sharing_the_rows_among_threads_changes_no_bit(name: str, cuts: tuple[int, ...]) -> None:
    """Parts of the rows are done in the order of their last row, backwards: no part needs another."""
    whole, parts = Problem((4, 6, 8)), Problem((4, 6, 8))
    numbers = address(SEED, Stream.GAUGE_UPDATE, STEP)
    rest = {"heat_bath": (BETA, *numbers), "metropolis": (BETA, DELTA, *numbers), "relax": ()}[name]
    kernel = getattr(updates, name)
    for mu in range(3):
        for p in range(2):
            kernel(*whole.tables, mu, p, 0, 24, *rest)
            for begin, end in list(pairwise(cuts))[::-1]:
                kernel(*parts.tables, mu, p, begin, end, *rest)
    for one, other in zip(whole.parts, parts.parts, strict=True):
        assert np.array_equal(one, other)


@each_shape
def test_order_of_the_kernels_is_undone(shape: Any) -> None:
    problem = Problem(shape)
    assert np.array_equal(problem.seen(), problem.U)


@pytest.mark.parametrize("shape", [(3, 4), (4, 5), (4, 4, 7), (8,), (2, 2, 2, 2, 2), (0, 4)])
def test_a_lattice_that_has_no_checkerboard_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="even extents"):
        layout_of(shape)


@each_shape
@pytest.mark.parametrize("sweeps", [100])
def test_overrelaxation_keeps_the_action(shape: Any, sweeps: int, tolerances: Any) -> None:
    """Relative drift of the action over a hundred reflections of every link, and of the moduli."""
    problem = Problem(shape)
    before = reference.action(problem.U, 1.0)
    for _ in range(sweeps):
        problem.every(updates.relax)
    after = reference.action(problem.seen(), 1.0)
    assert abs(after - before) / before <= tolerances["gauge"]["acceptance"]["action"]
    assert np.abs(np.abs(problem.seen()) - 1.0).max() <= tolerances["gauge"]["acceptance"]["action"]
    assert np.abs(problem.seen() - problem.U).max() > 0.5


@each_shape
def test_a_change_of_gauge_changes_no_loop(shape: Any, tolerances: Any) -> None:
    problem = Problem(shape)
    angles = np.random.default_rng(8).uniform(-np.pi, np.pi, shape)
    turned = reference.gauge_transform(problem.U, angles)
    limit = tolerances["gauge"]["acceptance"]["gauge"]
    lattice = CpuLinks(shape)
    found = []
    for U in (problem.U, turned):
        lattice.set_links(U.real, U.imag)
        found.append(lattice.plaquette())
    assert abs(found[1] - found[0]) <= limit
    for loop in (lambda U: reference.wilson_loop(U, 0, 1, 2, 2), reference.polyakov_loop):
        assert np.abs(loop(turned) - loop(problem.U)).max() <= limit
    assert np.abs(turned - problem.U).max() > 0.5


def test_a_link_that_nothing_holds_is_drawn_at_random_and_not_reflected() -> None:
    """At beta = 0 every angle is equally likely; a staple that vanishes leaves a reflection undone."""
    lattice = CpuLinks((64, 64))
    seen = lattice.sweep(1, Update(0.0, "heatbath", 0, 0.5, 7), 0)
    assert seen.acceptance[0] == 1.0
    ur, ui = lattice.links()
    assert abs(np.mean(ur + 1j * ui)) < 4.0 / math.sqrt(ur.size)
    assert np.mean(ui > 0) == pytest.approx(0.5, abs=2.0 / math.sqrt(ur.size))
    U = np.ones((2, 4, 4), complex)
    U[0, 0, 0], U[0, 2, 0] = 1.0, 1.0
    U[1, 0, 0] = -1.0  # the staples of U[0, 0, 0]'s neighbours above and below cancel
    problem = Problem((4, 4))
    problem.parts[0][:], problem.parts[1][:] = split(U.real, problem.layout), split(U.imag, problem.layout)
    still = np.abs(reference.staple(U, 0)) < 1e-12
    assert still.any()
    COMPILED.updates.relax(*problem.tables, 0, 0, 0, problem.layout.rows)
    here = still & (reference.parity((4, 4)) == 0)
    assert np.array_equal(problem.seen()[0][here], U[0][here])


def test_phasors_are_those_of_their_turns(kernels: Any = COMPILED) -> None:
    turns = np.linspace(0.0, 1.0, 501)[:-1]
    ur, ui = np.empty((2, 500))
    kernels.sweep.fill_phasors(ur, ui, turns)
    np.testing.assert_allclose(ur + 1j * ui, np.exp(2j * np.pi * turns), atol=1e-15)
    again = phasors(turns.reshape(5, 100))
    assert np.array_equal(again[0].ravel(), phasors(turns)[0])


def test_what_cannot_be_done_is_refused() -> None:
    lattice = CpuLinks((4, 4))
    with pytest.raises(ValueError, match="by “cluster”"):
        lattice.sweep(1, Update(1.0, "cluster", 0, 0.5, 1), 0)
    with pytest.raises(ValueError, match="-1 sweeps"):
        lattice.sweep(-1, Update(1.0, "heatbath", 0, 0.5, 1), 0)
