"""V(R) bench: benches of charge and gauge, with a choice of the unit of length."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QMenu, QWidget

from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.potential.words import Words
from tauscope.widgets.labs.ufie.bench_types import BenchResult, BenchSpec, BenchTable
from tauscope.widgets.labs.ufie.benches import ROOMY, BenchesPanel

CELLS, ANGSTROM = "cells", "angstrom"
LEAST_PLOT = 60
"""Height in pixels to which the plot can be drawn."""
UNITS = ((CELLS, "R in cells"), (ANGSTROM, "R in Å"))
UNIT_TIP = "Unit of the separation; a cell is 0.5 Å long in the published experiment"


class PotentialPanel(BenchesPanel):
    """Benches of potentials, one at a time; the verdict stands in words beside or below the plot.

    Parameters
    ----------
    specs : sequence of BenchSpec
        Benches.
    lengths : collection of str
        Keys of those whose separations have a length in the published experiment.

    Signals
    -------
    unit_chosen(unit)
        Separations are to be shown in another unit.
    report_requested()
        The whole report is to be saved.
    """

    unit_chosen = Signal(str)
    report_requested = Signal()

    WIDE = 440
    """Width in pixels from which the words stand beside the plot and not below it."""
    HEADED = 360
    """Width in pixels from which there is room for the headline beside the choice of views."""
    PICKED = "Click a point to set β to it."
    NOW = "β now"
    FORM_ABOVE = 640

    def __init__(
        self, specs: Sequence[BenchSpec], lengths: Collection[str] = (), parent: QWidget | None = None
    ) -> None:
        self._lengths = lengths
        self._foreign = ""
        self.words = Words()
        self.unit = Pick("Unit of the separation")
        super().__init__(specs, parent)
        self.setObjectName("potential")
        self.unit.set_entries(UNITS, CELLS)
        self.unit.setToolTip(UNIT_TIP)
        self.unit.chosen.connect(self.unit_chosen)
        self.body.addWidget(self.words, 2)
        self.shown.setMinimumHeight(LEAST_PLOT)  # less than the plot asks, so that the words have room
        self._arrange()
        row = self.view_line.layout()
        assert row is not None
        row.addWidget(self.unit)

    def _offer_views(self) -> None:
        super()._offer_views()
        known = self.result is not None and any(view.key == "potential" for view in self.result.views)
        self.unit.setVisible(known and self.key in self._lengths)
        found = self.result
        said = found.words if found is not None and found.words else ()
        self.words.set_words(said, () if found is None else found.warnings)

    def _arrange(self) -> None:
        super()._arrange()
        table = isinstance(self.view, BenchTable)
        beside = self.width() >= self.WIDE and not table
        sides = QBoxLayout.Direction
        self.body.setDirection(sides.LeftToRight if beside else sides.TopToBottom)
        # A table has all of the width, and in a low dock all of the height; the headline still stands above.
        room = not table or self.height() >= ROOMY
        self.words.setVisible(self.result is not None and not self.shown.isHidden() and room)
        # The words have all of it; in a narrow dock the headline would widen its neighbours' column.
        self.verdict.setVisible(bool(self.verdict.text()) and self.width() >= self.HEADED)

    def _view_chosen(self, key: str) -> None:
        super()._view_chosen(key)
        self._arrange()

    def set_foreign(self, why: str) -> None:
        """Say that the bench that is shown measures nothing of the run shown; "" says that it does."""
        if why != self._foreign:
            self._foreign = why
            self._say()

    def _caution(self, result: BenchResult) -> str:
        """Warnings stand among the words."""
        return ""

    def _summary(self, result: BenchResult) -> str:
        """The verdict stands among the words."""
        return ""

    def _say(self) -> None:
        super()._say()
        if self._foreign and not self._running and not self.remark.text():
            self.remark.setText(self._foreign)
            self.remark.setVisible(True)

    def _export_menu(self) -> QMenu:
        menu = super()._export_menu()
        menu.addAction("Save report as JSON…", self.report_requested.emit)
        return menu
