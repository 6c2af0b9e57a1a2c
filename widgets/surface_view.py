"""Height map of a field view: follows its data, colours and limits, and turns under the mouse."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.canvas import gl
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.orbit import LEAST_LIFT, MOST_LIFT, Orbit
from tauscope.widgets.canvas.relief import Relief
from tauscope.widgets.canvas.surface3d import PAINTED_POINTS, GlRelief, PaintedRelief, paint_relief
from tauscope.widgets.field_header import Colors
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.texts import Elided

Pixels = npt.NDArray[np.uint8]
LIVE_SECONDS = 1 / 15
"""New data are shown at most every so often."""
_REST_SECONDS = 0.4
_DEGREES = 0.4
_KEY_DEGREES = 5.0
_STEP = 1.15
_SLIDER = 100
HINT = (
    "Drag turns the surface, the wheel zooms, Shift and wheel change its height, double click resets.\n"
    "Keys: arrows turn, Page Up and Page Down zoom, Shift with up and down change the height, F resets."
)


class SurfaceView(QWidget):
    """Shows what a field view shows as a surface.

    Signals
    -------
    snapshot_requested : ()
        The user wants a picture of it.

    Parameters
    ----------
    parent : QWidget or None
        Owner.
    budget : RedrawBudget or None
        Decides when new data are drawn; without one they are drawn at once.
    clock : callable
        Seconds, for the rate at which data are taken.
    """

    snapshot_requested = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        budget: RedrawBudget | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self.relief = Relief()
        self._budget = budget
        self._clock = clock
        self._view: FieldView | None = None
        self._taken = -1.0
        self._press: QPointF | None = None
        self.setMinimumSize(160, 160)
        kind = PaintedRelief if gl.problem() else GlRelief
        self._surface: GlRelief | PaintedRelief = kind(self.relief, self)
        self._surface.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._surface.setAccessibleName("Surface")
        self._surface.setAccessibleDescription(HINT)
        self._surface.setToolTip(HINT)
        self._surface.installEventFilter(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(round(1000 * _REST_SECONDS))
        self._rest.timeout.connect(self._surface.refine)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self.take)
        self._arrange()

    def _arrange(self) -> None:
        self.title = Elided(ink="text")
        self.title.set_text("No field")
        self.height_slider = QSlider(Qt.Orientation.Horizontal)
        self.height_slider.setRange(0, _SLIDER)
        self.height_slider.setFixedWidth(90)
        self.height_slider.setToolTip("Height of the colour bar's range above the floor")
        self.height_slider.setAccessibleName("Height of the surface")
        self.height_slider.valueChanged.connect(self._slid)
        self.reset_button = Button("", "fit", "See it as at first (F)", kind="ghost")
        self.reset_button.clicked.connect(lambda _checked=False: self.reset())
        tip = "Snapshot of the surface as a picture, and its field beside it…"
        self.snapshot_button = Button("", "snapshot", tip, kind="ghost")
        self.snapshot_button.clicked.connect(lambda _checked=False: self.snapshot_requested.emit())
        label = QLabel("Height")
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 4, 2)
        row.addWidget(self.title, 1)
        row.addWidget(label)
        row.addSpacing(6)
        row.addWidget(self.height_slider)
        row.addWidget(self.reset_button)
        row.addWidget(self.snapshot_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._surface, 1)
        self._show_lift()

    def sizeHint(self) -> QSize:
        """Enough to see a shape."""
        return QSize(360, 320)

    # ----- what is shown

    @property
    def view(self) -> FieldView | None:
        """Field view that is followed, or None."""
        return self._view

    @property
    def canvas_native(self) -> QWidget:
        """Widget that shows the surface and gets mouse and keys."""
        return self._surface

    @property
    def surface(self) -> GlRelief | PaintedRelief:
        """Surface in use."""
        return self._surface

    @property
    def draw_seconds(self) -> float:
        """What the last drawing took."""
        return self._surface.draw_seconds

    @property
    def orbit(self) -> Orbit:
        """Where it is seen from."""
        return self.relief.orbit

    def follow(self, view: FieldView) -> None:
        """Show what a field view shows, now and as it changes."""
        if self._view is not None and shiboken6.isValid(self._view):
            self._view.data_changed.disconnect(self._offered)
        self._view = view
        view.data_changed.connect(self._offered)
        self.take()

    def _offered(self) -> None:
        """New data are there: take them now, or when the last ones were shown long enough."""
        wait = LIVE_SECONDS - (self._clock() - self._taken)
        if not self.isVisible():
            return
        if wait <= 0:
            self.take()
        elif not self._late.isActive():
            self._late.start(max(1, round(1000 * wait)))

    def take(self) -> None:
        """Take data, limits and colours of the view that is followed."""
        view, relief = self._view, self.relief
        if view is None:
            return
        scene, spec = view.stage.scene, view.spec
        relief.array, relief.limits = view.array, view.colour_limits
        relief.thresh, relief.cmap = view.linear_within, view.known_map
        relief.unit = spec.unit if spec and spec.unit != "1" else ""
        relief.label = spec.label if spec else "No field"
        relief.signed = bool(spec and spec.palette == "diverging")
        relief.background = scene.background
        relief.serial += 1
        self._taken = self._clock()
        self.title.set_text(relief.label)
        self._hurry()
        if self._budget is None:
            self._surface.update()
        else:
            self._budget.changed(self)

    def set_theme(self, theme: Colors) -> None:
        """Take a theme's colours."""
        self.relief.background = theme.canvas
        self._surface.update()

    def set_orbit(self, orbit: Orbit) -> None:
        """See it from elsewhere."""
        if orbit != self.relief.orbit:
            self.relief.orbit = orbit
            self._show_lift()
            self._hurry()
            self._surface.update()

    def reset(self) -> None:
        """See it as at first."""
        self.set_orbit(Orbit())

    def picture(self) -> QImage:
        """Pixels as shown on screen."""
        return self._surface.picture()

    def painted(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """Surface painted anew at another size, for snapshots."""
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.scale(ratio, ratio)
        paint_relief(painter, self.relief, width, height, PAINTED_POINTS)
        painter.end()
        return image

    def painter(self) -> Callable[[int, int, float], Pixels]:
        """What paints the surface as it is now at any size, on any thread, for snapshots.

        Returns
        -------
        callable
            From width, height and pixels a unit to an array of uint8 [row, column, rgb].
        """
        now = self.relief
        kept = replace(now, array=None if now.array is None else np.array(now.array, copy=True))

        def paint(width: int, height: int, ratio: float) -> Pixels:
            image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB888)
            painter = QPainter(image)
            painter.scale(ratio, ratio)
            paint_relief(painter, kept, width, height, PAINTED_POINTS)
            painter.end()
            rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
            return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()

        return paint

    def release(self) -> None:
        """Draw no more; call before the view goes away for good."""
        self._rest.stop()
        self._late.stop()
        if self._budget is not None:
            self._budget.forget(self)
        self._surface.release()

    def _hurry(self) -> None:
        """Paint coarsely while things change, and finely when they have come to rest."""
        self._rest.start()

    # ----- height

    def _show_lift(self) -> None:
        share = (self.orbit.lift - LEAST_LIFT) / (MOST_LIFT - LEAST_LIFT)
        self.height_slider.blockSignals(True)
        self.height_slider.setValue(round(_SLIDER * share**0.5))
        self.height_slider.blockSignals(False)

    def _slid(self, value: int) -> None:
        lift = LEAST_LIFT + (MOST_LIFT - LEAST_LIFT) * (value / _SLIDER) ** 2
        self.set_orbit(Orbit(self.orbit.turn, self.orbit.tilt, self.orbit.zoom, lift))

    # ----- mouse and keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn and zoom by mouse and keys over the surface."""
        if watched is not self._surface:
            return False
        handlers: dict[QEvent.Type, Callable[[Any], bool]] = {
            QEvent.Type.MouseButtonPress: self._on_press,
            QEvent.Type.MouseMove: self._on_move,
            QEvent.Type.MouseButtonRelease: self._on_release,
            QEvent.Type.MouseButtonDblClick: self._on_double_click,
            QEvent.Type.Wheel: self._on_wheel,
            QEvent.Type.ShortcutOverride: self._on_override,
            QEvent.Type.KeyPress: self._on_key,
        }
        handler = handlers.get(event.type())
        return handler is not None and handler(event)

    def _on_press(self, event: QMouseEvent) -> bool:
        self._surface.setFocus(Qt.FocusReason.MouseFocusReason)
        self._press = event.position()
        return True

    def _on_move(self, event: QMouseEvent) -> bool:
        if self._press is not None:
            way = event.position() - self._press
            self._press = event.position()
            self.set_orbit(self.orbit.turned(way.x() * _DEGREES, way.y() * _DEGREES))
        return True

    def _on_release(self, _event: QMouseEvent) -> bool:
        self._press = None
        return True

    def _on_double_click(self, _event: QMouseEvent) -> bool:
        self.reset()
        return True

    def _on_wheel(self, event: QWheelEvent) -> bool:
        # Some systems turn the wheel's axis while Shift is held.
        steps = (event.angleDelta().y() or event.angleDelta().x()) / 120
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        orbit = self.orbit
        self.set_orbit(orbit.lifted(_STEP**steps) if shift else orbit.zoomed(_STEP**steps))
        event.accept()
        return True

    def _keyed(self, event: QKeyEvent) -> Orbit | None:
        orbit, key = self.orbit, Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            lifts = {Qt.Key.Key_Up: _STEP, Qt.Key.Key_Down: 1 / _STEP}
            return orbit.lifted(lifts[key]) if key in lifts else None
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        turns = {
            Qt.Key.Key_Left: (-_KEY_DEGREES, 0.0), Qt.Key.Key_Right: (_KEY_DEGREES, 0.0),
            Qt.Key.Key_Up: (0.0, _KEY_DEGREES), Qt.Key.Key_Down: (0.0, -_KEY_DEGREES),
        }  # fmt: skip
        if key in turns:
            return orbit.turned(*turns[key])
        zooms = {Qt.Key.Key_PageUp: _STEP, Qt.Key.Key_PageDown: 1 / _STEP}
        if key in zooms:
            return orbit.zoomed(zooms[key])
        return Orbit() if key in (Qt.Key.Key_F, Qt.Key.Key_Home) else None

    def _on_override(self, event: QKeyEvent) -> bool:
        if self._keyed(event) is None:
            return False
        event.accept()
        return True

    def _on_key(self, event: QKeyEvent) -> bool:
        orbit = self._keyed(event)
        if orbit is None:
            event.ignore()
        else:
            self.set_orbit(orbit)
        return True
