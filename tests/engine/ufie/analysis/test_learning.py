"""The metric that learns, and balanced nonary digits."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.analysis import nonary, plasticity
from tauscope.engine.ufie.analysis.nonary_bench import NonaryStudy, Writing
from tests.engine.kuramoto.analysis.context import Context


def test_correlation_of_a_plane_wave() -> None:
    """Slopes of exp(i k.x) are i sin(k_i) Psi, so the correlation is the product of the sines."""
    x, y = np.indices((8, 6))
    wave = 2.0 * np.exp(2j * np.pi * (x / 8 + 2 * y / 6))
    sines = np.sin(2 * np.pi * np.array([1 / 8, 2 / 6]))
    np.testing.assert_allclose(plasticity.correlation(wave), 4 * np.outer(sines, sines), atol=1e-12)
    assert not plasticity.correlation(np.ones((1, 5)))[0].any()


def test_against_small_steps() -> None:
    rng = np.random.default_rng(1)
    drive = rng.normal(size=(3, 3))
    drive = 0.1 * drive @ drive.T
    g = np.diag([1.2, 1.0, 0.9])
    small = g.copy()
    for _ in range(20_000):
        small += 1e-4 * (-0.3 * drive - 0.7 * (small - np.eye(3)))
    found = plasticity.learn(g, drive, 2.0, rate=0.3, forgetting=0.7)
    np.testing.assert_allclose(found, small, atol=1e-5)
    parts = plasticity.learn(
        plasticity.learn(g, drive, 1.2, rate=0.3, forgetting=0.7), drive, 0.8, rate=0.3, forgetting=0.7
    )
    np.testing.assert_allclose(parts, found, rtol=1e-12)


def test_the_other_sign_runs_away() -> None:
    """The page: 1.2 goes to 1.54 in 100 s with +lambda of 0.01; with the right sign it comes back."""
    g = np.diag([1.2, 1.0])
    away = plasticity.learn(g, np.zeros((2, 2)), 100, rate=0.0, forgetting=0.01, literal=True)
    back = plasticity.learn(g, np.zeros((2, 2)), 100, rate=0.0, forgetting=0.01)
    assert away[0, 0] == pytest.approx(1.54, abs=5e-3)
    assert back[0, 0] == pytest.approx(1 + 0.2 * np.exp(-1))


def test_a_metric_stays_positive() -> None:
    drive = np.ones((3, 3))
    found = plasticity.learn(np.eye(3), drive, 100.0, rate=1.0, forgetting=0.0)
    values = np.linalg.eigvalsh(found)
    assert values[0] == pytest.approx(plasticity.LEAST)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_allclose(values[1:], 1.0)


@pytest.mark.parametrize("bad", [-np.eye(2), np.array([[1.0, 0.5], [0.0, 1.0]]), np.full((2, 2), np.nan)])
def test_no_metric_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(BadInput, match="symmetric and positive"):
        plasticity.learn(bad, np.eye(2), 1.0, rate=1.0, forgetting=1.0)
    with pytest.raises(BadInput, match="forgetting"):
        plasticity.learn(np.eye(2), np.eye(2), 1.0, rate=1.0, forgetting=-1.0)


@given(st.integers(-(10**18), 10**18))
def test_whole_numbers_come_back(value: int) -> None:
    digits = nonary.digits_of(value)
    assert max(map(abs, digits)) <= 4
    assert nonary.value_of(digits) == value


def test_digits_are_read_through_noise() -> None:
    rng = np.random.default_rng(2)
    digits = rng.integers(-4, 5, 200)
    noise = rng.uniform(-0.4, 0.4, 200) + 1j * rng.uniform(-0.4, 0.4, 200)
    found = nonary.read(nonary.write(digits, 2.5, 0.7) + 2.5 * noise * np.exp(0.7j), 2.5, 0.7)
    np.testing.assert_array_equal(found.digits, digits)
    np.testing.assert_allclose(found.margin, 0.5 - np.abs(noise.real), atol=1e-12)
    np.testing.assert_allclose(found.across, np.abs(noise.imag), atol=1e-12)


def test_what_is_no_digit() -> None:
    assert nonary.read([6.0], 1.0).digits[0] == 4
    assert nonary.read([6.0], 1.0).margin[0] == -1.5
    for digits in ([5], [0.5]):
        with pytest.raises(BadInput, match="digit"):
            nonary.write(digits, 1.0)
    with pytest.raises(BadInput, match="unit"):
        nonary.read([1.0], 0.0)


def test_a_number_is_read_from_plane_waves_and_lost_at_sites() -> None:
    """Without cubic each plane wave turns by itself, so margins are exact; coupled sites mix."""
    linear = NonaryStudy().run(Context(options={"beta": 0.0, "seconds": 0.5, "number": -987_654}))
    assert linear.passed, linear.checks
    assert linear.figures[0].curves[0].y[-1] == pytest.approx(0.5, abs=1e-10)
    assert [row[1] for row in linear.tables[0].rows] == nonary.digits_of(-987_654)
    spread = NonaryStudy().run(Context(options={"carrier": "sites", "seconds": 0.5}))
    assert not spread.passed
    assert "misread at 0.0" in spread.notes[0]
    still = NonaryStudy().run(Context(options={"carrier": "sites", "c0": 0.0, "beta": 0.0, "seconds": 0.5}))
    assert still.passed


def test_a_cubic_turns_digits_by_their_size() -> None:
    """A uniform field of amplitude A turns more slowly by beta A^2/(2 m); here one digit at a site."""
    written = Writing(number=4, carrier="sites", c0=0.0, beta=1.0, unit=0.1, seconds=1.0)
    report = NonaryStudy().run(Context(options=asdict(written)))
    mass = 2 * math.pi * written.mass
    turned = written.beta * 0.4**2 / (2 * mass) * written.seconds
    across = report.tables[0].rows[0][4]
    assert across == pytest.approx(4 * math.sin(turned), rel=0.02)


@pytest.mark.parametrize(
    "options",
    [{"number": 10**10}, {"unit": 0.0}, {"c0": 1e4}, {"mass": 0.0}, {"seconds": 0.0}, {"carrier": "air"}],
)
def test_a_number_that_cannot_be_written(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        NonaryStudy().run(Context(options=options))
