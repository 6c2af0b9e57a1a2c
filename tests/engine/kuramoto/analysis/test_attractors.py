"""Plots of attractors against what is known of them exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.kuramoto import drivers
from tauscope.engine.kuramoto.analysis.attractor_maps import FAMILIES
from tauscope.engine.kuramoto.analysis.attractor_plots import (
    attractor_plot,
    bifurcation,
    portrait,
    rotation_numbers,
)


def at(plot: object, parameter: float) -> np.ndarray:
    """Points of the column nearest to a value of the parameter."""
    x, y = plot.x, plot.y  # type: ignore[attr-defined]
    nearest = x[np.argmin(np.abs(x - parameter))]
    return np.asarray(y[x == nearest])


def test_logistic_doubles_its_period() -> None:
    plot = bifurcation("logistic", 2.8, 4.0, columns=601)
    fixed = at(plot, 2.9)
    assert np.ptp(fixed) < 1e-9
    assert fixed[0] == pytest.approx(1 - 1 / 2.9)
    two = np.unique(np.round(at(plot, 3.3), 9))
    exact = (3.3 + 1 + np.array([-1, 1]) * math.sqrt((3.3 - 3) * (3.3 + 1))) / (2 * 3.3)
    assert two == pytest.approx(exact, abs=1e-8)
    assert len(np.unique(np.round(at(plot, 3.5), 6))) == 4
    assert len(np.unique(np.round(at(plot, 3.84), 6))) == 3, "the window of period three"
    assert np.ptp(at(plot, 4.0)) > 0.95
    assert plot.present == 4.0


def test_henon_stays_on_its_attractor_and_escapes_are_left_out() -> None:
    plot = bifurcation("henon", 0.2, 2.5, columns=231)
    # The fixed point of x = 1 - a x^2 + 0.3 x, stable below a = 3 (1 - b)^2 / 4 = 0.3675.
    a = 0.3
    assert at(plot, a) == pytest.approx(np.full(120, (-0.7 + math.sqrt(0.49 + 4 * a)) / (2 * a)), abs=1e-9)
    assert len(np.unique(np.round(at(plot, 0.6), 6))) == 2
    assert plot.x.max() < 2.2, "beyond, every orbit escapes"
    shape = portrait("henon")
    assert shape.x.min() == pytest.approx(-1.285, abs=0.01)
    assert shape.x.max() == pytest.approx(1.273, abs=0.01)
    assert shape.y[1:] == pytest.approx(0.3 * shape.x[:-1])


def test_rotation_numbers_are_a_staircase() -> None:
    plot = rotation_numbers(columns=501, count=2000)
    assert plot.curve
    assert np.all(np.diff(plot.y) > -1e-4), "never falls"
    # The plateau of 0 ends at K/(2 pi), and the map is symmetric about 1/2.
    edge = 0.9 / (2 * math.pi)
    assert np.abs(plot.y[plot.x < edge - 2e-3]).max() < 1e-6
    assert plot.y[plot.x > edge + 4e-3].min() > 0.01
    assert plot.y + plot.y[::-1] == pytest.approx(np.ones(501), abs=2e-3)
    half = np.abs(plot.x - 0.5) < 0.02
    assert plot.y[half] == pytest.approx(np.full(half.sum(), 0.5), abs=1e-6)


def test_lorenz_settles_below_and_is_chaotic_above() -> None:
    """Well below rho = 24.06 orbits spiral into z = rho - 1."""
    plot = bifurcation("lorenz", 13.0, 28.0, columns=16, rows=30)
    quiet = at(plot, 14.0)
    assert quiet == pytest.approx(np.full(len(quiet), 13.0), abs=1e-2)
    wild = at(plot, 28.0)
    assert len(wild) > 20
    assert 28 < wild.min() < wild.max() < 50
    shape = portrait("lorenz", 3000)
    assert shape.x.min() < -10 < 10 < shape.x.max()
    assert math.isnan(shape.present)


def test_roessler_doubles_its_period() -> None:
    """a = b = 0.2: period 1 at c = 2.5, 2 at 3.5, 4 at 4, chaos at 5.7."""
    plot = bifurcation("roessler", 2.5, 5.7, columns=65, rows=60)

    def heights(c: float) -> int:
        return len(np.unique(np.round(at(plot, c), 1)))

    assert heights(2.5) == 1
    assert heights(3.5) == 2
    assert heights(4.0) == 4
    assert heights(5.7) > 20


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_view_reports_and_can_be_cancelled(kind: str) -> None:
    for view in FAMILIES[kind].views:
        told: list[float] = []
        plot = attractor_plot(kind, view, told.append)
        assert np.isnan(plot.present) == (view == "portrait")
        assert told == sorted(told)
        assert told[-1] == 1.0
        assert len(plot.x) == len(plot.y) > 500
        assert np.all(np.isfinite(plot.y))

        def stop(_fraction: float) -> None:
            raise Cancelled("The plot")

        with pytest.raises(Cancelled):
            attractor_plot(kind, view, stop)


def test_a_free_circle_map_turns_by_omega() -> None:
    plot = rotation_numbers(columns=11, count=500, strength=0.0)
    assert plot.y == pytest.approx(plot.x, abs=1e-12)


def test_the_drive_lies_on_its_portrait() -> None:
    """Signal and portrait are the same orbit's places, in the signal's scale."""
    drive = drivers.Signal("henon", 1.0)(np.arange(500.0))
    known = drivers.ATTRACTORS["henon"]
    shape = portrait("henon")
    x = known.middle + known.half_range * drive
    a, b = known.parameters[:2]
    assert x[2:] == pytest.approx(1 - a * x[1:-1] ** 2 + b * x[:-2], abs=1e-9)
    assert shape.x.min() - 0.01 < x.min() < x.max() < shape.x.max() + 0.01


def test_refusals() -> None:
    with pytest.raises(BadInput, match="logistic"):
        attractor_plot("logistics", "portrait")
    with pytest.raises(BadInput):
        attractor_plot("henon", "rotation")
    with pytest.raises(BadInput):
        bifurcation("henon", 1.4, 0.9)
