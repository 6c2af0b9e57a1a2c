"""Nothing dies silently: uncaught exceptions, Qt's warnings and signals of the system reach the window."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, QTimer, QtMsgType, Signal, Slot, qInstallMessageHandler

from tauscope.app.log_file import LogFile
from tauscope.engine.errors import TauscopeError

log = logging.getLogger("tauscope")

HARMLESS = (
    "This plugin does not support propagateSizeHints",
    "QStandardPaths: XDG_RUNTIME_DIR",
    "QXcbConnection: XCB error",
)


class Faults(QObject):
    """Turns exceptions of any thread into one signal on the GUI thread.

    Signals
    -------
    caught : (str, str)
        Sentence and traceback.
    quit_requested : ()
        SIGTERM or Ctrl-C arrived.
    """

    caught = Signal(str, str)
    quit_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collector = QTimer(self)
        self._collector.setInterval(2000)
        self._collector.timeout.connect(self._collect)
        self._before: tuple[Any, ...] = ()
        self._turns = 0
        self.log_file = LogFile()

    def install(self) -> None:
        """Install the hooks and collect garbage on the GUI thread only."""
        self._before = (
            sys.excepthook,
            threading.excepthook,
            signal.getsignal(signal.SIGINT),
            signal.getsignal(signal.SIGTERM),
        )
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(_on_qt_message)
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        gc.disable()  # a cycle freed on another thread would free Qt and GL objects there
        self._collector.start()

    def uninstall(self, ending: bool = False) -> None:
        """Put back what `install` replaced.

        Parameters
        ----------
        ending : bool
            Whether the process ends now: then no garbage is collected any more, which might happen on a
            thread that still works, and a second SIGTERM or Ctrl-C changes nothing.
        """
        self._collector.stop()
        sys.excepthook, threading.excepthook = self._before[:2]
        signal.signal(signal.SIGINT, signal.SIG_IGN if ending else self._before[2])
        signal.signal(signal.SIGTERM, signal.SIG_IGN if ending else self._before[3])
        qInstallMessageHandler(None)
        if not ending:
            gc.unfreeze()
            gc.enable()

    def report(self, error: BaseException) -> None:
        """Report an exception that somebody holds, from any thread."""
        details = ""
        if not isinstance(error, TauscopeError):  # whose sentence says it all
            details = "".join(traceback.format_exception(error))
            print(details, file=sys.stderr, flush=True)
            self.log_file.note(details)
        self.caught.emit(sentence(error), details)

    @Slot()
    def _collect(self) -> None:
        if not self._turns:
            gc.freeze()  # what the program is made of stays; to look through it takes a quarter of a second
        gc.collect(1)
        self._turns += 1
        if self._turns % 15 == 0:
            gc.collect()

    def _on_exception(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            QTimer.singleShot(0, self.quit_requested.emit)
            return
        self.report(error)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self.report(args.exc_value)

    def _on_signal(self, _number: int, _frame: object) -> None:
        # Python runs this between any two lines of the GUI thread, even amid drawing: only note it.
        QTimer.singleShot(0, self.quit_requested.emit)


def sentence(error: BaseException) -> str:
    """What to tell a user about an exception: its own sentence, or its kind and text."""
    if isinstance(error, TauscopeError):
        return str(error)
    text = str(error) or "no further text"
    return f"Something unexpected happened ({type(error).__name__}: {text}). The run goes on where it can."


def _on_qt_message(kind: QtMsgType, _context: object, text: str) -> None:
    if any(part in text for part in HARMLESS):
        return
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    log.log(level, "Qt: %s", text)
