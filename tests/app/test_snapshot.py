"""Snapshots: the picture, what is written inside it, the data beside it, and refusals."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tauscope.app.compose import parameter_lines
from tauscope.app.snapshot import KEY, read_snapshot, save_snapshot
from tauscope.engine import registry
from tauscope.engine.base import FieldSpec, Limits
from tauscope.engine.errors import BadInput

SPEC = FieldSpec("f", "f(x)", "Update fraction", ("y", "x"), "float64")
CONFIG = {
    "nx": 48,
    "ny": 32,
    "survival": 0.9995,
    "boundary": "absorbing",
    "sources": [
        {"id": "s1", "kind": "gaussian", "x": 12, "y": 8, "width": 4, "strength": 1e-3, "world": "A"},
        {"id": "s2", "kind": "line", "x": 20, "y": 20, "x2": 40, "y2": 25, "width": 2, "world": "A"},
        {"id": "s3", "kind": "disc", "x": 38, "y": 8, "radius": 5, "world": "B"},
    ],
    "worlds": [
        {"name": "A", "color": "#00ff00", "visible": True},
        {"name": "B", "color": "#ff0000", "visible": False},
    ],
}


def field() -> np.ndarray[Any, Any]:
    y, x = np.mgrid[:32, :48]
    return np.asarray(1.0 - 0.5 * np.exp(-((x - 12.0) ** 2 + (y - 8.0) ** 2) / 60.0))


def saved(folder: Path, name: str = "view.png", **options: Any) -> tuple[Path, Path]:
    settings = {
        "engine": "gravity",
        "config": CONFIG,
        "seed": 7,
        "tick": 1200,
        "time": 1200.0,
        "title": "Two bodies",
    }
    return save_snapshot(folder / name, field(), SPEC, **{**settings, **options})


def test_the_picture_holds_where_it_comes_from(tmp_path: Path) -> None:
    picture, _ = saved(tmp_path)
    with Image.open(picture) as image:
        image.load()
        found = json.loads(image.text[KEY])  # type: ignore[attr-defined]
        assert image.text["Title"] == "Two bodies"  # type: ignore[attr-defined]
    assert found["config"] == CONFIG
    assert (found["seed"], found["tick"], found["engine"], found["field"]) == (7, 1200, "gravity", "f")
    assert found["version"]


def test_the_data_beside_it_is_the_field_bit_for_bit(tmp_path: Path) -> None:
    picture, data = saved(tmp_path)
    assert data == picture.with_suffix(".npz")
    array, described = read_snapshot(data)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, field())
    assert described["config"]["survival"] == 0.9995
    with np.load(data, allow_pickle=False) as entries:
        assert set(entries.files) == {"f", KEY}


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def count(picture: np.ndarray[Any, Any], colour: tuple[int, int, int], near: int = 60) -> int:
    return int((np.abs(picture - np.array(colour)).sum(axis=2) < near).sum())


def test_visible_sources_are_drawn_in_the_colour_of_their_world(tmp_path: Path) -> None:
    plain, _ = saved(tmp_path, "plain.png", config={**CONFIG, "sources": []}, cmap="matlab:gray")
    drawn, _ = saved(tmp_path, "drawn.png", cmap="matlab:gray")
    assert count(pixels(plain), (0, 255, 0)) == 0
    assert count(pixels(drawn), (0, 255, 0)) > 100
    assert count(pixels(drawn), (255, 0, 0)) == 0, "a source of a hidden world was drawn"


def test_row_zero_is_at_the_bottom(tmp_path: Path) -> None:
    rising = np.repeat(np.linspace(0, 1, 32)[:, None], 48, axis=1)
    path, _ = save_snapshot(tmp_path / "up.png", rising, SPEC, cmap="matlab:gray", scale=1)
    picture = pixels(path)
    column = picture[:, 80:300].mean(axis=(1, 2))
    framed = np.flatnonzero(column > 200)
    dark = np.flatnonzero(column < 12)
    assert framed.min() < dark.max()
    assert column[framed.min() + 5] > column[framed.min() + 150]


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_scale_multiplies_the_pixels(tmp_path: Path, scale: int) -> None:
    single, _ = saved(tmp_path, "one.png", scale=1)
    larger, _ = saved(tmp_path, "more.png", scale=scale)
    with Image.open(single) as one, Image.open(larger) as more:
        assert more.width == pytest.approx(scale * one.width, abs=scale)
        assert more.height == pytest.approx(scale * one.height, abs=scale)


def test_themes_differ_in_ground_and_agree_in_data(tmp_path: Path) -> None:
    dark, first = saved(tmp_path, "dark.png", theme="dark")
    light, second = saved(tmp_path, "light.png", theme="light")
    assert pixels(dark)[2, 2].sum() < 150
    assert pixels(light)[2, 2].sum() > 700
    np.testing.assert_array_equal(read_snapshot(first)[0], read_snapshot(second)[0])


def test_the_same_pixels_again_and_from_another_thread(tmp_path: Path) -> None:
    first, _ = saved(tmp_path, "first.png")
    paths: list[Path] = []
    thread = threading.Thread(target=lambda: paths.append(saved(tmp_path, "second.png")[0]))
    thread.start()
    thread.join(60)
    np.testing.assert_array_equal(pixels(first), pixels(paths[0]))


def test_limits_set_the_colours(tmp_path: Path) -> None:
    own, _ = saved(tmp_path, "own.png", config={})
    same, _ = saved(tmp_path, "same.png", config={}, limits=Limits.of(field()))
    wide, _ = saved(tmp_path, "wide.png", config={}, limits=(-5.0, 5.0))
    np.testing.assert_array_equal(pixels(own), pixels(same))
    assert (pixels(own) != pixels(wide)).any()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((5, 5)),
        np.full((5, 7), np.nan),
        np.array([[1.0, np.inf], [np.nan, 0.0]]),
        np.arange(12, dtype=np.int64).reshape(3, 4),
        np.exp(1j * np.arange(12.0)).reshape(3, 4).astype(np.complex64),
        np.ones((1, 1)),
        np.ones((2, 300), np.float32),
    ],
    ids=["constant", "nan", "infinite", "integers", "complex", "one cell", "ribbon"],
)
def test_every_kind_of_field_makes_a_picture(tmp_path: Path, array: np.ndarray[Any, Any]) -> None:
    picture, data = save_snapshot(tmp_path / "any.png", array, SPEC)
    with Image.open(picture) as image:
        assert min(image.size) > 100
    np.testing.assert_array_equal(read_snapshot(data)[0], array)


def test_large_configurations_stay_in_the_data_file(tmp_path: Path) -> None:
    config = {"nx": 48, "capacity": np.zeros((300, 300)).tolist()}
    picture, data = saved(tmp_path, config=config)
    with Image.open(picture) as image:
        image.load()
        assert json.loads(image.text[KEY])["config"] == "in view.npz"  # type: ignore[attr-defined]
    assert read_snapshot(data)[1]["config"] == config


@pytest.mark.parametrize(
    ("options", "key", "words"),
    [
        ({"theme": "drak"}, "theme", "Did you mean “dark”"),
        ({"scale": 9}, "scale", "Allowed: 1, 2, 3, 4"),
        ({"cmap": "no:such"}, "cmap", "no colour map named “no:such”"),
    ],
)
def test_refusals_name_key_and_remedy(tmp_path: Path, options: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        saved(tmp_path, **options)
    assert caught.value.key == key
    assert list(tmp_path.iterdir()) == []


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has the shape \(3, 3, 3\)"):
        save_snapshot(tmp_path / "cube.png", np.zeros((3, 3, 3)), SPEC)


@pytest.mark.parametrize("existing", ["view.png", "view.npz"])
def test_nothing_is_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_bytes(b"precious")
    with pytest.raises(BadInput, match="exists, and nothing is overwritten"):
        saved(tmp_path)
    assert (tmp_path / existing).read_bytes() == b"precious"
    assert [item.name for item in tmp_path.iterdir()] == [existing]


def test_folders_that_take_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        saved(tmp_path / "nowhere")
    if Path("/proc/self").is_dir():
        with pytest.raises(BadInput, match="cannot be written to"):
            saved(Path("/proc/self"))


def test_a_file_that_appears_meanwhile_is_kept_and_nothing_half_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def race(source: str, target: str | Path) -> None:
        if str(target).endswith(".npz"):
            Path(target).write_bytes(b"precious")
        real(source, target)

    monkeypatch.setattr(os, "link", race)
    with pytest.raises(BadInput, match="appeared meanwhile"):
        saved(tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == ["view.npz"]
    assert (tmp_path / "view.npz").read_bytes() == b"precious"


@pytest.mark.parametrize("content", [b"", b"plain text", b"PK\x03\x04 no zip"])
def test_foreign_data_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.npz"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is no snapshot"):
        read_snapshot(path)
    with pytest.raises(BadInput, match="There is no file"):
        read_snapshot(tmp_path / "missing.npz")


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "evil.npz"
    np.savez(path, f=np.array([{"a": 1}], dtype=object), tauscope=np.frombuffer(b'{"field": "f"}', np.uint8))
    with pytest.raises(BadInput, match="is no snapshot"):
        read_snapshot(path)


def test_symlog_pictures_have_the_colours_of_the_scale(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(-1.0, 1.0, 48), (32, 1))
    limits = (-1.0, 1.0)
    linear, _ = save_snapshot(tmp_path / "a.png", ramp, SPEC, cmap="gray", limits=limits)
    logged, _ = save_snapshot(tmp_path / "b.png", ramp, SPEC, cmap="gray", limits=limits, thresh=0.01)
    first, second = pixels(linear).astype(int), pixels(logged).astype(int)
    row = first.shape[0] // 2
    columns = [x for x in range(first.shape[1]) if first[row, x].max() - first[row, x].min() == 0]
    checked = 0
    for x in columns:
        grey = int(first[row, x, 0])
        value = grey / 255 * 2 - 1
        if not 0.1 < abs(value) < 0.9 or not 145 < x < 900:
            continue
        share = 0.5 + 0.5 * np.sign(value) * (1 + np.log(abs(value) / 0.01)) / (1 + np.log(100))
        if abs(int(second[row, x, 0]) - 255 * share) <= 3:
            checked += 1
    assert checked > 300


def test_contours_of_a_snapshot_lie_where_the_field_has_their_value(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0.0, 1.0, 48), (32, 1))
    keys: dict[str, Any] = {"cmap": "gray", "limits": (0.0, 1.0)}
    plain, _ = save_snapshot(tmp_path / "a.png", ramp, SPEC, **keys)
    lined, _ = save_snapshot(tmp_path / "b.png", ramp, SPEC, levels=(0.3, 7.0), level_labels=True, **keys)
    before, after = pixels(plain).astype(int), pixels(lined).astype(int)
    changed = np.flatnonzero((before != after).any(axis=(0, 2)))
    row = before.shape[0] // 2
    greys = before[row, changed, 0] / 255
    assert 2 <= len(changed) < 60
    assert np.abs(np.median(greys) - 0.3) < 0.02
    assert after[row, changed].min(axis=1).max() > 200


def test_parameters_that_do_nothing_are_left_out_and_a_shape_is_told() -> None:
    words = " ".join(parameter_lines(registry.config_type("charge").load({"mode": "D"}).dump(), "charge"))
    assert "density = " in words and "T = " in words
    assert not any(f"{name} = " in words for name in ("alpha", "gamma", "mass_ratio", "lam"))
    gauge = registry.config_type("gauge").load({"shape": [4, 6, 8, 8]}).dump()
    assert "shape = 4 × 6 × 8 × 8" in " ".join(parameter_lines(gauge, "gauge"))
