"""One parameter in a form: name, editor, way back to the default, and what was wrong with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from tauscope.engine.config import Leaf
from tauscope.widgets import theme
from tauscope.widgets.buttons import CheckBox
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.controls.form_row import FormRow
from tauscope.widgets.controls.number_edit import short_unit
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.controls.track import Track


def scale_of(leaf: Leaf) -> Scale:
    """Slider range of a numeric parameter."""
    default = float(leaf.default) if isinstance(leaf.default, int | float) else 0.0
    return Scale.of(leaf.soft_low, leaf.soft_high, default, log=leaf.log, whole=leaf.type_name == "int")


def explain(leaf: Leaf) -> str:
    """Tooltip of a parameter: name, unit, definition, range, default, and when it takes effect."""
    unit = short_unit(leaf.unit)
    lines = [leaf.label + (f", {unit}" if unit else ""), leaf.description]
    words = (("from", leaf.low), ("to", leaf.high))
    ends = [f"{word} {format_value(end)}" for word, end in words if end is not None]
    lines.append(f"Allowed {' '.join(ends)}." if ends else "")
    if isinstance(leaf.default, int | float) and not isinstance(leaf.default, bool):
        lines.append(f"Default {format_value(leaf.default)}.")
    elif leaf.default is not None:
        lines.append(f"Default {leaf.default}.")
    lines.append("Takes effect at the next tick." if leaf.live else "A change begins the run anew.")
    return "\n".join(line for line in lines if line)


class ParameterRow(FormRow):
    """Row of a form.

    Parameters
    ----------
    leaf : Leaf
        The parameter.

    Signals
    -------
    edited(value, phase)
        New value: float, int, bool, str, or None where an optional one was emptied.
    reset_requested()
        Back to the default.
    """

    edited = Signal(object, str)

    def __init__(self, leaf: Leaf, parent: QWidget | None = None) -> None:
        words = " ".join((leaf.label, leaf.path, leaf.unit, leaf.description, *leaf.choices))
        super().__init__(leaf.label, words, f"{leaf.label}: back to the default", parent)
        self.leaf = leaf
        self._value = leaf.default
        self.editor = self._make_editor()
        self.lay_out(self.editor)
        self.set_unused("")
        self.set_value(leaf.default)

    def explained(self) -> str:
        """Name, unit, definition, range, default, and when it takes effect."""
        return explain(self.leaf)

    def set_value(self, value: Any) -> None:
        """Show a value of the model; emits nothing."""
        self._value = value
        editor = self.editor
        if isinstance(editor, NumberField):
            editor.set_value(None if value is None else float(value), "automatic" if value is None else "")
            if self.track is not None and value is not None:
                self.track.set_number(float(value))
        elif isinstance(editor, CheckBox):
            blocked = editor.blockSignals(True)
            editor.setChecked(bool(value))
            editor.blockSignals(blocked)
        elif isinstance(editor, Choice):
            editor.set_value(str(value))
        elif isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText("" if value is None else str(value))
        self.back.setVisible(value != self.leaf.default)

    def error(self) -> str:
        """What was wrong, or ""."""
        own = self.editor.error() if isinstance(self.editor, NumberField) else ""
        return super().error() or own

    def _make_editor(self) -> QWidget:
        leaf = self.leaf
        if leaf.type_name in ("float", "int"):
            return self._make_number()
        if leaf.type_name == "bool":
            box = CheckBox()
            box.setAccessibleName(leaf.label)
            box.toggled.connect(lambda on: self._edited(bool(on), "commit"))
            return box
        if leaf.type_name == "choice":
            choice = Choice(leaf.choices, leaf.label)
            choice.setFont(theme.text_font(theme.SMALL_SIZE))
            choice.chosen.connect(lambda name: self._edited(name, "commit"))
            return choice
        line = QLineEdit()
        line.setAccessibleName(leaf.label)
        line.editingFinished.connect(lambda: self._line_done(line))
        return line

    def _make_number(self) -> NumberField:
        leaf = self.leaf
        scale = scale_of(leaf)
        field = NumberField(
            leaf.unit, Bounds(leaf.low, leaf.high), scale, whole=leaf.type_name == "int", name=leaf.label,
            optional=leaf.default is None,
        )  # fmt: skip
        field.edited.connect(self._number_edited)
        field.cleared.connect(lambda: self._edited(None, "commit"))
        if leaf.log and leaf.live and not leaf.hero:
            self.track = Track(scale, float(leaf.default) if leaf.default is not None else None, leaf.label)
            self.track.edited.connect(self._number_edited)
        return field

    def _number_edited(self, number: float, phase: str) -> None:
        field = self.editor
        if isinstance(field, NumberField) and self.sender() is self.track:
            field.set_value(number)
        elif self.track is not None:
            self.track.set_number(number)
        self._edited(round(number) if self.leaf.type_name == "int" else number, phase)

    def _line_done(self, line: QLineEdit) -> None:
        if line.isModified():
            line.setModified(False)
            self._edited(line.text(), "commit")

    def _edited(self, value: object, phase: str) -> None:
        self._value = value
        self.set_error("")
        self.back.setVisible(value != self.leaf.default)
        self.edited.emit(value, phase)
