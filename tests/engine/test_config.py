"""Configurations are refused with key, value, range and nearest name, and never changed in place."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tauscope.engine.config import EngineConfig, leaves, parameter
from tauscope.engine.errors import BadInput, nearest_name, unknown_name
from tests.toy_engine import ToyConfig


class Nested(EngineConfig):
    strength: float = parameter(1.0, label="Strength", unit="bits", gt=0.0, lt=10.0, live=True)
    id: str = "a"


class Sample(EngineConfig):
    inner: Nested = Nested()
    items: tuple[Nested, ...] = ()
    count: int = parameter(3, label="Count", ge=1, le=5)
    flag: bool = parameter(False, label="Flag")
    maybe: float | None = parameter(None, label="Maybe", unit="cells", ge=0.0)


def refused(data: dict[str, Any], kind: type[EngineConfig] = ToyConfig) -> BadInput:
    with pytest.raises(BadInput) as caught:
        kind.load(data)
    return caught.value


def test_unknown_key_names_the_nearest() -> None:
    error = refused({"amplitud": 2.0})
    assert (error.key, error.nearest) == ("amplitud", "amplitude")
    assert "amplitude" in str(error)
    assert "nx" in error.allowed


@pytest.mark.parametrize(("value", "key"), [(0, "nx"), (5000, "nx")])
def test_out_of_range_names_the_range(value: int, key: str) -> None:
    error = refused({key: value})
    assert error.key == key
    assert error.value == value
    assert error.allowed == "at least 2 and at most 4096"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_must_be_finite(value: float) -> None:
    error = refused({"D": value})
    assert error.key == "D"
    assert "finite" in str(error)
    assert error.allowed == "at least 0 and at most 100"


def test_a_wrong_choice_names_the_choices() -> None:
    error = refused({"dtype": "float23"})
    assert error.allowed == "float32, float64"
    assert error.nearest in ("float32", "float64")


def test_nested_entries_are_named_by_their_path() -> None:
    assert refused({"inner": {"strength": 12.0}}, Sample).key == "inner.strength"
    assert refused({"items": [{"strength": -1.0}]}, Sample).key == "items.0.strength"
    error = refused({"items": [{"strenght": 1.0}]}, Sample)
    assert (error.key, error.nearest) == ("items.0.strenght", "strength")


def test_with_value_leaves_the_original_alone() -> None:
    before = Sample.load({"items": [{"id": "s1"}, {"id": "s2"}]})
    after = before.with_value("items.s2.strength", 4.0).with_value("items.0.strength", 5.0)
    assert [item.strength for item in after.items] == [5.0, 4.0]
    assert [item.strength for item in before.items] == [1.0, 1.0]
    with pytest.raises(ValueError, match="frozen"):
        before.count = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("path", "nearest"),
    [("conut", "count"), ("items.s9.strength", "s1"), ("inner.strngth", "strength"), ("count.x", "")],
)
def test_with_value_refuses_unknown_paths(path: str, nearest: str) -> None:
    config = Sample.load({"items": [{"id": "s1"}]})
    with pytest.raises(BadInput) as caught:
        config.with_value(path, 1)
    assert caught.value.key == path
    assert caught.value.nearest == nearest


def test_load_of_dump_is_the_same() -> None:
    config = Sample.load({"items": [{"id": "s1", "strength": 0.1}], "count": 4, "maybe": 1e-300})
    assert Sample.load(config.dump()) == config


def test_leaves_tell_a_form_everything() -> None:
    found = {leaf.path: leaf for leaf in leaves(Sample)}
    assert list(found) == ["inner.strength", "count", "flag", "maybe"]
    strength = found["inner.strength"]
    assert (strength.label, strength.unit, strength.live, strength.type_name) == (
        "Strength",
        "bits",
        True,
        "float",
    )
    assert (strength.low, strength.high, strength.default) == (0.0, 10.0, 1.0)
    assert (found["count"].type_name, found["flag"].type_name) == ("int", "bool")
    assert found["maybe"].default is None
    assert next(leaf for leaf in leaves(ToyConfig) if leaf.path == "dtype").choices == ("float32", "float64")


def test_nearest_names() -> None:
    assert nearest_name("two_bodes", ["two_bodies", "horizon"]) == "two_bodies"
    assert nearest_name("zzz", ["two_bodies"]) == ""
    error = unknown_name("preset", "two_bodes", ["two_bodies", "horizon"])
    assert str(error) == (
        "There is no preset named “two_bodes”. Allowed: horizon, two_bodies. Did you mean “two_bodies”?"
    )
