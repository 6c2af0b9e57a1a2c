"""Suggestions: assess the run, see what would be changed and why, apply it, and see what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.plots.chart import scrolled
from tauscope.widgets.texts import Caption, Elided, Heading, Label, set_role

OURS = (
    "The source document names these laws and gives no formulas; the ones here are ours, and each card shows "
    "the one it follows."
)
EMPTY = (
    "Nothing is suggested yet. Press “Assess this run”: several seeds of the present set-up run beside the "
    "window. Or press “Read logs…” for logs that were written before."
)
NO_READING = "Press play; what the numbers of this run mean is said here."
ASSESS_TIP = "Run the present set-up with several seeds, beside the window, and suggest small changes"
AGAIN_TIP = "Assess the changed set-up and compare"
APPLY_TIP = "Change K and π by what is suggested: one step that Undo takes back"
LOG_TIP = "Write this run’s R_total, cross_sync, drift, ready and choice_score to a CSV file as it goes"


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """A suggestion as the panel shows it.

    Parameters
    ----------
    key : str
        Tells it from the others.
    title : str
        Preset.
    setting : str
        K, π and what the spreads come from.
    changes : tuple of str
        Suggested changes with their spreads.
    note : str
        Why.
    formula : str
        Rule that it follows.
    remarks : tuple of (str, str)
        What was refused, and what can be read from the run, each with its tone: good, warning or muted.
    means : tuple of (str, str)
        Quantity, and its mean with spread.
    effect : str
        What Apply does, "" where it does nothing.
    why_not : str
        Why it cannot be applied now, "" where it can.
    """

    key: str
    title: str
    setting: str
    changes: tuple[str, ...]
    note: str
    formula: str
    remarks: tuple[tuple[str, str], ...] = ()
    means: tuple[tuple[str, str], ...] = ()
    effect: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """What became of a change.

    Parameters
    ----------
    title : str
        What was changed.
    rows : tuple of (str, str, str, str)
        Quantity, before, after, difference.
    verdict : str
        Sentence.
    tone : str
        ``good``, ``warning``, or "".
    """

    title: str
    rows: tuple[tuple[str, str, str, str], ...]
    verdict: str
    tone: str = ""
    remark: str = field(default="")


class _Card(QWidget):
    """One suggestion: numbers, changes, reason, formula, and its button."""

    def __init__(self, card: SuggestionCard, panel: SuggestionsPanel) -> None:
        super().__init__()
        self.setObjectName(f"suggestion {card.key}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(3)
        column.addWidget(Heading(card.title, wrap=True, role="title"))
        column.addWidget(Caption(card.setting, wrap=True))
        column.addLayout(_grid([[name, value] for name, value in card.means]))
        for change in card.changes:
            line = Label(change, wrap=True)
            line.setFont(theme.number_font())
            column.addWidget(line)
        self.note = Label(card.note, wrap=True)
        column.addWidget(self.note)
        for remark, tone in card.remarks:
            column.addWidget(Label(remark, tone, wrap=True))
        column.addWidget(Caption(card.formula, wrap=True))
        self.apply = Button("Apply", "check", APPLY_TIP, "primary")
        self.apply.clicked.connect(lambda: panel.apply_wished.emit(card.key))
        self._effect = Elided(ink="muted")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.apply)
        row.addWidget(self._effect, 1)
        column.addLayout(row)
        self._why_not = Caption(wrap=True)
        column.addWidget(self._why_not)
        self.set_offer(card.effect, card.why_not)

    def set_offer(self, effect: str, why_not: str) -> None:
        """Show what Apply does, "" for nothing, and why it cannot be done now, "" where it can."""
        self.apply.setVisible(bool(effect))
        self.apply.setEnabled(bool(effect) and not why_not)
        self.apply.setToolTip(why_not or APPLY_TIP)
        self._effect.set_text(effect)
        self._why_not.setVisible(bool(effect and why_not))
        self._why_not.setText(why_not)


class SuggestionsPanel(QWidget):
    """Panel of the learning loop; it emits wishes and shows what it is told.

    Signals
    -------
    assess_wished(seeds, ticks), again_wished(seeds, ticks)
        Assess the present set-up; the same, and compare with what was assessed before.
    cancel_wished(), read_wished(), log_wished()
        Give up an assessment; choose logs to read; start or stop the log of this run.
    apply_wished(key)
        Carry out a suggestion.
    """

    assess_wished = Signal(int, int)
    again_wished = Signal(int, int)
    cancel_wished = Signal()
    read_wished = Signal()
    log_wished = Signal()
    apply_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("suggestions")
        self._working = False
        self._why_not = ""
        """Why nothing can be assessed, "" where it can."""
        self._shown: list[SuggestionCard] = []
        """Cards as they were made, without their offers."""
        self._table: ChangeTable | None = None
        self.cards: dict[str, _Card] = {}
        self.assess = Button("Assess this run", "", ASSESS_TIP, "primary")
        self.assess.clicked.connect(self._pressed)
        self.read = Button("Read logs…", "open", "Choose logs (CSV) and see what they suggest")
        self.read.clicked.connect(self.read_wished)
        self.log = Button("Log…", "record", LOG_TIP)
        self.log.clicked.connect(self.log_wished)
        self.seeds = CountBox(5, 1, 100, "seeds")
        self.seeds.setToolTip("Five seeds or more give a spread over seeds; fewer one over blocks of time")
        self.seeds.setAccessibleName("Seeds of an assessment")
        self.ticks = CountBox(1000, 200, 1_000_000, "ticks")
        self.ticks.setToolTip("Ticks of each seed; the later half is averaged")
        self.ticks.setAccessibleName("Ticks of each seed")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.doing = Elided(ink="muted")
        self.trouble = Label("", "trouble", wrap=True)
        self.logging = Caption("", wrap=True)
        self.empty = Caption(EMPTY, wrap=True)
        self.reading = Label(NO_READING, wrap=True)
        self.verdict = Label("", wrap=True)
        self.again = Button("Run again and compare", "restart", AGAIN_TIP)
        self.again.clicked.connect(lambda: self.again_wished.emit(self.seeds.value(), self.ticks.value()))
        self._build()
        self.set_progress(None)
        self.set_trouble("")
        self.set_logging("", active=False)
        self.verdict.hide()
        self.set_cards(())
        self.set_comparison(None, can_compare=False)

    def sizeHint(self) -> QSize:
        """Room for a card."""
        return QSize(360, 420)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 4, 8)
        column.setSpacing(6)
        column.addLayout(_line(self.assess, self.log))
        column.addLayout(_line(self.seeds, self.ticks))
        column.addLayout(_line(self.read))
        for widget in (self.progress, self.doing, self.trouble, self.logging):
            column.addWidget(widget)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(6)
        self._list.addWidget(Heading("Reading this run"))
        self._list.addWidget(self.reading)
        self._list.addWidget(Heading("Suggestions"))
        self._list.addWidget(self.empty)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        self._list.addLayout(self._cards)
        self._list.addLayout(_line(self.again))
        self._change = QWidget()
        self._change_column = QVBoxLayout(self._change)
        self._change_column.setContentsMargins(0, 0, 0, 0)
        self._list.addWidget(self._change)
        self._list.addWidget(self.verdict)
        self._list.addStretch(1)
        self._list.addWidget(Caption(OURS, wrap=True))
        column.addWidget(scrolled(body), 1)

    # -- what is shown

    def set_progress(self, fraction: float | None, text: str = "") -> None:
        """Show how far an assessment is, in 0..1; None: none runs."""
        self._working = fraction is not None
        self.progress.setVisible(self._working)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self.doing.setVisible(self._working)
        self.doing.set_text(text)
        self._allow()
        self.assess.set_look(
            *(("Cancel", "stop", "danger") if self._working else ("Assess this run", "", "primary"))
        )

    def set_obstacle(self, why_not: str) -> None:
        """Why nothing can be assessed now; "": it can."""
        self._why_not = why_not
        self._allow()

    def _allow(self) -> None:
        """Enable what can be pressed now; what runs can always be given up."""
        why_not = self._why_not
        self.assess.setEnabled(self._working or not why_not)
        self.assess.setToolTip(why_not or ASSESS_TIP)
        self.again.setEnabled(not self._working and not why_not)
        self.again.setToolTip(why_not or AGAIN_TIP)

    def set_trouble(self, text: str) -> None:
        """Say why nothing came out; "" says nothing."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def set_logging(self, text: str, active: bool) -> None:
        """Say where the log of this run goes, or why there is none; ``active`` while one is written."""
        self.logging.setText(text)
        self.logging.setVisible(bool(text))
        if active:
            self.log.set_look("Stop log", "stop", "danger")
        else:
            self.log.set_look("Log…", "record", "plain")

    def set_reading(self, sentences: Sequence[str]) -> None:
        """Show what the numbers of the run mean now."""
        text = "\n".join(sentences) or NO_READING
        if text != self.reading.text():
            self.reading.setText(text)

    def set_cards(self, cards: Sequence[SuggestionCard]) -> None:
        """Show suggestions.

        Where only their offers differ, which they do at each move of a slider, the cards stay: making ten of
        them anew takes 80 ms.
        """
        found = [replace(card, effect="", why_not="") for card in cards]
        if found == self._shown:
            for card in cards:
                self.cards[card.key].set_offer(card.effect, card.why_not)
            return
        self._shown = found
        _clear(self._cards)
        self.cards = {card.key: _Card(card, self) for card in cards}
        for made in self.cards.values():
            self._cards.addWidget(made)
        self.empty.setVisible(not cards)

    def set_comparison(self, table: ChangeTable | None, can_compare: bool) -> None:
        """Show what became of a change; ``can_compare`` while there is a set-up to compare with."""
        self.again.setVisible(can_compare)
        if table == self._table:
            return
        self._table = table
        _clear(self._change_column)
        self.verdict.setVisible(table is not None)
        if table is None:
            return
        self._change_column.addWidget(Heading(table.title, wrap=True))
        self._change_column.addLayout(
            _grid([["", "before", "after", "change"], *[_stacked(row) for row in table.rows]])
        )
        if table.remark:
            self._change_column.addWidget(Caption(table.remark, wrap=True))
        self.verdict.setText(table.verdict)
        set_role(self.verdict, table.tone)

    def _pressed(self) -> None:
        if self._working:
            self.cancel_wished.emit()
        else:
            self.assess_wished.emit(self.seeds.value(), self.ticks.value())


def _line(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def _stacked(row: Sequence[str]) -> list[str]:
    """Cells with their spreads on a line of their own, so that three of them fit into a narrow dock."""
    return [cell.replace(" ± ", "\n± ") for cell in row]


def _grid(rows: Sequence[Sequence[str]]) -> QGridLayout:
    """Texts in columns, numbers at the right of theirs."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            label = Caption(text) if j == 0 or not row[0] else Label(text)
            if j:
                label.setFont(theme.number_font())
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, i, j)
    grid.setColumnStretch(max((len(row) for row in rows), default=1), 1)
    return grid


def _clear(layout: QVBoxLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            while (cell := inner.takeAt(0)) is not None:
                if (widget := cell.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
