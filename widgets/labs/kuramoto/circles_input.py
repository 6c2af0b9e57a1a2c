"""Mouse and keys on phase circles, turned into intentions of their view."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.input import THRESHOLD
from tauscope.widgets.labs.kuramoto.circles_options import DETUNE_STEP, KICK_STEP, Detune, Gesture, Kick

if TYPE_CHECKING:
    from tauscope.widgets.labs.kuramoto.circles_touch import TouchedCircles

_ZOOM_PER_STEP = 1.2
_KEY_ZOOM = 1.25
_BLIND = 3.0
"""Nearer than this to a centre, in pixels, the pointer has no angle."""
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}
_OWN = (Qt.Key.Key_K, Qt.Key.Key_Z)
_NO, _SHIFT, _CONTROL, _ALT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
_LEFT, _MIDDLE, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


class CirclesInput(QObject):
    """Listens to one surface on behalf of one view; holds nothing but the drag in progress."""

    def __init__(self, view: TouchedCircles) -> None:
        super().__init__(view)
        self._view = view
        self._widget: QWidget | None = None
        self._press: QPointF | None = None
        self._button = Qt.MouseButton.NoButton
        self._hit = -1
        self._base: frozenset[int] = frozenset()
        self._moved = False
        self.gesture: Gesture | None = None
        self._handlers: dict[QEvent.Type, Callable[[Any], bool]] = {
            QEvent.Type.MouseButtonPress: self._on_press,
            QEvent.Type.MouseMove: self._on_move,
            QEvent.Type.MouseButtonRelease: self._on_release,
            QEvent.Type.MouseButtonDblClick: self._on_double_click,
            QEvent.Type.Wheel: self._on_wheel,
            QEvent.Type.KeyPress: self._on_key,
            QEvent.Type.ShortcutOverride: self._on_shortcut_override,
            QEvent.Type.ContextMenu: self._on_context_menu,
            QEvent.Type.Leave: self._on_leave,
        }

    def listen(self, widget: QWidget) -> None:
        """Take a surface's events from now on."""
        if self._widget is not None and shiboken6.isValid(self._widget):
            self._widget.removeEventFilter(self)
        self._widget = widget
        widget.setMouseTracking(True)
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Pass an event to its handler, which says whether it was used up."""
        handler = self._handlers.get(event.type())
        return handler is not None and handler(event)

    # ----- mouse

    def _on_press(self, event: QMouseEvent) -> bool:
        if self._button != Qt.MouseButton.NoButton:
            return True
        if event.button() not in (_LEFT, _MIDDLE, _RIGHT):
            return False
        view, position = self._view, event.position()
        view.canvas_native.setFocus(Qt.FocusReason.MouseFocusReason)
        self._press, self._button, self._moved = position, event.button(), False
        self._hit, self._base = view.cluster_at(position.x(), position.y()), view.selection()
        if self._hit >= 0 and self._button != _MIDDLE:
            self._pick(event)
        return True

    def _pick(self, event: QMouseEvent) -> None:
        view, chosen = self._view, self._view.selection()
        if self._button == _LEFT and event.modifiers() & _CONTROL:
            view.choose(chosen ^ {self._hit})
        elif self._button == _LEFT and event.modifiers() & _SHIFT:
            view.choose(chosen | {self._hit})
        elif self._hit not in chosen:
            view.choose(frozenset({self._hit}))

    def _on_move(self, event: QMouseEvent) -> bool:
        view, position = self._view, event.position()
        view.point_at(position.x(), position.y())
        if self._press is None:
            return True
        way = position - self._press
        if not self._moved and math.hypot(way.x(), way.y()) < THRESHOLD:
            return True
        started, self._moved = not self._moved, True
        if self._button in (_MIDDLE, _RIGHT):
            view.pan(way.x(), way.y())
            self._press = position
        elif self._hit < 0:
            self._rubber(position, bool(event.modifiers() & (_SHIFT | _CONTROL)))
        else:
            if started:
                self._begin(event)
            self._drag(position, bool(event.modifiers() & _CONTROL))
        return True

    def _begin(self, event: QMouseEvent) -> None:
        view, press = self._view, self._press
        if press is None or not view.editable or self._hit not in view.selection():
            return
        if event.modifiers() & _SHIFT:
            if self._hit not in self._base:  # a drag is of what was chosen, or of the circle under it
                view.choose(frozenset({self._hit}))
            self.gesture = Detune(self._hit, press.y())
            view.detuned.emit(view.selection(), 0.0, "press")
        else:
            self.gesture = Kick(self._hit, self._angle(press))

    def _angle(self, position: QPointF) -> float:
        """Angle of a pixel about the centre of the cluster that is held, anticlockwise from the right."""
        px, py = self._view.center_of(self._hit)
        return math.atan2(py - position.y(), position.x() - px)

    def _drag(self, position: QPointF, snap: bool) -> None:
        view, old = self._view, self.gesture
        if isinstance(old, Kick):
            px, py = view.center_of(old.cluster)
            if math.hypot(position.x() - px, position.y() - py) >= _BLIND:
                self.gesture = old.to(self._angle(position), snap)
        elif isinstance(old, Detune):
            self.gesture = new = old.to(position.y(), snap)
            if new.value != old.value:
                view.detuned.emit(view.selection(), new.value, "drag")
        view.stage.refresh()

    def _on_release(self, event: QMouseEvent) -> bool:
        if self._press is None or event.button() != self._button:
            return self._press is not None
        view, gesture, moved, button, hit = self._view, self.gesture, self._moved, self._button, self._hit
        self._forget()
        view.set_rubber(None)
        if isinstance(gesture, Kick):
            if gesture.amount:
                view.kicked.emit(view.selection(), gesture.amount)
        elif isinstance(gesture, Detune):
            view.detuned.emit(view.selection(), gesture.value, "release")
        elif button == _RIGHT and not moved:
            view.context_requested.emit(event.globalPosition().toPoint(), hit)
        elif button == _LEFT and not moved and not event.modifiers() & (_SHIFT | _CONTROL):
            view.choose(frozenset() if hit < 0 else frozenset({hit}))
        return True

    def _on_double_click(self, event: QMouseEvent) -> bool:
        view, position = self._view, event.position()
        hit = view.cluster_at(position.x(), position.y())
        if event.button() != _LEFT:
            return self._on_press(event)
        if hit < 0:
            view.fit()
        else:
            whole = view.layer_of(hit)
            view.choose(view.selection() | whole if event.modifiers() & _CONTROL else whole)
        return True

    def _on_wheel(self, event: QWheelEvent) -> bool:
        steps = event.angleDelta().y() / 120
        if steps:
            self._view.zoom(_ZOOM_PER_STEP**steps, event.position().x(), event.position().y())
        event.accept()
        return True

    def _on_leave(self, _event: QEvent) -> bool:
        if self._press is None:
            self._view.point_away()
        return False

    def _on_context_menu(self, event: QContextMenuEvent) -> bool:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            chosen = self._view.selection()
            self._view.context_requested.emit(event.globalPos(), min(chosen) if chosen else -1)
        return True

    def _rubber(self, position: QPointF, adding: bool) -> None:
        if self._press is None:
            return
        left, right = sorted((self._press.x(), position.x()))
        top, bottom = sorted((self._press.y(), position.y()))
        self._view.set_rubber((left, top, right, bottom))
        inside = self._view.clusters_within((left, top, right, bottom))
        self._view.choose(self._base | inside if adding else inside)

    def _forget(self) -> None:
        self._press, self._button, self._hit, self.gesture = None, Qt.MouseButton.NoButton, -1, None
        self._moved = False

    def cancel(self) -> bool:
        """Give up the drag in progress; returns whether there was one."""
        view, gesture = self._view, self.gesture
        rubber = gesture is None and self._moved and self._hit < 0 and self._button == _LEFT
        if gesture is None and not rubber:
            return False
        self._forget()
        view.set_rubber(None)
        if rubber:
            view.choose(self._base)
        elif isinstance(gesture, Detune):
            view.detuned.emit(view.selection(), 0.0, "cancel")
        view.stage.refresh()
        return True

    # ----- keys

    def _on_shortcut_override(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        dragging = key == Qt.Key.Key_Escape and (self.gesture is not None or self._moved)
        own = key in _OWN and modifiers in (_NO, _SHIFT) and bool(self._view.selection())
        own |= key == Qt.Key.Key_A and modifiers == _CONTROL
        if dragging or own or (key in _ARROWS and modifiers in (_NO, _SHIFT, _ALT)):
            event.accept()
            return True
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        used = self._key(Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)
        event.setAccepted(used)
        return True

    def _key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        view = self._view
        if key == Qt.Key.Key_Escape:
            return self.cancel()
        if key in _ARROWS:
            return self._arrow(key, modifiers)
        if modifiers == _CONTROL and key == Qt.Key.Key_A:
            view.choose(view.everything)
            return True
        if modifiers not in (_NO, _SHIFT):
            return False
        if key == Qt.Key.Key_F:
            view.fit()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            center = view.camera.width / 2, view.camera.height / 2
            view.zoom(_KEY_ZOOM if key == Qt.Key.Key_PageUp else 1 / _KEY_ZOOM, *center)
        elif key in _OWN and view.selection() and view.editable and self.gesture is None:
            if key == Qt.Key.Key_K:
                view.kicked.emit(view.selection(), -KICK_STEP if modifiers & _SHIFT else KICK_STEP)
            else:
                view.freeze_wished.emit(view.selection(), not view.selection() <= view.frozen)
        else:
            return False
        return True

    def _arrow(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        view, (dx, dy) = self._view, _ARROWS[key]
        if modifiers == _ALT:
            if not dy or not view.selection() or not view.editable or self.gesture is not None:
                return False
            view.detuned.emit(view.selection(), 0.0, "press")
            view.detuned.emit(view.selection(), dy * DETUNE_STEP, "release")
            return True
        if modifiers not in (_NO, _SHIFT):
            return False
        view.step_selection(dx, dy, bool(modifiers & _SHIFT))
        return True
