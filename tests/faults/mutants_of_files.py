"""Mutants of what guards files: recordings, their readers, sessions, exports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.faults.planting import mutant

FOREIGN = "tests/faults/test_foreign.py::"
POWER = "tests/faults/test_power.py::"
PROCESS = "tests/faults/test_writer_process.py::"
NOTHING_LOST = "tests/faults/test_nothing_lost.py::"
RECORDER = "tests/recording/test_recorder.py::"

# -- F1, F2: deaths ----------


@mutant(
    f"{PROCESS}test_a_kill_of_the_program_leaves_a_closed_file_with_every_frame[2]",
    "Unable to synchronously open file",
    children=True,
)
def apart(patch: pytest.MonkeyPatch) -> None:
    """The program that records writes the file itself."""
    from tauscope.app.recording.recorder import Recorder
    from tauscope.app.recording.sinks import ThreadSink

    def new_sink(self: Any, plan: Any) -> ThreadSink:
        return ThreadSink(self.path, plan, self._guard, self._queue_bytes, self._fail)

    patch.setattr(Recorder, "_new_sink", new_sink)


@mutant(
    f"{PROCESS}test_a_kill_of_the_program_leaves_a_closed_file_with_every_frame[2]",
    "Unable to synchronously open file",
    children=True,
)
def outlives(patch: pytest.MonkeyPatch) -> None:
    """The process that writes goes with the program."""
    from tauscope.app.recording import process

    def watch(_reader: Any) -> NoReturn:
        import sys

        sys.stdin.buffer.read()
        os._exit(process.BROKEN)

    patch.setattr(process, "_watch", watch)


@mutant(f"{PROCESS}test_a_kill_of_the_writing_process_loses_no_saved_frame[2]", "was not closed")
def repair(patch: pytest.MonkeyPatch) -> None:
    """A file that a process left open stays as it is."""
    from tauscope.app.recording import sinks

    def repaired(self: Any, code: int, _reason: Any) -> sinks.WriterDied:
        name = self.path.name
        return sinks.WriterDied(
            f"The process that wrote “{name}” died (signal {-code}).", f"All frames are in “{name}”."
        )

    patch.setattr(sinks.ProcessSink, "_repaired", repaired)


# -- F4: power ----------


@mutant(
    f"{POWER}test_a_recording_is_rebuilt_from_its_journal_and_replays[metadata]",
    "Only its journal could help",
)
def journal(patch: pytest.MonkeyPatch) -> None:
    """Only the head of the journal reaches the disk."""
    from tauscope.app.recording.journal import Journal

    real = Journal.commit

    def commit(self: Journal) -> None:
        if self._size:
            self._waiting = {}
        real(self)

    patch.setattr(Journal, "commit", commit)


@mutant(f"{POWER}test_a_frame_with_a_flipped_bit_ends_what_is_rebuilt", "35")
def checksums(patch: pytest.MonkeyPatch) -> None:
    """A chunk is taken from a torn file as it lies there."""
    from tauscope.app.recording import rebuild

    def content(stream: Any, place: Any) -> bytes:
        stream.seek(place[0])
        return bytes(stream.read(place[1]))

    patch.setattr(rebuild, "_content", content)


# -- F5 to F11: disks ----------


@mutant(
    f"{PROCESS}test_a_disk_that_is_full_to_the_last_byte_is_waited_for[slow]", "that it waits", children=True
)
def full(patch: pytest.MonkeyPatch) -> None:
    """A full disk is an error like any other, and ends the recording."""
    from tauscope.app.recording import guard

    patch.setattr(guard, "is_full", lambda _error: False)


@mutant(
    f"{PROCESS}test_frames_that_wait_at_the_end_get_the_room_that_was_kept_free[all fits]",
    "saved == 36",
    children=True,
)
def spending(patch: pytest.MonkeyPatch) -> None:
    """What waits for a full disk is given up when the recording is ended."""
    from tauscope.app.recording.guard import DiskGuard
    from tauscope.engine.errors import TauscopeError

    def spend(_self: DiskGuard) -> None:
        raise TauscopeError("The disk is full.")

    patch.setattr(DiskGuard, "spend", spend)


@mutant("tests/faults/test_pipes.py::test_a_pipe_is_refused_by_whoever_reads[recover]", "waits for a pipe")
def pipes(patch: pytest.MonkeyPatch) -> None:
    """A recording is opened whatever its name stands for."""
    from tauscope.app.recording import checks

    patch.setattr(checks, "regular", lambda path: path)


@mutant(f"{RECORDER}test_a_full_disk[2000000]", "is full")
def reserve(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks how much room is left."""
    from tauscope.app.recording.guard import DiskGuard

    real = DiskGuard.check

    def check(self: DiskGuard, descriptor: int, _rate: float) -> Any:
        self._reserve, kept = 0, self._reserve
        try:
            return real(self, descriptor, 0.0)
        finally:
            self._reserve = kept

    patch.setattr(DiskGuard, "check", check)


@mutant(
    f"{PROCESS}test_a_removed_folder_is_noticed_and_its_frames_are_rescued",
    "the word that it is gone",
    children=True,
)
def in_place(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the file is still in its folder."""
    from tauscope.app.recording.guard import DiskGuard

    patch.setattr(DiskGuard, "in_place", lambda *_args: True)


@mutant(f"{PROCESS}test_refusals_come_before_the_first_tick_and_nothing_is_overwritten", "DID NOT RAISE")
def refusals(patch: pytest.MonkeyPatch) -> None:
    """Folder and name are not looked at before the start."""
    from tauscope.app.recording import recorder

    patch.setattr(recorder, "check_output", lambda *_args: None)


@mutant(
    f"{NOTHING_LOST}test_a_file_that_comes_right_after_the_look_is_not_overwritten[process]", "DID NOT RAISE"
)
def exclusive(patch: pytest.MonkeyPatch) -> None:
    """A name that is taken is taken over."""
    patch.setattr(os, "O_EXCL", 0)


@mutant(
    f"{NOTHING_LOST}test_a_file_that_comes_right_after_the_look_is_not_overwritten[thread]", "DID NOT RAISE"
)
def created(patch: pytest.MonkeyPatch) -> None:
    """The writing thread opens its file with ``w``."""
    import h5py

    from tauscope.app.recording import layout
    from tauscope.app.recording.writer import RecordingWriter

    patch.setattr(RecordingWriter, "_create", lambda _self, path: h5py.File(path, "w", libver=layout.LIBVER))


@mutant(f"{PROCESS}test_a_second_instance_is_refused_with_the_holder", "DID NOT RAISE")
def lock(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether another process records a file, neither the lock nor the processes."""
    from tauscope.app.recording import lock as locks

    patch.setattr(locks, "holder", lambda _path: None)
    patch.setattr(locks, "writer_of", lambda _path: None)


@mutant(
    f"{PROCESS}test_a_live_recording_is_not_recovered_where_its_lock_was_removed_by_hand[False]",
    "DID NOT RAISE",
)
def asking(patch: pytest.MonkeyPatch) -> None:
    """Without a lock beside a file nobody asks the processes."""
    from tauscope.app.recording import lock as locks

    patch.setattr(locks, "writer_of", lambda _path: None)


@mutant(f"{PROCESS}test_a_throttled_disk[slow]", "did not reach it")
def waiting(patch: pytest.MonkeyPatch) -> None:
    """What finds no room in the ring is let go of."""
    from tauscope.app.recording.ring import RingQueue

    patch.setattr(RingQueue, "_wait", lambda *_args, **_options: 0.0)


@mutant(
    "tests/app/gui/test_slow_disk.py::test_a_window_beside_a_slow_disk_answers_and_stays_small[slow]",
    "< 50.0",
)
def meter(patch: pytest.MonkeyPatch) -> None:
    """The window's meter waits until nobody puts anything into the ring."""
    from tauscope.app.recording.ring import RingQueue

    def filled(self: Any) -> float:
        with self._lock:
            return float(min(self.waiting / self._limit, 1.0))

    patch.setattr(RingQueue, "filled", property(filled))


@mutant(f"{RECORDER}test_slow_policy_slows_the_simulation_and_drops_nothing", "did not wait for the disk")
def bound(patch: pytest.MonkeyPatch) -> None:
    """Any number of frames may wait for the disk."""
    from tauscope.app.recording.queue import HandOver

    patch.setattr(HandOver, "fits", lambda *_args: True)


@mutant(f"{RECORDER}test_skip_policy_keeps_speed_and_shows_the_gaps", "assert 0 > 0")
def gaps(patch: pytest.MonkeyPatch) -> None:
    """Frames that are left out are not counted."""
    from tauscope.app.recording.recorder import Recorder

    real = Recorder._hand_over_frame

    def hand_over(self: Recorder, world: Any, *, wait: bool = True) -> None:
        real(self, world, wait=wait)
        self._dropped = 0

    patch.setattr(Recorder, "_hand_over_frame", hand_over)


@mutant(
    f"{PROCESS}test_a_recording_goes_on_in_the_next_part_before_its_file_is_too_large",
    "reached the largest size",
    children=True,
)
def parts(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks how large the file is."""
    from tauscope.app.recording.recorder import Recorder

    patch.setattr(Recorder, "_is_nearly_too_large", lambda _self: False)


@mutant(
    f"{PROCESS}test_a_reader_that_stays_disturbs_neither_writing_nor_closing",
    "unable to lock file",
    children=True,
)
def overlay(patch: pytest.MonkeyPatch) -> None:
    """A closed file is opened by HDF5 itself to be finished, which a reader that stays forbids."""
    import h5py

    from tauscope.app.recording import layout, views

    patch.setattr(views, "changed", lambda path: h5py.File(path, "r+", libver=layout.LIBVER))


# -- F12: files from elsewhere ----------


@mutant(
    f"{FOREIGN}test_hostile_files_are_refused_and_show_nothing[external storage as a field]",
    "external storage as a field",
)
def vetting(patch: pytest.MonkeyPatch) -> None:
    """What a dataset refers to is followed wherever it lies."""
    from tauscope.app.recording import checks

    patch.setattr(checks, "dataset", lambda _path, file, name, *_args, **_options: file[name])


@mutant(
    f"{FOREIGN}test_a_reader_that_crashes_hangs_swells_or_writes_is_no_harm"
    "[vetting._limit(); bytes(3 << 30)-code 1]",
    "(code 0)",
    children=True,
)
def limits(patch: pytest.MonkeyPatch) -> None:
    """The process that looks through a file may take what it likes."""
    from tauscope.app.recording import vetting as looking

    patch.setattr(looking, "_limit", lambda: None)


# -- F13, F15: faults and changes ----------


@mutant(
    f"{RECORDER}test_an_unforeseen_error_of_the_writer_does_not_hold_the_simulation_up", "waits for a thread"
)
def unforeseen(patch: pytest.MonkeyPatch) -> None:
    """Only errors of the disk end a recording in order."""
    from tauscope.app.recording import writing

    patch.setattr(writing, "Exception", OSError, raising=False)


@mutant(
    f"{RECORDER}test_another_run_ends_the_recording_with_a_sentence[replaced]",
    "'went back or was replaced' in",
)
def same_run(patch: pytest.MonkeyPatch) -> None:
    """Frames of another run go into the same file."""
    from tauscope.app.recording.recorder import Recorder

    patch.setattr(Recorder, "_is_same_run", lambda *_args: True)


# -- what is read again ----------


@mutant("tests/recording/test_replay.py::test_a_changed_hash_is_found", "is not None")
def hashes(patch: pytest.MonkeyPatch) -> None:
    """A replay compares no state hashes."""
    from tauscope.app.recording.rerun import _Rerun

    patch.setattr(_Rerun, "_compare_hashes", lambda *_args: None)


@mutant("tests/app/test_exports_of_engines.py::test_a_disk_that_fills_up_leaves_no_half_file[npz]", "run.npz")
def replacing(patch: pytest.MonkeyPatch) -> None:
    """Files are written under their own name from the start."""
    from tauscope.app import video
    from tauscope.app.storage import trouble

    @contextmanager
    def at_once(path: Path, what: str, *, over: bool = False) -> Iterator[Path]:
        del over
        try:
            yield path
        except OSError as error:
            raise trouble(error, path, what) from None

    patch.setattr(video, "replacing", at_once)


@mutant(
    "tests/app/test_sessions.py::test_a_loaded_run_equals_the_uninterrupted_one_bit_for_bit[float32]",
    "Differing items",
)
def restoring(patch: pytest.MonkeyPatch) -> None:
    """A session begins from its set-up, at its tick."""
    from tauscope.engine.world import World

    def restore(self: World, state: Any) -> None:
        self.macro_tick = state["macro_tick"]

    patch.setattr(World, "restore", restore)


@mutant(
    "tests/app/test_trace_of_several.py::test_the_script_of_two_engines_does_the_run_again", "Differing items"
)
def tracing(patch: pytest.MonkeyPatch) -> None:
    """Commands of the second engine are left out of the script."""
    from tauscope.app import trace

    real = trace.command_line

    def line(command: Any, **options: Any) -> str:
        return "pass" if command.engine == "gravity" else real(command, **options)

    patch.setattr(trace, "command_line", line)
