"""Correlators of the running chain: Wilson loops, Polyakov loops, and the potential that they give."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.plots.plane import Plane, Series
from tauscope.widgets.texts import Caption, Label

EMPTY = (
    "Nothing has been measured yet. Correlators are measured while this panel is seen, from the end of "
    "thermalisation on."
)
VIEWS = {
    "potential": ("V(R)", "R / sites", "V(R)"),
    "wilson": ("Wilson loops", "r / sites", "W(r, t)"),
    "polyakov": ("Polyakov loops", "R / sites", "C(R)"),
}
"""Views: name, and labels of the axes."""


class CorrelatorsPanel(QWidget):
    """One plot with error bars, and what it is of.

    Signals
    -------
    view_changed()
        Another correlator is to be shown.
    reset_requested()
        Measure anew.
    """

    view_changed = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("correlators")
        self.choice = Choice(tuple(VIEWS), "Correlator that is shown")
        for number, (title, _x, _y) in enumerate(VIEWS.values()):
            self.choice.setItemText(number, title)
        self.choice.setToolTip(
            "V(R) = −ln C(R)/N_t and ln W(R, t)/W(R, t+1); Wilson loops of r by t sites; correlator of "
            "Polyakov loops R sites apart. Errors by jackknife"
        )
        self.choice.chosen.connect(lambda _view: self.view_changed.emit())
        self.again = Button("", "back-to-default", "Forget what was measured, and measure anew", "ghost")
        self.again.clicked.connect(self.reset_requested)
        self.export = Button("", "export", "Save the correlator as CSV", "ghost")
        self.about = Caption("", wrap=True)
        self.trouble = Label("", "warning", wrap=True)
        self.trouble.hide()
        self.plane = Plane("Correlators of the running chain", EMPTY)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.choice, 1)
        head.addWidget(self.again)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.about)
        column.addWidget(self.trouble)
        column.addWidget(self.plane, 1)

    @property
    def view(self) -> str:
        """Correlator that is shown."""
        return self.choice.value

    def sizeHint(self) -> QSize:
        """Room for the plot and its words."""
        return QSize(340, 280)

    def set_data(self, series: Sequence[Series], about: str, trouble: str = "") -> None:
        """Draw curves with error bars; say how they were measured, and what must be known to read them."""
        _title, x, y = VIEWS[self.view]
        self.plane.set_axes(x, y)
        self.plane.set_content(series)
        self.about.setText(about)
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
