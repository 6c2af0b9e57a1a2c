"""Dialog for exact colour limits."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QWidget


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
        self.problem = QLabel("")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
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
            return None
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
