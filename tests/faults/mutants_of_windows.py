"""Mutants of what keeps the window alive and its edits whole: faults, closing, canvases, undo, recovery."""

from __future__ import annotations

import ctypes
import signal
from typing import Any

import pytest

from tests.faults.planting import mutant

GUI = "tests/app/gui/"
FAULTS = f"{GUI}test_faults.py::test_what_nobody_caught_is_told_with_its_details_and_the_run_goes_on"
CLOSES = f"{GUI}test_close.py::test_the_window_closes_while_it_works"


@mutant(f"{GUI}test_refcount.py::test_five_thousand_emits_and_turns_keep_the_counts", "< 50")
def counts(patch: pytest.MonkeyPatch) -> None:
    """A binding that miscounts None, as the one that the requirements for Python 3.11 leave out."""
    from PySide6.QtWidgets import QApplication

    real = QApplication.processEvents

    def process(*_args: object) -> None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(None))
        real()

    patch.setattr(QApplication, "processEvents", process)


@mutant(f"{FAULTS}[in_slot]", "it is told")
def excepthook(patch: pytest.MonkeyPatch) -> None:
    """Nobody is told of an exception in a slot."""
    from tauscope.app.faults import Faults

    patch.setattr(Faults, "_on_exception", lambda *_args: None)


@mutant(
    "tests/app/test_overrides.py::test_an_error_while_painting_is_told_and_others_go_to_who_asked",
    "-11 == 0",
    children=True,
)
def painting(patch: pytest.MonkeyPatch) -> None:
    """An exception in a paint event is left to PySide."""
    from tauscope.app import overrides

    patch.setattr(overrides, "guard", lambda *_args: 0)


@mutant(f"{FAULTS}[in_thread]", "it is told")
def thread_hook(patch: pytest.MonkeyPatch) -> None:
    """Nobody is told of an exception in a thread."""
    from tauscope.app.faults import Faults

    patch.setattr(Faults, "_on_thread_exception", lambda *_args: None)


@mutant(f"{FAULTS}[in_background]", "it is told")
def worker(patch: pytest.MonkeyPatch) -> None:
    """Nobody is told of an exception in a worker."""
    from tauscope.app.background import Background

    real = Background.watch

    def watch(self: Background, future: Any, then: Any = None, fail: Any = None) -> None:
        real(self, future, then, fail or (lambda _error: None))

    patch.setattr(Background, "watch", watch)


@mutant(f"{GUI}test_close.py::test_a_long_random_session_closes[0]", "Traceback", children=True)
def stumbling(patch: pytest.MonkeyPatch) -> None:
    """A fault is planted where the mouse is pressed on a canvas, which a random session must notice."""
    from tauscope.widgets.canvas.input import CanvasInput

    patch.setattr(CanvasInput, "_on_press", lambda *_args: [].pop())


@mutant(
    f"{GUI}test_faults.py::test_a_window_that_stands_still_is_looked_at_and_the_recording_loses_nothing[0.5-2.5]",
    "most recent call first",
)
def heartbeat(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks on."""
    from tauscope.app.heartbeat import Heartbeat

    patch.setattr(Heartbeat, "_watch", lambda _self: None)


@mutant(f"{GUI}test_close.py::test_a_fault_while_closing_leaves_no_window_open", "MainWindow")
def closing(patch: pytest.MonkeyPatch) -> None:
    """A step of closing that fails ends all of it."""
    from tauscope.app import lab

    patch.setattr(lab, "Exception", OSError, raising=False)


@mutant(f"{CLOSES}[term]", "-15 == 0", children=True)
def signals(patch: pytest.MonkeyPatch) -> None:
    """SIGTERM ends the program as it ends any other."""
    from tauscope.app.faults import Faults

    real = Faults.install

    def install(self: Faults) -> None:
        real(self)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    patch.setattr(Faults, "install", install)


@mutant(f"{CLOSES}[record]", "was not closed", children=True)
def ordered(patch: pytest.MonkeyPatch) -> None:
    """The program ends while the run goes on."""
    from tauscope.app.lab import Lab

    patch.setattr(Lab, "_end_run", lambda _self: None)


@mutant(
    f"{GUI}test_recording.py::test_a_new_run_continues_the_recording_in_a_second_part",
    "frames in the second part",
)
def new_part(patch: pytest.MonkeyPatch) -> None:
    """A recording that was closed for a new run does not go on."""
    from tauscope.app.files import Files

    patch.setattr(Files, "resume_part", lambda *_args: None)


@mutant(
    "tests/widgets/canvas/test_picture.py::test_a_lost_context_is_rebuilt_from_what_is_held", "was not drawn"
)
def context(patch: pytest.MonkeyPatch) -> None:
    """What the graphics card held is taken for held, whatever became of its context."""
    from tauscope.widgets.canvas.gl_surface import GlSurface

    def initialise(self: Any) -> None:
        self.contexts += 1

    patch.setattr(GlSurface, "initializeGL", initialise)


@mutant(f"{GUI}test_docks.py::test_a_canvas_keeps_its_picture_through_dock_cycles[f]", "shows a picture")
def docks(patch: pytest.MonkeyPatch) -> None:
    """A canvas that floats gets a context of its own, in which it does not draw: two protections at once."""
    from PySide6.QtCore import QCoreApplication

    from tauscope.widgets.canvas.gl_surface import GlSurface

    real = GlSurface.paintGL

    def paint(self: GlSurface) -> None:
        if self.contexts < 2:
            real(self)

    patch.setattr(GlSurface, "paintGL", paint)
    patch.setattr(QCoreApplication, "setAttribute", lambda *_args: None)


@mutant(f"{GUI}test_docks.py::test_the_program_asks_qt_for_contexts_that_share", "False", children=True)
def sharing(patch: pytest.MonkeyPatch) -> None:
    """Qt is not asked to share what canvases have in the graphics card."""
    from PySide6.QtCore import QCoreApplication

    patch.setattr(QCoreApplication, "setAttribute", lambda *_args: None)


@mutant("tests/widgets/canvas/test_touch.py::test_escape_cancels_a_drag_and_its_ghost", "'drag') ==")
def cancel(patch: pytest.MonkeyPatch) -> None:
    """Escape is not heard while something is dragged."""
    from tauscope.widgets.canvas.input import CanvasInput

    patch.setattr(CanvasInput, "cancel", lambda _self: False)


@mutant(
    "tests/widgets/canvas/test_wet_paint.py::test_it_goes_with_the_frame_that_has_it_once_the_stroke_has_ended",
    "a late frame",
)
def wet_paint(patch: pytest.MonkeyPatch) -> None:
    """The paint goes with the first frame after the stroke, whatever it shows."""
    from tauscope.widgets.canvas.wet_paint import WetPaint

    patch.setattr(WetPaint, "_seen_in", lambda self, _frame: self.settled)


@mutant(f"{GUI}test_pixels.py::test_a_drag_moves_the_source_in_the_engine_and_is_one_undo", "index")
def merging(patch: pytest.MonkeyPatch) -> None:
    """Every move of a drag is a step of its own."""
    from tauscope.app.undo import History

    real = History.push

    def push(self: History, after: Any, text: str, _merge: str = "", put: Any = None) -> None:
        real(self, after, text, "", put)

    patch.setattr(History, "push", push)


@mutant(f"{GUI}test_undo.py::test_random_edits_undo_and_redo_through_matching_hashes[40]", "agree")
def undo(patch: pytest.MonkeyPatch) -> None:
    """Engines are told of edits, but not of their undo: of what returns to a content that was."""
    from tauscope.app import changes

    real, seen = changes.difference, set[str]()

    def difference(before: Any, after: Any) -> Any:
        seen.add(before.digest())
        return [] if after.digest() in seen else real(before, after)

    patch.setattr("tauscope.app.runs.difference", difference)


@mutant(f"{GUI}test_recovery.py::test_a_start_that_another_left_unfinished_is_noticed_once", "begin_start()")
def starting(patch: pytest.MonkeyPatch) -> None:
    """A start leaves no mark that the next would find."""
    from tauscope.app import autosave

    real = autosave._orphans
    patch.setattr(autosave, "_orphans", lambda kind: [] if kind == autosave.STARTING else real(kind))


@mutant(
    f"{GUI}test_recovery.py::test_a_window_that_closes_leaves_nothing_and_a_living_one_is_not_robbed",
    "claim()",
)
def robbing(patch: pytest.MonkeyPatch) -> None:
    """Whose state it is is not asked."""
    from tauscope.app.recording.lock import Holder

    patch.setattr(Holder, "alive", lambda _self: False)


@mutant(
    f"{GUI}test_recovery.py::test_what_a_killed_program_left_is_offered_and_comes_back_whole", "assert [] =="
)
def keeping(patch: pytest.MonkeyPatch) -> None:
    """A state that was opened is not put aside, and goes with the next autosave."""
    from tauscope.app import autosave

    patch.setattr(autosave, "keep", lambda path: path)


@mutant("tests/app/test_cli_refusals.py::test_a_fault_of_the_program_is_a_sentence_too", "planted")
def sentences(patch: pytest.MonkeyPatch) -> None:
    """A fault of the program is a traceback and nothing else."""
    from tauscope.app import cli

    patch.setattr(cli, "Exception", OSError, raising=False)
