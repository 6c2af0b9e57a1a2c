"""Engines: the dock that says what runs in a session, and turning from one engine to another."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.labs import short_name
from tauscope.app.parts.part import Dock, Part
from tauscope.engine import registry
from tauscope.engine.base import Frame
from tauscope.engine.coupling import CouplingConfig, kind_of
from tauscope.widgets.docks.engines import CouplingRow, EngineRow, EnginesPanel, FocusSwitch
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

EVERY_SECONDS = 0.25
SHARE_SECONDS = 1.0
"""Time over which shares of the computing are taken."""
DEVICES = {"cpu": "CPU", "cuda": "CUDA device"}


class Engines(Part):
    """Owns the Engines dock, and the switch above the parameters.

    Parameters
    ----------
    lab : Lab
        Whose engines are shown.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = EnginesPanel()
        self.switch = FocusSwitch()
        column = lab.window.parameters.layout()
        if isinstance(column, QBoxLayout):
            column.insertWidget(0, self.switch)
        self._shown_at = self._since = 0.0
        self._spent: dict[str, float] = {}
        self._shares: dict[str, float] = {}

    def docks(self) -> Sequence[Dock]:
        """Engines, beside the parameters."""
        return (Dock("engines", "Engines", self.panel, "parameters", engines=("kuramoto", "ufie")),)

    def actions(self) -> Sequence[ActionSpec]:
        """Turning by a key."""
        tip = "Let the form of the parameters show the next engine of the session; the run goes on"
        return [
            ActionSpec("next_engine", "&View", "Next &engine", self.turn, ("Ctrl+Shift+E",), tip=tip),
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Its own buttons."""
        self.panel.focus_wished.connect(self.focus)
        self.switch.focus_wished.connect(self.focus)
        self.panel.coupling_wished.connect(self.switch_coupling)
        self._show(self.lab.document.content)

    # -- what the user wishes

    def focus(self, key: str) -> None:
        """Let the form of the parameters show an engine: a view, which undo knows nothing of."""
        if not self.lab.editing.is_locked():  # the panels show the recording's set-up meanwhile
            self.lab.document.focus(key)

    def turn(self) -> None:
        """Turn to the next engine, in the order of the panel."""
        content = self.lab.document.content
        keys = _keys(content)
        self.focus(keys[(keys.index(content.engine) + 1) % len(keys)])

    def switch_coupling(self, number: int, on: bool) -> None:
        """Let two engines exchange, or no more: a step of the history that starts the run again."""
        lab = self.lab
        if lab.editing.is_locked():
            self.panel.refuse_coupling()
            return
        content = lab.document.content
        couplings = list(content.couplings)
        changed = couplings[number] = couplings[number].with_value("on", on)
        text = f"Switch {'on' if on else 'off'} {changed.source} → {changed.target}"
        lab.history.push(replace(content, couplings=tuple(couplings)), text)

    # -- what happens

    def set_up_shown(self, content: Content) -> None:
        """Show the engines of the document, or of a recording."""
        self._show(content)

    def prepared(self, content: Content) -> None:
        """Count from now on."""
        self._spent, self._shares, self._since = {}, {}, time.monotonic()
        self._show(content)

    def frame_shown(self, frame: Frame) -> None:
        """Show numbers of a frame, a few times a second while they are seen."""
        now = time.monotonic()
        if now - self._shown_at < EVERY_SECONDS or not in_sight(self.panel) or self.lab.playback.active:
            return
        self._shown_at = now
        self._measure(now)
        self._show(self.lab.document.content, frame)

    # -- helpers

    def _measure(self, now: float) -> None:
        spent = dict(self.lab.simulation.loop.world.spent)
        if now - self._since < SHARE_SECONDS and self._spent:
            return
        used = {key: seconds - self._spent.get(key, 0.0) for key, seconds in spent.items()}
        total = sum(used.values())
        if total > 0 and len(used) > 1:
            self._shares = {key: seconds / total for key, seconds in used.items()}
        self._spent, self._since = spent, now

    def _show(self, content: Content, frame: Frame | None = None) -> None:
        engines = self.lab.simulation.loop.world.engines
        entries = registry.entries()
        titles = {key: entries[key].title if key in entries else key for key in _keys(content)}
        meters = self.lab.simulation.loop.meters
        rows = []
        for key, title in titles.items():
            engine = engines.get(key)
            row = EngineRow(
                key,
                title,
                DEVICES.get(engine.device, engine.device) if engine is not None else "",
                frame.ticks.get(key, 0) if frame is not None else 0,
                frame.times.get(key, math.nan) if frame is not None else math.nan,
                content.ticks.get(key, 1),
                self._shares.get(key, math.nan),
                meters.rate * content.ticks.get(key, 1) if frame is not None and frame.running else math.nan,
            )
            rows.append(row)
        self.panel.set_engines(rows, content.engine)
        self.panel.set_couplings([_coupling_row(item) for item in content.couplings])
        names = [(key, short_name(key)) for key in titles]  # the parameters stand in a narrow column
        self.switch.set_engines(names, content.engine)


def _coupling_row(config: CouplingConfig) -> CouplingRow:
    title = f"{short_name(config.source)} → {short_name(config.target)}"
    return CouplingRow(title, kind_of(config.kind).sentence(config), config.on)


def _keys(content: Content) -> list[str]:
    """Engines in an order that does not depend on the focus: the main one first."""
    order = [entry.name for entry in registry.BUILT_IN]
    found = sorted(content.configs, key=lambda key: order.index(key) if key in order else len(order))
    return sorted(found, key=lambda key: key != content.main)
