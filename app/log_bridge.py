"""Python's log records on their way to the log panel, from any thread."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal

LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}


class LogBridge(QObject):
    """Handler of the program's logger that speaks by signal.

    Signals
    -------
    recorded : (str, str, str)
        Level of the panel, text and details.
    """

    recorded = Signal(str, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handler = _Handler(self)
        self._logger = logging.getLogger("tauscope")

    def install(self) -> None:
        """Listen to the program's logger; its records still reach the terminal."""
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self._handler)

    def uninstall(self) -> None:
        """Stop listening."""
        self._logger.removeHandler(self._handler)


class _Handler(logging.Handler):
    def __init__(self, bridge: LogBridge) -> None:
        super().__init__()
        self._bridge = bridge

    def emit(self, record: logging.LogRecord) -> None:
        level = LEVELS.get(record.levelno, "error" if record.levelno > logging.ERROR else "info")
        first, _, rest = record.getMessage().partition("\n")
        self._bridge.recorded.emit(level, first, rest)
