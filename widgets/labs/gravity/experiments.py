"""Experiments of the gravity lab: benches that end in verdicts, with the whole report as files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from tauscope.widgets.labs.ufie.bench_types import BenchSpec
from tauscope.widgets.labs.ufie.benches import BenchesPanel


class ExperimentsPanel(BenchesPanel):
    """Experiments, one at a time; its signals are those of the benches' panel.

    Signals
    -------
    report_requested()
        The whole report is to be saved.
    """

    report_requested = Signal()

    def __init__(self, specs: Sequence[BenchSpec], parent: QWidget | None = None) -> None:
        super().__init__(specs, parent)
        self.setObjectName("experiments")

    def _export_menu(self) -> QMenu:
        menu = super()._export_menu()
        menu.addAction("Save report in a folder…", self.report_requested.emit)
        return menu
