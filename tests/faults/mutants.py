"""Protections taken out one at a time; as a plugin of pytest it plants the one that the environment names.

``TAUSCOPE_MUTANT=journal python -m pytest -p tests.faults.mutants …``
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "TAUSCOPE_MUTANT"
FOREIGN = "tests/faults/test_foreign.py"


def _journal(patch: pytest.MonkeyPatch) -> None:
    """Only the head of the journal reaches the disk."""
    from tauscope.app.recording.journal import Journal

    real = Journal.commit

    def commit(self: Journal) -> None:
        if self._size:
            self._waiting = {}
        real(self)

    patch.setattr(Journal, "commit", commit)


def _checksums(patch: pytest.MonkeyPatch) -> None:
    """A chunk is taken from a torn file as it lies there."""
    from tauscope.app.recording import rebuild

    def content(stream: Any, place: Any) -> bytes:
        stream.seek(place[0])
        return bytes(stream.read(place[1]))

    patch.setattr(rebuild, "_content", content)


def _guard(patch: pytest.MonkeyPatch) -> None:
    """No limit of any engine is looked at."""
    from tauscope.engine.world import World

    patch.setattr(World, "check", lambda _self: None)


def _undo(patch: pytest.MonkeyPatch) -> None:
    """Engines are told of edits, but not of their undo: of what returns to a content that was."""
    from tauscope.app import changes

    real, seen = changes.difference, set[str]()

    def difference(before: Any, after: Any) -> Any:
        seen.add(before.digest())
        return [] if after.digest() in seen else real(before, after)

    patch.setattr("tauscope.app.runs.difference", difference)


def _vetting(patch: pytest.MonkeyPatch) -> None:
    """What a dataset refers to is followed wherever it lies."""
    from tauscope.app.recording import checks

    patch.setattr(checks, "dataset", lambda _path, file, name, *_args, **_options: file[name])


def _lock(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether another process records a file."""
    from tauscope.app.recording import lock

    patch.setattr(lock, "holder", lambda _path: None)


def _hashes(patch: pytest.MonkeyPatch) -> None:
    """A replay compares no state hashes."""
    from tauscope.app.recording.rerun import _Rerun

    patch.setattr(_Rerun, "_compare_hashes", lambda *_args: None)


def _replacing(patch: pytest.MonkeyPatch) -> None:
    """Files are written under their own name from the start."""
    from tauscope.app import video
    from tauscope.app.storage import trouble

    @contextmanager
    def replacing(path: Path, what: str, *, over: bool = False) -> Iterator[Path]:
        del over
        try:
            yield path
        except OSError as error:
            raise trouble(error, path, what) from None

    patch.setattr(video, "replacing", replacing)


def _idle(patch: pytest.MonkeyPatch) -> None:
    """An edit that the engine will refuse becomes a step."""
    from tauscope.app import refused

    patch.setattr(refused, "idle", lambda _before, _after: None)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A protection that is missing, and the test that must fail then, with words of its failure."""

    plant: Callable[[pytest.MonkeyPatch], None]
    test: str
    words: str


MUTANTS = {
    "journal": Mutant(
        _journal,
        "tests/faults/test_power.py::test_a_recording_is_rebuilt_from_its_journal_and_replays[metadata]",
        "holds no frame",
    ),
    "checksums": Mutant(
        _checksums,
        "tests/faults/test_power.py::test_a_frame_with_a_flipped_bit_ends_what_is_rebuilt",
        "35",
    ),
    "guard": Mutant(
        _guard,
        "tests/engine/test_loop_trouble.py::test_dt_beyond_the_limit_pauses_within_one_chunk[0.008-3.0]",
        "found",
    ),
    "undo": Mutant(
        _undo,
        "tests/app/gui/test_undo.py::test_random_edits_undo_and_redo_through_matching_hashes[40]",
        "agree",
    ),
    "vetting": Mutant(
        _vetting,
        f"{FOREIGN}::test_hostile_files_are_refused_and_show_nothing[external storage as a field]",
        "external storage as a field",
    ),
    "lock": Mutant(
        _lock,
        "tests/faults/test_writer_process.py::test_a_second_instance_is_refused_with_the_holder",
        "DID NOT RAISE",
    ),
    "hashes": Mutant(_hashes, "tests/recording/test_replay.py::test_a_changed_hash_is_found", "is not None"),
    "replacing": Mutant(
        _replacing,
        "tests/app/test_exports_of_engines.py::test_a_disk_that_fills_up_leaves_no_half_file[npz]",
        "run.npz",
    ),
    "idle": Mutant(
        _idle,
        "tests/app/test_several_engines.py::test_an_edit_that_does_nothing_is_found_before_it_is_sent[kuramoto]",
        "is not None",
    ),
}

_patch = pytest.MonkeyPatch()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Plant the mutant once the tests are imported."""
    del session
    if name := os.environ.get(VARIABLE):
        MUTANTS[name].plant(_patch)


def pytest_unconfigure() -> None:
    """Take it out again."""
    _patch.undo()
