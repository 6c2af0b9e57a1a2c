"""Laws: Mirror, Choice-Collapse, Harmonic Gate and Return Spiral, as formulas with the present numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import measured
from tauscope.widgets.buttons import Button
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.kuramoto.matrix import Matrix
from tauscope.widgets.plots.chart import scrolled
from tauscope.widgets.texts import Caption, Elided, Heading, Label, set_role

OURS = "The sim stack document names these laws without formulas; the ones here are ours."
CLASSIC = "The metric set is classic: formulas as published with the sim stack."
NO_GATE = "No ratio of frequencies is known yet. Press play; each cluster’s mean frequency is then compared."


@dataclass(frozen=True)
class Line:
    """One number of a law: symbol, value, unit, verdict (``good``, ``warning``, or ""), remark, or a text."""

    symbol: str
    value: float
    unit: str = ""
    verdict: str = ""
    remark: str = ""
    text: str = ""
    """Stands in the place of the number."""


@dataclass(frozen=True)
class Law:
    """One law.

    Parameters
    ----------
    key, title : str
        Identity, and heading.
    formulas : tuple of str
        One a line.
    lines : tuple of Line
        Present numbers.
    says : str
        What they mean now, as a sentence.
    """

    key: str
    title: str
    formulas: tuple[str, ...]
    lines: tuple[Line, ...] = field(default=())
    says: str = ""


class LawBox(QWidget):
    """A law: heading, formulas, numbers, sentence, and whatever else belongs to it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.setObjectName(f"law {key}")
        self.title = Heading()
        self.formulas = Label(wrap=True)
        self.formulas.setFont(theme.number_font())
        self.numbers: list[tuple[Caption, Elided, Elided]] = []
        self.says = Caption(wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(2)
        self._column.addWidget(self.title)
        self._column.addWidget(self.formulas)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._column.addLayout(self._rows)
        self._column.addWidget(self.says)

    def add(self, widget: QWidget) -> None:
        """Put a widget below the numbers."""
        self._column.addWidget(widget)

    def show_law(self, law: Law) -> None:
        """Show a law."""
        self.title.setText(law.title)
        self.formulas.setText("\n".join(law.formulas))
        self.says.setText(law.says)
        self.says.setVisible(bool(law.says))
        while len(self.numbers) < len(law.lines):
            self._add_row()
        for index, (name, value, remark) in enumerate(self.numbers):
            seen = index < len(law.lines)
            for part in (name, value, remark):
                part.setVisible(seen)
            if seen:
                line = law.lines[index]
                name.setText(line.symbol)
                known = math.isfinite(line.value)
                value.set_text(line.text or (measured(line.value, line.unit, 4) if known else "–"))
                value.set_ink(line.verdict or "text")
                remark.set_text(line.remark)

    def _add_row(self) -> None:
        made = (Caption(), Elided(right=True), Elided(ink="muted"))
        made[0].setFixedWidth(118)
        made[1].setFont(theme.number_font())
        made[1].setFixedWidth(136)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(made[0])
        row.addWidget(made[1])
        row.addWidget(made[2], 1)
        self._rows.addLayout(row)
        self.numbers.append(made)


class LawsPanel(QWidget):
    """The laws with their present numbers, a button that assesses the choice, and the matrix of the gate.

    Signals
    -------
    assess_requested(), cancel_requested()
        The choice is to be assessed, or that is to end.
    apply_requested()
        The step that the Return Spiral suggests is to be made.
    pair_chosen(i, j)
        A cell of the gate was chosen.
    view_changed()
        The gate is to be shown for another source of frequencies.
    """

    assess_requested = Signal()
    cancel_requested = Signal()
    apply_requested = Signal()
    pair_chosen = Signal(int, int)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("laws")
        self.boxes: dict[str, LawBox] = {}
        self._assessing = False
        self.remark = Caption(OURS, wrap=True)
        self.export = Button("", "export", "Save the numbers as CSV", "ghost")
        self.assess = Button(
            "Assess choice", "", "Fork the run, try both paths and take them back", "primary"
        )
        self.assess.reserve("Assess choice")
        self.assess.clicked.connect(self._pressed)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.trouble = Label(wrap=True)
        set_role(self.trouble, "trouble")
        self.apply = Button("Apply this step", "", "Change K and π by what is suggested: one undoable step")
        self.apply.clicked.connect(self.apply_requested)
        self.over = Pick("Frequencies of the gate")
        self.over.set_entries(
            [
                ("natural", "Ω: mean natural frequencies, as the coupling takes them"),
                ("now", "Ω: measured now"),
            ],
            "natural",
        )
        self.over.chosen.connect(lambda _value: self.view_changed.emit())
        self.gate = Matrix("Harmonic gate")
        self.gate.setMinimumHeight(170)
        self.gate.chosen.connect(self.pair_chosen)
        self.gate_hint = Caption(NO_GATE, wrap=True)
        self.gate_export = Button("", "export", "Save the factors of the gate as CSV", "ghost")
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(8)
        for key in ("mirror", "choice", "spiral", "gate"):
            self.boxes[key] = LawBox(key)
            self._list.addWidget(self.boxes[key])
        self._list.addStretch(1)
        self.boxes["choice"].add(_row(self.assess))
        self.boxes["choice"].add(self.progress)
        self.boxes["choice"].add(self.trouble)
        self.boxes["spiral"].add(_row(self.apply))
        self.boxes["gate"].add(_row(self.over, self.gate_export))
        for part in (self.gate_hint, self.gate):
            self.boxes["gate"].add(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 4, 8)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.remark, 1)
        head.addWidget(self.export, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(scrolled(body), 1)
        self.set_progress(None)
        self.set_trouble("")
        self.set_gate(np.zeros((0, 0)), ())

    def sizeHint(self) -> QSize:
        """Room for the numbers."""
        return QSize(380, 460)

    def set_laws(self, laws: Sequence[Law], classic: bool) -> None:
        """Show the laws with their numbers, and whose formulas they are."""
        self.remark.setText(CLASSIC if classic else OURS)
        for law in laws:
            self.boxes[law.key].show_law(law)

    def set_step(self, why_not: str) -> None:
        """Why the step of the Return Spiral cannot be made now; "": it can."""
        self.apply.setEnabled(not why_not)
        self.apply.setToolTip(why_not or "Change K and π by what is suggested: one undoable step")

    def set_choice(self, why_not: str) -> None:
        """Why the choice cannot be assessed now; "": it can."""
        self.assess.setEnabled(self._assessing or not why_not)
        self.assess.setToolTip(why_not or "Fork the run, try both paths and take them back")

    def set_progress(self, fraction: float | None) -> None:
        """Show how far the assessment is; None: none runs."""
        self._assessing = fraction is not None
        self.progress.setVisible(self._assessing)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self.assess.set_look(
            *(("Cancel", "stop", "danger") if self._assessing else ("Assess choice", "", "primary"))
        )

    def set_trouble(self, text: str) -> None:
        """Say why no score came out; "" says nothing."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def set_gate(
        self, values: npt.NDArray[np.float64], names: Sequence[str], labels: Sequence[str] = ()
    ) -> None:
        """Show the gate's factors, float64 [C, C], or say what to do where there are none."""
        self.gate.setVisible(bool(values.size))
        self.gate_export.setEnabled(bool(values.size))
        self.gate_hint.setVisible(not values.size)
        if values.size:
            self.gate.set_data(values, names, 0.0, 1.0, labels)

    def table(self) -> Mapping[str, Sequence[str]]:
        """Numbers that are shown, as columns of text."""
        rows = [
            (key, name.text(), value.text(), remark.text())
            for key, box in self.boxes.items()
            for name, value, remark in box.numbers
            if name.isVisibleTo(box)
        ]
        return {
            head: [row[place] for row in rows]
            for place, head in enumerate(("law", "quantity", "value", "remark"))
        }

    def _pressed(self) -> None:
        (self.cancel_requested if self._assessing else self.assess_requested).emit()


def _row(widget: QWidget, last: QWidget | None = None) -> QWidget:
    """Widget at the left of a line of its own, or up to another at its end."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 2, 0, 2)
    line.addWidget(widget, 0 if last is None else 1)
    if last is None:
        line.addStretch(1)
    else:
        line.addWidget(last)
    return made
