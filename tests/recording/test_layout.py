"""The layout of a closed recording: names, conventions, shapes, and what other readers see in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app import recording
from tauscope.app.recording import Recorder, layout
from tauscope.engine.world import World
from tests.recording.conftest import Recording
from tests.recording.running import drive


def visit(file: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    file.visititems(lambda name, item: found.setdefault(name, item))
    return found


def test_fields_series_and_replay_lie_where_the_design_says(recorded: Recording) -> None:
    with h5py.File(recorded(), "r") as file:
        assert file["fields/u"].shape == (11, 12, 16)
        assert file["fields/u"].chunks == (1, 12, 16)
        assert file["fields/u"].compression == "gzip"
        assert file["fields/u"].compression_opts == 1
        assert file["fields/u"].shuffle
        assert [dim.keys()[0] for dim in file["fields/u"].dims] == ["t", "y", "x"]
        assert file["fields/u"].maxshape == (None, 12, 16)
        assert list(file["fields/tick"]) == list(range(0, 51, 5))
        np.testing.assert_allclose(file["fields/t"][:], 0.2 * np.arange(0, 51, 5))
        assert file.get("entry", getlink=True).path == "/fields"
        assert file["series/mean/step"] == file["fields/tick"]
        assert file["series/mean/time"] == file["fields/t"]
        assert file["series/mean/value"].shape == (11,)
        assert file["replay"].attrs["schema"] == layout.SCHEMA.encode()
        assert file["status"].attrs["state"].decode().strip() == "closed"
        assert int(file["status"].attrs["frames"]) == 11
        names = ["config_json", "environment_json", "source", "frame_events", "initial/toy/arrays/u"]
        names += [
            "events/log",
            "events/end",
            "events/chain",
            "hashes/tick",
            "hashes/state/toy/u",
            "checkpoints/tick",
        ]
        for name in names:
            assert f"replay/{name}" in file


def test_no_text_is_of_variable_length_where_other_readers_look(recorded: Recording) -> None:
    with h5py.File(recorded(), "r") as file:
        for name, item in {"/": file, **visit(file)}.items():
            for key in item.attrs:
                kind = item.attrs.get_id(key).get_type()
                if key not in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"):
                    assert not kind.is_variable_str() if kind.get_class() == h5py.h5t.STRING else True, (
                        name,
                        key,
                    )
        assert file.attrs["openPMD"] == b"1.1.0"
        assert file["fields"].attrs["NX_class"] == b"NXdata"
        assert file["fields"].attrs["signal"] == b"u"
        assert list(file["fields"].attrs["axes"]) == [b"t", b"y", b"x"]


def test_openpmd_view_shows_the_same_numbers_without_copying_them(recorded: Recording) -> None:
    words = "geometry dataOrder axisLabels gridSpacing gridGlobalOffset gridUnitSI unitDimension timeOffset"
    required = {*words.split(), "unitSI", "position"}
    with h5py.File(recorded(), "r") as file:
        assert file.attrs["meshesPath"] == b"meshes/"
        assert file.attrs["basePath"] == file.attrs["iterationFormat"]
        assert sorted(map(int, file["data"])) == list(range(0, 51, 5))
        for index, tick in enumerate(range(0, 51, 5)):
            iteration = file[f"data/{tick}"]
            assert {"time", "dt", "timeUnitSI"} <= set(iteration.attrs)
            mesh = iteration["meshes/u"]
            assert mesh.is_virtual
            assert required <= set(mesh.attrs)
            np.testing.assert_array_equal(mesh[:], file["fields/u"][index])


def test_the_view_is_thinned_when_there_are_many_frames(tmp_path: Path) -> None:
    world = World.single("toy", {"nx": 4, "ny": 4})
    recorder = Recorder(tmp_path / "long.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 2400)
    assert recorder.close().saved == 2401
    with h5py.File(recorder.path, "r") as file:
        ticks = sorted(map(int, file["data"]))
        assert len(ticks) <= 1000
        assert set(np.diff(ticks)) == {3}


def test_sidecar_links_to_the_file_and_holds_no_data(recorded: Recording) -> None:
    path = recorded()
    sidecar = path.with_suffix(".vtkhdf")
    assert sidecar.stat().st_size < 8192
    with h5py.File(sidecar, "r") as file:
        root = file["VTKHDF"]
        assert root.attrs["Type"] == b"ImageData"
        assert list(root.attrs["WholeExtent"]) == [0, 15, 0, 11, 0, 0]
        assert int(root["Steps"].attrs["NSteps"]) == 11
        assert root["PointData"].get("u", getlink=True).filename == path.name
        assert root["PointData/u"].shape == (11, 12, 16)
        assert root["Steps/Values"].shape == (11,)


def test_a_foreign_file_in_the_sidecars_place_is_left_alone(recorded: Recording, tmp_path: Path) -> None:
    other = tmp_path / "run.vtkhdf"
    other.write_text("somebody's own", encoding="utf-8")
    recorded()
    assert other.read_text(encoding="utf-8") == "somebody's own"


def test_xarray_opens_it_lazily(recorded: Recording) -> None:
    path = recorded()
    data = recording.open(path)
    assert dict(data.sizes) == {"t": 11, "y": 12, "x": 16}
    assert data["u"].dims == ("t", "y", "x")
    assert not data["u"].variable._in_memory
    with h5py.File(path, "r") as file:
        whole = file["fields/u"][:]
        np.testing.assert_array_equal(data["u"].values, whole)
    fresh = recording.open(path)["u"]
    np.testing.assert_array_equal(fresh.isel(t=-1, y=slice(2, 5)).values, whole[-1, 2:5])
    np.testing.assert_array_equal(fresh.isel(t=[0, 4], x=[1, 3]).values, whole[[0, 4]][:, :, [1, 3]])
    np.testing.assert_array_equal(fresh.isel(t=slice(8, 2, -3)).values, whole[8:2:-3])
    np.testing.assert_array_equal(fresh.mean(("y", "x")).values, whole.mean((1, 2)))
    np.testing.assert_allclose(data["mean"].values, whole.mean((1, 2)), rtol=1e-12)
    assert list(data["tick"].values) == list(range(0, 51, 5))


@pytest.mark.parametrize("name", ["a", "a/b", "%2F", ".", "..", "%", "τ", "a%2Fb/c"])
def test_names_survive_as_links(name: str) -> None:
    link = layout.safe_name(name)
    assert "/" not in link
    assert link not in (".", "..")
    assert layout.plain_name(link) == name


def test_chunks_are_the_same_with_and_without_isal(monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    from tauscope.app.recording import deflate

    array = np.random.Generator(np.random.PCG64(2)).random((64, 64)).astype(np.float32)
    fast = deflate.deflated(array)
    monkeypatch.setattr(deflate, "_zip", zlib)
    assert (
        zlib.decompress(fast) == zlib.decompress(deflate.deflated(array)) == deflate.shuffled(array).tobytes()
    )
