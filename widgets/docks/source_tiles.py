"""Tiles of the source palette: drag one onto the lattice, or press it for the lattice's centre."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button, keyboard_owns
from tauscope.widgets.icons import renderer
from tauscope.widgets.state import DROPPED, SOURCE_KINDS, SourceKind

SOURCE_MIME = "application/x-tauscope-source"
"""Payload: the kind as UTF-8."""

CAPTIONS: dict[SourceKind, str] = {
    "point": "Point", "gaussian": "Gauss", "ring": "Ring", "disc": "Disc", "line": "Line"
}  # fmt: skip
TIPS: dict[SourceKind, str] = {
    "point": "One cell",
    "gaussian": "A round hill of emission; its width is the standard deviation",
    "ring": "Uniform between two circles",
    "disc": "Uniform within a circle",
    "line": "Uniform along a segment",
}
_ICON = 20
_HEIGHT = 48
_PICTURE = 44
_GAP = 2


def mime_of(kind: str) -> QMimeData:
    """What a dragged tile carries."""
    data = QMimeData()
    data.setData(SOURCE_MIME, kind.encode("utf-8"))
    return data


def drag_picture(kind: str, ratio: float) -> QPixmap:
    """Round plate with the shape on it, shown under the pointer while dragging."""
    colors = theme.current()
    picture = QPixmap(QSize(round(_PICTURE * ratio), round(_PICTURE * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QColor(colors.canvas)
    ground.setAlphaF(0.75)
    painter.setBrush(ground)
    painter.setPen(QPen(QColor(colors.accent), 1.5))
    painter.drawEllipse(QRectF(1, 1, _PICTURE - 2, _PICTURE - 2))
    edge = (_PICTURE - 26) / 2
    renderer(kind, "#ffffff").render(painter, QRectF(edge, edge, 26, 26))
    painter.end()
    return picture


class SourceTile(QAbstractButton):
    """Tile of one kind.

    Parameters
    ----------
    kind : str
        What it puts on the lattice, one of `DROPPED`.
    caption, name, tip : str
        Shown text, name for screen readers, and what it is; those of a source where they are "".
    picture : str
        Icon, "" for that of the kind.

    Signals
    -------
    clicked()
        Pressed without dragging, by mouse, Space or Enter.
    """

    def __init__(
        self,
        kind: str,
        parent: QWidget | None = None,
        *,
        caption: str = "",
        name: str = "",
        tip: str = "",
        picture: str = "",
    ) -> None:
        super().__init__(parent)
        self.kind, self.picture = kind, picture or kind
        self.refusal = ""
        self._pressed_at: QPoint | None = None
        shape = DROPPED[kind]
        self.setText(caption or CAPTIONS.get(shape, kind.capitalize()))
        self.setAccessibleName(name or f"{kind.capitalize()} source")
        self.setToolTip(
            f"{tip or f'{kind.capitalize()}: {TIPS.get(shape, kind)}'}.\n"
            "Drag it onto the lattice, or click to put it at the centre."
        )
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def sizeHint(self) -> QSize:
        """Nearly square."""
        return QSize(44, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Five of them fit a narrow column."""
        return QSize(28, _HEIGHT)

    def event(self, event: QEvent) -> bool:
        """Claim Space after Tab, give it up after a click; disabled, say why it cannot be dragged."""
        if not self.isEnabled() and event.type() == QEvent.Type.MouseButtonRelease and self.refusal:
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.refusal, self)
        return keyboard_owns(self, event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses like Space; arrows walk along the palette."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(key == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may start."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to drag once the pointer has gone far enough."""
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        way = event.position().toPoint() - self._pressed_at
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            self.start_drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Press without a drag."""
        self._pressed_at = None
        super().mouseReleaseEvent(event)

    def start_drag(self) -> Qt.DropAction:
        """Drag the kind; returns when it was dropped or given up."""
        drag = QDrag(self)
        drag.setMimeData(mime_of(self.kind))
        drag.setPixmap(drag_picture(self.picture, self.devicePixelRatioF()))
        drag.setHotSpot(QPoint(_PICTURE // 2, _PICTURE // 2))
        return drag.exec(Qt.DropAction.CopyAction)

    def changeEvent(self, event: QEvent) -> None:
        """Show an open hand only where there is something to take."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            hand = Qt.CursorShape.OpenHandCursor if self.isEnabled() else Qt.CursorShape.ForbiddenCursor
            self.setCursor(hand)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Plate, shape, caption, focus ring."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        lit = self.isEnabled() and (self.underMouse() or self.isDown())
        plate = colors.raised if self.isEnabled() else colors.panel
        ink = (
            theme.mix(colors.muted, colors.panel, 0.5)
            if not self.isEnabled()
            else colors.text
            if lit
            else colors.muted
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.pressed if self.isDown() else colors.hover if lit else plate))
        painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.accent), 1.5))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        renderer(self.picture, ink).render(painter, QRectF((self.width() - _ICON) / 2, 6, _ICON, _ICON))
        self._paint_caption(painter, ink)

    def _caption_size(self) -> int:
        """Largest size at which every tile's caption fits, so that all look alike."""
        row = self.parentWidget()
        texts = [tile.text() for tile in row.findChildren(SourceTile)] if row is not None else [self.text()]
        width = row.width() // len(texts) - _GAP if row is not None else self.width()
        for size in (theme.SMALL_SIZE, 10):
            metrics = QFontMetrics(theme.text_font(size))
            if all(metrics.horizontalAdvance(text) <= width for text in texts):
                return size
        return 9

    def _paint_caption(self, painter: QPainter, ink: str) -> None:
        font = theme.text_font(self._caption_size())
        painter.setFont(font)
        painter.setPen(QColor(ink))
        text = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect().adjusted(0, 28, 0, -4), Qt.AlignmentFlag.AlignCenter, text)


class TilePalette(QWidget):
    """Tiles in a row.

    Signals
    -------
    add_requested(kind)
        Put one of this kind at the lattice's centre.
    """

    add_requested = Signal(str)

    def __init__(self, tiles: Iterable[SourceTile], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: dict[str, SourceTile] = {}
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(_GAP)
        self.column.addLayout(row)
        for tile in tiles:
            self.add_tile(tile, row)

    def add_tile(self, tile: SourceTile, row: QHBoxLayout) -> None:
        """Add a tile at the end of a row."""
        tile.clicked.connect(lambda _checked=False: self.add_requested.emit(tile.kind))
        row.addWidget(tile)
        self.tiles[tile.kind] = tile

    def set_refusal(self, why: str) -> None:
        """Set what a press on a disabled tile says."""
        for tile in self.tiles.values():
            tile.refusal = why


class SourcePalette(TilePalette):
    """Tiles of the sources, and below them what comes from elsewhere: an image's file, a painted map.

    Signals
    -------
    image_requested(), paint_requested()
        Choose a file; begin to paint.
    """

    image_requested = Signal()
    paint_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((SourceTile(kind) for kind in SOURCE_KINDS), parent)
        self.image = Button(
            "Image…", "image", "Image: a picture, .npy or CSV file; or drop it on the lattice"
        )
        self.paint = Button("Paint", "brush", "Brush: paint emission on the lattice (2)")
        self.image.clicked.connect(lambda _checked=False: self.image_requested.emit())
        self.paint.clicked.connect(lambda _checked=False: self.paint_requested.emit())
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(_GAP)
        below.addWidget(self.image, 1)
        below.addWidget(self.paint, 1)
        self.column.addLayout(below)
