"""Presets: a gallery of cards with picture, title and summary; the selected one says what to see and try."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.parameter_form import SearchField
from tauscope.widgets.docks.preset_card import Card
from tauscope.widgets.state import PresetCard
from tauscope.widgets.texts import Caption, Heading

COLUMN = 200
"""Least width of a column of cards."""
LAID_OUT_MS, LOOKS = 50, 40
"""Time after which new cards should have their places, and how often that is looked at."""
MORE_LOOKS = 6
"""How often it is looked at after the card was in sight."""


class _Body(QWidget):
    """Body whose height follows from its width alone.

    The least height of wrapped texts is that at their least width, far more than at the width they have, and
    the scroll area would take the larger of the two.
    """

    def minimumSizeHint(self) -> QSize:
        """None."""
        return QSize(0, 0)


class Gallery(QScrollArea):
    """Scroll area that tells the width it has for cards.

    Signals
    -------
    resized : ()
        The viewport has another size.
    """

    resized = Signal()

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the new width."""
        super().resizeEvent(event)
        self.resized.emit()

    def reveal(self, card: QWidget) -> None:
        """Scroll as little as needed; the top of what is higher than the area comes to its top."""
        bar, top = self.verticalScrollBar(), card.y()
        least, most = top + card.height() - self.viewport().height(), top
        bar.setValue(most if least > most else min(max(bar.value(), least), most))

    def shows(self, card: QWidget) -> bool:
        """Whether the top of a card is in sight."""
        return 0 <= card.y() - self.verticalScrollBar().value() < self.viewport().height()


class PresetsPanel(QWidget):
    """Gallery of presets with search.

    Signals
    -------
    preset_chosen : (str)
        Name of the preset to load.
    save_requested : ()
        The user wants to keep the present set-up as a preset.
    """

    preset_chosen = Signal(str)
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("presets")
        self.cards: dict[str, Card] = {}
        self.headings: dict[str, Heading] = {}
        """Headings of the groups, by group; none where all cards are of one."""
        self._current = ""
        self._columns = 0
        self._looks = 0
        self.search = SearchField("Search presets")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.empty = Caption("", wrap=True)
        self.save = Button("Save as preset…", "save", "Save the present set-up as a preset of your own…")
        self.save.clicked.connect(self.save_requested)
        self._build()
        self._filter()

    def _build(self) -> None:
        body = self._body = _Body()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 4, 0)
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        outer.addWidget(self.empty)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        self.gallery = Gallery(body)
        self.gallery.resized.connect(self._arrange)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 4, 8)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.gallery, 1)
        column.addWidget(self.save)

    # -- content

    def set_cards(self, cards: tuple[PresetCard, ...]) -> None:
        """Show these presets in groups, the user's own last in each, else in the order given."""
        selected = self.selected
        for old in (*self.cards.values(), *self.headings.values()):
            self._grid.removeWidget(old)
            old.deleteLater()
        self.cards = {}
        groups = list(dict.fromkeys(card.group for card in cards))
        self.headings = {group: Heading(group) for group in groups if len(groups) > 1}
        for card in sorted(cards, key=lambda card: (groups.index(card.group), card.own)):
            made = Card(card)
            made.selected.connect(self.select)
            made.chosen.connect(self.preset_chosen)
            made.moved.connect(self._move)
            made.set_current(card.name == self._current)
            self.cards[card.name] = made
        self._filter()
        self.select(selected)
        self._show_current()

    def set_current(self, name: str) -> None:
        """Mark the preset that is loaded, none for "", and bring it into view."""
        changed, self._current = name != self._current, name
        if changed:
            self._show_current()
        for card in self.cards.values():
            card.set_current(card.card.name == name)

    @property
    def selected(self) -> str:
        """Name of the unfolded preset, or ""."""
        return next((name for name, card in self.cards.items() if card.unfolded), "")

    def select(self, name: str) -> None:
        """Unfold one preset and bring it into view; the others fold."""
        for key, card in self.cards.items():
            card.set_unfolded(key == name)
        if name in self.cards:
            QTimer.singleShot(0, self, lambda: self._reveal(self.selected))

    def _show_current(self) -> None:
        """Bring the preset that is loaded into view, where the user looks at no other."""
        self._looks = LOOKS
        QTimer.singleShot(LAID_OUT_MS, self, self._look)

    def _look(self) -> None:
        """Reveal the preset that is loaded as soon as its card has a place."""
        card = self.cards.get(self._current)
        if card is None or self.selected or not self.isVisible() or not self._looks:
            return
        self._looks -= 1
        if card.isVisible() and card.y() + card.height() <= self._body.height() and card.y():
            self._reveal(self._current)
            if self.gallery.shows(card):  # a layout that comes late may scroll back to the first card
                self._looks = min(self._looks, MORE_LOOKS)
        QTimer.singleShot(LAID_OUT_MS, self, self._look)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the preset that is loaded."""
        super().showEvent(event)
        self._show_current()

    def _reveal(self, name: str) -> None:
        card = self.cards.get(name)
        if card is not None and card.isVisible():
            self.gallery.reveal(card)

    # -- search and keys

    def shown(self) -> list[Card]:
        """Cards that the search lets through, in order."""
        words = self.search.text().casefold().split()
        return [card for card in self.cards.values() if card.matches(words)]

    def _filter(self) -> None:
        found = self.shown()
        for card in self.cards.values():
            card.setVisible(card in found)
        self.empty.setVisible(not found)
        self.empty.setText(
            f"No preset speaks of “{self.search.text().strip()}”. Press Esc to see all."
            if self.cards
            else "Presets appear here. Save the present set-up with the button below."
        )
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, self.gallery.viewport().width() // COLUMN)
        if columns == self._columns:
            return
        for column in range(max(self._grid.columnCount(), columns)):
            self._grid.setColumnStretch(column, int(column < columns))
        self._columns = columns
        for widget in (*self.cards.values(), *self.headings.values()):
            self._grid.removeWidget(widget)
        found, row = self.shown(), 0
        for group in dict.fromkeys(card.card.group for card in self.cards.values()):
            cards = [card for card in found if card.card.group == group]
            if heading := self.headings.get(group):
                heading.setVisible(bool(cards))
                if cards:
                    self._grid.addWidget(heading, row, 0, 1, columns)
                    row += 1
            for index, card in enumerate(cards):
                self._grid.addWidget(card, row + index // columns, index % columns)
            row += -(-len(cards) // columns)

    def _move(self, step: int) -> None:
        found = self.shown()
        names = [card.card.name for card in found]
        at = names.index(self.selected) + step if self.selected in names else 0
        if at < 0:
            self.search.setFocus(Qt.FocusReason.BacktabFocusReason)
        elif found:
            found[min(at, len(found) - 1)].setFocus(Qt.FocusReason.TabFocusReason)

    def _search_key(self, event: QKeyEvent) -> bool:
        found = self.shown()
        if event.key() == Qt.Key.Key_Down and found:
            found[0].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and found and self.search.text():
            self.preset_chosen.emit(found[0].card.name)
        else:
            return False
        return True

    # -- events

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Let the search field lead into the cards."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._search_key(event)
        return False
