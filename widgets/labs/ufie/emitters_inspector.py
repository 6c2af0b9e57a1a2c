"""Inspector of the selected emitters: every entry, typed exactly or dragged, with its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.engine.config import Leaf
from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.controls.numbers import format_value, tidy_digits
from tauscope.widgets.controls.parameter_row import ParameterRow, scale_of
from tauscope.widgets.controls.track import Track
from tauscope.widgets.labs.ufie.emitters_state import EmitterMark
from tauscope.widgets.labs.ufie.names import AXES
from tauscope.widgets.texts import Caption, Elided, Label

KEYS = (
    "frequency", "detune", "amplitude", "sigma", "ramp", "phase", "prime", "profile", "complex", "zero_mean",
)  # fmt: skip
"""Entries, in the order shown."""
UNIFORM = "The profile is uniform: it has neither a width nor a mean of zero."
TRACKED = ("detune", "amplitude", "sigma")
PERCENT = 100.0
DIFFERENT = "different"


class TrackedRow(ParameterRow):
    """Row with a slider."""

    def _make_number(self) -> NumberField:
        field = super()._make_number()
        if self.track is None:
            default = self.leaf.default
            self.track = Track(
                scale_of(self.leaf), None if default is None else float(default), self.leaf.label
            )
            self.track.edited.connect(self._number_edited)
        return field


class EmitterInspector(QWidget):
    """Entries of the selected emitters.

    Parameters
    ----------
    leaves : mapping of str to Leaf
        What is known of the entries, by name.

    Signals
    -------
    edited(changes, phase)
        New values, by entry, for all that are selected.
    renamed(name)
        Another name was typed.
    """

    edited = Signal(object, str)
    renamed = Signal(str)

    def __init__(self, leaves: Mapping[str, Leaf], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[EmitterMark, ...] = ()
        self.title = Elided("")
        self.title.setFont(theme.text_font(semibold=True))
        self.name = QLineEdit()
        self.name.setMaxLength(40)
        self.name.setAccessibleName("Name of the emitter")
        self.name.setToolTip("Name; e1 to e9 give frequency, degrees per Δϕ and place of the golden array")
        self.name.editingFinished.connect(self._name_done)
        self.name_error = Label("", "trouble", wrap=True)
        self.name_error.hide()
        self.rows = {key: self._row(key, leaves[key]) for key in KEYS}
        self.detuned = Caption("", wrap=True)
        self.places = {axis: self._place(axis) for axis in AXES}
        self.home = Button("", "back-to-default", "Back to the place that follows from the name", "ghost")
        self.home.clicked.connect(lambda: self.edited.emit({"position": None}, "commit"))
        self.place_error = Label("", "trouble", wrap=True)
        self.place_error.hide()
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    # -- shown

    def set_marks(self, marks: tuple[EmitterMark, ...]) -> None:
        """Show the selected emitters; emits nothing and leaves what is being typed alone."""
        if [mark.name for mark in marks] != [mark.name for mark in self._marks]:
            self.clear_errors()
        self._marks = marks
        if not marks:
            return
        single = marks[0] if len(marks) == 1 else None
        self.title.set_text(single.name if single else f"{len(marks)} emitters")
        self.name.setEnabled(single is not None)
        if not (self.name.hasFocus() and self.name.isModified()):
            self.name.setText(single.name if single else "")
            self.name.setPlaceholderText("" if single else DIFFERENT)
        for key, row in self.rows.items():
            self._fill(key, row)
        everywhere = all(mark.entries.get("profile") == "uniform" for mark in marks)
        for key in ("sigma", "zero_mean"):
            self.rows[key].set_unused(UNIFORM if everywhere else "")
        self._say_detuned()
        self._fill_places(single)

    def set_shape(self, shape: Sequence[int]) -> None:
        """Sites along the nine axes."""
        for axis, size in zip(AXES, shape, strict=True):
            self.places[axis].set_bounds(Bounds(0.0, float(size), open_high=True))
            self.places[axis].setEnabled(size > 1)

    def set_error(self, key: str, message: str) -> bool:
        """Say beneath an entry what was wrong with it; False where it is not shown."""
        if not self._marks:
            return False
        if key in self.rows:
            self.rows[key].set_error(message)
        elif key in ("name", "position"):
            label = self.name_error if key == "name" else self.place_error
            label.setText(message)
            label.setVisible(bool(message))
        else:
            return False
        return True

    def clear_errors(self) -> None:
        """Nothing is wrong any more."""
        for row in self.rows.values():
            row.set_error("")
        for label in (self.name_error, self.place_error):
            label.hide()

    def _fill(self, key: str, row: ParameterRow) -> None:
        values = [mark.entries.get(key) for mark in self._marks]
        alike = all(value == values[0] for value in values)
        shown = values[0] if alike or not isinstance(row.editor, NumberField) else None
        row.set_value(shown * PERCENT if key == "detune" and shown is not None else shown)
        if isinstance(row.editor, NumberField) and shown is None:
            single = self._marks[0] if len(self._marks) == 1 else None
            told = "golden" if key == "frequency" or single is None else f"{single.degrees:g}"
            row.editor.set_value(None, told if alike else DIFFERENT)

    def _say_detuned(self) -> None:
        single = self._marks[0] if len(self._marks) == 1 else None
        text = ""
        if single is not None and single.tone != single.base:
            text = f"{single.tone - single.base:+.4g} Hz: sounds at {format_value(single.tone, 'Hz', 6)}"
        self.detuned.setText(text)
        self.detuned.setVisible(bool(text))

    def _fill_places(self, single: EmitterMark | None) -> None:
        placed = single is not None and bool(single.place)
        self._place_body.setVisible(placed)
        if single is None or not placed:
            return
        for axis, at in zip(AXES, single.place, strict=True):
            self.places[axis].set_value(at)
        self.home.setVisible(single.entries.get("position") is not None)

    # -- edited

    def _row(self, key: str, leaf: Leaf) -> ParameterRow:
        if key == "detune":
            leaf = replace(leaf, unit="%", low=-50.0, high=50.0, soft_low=-50.0, soft_high=50.0)
        row = TrackedRow(leaf) if key in TRACKED else ParameterRow(leaf)
        row.edited.connect(lambda value, phase: self._edited(key, value, phase))
        row.reset_requested.connect(lambda: self.edited.emit({key: _default(key, leaf)}, "commit"))
        return row

    def _edited(self, key: str, value: Any, phase: str) -> None:
        if key == "detune" and value is not None:
            value = tidy_digits(float(value) / PERCENT, 9)
        if phase in ("press", "commit"):
            self.clear_errors()
        self.edited.emit({key: value}, phase)

    def _place(self, axis: str) -> NumberField:
        field = NumberField("", Bounds(0.0), name=f"Place on axis {axis}, sites")
        field.setToolTip(f"Place on axis {axis}, sites")
        field.edited.connect(lambda value, phase: self._moved(axis, value, phase))
        return field

    def _moved(self, axis: str, value: float, phase: str) -> None:
        if len(self._marks) == 1 and self._marks[0].place:
            at = list(self._marks[0].place)
            at[AXES.index(axis)] = value
            self.edited.emit({"position": tuple(at)}, phase)

    def _name_done(self) -> None:
        if not self.name.isModified() or len(self._marks) != 1:
            return
        self.name.setModified(False)
        name = self.name.text().strip()
        if name and name != self._marks[0].name:
            self.clear_errors()
            self.renamed.emit(name)
        else:
            self.name.setText(self._marks[0].name)

    # -- built

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.title)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(Caption("Name"), 10)
        line.addWidget(self.name, 11)
        column.addLayout(line)
        column.addWidget(self.name_error)
        for key, row in self.rows.items():
            column.addWidget(row)
            if key == "detune":
                column.addWidget(self.detuned)
        column.addWidget(self._lay_out_places())

    def _lay_out_places(self) -> QWidget:
        self._place_body = QWidget()
        column = QVBoxLayout(self._place_body)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(Caption("Place, sites"), 1)
        head.addWidget(self.home)
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        for number, axis in enumerate(AXES):
            row, at = divmod(number, 3)
            grid.addWidget(Caption(axis), row, 2 * at)
            grid.addWidget(self.places[axis], row, 2 * at + 1)
            grid.setColumnStretch(2 * at + 1, 1)
            policy = self.places[axis].sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
            self.places[axis].setSizePolicy(policy)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self.place_error)
        return self._place_body


def _default(key: str, leaf: Leaf) -> Any:
    """Default as the configuration has it."""
    return leaf.default / PERCENT if key == "detune" else leaf.default
