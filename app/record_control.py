"""Recording from the window: starting, stopping, the status, and what happens when the run is replaced."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from tauscope.app.recording import Recorder
from tauscope.app.simulation import Simulation
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.mailbox import LoopEnded
from tauscope.engine.world import World
from tauscope.widgets.state import RecordingChoice, RecordingStatus


class RecordControl:
    """Owns the present recorder, which samples on the simulation thread and writes on its own.

    Parameters
    ----------
    simulation : Simulation
        What is recorded.
    report : callable
        Told of an error, on whichever thread it happens.
    """

    def __init__(self, simulation: Simulation, report: Callable[[BaseException], None]) -> None:
        self._simulation = simulation
        self._report = report
        self._recorder: Recorder | None = None
        self._finished: Recorder | None = None
        self._choice: RecordingChoice | None = None

    @property
    def active(self) -> bool:
        """Whether a recording runs and was not told to stop."""
        recorder = self._recorder
        return recorder is not None and recorder is not self._finished and recorder.status().active

    @property
    def choice(self) -> RecordingChoice | None:
        """What the present or last recording was asked to hold."""
        return self._choice

    def start(self, choice: RecordingChoice) -> Future[None]:
        """Start recording at the present tick; the future holds a refusal, as where one runs already."""

        def begin(world: World) -> None:
            if self.active:
                raise BadInput(
                    "A recording runs already.", key="recording", remedy="Stop it before you start another."
                )
            if self._recorder is not None and self._recorder is not self._finished:
                self._detach(self._recorder)  # one that an error ended
                self._recorder.close()
            recorder = Recorder(
                Path(choice.path),
                fields=choice.fields,
                every=choice.every,
                when_slow=choice.when_slow,
                when_full="wait",
                on_error=self._report,
            )
            recorder.start(world)
            self._simulation.loop.trackers.append(recorder)
            self._simulation.loop.watchers.append(recorder.look)
            self._recorder, self._choice = recorder, choice

        return self._simulation.loop.call(begin)

    def stop(self, patience: float | None = None) -> Callable[[], Path | None]:
        """Stop sampling before whatever is asked of the run next; returns what closes the file.

        Parameters
        ----------
        patience : float, optional
            Seconds to wait for the file at most; a process that writes goes on by itself.

        Returns
        -------
        callable
            Blocks until the file is on disk, so not for the GUI thread; gives its path, or None where nothing
            was recorded.
        """
        recorder = self._recorder
        if recorder is None or recorder is self._finished:
            return lambda: None
        # Kept, so that its status stays true while the rest is written and after that.
        self._finished = recorder

        def detach(world: World) -> None:
            self._detach(recorder)
            recorder.stop(world)

        recorder.let_go()
        detached = self._simulation.loop.call(detach) if self._simulation.alive else None

        def finish() -> Path:
            if detached is not None:
                with suppress(LoopEnded):  # it ended meanwhile and samples no more
                    detached.result()
            recorder.close(patience)
            return recorder.path

        return finish

    def hurry(self) -> None:
        """Wait for room on a full disk no more, which would keep the run from its end."""
        if self._recorder is not None:
            self._recorder.let_go()

    def _detach(self, recorder: Recorder | None) -> None:
        """Let the loop ask a recorder no more."""
        loop = self._simulation.loop
        if recorder in loop.trackers:
            loop.trackers.remove(recorder)
        if recorder is not None and recorder.look in loop.watchers:
            loop.watchers.remove(recorder.look)

    def status(self) -> RecordingStatus:
        """State of the present or last recording, for the panel and the status bar."""
        return self._recorder.status() if self._recorder is not None else RecordingStatus()


def free_space(path: Path) -> float:
    """Free bytes on the disk that holds a path, or its nearest existing parent."""
    folder = path
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return float(shutil.disk_usage(folder).free)
    except OSError as error:
        raise TauscopeError(f"The free space at {folder} cannot be read ({error}).") from None
