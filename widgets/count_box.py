"""Box for a whole number: typed, stepped with the arrow keys, shown with commas and a unit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tauscope.engine.errors import BadInput
from tauscope.widgets import theme
from tauscope.widgets.amounts import count
from tauscope.widgets.controls.numbers import parse_number


class CountBox(QLineEdit):
    """Whole number in a range.

    A valid number is taken while it is typed; what is none is marked, and undone on leaving. Esc returns to
    the number from before. Arrow keys and the wheel (while focused) step by one, with Shift by ten. Space is
    left to the window: no number needs it.

    Signals
    -------
    value_changed : (int)
        The user or a program changed the number.
    entered : ()
        Enter was pressed on a valid number.

    Parameters
    ----------
    value, minimum, maximum : int
        Number at first, and its range.
    unit : str
        Unit after the number.
    """

    value_changed = Signal(int)
    entered = Signal()

    def __init__(
        self, value: int, minimum: int, maximum: int, unit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._value, self._minimum, self._maximum, self._unit = value, minimum, maximum, unit
        self._before = value
        self.setProperty("state", "")
        self.setFont(theme.number_font())
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self._finish)
        self._show()

    def value(self) -> int:
        """Number in force."""
        return self._value

    def set_value(self, value: int) -> None:
        """Show a number, brought into the range."""
        value = min(max(value, self._minimum), self._maximum)
        changed, self._value = value != self._value, value
        self._before = value
        self._show()
        if changed:
            self.value_changed.emit(value)

    def read(self) -> int:
        """Number that the text stands for.

        Raises
        ------
        BadInput
            If it is not a whole number in the range.
        """
        text = self.text().replace(",", "").removesuffix(self._unit)
        number = parse_number(text)
        if number != int(number) or not self._minimum <= number <= self._maximum:
            allowed = f"{count(self._minimum)} to {count(self._maximum)}"
            raise BadInput(
                f"{text.strip()} cannot be used here.", value=number, allowed=f"whole numbers, {allowed}"
            )
        return int(number)

    def sizeHint(self) -> QSize:
        """Room for the unit and seven figures at most."""
        widest = count(min(self._maximum, 1_000_000))
        return QSize(
            self.fontMetrics().horizontalAdvance(f"{widest} {self._unit}") + 18, super().sizeHint().height()
        )

    def minimumSizeHint(self) -> QSize:
        """Same, so that no figure is cut."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Leave Space to the window."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
        ):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrows, take with Enter, undo with Esc."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        if event.key() in steps:
            self._step(steps[Qt.Key(event.key())] * _stride(event))
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.set_value(self._before)
            self.selectAll()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._finish():
                self.entered.emit()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step while focused."""
        if self.hasFocus() and event.angleDelta().y():
            self._step(_stride(event) if event.angleDelta().y() > 0 else -_stride(event))
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the number, ready to be typed over."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def _step(self, by: int) -> None:
        self._finish()
        self.set_value(self._value + by)

    def _check(self) -> None:
        # Taken while typed: buttons take no focus, so pressing one would not end the editing.
        try:
            value = self.read()
        except BadInput as error:
            self._mark("error", str(error))
            return
        self._mark("", "")
        if value != self._value:
            self._value = value
            self.value_changed.emit(value)

    def _finish(self) -> bool:
        try:
            value = self.read()
        except BadInput:
            self._show()
            return False
        self.set_value(value)
        return True

    def _show(self) -> None:
        self.setText(f"{count(self._value)} {self._unit}".rstrip())
        self._mark("", "")

    def _mark(self, state: str, why: str) -> None:
        if self.property("state") == state:
            return
        if state:
            self._tip = self.toolTip()
        self.setToolTip(why or getattr(self, "_tip", self.toolTip()))
        self.setProperty("state", state)
        self.style().unpolish(self)
        self.style().polish(self)


def _stride(event: QKeyEvent | QWheelEvent) -> int:
    return 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
