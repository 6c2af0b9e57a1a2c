"""Emitters of the wave: handles on the slices, and the dock that lists and edits them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QMenu

from tauscope.app.document import Content
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.ufie_emitter_edits import ENGINE, EmitterEdits, config_of, entries
from tauscope.app.ufie_emitter_marks import marks_on
from tauscope.engine.base import Frame
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.catalogue import SCALARS
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.engine.ufie.emitters import place
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.labs.ufie.emitters import EmittersPanel
from tauscope.widgets.labs.ufie.emitters_state import EmitterMark
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

MAIN = "slice"
LOCKED = "Emitters of the recording that is shown"


class UfieEmitters(Part):
    """Shows the emitters of the document on the slices and in their dock, and edits them.

    Parameters
    ----------
    lab : Lab
        Whose document is edited.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = EmittersPanel({leaf.path: leaf for leaf in leaves(EmitterConfig)})
        self.edits = EmitterEdits(lab, self._refused)
        self.selection: frozenset[str] = frozenset()
        """Names of the selected emitters."""
        self._shown: UfieConfig | None = None
        """Configuration that panel and canvases show: the document's, or that of a recording."""
        self._dragged: dict[str, dict[str, Any]] = {}
        self._drag_from = ""
        self._open = False
        """Whether a drag on a slice is in progress."""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._flush)
        self._slices: UfieSlices | None = None

    # -- as a part

    def docks(self) -> Sequence[Dock]:
        """The emitters."""
        return (Dock("emitters", "Emitters", self.panel, "sources", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the dock and to both slices."""
        self._slices = next((part for part in self.lab.parts if isinstance(part, UfieSlices)), None)
        panel = self.panel
        panel.selection_changed.connect(self.select)
        panel.edited.connect(self._edited)
        panel.renamed.connect(self.rename)
        panel.muted.connect(self.edits.mute)
        panel.solo_requested.connect(lambda: self.edits.solo(self.selection))
        panel.add_requested.connect(lambda: self._select_new(self.edits.add(self._plane(MAIN))))
        panel.golden_requested.connect(lambda: self._select_new(self.edits.golden()))
        panel.paint_requested.connect(lambda: part_of(self.lab, Painting).open("resonance"))
        self._connect_edits(panel, MAIN)
        for key, view in self._slices.views.items() if self._slices is not None else ():
            canvas = view.canvas
            canvas.source_edited.connect(partial(self._dragging, key))
            canvas.selection_changed.connect(self.select)
            canvas.nudge_requested.connect(partial(self._nudge, key))
            canvas.context_requested.connect(partial(self._menu, key))
            self._connect_edits(canvas, key)
        if self._slices is not None:
            self._slices.plane_changed.connect(self._show_marks)

    def _connect_edits(self, source: Any, key: str) -> None:
        source.delete_requested.connect(self.delete)
        source.copy_requested.connect(lambda: self.edits.copy(self.selection))
        source.duplicate_requested.connect(lambda: self.duplicate(key))
        source.paste_requested.connect(partial(self.paste, key))

    def set_up_shown(self, content: Content) -> None:
        """Show the emitters of the document, or of a recording."""
        config, before = config_of(content), self._shown
        if config is before:
            return
        self._shown = config
        moved = config is None or before is None or _places(config) != _places(before)
        if moved or _sounds(config) != _sounds(before):
            self._show(moved)

    def prepared(self, content: Content) -> None:
        """The slices have the sizes of the run now."""
        self._shown = config_of(content)
        self._show()

    def frame_shown(self, frame: Frame) -> None:
        """Say what the emitters put in."""
        seen = (
            in_sight(self.panel) and not self.lab.playback.active
        )  # powers of the run are not the recording's
        if self._shown is not None and frame.scalars and seen:
            self.panel.set_power(power_text(frame.scalars.get(ENGINE, {})))

    def edits_locked(self, locked: bool) -> None:
        """Nothing is edited while a recording is shown."""
        self.panel.set_locked(LOCKED if locked else "")
        self.panel.set_power("")

    def close(self) -> None:
        """Stop the timer."""
        self._later.stop()

    # -- selection

    def select(self, names: frozenset[str]) -> None:
        """Select emitters; names that do not exist are left out."""
        known = () if self._shown is None else self._shown.emitters
        self.selection = frozenset(names & {one.name for one in known})
        self.panel.set_selection(self.selection)
        for view in self._slices.views.values() if self._slices is not None else ():
            view.canvas.set_selection(self.selection)

    def _select_new(self, names: frozenset[str]) -> None:
        if names:
            self.select(names)

    # -- edits

    def delete(self) -> None:
        """Take the selected emitters away."""
        self.edits.delete(self.selection)

    def duplicate(self, key: str = MAIN) -> None:
        """Copy the selected emitters beside where they stand in a slice, and select the copies."""
        self._select_new(self.edits.duplicate(self.selection, self._plane(key)))

    def paste(self, key: str = MAIN, x: float | None = None, y: float | None = None) -> None:
        """Paste copied emitters, about a place of a slice where one is given, and select them."""
        self._select_new(self.edits.paste(self._plane(key), x, y))

    def rename(self, name: str, new: str) -> None:
        """Give an emitter another name; it stays selected."""
        if self.edits.rename(name, new):
            self.select((self.selection - {name}) | {new})

    def _edited(self, changes: dict[str, dict[str, Any]], phase: str) -> None:
        self.edits.change(changes, phase)

    def _nudge(self, key: str, dx: float, dy: float) -> None:
        self.edits.nudge(self.selection, dx, dy, self._plane(key))

    def _dragging(self, key: str, name: str, changes: dict[str, float], phase: str) -> None:
        """Take what the handles of a slice say; of several signals of one turn one change is made."""
        if phase == "cancel":
            self._later.stop()
            self._dragged = {}
            if self._open:
                self._open = False
                self.edits.change({}, "cancel")
            return
        if phase == "press" and not self._open:
            self._open, self._drag_from, self._dragged = True, key, {}
            self.lab.history.begin_gesture()
        if not self._open:
            return  # the first of several that are let go has brought all of them
        self._dragged[name] = dict(changes)
        if phase == "release":
            self._later.stop()
            self._flush()
            self._open = False
        elif not self._later.isActive():
            self._later.start()

    def _flush(self) -> None:
        if not self.edits.drag(self._dragged, "drag", self._plane(self._drag_from)):
            self._show_marks()

    def _refused(self, error: BadInput, names: frozenset[str]) -> None:
        """Say at the row what was refused, or to the user where it is not shown."""
        key = error.key.rpartition(".")[2]
        if not self.panel.set_error(names, key, str(error)):
            self.lab.show_error(error)
        self._show()

    def _menu(self, key: str, where: QPoint, name: str, x: float, y: float) -> None:
        """Context menu of a slice."""
        if name and name not in self.selection:
            self.select(frozenset({name}))
        view = self._slices.views[key] if self._slices is not None else None
        menu, chosen = QMenu(view), bool(self.selection)
        free = not self.lab.editing.locked
        entries_: tuple[tuple[str, Any, bool], ...] = (
            ("Add emitter here", lambda: self._select_new(self.edits.add(self._plane(key), x, y)), free),
            ("Copy\tCtrl+C", lambda: self.edits.copy(self.selection), chosen),
            ("Paste here\tCtrl+V", lambda: self.paste(key, x, y), free and self.edits.can_paste),
            ("Duplicate\tCtrl+D", lambda: self.duplicate(key), free and chosen),
            ("Mute or unmute", self._toggle, free and chosen),
            ("Solo", lambda: self.edits.solo(self.selection), free and chosen),
            ("Delete\tDel", self.delete, free and chosen),
        )
        for text, call, enabled in entries_:
            menu.addAction(text, call).setEnabled(enabled)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def _toggle(self) -> None:
        on = any(one.on for one in self.edits.emitters if one.name in self.selection)
        self.edits.mute(self.selection, on)

    # -- shown

    def _plane(self, key: str) -> Any:
        if self._slices is None:
            raise BadInput("There are no slices of the wave.", key="slice")
        return self._slices.options(key)

    def _show(self, moved: bool = True) -> None:
        """Show the emitters in the dock, and on the slices where they may have moved."""
        config = self._shown
        self.panel.set_marks(() if config is None else listed(config))
        if config is not None:
            self.panel.set_shape(config.shape)
        else:
            self.panel.set_power("")
        if moved:
            self._show_marks()
        names = {mark.name for mark in self.panel.marks}
        if not self.selection <= names:
            self.select(self.selection)

    def _show_marks(self, only: str = "") -> None:
        """Show the emitters on both slices, or on one."""
        config = self._shown
        for key, view in self._slices.views.items() if self._slices is not None else ():
            if only not in ("", key):
                continue
            marks = () if config is None else marks_on(config.emitters, config.shape, self._plane(key))
            view.canvas.set_sources(marks)


def _places(config: UfieConfig) -> tuple[object, ...]:
    """What the marks on the slices show."""
    return config.shape, config.emitters


def _sounds(config: UfieConfig | None) -> tuple[object, ...]:
    """What the dock shows beside it."""
    return () if config is None else (config.dphi, config.reference_phase)


def listed(config: UfieConfig) -> tuple[EmitterMark, ...]:
    """Emitters of a configuration as the dock shows them."""
    return tuple(
        EmitterMark(
            one.name,
            one.tone,
            golden.frequency(one.name) if one.frequency is None else one.frequency,
            one.angle(config.dphi, config.reference_phase) % (2.0 * math.pi),
            golden.prime(one.name) if one.prime is None else one.prime,
            place(one, config.shape) if one.profile == "gaussian" else (),
            entries(one),
        )
        for one in config.emitters
    )


def power_text(scalars: Any) -> str:
    """What the emitters put into the field now, and what share of their drive acts."""
    power, gain = scalars.get("P_in"), scalars.get("drive_gain")
    if power is None or not math.isfinite(power):
        return ""
    text = f"P_in = {format_value(power, SCALARS['P_in'].unit, 4, short=True)}"
    return text if gain is None or gain >= 1.0 else f"{text}; SCRAM lets {100 * gain:.3g} % of the drive act"
