"""Dialogs for numbers of a view: exact colour limits, the symlog threshold, contour levels."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QWidget

from tauscope.widgets.canvas.contours import MOST_LEVELS


class LimitsDialog(QDialog):
    """Asks for the values at the ends of the colour bar; takes any number Python can read.

    Parameters
    ----------
    low, high : float
        Limits in force.
    unit : str
        Unit of the field, or "".
    """

    chosen = Signal(float, float)

    def __init__(self, low: float, high: float, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Colour limits")
        self.low = QLineEdit(f"{low:.9g}")
        self.high = QLineEdit(f"{high:.9g}")
        self.problem = _problem()
        self.buttons = _buttons()
        form = QFormLayout(self)
        suffix = f" ({unit})" if unit else ""
        form.addRow(f"Top of the bar{suffix}", self.high)
        form.addRow(f"Bottom of the bar{suffix}", self.low)
        form.addRow(self.problem)
        form.addRow(self.buttons)
        self.low.textChanged.connect(self._check)
        self.high.textChanged.connect(self._check)
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)

    def values(self) -> tuple[float, float] | None:
        """Limits as typed, or None while they can't be used."""
        try:
            low, high = (float(edit.text().replace("\u2212", "-")) for edit in (self.low, self.high))
        except ValueError:
            return None  # the dialog's button stays disabled
        return (low, high) if math.isfinite(low) and math.isfinite(high) and low < high else None

    def _check(self) -> None:
        good = self.values() is not None
        self.problem.setText("" if good else "Two finite numbers are needed, the top above the bottom.")
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(good)

    def _take(self) -> None:
        values = self.values()
        if values is not None:
            self.chosen.emit(*values)
            self.accept()


class NumbersDialog(QDialog):
    """Asks for numbers in one line, separated by commas or spaces.

    Parameters
    ----------
    title, label, text : str
        Title, name of the line, and what stands there at first.
    check : callable
        Given the numbers, says as a sentence what is wrong with them, or "".
    """

    chosen = Signal(object)

    def __init__(
        self, title: str, label: str, text: str, check: Callable[[tuple[float, ...]], str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._check_values = check
        self.edit = QLineEdit(text)
        self.edit.setMinimumWidth(280)
        self.problem = _problem()
        self.buttons = _buttons()
        form = QFormLayout(self)
        form.addRow(label, self.edit)
        form.addRow(self.problem)
        form.addRow(self.buttons)
        self.edit.textChanged.connect(self._check)
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        self._check()

    def values(self) -> tuple[float, ...] | None:
        """Numbers as typed, or None while one of them can't be read."""
        words = self.edit.text().replace("\u2212", "-").replace(",", " ").replace(";", " ").split()
        try:
            found = tuple(float(word) for word in words)
        except ValueError:
            return None  # as above
        return found if all(math.isfinite(value) for value in found) else None

    def _check(self) -> None:
        values = self.values()
        wrong = "Finite numbers are needed, as in 0.1, 0.2." if values is None else self._check_values(values)
        self.problem.setText(wrong)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not wrong)

    def _take(self) -> None:
        values = self.values()
        if values is not None and not self._check_values(values):
            self.chosen.emit(values)
            self.accept()


def _problem() -> QLabel:
    """Make a line for what is wrong, with room for two from the start, so that nothing moves or is cut."""
    label = QLabel("")
    label.setProperty("role", "warning")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setMinimumHeight(2 * label.fontMetrics().lineSpacing() + 2)
    return label


def _buttons() -> QDialogButtonBox:
    """Make OK, the one in the accent, and Cancel, without the icons of the style."""
    names = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(names.Ok | names.Cancel)
    for button in box.buttons():
        button.setIcon(QIcon())  # those of the style are of another family
    box.button(names.Ok).setProperty("role", "primary")
    return box


def ask_threshold(
    parent: QWidget, given: float | None, used: float, unit: str, done: Callable[[float | None], None]
) -> NumbersDialog:
    """Ask where the symlog scale turns from linear to logarithmic; nothing typed means: by itself."""

    def check(values: tuple[float, ...]) -> str:
        if len(values) > 1 or (values and values[0] <= 0):
            return "One number above 0 is needed, or none for a hundredth of the larger limit."
        return ""

    suffix = f" ({unit})" if unit else ""
    dialog = NumbersDialog(
        "Symlog threshold", f"Linear up to{suffix}", f"{given or used:.4g}" if given or used else "",
        check, parent,
    )  # fmt: skip
    dialog.edit.setPlaceholderText("a hundredth of the larger limit")
    dialog.chosen.connect(lambda values: done(values[0] if values else None))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def ask_levels(
    parent: QWidget, levels: tuple[float, ...], unit: str, done: Callable[[tuple[float, ...]], None]
) -> NumbersDialog:
    """Ask for the values at which contours are drawn; nothing typed means: no contours."""

    def check(values: tuple[float, ...]) -> str:
        return f"At most {MOST_LEVELS} contours are drawn." if len(values) > MOST_LEVELS else ""

    suffix = f" ({unit})" if unit else ""
    text = ", ".join(f"{level:.6g}" for level in levels)
    dialog = NumbersDialog("Contours", f"Values{suffix}", text, check, parent)
    dialog.chosen.connect(lambda values: done(tuple(sorted(set(values)))))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
