"""Exports of a recording of every engine: each format from the command line, planes, a full disk."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from tauscope.app import cli, plane_film, recording, video
from tauscope.app.recording import Recorder, RecordingFile, layout
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.recording.running import drive
from tests.support.disks import fill, small_disk

FRAMES = 4
ENGINES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "gravity": ("gravity", {"nx": 24, "ny": 20, "boundary": "absorbing"}, ("f_live", "traffic")),
    "kuramoto": ("kuramoto", {"oscillators_per_cluster": 12, "geometry": "circle6_center"}, ("theta",)),
    "ufie": ("ufie", {"shape": [1, 1, 1, 1, 1, 1, 3, 12, 10]}, ("psi",)),
    "charge": ("charge", {"size": 16}, ()),
    "gauge2": ("gauge", {"shape": [8, 6], "beta": 1.5}, ("plaquette", "angle")),
    "gauge3": ("gauge", {"shape": [4, 6, 8], "beta": 1.5}, ("plaquette", "plaquette_yx")),
    "gauge4": ("gauge", {"shape": [4, 6, 8, 10], "beta": 1.0}, ("plaquette", "angle")),
}  # fmt: skip
FORMATS = ("csv", "npz", "xdmf", "png", "gif", "mp4")

NO_PLANE = ("kuramoto", "ufie", "gauge3", "gauge4")
"""What ParaView's XDMF reader is given no picture of."""

Recordings = Callable[[str], Path]


def described(picture: Path) -> dict[str, Any]:
    """What a picture says of where it comes from."""
    with Image.open(picture) as image:
        found: dict[str, Any] = json.loads(getattr(image, "text", {})["tauscope"])
    return found


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Recordings:
    """Recording of an engine, made once: four frames."""
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            engine, config, fields = ENGINES[name]
            made[name] = path = tmp_path_factory.mktemp(name) / "run.h5"
            world = World.single(engine, config, seed=4)
            recorder = Recorder(path, fields, every=2, reserve_bytes=0, title=name)
            recorder.start(world)
            drive(world, recorder, 2 * FRAMES - 2)
            assert recorder.close().error == ""
        return made[name]

    return of


def formats(name: str) -> list[Any]:
    """Each engine in each form; most films are slow."""
    slow = () if name == "gauge3" else ("gif", "mp4", "png")
    return [pytest.param(name, to, marks=pytest.mark.slow) if to in slow else (name, to) for to in FORMATS]


@pytest.mark.parametrize(("name", "to"), [one for name in ENGINES for one in formats(name)])
def test_every_engine_is_exported_in_every_form(
    recordings: Recordings, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, to: str
) -> None:
    source, out = recordings(name), tmp_path / ("pictures" if to == "png" else f"run.{to}")
    counts = "sweep" if name.startswith("gauge") else "time"
    code = cli.main(["export", str(source), "--to", to, "--out", str(out)])
    told = capsys.readouterr()
    if to == "xdmf" and name in NO_PLANE:
        assert (
            code == 2 and "no field of real numbers on a plane" in told.err and not list(tmp_path.iterdir())
        )
        return
    assert code == 0, told.err
    assert str(out) in told.out.replace("\n", "") and [one.name for one in tmp_path.iterdir()] == [out.name]
    with RecordingFile(source) as file:
        ticks, fields = [int(tick) for tick in file.ticks], tuple(file.fields)
        assert np.isfinite(file.times).all() == (counts == "time")
        axis = np.array(ticks, float) if counts == "sweep" else file.times
        whole = {field: np.stack([file.frame(field, k) for k in range(FRAMES)]) for field in fields}
    if to == "csv":
        rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
        assert [int(float(row["tick"])) for row in rows] == ticks
        assert list(rows[0])[:3] == ["tick", counts, "dropped"]
        assert [float(row[counts]) for row in rows] == axis.tolist()
    elif to == "npz":
        with np.load(out, allow_pickle=False) as arrays:
            np.testing.assert_array_equal(arrays[counts], axis)
            for field in fields:
                np.testing.assert_array_equal(arrays[field], whole[field])
    elif to == "png":
        pictures = sorted(out.iterdir())
        assert len(pictures) == FRAMES
        assert [described(one)["tick"] for one in pictures] == ticks
    elif to == "gif":
        with Image.open(out) as film:
            assert getattr(film, "n_frames", 0) in range(1, FRAMES + 1)  # equal ones that follow are one
    elif to == "mp4":
        import imageio_ffmpeg  # type: ignore[import-untyped]

        assert imageio_ffmpeg.count_frames_and_secs(str(out))[0] == FRAMES
    else:
        text = out.read_text(encoding="utf-8")
        assert all(
            str(tick) in text and f'Time Value="{time!r}"' in text
            for tick, time in zip(ticks, axis.tolist(), strict=True)
        )


@pytest.mark.parametrize(
    ("name", "words", "pick"),
    [  # a picture has rows along the axis up, the second of the two
        ("gauge3", "", lambda frame: frame[2]),
        ("gauge3", "x,y,t=3", lambda frame: frame[3]),
        ("gauge3", "t, x, y=0", lambda frame: frame[:, 0].T),
        ("gauge4", "z,t,x=1,y=2", lambda frame: frame[:, :, 2, 1]),
        ("gauge4", "t,z,x=1,y=2", lambda frame: frame[:, :, 2, 1].T),
    ],
)
def test_a_plane_of_a_film_is_that_of_the_field(
    recordings: Recordings, tmp_path: Path, name: str, words: str, pick: Callable[[Any], Any]
) -> None:
    source, out = recordings(name), tmp_path / "frames"
    arguments = ["--plane", words] if words else []
    assert cli.main(["export", str(source), "--to", "png", "--out", str(out), *arguments]) == 0
    wanted_axes = words.replace(" ", "").split(",")[:2] if words else ["x", "y"]
    assert described(min(out.iterdir()))["plane"]["axes"] == wanted_axes
    with RecordingFile(source) as file:
        spec, whole = video.spec_of(file, "plaquette"), file.frame("plaquette", 1)
        found = plane_film.PlaneFrames(file, "plaquette", spec, words).frame(1)
        np.testing.assert_array_equal(found, pick(whole))
        said = plane_film.parsed(words or "x,y", spec.dims, whole.shape)
        assert plane_film.parsed(plane_film.in_words(said, spec.dims), spec.dims, whole.shape) == said


def test_the_plane_of_a_wave_is_chosen_in_words(recordings: Recordings, tmp_path: Path) -> None:
    for words, axes in (("x,y,z=1", ["x", "y"]), ("z,x", ["z", "x"])):
        out = tmp_path / axes[0]
        arguments = ["--to", "png", "--out", str(out), "--field", "psi", "--plane", words]
        assert cli.main(["export", str(recordings("ufie")), *arguments]) == 0
        plane = described(min(out.iterdir()))["plane"]
        assert plane["axes"] == axes
        assert "=" not in words or plane["index"][6] == 1


@pytest.mark.parametrize(
    ("name", "words", "match"),
    [
        ("gauge3", "x", "names no plane"),
        ("gauge3", "x,x", "names no plane"),
        ("gauge3", "x,q", "q"),
        ("gauge3", "x,y,t=4", "outside the field"),
        ("gauge3", "x,y,t=-1", "outside the field"),
        ("gauge3", "x,y,z=1", "z"),
        ("gravity", "x,y", "no plane to choose"),
    ],
)
def test_a_plane_that_is_none_is_refused(
    recordings: Recordings, tmp_path: Path, name: str, words: str, match: str
) -> None:
    wanted = video.Export(recordings(name), "png", tmp_path / "frames", plane_words=words)
    with pytest.raises(BadInput, match=match):
        video.export(wanted)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "to", ["csv", "npz", "xdmf", "png", *[pytest.param(to, marks=pytest.mark.slow) for to in ("gif", "mp4")]]
)
def test_a_disk_that_fills_up_leaves_no_half_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    """Some bytes are left when it begins: what it writes does not fit."""
    world = World.single("gravity", {"nx": 96, "ny": 96, "boundary": "absorbing"}, seed=4)
    source = tmp_path / "run.h5"
    recorder = Recorder(source, ("f_live", "traffic", "tau"), every=1, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 60)
    assert recorder.close().error == ""
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "1m"):
        filler = fill(disk, leave=0 if to in ("csv", "xdmf") else 8192)
        out = disk / ("pictures" if to == "png" else f"run.{to}")
        code = cli.main(["export", str(source), "--to", to, "--out", str(out)])
        told = capsys.readouterr().err
        assert code == 2 and "full" in told, told
        assert "Traceback" not in told and len(told.splitlines()) < 6, told
        assert [one.name for one in disk.iterdir()] == [filler.name]


def test_a_chain_has_sweeps_where_others_have_a_time(recordings: Recordings, tmp_path: Path) -> None:
    """Finite numbers for readers of other projects, named; nothing of ours shows them as a time."""
    path = tmp_path / "run.h5"
    shutil.copy(recordings("gauge2"), path)
    axis = recording.open(path)["t"]
    assert axis.values.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert "sweeps" in axis.attrs["long_name"]
    with h5py.File(path, "r+", libver=layout.LIBVER) as file:
        moment = file["data/4"].attrs
        assert moment["time"] == 4.0 and moment["dt"] == 1.0 and b"sweeps" in moment["comment"]
        config = json.loads(bytes(file[layout.CONFIG][()]))
        assert config.pop("clock") == "sweep"
        del file[layout.CONFIG]
        layout.write_json(file, layout.CONFIG, config)
        file[layout.TIME][:] = np.nan  # as they were once
    with RecordingFile(path) as older:
        assert np.isnan(older.times).all()
        assert (older.clock.tolist(), older.counts) == ([0.0, 2.0, 4.0, 6.0], "sweep")
    log = tmp_path / "run.csv"
    arguments = ["run", "gauge_confinement_2d", "--ticks", "2", "--every", "1", "--set", "shape=[4,4]"]
    assert cli.main([*arguments, "--log", str(log), "--quiet"]) == 0
    rows = list(csv.DictReader(log.read_text(encoding="utf-8").splitlines()))
    assert [row["sweep"] for row in rows] == ["0.0", "1.0", "2.0"]
