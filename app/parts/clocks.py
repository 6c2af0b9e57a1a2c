"""Clocks: where clusters stand on the lattice that sets their rates, drawn over its fields."""

from __future__ import annotations

from functools import partial

from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.engine.coupling import places_of
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.widgets.canvas.clock_marks import ClockMark, drawn

_KEY = "clocks"


class Clocks(Part):
    """Marks the clusters of a coupled engine on every field of the lattice.

    Parameters
    ----------
    lab : Lab
        Whose fields are marked.
    """

    def set_up_shown(self, content: Content) -> None:
        """Show the clocks of the document, or of a recording."""
        marks = marks_of(content)
        for view in self.lab.window.views.values():
            view.set_extra_shapes(_KEY, partial(drawn, marks) if marks else None)


def marks_of(content: Content) -> tuple[ClockMark, ...]:
    """Clocks of every coupling that gives rates, named as their clusters are."""
    found = []
    for coupling in content.couplings:
        config = content.configs[coupling.target]
        known = structure_of(config).names if isinstance(config, KuramotoConfig) else ()
        for name, (x, y) in zip(known, places_of(config), strict=False):
            found.append(ClockMark(name, float(x), float(y)))
    return tuple(found)
