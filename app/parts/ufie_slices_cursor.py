"""Pointing at slices: the same site in both, cutting the other one at a click, and what the menu offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from tauscope.app.slice_planes import KEYS
from tauscope.engine.ufie.axes import AXES

if TYPE_CHECKING:
    from tauscope.app.parts.ufie_slices import UfieSlices

Filler = Callable[[QMenu, str, str, float, float], None]


class SliceCursors(QObject):
    """Links the cursors of the two slices, and cuts one where the other was clicked with Alt.

    Parameters
    ----------
    part : UfieSlices
        Whose views are pointed at.
    """

    def __init__(self, part: UfieSlices) -> None:
        super().__init__(part)
        self._part = part
        self._widgets: dict[str, QWidget] = {}
        self.fillers: list[Filler] = []
        """What other tools add to the menu, above the picture: ``fill(menu, key, source, x, y)``."""

    def connect_views(self) -> None:
        """Listen to both canvases."""
        for key in KEYS:
            canvas = self._part.views[key].canvas
            canvas.pointer_moved.connect(partial(self._pointed, key))
            canvas.context_requested.connect(partial(self.menu, key))
            canvas.stage.surface_changed.connect(lambda _reason, key=key: self._listen(key))
            self._listen(key)

    @staticmethod
    def other(key: str) -> str:
        """Key of the other slice."""
        return KEYS[1 - KEYS.index(key)]

    def point(self, key: str, site: tuple[int, ...] | None) -> None:
        """Show a cross at a site in a slice, where its plane holds it or is linked to where it was found."""
        part = self._part
        canvas, options = part.views[key].canvas, part.options(key)
        if site is None or not self._shows(key, site):
            canvas.set_cursor(None)
            return
        across, up = (AXES.index(name) for name in options.axes)
        canvas.set_cursor((float(site[across]), float(site[up])))

    def _shows(self, key: str, site: tuple[int, ...]) -> bool:
        """Whether a slice holds a site: its plane goes through it, or it is projected along all others.

        Linked slices cut one another in a line, so that the site's shadow on the other one is shown.
        """
        part = self._part
        options = part.options(key)
        if options.mode != "index" or any(part.options(each).linked for each in KEYS):
            return True
        cut = (axis for axis, name in enumerate(AXES) if name not in options.axes)
        return all(site[axis] == options.index[axis] for axis in cut)

    def _pointed(self, key: str, x: float, y: float, inside: bool) -> None:
        other = self.other(key)
        if self._part.views[other].isVisible():
            self.point(other, self._part.site_at(key, x, y) if inside else None)

    # -- clicks

    def _listen(self, key: str) -> None:
        old = self._widgets.get(key)
        if old is not None and shiboken6.isValid(old):
            old.removeEventFilter(self)
        self._widgets[key] = widget = self._part.views[key].canvas_native
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cut the other slice where one was clicked with Alt; the rest goes to the view."""
        if event.type() != QEvent.Type.MouseButtonPress or not isinstance(event, QMouseEvent):
            return False
        alone = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if not alone or event.button() != Qt.MouseButton.LeftButton:
            return False
        key = next((key for key, widget in self._widgets.items() if widget is watched), "")
        if not key:
            return False
        x, y = self._part.views[key].canvas.pixel_to_world(event.position().x(), event.position().y())
        self.cut_other(key, x, y)
        return True

    def cut_other(self, key: str, x: float, y: float) -> None:
        """Cut the other slice at the site of this one at a place, in cells."""
        site = self._part.site_at(key, x, y)
        if site is not None:
            self._part.cut_at(self.other(key), site)

    def menu(self, key: str, place: QPoint, source: str, x: float, y: float) -> None:
        """Menu of a slice: what can be done with what lies there, with the planes, and with the picture."""
        lab = self._part.lab
        menu = QMenu(lab.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for fill in self.fillers:
            fill(menu, key, source, x, y)
        if menu.actions():
            menu.addSeparator()
        if self._part.site_at(key, x, y) is not None:
            menu.addAction("Cut the other slice here\tAlt+click", partial(self.cut_other, key, x, y))
            menu.addSeparator()
        for name in ("fit", "autoscale"):
            menu.addAction(lab.actions[name])
        menu.addAction("Save snapshot…", partial(lab.files.snapshot_dialog, key))
        menu.popup(place)
