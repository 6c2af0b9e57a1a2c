"""Buttons that the mouse cannot focus, so that Space stays play / pause for whoever uses the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QMenu,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from tauscope.widgets import theme
from tauscope.widgets.icons import renderer

Kind = Literal["plain", "primary", "danger", "ghost"]
ICON = 16
PAD = 9
GAP = 6
HEIGHT = 28
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Select)


def keyboard_owns(widget: QWidget, event: QEvent) -> bool:
    """Claim Space for a widget that was focused by keyboard; True when the event is settled."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
        if event.key() in _KEYS and not event.modifiers() and widget.hasFocus():
            event.accept()
            return True
    elif event.type() == QEvent.Type.MouseButtonPress:
        widget.clearFocus()
    return False


class CheckBox(QCheckBox):
    """Check box that is focused by Tab only."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def event(self, event: QEvent) -> bool:
        """Claim Space after Tab, give it up after a click."""
        return keyboard_owns(self, event) or super().event(event)


class NarrowBox(CheckBox):
    """Check box whose text is cut where there is no room; its tooltip should have it whole."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """The square and three letters."""
        whole = super().minimumSizeHint()
        words = self.fontMetrics()
        less = whole.width() - words.horizontalAdvance(self.text()) + words.horizontalAdvance("mmm")
        return QSize(min(less, whole.width()), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Square and what there is room for."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        style = self.style()
        room = style.subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self).width()
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_CheckBox, option)


class RadioButton(QRadioButton):
    """Radio button that is focused by Tab only."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def event(self, event: QEvent) -> bool:
        """Claim Space after Tab, give it up after a click."""
        return keyboard_owns(self, event) or super().event(event)


class Button(QAbstractButton):
    """Flat button with an icon, a text, or both; drawn from the theme.

    Parameters
    ----------
    text : str
        Text, "" for an icon alone.
    icon_name : str
        Name of an icon, "" for a text alone.
    tip : str
        Tooltip; also the accessible name of a button without text.
    kind : {"plain", "primary", "danger", "ghost"}
        Raised, accent-filled, trouble-coloured, or without a ground until the mouse is over it.
    """

    def __init__(
        self,
        text: str = "",
        icon_name: str = "",
        tip: str = "",
        kind: Kind = "plain",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._kind: Kind = kind
        self._menu: QMenu | None = None
        self._widest = ""
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text or tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def icon_name(self) -> str:
        """Name of the icon."""
        return self._icon_name

    @property
    def kind(self) -> Kind:
        """How it is drawn."""
        return self._kind

    def set_look(self, text: str, icon_name: str, kind: Kind) -> None:
        """Change text, icon and kind at once."""
        if (text, icon_name, kind) != (self.text(), self._icon_name, self._kind):
            self._icon_name, self._kind = icon_name, kind
            self.setText(text)
            self.setAccessibleName(text or self.toolTip())
            self.updateGeometry()
            self.update()

    def reserve(self, widest: str) -> None:
        """Keep the width that ``widest`` would need, so that a changing text moves nothing."""
        self._widest = widest
        self.updateGeometry()

    def set_menu(self, menu: QMenu | Callable[[], QMenu]) -> None:
        """Open a menu below the button when it is pressed; a callable makes it anew each time."""
        self.clicked.connect(lambda: self._open(menu if isinstance(menu, QMenu) else menu()))

    def open_menu(self) -> QMenu | None:
        """Menu that was opened last."""
        return self._menu

    def event(self, event: QEvent) -> bool:
        """Claim Space after Tab, give it up after a click."""
        return keyboard_owns(self, event) or super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press without taking the focus."""
        super().mousePressEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses like Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for icon and text."""
        words = max(self.text(), self._widest, key=self.fontMetrics().horizontalAdvance)
        if not words:
            return QSize(HEIGHT, HEIGHT)
        width = 2 * PAD + self.fontMetrics().horizontalAdvance(words)
        return QSize(width + (ICON + GAP if self._icon_name else 0), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Same as the size hint: a cut text says nothing."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, text, focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink = self._colors()
        if not self.isEnabled():
            painter.setOpacity(0.45)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.current().accent), 1.5))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        self._paint_content(painter, ink)

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        metrics = self.fontMetrics()
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - PAD)
        width = metrics.horizontalAdvance(text) if text else 0
        whole = width + (ICON if self._icon_name else 0) + (GAP if self._icon_name and text else 0)
        x = max((self.width() - whole) // 2, 4)
        if self._icon_name:
            box = QRectF(x, (self.height() - ICON) / 2, ICON, ICON)
            renderer(self._icon_name, ink.name()).render(painter, box)
            x += ICON + GAP
        painter.setPen(ink)
        painter.drawText(QRectF(x, 0, self.width() - x, self.height()), Qt.AlignmentFlag.AlignVCenter, text)

    def _colors(self) -> tuple[QColor | None, QColor]:
        colors = theme.current()
        over, down = self.underMouse() and self.isEnabled(), self.isDown() or self.isChecked()
        if self._kind == "primary" and self.isEnabled():  # else dark words would stand on a dark ground
            ground = QColor(colors.accent)
            return (ground.darker(112) if down else ground.lighter(108) if over else ground), QColor(
                colors.on_accent
            )
        ink = QColor(colors.trouble if self._kind == "danger" else colors.text)
        if self._kind == "ghost" and not (over or down):
            return None, QColor(colors.muted)
        raised = QColor(colors.line if over or down else colors.raised)
        return raised, ink

    def _open(self, menu: QMenu) -> None:
        self._menu = menu
        menu.setToolTipsVisible(True)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
