"""Configuration of the gravity lattice: what is accepted, what is refused, and how the refusal reads."""

import itertools
import json
import math

import pytest

from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig, SourceConfig
from tauscope.engine.gravity.support import LOSS_BITS
from tauscope.gpu.gravity import cpu


def load(**entries):
    return GravityConfig.load(entries)


def source(**entries):
    return {"kind": "gaussian", "x": 10, "y": 12, **entries}


def refused(**entries):
    with pytest.raises(BadInput) as caught:
        load(**entries)
    return caught.value


def test_defaults_and_round_trip():
    config = load(sources=[source(), source(kind="point")])
    assert (config.boundary, config.survival, config.rule, config.dtype) == (
        "absorbing",
        1.0,
        "airtime",
        "float32",
    )
    assert [s.id for s in config.sources] == ["s1", "s2"]
    assert {s.world for s in config.sources} == {"A"}
    assert GravityConfig.load(config.dump()) == config


@pytest.mark.parametrize(
    ("boundary", "survival"), [("absorbing", 1.0), ("disc", 1.0), ("periodic", 0.999), ("reflective", 0.999)]
)
def test_survival_follows_the_boundary(boundary, survival):
    assert load(boundary=boundary).survival == survival


def test_supported_combinations(capsys):
    """Every combination of rule, boundary and number type is accepted; the matrix is printed."""
    rules, boundaries, dtypes = (
        ("airtime", "fluid"),
        ("periodic", "reflective", "absorbing", "disc"),
        ("float32", "float64"),
    )
    for rule, boundary, dtype in itertools.product(rules, boundaries, dtypes):
        config = load(rule=rule, boundary=boundary, dtype=dtype)
        assert (config.rule, config.boundary, config.dtype) == (rule, boundary, dtype)
        assert config.neighbourhood == "von_neumann"
        print(f"{rule:8} {boundary:10} {dtype} von_neumann: supported")
    assert capsys.readouterr().out.count("supported") == 16


@pytest.mark.parametrize(
    ("entries", "key", "words"),
    [
        (
            {"survival": 1.0, "boundary": "periodic"},
            "survival",
            ("nothing is ever lost", "less than 1", "0.999"),
        ),
        ({"survival": 1.0, "boundary": "reflective"}, "survival", ("reflective",)),
        ({"survival": 0.0}, "survival", ("more than 0",)),
        ({"survival": 1.1}, "survival", ("at most 1",)),
        ({"capacity": math.nan}, "capacity", ("not a finite number",)),
        ({"capacity": 0.0}, "capacity", ("at least 1e-06",)),
        ({"capacity": [[1.0]]}, "capacity_map", ("1 rows and 1 columns", "256 x 256")),
        ({"nx": 3, "ny": 3, "capacity": [[1.0, 0.0, 1.0]] * 3}, "capacity_map", ("at every node",)),
        ({"background": -0.1}, "background", ("at least 0",)),
        ({"background": math.inf}, "background", ("not a finite number",)),
        ({"nx": 2}, "nx", ("at least 3 and at most 2048",)),
        ({"ny": 4096}, "ny", ("at least 3 and at most 2048",)),
        ({"ema_window": 0.5}, "ema_window", ("at least 1 and at most 100000",)),
        ({"rule": "literal", "boundary": "disc"}, "boundary", ("relays nothing", "absorbing")),
        ({"rule": "strict", "dtype": "int32"}, "dtype", ("relays nothing", "float32, float64")),
        ({"rule": "fluid", "dtype": "int32"}, "dtype", ("shares of an update", "float32, float64")),
        ({"dtype": "int32", "capacity": 300.0}, "capacity", ("more than int32 can count", "500")),
        ({"rule": "airtme"}, "rule", ("“airtime”",)),
        ({"neighbourhood": "more"}, "neighbourhood", ("“moore”",)),
        ({"boundary": "absorbin"}, "boundary", ("“absorbing”",)),
        ({"boundary": "disc", "nx": 4, "ny": 4}, "nx", ("too small",)),
        ({"patterns": [{"kind": "clock"}]}, "patterns.0.x", ("missing",)),
        ({"patterns": [{"kind": "ray", "x": 1, "y": 1}]}, "velocity", ("needs a direction",)),
        (
            {"patterns": [{"kind": "packet", "x": 1, "y": 1, "velocity": [1, 0]}]},
            "velocity",
            ("speed of light",),
        ),
        ({"patterns": [{"kind": "agent", "x": 1, "y": 1, "policy": "clim"}]}, "policy", ("climb",)),
        ({"patterns": [{"kind": "clock", "x": 999, "y": 1}]}, "patterns.p1.x", ("outside the lattice",)),
        ({"patterns": [{"kind": "clock", "x": 1, "y": 1, "world": "Z"}]}, "patterns.p1.world", ("Z",)),
        (
            {"patterns": [{"kind": "clock", "x": 1, "y": 1, "id": "a"}] * 2},
            "patterns.a.id",
            ("Two patterns",),
        ),
        (
            {"wave_step": 0.65, "patterns": [{"kind": "packet", "x": 1, "y": 1, "mass": 1.9}]},
            "patterns.p1.mass",
            ("unstable", "less than 1.2"),
        ),
        ({"patterns": [{"kind": "packet", "x": 1, "y": 1}] * 17}, "patterns", ("at most 16",)),
        ({"surviva": 0.5}, "surviva", ("“survival”",)),
        ({"worlds": [{"name": "A"}, {"name": "A"}]}, "worlds.1.name", ("Two worlds",)),
        ({"worlds": [{"name": "A", "color": "red"}]}, "worlds.0.color", ("red",)),
    ],
)
def test_refusals_name_key_value_and_range(entries, key, words):
    error = refused(**entries)
    assert error.key == key
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize(
    ("entries", "key", "words"),
    [
        ({"x": 256}, "sources.s1.x", ("outside the lattice of 256 x 256", "-0.5")),
        ({"y": -0.6}, "sources.s1.y", ("outside the lattice",)),
        ({"x": math.nan}, "sources.0.x", ("not a finite number",)),
        ({"strength": -1}, "sources.0.strength", ("at least 0",)),
        ({"strength": 2e6}, "sources", ("1e+06", "rounding")),
        ({"width": 0}, "sources.0.width", ("more than 0",)),
        ({"kind": "gausian"}, "sources.0.kind", ("“gaussian”",)),
        ({"kind": "line"}, "x2", ("A line needs its end",)),
        ({"kind": "line", "x2": 10, "y2": 300}, "sources.s1.y2", ("outside the lattice",)),
        ({"strenth": 1}, "sources.0.strenth", ("“strength”",)),
        ({"world": "B"}, "sources.s1.world", ("no world named “B”",)),
        ({"id": "3"}, "sources.0.id", ("'3'",)),
    ],
)
def test_sources_are_refused(entries, key, words):
    error = refused(sources=[source(**entries)])
    assert error.key == key
    for word in words:
        assert word in str(error)


def test_sources_in_the_sink_are_refused():
    error = refused(boundary="disc", disc_radius=20, nx=64, ny=64, sources=[source(x=10, y=10)])
    assert "lies in the sink" in str(error)
    assert "at most 20 cells from the centre" in str(error)
    assert load(boundary="disc", disc_radius=20, nx=64, ny=64, sources=[source(x=31, y=20)]).sources


def test_two_sources_of_one_id_are_refused():
    assert refused(sources=[source(id="a"), source(id="a")]).key == "sources.a.id"


def test_the_whole_cell_at_the_edge_belongs_to_the_lattice():
    config = load(nx=64, ny=64, sources=[source(x=-0.5, y=63.49)])
    assert (config.sources[0].x, config.sources[0].y) == (-0.5, 63.49)


def test_missing_ids_avoid_those_given():
    assert [s.id for s in load(sources=[source(), source(id="s1"), source()]).sources] == ["s2", "s1", "s3"]


def test_values_change_by_dotted_path():
    config = load(sources=[source(id="sun")])
    assert config.with_value("sources.sun.strength", 0.5).sources[0].strength == 0.5
    with pytest.raises(BadInput, match="no parameter named “strenght”"):
        config.with_value("sources.sun.strenght", 0.5)
    with pytest.raises(BadInput, match="no entry of sources named “moon”"):
        config.with_value("sources.moon.strength", 0.5)


def test_a_changed_value_leaves_arrays_as_they_are():
    """Packing them again would hold the simulation up for seconds at 2048 x 2048, at each slider move."""
    before = load(
        capacity_map=[[1.0, 2.0, 1.0]] * 3,
        nx=3,
        ny=3,
        sources=[{"kind": "brush", "array": [[0.5, 0.25]]}],
    )
    for after in (before.with_value("capacity", 2.0), before.with_value("sources.s1.strength", 0.5)):
        assert after.capacity_map is before.capacity_map
        assert after.sources[0].array is before.sources[0].array
        assert load(**json.loads(json.dumps(after.dump()))) == after


def test_default_disc_leaves_a_ring_of_sinks():
    assert load(boundary="disc", nx=129, ny=129).sink_radius == 62.0
    assert load(boundary="disc", disc_radius=30, nx=129, ny=129).sink_radius == 30.0


@pytest.mark.parametrize("model", [GravityConfig, SourceConfig])
def test_parameters_tell_a_form_what_it_needs(model):
    for leaf in leaves(model):
        assert leaf.label
        assert leaf.unit
        assert leaf.description or leaf.label in ("Kind", "Name")
        if leaf.log:
            assert leaf.soft_low is not None
            assert leaf.soft_low > 0


def test_heroes_are_live():
    heroes = [leaf for leaf in leaves(GravityConfig) if leaf.hero]
    assert {leaf.path for leaf in heroes} == {"capacity", "survival", "background"}
    assert all(leaf.live for leaf in heroes)


@pytest.mark.parametrize("boundary", ["periodic", "reflective"])
def test_a_survival_that_int32_rounds_to_one_is_refused_on_a_closed_lattice(boundary: str) -> None:
    """Losses are counted in 2^-20: of less than half of that nothing is lost, which fills a lattice."""
    entries = {"nx": 8, "ny": 8, "boundary": boundary, "dtype": "int32"}
    with pytest.raises(BadInput, match="int32 counts losses") as caught:
        GravityConfig.load({**entries, "survival": 1 - 0.49 * 2.0**-LOSS_BITS})
    assert caught.value.key == "survival"
    for more in ({"survival": 1 - 0.51 * 2.0**-LOSS_BITS}, {"dtype": "float64", "survival": 1 - 1e-7}):
        GravityConfig.load({**entries, **more})
    assert LOSS_BITS == cpu.LOSS_BITS
