"""Starts the window: environment before imports, application, hooks, and the lab."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import multiprocessing
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tauscope.app.lab import Lab


M_ARENA_MAX = -8
"""Of glibc's malloc.h."""
CRASHED = (
    "The last start did not come to its end, so the built-in layout and preset are used. "
    "If that happens again, “tauscope --safe” also paints without the graphics card."
)


def run(opened: str | None = None, safe: bool = False) -> NoReturn:
    """Run the window until it is closed, and end the process with 0, also after Ctrl-C or SIGTERM.

    Parameters
    ----------
    opened : str, optional
        Preset name, preset file or recording to open.
    safe : bool
        Whether to start with the built-in layout and preset, painted by the processor; the kept ones stay.
    """
    faulthandler.enable()
    few_arenas()
    if safe:
        os.environ["TAUSCOPE_RASTER"] = "1"
    app = application()
    from PySide6.QtCore import QSize

    from tauscope.app import autosave, overrides, settings
    from tauscope.app.faults import Faults
    from tauscope.app.heartbeat import Heartbeat
    from tauscope.app.lab import Lab
    from tauscope.app.parts.recovery import Recovery
    from tauscope.app.parts.sessions import part_of

    overrides.guard()  # of all that these imported, before any of it is made
    kept, refused = settings.load()
    crashed = autosave.begin_start()
    if safe or crashed:
        plain = settings.Settings.model_validate({})
        kept = kept.model_copy(update={name: getattr(plain, name) for name in settings.AT_START})
    faults = Faults()
    faults.log_file.open()
    lab = Lab(app, faults, kept)
    lab.safe = safe
    faults.install()
    lab.window.resize(QSize(1440, 900).boundedTo(app.primaryScreen().availableSize()))
    lab.window.show()
    lab.start(opened)
    for text in refused:
        lab.notify("warning", text)
    if faults.log_file.refused:
        lab.notify("warning", f"{faults.log_file.refused} What goes wrong is told in this window only.")
    if crashed and not safe:
        lab.notify("warning", CRASHED, key="start")
    part_of(lab, Recovery).offer()
    noted = partial(faults.log_file.note, level="warning")
    heartbeat = Heartbeat(noted, lambda stood: _stood_still(lab, stood))
    heartbeat.start()
    code = app.exec()
    heartbeat.stop()
    lab.close()
    faults.uninstall(ending=True)
    faults.log_file.close()
    _leave(app, lab, code)


def few_arenas() -> None:
    """Let all threads share two heaps, where the C library would give each of a dozen its own.

    A worker that composed a picture kept some 40 MB in its own; with ten of them the program grew by 200 MB.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such thing
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _stood_still(lab: Lab, seconds: float) -> None:
    lab.notify(
        "warning",
        f"The window did not answer for {seconds:.0f} s; the run went on. "
        f"What every part of the program was doing is in {lab.faults.log_file.path}.",
        key="heartbeat",
    )


def _leave(app: QApplication, lab: Lab, code: int) -> NoReturn:
    """End the process when everything is on disk: window, application, and nothing after them.

    What the interpreter would do then (destroy what is left of Qt in whatever order, take a thousand modules
    apart under threads that may still work) can only crash, and takes longer than all of closing.
    """
    import shiboken6

    from tauscope.widgets import icons

    lab.dispose()
    icons.forget()
    shiboken6.delete(app)  # hands the clipboard to the desktop, and takes Qt's own windows along
    for child in multiprocessing.active_children():
        child.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def application() -> QApplication:
    """Application with shared GL contexts, so that a floated canvas keeps its picture."""
    os.environ.setdefault("QT_API", "pyside6")
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QCoreApplication.setApplicationName("Tauscope")
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    return app
