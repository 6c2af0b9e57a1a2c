"""Probes: buttons that add them, their list, and their series, spectra and phase portraits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.docks.probe_list import Pick, ProbeList
from tauscope.widgets.docks.probe_state import ProbeMark
from tauscope.widgets.docks.theory_bar import TheoryBar
from tauscope.widgets.plots.chart import Chart, Pane, scrolled
from tauscope.widgets.texts import Caption, Elided

EMPTY = "Nothing is measured yet. Press Point, Line or Region above, then click or drag on a field."
NO_FIELD = "Nothing is measured yet. Select clusters in the circles and press Cluster above, or Scalar."
WAVE = "Nothing is measured yet. Press Site above, then click a site on a slice; or press Scalar."
BOTH = f"{EMPTY} Or select clusters in the circles and press Cluster."
NO_CURVES = "Curves of the probes that are shown appear here as soon as the run goes on."
VIEWS = {"series": "Series", "spectrum": "Spectrum", "phase": "Phase"}
TOOLS = {
    "point": ("point", "Point probe: then click a cell on a field"),
    "line": ("line", "Line probe: then drag along a line on a field; its profile is a line cut"),
    "region": ("region", "Region probe: then drag a rectangle on a field"),
    "cluster": ("ring", "Cluster probe: of each cluster that is selected in the circles"),
    "site": ("probe", "Site probe: then click a site on a slice of the wave"),
    "global": ("monitor", "Scalar probe: a number of the whole model"),
}
PLACED = ("point", "line", "region")
"""Kinds that are placed on a field."""
WIDE = 1.15
BESIDE = 520
"""Width in pixels from which the list may stand beside the curves."""
USUAL, TOOL = 4, 34
"""Tools there is room for then, and the width that one more takes."""
SPACIOUS = 570
"""Width from which what stands beside the list has room for words that can be missed."""
ROOMY = 380
"""Height in pixels from which the line of the theory is always shown."""
LARGEST_STRIDE = 1_000_000


class ProbesPanel(QWidget):
    """Probes dock.

    Signals
    -------
    tool_chosen(kind)
        A probe of this kind is to be placed; "" gives it up.
    chosen(id), delete_requested(id), edited(id, changes, phase)
        What the list wants.
    stride_chosen(ticks)
        Ticks between two samples.
    export_requested()
        The samples are to be saved.
    view_changed()
        Another view, other probes of the phase portrait, another theory or window.
    fit_requested()
        The theory is to be fitted.
    """

    tool_chosen = Signal(str)
    chosen = Signal(str)
    delete_requested = Signal(str)
    edited = Signal(str, object, str)
    stride_chosen = Signal(int)
    export_requested = Signal()
    view_changed = Signal()
    fit_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probes")
        self.view = "series"
        self.tools = {kind: Button("", icon, tip) for kind, (icon, tip) in TOOLS.items()}
        for kind, button in self.tools.items():
            if kind in (*PLACED, "site"):
                button.setCheckable(True)
            button.clicked.connect(lambda checked=False, kind=kind: self._tool(kind, checked))
        self.stride = CountBox(1, 1, LARGEST_STRIDE, "ticks")
        self.stride.setFixedWidth(78)
        self.stride.setToolTip(
            "Ticks between two samples. A cell or a line costs little; a scalar of a large lattice costs "
            "about as much as a tick. What binds a run is said in the status bar. Another stride begins "
            "the series anew."
        )
        self.stride.value_changed.connect(self.stride_chosen)
        self.export = Button("", "export", "Save the samples as CSV or HDF5", "ghost")
        self.export.clicked.connect(self.export_requested)
        self.list = ProbeList(EMPTY)
        self.list.chosen.connect(self.chosen)
        self.list.deleted.connect(self.delete_requested)
        self.list.edited.connect(self.edited)
        self.switches = {key: Button(text, kind="ghost") for key, text in VIEWS.items()}
        for key, button in self.switches.items():
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, key=key: self.set_view(key))
        self.own = Button("Theory", kind="ghost", tip="A formula of your own over the series, and its fit")
        self.own.setCheckable(True)
        self.own.clicked.connect(self._show_theory)
        self.range = Elided(ink="muted")
        self.taper = Pick("Window of the spectrum")
        self.taper.set_entries([("hann", "Hann"), ("blackman", "Blackman"), ("boxcar", "no window")], "hann")
        self.across, self.along = Pick("Horizontal axis"), Pick("Vertical axis")
        for pick in (self.taper, self.across, self.along):
            pick.chosen.connect(lambda _value: self.view_changed.emit())
        self.versus = Caption("against")
        self.peaks = Elided(ink="muted")
        self.chart = Chart(NO_CURVES)
        self.theory = TheoryBar("a + b*exp(-t/c)", "t (ticks)")
        self.theory.edited.connect(self.view_changed)
        self.theory.fit_requested.connect(self.fit_requested)
        self._build()
        for kind in ("cluster", "site"):
            self.tools[kind].hide()
        self.set_view("series")

    def _build(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(4)
        for button in self.tools.values():
            tools.addWidget(button)
        tools.addStretch(1)
        self._every = Caption("every")
        tools.addWidget(self._every)
        tools.addWidget(self.stride)
        tools.addWidget(self.export)
        scroll = scrolled(self.list)
        scroll.setMinimumHeight(56)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(tools)
        left.addWidget(scroll, 1)
        switch = QHBoxLayout()
        switch.setSpacing(2)
        for button in self.switches.values():
            switch.addWidget(button)
        switch.addSpacing(6)
        for widget in (self.taper, self.along, self.versus, self.across):
            switch.addWidget(widget)
        switch.addWidget(self.own)
        switch.addWidget(self.range, 1)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addLayout(switch)
        right.addWidget(scrolled(self.chart), 1)
        right.addWidget(self.chart.take_readout())
        right.addWidget(self.peaks)
        right.addWidget(self.theory)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(10, 8, 6, 8)
        self._box.setSpacing(8)
        self._box.addLayout(left, 1)
        self._box.addLayout(right, 2)

    def sizeHint(self) -> QSize:
        """Room for list and curves."""
        return QSize(420, 300)

    def minimumSizeHint(self) -> QSize:
        """The same for both arrangements: room that is there must not depend on what it was used for."""
        return QSize(300, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """List beside the curves where it is wide, above them where it is high."""
        super().resizeEvent(event)
        wide = self.width() > WIDE * self.height() and self.width() > BESIDE + self._more
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._box.direction() != direction:
            self._box.setDirection(direction)
        self._every.setVisible(not self._tight)
        self.range.setVisible(self.view == "series" and not self._tight)
        self._show_theory()

    @property
    def _tight(self) -> bool:
        """Whether the list stands beside the curves with no room to spare."""
        beside = self._box.direction() == QBoxLayout.Direction.LeftToRight
        return beside and self.width() < SPACIOUS + self._more

    @property
    def _more(self) -> int:
        """Width that tools beyond the usual ones take."""
        return TOOL * max(sum(not tool.isHidden() for tool in self.tools.values()) - USUAL, 0)

    # -- what is shown

    def set_view(self, key: str) -> None:
        """Show ``series``, ``spectrum`` or ``phase``."""
        self.view = key
        for name, button in self.switches.items():
            button.setChecked(name == key)
        self.taper.setVisible(key == "spectrum")
        self.peaks.setVisible(key == "spectrum")
        self.own.setVisible(key == "series")
        self._show_theory()
        self.range.setVisible(key == "series" and not self._tight)
        for widget in (self.across, self.versus, self.along):
            widget.setVisible(key == "phase")
        self.view_changed.emit()

    def set_marks(self, marks: Sequence[ProbeMark], selected: str) -> None:
        """Show these probes."""
        self.list.set_marks(marks, selected)
        entries = [(mark.id, mark.name) for mark in marks]
        ids = [mark.id for mark in marks]
        for pick, fallback in ((self.across, ids[:1]), (self.along, ids[1:2] or ids[:1])):
            kept = pick.value if pick.value in ids else (fallback[0] if fallback else "")
            pick.set_entries(entries, kept)

    def set_quantities(
        self,
        fields: Mapping[str, str],
        scalars: Mapping[str, str],
        clusters: Mapping[str, str] | None = None,
        sites: Mapping[str, str] | None = None,
    ) -> None:
        """What may be measured, labels by name: only the tools for which there is anything are offered."""
        self.list.set_quantities(fields, scalars, clusters, sites)
        for kind in PLACED:
            self.tools[kind].setVisible(bool(fields) or not (clusters or sites))
        self.tools["cluster"].setVisible(bool(clusters))
        self.tools["site"].setVisible(bool(sites))
        hint = EMPTY if not clusters else BOTH if fields else NO_FIELD
        self.list.hint.setText(WAVE if sites and not fields and not clusters else hint)

    def set_tool(self, kind: str) -> None:
        """Show which probe is being placed."""
        for name, button in self.tools.items():
            button.setChecked(name == kind)
            button.update()

    def set_locked(self, locked: bool) -> None:
        """Offer no edits while a recording is shown."""
        for button in self.tools.values():
            button.setEnabled(not locked)
        self.list.inspector.setEnabled(not locked)

    def set_data(
        self,
        panes: Sequence[Pane],
        labels: tuple[str, str],
        values: Mapping[str, str],
        problems: Mapping[str, str],
        reach: str,
        peaks: str = "",
        log: bool = False,
    ) -> None:
        """Draw the view.

        Parameters
        ----------
        panes : sequence of Pane
            Curves.
        labels : (str, str)
            Of the horizontal axis, and before the place in the readout.
        values, problems : mapping of str to str
            Newest values, and why there is none, by probe id.
        reach : str
            Range of ticks that is kept.
        peaks : str
            Peaks of the spectra.
        log : bool
            Whether the horizontal axis is logarithmic.
        """
        self.list.set_values(values, problems)
        self.range.set_text(reach)
        self.peaks.set_text(peaks)
        self.chart.set_panes(panes, *labels, log)

    def _show_theory(self) -> None:
        """The line of the theory, where it is wanted, in use, or takes nothing from the curves."""
        wanted = self.own.isChecked() or bool(self.theory.text) or self.height() >= ROOMY
        self.theory.setVisible(self.view == "series" and wanted)

    def _tool(self, kind: str, checked: bool) -> None:
        if kind not in (*PLACED, "site"):
            self.tool_chosen.emit(kind)
            return
        self.set_tool(kind if checked else "")
        self.tool_chosen.emit(kind if checked else "")
