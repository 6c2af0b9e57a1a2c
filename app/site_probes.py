"""Probes of sites on the slices of the wave: placing, marks where the cut passes through them, moving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.slice_planes import KEYS, MAIN
from tauscope.engine.probes import Probe
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.canvas.probe_touch import ProbeTouch
from tauscope.widgets.docks.probe_state import ProbeMark
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

QUANTITIES: Mapping[str, str] = {
    "real": "Re Ψ",
    "imaginary": "Im Ψ",
    "amplitude": "|Ψ|",
    "phase": "arg Ψ",
    "velocity": "|∂Ψ/∂t| (costs a step each)",
    "resonance": "r",
    "state_index": "s",
}
"""What a probe of a site can measure, as shown."""
USUAL = "real"


class SiteProbes(QObject):
    """Joins the probes of sites with the slices.

    Parameters
    ----------
    lab : Lab
        Whose slices show them.
    add : callable
        ``add(site, quantity)``: a new probe is wished.
    edit : callable
        ``edit(id, changes, phase)``: a probe is to be changed.
    chosen : callable
        ``chosen(id)``: its mark was pressed.
    given_up : callable
        Esc while one was being placed.
    """

    def __init__(
        self,
        lab: Lab,
        add: Callable[[tuple[int, ...], str], None],
        edit: Callable[[str, Mapping[str, Any], str], None],
        chosen: Callable[[str], None],
        given_up: Callable[[], None],
    ) -> None:
        super().__init__(lab)
        self._lab, self._add, self._edit, self._chosen, self._given_up = lab, add, edit, chosen, given_up
        self._slices: UfieSlices | None = None
        self.touches: dict[str, ProbeTouch] = {}
        self._pointer: tuple[str, float, float] | None = None
        self._probes: tuple[Probe, ...] = ()
        self._selected = ""

    def connect_slices(self) -> None:
        """Listen to both slices; parts exist."""
        self._slices = next((part for part in self._lab.parts if isinstance(part, UfieSlices)), None)
        if self._slices is None:
            return
        for key, view in self._slices.views.items():
            touch = self.touches[key] = ProbeTouch(view.canvas)
            touch.placed.connect(partial(self._placed, key))
            touch.moved.connect(partial(self._moved, key))
            touch.chosen.connect(self._chosen)
            touch.given_up.connect(self._given_up)
            view.canvas.pointer_moved.connect(partial(self._pointed, key))
        self._slices.plane_changed.connect(lambda _key: self._show())
        self._slices.cursors.fillers.append(self._fill)

    # -- placing

    def place(self, on: bool) -> None:
        """Place a probe with the next click on a slice, or give that up."""
        for touch in self.touches.values():
            touch.place("point" if on else "")

    def probe_here(self) -> None:
        """Probe the site under the pointer; without one over a slice, the middle of the main slice."""
        slices = self._slices
        if slices is None:
            return
        key, x, y = self._pointer or (MAIN, -1.0, -1.0)
        if self._pointer is None or not in_sight(slices.views[key]):
            key = next((key for key in KEYS if in_sight(slices.views[key])), MAIN)
            across, up = (AXES.index(name) for name in slices.options(key).axes)
            x, y = float(slices.shape[across] // 2), float(slices.shape[up] // 2)
        self.probe_at(key, x, y)

    def probe_at(self, key: str, x: float, y: float) -> None:
        """Probe the site at a place of a slice, in cells, for what the slice shows."""
        slices = self._slices
        site = None if slices is None else slices.site_at(key, x, y)
        if slices is None or site is None:
            return
        shown = slices.view_options(key).field
        self._add(site, shown if shown in QUANTITIES else USUAL)

    def _placed(self, key: str, _kind: str, x: float, y: float, _x2: float, _y2: float) -> None:
        self.probe_at(key, x, y)

    def _pointed(self, key: str, x: float, y: float, inside: bool) -> None:
        if inside:
            self._pointer = key, x, y
        elif self._pointer is not None and self._pointer[0] == key:
            self._pointer = None

    def _fill(self, menu: QMenu, key: str, source: str, x: float, y: float) -> None:
        if self._slices is not None and not source and self._slices.site_at(key, x, y) is not None:
            action = menu.addAction("Probe this site\tShift+P", partial(self.probe_at, key, x, y))
            action.setEnabled(not self._lab.editing.locked)

    # -- marks

    def set_editable(self, editable: bool) -> None:
        """Allow or forbid moving and placing."""
        for touch in self.touches.values():
            touch.set_editable(editable)

    def set_probes(self, probes: Sequence[Probe], selected: str) -> None:
        """Mark these on the slices whose cuts pass through them."""
        self._probes = tuple(probe for probe in probes if probe.kind == "site")
        self._selected = selected
        self._show()

    def _show(self) -> None:
        for key, touch in self.touches.items():
            touch.set_marks(self.marks(key), self._selected)

    def marks(self, key: str) -> tuple[ProbeMark, ...]:
        """Marks of a slice: points where the axes across and up have the site."""
        if self._slices is None:
            return ()
        options, found = self._slices.options(key), []
        across, up = (AXES.index(name) for name in options.axes)
        for probe in self._probes:
            others = (axis for axis in range(len(AXES)) if axis not in (across, up))
            if options.mode == "index" and any(probe.site[a] != options.index[a] for a in others):
                continue
            x, y = float(probe.site[across]), float(probe.site[up])
            quantity, label = probe.quantity, QUANTITIES.get(probe.quantity, probe.quantity)
            found.append(
                ProbeMark(
                    probe.id, "point", probe.title, probe.color, quantity, label, x=x, y=y, shown=probe.shown
                )
            )
        return tuple(found)

    def _moved(self, key: str, name: str, changes: Mapping[str, Any], phase: str) -> None:
        """A mark was dragged on a slice: two of its nine indices change."""
        probe = next((probe for probe in self._probes if probe.id == name), None)
        if self._slices is None or probe is None:
            return
        site = list(probe.site)
        across, up = (AXES.index(axis) for axis in self._slices.options(key).axes)
        site[across], site[up] = round(changes["x"]), round(changes["y"])
        self._edit(name, {"site": tuple(site)}, phase)
