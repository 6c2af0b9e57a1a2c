"""Attractors against known values, and signals that do not depend on how they are asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tauscope.engine.kuramoto.drivers import ATTRACTORS, GOLDEN, Signal
from tauscope.gpu.kuramoto.attractors import iterate

TIMES = np.arange(0.0, 60.0, 0.025)


@pytest.mark.parametrize("kind", ATTRACTORS)
def test_a_signal_is_a_function_of_time(kind: str) -> None:
    whole = Signal(kind, 0.7)(TIMES)
    parts, other = Signal(kind, 0.7), Signal(kind, 0.7)
    found = []
    for index, chunk in enumerate(np.array_split(TIMES, 37)):
        parts.follow(chunk[0])
        if index == 20:
            step, x = parts.state()
            other.restore(step, x)
            rest = chunk[0]
        found.append(parts(chunk))
    np.testing.assert_array_equal(np.concatenate(found), whole)
    np.testing.assert_array_equal(other(TIMES[rest <= TIMES]), whole[rest <= TIMES])
    assert np.abs(whole).max() <= 1.0
    assert np.ptp(whole) > 1.0
    with pytest.raises(ValueError, match="asked for step"):
        parts(0.0)


@pytest.mark.parametrize("kind", ATTRACTORS)
def test_signals_use_their_range_and_are_hardly_ever_cut(kind: str) -> None:
    signal = Signal(kind, 1.0)(
        np.arange(0.0, 5000.0, 1.0 if kind in ("logistic", "circle", "henon") else 0.1)
    )
    assert np.abs(signal).max() > 0.85
    assert (np.abs(signal) == 1.0).mean() < 1e-3


def test_maps_hold_and_flows_run_on() -> None:
    held = Signal("henon", 2.0)([0.0, 1.0, 1.99, 2.0, 3.5])
    assert held[0] == held[1] == held[2] != held[3] == held[4]
    lorenz = Signal("lorenz", 1.0)(np.arange(0.0, 20.0, 1e-3))
    assert np.abs(np.diff(lorenz)).max() < 0.02
    slow = Signal("lorenz", 4.0)(np.arange(0.0, 80.0, 4e-3))
    np.testing.assert_allclose(slow[:5000], lorenz[:5000], atol=1e-6)


def test_the_logistic_map_has_the_lyapunov_exponent_ln_2() -> None:
    x = iterate("logistic", [0.3, 0.0, 0.0], 200_000, (4.0, 0.0, 0.0))[:, 0]
    assert np.log(np.abs(4.0 * (1.0 - 2.0 * x))).mean() == pytest.approx(math.log(2.0), abs=5e-3)
    # Invariant density 1 / (pi sqrt(x (1 - x))): its mean is 1/2, its variance 1/8.
    assert x.mean() == pytest.approx(0.5, abs=5e-3)
    assert x.var() == pytest.approx(0.125, abs=2e-3)


def test_henon_contracts_areas_by_b_and_stays_on_its_attractor() -> None:
    orbit = iterate("henon", ATTRACTORS["henon"].start, 100_000, ATTRACTORS["henon"].parameters)
    x, y = orbit[:, 0], orbit[:, 1]
    np.testing.assert_allclose(y[1:], 0.3 * x[:-1], rtol=1e-15)
    np.testing.assert_allclose(x[1:], 1.0 - 1.4 * x[:-1] ** 2 + y[:-1], rtol=1e-12, atol=1e-14)
    a = np.array([1.0, 0.0])
    grown = 0.0
    for value in x[:20_000]:  # largest exponent by the tangent; the two add up to ln 0.3
        a = np.array([-2.8 * value * a[0] + a[1], 0.3 * a[0]])
        size = np.hypot(*a)
        grown += math.log(size)
        a /= size
    assert grown / 20_000 == pytest.approx(0.419, abs=0.006)


def test_the_circle_map_turns_at_its_rotation_number() -> None:
    start = (0.0, 0.0, 0.0)
    free = iterate("circle", start, 100_000, (GOLDEN, 0.0, 0.0))
    assert free[-1, 1] / 1e5 == pytest.approx(GOLDEN, abs=2e-5)
    # Within a tongue the map locks: Omega within K / (2 pi) of a whole number.
    locked = iterate("circle", start, 10_000, (0.9 / (2 * math.pi) * 0.99, 0.9, 0.0))
    assert locked[-1, 1] / 1e4 < 1e-3
    just_outside = iterate("circle", start, 10_000, (0.9 / (2 * math.pi) * 1.05, 0.9, 0.0))
    assert just_outside[-1, 1] / 1e4 > 0.01


@pytest.mark.parametrize(("kind", "divergence"), [("lorenz", -(10.0 + 1.0 + 8.0 / 3.0)), ("roessler", None)])
def test_flows_are_integrated_to_order_4(kind: str, divergence: float | None) -> None:
    known = ATTRACTORS[kind]
    ends = [iterate(kind, known.start, n, known.parameters, 2.0 / n)[-1] for n in (100, 200, 400, 6400)]
    errors = [np.abs(end - ends[-1]).max() for end in ends[:-1]]
    assert math.log2(errors[0] / errors[1]) > 3.6
    assert math.log2(errors[1] / errors[2]) > 3.6
    if divergence is not None:  # a small box of the Lorenz flow shrinks by e^(divergence t)
        t, eps = 0.1, 1e-5
        moved = [
            iterate(kind, np.array(known.start) + eps * offset, 1000, known.parameters, t / 1000)[-1]
            for offset in np.eye(3)
        ]
        base = iterate(kind, known.start, 1000, known.parameters, t / 1000)[-1]
        volume = np.linalg.det((np.array(moved) - base) / eps)
        assert math.log(volume) / t == pytest.approx(divergence, rel=1e-3)
