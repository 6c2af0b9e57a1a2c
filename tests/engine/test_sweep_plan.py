"""Plans of sweeps: order and number of runs, ranges, lists, random points, Latin hypercubes, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.sweep_plan import Axis, Plan, dump_axes, load_axes, parse_axis, parse_sample


def test_a_grid_holds_every_combination_and_seeds_run_fastest():
    plan = Plan("grid", (parse_axis("a=0:2:3"), parse_axis("b=x,y")), seeds=2, seed=7)
    plan.check()
    runs = list(plan.runs())
    assert len(plan) == len(runs) == 12 and plan.shape == (3, 2) and plan.points == 6
    assert [run.index for run in runs] == list(range(12))
    assert [(run.values["a"], run.values["b"], run.seed) for run in runs[:5]] == [
        (0, "x", 7),
        (0, "x", 8),
        (0, "y", 7),
        (0, "y", 8),
        (1, "x", 7),
    ]


def test_a_list_takes_values_together():
    plan = Plan("list", (parse_axis("a=1,2,3"), parse_axis("b=0.5:1.5:3")))
    plan.check()
    assert [tuple(run.values.values()) for run in plan.runs()] == [(1, 0.5), (2, 1.0), (3, 1.5)]


@pytest.mark.parametrize("kind", ["random", "latin"])
def test_random_points_lie_in_their_ranges_and_repeat_with_the_seed(kind):
    axes = (parse_axis("a=0:1"), parse_axis("b=-5:5"), parse_axis("c=0.0:8.0"))
    plan = Plan(kind, axes, count=40, seed=3)
    plan.check()
    runs = list(plan.runs())
    assert runs == list(plan.runs()) and len(runs) == 40
    assert runs != list(Plan(kind, axes, count=40, seed=4).runs())
    assert {run.values["a"] for run in runs} == {0, 1}
    assert {run.values["b"] for run in runs} <= set(range(-5, 6))
    assert all(isinstance(run.values["b"], int) for run in runs)


def test_a_latin_hypercube_has_one_point_in_each_part_of_every_axis():
    plan = Plan("latin", (parse_axis("a=0.0:1.0"), parse_axis("b=2.0:4.0")), count=50, seed=1)
    points = np.array([tuple(run.values.values()) for run in plan.runs()], float)
    for column, low, high in ((0, 0.0, 1.0), (1, 2.0, 4.0)):
        parts = np.floor((points[:, column] - low) / (high - low) * 50).astype(int)
        assert sorted(parts) == list(range(50))
    assert abs(np.corrcoef(points.T)[0, 1]) < 0.5


def test_axes_keep_whole_numbers_whole_and_survive_files():
    assert parse_axis("n=1:5:3").values == (1, 3, 5)
    assert parse_axis("n=1:2:3").values == (1.0, 1.5, 2.0)
    assert parse_axis("x=1.0:3.0:2").values == (1.0, 3.0)
    assert parse_axis("on=true,false").values == (True, False)
    assert parse_axis("rule=airtime,fluid").values == ("airtime", "fluid")
    axes = (parse_axis("n=1:5:3"), parse_axis("rule=a,b"))
    assert load_axes(dump_axes(axes)) == axes
    assert parse_axis(axes[1].text()) == axes[1]


@pytest.mark.parametrize("word", ["a", "=1:2:3", "a=", "a=1:2:0", "a=1:x:2", "a=1:2:3:4", "a=1,,2", "a=[1]"])
def test_words_that_name_no_values_are_refused(word):
    with pytest.raises(BadInput) as refused:
        parse_axis(word)
    assert refused.value.key == "--vary"


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        (Plan("grid", ()), "--vary"),
        (Plan("grid", (Axis("a", (1,)), Axis("a", (2,)))), "--vary"),
        (Plan("list", (Axis("a", (1,)), Axis("b", (1, 2)))), "--vary"),
        (Plan("random", (Axis("a", (0.0, 1.0)),)), "--sample"),
        (Plan("latin", (Axis("a", ("x", "y")),), count=3), "--vary"),
        (Plan("grid", (Axis("a", (1,)),), seeds=0), "--seeds"),
        (Plan("grid", (Axis("a", tuple(range(2000))), Axis("b", tuple(range(2000))))), "--vary"),
    ],
)
def test_plans_that_cannot_be_carried_out_are_refused(plan, key):
    with pytest.raises(BadInput) as refused:
        plan.check()
    assert refused.value.key == key


@pytest.mark.parametrize("count", [1_000_001, 30_000_000, 10**9, 10**15])
def test_too_many_values_are_refused_before_any_is_made(monkeypatch, count):
    """A list of 10^9 values does not fit into memory, and the form reads it at each key."""
    monkeypatch.setattr(np, "linspace", lambda *_unused: pytest.fail("values were made"))
    with pytest.raises(BadInput, match=f"{count:,} runs for “a=0.5:1.5:{count}” alone") as refused:
        parse_axis(f"a=0.5:1.5:{count}")
    assert refused.value.key == "--vary" and "1,000,000" in str(refused.value)
    with pytest.raises(BadInput, match="runs"):
        parse_sample(f"random:{count}")


def test_a_product_beyond_whole_numbers_of_64_bits_is_refused():
    axes = tuple(Axis(name, tuple(range(10_000))) for name in "abcdef")
    with pytest.raises(BadInput, match="1,000,000,000,000,000,000,000,000 runs"):
        Plan("grid", axes).check()


@pytest.mark.parametrize("word", ["a=0:inf:3", f"a=0:{'9' * 400}:3", f"a=0:1:{'9' * 5000}", "a=0:nan:3"])
def test_ends_that_are_no_numbers_of_a_machine_are_refused(word):
    with pytest.raises(BadInput, match="names no values"):
        parse_axis(word)


def test_ways_to_sample():
    assert parse_sample("grid") == ("grid", 0) and parse_sample("latin:12") == ("latin", 12)
    for text in ("grid:3", "random", "latin:x", "sobol:4"):
        with pytest.raises(BadInput):
            parse_sample(text)
