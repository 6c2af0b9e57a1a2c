"""Exports of recordings: exactly N frames at the right times, tables and arrays to the last bit, refusals."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tauscope.app import cli, video
from tauscope.app.compose import Composer
from tauscope.app.recording import Recorder, RecordingFile
from tauscope.app.video import Export, Work, export
from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.world import World

FRAMES = 9
EVERY = 5


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine frames 5 ticks apart; the traffic is uniform in each and steps down by a tenth from the next."""
    path = tmp_path_factory.mktemp("film") / "run.h5"
    world = World.single("gravity", {"nx": 32, "ny": 24, "boundary": "periodic", "survival": 0.9999}, seed=1)
    recorder = Recorder(path, fields=("traffic", "f_live"), every=EVERY, reserve_bytes=0, title="Steps")
    for number in range(FRAMES):
        value = np.full((24, 32), 0.9 - 0.1 * number)
        world.apply(Command("gravity", "set_field", {"name": "traffic", "value": value}))
        if number == 0:
            recorder.start(world)
        else:
            recorder.sample(world)
        if number < FRAMES - 1:
            world.advance(EVERY)
    recorder.stop(world)
    recorder.close()
    with RecordingFile(path) as file:
        assert file.frames == FRAMES
        for number in range(FRAMES):
            np.testing.assert_allclose(file.frame("traffic", number), 0.9 - 0.1 * number, rtol=1e-6)
    return path


def decoded(path: Path) -> tuple[float, npt.NDArray[np.uint8]]:
    """Seconds of a film, and its frames as arrays [frame, row, column, rgb]."""
    import imageio_ffmpeg  # type: ignore[import-untyped]

    program = imageio_ffmpeg.get_ffmpeg_exe()
    count, seconds = imageio_ffmpeg.count_frames_and_secs(str(path))
    plain = ["-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "ppm", "-"]
    raw = subprocess.run(
        [program, "-v", "error", "-i", str(path), *plain], capture_output=True, check=True
    ).stdout
    frames = []
    while raw:
        head, size, depth, rest = raw.split(b"\n", 3)
        assert (head, depth) == (b"P6", b"255")
        columns, rows = map(int, size.split())
        frames.append(np.frombuffer(rest[: 3 * rows * columns], np.uint8).reshape(rows, columns, 3))
        raw = rest[3 * rows * columns :]
    assert len(frames) == count
    return float(seconds), np.stack(frames)


def brightness(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Mean of the middle of each picture, where the field is."""
    rows, columns = frames.shape[1:3]
    middle = frames[:, rows // 3 : rows // 2, columns // 4 : columns // 2]
    return np.asarray(middle.mean(axis=(1, 2, 3)))


def test_a_film_has_every_frame_once_at_its_time(recording: Path, tmp_path: Path) -> None:
    path = export(Export(recording, "mp4", tmp_path / "film.mp4", "traffic", fps=7, cmap="matlab:gray"))
    seconds, frames = decoded(path)
    assert len(frames) == FRAMES
    assert seconds == pytest.approx(FRAMES / 7, abs=0.02)
    assert frames.shape[1] % 2 == 0 and frames.shape[2] % 2 == 0
    light = brightness(frames)
    expected = np.linspace(255, 0, FRAMES)
    assert np.abs(light - expected).max() < 6, light


def test_every_nth_frame(recording: Path, tmp_path: Path) -> None:
    path = export(
        Export(
            recording, "mp4", tmp_path / "f.mp4", "traffic", every=4, cmap="matlab:gray", limits=(0.1, 0.9)
        )
    )
    light = brightness(decoded(path)[1])
    assert np.abs(light - [255, 127.5, 0]).max() < 6, light


def test_a_film_has_the_scale_and_the_contours_it_is_asked_for(recording: Path, tmp_path: Path) -> None:
    look: dict[str, Any] = {"thresh": 0.01, "levels": (0.2, 0.9), "level_labels": True, "limits": (0.0, 1.0)}
    for name, asked in (("plain", {"limits": look["limits"]}), ("lined", look)):
        export(Export(recording, "png", tmp_path / name, "f_live", every=4, cmap="gray", **asked))
    with RecordingFile(recording) as file:
        last = file.frame("f_live", 8)
        spec, film = video.spec_of(file, "f_live"), max((tmp_path / "lined").glob("*.png"))
        with Image.open(film) as picture:
            described = json.loads(picture.text["tauscope"])  # type: ignore[attr-defined]
            shown = np.asarray(picture.convert("RGB"))
    assert described["tick"] == 8 * EVERY
    alone = Composer(last, spec, described, cmap="gray", scale=1, **look).png({})
    np.testing.assert_array_equal(shown, np.asarray(Image.open(io.BytesIO(alone)).convert("RGB")))
    with Image.open(max((tmp_path / "plain").glob("*.png"))) as picture:
        assert (np.asarray(picture.convert("RGB")) != shown).any()


def test_a_gif_keeps_time_without_drift(recording: Path, tmp_path: Path) -> None:
    path = export(Export(recording, "gif", tmp_path / "film.gif", "traffic", fps=30))
    with Image.open(path) as film:
        assert film.n_frames == FRAMES  # type: ignore[attr-defined]
        durations = []
        for number in range(FRAMES):
            film.seek(number)
            durations.append(film.info["duration"])
    assert sum(durations) == 300
    assert set(durations) == {30, 40}


def test_pictures_hold_their_own_tick(recording: Path, tmp_path: Path) -> None:
    folder = export(Export(recording, "png", tmp_path / "frames", "f_live"))
    names = sorted(folder.iterdir())
    assert len(names) == FRAMES
    with Image.open(names[3]) as picture:
        described = json.loads(picture.text["tauscope"])  # type: ignore[attr-defined]
    assert (described["tick"], described["field"], described["title"]) == (3 * EVERY, "f_live", "Steps")


def test_tables_and_arrays_are_the_recording_bit_for_bit(recording: Path, tmp_path: Path) -> None:
    table = export(Export(recording, "csv", tmp_path / "a.csv"))
    arrays = export(Export(recording, "npz", tmp_path / "a.npz", every=2))
    with RecordingFile(recording) as file, np.load(arrays, allow_pickle=False) as found:
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        assert [int(row["tick"]) for row in rows] == [EVERY * k for k in range(FRAMES)]
        for name, values in file.scalars.items():
            np.testing.assert_array_equal([float(row[name]) for row in rows], values)
        np.testing.assert_array_equal(found["tick"], file.ticks[::2])
        for index, frame in enumerate(found["traffic"]):
            np.testing.assert_array_equal(frame, file.frame("traffic", 2 * index))


def test_xdmf_names_the_data_of_every_frame(recording: Path) -> None:
    path = export(Export(recording, "xdmf"))
    grids = ET.parse(path).getroot().findall(".//Grid[@GridType='Uniform']")
    assert len(grids) == FRAMES
    slab, data = grids[4].findall(".//Attribute[@Name='traffic']/DataItem/DataItem")
    assert (slab.text or "").split() == ["4", "0", "0", "1", "1", "1", "1", "24", "32"]
    assert data.text == "run.h5:/fields/traffic"
    assert data.get("Dimensions") == f"{FRAMES} 24 32"


@pytest.mark.parametrize("to", ["mp4", "gif", "png"])
def test_cancelling_leaves_nothing(recording: Path, tmp_path: Path, to: video.Format) -> None:
    stop = Event()

    out = tmp_path / ("film" if to == "png" else f"film.{to}")

    def progress(share: float, _text: str) -> None:
        if share > 0.3:
            stop.set()

    with pytest.raises(Cancelled):
        export(Export(recording, to, out, "traffic"), Work(progress, stop))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named_with_what_installs_it(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setattr(video, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match=r"pip install imageio-ffmpeg"):
        export(Export(recording, "mp4", tmp_path / "a.mp4"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "mp5"], "mp4"),
        (["--to", "gif", "--field", "traffik"], "traffic"),
        (["--to", "gif", "--fps", "99"], "--fps"),
        (["--to", "csv", "--every", "0"], "--every"),
        (["--to", "csv", "--out", "/no/where/a.csv"], "/no/where"),
        (["--to", "gif", "--scale", "9"], "scale"),
        (["--to", "gif", "--out", "film.avi"], ".gif"),
    ],
)
def test_refusals_end_with_2(
    recording: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(recording.parent.iterdir())
    assert cli.main(["export", str(recording), *words]) == 2
    assert said in capsys.readouterr().err
    assert sorted(recording.parent.iterdir()) == before


def test_the_command_prints_the_path_and_overwrites_nothing(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "t.csv"
    assert cli.main(["export", str(recording), "--to", "csv", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(out), "format": "csv"}
    content = out.read_bytes()
    assert cli.main(["export", str(recording), "--to", "csv", "--out", str(out)]) == 2
    assert out.read_bytes() == content
