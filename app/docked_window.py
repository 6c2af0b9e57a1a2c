"""A main window whose docks are put in place for a lab, kept, put back, hidden and shown again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QByteArray, QPoint, QRect, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from tauscope.app.arranging import arrange
from tauscope.app.labs import LabSpec, offered

LAYOUT_VERSION = 1
SEPARATOR = "QMainWindow::separator"
FIT_MS = 150
"""After a change of size, before it is looked whether the panels fit."""


@contextmanager
def _thin_separators() -> Iterator[None]:
    """Let a main window be made as one with separators of one pixel, as the style sheet has them.

    Its layout asks for their width when it is made and never again. One that was told another width keeps the
    handles of every arrangement of docks for ever: 24 widgets for each round through three labs.
    """
    app = QApplication.instance()
    kept = app.styleSheet() if isinstance(app, QApplication) else SEPARATOR
    if not isinstance(app, QApplication) or SEPARATOR in kept:
        yield
        return
    app.setStyleSheet(kept + SEPARATOR + " { width: 1px; height: 1px; }")
    try:
        yield
    finally:
        app.setStyleSheet(kept)


class DockedWindow(QMainWindow):
    """Keeps the docks of a window, by lab.

    Parameters
    ----------
    lab : LabSpec
        Lab that is shown at first.
    engines : mapping of str to tuple of str
        Docks that are offered beside some engines only, and which.

    Signals
    -------
    refitted : ()
        The docks had no room any more and were put back where they stand at first.
    """

    refitted = Signal()

    def __init__(self, lab: LabSpec, engines: Mapping[str, tuple[str, ...]]) -> None:
        with _thin_separators():
            super().__init__()
        self.docks: dict[str, QDockWidget] = {}
        self._beside: dict[str, tuple[str, bool]] = {}
        self._engines = dict(engines)
        self._lab = lab
        self._layouts: dict[str, QByteArray] = {}
        self._before_hiding: QByteArray | None = None
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(FIT_MS)
        self._fitting.timeout.connect(self._fit)

    @property
    def lab(self) -> LabSpec:
        """Lab that the window is arranged for."""
        return self._lab

    def offered(self) -> dict[str, QDockWidget]:
        """Docks of the present lab, by key."""
        return {
            key: dock
            for key, dock in self.docks.items()
            if key != self._lab.centre and offered(self._engines.get(key, ()), self._lab)
        }

    def reset_layout(self) -> None:
        """Put every dock of the lab back where it stood at the first start."""
        self._put_away()
        arrange(self, self.offered(), self._lab.layout, self._beside)

    def _put_away(self) -> None:
        """Take every dock out, and let the menus name those of the lab."""
        shown = self.offered()
        for key, dock in self.docks.items():
            dock.setFloating(False)
            self.removeDockWidget(dock)
            dock.toggleViewAction().setVisible(key in shown)

    def save_layout(self) -> tuple[str, str]:
        """Geometry and dock layout as base64 text."""
        return _text(self.saveGeometry()), _text(self.keep_docks())

    def other_layouts(self) -> dict[str, str]:
        """Dock layouts of the labs that were left, by lab, as base64 text."""
        return {key: _text(kept) for key, kept in self._layouts.items() if key != self._lab.key}

    def keep_layouts(self, layouts: Mapping[str, str]) -> None:
        """Take over what `other_layouts` gave, for when each lab is shown."""
        self._layouts |= {key: QByteArray.fromBase64(text.encode("ascii")) for key, text in layouts.items()}

    def restore_layout(self, geometry: str, layout: str) -> bool:
        """Restore what `save_layout` gave; False (and the built-in layout) where Qt refuses it."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
        if layout and not self.restore_docks(QByteArray.fromBase64(layout.encode("ascii"))):
            self.reset_layout()
            return False
        if not layout:
            self.reset_layout()
        self._fitting.start()
        return True

    def keep_docks(self) -> QByteArray:
        """Return what `restore_docks` takes."""
        return self.saveState(LAYOUT_VERSION)

    def restore_docks(self, layout: QByteArray) -> bool:
        """Put the docks back as they stood; False where Qt refuses it, with the docks put away.

        Every dock is taken out first: Qt would leave the tabs of the present arrangement standing.
        """
        drawn = self.updatesEnabled()
        self.setUpdatesEnabled(False)
        try:
            for dock in self.docks.values():
                self.removeDockWidget(dock)
            if (rows := self.layout()) is not None:
                rows.activate()  # lets go of the tabs
            fits = self.restoreState(layout, LAYOUT_VERSION)
            shown = self.offered()
            for key, dock in self.docks.items():
                dock.toggleViewAction().setVisible(key in shown)
                if key not in shown:  # the layout may be of another lab
                    self.removeDockWidget(dock)
            return fits
        finally:
            self.setUpdatesEnabled(drawn)

    def arrangement(self) -> object:
        """Return which docks are open, floating and tabbed together, and where; sizes do not count."""
        return {
            key: (
                dock.isHidden(),
                dock.isFloating(),
                self.dockWidgetArea(dock),
                frozenset(mate.objectName() for mate in self.tabifiedDockWidgets(dock)),
            )
            for key, dock in self.docks.items()
        }

    def hide_panels(self, hidden: bool) -> None:
        """Hide every dock, or show those that stood before."""
        if hidden:
            self._before_hiding = self.keep_docks()
            for dock in self.docks.values():
                if not dock.isFloating():
                    dock.hide()
        elif self._before_hiding is not None:
            kept, self._before_hiding = self._before_hiding, None
            self.restore_docks(kept)

    def _fit(self) -> None:
        """Put the docks back where they stand at first where the window became too narrow for them.

        Qt lets columns lie over one another then.
        """
        layout = self.layout()
        if self.isVisible() and layout is not None and layout.minimumSize().width() > self.width():
            self.reset_layout()
            self.refitted.emit()

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Let Tab pass over what stands behind other tabs: Qt keeps it outside the window, in the chain."""
        met: list[QWidget] = []
        while super().focusNextPrevChild(next_one):
            found = self.focusWidget()
            if found in met[:1] or self._in_sight(found):
                return True
            met.append(found)
        return False

    def _in_sight(self, widget: QWidget) -> bool:
        for dock in self.docks.values():
            if dock.isAncestorOf(widget):
                widget = dock  # what is scrolled away in it comes into sight by itself
        if widget.window() is not self:
            return True
        return self.rect().intersects(QRect(widget.mapTo(self, QPoint(0, 0)), widget.size()))


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")
