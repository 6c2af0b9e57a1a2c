"""Header of a field view: what is shown, a note on it, and the buttons for fit, snapshot and options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from tauscope.engine.base import FieldSpec
from tauscope.widgets import theme
from tauscope.widgets.icons import icon
from tauscope.widgets.raster_note import RasterNote
from tauscope.widgets.state import ViewOptions
from tauscope.widgets.texts import Elided
from tauscope.widgets.view_menu import OFFERS, fill_menu

HEIGHT = 28
ICON_SIZE = 18
DOT = " · "
NOTE_MOST, NOTE_STEP = 112, 16
MARGIN, SPACE, GAP = 4, 2, 4
PLATE_PAD, PLATE_MOST = 7, 110
HINT = (
    "Wheel zooms, right or middle drag moves the picture, double click fits it.\n"
    "Drag a source to move it; hold Alt or Shift to keep it on whole cells."
)


class Colors(Protocol):
    """The colours of a theme that a field view uses, as ``"#rrggbb"``; `widgets.theme.Theme` has them."""

    @property
    def panel(self) -> str: ...
    @property
    def raised(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def muted(self) -> str: ...
    @property
    def accent(self) -> str: ...
    @property
    def canvas(self) -> str: ...


class Note(Elided):
    """Note whose parts, divided by a middle dot, go from the last on where there is no room for all."""

    def __init__(self) -> None:
        super().__init__(ink="muted", right=True)

    @property
    def least(self) -> int:
        """Room in pixels that the first part wants, in steps, so that a number that changes moves nothing."""
        first = self.text().split(DOT)[0]
        wide = self.fontMetrics().horizontalAdvance(first) if first else 0
        return min(-(-wide // NOTE_STEP) * NOTE_STEP, NOTE_MOST)

    def minimumSizeHint(self) -> QSize:
        """None: the title comes first."""
        return QSize(0, self.sizeHint().height())

    def fitting(self, width: int) -> str:
        """As many whole parts as fit; none where the first does not: a number that is cut is a wrong one."""
        parts, measure = self.text().split(DOT), self.fontMetrics().horizontalAdvance
        while len(parts) > 1 and measure(DOT.join(parts)) > width:
            parts.pop()
        kept = DOT.join(parts)
        return kept if measure(kept) <= width else ""


class WorldPlate(Elided):
    """Plate with the world one sees as, in its colour; hidden while all worlds are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._color = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_world(self, world: str, color: str) -> bool:
        """Show a world, "" for none; whether that changed anything."""
        text = f"as {world}" if world else ""
        if (text, color) == (self.text(), self._color):
            return False
        self._color = color
        self.set_text(text)
        hint = (
            f"Sources and patterns of world {world} are drawn, the others are dark. f is that of all worlds."
        )
        self.set_hint(hint if world else "")
        self.update()
        return True

    def sizeHint(self) -> QSize:
        """Room for the text, at most for a long word, within a frame."""
        hint = super().sizeHint()
        return QSize(min(hint.width(), PLATE_MOST) + 2 * PLATE_PAD, hint.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text in a rounded frame of the world's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._color), 1.5))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.setPen(QColor(theme.current().text))
        text = self.fitting(self.width() - 2 * PLATE_PAD)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)


class FieldHeader(QWidget):
    """Title that opens the list of fields, a note, and three buttons.

    Beside the title a plate names the world one sees as, while the others are dark.

    Where there is no room for the whole title, it is the field's name alone; the tooltip has all. Where
    there is none for that either, fit and snapshot are in the menu only.

    Every signal is a wish; the view and the application decide.
    """

    field_chosen = Signal(str)
    options_wished = Signal(object)
    limits_wished = Signal()
    autoscale_wished = Signal()
    fit_wished = Signal()
    snapshot_wished = Signal()
    threshold_wished = Signal()
    levels_wished = Signal()
    surface_wished = Signal()
    link_wished = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._specs: Mapping[str, FieldSpec] = {}
        self._options: ViewOptions | None = None
        self._linked = False
        self._offers = OFFERS
        self._hint = HINT
        self._legend: tuple[str, ...] = ()
        self._names = ("", "")
        self.observer = WorldPlate()
        self.title = QToolButton(self)
        self.title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.title.setAutoRaise(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.note = Note()
        self.warning = RasterNote()
        self._fit = self._button("Fit the lattice into the view (F)", self.fit_wished.emit)
        self._snapshot = self._button("Save a picture of this view and its data", self.snapshot_wished.emit)
        self._more = self._button("Colour map, limits and more", None)
        self._fields = QMenu(self.title)
        self._fields.aboutToShow.connect(self._list_fields)
        self.title.setMenu(self._fields)
        self._menu = QMenu(self._more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._list_options)
        self._more.setMenu(self._menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.title)
        row.addWidget(self.observer)
        row.addStretch(1)
        row.addWidget(self.warning)
        row.addWidget(self.note)
        row.addSpacing(GAP)
        for button in (self._fit, self._snapshot, self._more):
            row.addWidget(button)

    def _button(self, tip: str, slot: Callable[[], None] | None) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFixedSize(24, 24)
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if slot is not None:
            button.clicked.connect(lambda _checked=False: slot())
        return button

    def set_specs(self, specs: Mapping[str, FieldSpec]) -> None:
        """Fields on offer."""
        self._specs = dict(specs)
        self._name()

    def set_options(self, options: ViewOptions) -> None:
        """Options in force."""
        self._options = options
        self._name()

    def set_linked(self, linked: bool) -> None:
        """Whether cameras and cursors of the views are linked."""
        self._linked = linked

    def set_offers(self, offers: frozenset[str]) -> None:
        """Which of `view_menu.OFFERS` the menu has."""
        self._offers = offers

    def set_hint(self, text: str) -> None:
        """What mouse and keys do beyond what they do on every canvas; shown in the title's tooltip."""
        self._hint = f"{HINT}\n{text}"
        self._name()

    def set_legend(self, lines: Sequence[str]) -> None:
        """What the marks over the field mean, a line each; in the title's tooltip and in the menu."""
        if tuple(lines) != self._legend:
            self._legend = tuple(lines)
            self._name()

    def set_raster(self, reason: str) -> None:
        """Warn that the view could not be drawn by OpenGL, and why; "" hides it."""
        self.warning.set_reason(reason)
        self._fit_title()

    def set_observer(self, world: str, color: str = "") -> None:
        """Say that sources and patterns of one world alone are drawn; "" where all of them are."""
        if self.observer.show_world(world, color):
            self._fit_title()

    def set_colors(self, colors: Colors) -> None:
        """Take a theme's colours."""
        self.setStyleSheet(_style(colors))
        for button, name in ((self._fit, "fit"), (self._snapshot, "snapshot"), (self._more, "more")):
            button.setIcon(icon(name, colors.muted, ICON_SIZE))

    def _name(self) -> None:
        spec = self._specs.get(self._options.field) if self._options else None
        minus = self._specs.get(self._options.minus) if self._options else None
        text, short, note = (title_of(spec), spec.label, spec.note) if spec else ("No field", "No field", "")
        if spec and minus:
            text = short = f"{spec.label} − {minus.label}"
            note = f"{title_of(spec)}, minus {title_of(minus)}, of the same tick."
        self._names = (text, short)
        self.title.setAccessibleName(text)
        self.title.setToolTip(
            "\n".join(filter(None, (text, note, "Click to choose another field.", self._hint, *self._legend)))
        )
        self._fit_title()

    def set_note(self, text: str) -> None:
        """Show a note at the right."""
        before = self.note.least
        self.note.set_text(text)
        if self.note.least != before:
            self._fit_title()

    def _fit_title(self) -> None:
        """Show the whole title where it fits beside the first part of the note, else the field's name."""
        self.warning.set_room(self.width())
        title, row = self.title, 2 * MARGIN + 2 * SPACE + GAP
        rooms = {
            widget: widget.sizeHint().width() + SPACE
            for widget in (self.observer, self.warning, self._fit, self._snapshot, self._more)
        }
        if self.warning.isHidden():
            del rooms[self.warning]
        if not self.observer.text():
            del rooms[self.observer]
        title.ensurePolished()
        measure = title.fontMetrics().horizontalAdvance
        row += title.sizeHint().width() - measure(title.text()) + sum(rooms.values())
        text, short = self._names
        if measure(text) + row + self.note.least > self.width():
            text = short
        if title.text() != text:
            title.setText(text)
        least = measure(text) + row - rooms[self._fit] - rooms[self._snapshot]
        self.observer.setVisible(bool(self.observer.text()) and least <= self.width())
        # The menu has both, too.
        roomy = measure(text) + row <= self.width()
        for button in (self._fit, self._snapshot):
            button.setVisible(roomy)

    def minimumSizeHint(self) -> QSize:
        """Room for the field's name and the menu, whatever is shown now: it must not hold a dock wide."""
        title = self.title
        title.ensurePolished()
        measure = title.fontMetrics().horizontalAdvance
        frame = title.sizeHint().width() - measure(title.text())
        fixed = [self._more] if self.warning.isHidden() else [self._more, self.warning]
        wide = sum(widget.minimumSizeHint().width() + SPACE for widget in fixed)
        return QSize(2 * MARGIN + GAP + SPACE + frame + measure(self._names[1]) + wide, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the title where there is little room."""
        super().resizeEvent(event)
        self._fit_title()

    def _list_fields(self) -> None:
        self._fields.clear()
        chosen = self._options.field if self._options else ""
        for name, spec in self._specs.items():
            action = self._fields.addAction(title_of(spec))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _checked=False, field=name: self.field_chosen.emit(field))

    def _list_options(self) -> None:
        fill_menu(self._menu, self, self._specs, self._options, self._linked, self._offers)
        if self._legend:
            marks = self._menu.addMenu("What the marks mean")
            for line in self._legend:
                marks.addAction(line)


def title_of(spec: FieldSpec) -> str:
    """Title of a field, as in ``f(x) — update fraction``."""
    title = spec.title
    if title[:1].isupper() and not title[1:2].isupper():
        title = title[:1].lower() + title[1:]
    return f"{spec.label} — {title}" if title else spec.label


def _style(colors: Colors) -> str:
    return (
        f"FieldHeader {{ background: {colors.panel}; }}"
        f"FieldHeader QToolButton {{ border: none; border-radius: 4px; padding: 2px 4px; "
        f"color: {colors.text}; background: transparent; font-weight: 600; }}"
        f"FieldHeader QToolButton:hover, FieldHeader QToolButton:focus {{ background: {colors.raised}; }}"
        "FieldHeader QToolButton::menu-indicator { image: none; width: 0; }"
        f"FieldHeader QLabel {{ color: {colors.muted}; background: transparent; }}"
    )
