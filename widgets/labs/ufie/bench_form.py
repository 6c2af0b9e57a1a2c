"""Form of a bench: its options with units and ranges, two in a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from tauscope.widgets.buttons import CheckBox
from tauscope.widgets.controls.number_field import NumberField
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.ufie.bench_types import BenchSpec, Entry, Value
from tauscope.widgets.texts import Caption


class BenchForm(QWidget):
    """Options of one bench; what is typed stays. Its fields are made when they are first asked for.

    Signals
    -------
    changed()
        An option has another value.
    """

    changed = Signal()

    def __init__(self, spec: BenchSpec) -> None:
        super().__init__()
        self.spec = spec
        self._captions: dict[str, Caption] = {}
        self._columns, self._wide = 2, 0

    @cached_property
    def fields(self) -> dict[str, NumberField | Pick | CheckBox | QLineEdit]:
        """Editors of the options, by name."""
        fields: dict[str, NumberField | Pick | CheckBox | QLineEdit] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for entry in self.spec.entries:
            made = fields[entry.name] = self._field(entry)
            made.setToolTip(entry.tip)
            if isinstance(made, CheckBox):
                continue
            caption = self._captions[entry.name] = Caption(entry.label)
            caption.setToolTip(entry.tip)
            caption.setFixedHeight(made.sizeHint().height())
        self._place(grid, fields, 2)
        self._wide = grid.minimumSize().width()
        return fields

    def fit_width(self, width: int) -> None:
        """Put two options into a row, or one where two have no room."""
        fields, grid = self.fields, self.layout()
        assert isinstance(grid, QGridLayout)
        columns = 2 if width >= self._wide else 1
        if columns != self._columns:
            for widget in (*self._captions.values(), *fields.values()):
                grid.removeWidget(widget)
            self._place(grid, fields, columns)

    def _place(self, grid: QGridLayout, fields: Mapping[str, QWidget], columns: int) -> None:
        self._columns = columns
        top = Qt.AlignmentFlag.AlignTop
        wide, row, column = {one.name for one in self.spec.entries if one.wide}, 0, 0
        for name, made in fields.items():
            if name in wide:
                row, column = row + (column > 0), 0
                grid.addWidget(self._captions[name], row, 0, top)
                grid.addWidget(made, row, 1, 1, 2 * columns - 1, top)
                row += 1
                continue
            if name in self._captions:
                grid.addWidget(self._captions[name], row, 2 * column, top)
                grid.addWidget(made, row, 2 * column + 1, top)
            else:
                grid.addWidget(made, row, 2 * column, 1, 2, top)
            row, column = (row, column + 1) if column + 1 < columns else (row + 1, 0)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, columns - 1)

    def set_enabled(self, name: str, why_not: str) -> None:
        """Disable an option, and say why as its tip; "" enables it."""
        entry = next(one for one in self.spec.entries if one.name == name)
        for widget in (self.fields[name], self._captions.get(name)):
            if widget is not None:
                widget.setEnabled(not why_not)
                widget.setToolTip(why_not or entry.tip)

    def set_shown(self, shown: bool) -> None:
        """Show or hide the form."""
        self.setVisible(shown and bool(self.fields))

    @property
    def values(self) -> dict[str, Value]:
        """Options as they stand."""
        if "fields" not in self.__dict__:  # nobody could change them yet
            return {entry.name: _plain(entry, entry.value) for entry in self.spec.entries}
        return {entry.name: self._value(entry) for entry in self.spec.entries}

    def set_value(self, name: str, value: Value) -> None:
        """Give an option another value."""
        made = self.fields[name]
        if isinstance(made, CheckBox):
            made.setChecked(bool(value))
        elif isinstance(made, Pick):
            made.set_value(str(value))
        elif isinstance(made, QLineEdit):
            made.setText(str(value))
            made.setCursorPosition(0)  # else a long text shows its end
        else:
            made.set_value(float(value))
        self.changed.emit()

    def reset(self) -> None:
        """Give every option the value it had at first."""
        for entry in self.spec.entries:
            self.set_value(entry.name, entry.value)

    def _change_version(self, ticked: bool) -> None:
        """Show what the other version begins with; what was typed stays."""
        before, after, present = self.spec.first(not ticked), self.spec.first(ticked), self.values
        for name, value in after.items():
            if name != self.spec.version and value != before[name] and present[name] == before[name]:
                self.set_value(name, value)

    def _value(self, entry: Entry) -> Value:
        made = self.fields[entry.name]
        if isinstance(made, CheckBox):
            return made.isChecked()
        if isinstance(made, Pick):
            return made.value
        if isinstance(made, QLineEdit):
            return made.text()
        return _plain(entry, float(entry.value) if made.value is None else made.value)

    def _field(self, entry: Entry) -> NumberField | Pick | CheckBox | QLineEdit:
        if isinstance(entry.value, bool):
            box = CheckBox(entry.label)
            box.setChecked(entry.value)
            if entry.name == self.spec.version:
                box.toggled.connect(self._change_version)
            box.toggled.connect(lambda _on: self.changed.emit())
            return box
        if entry.choices:
            pick = Pick(entry.label)
            pick.set_entries(entry.choices, str(entry.value))
            pick.chosen.connect(lambda _value: self.changed.emit())
            return pick
        if isinstance(entry.value, str):
            line = QLineEdit(entry.value)
            line.setAccessibleName(entry.label)
            line.setPlaceholderText(entry.placeholder)
            line.textChanged.connect(lambda _text: self.changed.emit())
            return line
        made = NumberField(entry.unit, entry.bounds, whole=entry.whole, name=entry.label)
        made.set_value(float(entry.value))
        made.edited.connect(lambda value, _phase: self.set_value(entry.name, value))
        return made


def _plain(entry: Entry, value: Value) -> Value:
    return int(value) if entry.whole else value
