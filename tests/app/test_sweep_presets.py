"""Presets of sweeps against what is known: the bending of light, and thresholds of collapse and growth."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tauscope.app import sweep_presets
from tauscope.app.sweep_file import SweepData
from tauscope.app.sweep_task import Result, Task, run
from tauscope.app.sweep_views import lines
from tauscope.engine.sweep_plan import Point

PAGE = {16: -0.0908, 24: -0.0840, 32: -0.0778, 48: -0.0672, 64: -0.0587}
"""Single rays of the design's table of light, in radians by the distance b in cells."""
SHORT = {"side": 161, "ticks": 90, "rays": 512}
"""A smaller lattice, and a way that ends soon after the mass."""


def point_of(data: SweepData, **values: float) -> Point:
    """The run whose values lie nearest."""
    return min(data.plan.runs(), key=lambda p: sum(abs(float(p.values[k]) - v) for k, v in values.items()))


def bent(b: float, **fixed: float) -> Result:
    task = sweep_presets.load("lensing").sweep().task
    return run(dataclasses.replace(task, fixed=fixed), Point(0, {"b": b}, 1))


def test_a_short_passage_gives_the_angle_of_the_rays_and_its_error(tolerances):
    allowed = tolerances["gravity"]["deflection"]
    found = bent(32.0, **SHORT)
    assert found.status == "done", found.message
    angle, expected = found.scalars["angle (rad)"], found.scalars["angle (rad), expected"]
    assert angle < 0 and abs(angle - expected) < allowed["packet"] * abs(expected)
    ray, exact = found.scalars["ray (rad)"], found.scalars["ray (rad), expected"]
    assert abs(ray - exact) < allowed["ray"] * abs(exact)
    assert 0 < found.errors["angle (rad)"] < allowed["mirror"] * abs(angle)
    alone = Task(study=("gravity", "deflection"), fixed=SHORT, scalars=("angle (rad)",))
    again = run(alone, Point(7, {"b": 32.0}, 1))
    assert again.scalars == {"angle (rad)": angle}, "whatever ran before"
    assert again.errors == {"angle (rad)": found.errors["angle (rad)"]}
    refused = bent(32.0, sides=161)
    assert refused.status == "failed" and "side" in refused.message


@pytest.mark.slow
@pytest.mark.parametrize("b", PAGE)
def test_the_preset_gives_the_angles_of_the_design(b, tolerances):
    allowed = tolerances["gravity"]["deflection"]
    data = sweep_presets.load("lensing").sweep()
    point = point_of(data, b=b)
    assert point.values["b"] == b
    found = run(data.task, point)
    assert abs(found.scalars["ray (rad)"] - PAGE[b]) < allowed["page"] * abs(PAGE[b])
    if b >= 24:  # else the pulse is as wide as its distance
        expected = found.scalars["angle (rad), expected"]
        assert abs(found.scalars["angle (rad)"] - expected) < allowed["packet"] * abs(expected)


def test_what_is_expected_is_drawn_beside_what_was_measured():
    data = sweep_presets.load("lensing").sweep()
    for n in range(len(data.plan)):
        numbers = {"angle (rad)": -0.08 - n / 1e4, "angle (rad), expected": -0.08}
        data.results[n] = Result(n, "done", numbers, {"angle (rad)": 1e-4})
    plot, cells = lines(data, "angle (rad)", "b")
    measured, expected = plot.series
    assert (measured.style, expected.style, expected.name) == ("dots", "line", "expected")
    assert np.array_equal(measured.y, data.values("angle (rad)")) and (expected.y == -0.08).all()
    assert measured.error is not None and cells.points.shape == (2, 25)
    assert len(lines(data, "angle (rad), expected", "b")[0].series) == 1


@pytest.mark.parametrize("beta", [0.01, 1, 10])
def test_a_uniform_field_collapses_above_the_exact_threshold(beta):
    """m / sqrt(beta): there the mass term and the cubic one balance. Source: ufie.md, section G."""
    data = sweep_presets.load("focusing_threshold").sweep()
    limit = 2 * math.pi * 3.2543 / math.sqrt(beta)
    for share, status in ((0.99, "done"), (1.01, "blow-up")):
        point = Point(0, {"beta": beta, "start.amplitude": share * limit}, 1)
        assert run(data.task, point).status == status
    for point in data.plan.runs():
        share = float(point.values["start.amplitude"]) * math.sqrt(float(point.values["beta"])) / 20.447
        assert abs(share - 1) > 5e-3, "no run stands on the threshold"


def test_noise_on_a_charge_grows_beyond_the_product_of_both_diffusions():
    """Stable where g alpha 2 rho0^2 < D nu. Source: charge-and-gauge.md, "Well-posed repair"."""
    data = sweep_presets.load("charge_threshold").sweep()
    for D in (0.25, 1.0, 2.0):
        limit = math.sqrt(0.75 * D)
        for axis in (0.9, 1.1):
            found = run(data.task, Point(0, {"D": D, "background": axis * limit}, 1))
            assert (found.scalars["growth_rate"] > 0) == (axis > 1), (D, axis)
            assert (found.scalars["growth_rate_theory"] > 1e-9) == (axis > 1)
