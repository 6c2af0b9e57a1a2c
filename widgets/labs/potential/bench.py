"""V(R) bench: benches of charge and gauge, with a choice of the unit of length."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.ufie.bench_types import BenchSpec
from tauscope.widgets.labs.ufie.benches import BenchesPanel

CELLS, ANGSTROM = "cells", "angstrom"
UNITS = ((CELLS, "R in cells"), (ANGSTROM, "R in Å"))
UNIT_TIP = "Unit of the separation; a cell is 0.5 Å long in the published experiment"


class PotentialPanel(BenchesPanel):
    """Benches of potentials, one at a time.

    Signals
    -------
    unit_chosen(unit)
        Separations are to be shown in another unit.
    report_requested()
        The whole report is to be saved.
    """

    unit_chosen = Signal(str)
    report_requested = Signal()

    PICKED = "Click a point to set β to it."
    NOW = "β now"
    FORM_ABOVE = 640

    def __init__(self, specs: Sequence[BenchSpec], parent: QWidget | None = None) -> None:
        self.unit = Pick("Unit of the separation")
        super().__init__(specs, parent)
        self.setObjectName("potential")
        self.unit.set_entries(UNITS, CELLS)
        self.unit.setToolTip(UNIT_TIP)
        self.unit.chosen.connect(self.unit_chosen)
        row = self.view_line.layout()
        assert row is not None
        row.addWidget(self.unit)

    def _offer_views(self) -> None:
        super()._offer_views()
        known = self.result is not None and any(view.key == "potential" for view in self.result.views)
        self.unit.setVisible(known)

    def _export_menu(self) -> QMenu:
        menu = super()._export_menu()
        menu.addAction("Save report as JSON…", self.report_requested.emit)
        return menu
