"""Replay: run a recording again from configuration and event log, in a new process, and compare every bit."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tauscope.app.recording.vetting import open_vetted
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError

Progress = Callable[[float, str], None]

MEANING = {
    "A": "bit-exact on every machine",
    "B": "bit-exact with the same program on the same kind of processor",
    "C": "equal in distribution only",
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """First difference between a recording and its replay.

    Parameters
    ----------
    tick : int
        Macro tick at which it was seen.
    array : str
        Field or state array that differs, ``event n`` for an event that was refused or does not fit, or
        ``event log`` for an edited log without effect on what was recorded.
    detail : str
        What was expected and what came out, as a sentence.
    """

    tick: int
    array: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay found.

    Parameters
    ----------
    path : str
        The recording.
    passed : bool
        Whether everything compared is equal.
    verified : bool
        Whether every frame was compared, and not the state hashes alone.
    first_tick, last_tick : int
        Range of macro ticks that was run again.
    frames, hashes, events : int
        Frames and state hashes compared, events applied.
    classes : mapping of str to str
        Reproducibility class of each engine.
    mismatch : Mismatch or None
        First difference.
    notes : tuple of str
        What may explain a difference: other program text, versions or processor.
    seconds : float
        Wall clock of the replay.
    """

    path: str
    passed: bool
    verified: bool
    first_tick: int
    last_tick: int
    frames: int
    hashes: int
    events: int
    classes: dict[str, str]
    mismatch: Mismatch | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """Verdict for people, with the reproducibility class."""
        name = Path(self.path).name
        kinds = "; ".join(f"{key} is class {kind}, {MEANING[kind]}" for key, kind in self.classes.items())
        if self.mismatch is not None:
            found = self.mismatch
            text = f"“{name}” differs at tick {found.tick} in {found.array}: {found.detail}"
            return " ".join((text, *self.notes, f"({kinds}.)"))
        what = (
            f"{self.frames} frames and {self.hashes} state hashes"
            if self.verified
            else f"{self.hashes} state hashes"
        )
        ran = f"ticks {self.first_tick} to {self.last_tick} with {self.events} events"
        return f"“{name}” replays bit for bit: {ran}, {what} compared ({kinds})."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data of the report."""
        return {**asdict(self), "sentence": self.sentence}


def replay(
    path: Path | str,
    verify: bool = False,
    progress: Progress | None = None,
    timeout: float | None = None,
    stop: threading.Event | None = None,
) -> ReplayReport:
    """Run a recording again in a new process and compare.

    Parameters
    ----------
    path : Path or str
        A closed or recovered recording.
    verify : bool
        Compare every stored frame bit for bit, besides the state hashes.
    progress : callable, optional
        Told a fraction and what is being done; it may raise to stop the replay.
    timeout : float, optional
        Seconds after which the process is ended.
    stop : threading.Event, optional
        Ends the process within a fifth of a second once it is set.

    Returns
    -------
    ReplayReport
        Stops at the first tick that differs, and names the array.

    Raises
    ------
    BadInput
        If the file is no readable recording or its engine is unknown.
    TauscopeError
        If the new process cannot be started, died, took too long, or was stopped (`Cancelled`).
    """
    open_vetted(path).close()  # refuses here, before a process is made
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(
        target=_work, args=(str(path), verify, sender), name="tauscope replay", daemon=True
    )
    try:
        worker.start()
    except OSError as error:
        receiver.close()
        raise TauscopeError(
            f"The process that replays the recording cannot be started ({error}).", "Close other programs."
        ) from None
    finally:
        sender.close()
    try:
        return _listen(receiver, progress, timeout, stop or threading.Event())
    except BaseException:
        worker.kill()  # nobody wants its answer any more
        raise
    finally:
        receiver.close()
        worker.join(1.0)
        if worker.is_alive():
            worker.kill()
            worker.join()
        worker.close()


def _listen(
    receiver: Connection, progress: Progress | None, timeout: float | None, stop: threading.Event
) -> ReplayReport:
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        if stop.is_set():
            raise Cancelled("The replay")
        if not receiver.poll(0.1):
            if deadline is not None and time.monotonic() > deadline:
                raise TauscopeError(f"The replay took longer than {timeout:g} s and was ended.")
            continue
        try:
            kind, value = receiver.recv()
        except EOFError:
            raise TauscopeError(
                "The process that replays the recording died.", "Look into the log."
            ) from None
        if kind == "progress" and progress is not None:
            progress(*value)
        elif kind == "report":
            return ReplayReport(
                **{**value, "mismatch": Mismatch(**value["mismatch"]) if value["mismatch"] else None}
            )
        elif kind == "refused":
            raise BadInput(value["message"], key=value["key"], remedy=value["remedy"])


def _work(path: str, verify: bool, sender: Connection) -> None:
    """Body of the new process; plain data goes back, no objects."""
    from tauscope.app import policy_files
    from tauscope.app.orphan import end_with_parent

    end_with_parent()
    from tauscope.app.recording.rerun import rerun

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    last = 0.0

    def report(fraction: float, text: str) -> None:
        nonlocal last
        if time.monotonic() - last > 0.1:
            last = time.monotonic()
            sender.send(("progress", (fraction, text)))

    try:
        policy_files.load_given()
        sender.send(("report", asdict(rerun(path, verify, report))))
    except TauscopeError as error:
        key = getattr(error, "key", "")
        sender.send(("refused", {"message": error.message, "remedy": error.remedy, "key": key}))
    finally:
        sender.close()
