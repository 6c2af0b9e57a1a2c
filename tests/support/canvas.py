"""A field view on screen, real mouse events to its canvas, and its pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.engine.base import FieldSpec
from tauscope.widgets.field_view import SOURCE_MIME, FieldView
from tauscope.widgets.state import SourceMark, ViewOptions

SPECS = {
    "f": FieldSpec("f", "f(x)", "Update fraction", ("y", "x"), "float32"),
    "tau": FieldSpec("tau", "τ(x)", "Proper time", ("y", "x"), "int64", "ticks"),
    "phi": FieldSpec(
        "phi", "ϕ(x)", "Time sag", ("y", "x"), "float64", palette="diverging", center=0.0, note="ϕ = f − 1"
    ),
}
NX, NY = 96, 64
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


def smooth_field(nx: int = NX, ny: int = NY) -> npt.NDArray[np.float32]:
    """A field without symmetry, so that a flip or a transposition shows."""
    y, x = np.mgrid[:ny, :nx]
    well = 1 / np.sqrt(((x - nx / 3) ** 2 + (y - ny / 4) ** 2) / 100 + 1)
    return np.asarray(1 - 0.5 * well + 0.002 * x + 0.001 * y, np.float32)


def make_view(
    show: Callable[[FieldView], None], field: str = "f", cmap: str = "bids:magma", **keys: Any
) -> FieldView:
    """Show a view of 640 x 480 with specs, options and a lattice, and wait for its first picture."""
    view = FieldView(**keys)
    view.set_specs(SPECS)
    view.set_options(ViewOptions(field, cmap))
    view.set_lattice(NX, NY, "absorbing")
    view.options_changed.connect(view.set_options)
    view.resize(640, 480)
    show(view)
    return view


def settle(view: FieldView) -> None:
    """Let a picture be drawn that is newer than everything done so far."""
    before = view.stage.surface.frames
    view.stage.refresh()
    for _ in range(200):
        QApplication.processEvents()
        if view.stage.surface.frames > before:
            return
        QTest.qWait(5)
    raise AssertionError("the view was not drawn within a second")


def pixels(view: FieldView) -> npt.NDArray[np.uint8]:
    """Rendered canvas, shape (height, width, 3)."""
    settle(view)
    return as_array(view.picture())


def as_array(image: QImage) -> npt.NDArray[np.uint8]:
    """Red, green and blue of an image."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[:, :, :3].copy()


def color_of_cell(view: FieldView, picture: npt.NDArray[np.uint8], i: int, j: int) -> npt.NDArray[np.uint8]:
    """Colour of the pixel in which the centre of a cell lies."""
    px, py = view.world_to_pixel(i, j)
    return np.asarray(picture[int(py), int(px)])


def at(view: FieldView, x: float, y: float) -> QPoint:
    """Pixel nearest to a point in cells."""
    px, py = view.world_to_pixel(x, y)
    return QPoint(round(px), round(py))


def drag(
    view: FieldView, start: QPoint, end: QPoint, modifiers: Any = NONE, button: Any = LEFT, steps: int = 5
) -> None:
    """Press, move in steps, release."""
    begin_drag(view, start, end, modifiers, button, steps)
    QTest.mouseRelease(view.canvas_native, button, modifiers, end)


def begin_drag(
    view: FieldView, start: QPoint, end: QPoint, modifiers: Any = NONE, button: Any = LEFT, steps: int = 5
) -> None:
    """Press and move in steps."""
    native = view.canvas_native
    QTest.mousePress(native, button, modifiers, start)
    for k in range(1, steps + 1):
        step = start + (end - start) * (k / steps)
        send_move(view, step, modifiers, button)


def send_move(
    view: FieldView, where: QPoint, modifiers: Any = NONE, button: Any = Qt.MouseButton.NoButton
) -> None:
    """Move with a button held (QTest's own move forgets the button and the modifiers)."""
    native = view.canvas_native
    everywhere = QPointF(native.mapToGlobal(where))
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), everywhere, Qt.MouseButton.NoButton, button, modifiers
    )
    QApplication.sendEvent(native, event)


def wheel(view: FieldView, where: QPoint, steps: int) -> None:
    """Turn the wheel over a pixel."""
    native = view.canvas_native
    event = QWheelEvent(
        QPointF(where), QPointF(native.mapToGlobal(where)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(native, event)


class PaletteDrag:
    """A source carried over a canvas, as Qt's drag and drop delivers it to the native widget."""

    def __init__(self, view: FieldView, kind: str, mime: str = SOURCE_MIME) -> None:
        self._view = view
        self._data = QMimeData()
        self._data.setData(mime, kind.encode())

    def over(self, where: QPoint, *, enter: bool = False) -> bool:
        """Move to a pixel; returns whether a drop would be taken there."""
        action, buttons = Qt.DropAction.CopyAction, LEFT
        event = (
            QDragEnterEvent(where, action, self._data, buttons, NONE)
            if enter
            else QDragMoveEvent(where, action, self._data, buttons, NONE)
        )
        event.ignore()
        QApplication.sendEvent(self._view.canvas_native, event)
        return event.isAccepted()

    def drop(self, where: QPoint) -> bool:
        """Carry to a pixel and let go; returns whether it was taken."""
        self.over(where, enter=True)
        event = QDropEvent(QPointF(where), Qt.DropAction.CopyAction, self._data, LEFT, NONE)
        event.ignore()
        QApplication.sendEvent(self._view.canvas_native, event)
        return event.isAccepted()


class Heard:
    """Everything a signal carried, in order."""

    def __init__(self, signal: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        signal.connect(lambda *args: self.calls.append(args))

    @property
    def last(self) -> tuple[Any, ...]:
        """Newest arguments."""
        assert self.calls, "the signal was not emitted"
        return self.calls[-1]


def gaussian(key: str = "s1", x: float = 40.25, y: float = 30.5, **values: Any) -> SourceMark:
    """A Gaussian source."""
    return SourceMark(key, key, "gaussian", x, y, 4e-3, **{"width": 4.0, **values})
