"""Own theory: a line for a formula, one for the error of a value, a fit, and what came out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.texts import Caption, Label, set_role

RESULT_LINES, MOST_LINES = 2, 6
"""Lines kept for a result, and those a long one may take."""


class FormulaEdit(QLineEdit):
    """Line for a formula; it keeps the keys it needs, Space included, while it has the focus."""

    def event(self, event: QEvent) -> bool:
        """Claim what is typing before the window takes it as a shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            if plain and event.text():
                event.accept()
                return True
        return super().event(event)


class TheoryBar(QWidget):
    """A typed theory over a profile or a series.

    Signals
    -------
    edited()
        Formula or error changed.
    fit_requested()
        The free parameters are to be fitted.

    Parameters
    ----------
    example : str
        Shown in the empty line.
    names : str
        Which variables the formula may use, for the tooltip.
    """

    edited = Signal()
    fit_requested = Signal()

    def __init__(self, example: str, names: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.formula = FormulaEdit()
        self.formula.setPlaceholderText(f"Own theory, as in {example}")
        self.formula.setClearButtonEnabled(True)
        self.formula.setAccessibleName("Own theory")
        self.formula.setToolTip(
            f"A formula of {names} and of free parameters a, b, c, drawn over the measured values with "
            "its residual. Enter draws it, Fit finds a, b, c by least squares."
        )
        self.formula.editingFinished.connect(self._typed)
        self._shown = ""
        self.sigma = NumberField("", Bounds(0.0, open_low=True), name="Error of a value", optional=True)
        self.sigma.setToolTip(
            "Error of one value for χ². Empty: 1/T for the counted f, 0.41/W for the live f, none for others."
        )
        self.sigma.setFixedWidth(92)
        self.sigma.edited.connect(self._sigma_edited)
        self.sigma.cleared.connect(self._sigma_cleared)
        self.fit = Button("Fit", "", "Least-squares fit of a, b and c")
        self.fit.clicked.connect(self._fit)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.formula, 1)
        row.addWidget(Caption("σ"))
        row.addWidget(self.sigma)
        row.addWidget(self.fit)
        self.result = Label(wrap=True)
        self.result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.result.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._lines, self._trouble = RESULT_LINES, False
        self.result.setFixedHeight(RESULT_LINES * self.result.fontMetrics().lineSpacing())
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.result.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        # Above the line, which stands at the bottom of its dock: what is clicked stands still.
        column.addWidget(self.result)
        column.addLayout(row)

    @property
    def text(self) -> str:
        """Formula in force, or ""."""
        return self._shown

    @property
    def given_sigma(self) -> float | None:
        """Error of a value as typed, or None."""
        return self.sigma.value

    def set_text(self, text: str) -> None:
        """Put a formula in force."""
        self.formula.setText(text)
        self._typed()

    def set_result(self, text: str, trouble: bool = False) -> None:
        """Say what came out, or why nothing did."""
        if not text or trouble != self._trouble:
            self._lines = RESULT_LINES
        self._trouble = trouble
        self.result.setVisible(bool(text))
        if text != self.result.text():
            self.result.setText(text)
            self.result.setToolTip(text)
            self._make_room()
        set_role(self.result, "trouble" if trouble else "muted")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the result anew where the width is another."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._lines = RESULT_LINES
            self._make_room()

    def _make_room(self) -> None:
        """Take as many lines as the result needs; what changes with every frame makes none go again."""
        line = self.result.fontMetrics().lineSpacing()
        needed = -(-self.result.heightForWidth(self.width()) // line) if self.result.text() else 0
        self._lines = min(max(self._lines, needed), MOST_LINES)
        self.result.setFixedHeight(self._lines * line)

    def _typed(self) -> None:
        if self.formula.text().strip() != self._shown:
            self._shown = self.formula.text().strip()
            self.edited.emit()

    def _fit(self) -> None:
        self._typed()
        self.fit_requested.emit()

    def _sigma_edited(self, value: float, _phase: str) -> None:
        self.sigma.set_value(value)
        self.edited.emit()

    def _sigma_cleared(self) -> None:
        self.sigma.set_value(None)
        self.edited.emit()
