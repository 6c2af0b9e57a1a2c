"""Synthetic atoms in the window: a live map of where they exist, scanned off the GUI thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal

from tauscope.app import atomx_files
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.atomx_mapper import mapper
from tauscope.app.atomx_reading import Spread, reading, spread
from tauscope.app.atomx_views import (
    COMPAT,
    GATES,
    LINEAR,
    QUANTITIES,
    SPLIT,
    Axes,
    areas,
    contours,
    finer,
    heat_of,
    voxel_text,
    wave_panes,
    within_reason,
)
from tauscope.app.labs import ATOMX
from tauscope.app.outputs import fresh
from tauscope.app.parts.part import Part
from tauscope.engine.atomx.config import RANGES, AtomxConfig
from tauscope.engine.atomx.levels import Levels
from tauscope.engine.atomx.region import Region, gates
from tauscope.engine.atomx.scan import Scan, scan
from tauscope.engine.atomx.table import LevelTable
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError
from tauscope.widgets.controls.numbers import tidy_digits
from tauscope.widgets.dialogs import Prompt
from tauscope.widgets.labs.atomx.panel import NO_WAVES, AtomxPanel
from tauscope.widgets.plots.chart import Pane

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ELSEWHERE = ("workers", "scheduler")
"""Options that say where voxels are solved, and nothing of what comes out."""
REST_MS = 120
"""Time after the last change of a threshold or a form after which slow work begins."""
FORMULAS = "The document's formulas have no wave functions."
LINES = (("split = limit", SPLIT, "line"), ("compat = limit", COMPAT, "line"), ("R² = limit", LINEAR, "line"))


class AtomxMap(Part):
    """The tool “Synthetic atoms”."""

    _advanced = Signal(int, float, str)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = AtomxPanel(QUANTITIES)
        self.panel.form.set_value("workers", max((os.cpu_count() or 1) - 1, 1))
        self.scan: Scan | None = None
        self.region: Region | None = None
        self.spread: Spread | None = None
        self._table: LevelTable | None = None
        self._traced: tuple[Levels, Scan] | None = None
        """Levels that are shown, and a finer scan of their range for contours."""
        self._turn = 0
        """Number of the newest scan; answers of older ones are dropped."""
        self._cancel = threading.Event()
        self._busy = False
        self._refit = False
        """Whether the view is to follow the range of the next scan, though that may be the one before."""
        self._again = False
        """Whether options were changed while a scan ran."""
        self._asked: tuple[int, int] | None = None
        """Voxel whose waves are being worked out, or were last."""
        self._pending: tuple[int, int] | None = None
        self._solving = False
        self._wanted: tuple[float, float] | None = None
        """Medium to be marked once the scan about it has ended."""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._measure_spread)
        lab.window.add_centre(ATOMX.centre, self.panel)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        tip = "Map of the media in which a screened centre binds two levels close together"
        return (ActionSpec("atomx", "&Run", "S&ynthetic atoms", self.show, tip=tip),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel."""
        panel = self.panel
        panel.left.connect(self.lab.shell.leave_tool)
        panel.shown_first.connect(self.start)
        panel.options_changed.connect(self._option_changed)
        panel.scan_requested.connect(self.start)
        panel.cancel_requested.connect(self.cancel)
        panel.gates_changed.connect(self._gates_changed)
        panel.quantity_chosen.connect(lambda _key: self._draw())
        panel.export_requested.connect(self.ask_export)
        panel.map.hovered.connect(self._hovered)
        panel.map.picked.connect(lambda row, column: self._read((row, column)))
        panel.map.zoomed.connect(self._zoomed)
        panel.map.restored.connect(self._restored)
        self._advanced.connect(self._tell)

    def close(self) -> None:
        """Let a scan end."""
        self._cancel.set()

    def show(self) -> None:
        """Let the map have the window."""
        self.lab.shell.show_tool(ATOMX)

    def show_voxel(self, kappa: float, r_screen: float) -> None:
        """Let the map have the window, with a range about a medium (N/m, m)."""
        if self.panel.options["mode"] != "physical":
            self.panel.form.set_value("mode", "physical")
        values = {"kappa": kappa, "r_screen": r_screen}
        ends = {
            f"{name}_{end}": tidy_digits(value * times, 5)
            for name, value in values.items()
            for end, times in (("start", 0.5), ("stop", 1.5))
        }
        self.panel.set_options(ends)
        self.show()
        self._wanted = kappa, r_screen
        self.start()

    # -- scans

    def config(self) -> AtomxConfig:
        """What form and gates say.

        Raises
        ------
        BadInput
            A range that is empty.
        """
        panel = self.panel
        values = {name: value for name, value in panel.options.items() if name not in ELSEWHERE}
        return AtomxConfig.load({**values, **panel.thresholds, "bc_anchor": panel.anchor.isChecked()})

    def start(self) -> None:
        """Scan with what the form says, off the GUI thread; once more afterwards where one is under way."""
        if self._busy:
            self._again = True
            self._cancel.set()
            return
        try:
            config = self.config()
        except BadInput as error:
            self.panel.set_trouble(str(error))
            return
        self.panel.set_trouble("")
        self._turn += 1
        self._busy, self._again = True, False
        self._cancel = threading.Event()
        options = self.panel.options
        direct = config.method == "direct" and config.mode == "physical"
        where = (int(options["workers"]), str(options["scheduler"]).strip()) if direct else (1, "")
        if direct:
            self.panel.set_progress(0.0, "Solving every voxel…")
        turn, cancelled, table = self._turn, self._cancel, self._table

        def advance(fraction: float, text: str) -> None:
            if cancelled.is_set():
                raise Cancelled("The scan")
            self._advanced.emit(turn, fraction, text)

        def work() -> tuple[Scan, LevelTable | None] | TauscopeError:
            try:
                known = table
                if config.mode == "physical" and not direct and known is None:
                    known = LevelTable.build(lambda share: advance(share, "solving the table"))
                with mapper(*where) as mapped:
                    values = config.model_dump(exclude={"mode"})
                    found = scan(config.mode, table=known, mapper=mapped, progress=advance, **values)
                return found, known
            except TauscopeError as error:
                return error

        self.lab.background.run(work, self._scanned)

    def cancel(self) -> None:
        """End a scan that takes long."""
        self._again = False
        self._cancel.set()
        self.panel.set_progress(0.0, "Stopping…")

    def _tell(self, turn: int, fraction: float, text: str) -> None:
        if turn == self._turn and self._busy and self.panel.progress.isVisible():
            self.panel.set_progress(fraction, f"{text[:1].upper()}{text[1:]}, {fraction:.0%}")

    def _scanned(self, outcome: tuple[Scan, LevelTable | None] | TauscopeError) -> None:
        self._busy = False
        self.panel.set_progress(None)
        if isinstance(outcome, tuple):
            fresh_range = (
                self._refit or self.scan is None or _range(outcome[0].config) != _range(self.scan.config)
            )
            self._refit = False
            self.scan, self._table = outcome
            self._judge(fit=fresh_range)
            if not self._again:
                self._mark_wanted()
        elif not isinstance(outcome, Cancelled):
            self.panel.set_trouble(str(outcome))
        elif not self._again:
            self.panel.set_trouble("The scan was cancelled; the map is the one from before.")
        if self._again:
            self.start()

    def _mark_wanted(self) -> None:
        """Mark the voxel of the medium that was asked for, and say what is known of it."""
        wanted, self._wanted = self._wanted, None
        if wanted is None or self.scan is None:
            return
        config = self.scan.config
        column, row = (
            int(np.argmin(np.abs(at - value)))
            for at, value in zip((config.kappa, config.r_screen), wanted, strict=True)
        )
        self.panel.map.choose((row, column))
        self._read((row, column))

    def _option_changed(self, name: str) -> None:
        options = self.panel.options
        if name == "mode":
            self.panel.set_options(RANGES[str(options["mode"])])
        if options["method"] == "table" or options["mode"] == "reference":
            self.start()

    def _zoomed(self, left: float, right: float, low: float, high: float) -> None:
        """Scan the range that is in view; one that takes long only once it is asked for."""
        if self.scan is None:
            return
        axes = Axes.of(self.scan)
        ranges = {
            "kappa": (left / axes.kappa.factor, right / axes.kappa.factor),
            "r_screen": (low / axes.r_screen.factor, high / axes.r_screen.factor),
        }
        values: dict[str, float] = {}
        for name, (start, stop) in ranges.items():
            low, high = within_reason(start, stop)
            values |= {f"{name}_start": tidy_digits(low, 6), f"{name}_stop": tidy_digits(high, 6)}
        self._refit = True
        self.panel.set_options(values)
        self._option_changed("")

    def _restored(self) -> None:
        self.panel.set_options(RANGES[str(self.panel.options["mode"])])
        self._option_changed("")

    # -- gates and picture

    def _gates_changed(self) -> None:
        if self.scan is not None:
            panel = self.panel
            update = {**panel.thresholds, "bc_anchor": panel.anchor.isChecked()}
            self.scan = replace(self.scan, config=self.scan.config.model_copy(update=update))
            self._judge(fit=False)

    def _judge(self, fit: bool) -> None:
        """Gates of the present levels, at once; the spread over the region when the sliders rest."""
        assert self.scan is not None
        levels = self.scan.levels
        self.region = gates(levels.split, levels.compat, levels.R2, self.scan.config.thresholds)
        self.spread = None
        self._draw(fit)
        self._say()
        self._rest.start()

    def _draw(self, fit: bool = False) -> None:
        if self.scan is None or self.region is None:
            return
        panel, quantity = self.panel, self.panel.quantity.value
        panel.map.show_heat(heat_of(self.scan, self.region, quantity), fit)
        lines = contours(self._fine())
        panel.map.set_lines(lines)
        drawn = {line.color for line in lines}
        known = areas() if quantity == GATES else []
        panel.legend.set_entries([*known, *(one for one in LINES if one[1] in drawn)])
        self._read(panel.map.cell or panel.map.chosen)

    def _fine(self) -> Scan:
        """The scan as contours are traced through it, with the present gates."""
        found, table = self.scan, self._table
        assert found is not None
        if found.config.mode == "reference" or table is None:
            return found
        if self._traced is None or self._traced[0] is not found.levels:
            self._traced = found.levels, finer(found, table)
        update = {"kappa_count", "r_screen_count"}
        made = self._traced[1].config
        config = found.config.model_copy(update={name: getattr(made, name) for name in update})
        return replace(self._traced[1], config=config)

    def _say(self) -> None:
        if self.scan is not None and self.region is not None:
            self.panel.set_reading(*reading(self.scan, self.region, self.spread))

    def _measure_spread(self) -> None:
        found, region = self.scan, self.region
        if found is None or region is None or not region.count:
            return

        def done(result: Spread) -> None:
            if self.region is region:
                self.spread = result
                self._say()

        self.lab.background.run(lambda: spread(found, region), done)

    # -- voxels

    def _hovered(self, cell: tuple[int, int] | None) -> None:
        self._read(cell or self.panel.map.chosen)

    def _read(self, cell: tuple[int, int] | None) -> None:
        """Say what is known of a voxel, and work its wave functions out beside."""
        found, region = self.scan, self.region
        if found is None or region is None:
            return
        heat = self.panel.map.heat
        if cell is None or heat is None:
            self._asked = None
            self.panel.set_voxel("")
            self.panel.readout.set_text("")
            self.panel.set_waves((), "", NO_WAVES if found.config.mode == "physical" else FORMULAS)
            return
        self.panel.set_voxel(voxel_text(found, region, *cell))
        self.panel.readout.set_text(heat.text(*cell))
        self._pending = cell
        self._solve()

    def _solve(self) -> None:
        """Work out the waves of the voxel that was pointed at last, one at a time."""
        cell, found = self._pending, self.scan
        if self._solving or cell is None or found is None:
            return
        self._pending, self._asked, self._solving = None, cell, True

        def done(outcome: tuple[tuple[Pane, ...], str]) -> None:
            self._solving = False
            if self._asked == cell and self.scan is not None:
                hint = FORMULAS if found.config.mode == "reference" else "No level is bound in this voxel."
                self.panel.set_waves(outcome[0], outcome[1], hint)
            self._solve()

        self.lab.background.run(lambda: wave_panes(found, *cell), done)

    # -- files

    def ask_export(self) -> None:
        """Ask for the name of a new folder, and write the files into it."""
        lab = self.lab
        if self.scan is None:
            lab.notify("warning", "There is no scan to save yet.")
            return
        suggested = fresh(Path(lab.files.suggestion(".csv", "atomx")).with_suffix(""))

        def check(text: str) -> Path:
            folder = Path(text.strip()).expanduser()
            atomx_files.check_folder(folder)
            return folder

        prompt = Prompt(
            "Save files of the scan", "New folder", str(suggested), "Save", check, self.export, lab.window
        )
        prompt.offer_folders()
        prompt.open()

    def export(self, folder: Path) -> None:
        """Write the five files of the present ranges and gates, as the command line does, into a new folder.

        Voxels at the edges of the gates are solved anew first: the sliders have moved since the scan.
        """
        found, table, lab = self.scan, self._table, self.lab
        if found is None:
            return
        config = found.config

        def work() -> atomx_files.Written:
            if config.method == "table" and config.mode == "physical":
                values = config.model_dump(exclude={"mode"})
                settled = scan(config.mode, table=table, **values)
            else:
                settled = found
            return atomx_files.write(folder, settled, atomx_files.origin())

        def done(written: atomx_files.Written) -> None:
            lab.notify("info", f"Saved {len(written.files)} files in {folder}: {written.report['verdict']}.")

        lab.background.run(work, done, keep=True)


def _range(config: AtomxConfig) -> tuple[float, ...]:
    return config.kappa_start, config.kappa_stop, config.r_screen_start, config.r_screen_stop
