"""Comparison of two runs or recordings in the window: side by side, difference, parameters, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.compare import Comparison, Side, compare_sides, shared_ticks, unlike
from tauscope.app.compare_files import sheet_of, text_of, write_json
from tauscope.app.compare_views import (
    Sides,
    parameters_table,
    said,
    scalar_plot,
    sides,
    statistics_table,
    summary,
)
from tauscope.app.heat_figures import write_views
from tauscope.app.kept_run import KeptRun, keep
from tauscope.app.labs import COMPARISON
from tauscope.app.parts.bench_files import save_as
from tauscope.app.parts.part import Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.recording.reader import RecordingFile
from tauscope.app.recording.vetting import open_vetted
from tauscope.app.sheets import Sheet
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.labs.comparison.panel import NAMES, ComparisonPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

NOTHING_SHARED = (
    "These two have no tick in common, so no field of one can be subtracted from that of the other: both "
    "would have changed meanwhile. Keep or record both at equal ticks for that; below stand the entries of "
    "their set-ups that differ, and the scalars of each at its own ticks."
)
NO_FIELD = (
    "These two have no field of one shape in common, so none can be subtracted; below stand the entries of "
    "their set-ups that differ, and the scalars of both."
)


class RunComparison(Part):
    """The tool “Comparison”."""

    _advanced = Signal(int, float)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = ComparisonPanel()
        self.sides: list[Side | None] = [None, None]
        self.names = ["", ""]
        self.found: Comparison | None = None
        """What came out over all ticks, None until it is known."""
        self.shown: Sides | None = None
        self._turn = 0
        self._asked: tuple[str, int] | None = None
        self._reading = False
        self._fit = True
        lab.window.add_centre(COMPARISON.centre, self.panel)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        tip = "Two runs or recordings side by side, their difference, and what differs in their set-ups"
        return (ActionSpec("compare_runs", "&Run", "Compare runs", self.show, tip=tip),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel."""
        panel = self.panel
        panel.left.connect(self.lab.shell.leave_tool)
        panel.open_requested.connect(self.ask_open)
        panel.keep_requested.connect(self.keep)
        panel.field_chosen.connect(lambda _name: self._show(fit=True))
        panel.tick_chosen.connect(lambda _number: self._show())
        panel.scalar_chosen.connect(lambda _name: self._show_scalar())
        panel.figure_requested.connect(self.ask_figure)
        panel.table_requested.connect(
            lambda: save_sheet(self.lab, "Save statistics", "comparison", self.sheet)
        )
        panel.json_requested.connect(self.ask_json)
        panel.copy_requested.connect(self.copy)
        self._advanced.connect(self._tell)

    def close(self) -> None:
        """Close the recordings."""
        self._turn += 1
        for side in self.sides:
            if isinstance(side, RecordingFile):
                side.close()

    def show(self) -> None:
        """Let the comparison have the window."""
        self.lab.shell.show_tool(COMPARISON)

    # -- the two sides

    def ask_open(self, side: int) -> None:
        """Ask for a recording."""
        folder = str(self.lab.files.folder)
        ask_file(self.lab.window, f"Open recording as {NAMES[side]}", folder, "Recordings (*.h5 *.hdf5)",
                 lambda path: self.open(side, path))  # fmt: skip

    def open(self, side: int, path: str) -> None:
        """Take a closed recording as A (0) or B (1)."""

        def work() -> RecordingFile | BadInput:
            try:
                return open_vetted(path)
            except BadInput as error:
                return error

        def done(found: RecordingFile | BadInput) -> None:
            if isinstance(found, BadInput):
                self.panel.set_trouble(str(found))
            else:
                self._take(side, found, Path(path).name)

        self.lab.background.run(work, done)

    def keep(self, side: int) -> None:
        """Take the run shown, as it stands now, as A (0) or B (1)."""

        def done(found: KeptRun) -> None:
            title = self.lab.document.content.title or "Untitled"
            self._take(side, found, f"{title} at tick {int(found.ticks[0]):,}")

        self.lab.background.watch(self.lab.simulation.loop.look(keep), done)

    def _take(self, side: int, taken: Side, name: str) -> None:
        before, self.sides[side], self.names[side] = self.sides[side], taken, name
        if isinstance(before, RecordingFile):
            before.close()
        self.panel.set_side(side, name)
        self.panel.set_trouble("")
        self._turn += 1
        self.found = self.shown = None
        a, b = self.sides
        if a is None or b is None:
            return
        self._compare(a, b)
        ticks = shared_ticks(a, b)[0]
        fields = [(n, spec.label) for n, spec in a.fields.items() if not unlike(a, b, n)]
        scalars = [name for name in a.scalars if name in b.scalars]
        if not len(ticks) or not fields:
            self.panel.offer((), scalars, 0, NO_FIELD if len(ticks) else NOTHING_SHARED)
            self._show_scalar()
            return
        self.panel.offer(fields, scalars, len(ticks))
        self._show_scalar()
        self._show(fit=True)

    # -- over all ticks

    def _compare(self, a: Side, b: Side) -> None:
        turn = self._turn
        self.panel.set_summary("Comparing all ticks…", ())
        self.panel.set_progress(0.0)

        def advance(fraction: float, _text: str) -> None:
            if turn != self._turn:
                raise Cancelled("The comparison")
            self._advanced.emit(turn, fraction)

        def work() -> Comparison | TauscopeError:
            try:
                return compare_sides(a, b, advance)
            except TauscopeError as error:
                return error

        def done(found: Comparison | TauscopeError) -> None:
            if turn != self._turn:
                return
            self.panel.set_progress(None)
            if isinstance(found, Comparison):
                self.found = found
                self.panel.set_summary(summary(found), (parameters_table(found), statistics_table(found)))
                if not found.ticks and not found.parameters:
                    self.panel.show_below("statistics")
            else:
                self.panel.set_summary(str(found), ())

        self.lab.background.run(work, done)

    def _tell(self, turn: int, fraction: float) -> None:
        if turn == self._turn and self.found is None:
            self.panel.set_progress(fraction)

    # -- at one tick

    def _show(self, fit: bool = False) -> None:
        """Read the chosen field at the chosen tick of both, off the GUI thread, the newest wish last."""
        self._fit |= fit
        self._asked = self.panel.field.value, self.panel.slider.value()
        if not self._reading:
            self._read()

    def _read(self) -> None:
        (a, b), asked, turn = self.sides, self._asked, self._turn
        if a is None or b is None or asked is None:
            return
        self._asked, self._reading = None, True
        name, number = asked
        ticks, at_a, at_b = shared_ticks(a, b)

        def work() -> Sides | TauscopeError:
            try:
                return sides(a, b, name, at_a[number], at_b[number])
            except TauscopeError as error:
                return error

        def done(found: Sides | TauscopeError) -> None:
            self._reading = False
            if turn == self._turn and isinstance(found, Sides):
                self.shown = found
                text = " ".join(part for part in (said(found.deviation, found.dims), found.note) if part)
                views = (found.first, found.second, found.difference)
                self.panel.show_sides(views, int(ticks[number]), text, self._fit)
                self._fit = False
            elif turn == self._turn:
                self.panel.set_trouble(str(found))
            self._read()

        self.lab.background.run(work, done)

    def _show_scalar(self) -> None:
        a, b = self.sides
        if a is not None and b is not None and self.panel.scalar.value:
            self.panel.show_scalar(scalar_plot(a, b, self.panel.scalar.value))

    # -- files

    def sheet(self) -> Sheet | None:
        """Statistics and entries that differ, None while nothing is known."""
        return None if self.found is None else sheet_of(self.found, self.names)

    def copy(self) -> None:
        """Copy statistics and entries that differ, as lines with tabs."""
        if self.found is not None:
            QGuiApplication.clipboard().setText(text_of(self.found, self.names))
            self.lab.notify("info", "Copied the statistics.")

    def ask_json(self) -> None:
        """Ask for a file and save all that was found."""
        found, names = self.found, tuple(self.names)
        if found is not None:
            name = self.lab.files.suggestion(".json", "comparison")
            save_as(self.lab, "Save comparison", "comparison", name, "Data (*.json)",
                    lambda path: write_json(path, found, names))  # fmt: skip

    def ask_figure(self) -> None:
        """Ask for a file and save both and their difference as a figure."""
        lab, shown = self.lab, self.shown
        if shown is None:
            return
        views = list(zip(NAMES, (shown.first, shown.second, shown.difference), strict=True))
        caption = f"A: {self.names[0]} · B: {self.names[1]} · {said(shown.deviation, shown.dims)}"
        title = f"{self.panel.field.value}, {self.panel.tick.text()}"

        def save(path: str) -> None:
            lab.files.write(Path(path), "figure", lambda: write_views(Path(path), views, title, caption),
                            lambda done: lab.notify("info", f"Saved {done}."), save)  # fmt: skip

        kinds = "Picture (*.png);;Drawing (*.svg);;Page (*.pdf)"
        name = lab.files.suggestion(".png", "comparison")
        dialog = ask_file(lab.window, "Save figure", name, kinds, save, save=True)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # what exists is refused, never replaced
