"""The NumPy reference against hand calculation and laws that the rule must obey."""

import ast
import inspect

import numpy as np
import pytest

from tauscope.engine.gravity import reference as module
from tauscope.engine.gravity.reference import GravityReference, start_debt


def lone_source(strength, debt=0.0, shape=(5, 5), **options):
    emission = np.zeros(shape)
    emission[2, 2] = strength
    return GravityReference(emission, np.full(shape, debt), dtype="float64", **options)


def test_three_ticks_by_hand():
    """Source 0.6 at the centre, C = 1, p = 0.8, no debt: worked out on paper."""
    lattice = lone_source(0.6, survival=0.8)
    lattice.advance(1)
    assert lattice.traffic[2, 2] == 0.6
    assert lattice.debt[2, 2] == 0.6
    lattice.advance(1)  # the neighbours relay 0.2 * 0.6; the centre emits again
    assert lattice.traffic[1, 2] == pytest.approx(0.12, rel=1e-15)
    assert lattice.debt[2, 2] == pytest.approx(1.2, rel=1e-15)
    lattice.advance(1)  # the centre owes more than C: it waits, pays C, and relays 4 * 0.2 * 0.12
    assert lattice.traffic[2, 2] == pytest.approx(0.096, rel=1e-15)
    assert lattice.debt[2, 2] == pytest.approx(1.2 + 0.096 - 1, rel=1e-15)
    assert lattice.realized[2, 2] == 2
    assert lattice.live[2, 2] == pytest.approx(1 - 2 / 301, rel=1e-15)


def test_one_fluid_tick_by_hand():
    lattice = lone_source(0.6, survival=0.8, rule="fluid")
    lattice.traffic[2, 2] = 0.25
    lattice.advance(1)
    assert lattice.traffic[2, 2] == pytest.approx(0.75 * 0.6, rel=1e-15)
    assert lattice.traffic[2, 1] == pytest.approx(0.2 * 0.25, rel=1e-15)
    assert lattice.realized[2, 2] == pytest.approx(0.75, rel=1e-15)


def test_a_burst_waits_in_the_outbox():
    lattice = lone_source(3.5)
    lattice.advance(1)
    assert (lattice.traffic[2, 2], lattice.waiting[2, 2]) == (1.0, 2.5)
    lattice.advance(1)
    assert (lattice.traffic[2, 2], lattice.waiting[2, 2]) == (1.0, 1.5)
    assert lattice.realized[2, 2] == 1


@pytest.mark.parametrize("rule", ["airtime", "fluid"])
def test_empty_lattice_realizes_every_update(rule):
    lattice = GravityReference(np.zeros((6, 7)), np.full((6, 7), 0.999), rule=rule)
    lattice.advance(50)
    assert np.array_equal(lattice.realized, np.full((6, 7), 50))
    assert np.array_equal(lattice.live, np.ones((6, 7), np.float32))


@pytest.mark.parametrize("boundary", ["periodic", "reflective"])
def test_bits_are_conserved_on_a_closed_lattice(boundary):
    """With p = 1 and nothing lost, bits sent and waiting equal bits emitted."""
    lattice = lone_source(0.7, boundary=boundary)
    lattice.advance(40)
    emitted = 0.7 * lattice.realized[2, 2]
    # Sums of 40 x 25 numbers of order one in float64.
    assert lattice.traffic.sum() + lattice.waiting.sum() == pytest.approx(emitted, rel=1e-12)


def test_boundaries_differ_where_they_should():
    edge = {}
    for boundary in ("absorbing", "reflective", "periodic"):
        lattice = GravityReference(np.zeros((4, 5)), np.zeros((4, 5)), boundary=boundary, dtype="float64")
        lattice.traffic[0, 0] = 1.0
        lattice.advance(1)
        reached = [(int(y), int(x)) for y, x in np.argwhere(lattice.traffic)]
        edge[boundary] = {cell: float(lattice.traffic[cell]) for cell in reached}
    assert edge["absorbing"] == {(0, 1): 0.25, (1, 0): 0.25}
    assert edge["reflective"] == {(0, 0): 0.5, (0, 1): 0.25, (1, 0): 0.25}
    assert edge["periodic"] == {(0, 1): 0.25, (1, 0): 0.25, (3, 0): 0.25, (0, 4): 0.25}


def test_sinks_keep_nothing():
    sinks = np.zeros((5, 5), bool)
    sinks[:, 3:] = True
    lattice = lone_source(0.5, boundary="disc", sinks=sinks)
    lattice.advance(20)
    assert lattice.traffic[2, 2] > 0
    assert not lattice.traffic[sinks].any()
    assert not lattice.waiting[sinks].any()


def test_utilisation_law():
    """f = 1 - lambda / C with an error of order 1 / T: the debt stays bounded."""
    lattice = lone_source(0.3, survival=0.9)
    sent = np.zeros((5, 5))
    for _ in range(2000):
        lattice.advance(1)
        sent += lattice.traffic
    assert np.abs(lattice.realized / 2000 - (1 - sent / 2000)).max() <= 2 / 2000


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_start_debt_is_uniform_below_the_capacity(dtype):
    debt = start_debt(9, 64, 64, 1.75, dtype)
    assert debt.dtype == dtype
    assert debt.min() >= 0
    assert debt.max() < 1.75
    # 4096 draws: standard error of the mean 0.0079; four of them allowed.
    assert abs(debt.mean() - 0.875) < 0.032
    assert not np.array_equal(debt, start_debt(10, 64, 64, 1.75, dtype))


def test_reference_imports_nothing_but_numpy():
    tree = ast.parse(inspect.getsource(module))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= {"__future__", "typing", "numpy", "numpy.typing"}
