"""A run that its engine has stopped by itself: its good state is saved, and a person may let it go on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from tauscope.app import checkpoint, session
from tauscope.app.outputs import fresh
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.trace import Trace
from tauscope.app.storage import trouble
from tauscope.engine.base import BlowUp, Command
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import refusal
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KEY = "scram"
"""Notifications of SCRAM and of broken limits replace each other, and go with the run that they speak of."""


def folder() -> Path:
    """Folder of the states that were saved at a stop, beside the user's own presets."""
    return Path(platformdirs.user_data_dir("tauscope", appauthor=False)) / "stopped"


class StoppedRun(QObject):
    """Saves the state of a stop and offers what can be done.

    Parameters
    ----------
    lab : Lab
        Whose run may stop.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self.saved: Path | None = None
        """File of the last stop, None before it is written."""

    def keep(self, found: BlowUp) -> None:
        """Save the state at which an engine has stopped, and say where."""
        lab = self._lab
        self.saved = None
        content, origin = lab.document.content, part_of(lab, Trace).origin
        name = content.preset or "run"

        def take(world: World) -> session.Moment | checkpoint.Checkpoint:
            with suppress(BadInput):  # a torus too large for one frame of a session
                return session.Moment.of(world)
            return checkpoint.of(world, name)

        world = lab.simulation.loop.world

        def told(made: Path | BadInput) -> None:
            self._told(found, made, lab.simulation.loop.world is world)

        def write(moment: session.Moment | checkpoint.Checkpoint) -> None:
            lab.background.run(lambda: work(moment), told, keep=True)

        def work(moment: session.Moment | checkpoint.Checkpoint) -> Path | BadInput:
            try:
                folder().mkdir(parents=True, exist_ok=True)
                if isinstance(moment, checkpoint.Checkpoint):
                    path = fresh(folder() / f"{name}-tick{moment.tick}.npz")
                    checkpoint.save(path, moment)
                else:
                    path = fresh(folder() / f"{name}-tick{moment.frame.tick}{session.SUFFIX}")
                    session.save(path, content, moment, origin=origin)
            except BadInput as error:
                return error
            except OSError as error:
                return trouble(error, folder(), "state")
            return path

        lab.background.watch(lab.simulation.loop.call(take), write)

    def refuse(self, found: BlowUp) -> None:
        """Say why play does nothing, with what can be done."""
        self._lab.notify("warning", str(refusal(found)), actions=self._actions(found), key=KEY)

    def acknowledge(self, engine: str, play: bool = False) -> None:
        """Say that a stop was seen, and go on where that is wanted."""
        lab = self._lab
        future = lab.simulation.loop.submit(Command(engine, "acknowledge"))
        lab.background.watch(future, lambda _event: lab.set_playing(True) if play else None)

    def open_folder(self) -> None:
        """Show the folder of the saved states."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder()))):
            self._lab.notify("info", f"The folder is {folder()}; no program was found that shows it.")

    def forget(self) -> None:
        """Another run takes the place of the one that stopped, or it goes back in time."""
        self.saved = None
        self._lab.window.notifications.withdraw(KEY)

    def _told(self, found: BlowUp, made: Path | BadInput, present: bool) -> None:
        if not present:  # the run was left while its state was written: nothing can be done about it any more
            self._lab.write_down("error", f"{found.sentence()} The state: {made}")
            return
        if isinstance(made, BadInput):
            kept = f"The good state could not be saved: {made}"
        else:
            self.saved = made
            kept = f"The good state is on screen, and saved in {made}."
        self._lab.notify("error", f"{found.sentence()} {kept}", actions=self._actions(found), key=KEY)

    def _actions(self, found: BlowUp) -> list[tuple[str, Callable[[], None]]]:
        actions: list[tuple[str, Callable[[], None]]] = [
            ("Acknowledge and go on", lambda: self.acknowledge(found.engine, play=True))
        ]
        if self.saved is not None:
            actions.append(("Open folder", self.open_folder))
        return actions
