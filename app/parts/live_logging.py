"""Starting, showing and stopping the CSV log of the run in the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from tauscope.app.live_log import LiveLog
from tauscope.app.parts.kuramoto_feed import config_of
from tauscope.app.storage import trouble
from tauscope.engine.errors import TauscopeError
from tauscope.engine.world import World
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.docks.suggestions import SuggestionsPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


class LiveLogging(QObject):
    """One log at a time: its tracker on the simulation thread, its file in the background.

    Parameters
    ----------
    lab : Lab
        Whose run is logged.
    panel : SuggestionsPanel
        Where the log is shown.
    """

    _waiting = Signal()

    def __init__(self, lab: Lab, panel: SuggestionsPanel) -> None:
        super().__init__(lab)
        self._lab, self._panel = lab, panel
        self.log: LiveLog | None = None
        """The log that is written, None while there is none."""
        self._waiting.connect(self._write)

    def toggle(self) -> None:
        """Stop the log, or ask where a new one goes."""
        if self.log is not None:
            self.stop()
            return
        config = config_of(self._lab.document.content)
        if config is None:
            return
        if not config.consent_to_log:
            self._panel.set_logging("consent_to_log is off, so no log is written.", active=False)
            return
        files = self._lab.files
        dialog = ask_file(
            self._lab.window, "Log this run", files.suggestion(".csv"), "Logs (*.csv)", self.start, save=True
        )
        # An existing file is refused; asking to overwrite would promise otherwise.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)

    def start(self, path: str) -> None:
        """Log the run to a new file."""
        content = self._lab.document.content
        config = config_of(content)
        if config is None or self.log is not None:
            return
        log = LiveLog(
            Path(path), config.log_every, content.preset or content.title or "run", self._waiting.emit
        )
        self.log = log

        def work() -> TauscopeError | None:
            try:
                log.make()
            except TauscopeError as error:
                return error
            except OSError as error:
                return trouble(error, log.path, "log")
            return None

        def made(error: TauscopeError | None) -> None:
            if error is not None:
                self._failed(log, error)
            elif self.log is log:
                self._lab.simulation.loop.call(lambda _world: self._lab.simulation.loop.trackers.append(log))
                self._panel.set_logging(f"Logging to {log.path}.", active=True)

        self._lab.background.run(work, made)

    def stop(self, why: str = "") -> None:
        """End the log and write the rest of it; nothing while there is none.

        Parameters
        ----------
        why : str
            What to say about it, where the user did not ask for it.
        """
        log, self.log = self.log, None
        if log is None:
            return
        log.end()

        def out(_world: World) -> None:
            trackers = self._lab.simulation.loop.trackers
            if log in trackers:
                trackers.remove(log)

        self._lab.simulation.loop.call(out)
        self._save(log)
        self._panel.set_logging(f"{why} {log.sentence}.".strip(), active=False)

    def refresh(self) -> None:
        """Show how many rows there are."""
        if self.log is not None and self._panel.isVisible():
            self._panel.set_logging(f"{self.log.sentence}.", active=True)

    def _write(self) -> None:
        if self.log is not None:
            self._save(self.log)

    def _save(self, log: LiveLog) -> None:
        def work() -> TauscopeError | None:
            try:
                log.write()
            except OSError as error:
                return trouble(error, log.path, "log")
            return None

        def written(error: TauscopeError | None) -> None:
            if error is not None:
                self._failed(log, error)

        self._lab.background.run(work, written, keep=True)

    def _failed(self, log: LiveLog, error: TauscopeError) -> None:
        if self.log is log:
            self.log = None
            log.end()
            self._panel.set_logging("", active=False)
        self._lab.notify("error", str(error), key="live log")
