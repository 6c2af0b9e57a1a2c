"""The matrix of readers: tools of other projects find in our recordings what we find there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tauscope.app.recording import recover
from tauscope.engine.world import World
from tests.app.test_exports_of_engines import FRAMES, Recordings
from tests.faults.test_power import power_cut
from tests.recording.conftest import Recording
from tests.support.readers import READERS, Truth, reads


def closed(recorded: Recording, _world: World, _folder: Path, _patch: pytest.MonkeyPatch) -> Path:
    return recorded()


def repaired(_recorded: Recording, world: World, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """After a kill of the process."""
    with patch.context() as inner:
        path = power_cut(world, folder, inner)
    return recover(path)


def rebuilt(_recorded: Recording, world: World, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """After a power cut."""
    return recover(power_cut(world, folder, patch))


@pytest.mark.filterwarnings("ignore")  # of other packages
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("made", [closed, repaired, rebuilt], ids=lambda one: one.__name__)
def test_readers_of_other_projects_agree(
    recorded: Recording,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[..., Path],
    reader: str,
) -> None:
    path = made(recorded, world, tmp_path, monkeypatch)
    truth = Truth.of(path)
    assert truth.values.shape == (11, 12, 16) and truth.values.std() > 0
    if missing := reads(reader, path, truth):
        pytest.skip(f"{missing} is not installed")


TOO_MANY_AXES = {(name, reader) for name in ("gauge4", "ufie") for reader in ("viewer", "vtk")}
"""Fields of four and nine axes, of which openPMD-viewer and VTK read three at most."""
CASES = [
    (name, reader)
    for name in ("charge", "gauge2", "gauge3", "gauge4", "ufie")
    for reader in READERS
    if (name, reader) not in TOO_MANY_AXES
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "reader"), CASES)
def test_readers_of_other_projects_agree_on_charges_chains_and_waves(
    recordings: Recordings, tmp_path: Path, name: str, reader: str
) -> None:
    """A chain has no time but sweeps; a wave has complex numbers."""
    path = tmp_path / "run.h5"
    for suffix in (".h5", ".vtkhdf"):
        if (source := recordings(name).with_suffix(suffix)).exists():
            shutil.copy(source, path.with_suffix(suffix))
    truth = Truth.of(path)
    assert len(truth.values) == FRAMES and truth.values.std() > 0
    if missing := reads(reader, path, truth):
        pytest.skip(f"{missing} is not installed")
