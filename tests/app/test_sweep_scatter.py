"""Maps of scattered points: what is interpolated, what is not, and which run stands where."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.app.heat_figures import write_views
from tauscope.app.sweep_file import SweepData, new
from tauscope.app.sweep_task import Result, Task
from tauscope.app.sweep_views import kinds, scatter_map, views_of
from tauscope.engine.sweep_plan import Kind, Plan, parse_axis
from tauscope.widgets.plots.scattered import NOTES, Scattered


def drawn(kind: Kind = "latin", count: int = 40, seeds: int = 2) -> SweepData:
    """A plan whose scalar ``plane`` is linear in both parameters, and of which one point failed."""
    axes = (parse_axis("D=0.1:0.5"), parse_axis("amplitude=1.0:20.0"))
    data = new("Points", Task({}), Plan(kind, axes, count, seeds))
    for point in data.plan.runs():
        value = 3 * float(point.values["D"]) - 0.1 * float(point.values["amplitude"])
        data.results[point.index] = Result(point.index, "done", {"plane": value})
    for seed in range(seeds if count > 5 else 0):
        data.results[5 * seeds + seed] = Result(5 * seeds + seed, "failed", message="No.")
    return data


@pytest.mark.parametrize("kind", ["random", "latin"])
def test_a_plane_is_interpolated_exactly_and_nowhere_else(kind):
    data = drawn(kind)
    assert [key for key, _ in kinds(data)][:2] == ["linear", "nearest"]
    heat, cells = scatter_map(data, "plane", "D", "amplitude", "linear")
    assert isinstance(heat, Scattered) and heat.way == "linear" and "interpolated" in heat.note
    x, y = np.meshgrid(heat.x.at, heat.y.at)
    known = np.isfinite(heat.values)
    assert 0.3 < known.mean() < 1, "inside the hull of the points, and not outside"
    assert np.allclose(heat.values[known], (3 * x - 0.1 * y)[known], atol=1e-12)
    points = list(data.plan.runs())[::2]
    for column, number in enumerate(cells.points[0]):
        assert heat.at(0, column) == (points[number].values["D"], points[number].values["amplitude"])
        assert f"run {points[number].index} " in heat.text(0, column)
    assert sorted(cells.points[0]) == list(range(40)) and (np.diff(heat.places[:, 0]) >= 0).all()
    lost = cells.points[0].tolist().index(5)
    assert np.isnan(heat.found[lost]) and heat.dots()[lost, 3] == 0 and "no value" in heat.text(0, lost)
    assert heat.ends == (np.nanmin(heat.found), np.nanmax(heat.found))


def test_the_nearest_map_has_values_of_points_alone():
    heat, _cells = scatter_map(drawn(), "plane", "amplitude", "D", "nearest")
    assert isinstance(heat, Scattered)
    known = heat.found[np.isfinite(heat.found)]
    assert heat.way == "nearest" and np.isin(heat.values, known).all()
    # Away in shares of both ranges, so that an axis of large numbers does not decide alone.
    size = np.array([heat.x.ends[1] - heat.x.ends[0], heat.y.ends[1] - heat.y.ends[0]])
    at = np.array([heat.x.at[30], heat.y.at[70]])
    away = np.hypot(*((heat.places - at) / size).T)
    away[~np.isfinite(heat.found)] = np.inf
    assert heat.values[70, 30] == heat.found[np.argmin(away)]


def test_points_on_a_line_and_too_few_are_shown_without_a_map():
    axes = (parse_axis("D=0.1:0.5:5"), parse_axis("amplitude=1.0:5.0:5"))
    data = new("Line", Task({}), Plan("list", axes))
    for point in data.plan.runs():
        data.results[point.index] = Result(point.index, "done", {"plane": 1.0})
    heat, _cells = scatter_map(data, "plane", "D", "amplitude", "linear")
    assert heat.note == NOTES[""] and np.isnan(heat.values).all()
    few = drawn(count=2)
    assert scatter_map(few, "plane", "D", "amplitude", "linear")[0].note == NOTES[""]


def test_small_multiples_and_figures_show_points_too(tmp_path):
    data = drawn()
    shown = views_of(data, "multiples", "plane", "D", "amplitude")
    assert [type(one.view) for one in shown] == [Scattered]
    path = write_views(tmp_path / "a.svg", [(one.title, one.view) for one in shown], "Points", "a test")
    assert path.stat().st_size > 10_000
