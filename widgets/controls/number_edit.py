"""Line for a number: unit behind it, steps by wheel and arrows, Space left to the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.controls.numbers import plain_unit

_WHEEL_STEP = 120
_GAP = 4
_FRAME = 6


def short_unit(unit: str) -> str:
    """Unit in its short form, such as ``bits/tick``; "" for a dimensionless number."""
    return plain_unit(unit).replace(" per ", "/")


class NumberEdit(QLineEdit):
    """Line for a number; its unit stands at the right end and never in the way of the number.

    Signals
    -------
    stepped(count)
        Wheel or arrow keys, ten times with Shift.
    reverted()
        Esc.
    left()
        The focus went elsewhere.
    """

    stepped = Signal(float)
    reverted = Signal()
    left = Signal()

    def __init__(self, unit: str, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = short_unit(unit)
        self._unit_font = theme.text_font(theme.SMALL_SIZE)
        self._by_mouse = False
        self._wheel = 0
        self.setFont(theme.number_font(size))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._make_room)

    def set_unit(self, unit: str) -> None:
        """Stand another unit behind the number."""
        self._unit = short_unit(unit)
        self._make_room()
        self.update()

    def unit_shown(self) -> str:
        """Unit as painted: elided, or "" where the number needs the room."""
        free = self.contentsRect().width() - self._number_width() - 3 * _GAP - _FRAME
        metrics = QFontMetricsF(self._unit_font)
        if not self._unit or not self.text() or free < metrics.horizontalAdvance(self._unit[:1] + "…"):
            return ""
        return metrics.elidedText(self._unit, Qt.TextElideMode.ElideRight, free)

    def event(self, event: QEvent) -> bool:
        """Leave Space to the window: it means play and pause, and no number has one."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Space:
                event.ignore()
                return False
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Steps, commit and revert; the rest is typing."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            many = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self.stepped.emit(many if key == Qt.Key.Key_Up else -many)
        elif key == Qt.Key.Key_Escape:
            self.reverted.emit()
            self._give_focus_back()
        elif key == Qt.Key.Key_Space:
            event.ignore()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step while focused; otherwise the panel scrolls."""
        if not self.hasFocus() or self.isReadOnly():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        count, self._wheel = divmod(abs(self._wheel), _WHEEL_STEP)
        sign = 1.0 if event.angleDelta().y() > 0 else -1.0
        self._wheel = int(sign) * self._wheel
        if count:
            many = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self.stepped.emit(sign * count * many)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything, as typing usually replaces it."""
        super().focusInEvent(event)
        self._by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember that it was the mouse, also where the field had the focus already."""
        super().mousePressEvent(event)
        self._by_mouse = True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that editing is over."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def finished(self) -> None:
        """After Enter, where no window takes the focus away: ready to be typed over."""
        self.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the unit anew."""
        super().resizeEvent(event)
        self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, then the unit in the muted colour."""
        super().paintEvent(event)
        unit = self.unit_shown()
        if not unit:
            return
        painter = QPainter(self)
        painter.setFont(self._unit_font)
        painter.setPen(QColor(theme.current().muted))
        box = QRectF(self.contentsRect()).adjusted(0, 0, -_GAP, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, unit)

    def _give_focus_back(self) -> None:
        self.deselect()
        if self._by_mouse:
            self.clearFocus()

    def _number_width(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(self.text() or self.placeholderText())

    def _make_room(self) -> None:
        unit = self.unit_shown()
        wide = QFontMetricsF(self._unit_font).horizontalAdvance(unit) + _GAP if unit else 0.0
        self.setTextMargins(0, 0, round(wide), 0)
        if not self.hasFocus():
            self.setCursorPosition(0)
