"""Presets: found by name or path, refused with file, line and column, and their own expectations checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import presets
from tauscope.app.presets import Expectation, Preset, PresetView
from tauscope.engine.errors import BadInput
from tauscope.engine.registry import entries
from tests import toy_engine

HEAT: dict[str, Any] = {
    "schema_version": 1,
    "engine": "toy",
    "title": "Heat",
    "summary": "A warm torus.",
    "see": "It becomes even.",
    "try": ["A larger dt."],
    "config": {"nx": 16, "D": 0.5},
    "views": {"u": {"cmap": "viridis", "autoscale": "frozen", "low": 0.0, "high": 1.0}},
    "expect": [
        {"scalar": "mean", "range": [0.4, 0.6], "ticks": 20},
        {"scalar": "spots", "range": [0, 0], "ticks": 0},
    ],
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of own presets, with the toy engine in the registry."""
    toy_engine.install(tmp_path / "plugin", monkeypatch)
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("TAUSCOPE_PRESETS", str(folder))
    yield folder
    entries.cache_clear()


def write(folder: Path, name: str = "heat", **changes: Any) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**HEAT, **changes}), encoding="utf-8")
    return path


def refused(path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        presets.read(path)
    return caught.value


def test_an_own_preset_is_found_by_name_and_by_path(own: Path) -> None:
    path = write(own)
    by_name, by_path = presets.load("heat"), presets.load(str(path))
    assert by_name == by_path == presets.load(path)
    assert (by_name.name, by_name.path) == ("heat", path)
    assert by_name.tries == ("A larger dt.",)
    assert by_name.views == {"u": PresetView(cmap="viridis", autoscale="frozen", low=0.0, high=1.0)}
    assert by_name.expect[0] == Expectation(scalar="mean", range=(0.4, 0.6), ticks=20)
    assert by_name.engine_config().dump()["nx"] == 16


def test_an_unknown_name_names_the_nearest(own: Path) -> None:
    write(own)
    with pytest.raises(BadInput) as caught:
        presets.load("haet")
    assert (caught.value.key, caught.value.value, caught.value.nearest) == ("preset", "haet", "heat")
    with pytest.raises(BadInput, match="There is no file"):
        presets.load(own / "missing.json")


COMMA = 8 if sys.version_info >= (3, 13) else 9
"""Column that Python names for a comma too many: its own, or what comes after."""


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [('{\n "engine": "toy",\n "title" "x"}', 3, 10), ("", 1, 1), ('{"a": 1,}', 1, COMMA), ("[1, 2\n", 2, 1)],
)
def test_wrong_json_names_file_line_and_column(own: Path, text: str, line: int, column: int) -> None:
    path = own / "broken.json"
    path.write_text(text, encoding="utf-8")
    assert f"{path}, line {line}, column {column}: " in str(refused(path))


def test_json_that_is_no_preset_is_refused(own: Path) -> None:
    path = own / "list.json"
    path.write_text("[1, 2]", encoding="utf-8")
    assert "holds no JSON object" in str(refused(path))
    path.write_bytes(b"\x89HDF\r\n\x1a\n\xff\xfe")
    assert "is not text" in str(refused(path))
    path.write_text('{"engine": "toy", "engine": "toy"}', encoding="utf-8")
    assert refused(path).key == "engine"


@pytest.mark.parametrize(
    ("changes", "key", "nearest"),
    [
        ({"titel": "x"}, "titel", "title"),
        ({"engine": "toi"}, "engine", "toy"),
        ({"config": {"amplitud": 1.0}}, "amplitud", "amplitude"),
        ({"config": {"nx": 1}}, "nx", ""),
        ({"schema_version": 2}, "schema_version", ""),
        ({"title": ""}, "title", ""),
        ({"expect": [{"scalar": "mean", "range": [1, 0], "ticks": 5}]}, "expect.0", ""),
        ({"expect": [{"scalar": "mean", "range": [0, 1], "ticks": -5}]}, "expect.0.ticks", ""),
        ({"views": {"u": {"autoscale": "frosen"}}}, "views.u.autoscale", ""),
    ],
)
def test_a_wrong_entry_names_file_key_and_nearest(
    own: Path, changes: dict[str, Any], key: str, nearest: str
) -> None:
    path = write(own, "wrong", **changes)
    error = refused(path)
    assert str(path) in str(error)
    assert error.key == key
    assert error.nearest == nearest


def test_nan_in_a_configuration_is_refused(own: Path) -> None:
    path = own / "nan.json"
    path.write_text(json.dumps({**HEAT, "config": {"D": float("nan")}}), encoding="utf-8")
    error = refused(path)
    assert error.key == "D"
    assert "finite" in str(error)


def test_broken_files_do_not_break_the_list(own: Path) -> None:
    write(own)
    write(own, "aaa", config={"nx": 0})
    (own / "zzz.json").write_text("{", encoding="utf-8")
    (own / "two_bodies.json").write_text(json.dumps(HEAT), encoding="utf-8")
    (own / "notes.txt").write_text("not a preset", encoding="utf-8")
    found = presets.catalogue()
    assert [p.name for p in found.presets if p.path is not None] == ["heat"]
    shipped = [p.name for p in found.presets if p.path is None]
    assert shipped == sorted(shipped)
    assert {"horizon", "ring_galaxy", "single_mass", "two_bodies"} <= set(shipped)
    broken = {item.path.name: str(item.error) for item in found.broken}
    assert set(broken) == {"aaa.json", "zzz.json", "two_bodies.json"}
    assert "line 1, column 2" in broken["zzz.json"]
    assert "Rename the file" in broken["two_bodies.json"]
    assert presets.load("two_bodies").engine == "gravity"


def test_values_are_changed_together_and_defaults_still_follow(own: Path) -> None:
    heat = presets.load(write(own))
    changed = heat.with_values({"nx": 20, "dt": 0.1})
    assert changed.engine_config().dump()["nx"] == 20
    assert changed.engine_config().dump()["dt"] == 0.1
    assert heat.engine_config().dump()["nx"] == 16
    assert changed.name == "heat"
    closed = presets.load("single_mass").with_values({"boundary": "periodic", "survival": 0.99})
    assert closed.engine_config().dump()["survival"] == 0.99
    source = presets.load("two_bodies").with_values({"sources.1.x": 100, "sources.heavy.y": 60})
    assert [source.config["sources"][1]["x"], source.config["sources"][0]["y"]] == [100, 60]


@pytest.mark.parametrize(
    ("path", "value", "key", "nearest"),
    [
        ("strvival", 0.5, "strvival", "survival"),
        ("sources.hevy.x", 5, "sources.hevy.x", "heavy"),
        ("sources.7.x", 5, "sources.7.x", ""),
        ("sources.0.x", 1e9, "sources.heavy.x", ""),
        ("sources.0.strenght", 1, "sources.0.strenght", "strength"),
        ("survival", 1.5, "survival", ""),
    ],
)
def test_wrong_values_are_refused(path: str, value: object, key: str, nearest: str) -> None:
    with pytest.raises(BadInput) as caught:
        presets.load("two_bodies").with_values({path: value})
    assert caught.value.key == key
    assert caught.value.nearest == nearest


def test_a_saved_preset_is_found_again_and_never_overwritten(own: Path) -> None:
    made = Preset.make("My heat: 2", "toy", {"nx": 8}, {"u": {"cmap": "magma"}})
    path = presets.save_own(made)
    assert path == own / "my_heat_2.json"
    again = presets.load("my_heat_2")
    assert (again.name, again.dump()) == (made.name, made.dump())
    assert again.views["u"].cmap == "magma"
    before = path.read_bytes()
    with pytest.raises(BadInput, match="exists"):
        presets.save_own(made)
    with pytest.raises(BadInput, match="exists"):
        presets.save_own(made, "two_bodies")
    with pytest.raises(BadInput, match="letters, digits"):
        presets.save_own(made, "../escape")
    with pytest.raises(BadInput, match="no title"):
        Preset.make("…", "toy", {})
    assert path.read_bytes() == before
    assert [p.name for p in own.iterdir()] == ["my_heat_2.json"]


def test_a_folder_that_cannot_be_made_is_a_sentence(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("TAUSCOPE_PRESETS", str(own / "file" / "below"))
    with pytest.raises(BadInput, match="TAUSCOPE_PRESETS"):
        presets.save_own(Preset.make("x", "toy", {}))
    assert [p for p in presets.list_presets() if p.path is not None] == []


def test_expectations_are_measured(own: Path) -> None:
    good = presets.load(write(own))
    mean, spots = presets.check_expectations(good)
    assert mean.passed
    assert spots.passed
    assert mean.quantity == "mean after 20 ticks"
    assert 0.4 <= mean.measured <= 0.6
    bad = presets.load(write(own, "cold", expect=[{"scalar": "mean", "range": [0.9, 1.0], "ticks": 3}]))
    assert not presets.check_expectations(bad)[0].passed
    unknown = presets.load(write(own, "odd", expect=[{"scalar": "maen", "range": [0, 1], "ticks": 3}]))
    with pytest.raises(BadInput) as caught:
        presets.check_expectations(unknown)
    assert caught.value.nearest == "mean"


def test_cards_tell_the_gallery_everything(own: Path) -> None:
    write(own)
    (own / "heat.png").write_bytes(b"picture")
    card = next(card for card in presets.cards(presets.list_presets()) if card.name == "heat")
    assert (card.title, card.summary, card.see) == ("Heat", "A warm torus.", "It becomes even.")
    assert card.tries == ("A larger dt.",)
    assert (card.picture, card.own) == (str(own / "heat.png"), True)
    assert all(not c.own for c in presets.cards(presets.list_presets()) if c.name != "heat")


def test_the_shipped_schema_is_the_model() -> None:
    shipped = json.loads((resources.files("tauscope.presets") / "schema.json").read_text(encoding="utf-8"))
    assert shipped == presets.json_schema()


def test_the_first_start_has_a_preset(own: Path) -> None:
    assert presets.default().name == "everything"
