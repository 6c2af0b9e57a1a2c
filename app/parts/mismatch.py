"""How far the potential is from Poisson's, worked out about once a second while a view compares them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.engine import registry
from tauscope.engine.base import Frame, FrameRequest

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

SCALAR = "phi_mismatch"
COMPARED = ("phi_poisson", "phi_residual")
EVERY_SECONDS = 1.0


class Mismatch(Part):
    """Owns the number beside the title of a view of Poisson's potential.

    Parameters
    ----------
    lab : Lab
        Whose frames are compared.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.value: float | None = None
        self._busy = False
        self._last = 0.0
        self._asked = False

    def prepared(self, content: Content) -> None:
        """Forget the number of the run before."""
        self.value = None
        self._ask(False)

    def content_changed(self, before: Content, after: Content) -> None:
        """An edit makes another field."""
        if before.lattice.config != after.lattice.config:
            self.value = None

    def frame_shown(self, frame: Frame) -> None:
        """Compare the fields of a frame, off the GUI thread, while a view shows Poisson's."""
        content = self.lab.document.content.lattice
        wanted = self._wanted()
        self._ask(wanted)
        now = time.monotonic()
        if not wanted or self._busy or now - self._last < EVERY_SECONDS:
            return
        found = registry.derived_scalars(content.engine, content.config).get(SCALAR)
        if found is None:
            return
        arrays = {name: frame.arrays.get(FrameRequest(name, content.engine)) for name in found.inputs}
        if any(array is None for array in arrays.values()):
            return
        self._busy, self._last = True, now
        config = content.config

        def done(value: float | None) -> None:
            self._busy = False
            if self.lab.document.content.lattice.config == config:
                self.value = value

        def work() -> float | None:
            try:
                return found.function(config, **arrays)
            except ValueError:  # the lattice was replaced between frame and comparison
                return None

        self.lab.background.run(work, done)

    def _wanted(self) -> bool:
        views = self.lab.window.views.values()
        return any(view.isVisible() and view.options.field in COMPARED for view in views)

    def _ask(self, wanted: bool) -> None:
        if wanted == self._asked:
            return
        self._asked = wanted
        content, requests = self.lab.document.content.lattice, []
        found = registry.derived_scalars(content.engine, content.config).get(SCALAR)
        if wanted and found is not None:
            requests = [FrameRequest(name, content.engine) for name in found.inputs]
        self.lab.simulation.loop.subscribe("mismatch", requests)
