"""Recovery: the header's arithmetic, all-or-nothing closing, rebuilding, and what is left alone."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from pathlib import Path

import h5py
import numpy as np
import psutil
import pytest

from tauscope.app.recording import RecordingFile, layout, overlay, recover, replay, superblock, views
from tauscope.app.recording.recover import interrupted
from tauscope.engine.errors import BadInput, Cancelled
from tests.recording import crash_states
from tests.recording.conftest import Recording
from tests.recording.here import look_here


def left_open(path: Path) -> Path:
    """Write a recording as a death leaves it: 24 frames in memory order, flags set."""
    steps = crash_states.logged_run()
    last = max(index for index, step in enumerate(steps) if isinstance(step, int))
    data = bytearray()
    for step in steps[:last]:
        if not isinstance(step, int):
            offset, content = step
            data.extend(bytes(max(0, offset + len(content) - len(data))))
            data[offset : offset + len(content)] = content
    path.write_bytes(data)
    head = superblock.read(path)
    assert head is not None
    assert head.left_open, "the writer closed before the cut"
    return path


def test_lookup3_agrees_with_its_published_vectors() -> None:
    """Vectors of the reference implementation's own self-test (Jenkins 2006, lookup3.c, driver5)."""
    text = b"Four score and seven years ago"
    assert superblock.lookup3(b"") == 0xDEADBEEF
    assert superblock.lookup3(text) == 0x17770551
    assert superblock.lookup3(text, 1) == 0xCD628161


def test_the_header_is_kept_and_the_file_opens(tmp_path: Path) -> None:
    path = left_open(tmp_path / "run.h5")
    before = path.read_bytes()
    with pytest.raises(OSError):
        h5py.File(path, "r")
    assert recover(path) == path
    assert (tmp_path / "run.h5.superblock").read_bytes() == before[:48]
    with RecordingFile(path) as file:
        assert file.state == "recovered"
        assert file.frames == crash_states.FRAMES
        for index in range(file.frames):
            np.testing.assert_array_equal(file.frame("u", index), crash_states.frame(index))
    with h5py.File(path, "r") as plain:
        assert len(plain["data"]) == crash_states.FRAMES
        np.testing.assert_array_equal(plain["data/23/meshes/u"][:], crash_states.frame(23))


def test_recovering_twice_changes_nothing(tmp_path: Path) -> None:
    path = recover(left_open(tmp_path / "run.h5"))
    once = path.read_bytes()
    assert recover(path) == path
    assert path.read_bytes() == once


def test_a_closed_recording_is_left_as_it_is(recorded: Recording) -> None:
    path = recorded()
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    assert recover(path) == path
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert not path.with_name("run.h5.superblock").exists()


def test_a_kept_header_is_not_overwritten(tmp_path: Path) -> None:
    path = left_open(tmp_path / "run.h5")
    (tmp_path / "run.h5.superblock").write_bytes(b"older")
    recover(path)
    assert (tmp_path / "run.h5.superblock").read_bytes() == b"older"
    assert (tmp_path / "run.h5.superblock2").stat().st_size == 48


def test_a_damaged_header_is_rebuilt_beside(tmp_path: Path) -> None:
    path = left_open(tmp_path / "run.h5")
    with path.open("r+b") as stream:
        stream.seek(44)
        stream.write(b"\0\0\0\0")
    before = path.read_bytes()
    result = recover(path)
    assert result == tmp_path / "run.recovered.h5"
    assert path.read_bytes() == before
    with RecordingFile(result) as file:
        assert file.frames == crash_states.FRAMES
        np.testing.assert_array_equal(file.frame("u", 23), crash_states.frame(23))
        assert len(file.event_lines()) == 5
        np.testing.assert_array_equal(file.scalars["mean"], np.arange(24.0))
    with h5py.File(result, "r") as plain:
        assert [dim.keys()[0] for dim in plain["fields/u"].dims] == ["t", "y", "x"]
        assert len(plain["data"]) == crash_states.FRAMES
    with pytest.raises(BadInput, match="exists from an earlier recovery"):
        recover(path)


def test_a_rebuilt_recording_replays(recorded: Recording) -> None:
    path = recorded()
    with path.open("r+b") as stream:
        stream.seek(44)
        stream.write(b"\0\0\0\0")
    result = recover(path)
    assert result.name == "run.recovered.h5"
    assert replay(result, verify=True).passed


def test_frames_after_the_first_unreadable_one_are_left_out(tmp_path: Path) -> None:
    path = left_open(tmp_path / "run.h5")
    whole = tmp_path / "whole.h5"
    shutil.copy(path, whole)
    recover(whole)
    with h5py.File(whole, "r") as file:
        info = file["fields/u"].id.get_chunk_info_by_coord((10, 0, 0))
    with path.open("r+b") as stream:
        stream.seek(info.byte_offset)
        stream.write(b"\xff" * info.size)
        stream.seek(44)
        stream.write(b"\0\0\0\0")
    with RecordingFile(recover(path)) as file:
        assert file.frames == 10
        np.testing.assert_array_equal(file.frame("u", 9), crash_states.frame(9))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"just text\n" * 99, "is a text file"),
        (b"\x89HDF\r\n\x1a\n\x00" + bytes(99), "another kind"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "thing.h5"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        recover(path)
    assert path.read_bytes() == content


def test_another_programs_file_left_open_is_put_back(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w", libver=layout.LIBVER) as file:
        file["data"] = np.zeros(4)
    head = superblock.read(path)
    assert head is not None
    raw = bytearray(head.raw)
    raw[11] = superblock.OPEN_FOR_WRITE
    raw[44:48] = superblock.lookup3(bytes(raw[:44])).to_bytes(4, "little")
    path.write_bytes(bytes(raw) + path.read_bytes()[48:])
    before = path.read_bytes()
    with pytest.raises(BadInput, match="no group /fields"):
        recover(path)
    assert path.read_bytes() == before


# -- closing is all or nothing ----------


def unfinished(tmp_path: Path) -> Path:
    """Write a recording that HDF5 closed and nobody finalised."""
    crash_states.logged_run()
    path = tmp_path / "run.h5"
    path.write_bytes(crash_states.LoggedWriter.log.getvalue())
    return path


def test_a_death_while_closing_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop after each of the steps in which changes reach the file, then recover."""

    class Dead(BaseException):
        pass

    look_here(monkeypatch)
    real_open, real_replace = Path.open, os.replace
    for step in range(40):
        path = unfinished(tmp_path)
        left = step

        class Stream:
            def __init__(self, inner: object) -> None:
                self.inner = inner

            def __enter__(self) -> Stream:
                return self

            def __exit__(self, *_exc: object) -> None:
                self.inner.close()  # type: ignore[attr-defined]

            def __getattr__(self, name: str) -> object:
                return getattr(self.inner, name)

            def write(self, data: bytes) -> int:
                tick()
                return int(self.inner.write(data))  # type: ignore[attr-defined]

        def tick() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Dead

        def opened(self: Path, mode: str = "r", *args: object, **kwargs: object) -> object:
            inner = real_open(self, mode, *args, **kwargs)  # type: ignore[call-overload]
            return Stream(inner) if mode in ("wb", "r+b") else inner

        def replaced(source: Path, target: Path) -> None:
            tick()
            real_replace(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", opened)
            patch.setattr(os, "replace", replaced)
            try:
                views.finalise(path)
                finished = True
            except Dead:
                finished = False
        assert recover(path) == path
        with RecordingFile(path) as file:
            assert file.frames == crash_states.FRAMES
            assert file.state in ("closed", "recovered")
            np.testing.assert_array_equal(file.frame("u", 23), crash_states.frame(23))
        for left_over in tmp_path.iterdir():
            left_over.unlink()
        if finished:
            assert step > 5
            return
    raise AssertionError("closing took more steps than were tried")


def test_overlay_reads_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    random = np.random.Generator(np.random.PCG64(3))
    truth = bytearray(random.bytes(20_000))
    path.write_bytes(truth)
    layer = overlay.Overlay(path)
    for _ in range(200):
        offset, size = int(random.integers(0, 30_000)), int(random.integers(1, 9000))
        data = random.bytes(size)
        layer.seek(offset)
        layer.write(data)
        truth.extend(bytes(max(0, offset + size - len(truth))))
        truth[offset : offset + size] = data
        at, length = int(random.integers(0, len(truth))), int(random.integers(1, 9000))
        layer.seek(at)
        assert layer.read(length) == bytes(truth[at : at + length])
    assert path.stat().st_size == 20_000
    layer.commit()
    layer.close()
    assert path.read_bytes() == bytes(truth)
    assert [item.name for item in tmp_path.iterdir()] == ["file.bin"]


def test_half_a_redo_log_is_not_applied(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old" * 2000)
    overlay._write_log(path, {0: b"n" * overlay.PAGE}, 6000)
    log = overlay.log_path(path)
    log.write_bytes(log.read_bytes()[:-1])
    assert not overlay.apply_log(path)
    assert path.read_bytes() == b"old" * 2000
    assert not log.exists()


def test_what_lies_beside_goes_though_the_file_was_closed_before_the_death(tmp_path: Path) -> None:
    path = left_open(tmp_path / "run.h5")
    recover(path)
    dead = json.dumps({"pid": os.getpid(), "started": 1.0, "host": platform.node()})
    beside = [tmp_path / "run.h5.lock", tmp_path / "run.h5.reserve"]
    for one in beside:
        one.write_text(dead)
    assert interrupted(tmp_path) == [], "a closed file was not interrupted"
    assert recover(path) == path
    assert not any(one.exists() for one in beside)


def test_recordings_of_dead_processes_are_found(tmp_path: Path) -> None:
    path = left_open(tmp_path / "run.h5")
    assert interrupted(tmp_path) == [], "without a lock nobody says who wrote it"
    lock = tmp_path / "run.h5.lock"
    own = psutil.Process()
    for pid, started, host, found in (
        (own.pid, own.create_time(), platform.node(), []),
        (own.pid, 1.0, platform.node(), [path]),
        (own.pid, 1.0, "another-computer", []),
    ):
        lock.write_text(json.dumps({"pid": pid, "started": started, "host": host}))
        assert interrupted(tmp_path) == found
    path.unlink()
    assert interrupted(tmp_path) == []


@pytest.mark.parametrize("at", ["Copying the file", "Reading the frames", "Copying u"])
def test_a_rebuild_that_is_cancelled_leaves_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    path = left_open(tmp_path / "run.h5")
    before = path.read_bytes()
    monkeypatch.setattr(os, "access", lambda *_asked: False)  # cannot be repaired in place
    told = []

    def tell(fraction: float, text: str) -> None:
        told.append(fraction)
        if text == at:
            raise Cancelled("The repair")

    with pytest.raises(Cancelled):
        recover(path, tell)
    assert told == sorted(told)
    assert [one.name for one in tmp_path.iterdir()] == ["run.h5"] and path.read_bytes() == before
    assert recover(path, lambda *_told: None).name == "run.recovered.h5"


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize(
    ("shape", "chunk"),
    [
        ((11, 12, 16), (1, 12, 16)),  # the right one, without any number
        ((11, 5, 7), (1, 5, 7)),
        ((1 << 40, 12, 16), (1, 12, 16)),
        ((11, 20_000, 6_000), (1, 2_000, 6_000)),
        ((11, 3, 3, 3, 3, 3, 3), (1, 3, 3, 3, 3, 3, 3)),
        ((11,), (11,)),
    ],
)
def test_a_field_without_its_numbers_is_no_frame_that_can_be_read(
    recorded: Recording,
    monkeypatch: pytest.MonkeyPatch,
    shape: tuple[int, ...],
    chunk: tuple[int, ...],
    closed: bool,
) -> None:
    """HDF5 gives zeros for what is not in the file, in whatever shape it is asked for."""
    look_here(monkeypatch)
    path = recorded()
    with h5py.File(path, "r+") as file:
        kept = {name: value for name, value in file["fields/u"].attrs.items() if name != "DIMENSION_LIST"}
        del file["fields/u"]
        most = (None, *shape[1:])
        new = file.create_dataset("fields/u", shape, np.float64, maxshape=most, chunks=chunk)
        new.attrs.update(kept)
        if not closed:
            file["status"].attrs["state"] = np.bytes_(f"{'open':16}")
    with pytest.raises(BadInput, match="holds no frame that can be read"):
        recover(path)
    assert sorted(one.name for one in path.parent.iterdir()) == ["run.h5", "run.vtkhdf"]


def test_frames_before_one_that_is_missing_are_kept(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        old = file["fields/u"]
        frames = [old[index] for index in range(11)]
        del file["fields/u"]
        new = file.create_dataset(
            "fields/u", (11, 12, 16), np.float64, chunks=(1, 12, 16), maxshape=(None, 12, 16),
            compression="gzip", shuffle=True,
        )  # fmt: skip
        new.attrs.update({"engine": np.bytes_(b"toy"), "field": np.bytes_(b"u")})
        for index in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10):
            new[index] = frames[index]
    with RecordingFile(recover(path)) as file:
        assert file.frames == 7
        np.testing.assert_array_equal(file.frame("u", 6), frames[6])


def test_an_overlay_whose_file_cannot_be_opened_ends_without_a_word(tmp_path: Path) -> None:
    """Python closes what `__init__` left half made, and from 3.13 on says what that raises."""
    half = overlay.Overlay.__new__(overlay.Overlay)
    with pytest.raises(FileNotFoundError):
        half.__init__(tmp_path / "missing.h5")  # type: ignore[misc]
    half.close()
    assert half.closed
