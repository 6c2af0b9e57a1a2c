"""Plane of the gauge lattice that the main view shows, in three and four dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout

from tauscope.app import plane_film
from tauscope.app.document import Content
from tauscope.app.gauge_planes import ENGINE, VIEW, config_of, place_text, plane_of, shown
from tauscope.app.parts.part import Part
from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Array, Limits
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.planes import cut
from tauscope.widgets.labs.gauge.plane_bar import PlaneBar
from tauscope.widgets.state import SliceOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


class GaugePlane(Part):
    """Bar below the map of plaquettes.

    Parameters
    ----------
    lab : Lab
        Whose main view is meant.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.bar = PlaneBar()
        self.bar.hide()
        self._placed = False

    def connect(self) -> None:  # type: ignore[override]
        """Put the bar below the centre."""
        column = self.lab.window.centre.layout()
        if isinstance(column, QBoxLayout):
            column.insertWidget(1, self.bar)
        self.bar.wished.connect(self._wish)

    def set_up_shown(self, content: Content) -> None:
        """Show the bar where there is something to choose."""
        config, view = config_of(content), self.lab.window.views[VIEW]
        if config is None or config.dimensions == 2:
            self.bar.hide()
            if self._placed:
                view.set_place(None)
                self._placed = False
            return
        options = shown(content, config)
        view.set_place(lambda i, j: place_text(options, config, i, j), "site")
        self._placed = True
        self.bar.set_lattice(config.axes, config.shape)
        self.bar.set_slice(options)
        self.bar.show()

    def content_changed(self, before: Content, after: Content) -> None:
        """Ask for another plane."""
        config = config_of(after)
        if config is not None and (before.slices, config_of(before)) != (after.slices, config):
            self.set_up_shown(after)
            self._ask(after)

    def prepared(self, content: Content) -> None:
        """The run has its lattice now."""
        self._ask(content)

    def read_frame(self, file: RecordingFile, index: int) -> Array | None:
        """Cut the shown plane out of a recorded field of three or four axes."""
        recorded = (engine["config"] for engine in file.engines.values() if engine["name"] == ENGINE)
        found = next(recorded, None)
        config = GaugeConfig.load(found) if found is not None else None
        if config is None or config.dimensions == 2:
            return None
        # In files the axis t has another name, as t is the time of the frames.
        names = {
            file.owner(name)[1]: name
            for name, spec in file.fields.items()
            if len(spec.dims) == config.dimensions and spec.dims[1:] == config.axes[1:]
        }
        if not names:
            return None
        wanted = self.lab.window.views[VIEW].options.field
        dataset = names.get(wanted, next(iter(names.values())))
        options = shown(self.lab.document.content, config)
        return cut(file.frame(dataset, index), config.axes, plane_of(options))

    def films(self, file: RecordingFile) -> dict[str, tuple[str, str]]:
        """Recorded fields of three or four axes: label, and the shown plane in words, by dataset."""
        found = {}
        for name, spec in file.fields.items():
            engine = file.engines[file.owner(name)[0]]
            if engine["name"] != ENGINE:
                continue
            config = GaugeConfig.load(engine["config"])
            if len(file.shape(name)) == config.dimensions > 2:
                options = shown(self.lab.document.content, config)
                found[name] = spec.label, plane_film.in_words(options, config.axes)
        return found

    def frame_read(self, found: Array | None) -> None:
        """Show it."""
        if found is not None:
            self.lab.window.views[VIEW].set_array(found, Limits.of(found))

    def edits_locked(self, locked: bool) -> None:
        """A recording is shown as it was recorded."""
        self.bar.setEnabled(not locked)

    def _ask(self, content: Content) -> None:
        config = config_of(content)
        plane = None
        if config is not None and config.dimensions > 2:
            chosen = shown(content, config)
            plane = plane_of(chosen)
        self.lab.live.set_plane(VIEW, plane)

    def _wish(self, options: SliceOptions, phase: str) -> None:
        text = "Change plane" if options.axes != self.bar_axes else "Move plane"
        self.lab.editing.set_slices({VIEW: options}, text, phase)

    @property
    def bar_axes(self) -> tuple[str, str]:
        """Axes that the document shows."""
        config = config_of(self.lab.document.content)
        return shown(self.lab.document.content, config).axes if config is not None else ("x", "y")
