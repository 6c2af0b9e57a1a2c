"""The timeline: shows what of the past can be reached, and asks for it by bar, buttons and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.part import Dock, Part
from tauscope.engine.base import Frame
from tauscope.engine.past import Reach
from tauscope.widgets.docks.timeline import PastBar, Timeline, TimelinePanel
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

RUN = "&Run"
REFRESH_MS = 250
BAR = 200
"""Pixels of the bar in the status bar."""


class TimelineDock(Part):
    """The dock of the past, and its keys.

    Parameters
    ----------
    lab : Lab
        Whose run has the past.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = TimelinePanel()
        self.bar = PastBar()
        """The same bar in the status bar, always at hand."""
        self.bar.setObjectName("past")
        self.bar.setFixedWidth(BAR)
        self.bar.setFixedHeight(16)
        self.bar.setToolTip("The past of the run: drag to any moment (, and ; step by keyframes)")
        self._asked = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def docks(self) -> Sequence[Dock]:
        """The timeline, closed at first: a bar stands in the status bar."""
        return (Dock("timeline", "Timeline", self.panel, "recording", shown=False),)

    def actions(self) -> Sequence[ActionSpec]:
        """Keys between keyframes."""
        travel = self.lab.travel
        return [
            ActionSpec(
                "keyframe_back",
                RUN,
                "&Back one keyframe",
                travel.back,
                (",",),
                "chevron-left",
                tip="Back in time to the last moment that is kept whole",
            ),
            ActionSpec("keyframe_on", RUN, "&On one keyframe", travel.forward, (";",), "chevron-right"),
            ActionSpec(
                "past_end",
                RUN,
                "To the &end of the line",
                lambda: travel.to_end(),
                ("Ctrl+;",),
                "last",
                tip="Where the run stood before it went back in time",
            ),
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Connect panel, settings and run."""
        lab, panel = self.lab, self.panel
        panel.tick_requested.connect(lambda tick: lab.travel.go(tick, ends=False))
        panel.released.connect(lab.travel.release)
        panel.back_requested.connect(lab.travel.back)
        panel.forward_requested.connect(lab.travel.forward)
        panel.end_requested.connect(lambda: lab.travel.to_end())
        panel.line_requested.connect(lab.travel.to_end)
        panel.budget_changed.connect(self.set_budget)
        lab.travel.changed.connect(self.refresh)
        lab.window.docks["timeline"].visibilityChanged.connect(lambda _shown: self._timer.start())
        lab.window.statusBar().insertPermanentWidget(1, self.bar)
        self.bar.show()
        self.bar.valueChanged.connect(self._scrub)
        self.bar.sliderReleased.connect(lab.travel.release)
        panel.set_budget(lab.settings.past_mib)
        lab.simulation.loop.past.budget = lab.settings.past_mib << 20

    def set_budget(self, mib: int) -> None:
        """Let keyframes take so many MiB."""
        lab = self.lab
        past = lab.simulation.loop.past
        lab.settings.past_mib = mib
        lab.background.watch(lab.simulation.loop.call(lambda _world: past.set_budget(mib << 20)), self._told)

    # -- what happens

    def prepared(self, content: Content) -> None:
        """A new run has no past yet."""
        self.refresh()

    def frame_shown(self, frame: Frame) -> None:
        """The run went on."""
        if not self._timer.isActive():
            self._timer.start()

    def edits_locked(self, locked: bool) -> None:
        """A recording is shown, which has a bar of its own."""
        self.panel.setEnabled(not locked)
        self.bar.setVisible(not locked)

    def close(self) -> None:
        """Ask no more."""
        self._timer.stop()

    def refresh(self) -> None:
        """Show what can be reached now, where anybody can see it."""
        if self._asked or not (in_sight(self.bar) or in_sight(self.panel)):
            return
        self._asked = True
        past = self.lab.simulation.loop.past
        self.lab.background.watch(self.lab.simulation.loop.look(lambda _world: past.reach()), self._told)

    def _told(self, reach: Reach) -> None:
        self._asked = False
        shown = Timeline(
            reach.tick, reach.first, reach.tip, reach.marks, reach.rate, reach.line, reach.lines, reach.bytes
        )
        self.bar.show_timeline(shown)
        self.panel.show_timeline(shown)

    def _scrub(self) -> None:
        self.lab.travel.go(self.bar.tick, ends=not self.bar.isSliderDown())
