"""Sources of a recording on the fields: at each frame where they stood then."""

from __future__ import annotations

from tauscope.app.parts.part import Part
from tauscope.app.recording import RecordingFile
from tauscope.app.source_history import SourceHistory
from tauscope.widgets.state import SourceMark


class RecordedSources(Part):
    """Draws the sources of a recording; they cannot be touched."""

    _history: tuple[RecordingFile, SourceHistory | None] | None = None

    def read_frame(self, file: RecordingFile, index: int) -> tuple[SourceMark, ...] | None:
        """Sources at a frame; None where it holds no lattice of ours."""
        if self._history is None or self._history[0] is not file:
            self._history = file, SourceHistory.of(file)
        history = self._history[1]
        return None if history is None else history.marks(file, index)

    def frame_read(self, found: tuple[SourceMark, ...] | None) -> None:
        """Show them in every view."""
        if found is not None and self.lab.playback.active:
            for view in self.lab.window.views.values():
                view.set_sources(found)

    def edits_locked(self, locked: bool) -> None:
        """Let go of the file when it is closed."""
        if not locked:
            self._history = None
