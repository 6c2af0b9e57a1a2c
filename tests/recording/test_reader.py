"""Reading recordings, and refusing what is none: every refusal is a sentence with file and remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app import recording
from tauscope.app.recording import RecordingFile, layout, superblock
from tauscope.engine.errors import BadInput
from tests.recording.conftest import Recording


def test_frames_ticks_scalars_config_events_and_source(recorded: Recording) -> None:
    with RecordingFile(recorded()) as file:
        assert file.frames == 11
        assert list(file.ticks) == list(range(0, 51, 5))
        assert set(file.fields) == {"u", "visits"}
        assert file.fields["u"].dims == ("y", "x")
        assert set(file.scalars) == {"mean", "largest", "spots"}
        assert file.engines["toy"]["config"]["nx"] == 16
        assert file.engines["toy"]["seed"] == 3
        assert file.engines["toy"]["reproducibility"] == "B"
        assert len(file.event_lines()) == 3
        assert "numpy" in file.environment["versions"]
        assert "class ToyEngine" in file.source()["tests.toy_engine"]
        np.testing.assert_array_equal(file.frame("u", -1), file.frame("u", 10))
        assert file.state == "closed"


def test_a_file_that_was_closed_says_so(recorded: Recording) -> None:
    file = RecordingFile(recorded())
    name = next(iter(file.fields))
    file.close()
    with pytest.raises(BadInput, match="was closed"):
        file.frame(name, 0)


def test_unknown_field_and_frame_are_refused(recorded: Recording) -> None:
    with RecordingFile(recorded()) as file:
        with pytest.raises(BadInput, match=r"no recorded field named “uu”.*Did you mean “u”"):
            file.frame("uu", 0)
        with pytest.raises(BadInput, match=r"has no frame 11.*11 frames"):
            file.frame("u", 11)


def text_file(path: Path) -> None:
    path.write_text("tick,time,mean\n0,0.0,0.5\n" * 50, encoding="utf-8")


def greek_text_cut_in_a_letter(path: Path) -> None:
    path.write_bytes(("τ" * 400).encode()[:513])


def empty_file(path: Path) -> None:
    path.write_bytes(b"")


def picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


def old_hdf5(path: Path) -> None:
    with h5py.File(path, "w", libver="earliest") as file:
        file["data"] = np.zeros(4)


def other_hdf5(path: Path) -> None:
    with h5py.File(path, "w", libver=layout.LIBVER) as file:
        file["data"] = np.zeros(4)


@pytest.mark.parametrize("opener", [RecordingFile, recording.open])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (text_file, "is a text file, not a recording"),
        (greek_text_cut_in_a_letter, "is a text file, not a recording"),
        (empty_file, "is empty"),
        (picture, "is no HDF5 file, not a recording"),
        (folder, "is a folder"),
        (nothing, "There is no file"),
        (old_hdf5, "is an HDF5 file of another kind"),
        (other_hdf5, "has no group /fields"),
    ],
)
def test_what_is_no_recording_is_refused(
    tmp_path: Path, make: Callable[[Path], None], words: str, opener: Callable[[Path], Any]
) -> None:
    path = tmp_path / "thing.h5"
    make(path)
    with pytest.raises(BadInput, match=words) as caught:
        opener(path)
    assert caught.value.key == "path"
    assert "thing.h5" in caught.value.message
    assert caught.value.remedy


def test_truncated_file_is_refused_with_the_missing_bytes(recorded: Recording) -> None:
    path = recorded()
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.truncate(size - 1000)
    with pytest.raises(BadInput, match=r"is cut short: 1000 of \d+ bytes are missing"):
        RecordingFile(path)


def test_a_file_left_open_is_refused_with_the_command_that_mends_it(recorded: Recording) -> None:
    path = recorded()
    head = superblock.read(path)
    assert head is not None
    raw = bytearray(head.repaired(path.stat().st_size))
    raw[11] = superblock.OPEN_FOR_WRITE | superblock.OPEN_FOR_SWMR
    raw[44:48] = superblock.lookup3(bytes(raw[:44])).to_bytes(4, "little")
    with path.open("r+b") as stream:
        stream.write(raw)
    with pytest.raises(BadInput, match=r"was not closed.*tauscope recover"):
        RecordingFile(path)


# -- hostile files: each is a whole recording with one thing changed ----------


def replace(path: Path, name: str, make: Callable[[Any, str], None]) -> None:
    with h5py.File(path, "r+", libver=layout.LIBVER) as file:
        del file[name]
        make(file, name)


def external_storage(file: Any, name: str) -> None:
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_external(b"/etc/passwd", 0, 88)
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_INT64, h5py.h5s.create_simple((11,)), properties)


def virtual_elsewhere(file: Any, name: str) -> None:
    virtual = h5py.VirtualLayout((11,), np.int64)
    virtual[:] = h5py.VirtualSource("/somewhere/else.h5", "x", (11,))
    file.create_virtual_dataset(name, virtual)


def external_link(file: Any, name: str) -> None:
    file[name] = h5py.ExternalLink("/somewhere/else.h5", "/x")


def soft_link(file: Any, name: str) -> None:
    file[name] = h5py.SoftLink("/fields/t")


def shape_bomb(file: Any, name: str) -> None:
    file.create_dataset(name, (1 << 40,), np.int64, chunks=(1024,))


def chunk_bomb(file: Any, name: str) -> None:
    file.create_dataset(name, (11,), np.int64, chunks=(1 << 28,), maxshape=(None,))


def wrong_type(file: Any, name: str) -> None:
    file.create_dataset(name, data=np.array([b"x"] * 11))


def unknown_filter(file: Any, name: str) -> None:
    file.create_dataset(name, data=np.arange(11), chunks=(11,), compression="lzf")


def missing(file: Any, name: str) -> None:
    del file, name


def too_short(file: Any, name: str) -> None:
    file.create_dataset(name, data=np.arange(3))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (external_storage, "outside itself"),
        (virtual_elsewhere, "outside itself"),
        (external_link, "has no dataset"),
        (soft_link, "has no dataset"),
        (shape_bomb, "bytes at once"),
        (chunk_bomb, "chunks of"),
        (wrong_type, "holds"),
        (unknown_filter, "unknown filters"),
        (missing, "has no dataset"),
        (too_short, "too few rows"),
    ],
)
def test_hostile_datasets_are_refused(
    recorded: Recording, make: Callable[[Any, str], None], words: str
) -> None:
    path = recorded()
    replace(path, layout.TICK, make)
    with pytest.raises(BadInput, match=words):
        RecordingFile(path)


def test_a_hostile_field_is_refused(recorded: Recording) -> None:
    path = recorded()

    def make(file: Any, name: str) -> None:
        file.create_dataset(name, (11, 1 << 20, 1 << 20), np.float64, chunks=(1, 64, 64))
        file[name].attrs["engine"] = np.bytes_(b"toy")

    replace(path, "fields/u", make)
    with pytest.raises(BadInput, match="bytes at once"):
        RecordingFile(path)


def test_damaged_json_is_refused(recorded: Recording) -> None:
    path = recorded()
    replace(path, layout.CONFIG, lambda file, name: file.create_dataset(name, data=np.bytes_(b"{not json")))
    with pytest.raises(BadInput, match=r"the text in .* cannot be read"):
        RecordingFile(path)


def test_flipped_bytes_are_read_or_refused(recorded: Recording, tmp_path: Path) -> None:
    """A damaged file gives numbers or a `BadInput`, and nothing else; seeds fixed so that it repeats."""
    path = recorded()
    whole = path.read_bytes()
    random = np.random.Generator(np.random.PCG64(7))
    refused = 0
    for number in range(60):
        damaged = bytearray(whole)
        for place in random.integers(superblock.SIZE, len(whole), 8):
            damaged[place] ^= 1 << int(random.integers(8))
        copy = tmp_path / f"damaged{number}.h5"
        copy.write_bytes(damaged)
        try:
            with RecordingFile(copy) as file:
                for name in file.fields:
                    for index in range(file.frames):
                        file.frame(name, index)
                file.event_lines()
                file.hashes()
                file.initial()
        except BadInput:
            refused += 1
        copy.unlink()
    assert refused > 0


def test_a_recording_moves_with_its_data(recorded: Recording, tmp_path: Path) -> None:
    path = recorded()
    moved = tmp_path / "elsewhere.h5"
    shutil.move(path, moved)
    with h5py.File(moved, "r") as file:
        np.testing.assert_array_equal(file["data/50/meshes/u"][:], file["fields/u"][10])
