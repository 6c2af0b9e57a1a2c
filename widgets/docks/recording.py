"""Recording: what goes into which file, what it costs, and how it goes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tauscope.engine.base import FieldSpec
from tauscope.widgets.buttons import Button, CheckBox, NarrowBox, RadioButton
from tauscope.widgets.controls.numbers import format_bytes
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.docks.estimate import Estimate, suggested_every
from tauscope.widgets.docks.recording_status import StatusRows
from tauscope.widgets.state import RecordingChoice, RecordingStatus
from tauscope.widgets.texts import Caption, Elided, Heading

WIDE = 420
"""Width from which the form has two columns."""
LARGEST_EVERY = 1_000_000_000
FIRST_FIELD = "f_live"
"""Field that is ticked at first where an engine offers it; else its first field."""


class RecordingPanel(QWidget):
    """Form of a new recording; while one runs, its state.

    Signals
    -------
    record_requested : (RecordingChoice)
        Start with what the form says.
    stop_requested : ()
        Stop and close the file.
    open_requested : (str)
        Open a recording by path.
    """

    record_requested = Signal(object)
    stop_requested = Signal()
    open_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recording")
        self.fields: dict[str, CheckBox] = {}
        self._sizes: dict[str, int] = {}
        self._units: list[Caption] = []
        self._rate = 0.0
        self._disk_left = math.nan
        self._every_chosen = False
        """Whether the user chose the interval, which is not suggested then."""
        self._status = RecordingStatus()
        self.path = QLineEdit()
        self.path.setPlaceholderText("File to write (.h5)")
        self.path.setAccessibleName("File to write")
        self.browse = Button("", "folder", "Choose a file…")
        self.every = CountBox(10, 1, LARGEST_EVERY, "ticks")
        self.slow = RadioButton("slow the simulation")
        self.skip = RadioButton("skip frames")
        self.cost = Elided()
        self.left = Elided(ink="muted")
        self.problem = Caption(wrap=True)
        self.toggle = Button("Record", "record", "Start recording (Ctrl+E)")
        self.open_last = Button("Open", "open", "Open the recording that was made last")
        self.status_rows = StatusRows()
        self._prepare()
        self._build()
        self._connect()
        self._refresh()

    def _prepare(self) -> None:
        self.every.setAccessibleName("A frame every so many ticks")
        self.every.setToolTip("A frame is written every so many ticks")
        self.slow.setToolTip("No frame is lost; the run waits for the disk and the status bar says so")
        self.skip.setToolTip(
            "The run keeps its speed; frames that the disk cannot take are left out and counted"
        )
        self.slow.setChecked(True)
        self.cost.set_hint("Before compression; the file is usually 1.2 to 1.4 times smaller")
        self.problem.setProperty("role", "warning")
        self.open_last.hide()

    def _build(self) -> None:
        self._halves = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._halves.setSpacing(8)
        self._halves.addLayout(self._what(), 3)
        self._halves.addLayout(self._how(), 2)
        self.form = QWidget()
        self.form.setLayout(self._halves)
        self._halves.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 4, 0)
        outer.setSpacing(10)
        outer.addWidget(self.status_rows)
        outer.addWidget(self.form)
        outer.addStretch(1)
        # The whole scrolls, so that the dock never grows because a recording starts or ends.
        self.scrolled = _scrolled(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(6)
        column.addWidget(self.scrolled, 1)
        self._costs = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._costs.setSpacing(2)
        self._costs.addWidget(self.cost)
        self._costs.addWidget(self.left)
        column.addLayout(self._costs)
        column.addWidget(self.problem)
        column.addLayout(_row(self.toggle, self.open_last))

    def _what(self) -> QVBoxLayout:
        form = _column()
        form.addWidget(Heading("File"))
        form.addLayout(_row(self.path, self.browse))
        form.addLayout(_row(Heading("Every"), self.every))
        form.addWidget(Heading("Fields"))
        self._field_list = QGridLayout()
        self._field_list.setHorizontalSpacing(8)
        self._field_list.setVerticalSpacing(4)
        self._field_list.setColumnStretch(0, 1)
        self.no_fields = Caption("Load a preset to see its fields.", wrap=True)
        form.addWidget(self.no_fields)
        form.addLayout(self._field_list)
        form.addStretch(1)
        return form

    def _how(self) -> QVBoxLayout:
        form = _column()
        form.addWidget(Heading("When the disk is too slow"))
        policy = QButtonGroup(self)
        for button in (self.slow, self.skip):
            policy.addButton(button)
            form.addWidget(button)
        form.addStretch(1)
        return form

    def _connect(self) -> None:
        self.path.textChanged.connect(self._refresh)
        self.every.value_changed.connect(self._choose_every)
        self.browse.clicked.connect(self.choose_file)
        self.toggle.clicked.connect(self._toggle)
        self.open_last.clicked.connect(lambda: self.open_requested.emit(self._status.path))

    # -- what the form says

    def choice(self) -> RecordingChoice:
        """What the form says now."""
        names = tuple(name for name, box in self.fields.items() if box.isChecked())
        return RecordingChoice(
            self.path.text().strip(), names, self.every.value(), "skip" if self.skip.isChecked() else "slow"
        )

    def set_path(self, path: str) -> None:
        """Suggest a file."""
        self.path.setText(path)
        self.path.setCursorPosition(len(path))

    def set_choice(self, choice: RecordingChoice) -> None:
        """Fill in the form; fields that the engine does not have are left out."""
        self.set_path(choice.path)
        self.every.set_value(choice.every)
        (self.skip if choice.when_slow == "skip" else self.slow).setChecked(True)
        for name, box in self.fields.items():
            box.setChecked(name in choice.fields)

    def set_fields(self, specs: Mapping[str, FieldSpec], sizes: Mapping[str, int]) -> None:
        """Offer these fields, of so many bytes a frame; ticks stay where a field stays."""
        ticked = {name for name, box in self.fields.items() if box.isChecked()} & set(specs)
        if not ticked and specs:
            ticked = {FIRST_FIELD if FIRST_FIELD in specs else next(iter(specs))}
        while (item := self._field_list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._sizes = dict(sizes)
        self._units = []
        self.fields = {name: self._field_row(row, spec) for row, (name, spec) in enumerate(specs.items())}
        for name, box in self.fields.items():
            box.setChecked(name in ticked)
            box.toggled.connect(self._refresh)
        self.no_fields.setVisible(not specs)
        self._refresh()

    def _field_row(self, row: int, spec: FieldSpec) -> CheckBox:
        box = NarrowBox(spec.label)
        unit = "dimensionless" if spec.unit == "1" else f"in {spec.unit}"
        box.setToolTip(
            f"{spec.label}: {spec.title} ({spec.name}, {unit}, {spec.dtype})\n{spec.note}".rstrip()
        )
        size = self._sizes.get(spec.name)
        amount = Caption("" if size is None else format_bytes(size))
        amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._field_list.addWidget(box, row, 0)
        shown_unit = Caption("" if spec.unit == "1" else spec.unit)
        shown_unit.setVisible(self.width() >= WIDE)
        self._units.append(shown_unit)
        self._field_list.addWidget(shown_unit, row, 1)
        self._field_list.addWidget(amount, row, 2)
        return box

    def set_estimate_inputs(
        self, ticks_per_second: float, sizes: Mapping[str, int], disk_left: float
    ) -> None:
        """Present rate of the run, bytes of one frame of each field, and free bytes on the file's disk."""
        self._sizes, self._disk_left = dict(sizes), disk_left
        self.suggest_every(ticks_per_second)

    def suggest_every(self, ticks_per_second: float) -> None:
        """Suggest an interval for a rate of the run, unless the user chose one or a recording runs."""
        self._rate = ticks_per_second
        if not self._every_chosen and not self._status.active:
            self.every.set_value(suggested_every(ticks_per_second, self.every.value()))
            self._every_chosen = False
        self._refresh()

    def _choose_every(self) -> None:
        self._every_chosen = True
        self._refresh()

    def estimate(self) -> Estimate:
        """What the choice costs."""
        choice = self.choice()
        return Estimate.of(choice.fields, self._sizes, choice.every, self._rate, self._disk_left)

    def choose_file(self) -> None:
        """Open a file dialog that suggests the present name."""
        dialog = QFileDialog(self, "Record to", self.path.text(), "Recordings (*.h5)")
        dialog.setObjectName("record to")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("h5")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        # An existing file is refused when recording starts; asking to overwrite would promise otherwise.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.set_path)
        dialog.open()

    # -- state

    def set_status(self, status: RecordingStatus) -> None:
        """Show the state of the recorder; a state without a file leaves the last recording in view."""
        if not status.path and self._status.path:
            status = replace(self._status, active=False, rate=0.0, queue=0.0, limited=False)
        if status != self._status:
            self._status = status
            self._refresh()

    def _refresh(self) -> None:
        status = self._status
        seen = status.active or bool(status.path)
        self.form.setVisible(not status.active)
        self.status_rows.setVisible(seen)
        self.status_rows.set_status(status)
        self.open_last.setVisible(seen and not status.active and not status.error)
        estimate = self.estimate()
        first, second = estimate.lines()
        self.cost.set_ink("warning" if estimate.tight else "text")
        self.left.set_ink("warning" if estimate.tight else "muted")
        self.cost.set_text(first)
        self.left.set_text(second)
        self.cost.setVisible(not status.active)
        self.left.setVisible(not status.active and bool(second))
        self._say(self._obstacle() if not status.active else "")
        self._show_toggle(status.active)

    def _obstacle(self) -> str:
        choice = self.choice()
        if not choice.path:
            return "Choose a file first."
        if not choice.fields and self.fields:
            return "Tick at least one field."
        return "" if self.fields else "There is nothing to record yet."

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.toggle.setEnabled(not text)

    def _show_toggle(self, active: bool) -> None:
        if active:
            self.toggle.setToolTip("Stop recording and close the file (Ctrl+E)")
            self.toggle.set_look("Stop recording", "stop", "danger")
        else:
            self.toggle.setToolTip("Start recording (Ctrl+E)")
            self.toggle.set_look("Record", "record", "plain")

    def _toggle(self) -> None:
        if self._status.active:
            self.stop_requested.emit()
        else:
            self.record_requested.emit(self.choice())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the halves of the form side by side, and show units, where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(direction)
        self._halves.setSpacing(24 if wide else 8)
        self._costs.setDirection(direction)
        self.status_rows.set_wide(wide)
        for unit in self._units:
            unit.setVisible(wide)


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    return column


def _row(left: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addWidget(left, 1)
    row.addWidget(right)
    return row


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumHeight(72)
    return area
