"""Field for a number: exact typing, unit behind it, steps by wheel and arrows, problems said beneath."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from tauscope.engine.errors import BadInput
from tauscope.widgets import theme
from tauscope.widgets.controls.number_edit import NumberEdit
from tauscope.widgets.controls.numbers import format_value, parse_number
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.controls.stepping import Stepping
from tauscope.widgets.texts import set_role

READ_MS = 4000
"""For how long the reason stays of a text that was dropped when its field was left."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Hard bounds of a field; an open end is not itself allowed."""

    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False

    def refusal(self, value: float) -> str:
        """Why a value is refused, as a sentence, or ""."""
        if self.low is not None and (value < self.low or (self.open_low and value == self.low)):
            word = "more than" if self.open_low else "at least"
            return f"Must be {word} {format_value(self.low)}."
        if self.high is not None and (value > self.high or (self.open_high and value == self.high)):
            word = "less than" if self.open_high else "at most"
            return f"Must be {word} {format_value(self.high)}."
        return ""


class Complaint(QLabel):
    """Sentence beneath a field, never lower than its text in the width it has."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.text_font(10))
        self.hide()
        set_role(self, "trouble")

    def say(self, text: str) -> None:
        """Show a sentence; "" hides it."""
        self.setText(text)
        self._grow()
        self.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Measure the text anew."""
        super().resizeEvent(event)
        self._grow()

    def _grow(self) -> None:
        # Layouts ask nested wrapped labels for the height at a width of their own choice.
        self.setMinimumHeight(max(self.heightForWidth(self.width()), 0) if self.text() else 0)


class NumberField(QWidget):
    """A number with its unit, typed exactly or stepped; what is wrong is said beneath it.

    Parameters
    ----------
    unit : str
        Unit, ``"1"`` or ``""`` for none.
    bounds : Bounds
        Hard bounds.
    scale : Scale, optional
        Range that the step follows; without it a step is a hundredth of the value's power of ten.
    whole : bool
        Whether only whole numbers are taken; they are emitted as floats all the same.
    name : str
        Name for screen readers.
    size : int
        Height of the figures in pixels.
    optional : bool
        Whether an empty field is allowed and means "not given".

    Signals
    -------
    edited(value, phase)
        Typed: ``commit``. Stepped: ``press``, ``drag``, …, ``release`` after a pause, or ``cancel``.
    cleared()
        An optional field was emptied.
    """

    edited = Signal(float, str)
    cleared = Signal()

    def __init__(
        self,
        unit: str = "",
        bounds: Bounds | None = None,
        scale: Scale | None = None,
        *,
        whole: bool = False,
        name: str = "",
        size: int = theme.TEXT_SIZE,
        optional: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unit, self._bounds, self._scale, self._whole = unit, bounds or Bounds(), scale, whole
        self._optional = optional
        self._value: float | None = None
        self._before: float | None = None
        self._spelled = math.nan, ""
        """Value whose text was made last, and that text."""
        self.edit = NumberEdit(unit, size)
        self.edit.setAccessibleName(name)
        self.message = Complaint()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.edit)
        column.addWidget(self.message)
        self.setFocusProxy(self.edit)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(READ_MS)
        self._fading.timeout.connect(lambda: self.set_error(""))
        self.stepping = Stepping(self)
        self.stepping.edited.connect(self._step_done)
        self.edit.stepped.connect(self._step)
        self.edit.returnPressed.connect(self._enter)
        self.edit.reverted.connect(self.revert)
        self.edit.left.connect(self._leave)
        self.edit.textEdited.connect(self._check)
        self._show()

    @property
    def value(self) -> float | None:
        """Value in force; None where it is not given or differs between several things."""
        return self._value

    @property
    def unit(self) -> str:
        """Unit as given."""
        return self._unit

    def set_value(self, value: float | None, placeholder: str = "") -> None:
        """Show a value of the model; emits nothing, and never disturbs what is being typed.

        Parameters
        ----------
        value : float or None
            Value, None for none.
        placeholder : str
            What an empty field says.
        """
        self.edit.setPlaceholderText(placeholder)
        if value == self._value:
            as_it_stands = not self.edit.hasFocus() and self.edit.text() == self._text()
            if not self.edit.isModified() and not as_it_stands:
                self._show()
            return
        self._value = value
        if not (self.edit.hasFocus() and self.edit.isModified()):
            self._show()

    def set_bounds(self, bounds: Bounds) -> None:
        """Change the hard bounds."""
        self._bounds = bounds

    def set_scale(self, scale: Scale) -> None:
        """Change the range that steps follow."""
        self._scale = scale

    def set_error(self, message: str) -> None:
        """Say what is wrong beneath the field; "" takes it back."""
        self._fading.stop()
        self.message.say(message)
        self._frame("error" if message else "")

    def _frame(self, state: str) -> None:
        if self.edit.property("state") != state:
            self.edit.setProperty("state", state)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)

    def error(self) -> str:
        """What is wrong, or ""."""
        return self.message.text()

    def revert(self) -> None:
        """Drop what was typed or stepped."""
        if self.stepping.active and self._before is not None:
            self._value = self._before
            self.stepping.cancel(self._before)
        self._show()
        self.set_error("")

    def hideEvent(self, event: QHideEvent) -> None:
        """End a burst of steps."""
        super().hideEvent(event)
        self.stepping.finish()

    def _written(self, value: float) -> str:
        if value != self._spelled[0]:  # of a whole form all but one are what they were
            self._spelled = value, format_value(round(value)) if self._whole else format_value(value)
        return self._spelled[1]

    def _text(self) -> str:
        return "" if self._value is None else self._written(self._value)

    def _show(self) -> None:
        text = self._text()
        if self.edit.text() != text:
            self.edit.setText(text)
        self.edit.setModified(False)
        if self.edit.hasFocus():
            self.edit.selectAll()
        else:
            self.edit.setCursorPosition(0)

    def _parsed(self) -> float:
        value = parse_number(self.edit.text(), self._unit)
        if self._whole and value != round(value):
            raise BadInput("Must be a whole number.")
        refusal = self._bounds.refusal(value)
        if refusal:
            raise BadInput(refusal)
        return value

    def _check(self) -> None:
        """Take an old complaint back as soon as the text is right."""
        if self.error():
            try:
                self._parsed()
            except BadInput:
                return  # the complaint stands
            self.set_error("")

    def _enter(self) -> None:
        if self._commit():
            self.edit.finished()

    def _commit(self) -> bool:
        self.stepping.finish()
        if not self.edit.isModified():
            return True
        if self._optional and not self.edit.text().strip():
            changed = self._value is not None
            self._value = None
            self._show()
            self.set_error("")
            if changed:
                self.cleared.emit()
            return True
        try:
            value = self._parsed()
        except BadInput as error:
            self.set_error(str(error))
            return False
        changed = value != self._value
        self._value = value
        self._show()
        self.set_error("")
        if changed:
            self.edited.emit(value, "commit")
        return True

    def _leave(self) -> None:
        self.stepping.finish()
        if self.edit.isModified() and not self._commit():
            # What cannot be meant is dropped; the value is right again, and the reason can still be read.
            self._show()
            self._frame("")
            self._fading.start()
        elif self.error():
            self.set_error("")
            self.edit.setCursorPosition(0)
        else:
            self.edit.setCursorPosition(0)

    def _step(self, count: float) -> None:
        try:
            start = self._parsed() if self.edit.isModified() else self._value
        except BadInput as error:
            self.set_error(str(error))
            return
        if start is None:
            return
        value = self._stepped(start, count)
        if self._bounds.refusal(value) or value == self._value:
            return
        if not self.stepping.active:
            self._before = self._value
        self._value = value
        self._show()
        self.set_error("")
        self.stepping.step(value)

    def _stepped(self, start: float, count: float) -> float:
        if self._scale is not None and self._scale.low <= start <= self._scale.high:
            value = self._scale.stepped(start, count)
            return value if value != start else start
        if self._whole:
            return start + count
        size = max(abs(start), 1e-12)
        decade = 10.0 ** int(f"{size:e}".partition("e")[2])
        return float(f"{start + count * decade / 100:.12g}")

    def _step_done(self, value: float, phase: str) -> None:
        self.edited.emit(value, phase)
