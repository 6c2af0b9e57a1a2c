"""F12: files from elsewhere, hostile ones among them, are looked at by a process of its own and refused."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app.recording import checks, layout, overlay, recover, superblock, vetting
from tauscope.app.recording.vetting import open_vetted
from tauscope.engine.errors import BadInput
from tests.recording.conftest import Recording
from tests.recording.here import look_here

SECRET = b"this belongs to somebody else "

Change = Callable[[Path, Path], None]
"""Makes a whole recording hostile; the second path is a file of somebody else's."""


def instead(name: str, make: Callable[[Any, str, Path], None]) -> Change:
    """Change one object of the file."""

    def change(path: Path, secret: Path) -> None:
        with h5py.File(path, "r+", libver=layout.LIBVER) as file:
            if name in file:
                del file[name]
            make(file, name, secret)

    return change


def external(file: Any, name: str, secret: Path) -> None:
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_external(bytes(secret), 0, 88)
    kind, space = h5py.h5t.NATIVE_INT64, h5py.h5s.create_simple((11,))
    h5py.h5d.create(
        file[name.rpartition("/")[0]].id, name.rpartition("/")[2].encode(), kind, space, properties
    )


def virtual(file: Any, name: str, secret: Path) -> None:
    found = h5py.VirtualLayout((11,), np.int64)
    found[:] = h5py.VirtualSource(str(secret), "x", (11,))
    file.create_virtual_dataset(name, found)


def linked_outside(file: Any, name: str, secret: Path) -> None:
    file[name] = h5py.ExternalLink(str(secret), "/x")


def linked_around(file: Any, name: str, _secret: Path) -> None:
    file[name] = h5py.SoftLink("/")


def cycle(file: Any, name: str, _secret: Path) -> None:
    file[name] = file["/"]


def deep(file: Any, name: str, _secret: Path) -> None:
    group = file.create_group(name)
    for _ in range(3000):
        group = group.create_group("d")


def shaped(shape: tuple[int, ...], chunks: tuple[int, ...], kind: Any = np.int64) -> Callable[..., None]:
    def make(file: Any, name: str, _secret: Path) -> None:
        file.create_dataset(name, shape, kind, chunks=chunks, maxshape=(None, *shape[1:]))

    return make


def gzip_bomb(file: Any, name: str, _secret: Path) -> None:
    frame = (1, 20_000, 20_000)
    bomb = file.create_dataset(name, (11, *frame[1:]), np.float32, chunks=frame, compression="gzip")
    bomb.attrs["engine"] = bomb.attrs["field"] = np.bytes_(b"toy")
    bomb.id.write_direct_chunk((0, 0, 0), b"\x78\x9c" + bytes(1000))


def filtered(file: Any, name: str, _secret: Path) -> None:
    file.create_dataset(name, data=np.arange(11), chunks=(11,), compression="lzf")


def text(file: Any, name: str, _secret: Path) -> None:
    file.create_dataset(name, data=np.bytes_(b"{not json"))


def pickled(file: Any, name: str, _secret: Path) -> None:
    """An npz of a checkpoint with a pickle inside; reading it would run it."""
    import io

    stream = io.BytesIO()
    entries: dict[str, Any] = {"toy/u": np.array([{"evil": 1}], dtype=object)}
    entries["scalars_json"] = np.zeros(1, np.uint8)
    np.savez(stream, **entries)
    blob = np.frombuffer(stream.getvalue(), np.uint8)
    file.create_dataset(name, data=blob, maxshape=(None,), chunks=(blob.size,))
    file[layout.CHECKPOINT_SIZE][0], file[layout.CHECKPOINT_TICK][0] = blob.size, 10


def bytes_as(content: Callable[[bytes], bytes]) -> Change:
    def change(path: Path, _secret: Path) -> None:
        path.write_bytes(content(path.read_bytes()))

    return change


def end_moved(path: Path, _secret: Path) -> None:
    """A header with a right checksum whose root group lies where a field does."""
    data = bytearray(path.read_bytes())
    data[36:44] = (len(data) // 2).to_bytes(8, "little")
    data[44:48] = superblock.lookup3(bytes(data[:44])).to_bytes(4, "little")
    path.write_bytes(data)


HOSTILE: dict[str, Change] = {
    "external storage": instead(layout.TICK, external),
    "external storage as a field": instead("fields/u", external),
    "virtual dataset elsewhere": instead(layout.TICK, virtual),
    "external link": instead(layout.TICK, linked_outside),
    "external link to the configuration": instead(layout.CONFIG, linked_outside),
    "soft link to the root": instead("fields/u", linked_around),
    "cycle": instead(layout.SERIES, cycle),
    "deep nesting": instead(layout.STATUS, deep),
    "shape of 8 TB": instead(layout.TICK, shaped((1 << 40,), (1024,))),
    "huge chunks": instead(layout.TICK, shaped((11,), (1 << 28,))),
    "frames of 8 TB": instead("fields/u", shaped((11, 1 << 20, 1 << 20), (1, 64, 64), np.float64)),
    "gzip bomb": instead("fields/u", gzip_bomb),
    "unknown filter": instead(layout.TICK, filtered),
    "damaged JSON": instead(layout.CONFIG, text),
    "pickle in a checkpoint": instead(f"{layout.CHECKPOINTS}/0", pickled),
    "cut short": bytes_as(lambda data: data[: len(data) // 2]),
    "zero length": bytes_as(lambda _data: b""),
    "wrong signature": bytes_as(lambda data: b"\x89HDG" + data[4:]),
    "zeros after the header": bytes_as(lambda data: data[:48] + bytes(len(data) - 48)),
    "root elsewhere": end_moved,
}


MOST_SECONDS, MOST_MEMORY = 3.0, 500 << 20
"""What looking through a file may cost."""
HARMLESS = ("deep nesting",)
"""Nothing goes there."""


def refusal(step: Callable[[], object]) -> str:
    """What a file is refused with, which shows nothing of another; "" where it is read."""
    try:
        step()
    except BadInput as error:
        told = str(error)
    else:
        told = ""
    assert SECRET.decode()[:10] not in told
    return told


def foreign(path: Path) -> Path:
    """Copy of a recording, which this process has not written."""
    copy = path.with_name("foreign.h5")
    shutil.copy(path, copy)
    return copy


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_bytes(SECRET * 40)
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_show_nothing(recorded: Recording, secret: Path, name: str) -> None:
    """By the same code as in its process, without the process; the one below is by the process."""
    path = foreign(recorded())
    HOSTILE[name](path, secret)

    def look() -> None:
        checks.check_head(path)
        vetting.look_through(path)

    told = refusal(look)
    assert (told == "") == (name in HARMLESS)


def left_open(path: Path) -> None:
    """Set the flags that a death leaves in the header, where there is a header."""
    data = bytearray(path.read_bytes())
    if len(data) >= superblock.SIZE:
        data[11] = superblock.OPEN_FOR_WRITE | superblock.OPEN_FOR_SWMR
        data[44:48] = superblock.lookup3(bytes(data[:44])).to_bytes(4, "little")
        path.write_bytes(data)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("opened", [False, True], ids=["closed", "left open"])
def test_what_recovery_refuses_it_does_not_change(
    recorded: Recording, secret: Path, monkeypatch: pytest.MonkeyPatch, name: str, opened: bool
) -> None:
    look_here(monkeypatch)
    path = foreign(recorded())
    HOSTILE[name](path, secret)
    if opened:
        left_open(path)
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    told = refusal(lambda: recover(path))
    assert (told == "") == (name in HARMLESS)
    if told:
        assert path.read_bytes() == before
        assert sorted(path.parent.iterdir()) == beside


@pytest.mark.parametrize("name", ["external storage as a field", "shape of 8 TB"])
def test_recovery_has_a_process_look_first(recorded: Recording, secret: Path, name: str) -> None:
    path = foreign(recorded())
    HOSTILE[name](path, secret)
    before = path.read_bytes()
    assert refusal(lambda: recover(path)) != ""
    assert path.read_bytes() == before


def test_a_redo_log_from_elsewhere_is_not_applied_to_what_is_refused(
    recorded: Recording, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_here(monkeypatch)
    path = foreign(recorded())
    whole = path.read_bytes()
    HOSTILE["external link"](path, secret)
    pages = {
        number: path.read_bytes()[number * overlay.PAGE :][: overlay.PAGE].ljust(overlay.PAGE, b"\0")
        for number in range(-(-path.stat().st_size // overlay.PAGE))
    }
    size = path.stat().st_size
    path.write_bytes(whole)
    overlay._write_log(path, pages, size)
    assert refusal(lambda: recover(path)) != ""
    assert path.read_bytes() == whole


@contextmanager
def modest() -> Iterator[None]:
    """Fail where a process that ends meanwhile took more than the design allows."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of the processor, which another program's load does not lengthen; the peak is that of all so far.
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < MOST_SECONDS, f"{used:.1f} s of the processor"
    assert after.ru_maxrss == before.ru_maxrss or after.ru_maxrss << 10 < MOST_MEMORY


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_by_a_process(recorded: Recording, secret: Path, name: str) -> None:
    path = foreign(recorded())
    HOSTILE[name](path, secret)
    with modest():
        told = refusal(lambda: open_vetted(path).close())
    assert (told == "") == (name in HARMLESS)


def test_a_file_from_elsewhere_is_looked_at_by_a_process_and_an_own_one_is_not(
    recorded: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    run = subprocess.run

    def watched(command: list[str], *args: Any, **options: Any) -> Any:
        asked.append(command[-1])
        return run(command, *args, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    path = recorded()
    open_vetted(path).close()
    assert asked == []
    copy = foreign(path)
    with open_vetted(copy) as file:
        assert file.frames == 11
    assert asked == [str(copy)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", r"signal 11"),
        ("import time; time.sleep(60)", "too long"),
        ("vetting._limit(); bytes(3 << 30)", "code 1"),
        ("vetting._limit(); open(sys.argv[1] + '.new', 'w').write('x')", "code"),
    ],
)
def test_a_reader_that_crashes_hangs_swells_or_writes_is_no_harm(
    recorded: Recording, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    path = foreign(recorded())
    monkeypatch.setattr(vetting, "START", f"import sys; from tauscope.app.recording import vetting; {body}")
    monkeypatch.setattr(vetting, "WALL_SECONDS", 10.0 if "sleep" not in body else 2.0)
    with pytest.raises(BadInput, match=words):
        open_vetted(path)
    written = Path(f"{path}.new")
    assert not written.exists() or not written.stat().st_size


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_five_hundred_flips_are_read_or_refused(recorded: Recording, tmp_path: Path, batch: int) -> None:
    """In batches, each shorter than the fault handler's patience on a busy machine."""
    path = recorded()
    whole, random = path.read_bytes(), np.random.Generator(np.random.PCG64([12, batch]))
    refused, before = 0, resource.getrusage(resource.RUSAGE_CHILDREN)
    for number in range(50):
        damaged = bytearray(whole)
        for place in random.integers(superblock.SIZE, len(whole), 4):
            damaged[place] ^= 1 << int(random.integers(8))
        copy = tmp_path / f"flipped{number}.h5"
        copy.write_bytes(damaged)
        with modest():
            refused += refusal(lambda copy=copy: open_vetted(copy).close()) != ""  # type: ignore[misc]
        copy.unlink()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 50
    print(f"{refused} refused; {used:.2f} s of the processor each, at most {after.ru_maxrss >> 10} MiB")
    assert 0 < refused < 50
