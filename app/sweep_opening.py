"""A run of a sweep put in place of the run shown, which comes back as it stood when that is undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tauscope.app.document import Content
from tauscope.app.session import Origin, Parked
from tauscope.app.simulation import WARM_UP_TICKS
from tauscope.engine.errors import TauscopeError
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


def prepare(content: Content) -> Parked:
    """World of a document at tick 0, its kernels compiled; not for the GUI thread.

    Raises
    ------
    BadInput
        Values that an engine refuses.
    """
    setup = content.setup()
    World.of(setup, content.seed, "auto").advance(WARM_UP_TICKS)
    return Parked(World.of(setup, content.seed, "auto"), Origin.of(content))


class OpenedRun:
    """Step of the history that exchanges the run shown for one of a sweep, and that back again.

    Parameters
    ----------
    lab : Lab
        Whose run it is.
    parked : Parked
        The run that is not in place.
    text : str
        What run it is, as a sentence.
    show : callable
        Shows the sweep.
    """

    def __init__(self, lab: Lab, parked: Parked, text: str, show: Callable[[], None]) -> None:
        self._lab, self._parked, self._text, self._show = lab, parked, text, show
        self._played = lab.simulation.loop.will_run
        """Whether the run that is not in place played when it was left."""
        self._first, self._undone = True, False

    def put(self, content: Content) -> None:
        """Open the run, undo that, or redo it."""
        lab, first, self._first = self._lab, self._first, False
        plays, self._played = first or self._played, lab.simulation.loop.will_run
        self._undone = undone = not first and not self._undone
        kept = self._parked.kept

        def placed(tick: int) -> None:
            then = "it goes on" if plays else "press play to go on"
            if not kept:
                what = "the run before" if undone else "this run of the sweep"
                text = f"The world of {what} was let go for a newer one; its set-up starts again at tick 0."
            elif undone:
                text = f"Back at tick {tick:,} of the run before; {then}."
            else:
                text = self._text
            lab.notify("info", text, actions=[("Back to the sweep", self._show)], key="sweep")

        lab.runs.exchange(content, self._parked, plays, placed)


def open_run(lab: Lab, content: Content, name: str, text: str, show: Callable[[], None]) -> None:
    """Make the world of a run beside the window, and put it in place as one step of the history.

    Parameters
    ----------
    lab : Lab
        Whose window shows it.
    content : Content
        Its document.
    name : str
        Name of the step.
    text : str
        What run it is, as a sentence.
    show : callable
        Shows the sweep again.
    """
    wanted = lab.runs.wish()

    def made() -> Parked | TauscopeError:
        try:
            return prepare(content)
        except TauscopeError as error:
            return error

    def use(found: Parked | TauscopeError) -> None:
        if isinstance(found, TauscopeError):
            lab.show_error(found)
        elif wanted() and not lab.editing.is_locked():  # else something else was asked for later
            lab.shell.leave_tool()
            lab.history.push(content, name, put=OpenedRun(lab, found, text, show).put)

    lab.background.run(made, use)
