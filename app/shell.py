"""The frame around the instruments: themes, layout, full screen, help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from tauscope.app.info import collect, for_people
from tauscope.app.labs import FIELDS, engines_of, lab_of, offered
from tauscope.widgets import theme as themes
from tauscope.widgets.dialogs import AboutDialog, ShortcutsDialog
from tauscope.widgets.icons import icon

if TYPE_CHECKING:
    from tauscope.app.lab import Lab
    from tauscope.app.labs import LabSpec


class Shell:
    """View and help actions.

    Parameters
    ----------
    lab : Lab
        Session whose window is meant.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._theme: themes.Theme | None = None
        self._speeds: dict[str, float | None] = {}
        """Speed at which each lab was left."""
        self._behind: LabSpec | None = None
        """Lab that was left for a tool."""

    def set_dark(self, dark: bool) -> None:
        """Dark or light theme, at once and for the next start."""
        lab = self._lab
        theme = themes.DARK if dark else themes.LIGHT
        if theme is self._theme:
            return
        self._theme = theme
        kept, lab.settings.theme = lab.settings.theme, "dark" if dark else "light"
        if kept != lab.settings.theme:
            lab.save_settings()
        themes.apply(lab.app, theme)
        lab.actions.tint(theme.text, {"record": theme.trouble})
        lab.window.set_theme(theme)

    def set_full_screen(self, full: bool) -> None:
        """Full screen or a window."""
        if full:
            self._lab.window.showFullScreen()
        else:
            self._lab.window.showNormal()

    def hide_panels(self, hidden: bool) -> None:
        """Hide every dock, or show those that stood before."""
        self._lab.window.hide_panels(hidden)

    def show_tool(self, tool: LabSpec) -> None:
        """Let a tool have the window; the run goes on behind it."""
        lab, present = self._lab, self._lab.window.lab
        if tool is present:
            return
        if present.engines:
            self._behind = present
        lab.actions["hide_panels"].setChecked(False)
        lab.window.show_lab(tool)
        lab.live.subscribe()

    def layout(self) -> str:
        """Dock layout of the lab of the run, as base64 text, also while a tool has the window."""
        window = self._lab.window
        if window.lab.engines or self._behind is None:
            return window.save_layout()[1]
        return window.other_layouts().get(self._behind.key, "")

    @property
    def tool(self) -> str:
        """Key of the tool that has the window, "" in a lab."""
        present = self._lab.window.lab
        return "" if present.engines else present.key

    def leave_tool(self) -> None:
        """Return from a tool to the lab of the run; nothing in a lab."""
        if not self._lab.window.lab.engines:
            content = self._lab.document.content
            self.show_lab(self._behind or lab_of(engines_of(content)))

    def show_run(self, wanted: LabSpec) -> None:
        """Arrange the window for the lab of a set-up; a tool stays while the lab behind it is the same."""
        if self._lab.window.lab.engines or wanted is not self._behind:
            self.show_lab(wanted)

    def show_lab(self, wanted: LabSpec) -> None:
        """Arrange the window for a lab, and allow the actions that mean something there."""
        lab = self._lab
        if wanted is lab.window.lab:
            return
        if not wanted.engines:
            self.show_tool(wanted)
            return
        lab.actions["hide_panels"].setChecked(False)
        left = lab.window.lab if lab.window.lab.engines else self._behind
        if left is not None and left is not wanted:
            self._speeds[left.key] = lab.simulation.loop.speed
        had_focus = lab.window.home().hasFocus()
        lab.window.show_lab(wanted)
        lab.actions.set_engines(wanted.engines)
        if left is not wanted:  # else it is that of the tool's time
            lab.run_control.set_speed(self._speeds.get(wanted.key, wanted.speed))
        if had_focus:
            lab.window.home().setFocus()
        lab.live.subscribe()

    def reset_layout(self) -> None:
        """Built-in layout."""
        self._lab.actions["hide_panels"].setChecked(False)
        self._lab.window.reset_layout()

    def fit(self) -> None:
        """Show the whole lattice in every view."""
        for view in self._lab.window.views.values():
            view.fit()

    def autoscale_once(self) -> None:
        """Set the colour limits of every view from its present data."""
        for view in self._lab.window.views.values():
            view.autoscale_once()

    def show_shortcuts(self) -> None:
        """List of all keys."""
        ShortcutsDialog(self._lab.actions.shortcuts(), self._lab.window).open()

    def show_about(self) -> None:
        """Versions and licence."""
        lab = self._lab
        lab.background.run(lambda: for_people(collect()), lambda info: AboutDialog(info, lab.window).open())

    def show_recording(self, active: bool) -> None:
        """Let the record action say what it would do."""
        action = self._lab.actions["record"]
        text = "&Stop recording" if active else "&Record"
        if action.text() != text:
            action.setText(text)
            trouble = themes.current().trouble
            action.setIcon(icon("stop" if active else "record", trouble))

    def context_menu(self, place: QPoint, source: str, x: float, y: float) -> None:
        """Menu of a canvas: what can be done with the source there, or at that place."""
        lab = self._lab
        menu = QMenu(lab.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if source:
            if source not in lab.document.selection:
                lab.document.select(frozenset([source]))
            for key in ("copy", "duplicate", "delete"):
                menu.addAction(lab.actions[key])
        else:
            if offered(FIELDS, lab.window.lab):
                here = menu.addMenu(f"Add a {lab.editing.noun} here")
                for text, kind in lab.editing.kinds:
                    here.addAction(text, partial(lab.editing.drop_source, kind, x, y))
                if lab.editing.patterns:
                    more = menu.addMenu("Add a pattern here")
                    for text, kind in lab.editing.patterns:
                        more.addAction(text, partial(lab.editing.drop_source, kind, x, y))
                menu.addAction("Paste here", partial(lab.editing.paste, x, y))
        menu.addSeparator()
        for key in ("fit", "autoscale", "snapshot"):
            menu.addAction(lab.actions[key])
        menu.popup(place)

    def fill_view_menu(self) -> None:
        """Add a switch for every dock to the View menu."""
        menu = self._lab.window.menuBar().findChild(QMenu, "menu:&View")
        if menu is not None:
            menu.addSeparator()
            for dock in self._lab.window.docks.values():
                menu.addAction(dock.toggleViewAction())
