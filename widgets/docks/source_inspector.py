"""Inspector of the selected sources: every number that their kinds have, typed exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as entry
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.docks.source_model import shown_name
from tauscope.widgets.state import SourceKind, SourceMark
from tauscope.widgets.texts import Caption, Elided

_POSITIVE = Bounds(0.0, open_low=True)
_ANYWHERE = Bounds(-8192.0, 8192.0)
"""A brush's first cell may lie outside the lattice, where its map is cut."""
LABELS: dict[str, dict[SourceKind, str]] = {
    "x": {"line": "x₁"},
    "y": {"line": "y₁"},
    "width": {"gaussian": "width σ", "ring": "half width"},
    "strength": {"brush": "factor"},
}
KEYS: dict[SourceKind, tuple[str, ...]] = {
    "point": ("x", "y", "strength"),
    "gaussian": ("x", "y", "strength", "width"),
    "ring": ("x", "y", "strength", "radius", "width"),
    "disc": ("x", "y", "strength", "radius"),
    "line": ("x", "y", "x2", "y2", "strength", "width"),
    "image": ("x", "y", "strength", "width"),
    "brush": ("x", "y", "strength"),
}
"""Numbers of each kind, in the order shown."""

_PLACES = ("x", "y", "x2", "y2")
TIPS = {
    "x": "Column of the centre, cells; cell centres are at whole numbers",
    "y": "Row of the centre, cells; cell centres are at whole numbers",
    "x2": "Column of the line's end, cells",
    "y2": "Row of the line's end, cells",
    "strength": "Bits a node emits at each realized update; the peak of a Gaussian or an image, "
    "what a brush's painted values are multiplied by",
    "width": "Standard deviation of a Gaussian, half width of a ring, full width of a line or an image, "
    "in cells",
    "radius": "Radius in cells",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that an inspector asks for: its unit, its bounds, and whether it is a whole one."""

    unit: str
    bounds: Bounds
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What an inspector asks of what stands on a lattice, and how it calls it.

    Parameters
    ----------
    noun : str
        What one of them is.
    keys : mapping
        Numbers of each kind, in the order shown.
    labels, tips : mapping
        Names where they differ from the keys, by key and kind; tooltips by key.
    unit : str
        Unit of the strength.
    quantities, choices : mapping
        Unit and bounds of numbers that sources do not have, and what is one of a few names, by key; by key
        and kind, as in ``vx:light``, where a kind has its own.
    titles : mapping
        Names of kinds, where they are not the kinds themselves.
    signed : bool
        Whether the strength may be below 0.
    """

    noun: str
    keys: Mapping[SourceKind, tuple[str, ...]]
    labels: Mapping[str, Mapping[SourceKind, str]]
    tips: Mapping[str, str]
    unit: str
    quantities: Mapping[str, Quantity] = entry(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = entry(default_factory=dict)
    titles: Mapping[str, str] = entry(default_factory=dict)
    signed: bool = False


SOURCE_WORDS = Words("source", KEYS, LABELS, TIPS, "bits/update")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the selected sources have in common."""

    keys: tuple[str, ...]
    kind: SourceKind | None

    @classmethod
    def of(cls, marks: tuple[SourceMark, ...], known: Mapping[SourceKind, tuple[str, ...]]) -> Shared:
        """Numbers all kinds have; places only for a single source, as one place for all would stack them."""
        kinds = {mark.kind for mark in marks}
        if not kinds:
            return cls((), None)
        common = [key for key in known[marks[0].kind] if all(key in known[kind] for kind in kinds)]
        if len(marks) > 1:
            common = [key for key in common if key not in _PLACES]
        return cls(tuple(common), marks[0].kind if len(kinds) == 1 else None)


def fan_out(phase: str, count: int) -> list[str]:
    """Phases for the same edit of several sources, so that together they are one undo."""
    if count <= 1:
        return [phase] * count
    middle = ["drag"] * (count - 1)
    match phase:
        case "commit":
            return ["press", *middle[1:], "release"]
        case "press":
            return ["press", *middle]
        case "release":
            return [*middle, "release"]
        case "cancel":
            return ["cancel"] + [""] * (count - 1)
        case _:
            return ["drag", *middle]


class SourceInspector(QWidget):
    """Numbers of the selection.

    Signals
    -------
    edited(id, changes, phase)
        New absolute values of one source; several selected ones are told one after the other.
    duplicate_requested(), delete_requested()
        Buttons.
    """

    edited = Signal(str, object, str)
    duplicate_requested = Signal()
    delete_requested = Signal()

    def __init__(self, words: Words = SOURCE_WORDS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._marks: tuple[SourceMark, ...] = ()
        self._shared = Shared((), None)
        self._measured: dict[str, float] = {}
        self._limits = (256, 256)
        self.fields: dict[str, NumberField] = {}
        self.choices: dict[str, Choice] = {}
        self.title = Elided("")
        self.title.setFont(theme.text_font(semibold=True))
        self.duplicate = Button("", "duplicate", "Duplicate (Ctrl+D)", "ghost")
        self.delete = Button("", "delete", "Delete (Del)", "ghost")
        self.duplicate.clicked.connect(self.duplicate_requested)
        self.delete.clicked.connect(self.delete_requested)
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.name.setAccessibleName("Name")
        self.name.editingFinished.connect(self._name_done)
        self.measured = QLabel()
        self.measured.setFont(theme.number_font())
        self.measured.setContentsMargins(7, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.title, 1)
        head.addWidget(self.duplicate)
        head.addWidget(self.delete)
        self._body = QWidget()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addLayout(head)
        self._column.addWidget(self._body)
        self._build()

    def set_marks(self, marks: tuple[SourceMark, ...]) -> None:
        """Show the selected sources; emits nothing and leaves what is being typed alone."""
        before = tuple(mark.id for mark in self._marks)
        same = before == tuple(mark.id for mark in marks)
        self._marks = marks
        shared = Shared.of(marks, self._words.keys)
        if not same or shared != self._shared:
            self._shared = shared
            self._build()
        self._fill()

    def set_limits(self, nx: int, ny: int) -> None:
        """Size of the lattice in cells."""
        self._limits = (nx, ny)
        for key in _PLACES:
            if key in self.fields:
                self.fields[key].set_bounds(self._bounds(key))

    def set_choices(self, key: str, names: tuple[str, ...]) -> None:
        """Offer these names for an entry."""
        self._words = replace(self._words, choices={**self._words.choices, key: names})
        self._build()
        self._fill()

    def set_measured(self, measured: Mapping[str, float]) -> None:
        """Bits each source really emits per tick, by id, shown as “Q realized”."""
        had = self._has_measured()
        self._measured = dict(measured)
        if self._has_measured() != had:
            self._build()
        self._fill()

    def _build(self) -> None:
        """Lay the fields of the present kinds."""
        for kept in (self.name, self.measured):
            kept.hide()
            kept.setParent(self)
        old, self._body = self._body, QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.fields, self.choices = {}, {}
        if len(self._marks) == 1:
            self._add(grid, "name", f"Name of the {self._words.noun}", self.name)
        for key in self._shared.keys:
            editor = self._make_choice(key) if key in self._words.choices else self._make_field(key)
            self._add(grid, self._label(key), self._words.tips[key], editor)
        if self._has_measured():
            tip = "Bits that are really emitted per tick, waiting included"
            self._add(grid, "Q realized", tip, self.measured)
        self._column.replaceWidget(old, self._body)
        old.hide()
        old.deleteLater()
        self._body.setVisible(bool(self._marks))

    def _add(self, grid: QGridLayout, text: str, tip: str, editor: QWidget) -> None:
        row = grid.rowCount()
        label = Caption(text)
        label.setToolTip(tip)
        label.setFixedHeight(24)
        editor.setToolTip(tip)
        editor.show()
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(editor, row, 1)

    def _make_choice(self, key: str) -> Choice:
        editor = self.choices[key] = Choice(self._words.choices[key], self._label(key))
        editor.chosen.connect(lambda value: self._edited(key, value, "commit"))
        return editor

    def _make_field(self, key: str) -> NumberField:
        known = self._words.quantities.get(f"{key}:{self._shared.kind}", self._words.quantities.get(key))
        if known is not None:
            field = NumberField(known.unit, known.bounds, None, whole=known.whole, name=self._label(key))
            field.edited.connect(lambda value, phase: self._edited(key, value, phase))
            self.fields[key] = field
            return field
        unit = "cells" if key != "strength" else "" if self._shared.kind == "brush" else self._words.unit
        scale = Scale(1e-9, 1e6, log=True) if key == "strength" and not self._words.signed else None
        field = NumberField(unit, self._bounds(key), scale, name=self._label(key))
        field.edited.connect(lambda value, phase: self._edited(key, value, phase))
        self.fields[key] = field
        return field

    def _label(self, key: str) -> str:
        kind = self._shared.kind
        special = self._words.labels.get(key, {}).get(kind, "") if kind is not None else ""
        return special or {"x2": "x₂", "y2": "y₂"}.get(key, key)

    def _bounds(self, key: str) -> Bounds:
        nx, ny = self._limits
        if self._shared.kind == "brush" and key in _PLACES:
            return _ANYWHERE
        if key in ("x", "x2"):
            return Bounds(-0.5, nx - 0.5, open_high=True)
        if key in ("y", "y2"):
            return Bounds(-0.5, ny - 0.5, open_high=True)
        if self._words.signed:
            return Bounds(-100.0, 100.0) if key == "strength" else Bounds(0.0, 32.0)
        return Bounds(0.0) if key == "strength" else _POSITIVE

    def _has_measured(self) -> bool:
        return len(self._marks) == 1 and self._marks[0].id in self._measured

    def _fill(self) -> None:
        marks = self._marks
        single = marks[0] if len(marks) == 1 else None
        called = "" if single is None else self._words.titles.get(single.kind, single.kind.capitalize())
        self.title.set_text(called or f"{len(marks)} {self._words.noun}s")
        if single is not None and not (self.name.hasFocus() and self.name.isModified()):
            if self.name.text() != single.name:
                self.name.setText(single.name)
                self.name.setCursorPosition(0)
            self.name.setPlaceholderText(shown_name(single))
        for key, field in self.fields.items():
            values = {float(mark.value(key)) for mark in marks}
            alike = len(values) == 1
            field.set_value(values.pop() if alike else None, "" if alike else "different")
        for key, editor in self.choices.items():
            names = {str(mark.value(key)) for mark in marks}
            editor.set_value(names.pop() if len(names) == 1 else "")
        if single is not None and self._has_measured():
            self.measured.setText(format_value(self._measured[single.id], "bits/tick", 3))

    def _edited(self, key: str, value: Any, phase: str) -> None:
        marks = self._marks
        for mark, told in zip(marks, fan_out(phase, len(marks)), strict=True):
            if told:
                self._tell(mark.id, {key: value}, told)

    def _name_done(self) -> None:
        name = self.name.text().strip()
        if self.name.isModified() and len(self._marks) == 1:
            self.name.setModified(False)
            if name and name != self._marks[0].name:
                self._tell(self._marks[0].id, {"name": name}, "commit")
            else:
                self.name.setText(self._marks[0].name)

    def _tell(self, source: str, changes: dict[str, Any], phase: str) -> None:
        self.edited.emit(source, changes, phase)
