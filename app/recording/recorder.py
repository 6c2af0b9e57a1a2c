"""The recorder: samples a world on the simulation thread; a process or thread of its own writes."""

from __future__ import annotations

import atexit
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from tauscope.app.outputs import check_output
from tauscope.app.recording import clock, guard, leftovers, lock, sinks, tables
from tauscope.app.recording.limits import largest_file, next_part
from tauscope.app.recording.plan import EventItem, FrameItem, HashItem, Item, NoticeItem, Plan
from tauscope.app.recording.planning import make_plan
from tauscope.app.recording.queue import HandOver
from tauscope.app.recording.vetting import remember
from tauscope.app.recording.writing import DiskNumbers
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.notices import Watch
from tauscope.engine.world import World
from tauscope.widgets.state import RecordingStatus

log = logging.getLogger(__name__)

QUEUE_BYTES = 64 << 20
HASH_EVERY = 1000
CHECKPOINT_SECONDS = 60.0
LIMITED_SECONDS = 1.0
ROLL_OVER_AT = 0.9
"""Share of the largest size that a file may have, at which a recording goes on in its next part."""
SUFFIXES = (".h5", ".hdf5")
WRITER = "TAUSCOPE_WRITER"
"""Environment variable: ``thread`` writes in this process, for a system that cannot start another."""


class Recorder:
    """Records fields, scalars, events and state hashes of a world into one HDF5 file.

    It is a tracker of the loop: `start`, `sample` and `stop` are called where the world advances,
    everything else from any thread. A frame that `status` counts as saved survives the death of this process.

    Parameters
    ----------
    path : Path or str
        File to create, ``.h5`` or ``.hdf5``; it must not exist.
    fields : sequence of str
        Own or derived fields; empty for the first two of the engine.
    every : int
        Macro ticks between frames, counted from where the recording starts.
    when_slow : {"slow", "skip"}
        Slow the simulation when the disk cannot follow, or leave frames out and count them.
    on_error : callable, optional
        Told of an error that stopped the recording, on the thread where it happened.
    queue_bytes : int
        How much may wait for the disk.
    hash_every : int
        Macro ticks between state hashes, at multiples of it.
    checkpoint_seconds : float
        Shortest wall-clock time between checkpoints, which are taken at hashes.
    reserve_bytes : int, optional
        Space to leave free on the disk; by default what `guard.reserve` says.
    title, author : str
        For the file's attributes.
    when_full : {"stop", "wait"}
        End the recording when the disk is full, or wait until space returns; a thread always ends it.

    Raises
    ------
    BadInput
        If the file exists, its folder is missing or cannot be written to, or an argument is out of range.
    """

    def __init__(
        self,
        path: Path | str,
        fields: Sequence[str] = (),
        every: int = 1,
        when_slow: Literal["slow", "skip"] = "slow",
        on_error: Callable[[BaseException], None] | None = None,
        *,
        queue_bytes: int = QUEUE_BYTES,
        hash_every: int = HASH_EVERY,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        reserve_bytes: int | None = None,
        title: str = "",
        author: str = "",
        when_full: Literal["stop", "wait"] = "stop",
    ) -> None:
        self.path = Path(path).absolute()
        check_output(self.path, "path", SUFFIXES)
        for key, value in (("every", every), ("hash_every", hash_every), ("queue_bytes", queue_bytes)):
            if value < 1:
                raise BadInput(f"{key} is {value}.", key=key, value=value, allowed="1, 2, …")
        if when_slow not in ("slow", "skip"):
            raise BadInput(f"There is no policy “{when_slow}”.", key="when_slow", allowed="slow, skip")
        self.every, self.hash_every, self.when_slow = every, hash_every, when_slow
        self._fields, self._title, self._author = tuple(fields), title, author
        self._on_error = on_error or (lambda error: log.error("%s", error))
        self._checkpoint_seconds = checkpoint_seconds
        self._queue_bytes, self._when_full = queue_bytes, when_full
        self._reserve_bytes = guard.reserve() if reserve_bytes is None else reserve_bytes
        self._queue: sinks.Queue = HandOver(queue_bytes, sinks.QUEUE_SECONDS)
        self._guard = guard.DiskGuard(self.path, self._reserve_bytes)
        self._reported = self._unreported = self._state_bytes = 0
        """Bytes of the file as its writer said last, of frames since then, and of a state that ends it."""
        self._plan: Plan | None = None
        self._sink: sinks.Sink | None = None
        self._thread: threading.Thread | None = None
        self._earlier: list[sinks.Sink] = []
        self._largest = 0
        self._world: World | None = None
        self._error: TauscopeError | None = None
        self._watch = Watch()
        self._sampler = 0
        self._start_tick = self._last_tick = self._generation = 0
        self._seq = self._first_seq = self._dropped = 0
        self._limited_until = self._last_checkpoint = 0.0

    # -- where the world advances

    def start(self, world: World) -> None:
        """Create the file and record where the world stands as the first frame.

        Raises
        ------
        BadInput
            Unknown field, no room on the disk, the file exists meanwhile, or it cannot be created.
        """
        if self._sink is not None:
            raise BadInput("This recorder has been started before.", key="path", remedy="Make a new one.")
        self._begin(world)
        atexit.register(self.close)

    def _begin(self, world: World) -> None:
        """Begin a file, with the present state as its first frame."""
        plan = make_plan(world, self._fields, self.every, self.hash_every, self._title, self._author)
        leftovers.remove(self.path.parent)
        check_output(self.path, "path", SUFFIXES)
        self._guard.refuse_if_full()
        self._plan, self._sink = plan, self._create(plan)
        self._queue = self._sink.queue
        self._world, self._generation = world, world.generation
        self._start_tick = self._last_tick = world.macro_tick
        self._seq = self._first_seq = len(world.events)
        self._watch.begin(world)
        self._last_checkpoint = time.monotonic()
        self._sampler = threading.get_ident()
        self._largest = largest_file(self.path.parent)
        try:
            self._hand_over_hash(world, checkpoint=False, wait=False)
            self._hand_over_frame(world, wait=False)
            self._sink.begin()
        except BaseException:
            self._sink.undo()  # nothing stays of a recording whose first frame could not be taken
            self._clean_up()
            raise
        self._thread = self._sink.thread

    def next_due(self, macro_tick: int) -> int | None:
        """First macro tick after ``macro_tick`` with a frame or a state hash due; None when it has ended."""
        if self._sink is None or self._queue.closed:
            return None
        frame = self._start_tick + ((macro_tick - self._start_tick) // self.every + 1) * self.every
        return min(frame, (macro_tick // self.hash_every + 1) * self.hash_every)

    def sample(self, world: World) -> None:
        """Take what is due at the present tick; waits while the queue is full, unless frames may be skipped.

        A world that was replaced or rewound ends the recording: its frames belong to another run.
        """
        known = self._world  # looked at once: `stop` on another thread forgets it
        if self._sink is None or self._queue.closed or known is None:
            return
        self._sampler = threading.get_ident()
        if not self._is_same_run(world, known):
            self._fail(
                sinks.RunReplaced(
                    f"The run went back or was replaced, so the recording “{self.path.name}” ended at tick "
                    f"{self._last_tick}.",
                    "Start a new recording.",
                )
            )
            return
        self._last_tick = world.macro_tick
        if world.macro_tick % self.hash_every == 0:
            due = time.monotonic() - self._last_checkpoint >= self._checkpoint_seconds
            self._hand_over_hash(world, checkpoint=due)
        if (world.macro_tick - self._start_tick) % self.every == 0:
            if self._is_nearly_too_large() or not tables.fit(world, self._plan):
                self._roll_over(world)
            else:
                self._hand_over_frame(world)

    def look(self, world: World) -> None:
        """Take what the engines saw and did since the last look; between any two ticks.

        What ended a run is on the disk then, although no sample follows.
        """
        known = self._world
        if self._sink is None or self._queue.closed or known is None or not self._is_same_run(world, known):
            return
        self._hand_over_notices(world)

    def stop(self, world: World | None = None) -> None:
        """End the recording; returns at once, the thread writes what waits and closes the file.

        Parameters
        ----------
        world : World, optional
            The recorded world, between ticks: its last events and final state are recorded as well.
        """
        if self._sink is None or self._queue.closed:
            return
        if world is not None and self._is_same_run(world, self._world):
            self._last_tick = world.macro_tick
            self._hand_over_hash(world, checkpoint=True, wait=False)
        self._world = None
        self._queue.close()

    # -- from any thread

    def close(self, timeout: float | None = None) -> RecordingStatus:
        """Stop and wait until the file is closed; without a timeout not for the window's thread.

        Where it is called on the thread that samples, the final state is recorded as by ``stop(world)``.
        """
        on_sampler = threading.get_ident() == self._sampler
        self.stop(self._world if on_sampler else None)
        thread = self._thread
        if isinstance(self._sink, sinks.ThreadSink):
            timeout = None  # it would die with this process
        if thread is not None and thread is not threading.current_thread():
            for one in (*(sink.thread for sink in self._earlier), thread):
                one.join(timeout)
            for path in (*(sink.path for sink in self._earlier), self.path) if not thread.is_alive() else ():
                remember(path)
            if not thread.is_alive() or timeout is not None:
                atexit.unregister(self.close)  # who gave a timeout leaves the rest to the writing process
        return self.status()

    def let_go(self) -> None:
        """Wait for room on the disk no more; before `stop`, which a run that waits does not come to."""
        for sink in (*self._earlier, *((self._sink,) if self._sink is not None else ())):
            sink.hurry()

    @property
    def error(self) -> TauscopeError | None:
        """What ended the recording early, or None."""
        return self._error

    def status(self) -> RecordingStatus:
        """Numbers for the recording panel and the status bar."""
        sink, thread = self._sink, self._thread
        disk = sink.disk if sink is not None else DiskNumbers()
        return RecordingStatus(
            active=thread is not None and thread.is_alive(),
            path=str(self.path),
            saved=sum(one.saved for one in (*self._earlier, *((sink,) if sink is not None else ()))),
            dropped=self._dropped,
            bytes_written=disk.bytes,
            rate=disk.rate if disk.measured else math.nan,
            queue=self._queue.filled,
            disk_left=float(disk.free) if disk.bytes else math.nan,
            limited=time.monotonic() < self._limited_until,
            error=str(self._error) if self._error is not None else "",
            **sinks.waits(sink),
        )

    # -- sampling

    def _create(self, plan: Plan) -> sinks.Sink:
        try:
            lock.acquire(self.path)
        except OSError as error:
            raise sinks.not_created(self.path, error) from None
        try:
            self._guard.load()
            return self._new_sink(plan)
        except BaseException as error:
            self._clean_up()
            if isinstance(error, OSError):
                raise sinks.not_created(self.path, error) from None
            raise

    def _new_sink(self, plan: Plan) -> sinks.Sink:
        if os.environ.get(WRITER) == "thread":
            return sinks.ThreadSink(self.path, plan, self._guard, self._queue_bytes, self._fail)
        return sinks.ProcessSink(
            self.path,
            plan,
            self._guard,
            self._queue_bytes,
            self._fail,
            self._reserve_bytes,
            self._when_full == "wait",
        )

    def _clean_up(self) -> None:
        sinks.clean_up(self.path, self._guard)

    def _is_same_run(self, world: World, known: World | None) -> bool:
        same = world is known and world.generation == self._generation
        return same and world.macro_tick >= self._last_tick

    def _is_nearly_too_large(self) -> bool:
        """Whether the file may not take what waits, and what comes until we look again."""
        if not self._largest or self._sink is None or self._plan is None:
            return False
        written = self._sink.disk.bytes
        if written != self._reported:  # the writer says it now and then, and what came since counts as well
            self._reported, self._unreported = written, 0
        self._unreported += self._plan.frame_bytes
        size = written + self._queue.waiting + self._unreported + self._state_bytes
        return size > ROLL_OVER_AT * self._largest

    def _roll_over(self, world: World) -> None:
        """Close the file and go on in the next part, which begins with the frame that is due."""
        old, thread = self._sink, self._thread
        if old is None or thread is None:
            return
        self._hand_over_hash(world, checkpoint=False, wait=False)  # a checkpoint may be what is too large
        old.queue.close()
        self._earlier.append(old)
        self.path = next_part(self.path)
        self._guard = guard.DiskGuard(self.path, self._reserve_bytes)
        try:
            self._begin(world)
        except TauscopeError as error:
            self._fail(error)

    def _hand_over_notices(self, world: World) -> None:
        """Queue what the engines saw and did since the last time."""
        if lines := tuple(noticed.to_json() for noticed in self._watch.look(world).new):
            self._queue.put(NoticeItem(lines), wait=self.when_slow == "slow")

    def _hand_over_events(self, world: World) -> int:
        """Queue the events since the last sample; returns how many the recording has by now."""
        self._hand_over_notices(world)
        events = world.events.since(self._seq)
        if events:
            self._seq += len(events)
            try:
                item = EventItem(tuple(event.to_json() for event in events))
            except ValueError as error:
                reason = f"A change to the run cannot be written down ({error}), so the recording ended."
                self._fail(TauscopeError(reason, "Everything before that change is in the file."))
            else:
                self._queue.put(item, wait=self.when_slow == "slow")
        return self._seq - self._first_seq

    def _hand_over_frame(self, world: World, *, wait: bool = True) -> None:
        plan = self._plan
        if plan is None:
            return
        if wait and self.when_slow == "skip" and not self._queue.fits(plan.frame_bytes):
            self._dropped += 1
            return
        count = self._hand_over_events(world)
        if self._error is not None:
            return
        values = {key: engine.scalars() for key, engine in world.engines.items()}
        frame = FrameItem(
            tick=world.macro_tick,
            time=clock.moment(world),
            events=count,
            dropped=self._dropped,
            arrays=tuple(tables.read(world, one.engine, one.field, one.shape) for one in plan.fields),
            scalars=tuple(values[item.engine].get(item.scalar, float("nan")) for item in plan.scalars),
        )
        self._put(frame, wait=wait)

    def _hand_over_hash(self, world: World, *, checkpoint: bool, wait: bool = True) -> None:
        """Queue the whole state to be hashed; left out when the queue is full and frames may be skipped."""
        count = self._hand_over_events(world)
        if self._error is not None:
            return
        states = {key: engine.state() for key, engine in world.engines.items()}
        item = HashItem(world.macro_tick, count, states, checkpoint)
        self._state_bytes = item.nbytes
        if wait and self.when_slow == "skip" and not self._queue.fits(item.nbytes):
            return
        if checkpoint:
            self._last_checkpoint = time.monotonic()
        self._put(item, wait=wait)

    def _put(self, item: Item, *, wait: bool = True) -> None:
        try:
            waited = self._queue.put(item, wait=wait)
        except OSError as error:
            if self._thread is None:
                raise sinks.not_created(self.path, error) from None
            self._fail(sinks.not_handed_over(self.path, error))
            return
        if waited > 0.001:
            self._limited_until = time.monotonic() + LIMITED_SECONDS

    def _fail(self, error: TauscopeError) -> None:
        if self._error is None:
            self._error = error
            self._queue.close()
            self._on_error(error)
