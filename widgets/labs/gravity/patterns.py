"""Patterns: palette of clocks, waves, particles, rays and agents, list, inspector, and what one shows now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.docks.source_inspector import Quantity, SourceInspector, Words
from tauscope.widgets.docks.source_list import SourceList
from tauscope.widgets.docks.source_tiles import SourceTile, TilePalette
from tauscope.widgets.docks.sources import SourcesPanel
from tauscope.widgets.state import DIRECTED, PATTERN_CAPTIONS, PATTERN_NAMES, SourceKind
from tauscope.widgets.texts import Elided

TILES: tuple[tuple[SourceKind, str], ...] = (
    ("clock", "Clock: counts the updates of the node it stands on"),
    ("packet", "Wave packet: a massive wave on the nodes; its arrow is its velocity"),
    ("light", "Light pulse: a wave without mass; its arrow is its direction"),
    ("geodesic", "Particle: carried along its geodesic through the measured f; approximate"),
    ("ray", "Light ray: carried through the measured f; approximate"),
    ("agent", "Agent: sees the fields about it and acts by a policy"),
)
"""Tiles: what each puts on the lattice, tooltip."""

_PLACE = ("x", "y")
_VELOCITY = (*_PLACE, "vx", "vy")
KEYS: Mapping[SourceKind, tuple[str, ...]] = {
    "clock": (*_PLACE, "period", "activity"),
    "packet": (*_VELOCITY, "mass", "width", "activity"),
    "light": (*_VELOCITY, "wavelength", "width", "activity"),
    "geodesic": (*_VELOCITY, "mass", "law", "activity"),
    "ray": (*_VELOCITY, "law", "activity"),
    "agent": (*_PLACE, "policy", "period", "speed", "activity"),
}
"""What the inspector asks of each kind."""

QUANTITIES = {
    **{key: Quantity("c", Bounds(-1.0, 1.0)) for key in ("vx", "vy")},
    **{f"{key}:{kind}": Quantity("", Bounds(-1.0, 1.0)) for key in ("vx", "vy") for kind in DIRECTED},
    "mass": Quantity("1/cell", Bounds(0.0, 2.0, open_low=True)),
    "wavelength": Quantity("cells", Bounds(4.0, 512.0)),
    "width": Quantity("cells", Bounds(0.0, 512.0, open_low=True)),
    "activity": Quantity("bits/update", Bounds(0.0, 1e6)),
    "period": Quantity("updates", Bounds(1.0, 1e6), whole=True),
    "speed": Quantity("cells", Bounds(0.0, 4.0, open_low=True)),
}
TIPS = {
    "x": "Column where it starts, cells; cell centres are at whole numbers",
    "y": "Row where it starts, cells; cell centres are at whole numbers",
    "vx": "Velocity to the right; c is the speed of light where f is 1. Of light the direction alone",
    "vy": "Velocity upwards; c is the speed of light where f is 1. Of light the direction alone",
    "mass": "Mass m: a wave of it has ω² = f² (k² + m²)",
    "wavelength": "Wavelength of a light pulse; at least 10 cells, so that it feels no lattice",
    "width": "Standard deviation of a wave’s envelope",
    "activity": "Bits that a node emits per realized update through it; 0 for a test body",
    "period": "Updates of one turn of a clock’s hand, and between two acts of an agent",
    "speed": "Most cells that an act moves by",
    "policy": "How an agent acts",
    "law": "exact: the geodesic equations; document: those of the source document as they are written, "
    "which turn light away from a mass",
}


def words(policies: Sequence[str]) -> Words:
    """What the inspector asks for and how it calls it.

    Parameters
    ----------
    policies : sequence of str
        Names of what an agent may act by.
    """
    width: Mapping[SourceKind, str] = {"packet": "extent σ", "light": "extent σ"}
    vx, vy = (
        {kind: f"direction {axis}" if kind in DIRECTED else f"v {axis}" for kind in KEYS} for axis in "xy"
    )
    return Words(
        "pattern",
        KEYS,
        {"width": width, "vx": vx, "vy": vy},
        TIPS,
        "bits/update",
        QUANTITIES,
        {"policy": tuple(policies), "law": ("exact", "document")},
        PATTERN_NAMES,
    )


class PatternPalette(TilePalette):
    """Tiles of the patterns in two rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tiles = [
            SourceTile(kind, caption=PATTERN_CAPTIONS[kind], name=PATTERN_NAMES[kind], tip=tip)
            for kind, tip in TILES
        ]
        super().__init__(tiles[:3], parent)
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(2)
        self.column.addLayout(below)
        for tile in tiles[3:]:
            self.add_tile(tile, below)


class PatternsPanel(SourcesPanel):
    """Palette, list and inspector of the patterns; its signals are those of the sources' panel.

    Parameters
    ----------
    policies : sequence of str
        Names of what an agent may act by.

    Signals
    -------
    sheet_requested()
        Trajectories and readings are to be saved.
    """

    sheet_requested = Signal()
    empty_text = "Drag a clock, a packet or a ray onto the lattice, or click a tile to put it at the centre."
    hint_text = "Select a pattern to see its numbers. Drag its arrow to throw it."

    def __init__(self, policies: Sequence[str], parent: QWidget | None = None) -> None:
        self._words = words(policies)
        super().__init__(parent)
        self.reading = Elided("")
        self.reading.setAccessibleName("What the selected pattern shows now")
        self.export = Button("Export readings…", "export", "Save trajectories and clock readings as CSV")
        self.export.clicked.connect(lambda _checked=False: self.sheet_requested.emit())
        for widget in (self.reading, self.export):
            self.column.insertWidget(self.column.count() - 1, widget)

    def _make_parts(self) -> tuple[TilePalette, SourceList, SourceInspector]:
        return PatternPalette(), SourceList(title="Patterns"), SourceInspector(self._words)

    def set_locked(self, why: str) -> None:
        """Say why nothing can be edited; what a row shows can be read all the same."""
        super().set_locked(why)
        self.body.setEnabled(True)
        self.inspector.setEnabled(not why)
        self.list.set_read_only(bool(why))

    def set_reading(self, text: str) -> None:
        """Show what the selected pattern shows now, "" for nothing."""
        self.reading.set_text(text)
