"""Refused edits: what the engines did not take does not stay in the document either."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tauscope.app.document import Content, value_at
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.past import Arrival

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

REMEDY = "Switch on first what it belongs to."


def idle(before: Content, after: Content) -> BadInput | None:
    """Why an edit would be refused while the engines run: it changes what does nothing before and after it.

    Parameters
    ----------
    before, after : Content
        The document, and what the edit would make of it.
    """
    for engine, config in after.configs.items():
        old = before.configs.get(engine)
        if old is config or type(old) is not type(config):
            continue
        was = old.unused()
        found = {path: why for path, why in config.unused().items() if path in was}
        for leaf in leaves(type(config)) if found else ():
            value = value_at(config, leaf.path)
            if leaf.live and leaf.path in found and value != value_at(old, leaf.path):
                return BadInput(found[leaf.path], key=leaf.path, value=value, remedy=REMEDY)
    return None


class Refused:
    """Brings the document back to what the engines run where they refused an edit.

    Parameters
    ----------
    lab : Lab
        Whose document and simulation are meant.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._asking = False

    def tell(self, error: BaseException) -> None:
        """Say why an edit was refused, and let the document say what runs."""
        self._lab.show_error(error)
        if isinstance(error, BadInput) and not self._asking:
            self._asking = True
            self._ask()

    def _ask(self) -> None:
        lab, asked = self._lab, self._lab.document.content

        def told(arrival: Arrival) -> None:
            if lab.document.content is not asked or lab.travel.busy:
                self._ask()  # an edit came between: the engines know by now what they made of it
                return
            self._asking = False
            if not lab.simulation.preparing and asked.configs.keys() == arrival.configs.keys():
                configs = dict(arrival.configs)
                runs = replace(asked, config=configs.pop(asked.engine), others=configs)
                lab.history.correct(runs, lab.runs.follow)

        def failed(error: BaseException) -> None:
            self._asking = False
            lab.show_error(error)

        lab.background.watch(lab.simulation.loop.call(Arrival.of), told, failed)
