"""Monitors: steadiness, and every scalar with its present value and its history."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from tauscope.engine.base import ScalarSpec
from tauscope.widgets.amounts import UNKNOWN, count, measured
from tauscope.widgets.buttons import Button
from tauscope.widgets.docks.steadiness import SteadinessMeter
from tauscope.widgets.plots.history import History
from tauscope.widgets.plots.sparkline import COLORS, Sparkline
from tauscope.widgets.texts import Caption, Elided

Array = npt.NDArray[Any]
REFRESH_MS = 100
LAST_MS = 250
CAPACITY = 600
EMPTY = "Nothing has been measured yet. Press play, or Space."
PREPARING = "The next run is being prepared."
EFOLDS = "efolds"
"""Scalar that says how steady a run is, where an engine measures it."""
SHOWN_AT_FIRST = 6
DIGITS = 4


class MonitorRow(QWidget):
    """One scalar: label, value with unit, curve."""

    def __init__(self, spec: ScalarSpec, color: str) -> None:
        super().__init__()
        self.spec = spec
        self.label = Elided(spec.label, ink="muted")
        self.label.set_hint(definition(spec))
        self.value = Elided(right=True)
        self.value.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.value.set_hint(definition(spec))
        self.curve = Sparkline(color)
        self.curve.setToolTip(definition(spec))
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.label, 1)
        top.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.curve)
        self.show_value(math.nan)

    def show_value(self, value: float) -> None:
        """Show a value with its unit, a dash where there is none."""
        self.value.set_text(UNKNOWN if math.isnan(value) else measured(value, self.spec.unit, DIGITS))


class MonitorsPanel(QWidget):
    """Steadiness meter above a list of sparklines that share one range of ticks.

    `append` only stores; curves and texts are redrawn at most every 100 ms and only while the panel is
    visible. History is bounded by thinning (see `History`).

    Signals
    -------
    warm_start_requested : ()
        The user wants the exact steady state now.
    shown_changed : (object)
        Tuple of the names of the scalars that are shown, after a change by the user.
    """

    warm_start_requested = Signal()
    shown_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("monitors")
        self.rows: dict[str, MonitorRow] = {}
        self.history = self._live = History(())
        self._frame: int | None = None
        self._recorded: Mapping[str, Array] = {}
        self._recorded_ticks: Array = np.zeros(0, np.int64)
        self._shown: tuple[str, ...] = ()
        self._of_run: tuple[dict[str, ScalarSpec], tuple[str, ...]] | None = None
        """Rows of the run and which of them are shown, while a recording of other engines is."""
        self._steady = EFOLDS
        """Name of the scalar that says how steady the run is."""
        self._efolds: float | None = None
        self._cursor: float | None = None
        self._awaiting = False
        self._age = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LAST_MS)
        self._timer.timeout.connect(self.refresh)
        self.steadiness = SteadinessMeter()
        self.steadiness.warm_start_requested.connect(self.warm_start_requested)
        self.span = Elided(ink="muted")
        self.choose = Button("", "eye", "Choose what is shown", kind="ghost")
        self.choose.set_menu(self._menu)
        self.hint = Caption(EMPTY, wrap=True)
        self._build()

    def _build(self) -> None:
        header = QHBoxLayout()
        header.addWidget(self.span, 1)
        header.addWidget(self.choose)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 4, 0)
        self._list.setSpacing(8)
        self._list.addWidget(self.hint)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addWidget(self.steadiness)
        column.addLayout(header)
        column.addWidget(scroll, 1)

    # -- what is shown

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the scalars that are shown, in the order of the engine."""
        return self._shown

    def set_scalars(self, specs: Mapping[str, ScalarSpec]) -> None:
        """Offer these scalars; the history of others is forgotten."""
        self._show_rows()
        if tuple(specs) == tuple(self.rows) and all(
            self.rows[name].spec == spec for name, spec in specs.items()
        ):
            return
        self._of_run = None
        # A choice is kept; where none was made, the scalars that the last run had not are shown as well.
        chose = self._shown != tuple(self.rows)[:SHOWN_AT_FIRST]
        kept = [name for name in specs if chose and name in self._shown]
        self._make_rows(specs)
        self.history = self._live = History(tuple(specs), CAPACITY)
        self._frame = None
        self.set_shown(kept or list(specs)[:SHOWN_AT_FIRST])

    def _make_rows(self, specs: Mapping[str, ScalarSpec]) -> None:
        for row in self.rows.values():
            self._list.removeWidget(row)
            row.curve.blockSignals(True)  # the pointer leaves it, and rows that come are not read there
            row.hide()  # it is deleted only once the event loop turns
            row.deleteLater()
        self.rows, self._cursor = {}, None
        for index, (name, spec) in enumerate(specs.items()):
            row = MonitorRow(spec, COLORS[index % len(COLORS)])
            row.curve.hovered.connect(self._hover)
            self.rows[name] = row
            self._list.insertWidget(index, row)
        self._steady = next((name for name in specs if name.rpartition(".")[2] == EFOLDS), EFOLDS)
        self.steadiness.setVisible(self._steady in specs)

    def await_run(self) -> None:
        """Show nothing of the present run: one that measures something else is being prepared."""
        self._awaiting = True
        self._live.clear()
        self._efolds = None
        self.steadiness.hide()
        for row in self.rows.values():
            row.hide()
        self.hint.setText(PREPARING)
        self.refresh()

    def _show_rows(self) -> None:
        """Show rows again after `await_run`: the run is there, or goes on after all."""
        if self._awaiting:
            self._awaiting = False
            self.hint.setText(EMPTY)
            self.steadiness.setVisible(self._steady in self.rows)
            self.set_shown(self._shown)

    def set_shown(self, names: Iterable[str]) -> None:
        """Show these scalars; unknown names are left out."""
        wanted = set(names)
        self._shown = tuple(name for name in self.rows if name in wanted)
        for name, row in self.rows.items():
            row.setVisible(name in wanted)
        self.refresh()

    # -- data

    def append(self, tick: int, scalars: Mapping[str, float], efolds: float | None) -> None:
        """Add a sample; drawn at once where the last drawing is 100 ms old, the last of many within 250 ms.

        Drawn in the caller's turn and not by a timer: each repaint composes the whole window.
        """
        self._live.append(tick, scalars)
        self._efolds = efolds
        self._show_rows()
        if self._age.isValid() and self._age.elapsed() < REFRESH_MS:
            self._timer.start()
        else:
            self.refresh()

    def clear(self) -> None:
        """Forget the history and the steadiness."""
        self._live.clear()
        self._efolds = None
        self.refresh()

    # -- a recording

    def show_recording(
        self, ticks: Array, series: Mapping[str, Array], specs: Mapping[str, ScalarSpec] | None = None
    ) -> None:
        """Show a recording's series in the place of the run's, which is kept.

        Parameters
        ----------
        ticks : array
            Macro ticks of its frames, int [frames].
        series : mapping of str to array
            Recorded scalars by name, float64 [frames]; those that no row has are left out.
        specs : mapping of str to ScalarSpec or None
            What the rows are of, where the recording is of other engines than the run.
        """
        self._show_rows()
        if specs is not None and tuple(specs) != tuple(self.rows):
            self._of_run = {name: row.spec for name, row in self.rows.items()}, self._shown
            self._make_rows(specs)
            self.history = History(tuple(specs), CAPACITY)
            self.set_shown(list(specs)[:SHOWN_AT_FIRST])
        self._recorded = {name: values for name, values in series.items() if len(values) == len(ticks)}
        self._recorded_ticks = ticks
        self.history = History(tuple(self.rows), CAPACITY)
        for index in np.unique(np.linspace(0, len(ticks) - 1, CAPACITY).astype(int)) if len(ticks) else ():
            self.history.append(int(ticks[index]), {n: float(v[index]) for n, v in self._recorded.items()})
        self.show_frame(0)

    def show_frame(self, index: int) -> None:
        """Show the values of a frame of the recording."""
        self._frame = index
        self.refresh()

    def show_run(self) -> None:
        """Show the run again."""
        self._frame = None
        self._recorded = {}
        self.history = self._live
        if self._of_run is not None:
            (specs, shown), self._of_run = self._of_run, None
            self._make_rows(specs)
            self.set_shown(shown)
        self.refresh()

    def set_locked(self, why: str) -> None:
        """Say why the run cannot be changed from here; "" allows it again."""
        self.steadiness.set_locked(why)

    def refresh(self) -> None:
        """Draw what is stored, if anyone can see it."""
        self._timer.stop()
        self._age.start()
        self.hint.setVisible(not self.rows or not len(self.history))
        if not self.isVisible():
            return
        live = self._frame is None
        self.steadiness.set_efolds(self._efolds if live else self._recorded_value(self._steady))
        for name in self._shown:
            row, (ticks, values) = self.rows[name], self.history.curve(name)
            row.curve.set_curve(ticks, values)
            if len(ticks):
                row.curve.set_span(float(ticks[0]), float(ticks[-1]))
        self._show_values()

    def _show_values(self) -> None:
        empty = not len(self.history)
        at = self._at()
        marked = self._cursor is not None or self._frame is not None
        for name in self._shown:
            row = self.rows[name]
            if self._frame is not None and self._cursor is None:
                row.show_value(self._recorded_value(name))
            else:
                row.show_value(math.nan if empty else self.history.value_at(name, at)[1])
            row.curve.set_cursor(at if not empty and marked else None)
        self.span.set_text("" if empty else self._span_text(at))

    def _at(self) -> float:
        """Tick whose values are shown."""
        if self._cursor is not None:
            return self._cursor
        if self._frame is not None and self._frame < len(self._recorded_ticks):
            return float(self._recorded_ticks[self._frame])
        return self.history.last_tick

    def _recorded_value(self, name: str) -> float:
        """Value at the shown frame, NaN where the recording has none."""
        values = self._recorded.get(name, ())
        return (
            float(values[self._frame]) if self._frame is not None and self._frame < len(values) else math.nan
        )

    def _span_text(self, at: float) -> str:
        if self._cursor is None and self._frame is not None:
            return f"recorded, tick {count(at)}"
        if self._cursor is None or not self._shown:
            return f"to tick {count(at)}"
        return f"at tick {count(self.history.value_at(self._shown[0], at)[0])}"

    def _hover(self, tick: float | None) -> None:
        self._cursor = tick
        self._show_values()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, row in self.rows.items():
            action = menu.addAction(row.spec.label)
            action.setCheckable(True)
            action.setChecked(name in self._shown)
            action.setToolTip(definition(row.spec))
            action.toggled.connect(lambda on, name=name: self._toggle(name, on))
        if not self.rows:
            menu.addAction("This engine measures nothing").setEnabled(False)
        return menu

    def _toggle(self, name: str, on: bool) -> None:
        self.set_shown({*self._shown, name} if on else set(self._shown) - {name})
        self.shown_changed.emit(self._shown)

    # -- events

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was stored while hidden."""
        super().showEvent(event)
        self.refresh()


def definition(spec: ScalarSpec) -> str:
    """Tooltip of a scalar: name in code, unit, definition."""
    unit = "dimensionless" if spec.unit == "1" else f"in {spec.unit}"
    return f"{spec.label} ({spec.name}, {unit})" + (f"\n{spec.note}" if spec.note else "")
