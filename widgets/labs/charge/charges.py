"""Charges: palette of signs and values, list, inspector of the selection."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.docks.source_inspector import SourceInspector, Words
from tauscope.widgets.docks.source_list import SourceList
from tauscope.widgets.docks.source_tiles import SourceTile, TilePalette
from tauscope.widgets.docks.sources import SourcesPanel
from tauscope.widgets.texts import Caption

TILES = (
    ("positive", "+e", "Charge of +1 e", "+e: one cell that holds one elementary charge", "plus"),
    ("negative", "−e", "Charge of −1 e", "−e: one cell that holds one negative elementary charge", "minus"),
    ("valued", "Point", "Charge of the value below", "Point: one cell that holds the value below", "point"),
    ("cloud", "Gauss", "Gaussian charge", "Gauss: a cloud of the value below, 1.5 cells wide", "gaussian"),
)
"""Tiles: what each puts on the lattice, caption, name, tooltip and icon."""
PLACED = ("x", "y", "strength", "width")
WORDS = Words(
    "charge",
    {"point": PLACED, "gaussian": PLACED},
    {
        "strength": dict.fromkeys(("point", "gaussian"), "value"),
        "width": dict.fromkeys(("point", "gaussian"), "width σ"),
    },
    {
        "x": "Column of the centre, cells; cell centres are at whole numbers, and the lattice is a torus",
        "y": "Row of the centre, cells; cell centres are at whole numbers, and the lattice is a torus",
        "strength": "Whole charge in e, −100 to 100",
        "width": "Standard deviation in cells; 0 puts all of the charge on one cell",
    },
    "e",
    signed=True,
)


class ChargePalette(TilePalette):
    """Tiles of the charges, and the value of those that are neither +e nor −e.

    Signals
    -------
    value_changed(value)
        New charges shall have another value, in e.
    """

    value_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        tiles = (
            SourceTile(kind, caption=caption, name=name, tip=tip, picture=picture)
            for kind, caption, name, tip, picture in TILES
        )
        super().__init__(tiles, parent)
        self.value = NumberField("e", Bounds(-100.0, 100.0), None, name="Value of a new charge")
        self.value.setToolTip("Value of a new point or Gaussian charge, −100 to 100 e")
        self.value.set_value(1.0)
        self.value.edited.connect(lambda value, _phase: self._told(value))
        row = QHBoxLayout()
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(Caption("New value"))
        row.addWidget(self.value, 1)
        self.column.addLayout(row)

    def _told(self, value: float) -> None:
        self.value.set_value(value)
        self.value_changed.emit(value)


class ChargesPanel(SourcesPanel):
    """Palette, list and inspector of the charges; its signals are those of the sources' panel.

    Signals
    -------
    value_changed(value)
        New charges shall have another value, in e.
    """

    value_changed = Signal(float)
    empty_text = "Drag a charge onto the lattice, or click a tile to put it at the centre."
    hint_text = "Select a charge to see its numbers. Drag it on the field; arrow keys move it by a cell."

    def _make_parts(self) -> tuple[TilePalette, SourceList, SourceInspector]:
        palette = ChargePalette()
        palette.value_changed.connect(self.value_changed)
        return palette, SourceList(title="Charges"), SourceInspector(WORDS)
