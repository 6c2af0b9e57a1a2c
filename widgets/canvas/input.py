"""Mouse, keys and drops on a canvas, turned into intentions of its field view."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas import gestures
from tauscope.widgets.canvas.gestures import Changes, Gesture
from tauscope.widgets.canvas.marks import Hit
from tauscope.widgets.state import DROPPED, Phase

if TYPE_CHECKING:
    from tauscope.widgets.field_view import FieldView

DropLike = QDropEvent | QDragMoveEvent | QDragEnterEvent
SOURCE_MIME = "application/x-tauscope-source"
THRESHOLD = 3.0
"""A press becomes a drag after this many pixels."""
_ZOOM_PER_STEP = 1.2
_KEY_ZOOM = 1.25
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}
_NO, _SHIFT, _CONTROL, _ALT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
_LEFT, _MIDDLE, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


class CanvasInput(QObject):
    """Listens to one surface on behalf of one view; holds nothing but the drag in progress."""

    def __init__(self, view: FieldView) -> None:
        super().__init__(view)
        self._view = view
        self._widget: QWidget | None = None
        self._press: QPointF | None = None
        self._button = Qt.MouseButton.NoButton
        self._hit: Hit | None = None
        self._gesture: Gesture | None = None
        self._changes: Changes = {}
        self._base: frozenset[str] = frozenset()
        self._moved = False
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
            QEvent.Type.DragEnter: self._on_drag,
            QEvent.Type.DragMove: self._on_drag,
            QEvent.Type.DragLeave: self._on_drag_leave,
            QEvent.Type.Drop: self._on_drop,
        }

    def listen(self, widget: QWidget) -> None:
        """Take a surface's events from now on."""
        if self._widget is not None and shiboken6.isValid(self._widget):
            self._widget.removeEventFilter(self)
        self._widget = widget
        widget.setMouseTracking(True)
        widget.setAcceptDrops(True)
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(self)
        self._view.painter.show_cursor()

    @property
    def dragging(self) -> bool:
        """Whether sources or handles are being dragged."""
        return self._gesture is not None

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Pass an event to its handler, which says whether it was used up."""
        handler = self._handlers.get(event.type())
        return handler is not None and handler(event)

    # ----- mouse

    def _on_press(self, event: QMouseEvent) -> bool:
        view, position = self._view, event.position()
        if self._button != Qt.MouseButton.NoButton:
            return True
        view.canvas_native.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == _LEFT and view.painter.active:
            self._button = _LEFT
            view.painter.begin(position.x(), position.y())
            return True
        if event.button() not in (_LEFT, _MIDDLE, _RIGHT):
            return False
        self._press, self._button, self._moved = position, event.button(), False
        self._hit = view.hit(position.x(), position.y())
        self._base = view.selection
        if self._hit is not None and self._button != _MIDDLE:
            self._pick(self._hit, event)
        return True

    def _pick(self, hit: Hit, event: QMouseEvent) -> None:
        view, chosen = self._view, self._view.selection
        adding = bool(event.modifiers() & (_SHIFT | _CONTROL)) and self._button == _LEFT
        if adding and hit.part == "body":
            leaving = hit.id in chosen and bool(event.modifiers() & _CONTROL)
            view.choose(chosen - {hit.id} if leaving else chosen | {hit.id})
        elif hit.id not in chosen:
            view.choose(frozenset({hit.id}))

    def _on_move(self, event: QMouseEvent) -> bool:
        view, position = self._view, event.position()
        view.point_at(position.x(), position.y())
        if view.painter.painting:
            view.painter.go(position.x(), position.y())
            return True
        if self._press is None:
            return True
        way = position - self._press
        if not self._moved and math.hypot(way.x(), way.y()) < THRESHOLD:
            return True
        started, self._moved = not self._moved, True
        if self._button in (_MIDDLE, _RIGHT):
            view.pan(way.x(), way.y())
            self._press = position
        elif self._hit is None:
            self._rubber(position, bool(event.modifiers() & (_SHIFT | _CONTROL)))
        elif view.editable:
            if started:
                self._begin()
            self._drag(position, event)
        return True

    def _begin(self) -> None:
        view, hit, press = self._view, self._hit, self._press
        if hit is None or press is None or hit.id not in view.marks or view.lattice is None:
            return
        chosen = view.selection | {hit.id}
        self._gesture = gestures.begin(
            view.marks, chosen, hit.id, hit.part, view.lattice, view.camera, press.x(), press.y()
        )
        self._changes = self._gesture.initial()
        self._tell(self._changes, "press")

    def _drag(self, position: QPointF, event: QMouseEvent) -> None:
        if self._gesture is None:
            return
        snap = bool(event.modifiers() & (_SHIFT | _ALT))
        changes = self._gesture.at(self._view.camera, position.x(), position.y(), snap)
        if changes != self._changes:
            self._changes = changes
            self._view.preview(changes, self._gesture.text(changes))
            self._tell(changes, "drag")

    def _on_release(self, event: QMouseEvent) -> bool:
        if self._press is None and self._button == _LEFT and event.button() == _LEFT:
            self._forget()
            if self._view.painter.painting:
                self._view.painter.end(event.position().x(), event.position().y())
            return True
        if self._press is None or event.button() != self._button:
            return self._press is not None
        view, moved, button, hit = self._view, self._moved, self._button, self._hit
        if self._gesture is not None:
            self._drag(event.position(), event)
            changes = self._changes
            self._forget()
            view.end_preview()
            self._tell(changes, "release")
            return True
        self._forget()
        view.set_rubber(None)
        if button == _RIGHT and not moved:
            self._ask_menu(hit, event.position(), event.globalPosition())
        elif button == _LEFT and hit is None and not moved and not event.modifiers() & (_SHIFT | _CONTROL):
            view.choose(frozenset())
        return True

    def _on_double_click(self, event: QMouseEvent) -> bool:
        position = event.position()
        if event.button() == _LEFT and self._view.painter.active:
            return self._on_press(event)
        if event.button() == _LEFT and self._view.hit(position.x(), position.y()) is None:
            self._view.fit()
            return True
        return self._on_press(event)

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
            position = QPointF(event.pos())
            self._ask_menu(self._view.hit(position.x(), position.y()), position, QPointF(event.globalPos()))
        return True

    def _ask_menu(self, hit: Hit | None, position: QPointF, where: QPointF) -> None:
        x, y = self._view.pixel_to_world(position.x(), position.y())
        self._view.context_requested.emit(where.toPoint(), hit.id if hit else "", x, y)

    def _rubber(self, position: QPointF, adding: bool) -> None:
        if self._press is None:
            return
        left, right = sorted((self._press.x(), position.x()))
        top, bottom = sorted((self._press.y(), position.y()))
        self._view.set_rubber((left, top, right, bottom))
        inside = self._view.marks_within((left, top, right, bottom))
        self._view.choose(self._base | inside if adding else inside)

    def _tell(self, changes: Changes, phase: Phase) -> None:
        for key, values in changes.items():
            self._view.source_edited.emit(key, dict(values), phase)

    def _forget(self) -> None:
        self._press, self._button, self._hit, self._gesture = None, Qt.MouseButton.NoButton, None, None
        self._changes, self._moved = {}, False

    def cancel(self) -> bool:
        """Give up the drag in progress; returns whether there was one."""
        view, gesture = self._view, self._gesture
        if view.ghost is not None:
            view.set_ghost(None)
            return True
        if view.painter.cancel():
            return True
        if gesture is None:
            rubber = self._press is not None and self._moved and self._button == _LEFT
            if rubber:
                view.choose(self._base)
                view.set_rubber(None)
                self._press = None
                self._button = Qt.MouseButton.NoButton
            return rubber
        self._forget()
        view.drop_preview()
        self._tell(gesture.initial(), "cancel")
        return True

    def drop_missing(self) -> None:
        """End the drag silently when one of its sources is gone."""
        if self._gesture is not None and not set(self._changes) <= set(self._view.marks):
            self._forget()
            self._view.drop_preview()

    # ----- keys

    def _on_shortcut_override(self, event: QKeyEvent) -> bool:
        busy = self.dragging or self._view.painter.painting or self._view.ghost is not None
        dragging = event.key() == Qt.Key.Key_Escape and busy
        if dragging or (event.key() in _ARROWS and self._view.selection):
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
        if modifiers == _CONTROL and view.editable and key in (Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_D):
            self._clipboard(key)
            return True
        if modifiers == _CONTROL and key == Qt.Key.Key_A:
            view.choose(frozenset(view.marks))
            return True
        if modifiers not in (_NO, _SHIFT):
            return False
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and view.editable and view.selection:
            view.delete_requested.emit()
        elif key == Qt.Key.Key_F:
            view.fit()
        elif key == Qt.Key.Key_A:
            view.autoscale_once()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            center = view.camera.width / 2, view.camera.height / 2
            view.zoom(_KEY_ZOOM if key == Qt.Key.Key_PageUp else 1 / _KEY_ZOOM, *center)
        else:
            return False
        return True

    def _arrow(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        view, (dx, dy) = self._view, _ARROWS[key]
        if not view.selection:
            view.pan(-40 * dx, 40 * dy)
            return True
        if not view.editable or self.dragging:
            return False
        step = 10.0 if modifiers & _SHIFT else 0.1 if modifiers & _CONTROL else 1.0
        view.nudge_requested.emit(dx * step, dy * step)
        return True

    def _clipboard(self, key: Qt.Key) -> None:
        view = self._view
        if key == Qt.Key.Key_V:
            view.paste_requested.emit(*view.paste_position())
        elif view.selection:
            (view.copy_requested if key == Qt.Key.Key_C else view.duplicate_requested).emit()

    # ----- drops from the palette, and of files

    def _kind(self, event: DropLike) -> str:
        # Also where nothing may be edited: the application then says why.
        if _files(event):
            return "image"
        if not event.mimeData().hasFormat(SOURCE_MIME):
            return ""
        kind = bytes(event.mimeData().data(SOURCE_MIME).data()).decode("utf-8", "replace")
        return kind if kind in DROPPED else ""

    def _landing(self, event: DropLike, kind: str) -> tuple[float, float] | None:
        lattice = self._view.lattice
        x, y = self._view.pixel_to_world(event.position().x(), event.position().y())
        if not kind or lattice is None or not lattice.contains(x, y):
            return None
        return gestures.dropped(DROPPED.get(kind, "image"), x, y, lattice)

    def _on_drag(self, event: DropLike) -> bool:
        kind = self._kind(event)
        if not kind:
            event.ignore()
            return True
        landing = self._landing(event, kind)
        shape = DROPPED.get(kind, "image")
        self._view.set_ghost((shape, *landing) if landing is not None and self._view.editable else None)
        # Enter must be accepted for moves to follow; a move outside the lattice shows the forbidden cursor.
        if landing is None and event.type() == QEvent.Type.DragMove:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        return True

    def _on_drag_leave(self, _event: QEvent) -> bool:
        self._view.set_ghost(None)
        return True

    def _on_drop(self, event: QDropEvent) -> bool:
        kind = self._kind(event)
        landing = self._landing(event, kind)
        self._view.set_ghost(None)
        if landing is None:
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        files = _files(event)
        if files:
            self._view.files_dropped.emit(files, *landing)
        else:
            self._view.source_dropped.emit(kind, *landing)
        return True


def _files(event: DropLike) -> list[str]:
    """Paths of the files that are carried."""
    paths = (url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
    return [path for path in paths if path]
