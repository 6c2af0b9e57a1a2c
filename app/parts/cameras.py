"""Cameras have a history of their own: where the views looked, back and on, beside the document's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.app.parts.sessions import Sessions, aim, camera_of, part_of

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

VIEW = "&View"
SETTLE_MS = 350
"""So long after the last turn of the wheel a place counts as one that was looked at."""
MOST = 100

Aims = Mapping[str, Mapping[str, Any]]


class Cameras(Part):
    """Goes back and on between the places that were looked at.

    Parameters
    ----------
    lab : Lab
        Whose views are meant.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._back: list[Aims] = []
        self._on: list[Aims] = []
        self._here: Aims = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._settle)

    def actions(self) -> Sequence[ActionSpec]:
        """View menu."""
        return [
            ActionSpec(
                "camera_back",
                VIEW,
                "&Back to where the views looked",
                self.back,
                ("Alt+Left",),
                tip="Cameras have a history of their own; undo leaves them alone",
            ),
            ActionSpec("camera_on", VIEW, "&On to where the views looked", self.on, ("Alt+Right",)),
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the cameras."""
        for view in part_of(self.lab, Sessions).cameras().values():
            view.stage.aimed.connect(self._timer.start)

    def prepared(self, content: Content) -> None:
        """Places on another lattice mean nothing on this one."""
        if not self._timer.isActive():
            self._here = self._aims()

    def close(self) -> None:
        """Listen no more."""
        self._timer.stop()

    def back(self) -> None:
        """Look where the views looked before."""
        self._settle()
        if self._back:
            self._on.append(self._here)
            self._look(self._back.pop())

    def on(self) -> None:
        """Look where the views looked before one went back."""
        self._settle()
        if self._on:
            self._back.append(self._here)
            self._look(self._on.pop())

    def _look(self, aims: Aims) -> None:
        self._here = aims
        for key, view in part_of(self.lab, Sessions).cameras().items():
            if key in aims and camera_of(view) != aims[key]:
                aim(view, aims[key])
        self._timer.stop()
        self._here = self._aims()

    def _settle(self) -> None:
        """Note where the views look now, if that is another place."""
        self._timer.stop()
        now = self._aims()
        if _places(now) == _places(self._here):
            return
        self._back = [*self._back, self._here][-MOST:]
        self._on, self._here = [], now

    def _aims(self) -> dict[str, dict[str, Any]]:
        return {key: camera_of(view) for key, view in part_of(self.lab, Sessions).cameras().items()}


def _places(aims: Aims) -> dict[str, tuple[float, ...] | None]:
    """Places to compare: a view that shows everything does so at any size of the window."""
    return {
        key: None if kept["fit"] else tuple(round(float(kept[name]), 9) for name in ("cx", "cy", "cells"))
        for key, kept in aims.items()
    }
