"""Slices without a window: usual planes, the linked cut, presets, planes of recordings, films, pictures."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tauscope.app import presets, session, slice_planes, video
from tauscope.app.document import content_of
from tauscope.app.headless import run
from tauscope.app.recording import RecordingFile, slabs
from tauscope.app.run_plan import Plan
from tauscope.app.slice_film import FilmedSlice, SliceFrames
from tauscope.app.snapshot import read_snapshot
from tauscope.engine.base import Array
from tauscope.engine.errors import BadInput
from tauscope.engine.planes import MODES, Plane, cut
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.canvas.domain import color_of
from tauscope.widgets.state import SliceOptions

SHAPE = (3, 1, 4, 1, 1, 1, 8, 6, 5)
INDEX = (2, 0, 1, 0, 0, 0, 3, 2, 4)


def field() -> Array:
    rng = np.random.default_rng(11)
    return np.asarray(rng.normal(size=SHAPE) + 1j * rng.normal(size=SHAPE))


# -- what they show


def test_the_usual_plane_is_of_the_two_longest_axes_and_space_comes_first() -> None:
    assert slice_planes.usual("slice", (3, 1, 1, 1, 1, 1, 32, 32, 3)).axes == ("x", "y")
    assert slice_planes.usual("slice", (64, 1, 1, 1, 1, 1, 32, 32, 3)).axes == ("r", "x")
    assert slice_planes.usual("slice", (1,) * 6 + (256, 1, 1)).axes == ("x", "y")
    main = slice_planes.usual("slice", (1, 1, 1, 1, 1, 1, 16, 16, 16))
    assert main.index == (0, 0, 0, 0, 0, 0, 8, 8, 8)
    second = slice_planes.usual("slice2", (1, 1, 1, 1, 1, 1, 16, 16, 16))
    assert second.axes == ("x", "z")
    assert second.linked
    assert slice_planes.usual("slice2", (3, 1, 1, 1, 1, 1, 16, 16, 3)).axes == ("x", "y"), "3 sites are thin"


@pytest.mark.parametrize(
    "bad",
    [
        SliceOptions(("x", "x"), INDEX),
        SliceOptions(("x", "q"), INDEX),
        SliceOptions(("x",), INDEX),  # type: ignore[arg-type]
        SliceOptions(("x", "y"), (1, 2)),
        SliceOptions(("x", "y"), ("a",) * 9),  # type: ignore[arg-type]
        SliceOptions(("x", "y"), INDEX, "mean"),  # type: ignore[arg-type]
        SliceOptions(("x", "y"), (99,) * 9, linked=True),
    ],
)
def test_what_is_no_plane_of_the_torus_becomes_one(bad: SliceOptions) -> None:
    found = slice_planes.fitted(bad, "slice", SHAPE)
    assert len(set(found.axes)) == 2
    assert found.mode in MODES
    assert not found.linked, "the main slice follows nobody"
    assert all(0 <= place < size for place, size in zip(found.index, SHAPE, strict=True))


def test_a_linked_slice_takes_index_and_mode_and_moves_the_main_one() -> None:
    kept = {"slice": SliceOptions(("x", "y"), INDEX, "rms"), "slice2": SliceOptions(("x", "z"), linked=True)}
    shown = slice_planes.shown(kept, "slice2", SHAPE)
    assert (shown.axes, shown.index, shown.mode) == (("x", "z"), INDEX, "rms")
    moved = (0, 0, 1, 0, 0, 0, 3, 5, 4)
    changes = slice_planes.wished(kept, "slice2", SliceOptions(("x", "z"), moved, "index", True), SHAPE)
    assert changes["slice"] == SliceOptions(("x", "y"), moved, "index")
    alone = slice_planes.wished(kept, "slice2", SliceOptions(("x", "z"), moved, "index", False), SHAPE)
    assert set(alone) == {"slice2"}, "one that lets go leaves the main slice where it is"


def test_planes_in_words() -> None:
    assert slice_planes.sentence(SliceOptions(("x", "y"), INDEX), SHAPE) == "y over x at r 2, t 1, z 4"
    assert slice_planes.sentence(SliceOptions(("x", "y"), INDEX, "rms"), SHAPE) == "y over x, RMS along r t z"
    before = SliceOptions(("x", "y"), INDEX)
    assert slice_planes.what(before, SliceOptions(("y", "x"), INDEX)) == "Swap axes of slice"
    assert (
        slice_planes.what(before, SliceOptions(("x", "y"), (2, 0, 0, 0, 0, 0, 3, 2, 4)))
        == "Move slice along t"
    )


def test_maxima_are_shown_as_amplitudes_and_have_no_phase() -> None:
    options = SliceOptions(("x", "y"), INDEX, "max")
    assert slice_planes.request_of("phase", options) is None
    assert "phase" in slice_planes.refusal("phase", options)
    request = slice_planes.request_of("amplitude", options)
    assert request is not None
    assert request.plane == Plane(("x", "y"), INDEX, "max", "")
    assert slice_planes.request_of("no_such_field", options) is None


# -- documents and presets


def test_a_preset_chooses_planes_and_fields_and_a_session_keeps_them() -> None:
    preset = presets.parse(
        json.dumps(
            {
                "engine": "ufie",
                "title": "T",
                "summary": "S",
                "config": {"shape": list(SHAPE)},
                "views": {"real": {"autoscale": "symmetric"}},
                "slices": {
                    "slice": {"axes": ["z", "t"], "mode": "sum", "field": "real"},
                    "slice2": {"index": list(INDEX), "linked": False},
                },
            }
        ),
        "a test",
    )
    content = content_of("ufie", preset.config)
    content = slice_planes.with_slices(content, preset.slices, preset.views)
    assert content.slices["slice"].axes == ("z", "t")
    assert content.slices["slice"].mode == "sum"
    assert content.slices["slice2"].index == INDEX
    assert not content.slices["slice2"].linked
    assert (content.views["slice"].field, content.views["slice"].autoscale) == ("real", "symmetric")
    again = session.load_content(json.loads(json.dumps(session.dump_content(content))))
    assert again == content
    assert again.digest() == content.digest()
    moved = slice_planes.with_slices(content, {}, {})
    assert moved.digest() != content.digest()


@pytest.mark.parametrize(
    "slices",
    [
        {"slice3": {}},
        {"slice": {"axes": ["x", "x"]}},
        {"slice": {"axes": ["x", "a"]}},
        {"slice": {"index": [0, 1]}},
        {"slice": {"mode": "mean"}},
    ],
)
def test_slices_of_presets_are_checked(slices: Any) -> None:
    text = json.dumps({"engine": "ufie", "title": "T", "summary": "S", "slices": slices})
    with pytest.raises(BadInput):
        presets.parse(text, "a test")


# -- recordings


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("most", [1, 64 << 20])
def test_planes_of_files_equal_numpy_and_read_no_more_than_asked(
    monkeypatch: pytest.MonkeyPatch, mode: Any, most: int
) -> None:
    whole, largest = field(), [0]
    monkeypatch.setattr(slabs, "MOST_BYTES", most)

    def read(selection: tuple[Any, ...]) -> Array:
        found: Array = whole[selection]
        largest[0] = max(largest[0], found.size)
        return found

    for pair in combinations(AXES, 2):
        for axes in (pair, pair[::-1]):
            plane = Plane(axes, INDEX, mode)
            found = slabs.read_plane(read, SHAPE, 16, AXES, plane)
            wanted = cut(whole, AXES, plane)
            if mode in ("index", "max"):
                np.testing.assert_array_equal(found, wanted)
            else:  # the order of sums
                np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)
    if mode == "index":
        assert largest[0] == 8 * 6, "a plane of x and y"
    elif most == 1:
        assert largest[0] <= whole.size // 3, "a slab at a time"


def test_planes_that_a_file_does_not_have_are_refused() -> None:
    whole = field()
    unknown: Any = "mean"
    for bad in (
        Plane(("x", "x")),
        Plane(("x", "q")),
        Plane(("x", "y"), (9,) * 9),
        Plane(("x", "y"), INDEX, unknown),
    ):
        with pytest.raises(BadInput):
            slabs.read_plane(lambda selection: whole[selection], SHAPE, 16, AXES, bad)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recording of a small wave, and the snapshot at its end, both made without a window."""
    folder = tmp_path_factory.mktemp("wave")
    preset = presets.Preset.make(
        "Small wave",
        "ufie",
        {"shape": list(SHAPE), "start": {"kind": "gaussian", "amplitude": 2.0}, "emitters": []},
        slices={"slice": {"index": INDEX}},
    )
    film, picture = folder / "wave.h5", folder / "wave.png"
    run(Plan(preset, 30, record=film, snapshot=picture, every=10, fields=("psi",)))
    return film, picture


def test_a_run_without_a_window_leaves_its_slice_in_domain_colours(recorded: tuple[Path, Path]) -> None:
    film, picture = recorded
    plane, described = read_snapshot(picture.with_suffix(".npz"))
    with RecordingFile(film) as file:
        np.testing.assert_array_equal(plane, file.plane("psi", file.frames - 1, Plane(("x", "y"), INDEX)))
        assert described["tick"] == int(file.ticks[-1])
    assert described["plane"]["axes"] == ["x", "y"]
    assert described["plane"]["index"] == list(INDEX)
    assert described["plane"]["sentence"] == "y over x at r 2, t 1, z 4"
    pixels = np.asarray(Image.open(picture).convert("RGB"))[::8, ::8].reshape(-1, 3)
    colours, top = np.unique(pixels, axis=0).astype(int), float(np.abs(plane).max())
    for value in plane.ravel():
        wanted = np.array(color_of(complex(value), "tauscope:ring", 0.0, top))
        # Steps of phase and brightness are some one of 255 apart.
        assert np.abs(colours - wanted).max(axis=1).min() <= 2, value


def test_a_film_of_a_slice_shows_its_planes(recorded: tuple[Path, Path], tmp_path: Path) -> None:
    film, _picture = recorded
    options = SliceOptions(("z", "t"), INDEX)
    wanted = video.Export(film, "png", tmp_path / "frames", "psi", plane=FilmedSlice("amplitude", options))
    pictures = sorted(video.export(wanted).iterdir())
    with RecordingFile(film) as file:
        assert len(pictures) == file.frames
        frames = SliceFrames(file, "psi", wanted.plane)
        plane = Plane(("z", "t"), INDEX, "index", "amplitude")
        np.testing.assert_array_equal(frames.frame(1), cut(file.frame("psi", 1), AXES, plane))
    described = json.loads(Image.open(pictures[1]).text["tauscope"])  # type: ignore[attr-defined]
    assert described["plane"]["axes"] == ["z", "t"]
    assert described["field"] == "amplitude"
    projected = FilmedSlice("phase", SliceOptions(("x", "y"), INDEX, "max"))
    refused = video.Export(film, "png", tmp_path / "other", "psi", plane=projected)
    with pytest.raises(BadInput, match="no phase"):
        video.export(refused)
