"""Viewing: linked views, limits in common, comparison of ϕ with Poisson, and the surface of a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.arranging import LOW, WIDE
from tauscope.app.document import Content
from tauscope.app.labs import FIELDS, LATTICES
from tauscope.app.parts.part import Dock, Part
from tauscope.widgets import theme
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions
from tauscope.widgets.surface_view import SurfaceView
from tauscope.widgets.view_group import ViewGroup
from tauscope.widgets.view_menu import compared

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

VIEW = "&View"
PHI, POISSON = "phi", "phi_poisson"
VISIBLE, DARK = "phi_visible", "phi_dark"
PHI_MAP = "crameri:vik"
SURFACE = "surface"
COMPARED = ("f", "tau", "phi")
"""Views that show ϕ, Poisson's ϕ, and their difference."""


@dataclass(slots=True)
class Comparison:
    """A comparison that was opened, so that undo and redo move the docks with the views.

    Parameters
    ----------
    before, after : mapping of str to ViewOptions
        Views before it and in it.
    layout : QByteArray
        Docks before it.
    made : object
        Arrangement of the docks that it made.
    """

    before: Mapping[str, ViewOptions]
    after: Mapping[str, ViewOptions]
    layout: QByteArray
    made: object


class Viewing(Part):
    """Joins the field views with one another and with the surface dock."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.group = ViewGroup(lab.window.views, self)
        self.surface = SurfaceView(budget=lab.window.redraw)
        self._followed = "hero"
        self._compared: Comparison | None = None
        self.surface.installEventFilter(self)

    def docks(self) -> Sequence[Dock]:
        """The surface, closed until it is asked for."""
        return (Dock(SURFACE, "Surface", self.surface, "tau", shown=False, engines=LATTICES),)

    def actions(self) -> Sequence[ActionSpec]:
        """Link, compare, surface."""
        return (
            ActionSpec(
                "link_views",
                VIEW,
                "&Link cameras and cursors",
                self.link,
                ("L",),
                checkable=True,
                tip="Views of the same lattice move together, and the pointer marks its cell in all of them",
                separated=True,
                engines=FIELDS,
            ),
            ActionSpec(
                "compare_poisson",
                VIEW,
                "Compare ϕ with &Poisson",
                self.compare_with_poisson,
                tip="ϕ, what Poisson's equation gives for the present sources, and their difference",
                engines=("gravity",),
            ),
            ActionSpec(
                "compare_worlds",
                VIEW,
                "Compare &visible, total, dark ϕ",
                self.compare_worlds,
                tip="What the visible worlds explain of ϕ, ϕ itself, and what is left: dark",
                engines=("gravity",),
            ),
            ActionSpec(
                "show_surface",
                VIEW,
                "Show as &surface",
                self.show_focused,
                ("Ctrl+3",),
                tip="Height map of the field of the view that has the keyboard, or of the main view",
                engines=LATTICES,
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Work off the GUI thread goes where the lab's does."""
        self.lab.live.work = self.lab.background.run
        self.surface.snapshot_requested.connect(lambda: self.lab.files.snapshot_dialog(SURFACE))
        self.lab.window.docks[SURFACE].visibilityChanged.connect(self._surface_shown)

    def connect_view(self, key: str, view: FieldView) -> None:
        """Hear the wishes of a view's menu."""
        view.surface_requested.connect(lambda: self.show_surface(key))
        view.link_requested.connect(self.lab.actions["link_views"].setChecked)

    def content_changed(self, before: Content, after: Content) -> None:
        """Name docks after the fields they show."""
        if before.views == after.views:
            return
        self._name_docks()
        found = self._compared
        if found is None:
            return
        if (before.views, after.views) == (found.after, found.before):
            # Docks that the user has moved since stay where they are.
            if self.lab.window.arrangement() == found.made:
                self.lab.window.restore_docks(found.layout)
        elif (before.views, after.views) == (found.before, found.after):
            found.layout = self.lab.window.keep_docks()
            self._side_by_side(COMPARED)
            found.made = self.lab.window.arrangement()

    def set_up_shown(self, content: Content) -> None:
        """Views may show another engine's fields, of a recording."""
        del content
        self._name_docks()

    def prepared(self, content: Content) -> None:
        """Fields have names now."""
        del content
        self._name_docks()

    def close(self) -> None:
        """Let the surface go."""
        self.surface.release()

    # ----- link

    def link(self, linked: bool) -> None:
        """Link cameras and cursors of all views, beginning with the main view's camera, or let them go."""
        self.group.set_linked(linked)
        if linked:
            self.group.follow(self.lab.window.views[self._focused()])

    def _focused(self) -> str:
        views = self.lab.window.views
        return next((key for key, view in views.items() if view.canvas_native.hasFocus()), "hero")

    # ----- comparison

    def compare_with_poisson(self) -> None:
        """Show ϕ and Poisson's ϕ with limits in common, and their difference, in three docks: one step."""
        lab = self.lab
        if lab.playback.active or lab.editing.is_locked():
            return
        if POISSON not in lab.live.specs or PHI not in lab.live.specs:
            lab.notify(
                "warning", "This run has no ϕ to compare with Poisson's. Load a preset of the lattice."
            )
            return
        alone = ViewOptions(PHI, PHI_MAP, "shared")
        shown = (alone, replace(alone, field=POISSON), compared(alone, POISSON))
        self._compare(shown, "Compare ϕ with Poisson")

    def compare_worlds(self) -> None:
        """Show what visible worlds explain of ϕ, ϕ, and what is dark, with limits in common: one step."""
        lab = self.lab
        if lab.playback.active or lab.editing.is_locked():
            return
        if VISIBLE not in lab.live.specs:
            lab.notify("warning", "This run has no ϕ to explain. Load a preset of the lattice.")
            return
        alone = ViewOptions(PHI, PHI_MAP, "shared")
        shown = (replace(alone, field=VISIBLE), alone, replace(alone, field=DARK))
        self._compare(shown, "Compare visible, total, dark")

    def _compare(self, shown: Sequence[ViewOptions], text: str) -> None:
        """Let three views show these in docks side by side: one step."""
        lab = self.lab
        content, window = lab.document.content, lab.window
        views = {**content.views, **dict(zip(COMPARED, shown, strict=True))}
        layout = window.keep_docks()
        self._compared = None
        lab.history.push(replace(content, views=views), text)
        self._side_by_side(COMPARED)
        self.lab.actions["link_views"].setChecked(True)  # one place, looked at in three ways
        if views != content.views:
            self._compared = Comparison(content.views, views, layout, window.arrangement())

    def _side_by_side(self, keys: Sequence[str]) -> None:
        """Open docks in a row, each in sight; what shared their tabs goes behind the last."""
        window = self.lab.window
        docks = [window.docks[key] for key in keys]
        if all(dock.isVisible() and not dock.visibleRegion().isEmpty() for dock in docks):
            return
        area = window.dockWidgetArea(docks[-1])
        mates = dict.fromkeys(m for dock in docks for m in window.tabifiedDockWidgets(dock) if m not in docks)
        surface = window.docks[SURFACE]
        if not surface.isVisible():
            mates[surface] = None
        for dock in docks:
            dock.setFloating(False)
            window.removeDockWidget(dock)
        if area == Qt.DockWidgetArea.BottomDockWidgetArea and window.width() < WIDE:
            # Three in a row need the whole width of a small window.
            window.setCorner(Qt.Corner.BottomLeftCorner, area)
            if window.height() >= LOW:
                window.setCorner(Qt.Corner.BottomRightCorner, area)
        window.addDockWidget(area, docks[0], Qt.Orientation.Horizontal)
        for left, right in pairwise(docks):
            window.splitDockWidget(left, right, Qt.Orientation.Horizontal)
        for mate in mates:
            shown = mate.isVisible()
            window.tabifyDockWidget(docks[-1], mate)
            mate.setVisible(shown)
        for dock in docks:
            dock.show()
            dock.raise_()
        window.resizeDocks(docks, [window.width()] * len(docks), Qt.Orientation.Horizontal)

    def _name_docks(self) -> None:
        for key, view in self.lab.window.views.items():
            dock, spec = self.lab.window.docks.get(key), view.spec
            if dock is not None and spec is not None:
                dock.setWindowTitle(spec.label)

    # ----- surface

    @property
    def followed(self) -> str:
        """Key of the view that is shown as a surface."""
        return self._followed

    def show_focused(self) -> None:
        """Show the field of the view that has the keyboard as a surface."""
        self.show_surface(self._focused())

    def show_surface(self, key: str) -> None:
        """Show the field of a view as a surface, in the surface's dock."""
        self._followed = key
        dock = self.lab.window.docks[SURFACE]
        self.surface.set_theme(theme.current())
        dock.show()
        dock.raise_()
        self.surface.follow(self.lab.window.views[key])
        self._surface_shown(True)

    def _surface_shown(self, shown: bool) -> None:
        """The view that is followed gets data while the surface is in sight, seen itself or not."""
        live = self.lab.live
        live.needed = frozenset({self._followed}) if shown else frozenset()
        live.subscribe()
        if shown and self.surface.view is None:
            self.surface.follow(self.lab.window.views[self._followed])
        elif shown:
            self.surface.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the colours of another theme."""
        if watched is self.surface and event.type() == QEvent.Type.PaletteChange:
            self.surface.set_theme(theme.current())
        return False
