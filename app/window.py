"""Starts the window: environment before imports, application, hooks, and the lab."""

from __future__ import annotations

import faulthandler
import logging
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tauscope.app.lab import Lab


def run(opened: str | None = None) -> NoReturn:
    """Run the window until it is closed, and end the process with 0, also after Ctrl-C or SIGTERM.

    Parameters
    ----------
    opened : str, optional
        Preset name, preset file or recording to open.
    """
    faulthandler.enable()
    app = application()
    from PySide6.QtCore import QSize

    from tauscope.app import settings
    from tauscope.app.faults import Faults
    from tauscope.app.lab import Lab

    kept, refused = settings.load()
    faults = Faults()
    lab = Lab(app, faults, kept)
    faults.install()
    lab.window.resize(QSize(1440, 900).boundedTo(app.primaryScreen().availableSize()))
    lab.window.show()
    lab.start(opened)
    for text in refused:
        lab.notify("warning", text)
    code = app.exec()
    lab.close()
    faults.uninstall(ending=True)
    _leave(app, lab, code)


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
    logging.shutdown()
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
