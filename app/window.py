"""Starts the window: environment before imports, application, hooks, and the lab."""

from __future__ import annotations

import faulthandler
import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def run(opened: str | None = None) -> int:
    """Run the window until it is closed.

    Parameters
    ----------
    opened : str, optional
        Preset name, preset file or recording to open.

    Returns
    -------
    int
        Exit code; 0 after closing, also by Ctrl-C or SIGTERM.
    """
    faulthandler.enable()
    app = application()
    from tauscope.app import settings
    from tauscope.app.faults import Faults
    from tauscope.app.lab import Lab

    kept, refused = settings.load()
    faults = Faults()
    lab = Lab(app, faults, kept)
    faults.install()
    lab.window.resize(1440, 900)
    lab.window.show()
    lab.start(opened)
    for text in refused:
        lab.notify("warning", text)
    code = app.exec()
    lab.close()
    faults.uninstall()
    lab.dispose()
    gc.collect()
    if not lab.ended:
        # An exact solution or a compilation cannot be stopped, and the interpreter must not end under it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


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
