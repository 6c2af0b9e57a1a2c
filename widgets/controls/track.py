"""Track of a slider: press anywhere, drag, keys and wheel, with a tick at the default."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from tauscope.widgets import theme
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.controls.stepping import Stepping

_TICKS = 100_000
_HANDLE = 7.5
_STEPS = {
    Qt.Key.Key_Left: -1.0, Qt.Key.Key_Down: -1.0, Qt.Key.Key_Right: 1.0, Qt.Key.Key_Up: 1.0,
    Qt.Key.Key_PageDown: -10.0, Qt.Key.Key_PageUp: 10.0,
}  # fmt: skip


class Track(QSlider):
    """Slider over a `Scale` of floats.

    Parameters
    ----------
    scale : Scale
        Range.
    default : float or None
        Where the tick stands.
    name : str
        Name for screen readers.

    Signals
    -------
    edited(value, phase)
        Mouse: ``press``, ``drag``, …, ``release``; Esc while dragging: ``cancel`` with the value before.
        Keys and wheel: the same phases, the burst ending after a pause.
    """

    edited = Signal(float, str)

    def __init__(
        self, scale: Scale, default: float | None = None, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._scale = scale
        self._default = default
        self._value = default if default is not None else scale.low
        self._before = self._value
        self._model: float | None = None
        self._grip = 0.0
        self._wheel = 0
        self.setRange(0, _TICKS)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.stepping = Stepping(self)
        self.stepping.edited.connect(self.edited)
        self._place()

    @property
    def scale(self) -> Scale:
        """Range in force."""
        return self._scale

    @property
    def number(self) -> float:
        """Value, which may lie beyond the ends of the track."""
        return self._value

    @property
    def dragging(self) -> bool:
        """Whether the mouse holds the handle."""
        return self.isSliderDown()

    def set_scale(self, scale: Scale) -> None:
        """Change the range; the value stays."""
        self._scale = scale
        self._place()

    def set_default(self, default: float | None) -> None:
        """Move the tick."""
        self._default = default
        self.update()

    def set_number(self, value: float) -> None:
        """Show a value of the model; emits nothing. While the mouse holds the handle, it waits."""
        if self.dragging:
            self._model = value
        elif value != self._value:
            self._value = value
            self._place()

    def cancel(self) -> bool:
        """Drop the edit under way, back to the value before it; False if there is none."""
        if self.dragging:
            self.setSliderDown(False)
            self._value = self._before
            self._place()
            self.edited.emit(self._value, "cancel")
            return True
        if self.stepping.active:
            self._value = self._before
            self._place()
        return self.stepping.cancel(self._before)

    def sizeHint(self) -> QSize:
        """A wide, low strip."""
        return QSize(160, 22)

    def minimumSizeHint(self) -> QSize:
        """Enough to be grabbed."""
        return QSize(48, 22)

    def x_of(self, value: float) -> float:
        """Place of a value on the track in pixels."""
        return _HANDLE + self._scale.share(value) * self._length()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the handle, or bring it to the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.stepping.finish()
        self._before = self._value
        self._model = None
        x = event.position().x()
        here = self.x_of(self._value)
        self._grip = x - here if abs(x - here) <= _HANDLE else 0.0
        self.setSliderDown(True)
        if self._grip == 0.0:
            self._value = self._at(x)
        self._place()
        self.edited.emit(self._value, "press")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if not self.dragging:
            event.ignore()
            return
        value = self._at(event.position().x() - self._grip)
        if value != self._value:
            self._value = value
            self._place()
            self.edited.emit(value, "drag")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self.dragging and event.button() == Qt.MouseButton.LeftButton:
            self._let_go()

    def event(self, event: QEvent) -> bool:
        """Claim the keys of an edit before a window's shortcuts see them; Space stays theirs."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            busy = self.dragging or self.stepping.active
            if event.key() in _STEPS or (event.key() == Qt.Key.Key_Escape and busy):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows a step, Page keys ten, Home and End the ends, Esc back."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.cancel():
            return
        if key in _STEPS:
            many = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self._step_to(self._scale.stepped(self._value, _STEPS[key] * many))
        elif key == Qt.Key.Key_Home:
            self._step_to(self._scale.low)
        elif key == Qt.Key.Key_End:
            self._step_to(self._scale.high)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step while focused; otherwise the panel scrolls."""
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        count = int(self._wheel / 120)
        self._wheel -= count * 120
        if count:
            self._step_to(self._scale.stepped(self._value, float(count)))
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End a burst of steps."""
        super().focusOutEvent(event)
        self.stepping.finish()

    def hideEvent(self, event: QHideEvent) -> None:
        """End whatever edit is under way."""
        super().hideEvent(event)
        self.stepping.finish()
        if self.dragging:
            self._let_go()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, filled part, tick at the default, handle, focus ring."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        middle, here = self.height() / 2 - 1, self.x_of(self._value)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), 4), 2, 2)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(QRectF(0, middle - 2, here, 4), 2, 2)
        if self._default is not None:
            x = round(self.x_of(self._default))
            painter.fillRect(QRectF(x, round(middle + 5), 1, 6), QColor(colors.muted))
        radius = _HANDLE + (0.5 if self.dragging or self.underMouse() else 0.0)
        painter.setBrush(QColor(colors.text))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 2.5))
            radius -= 0.5
        painter.drawEllipse(QPointF(here, middle), radius, radius)

    def _let_go(self) -> None:
        self.edited.emit(self._value, "release")
        self.setSliderDown(False)
        if self._model is not None:
            # A refused value came back from the model meanwhile.
            self.set_number(self._model)
        self.update()

    def _length(self) -> float:
        return max(1.0, self.width() - 2 * _HANDLE)

    def _at(self, x: float) -> float:
        length = self._length()
        return self._scale.value((x - _HANDLE) / length, round(length))

    def _step_to(self, value: float) -> None:
        if value == self._value:
            return
        if not self.stepping.active:
            self._before = self._value
        self._value = value
        self._place()
        self.stepping.step(value)

    def _place(self) -> None:
        blocked = self.blockSignals(True)
        self.setValue(round(self._scale.share(self._value) * _TICKS))
        self.blockSignals(blocked)
        self.update()
