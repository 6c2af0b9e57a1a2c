"""Meters: rates, notes and measured values, refreshed a few times a second beside the pictures."""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy as np

from tauscope.app import notes, placed
from tauscope.app.parts.mismatch import Mismatch
from tauscope.app.slow import Measured, Pace, SpeedLine
from tauscope.engine import registry
from tauscope.engine.base import FrameRequest
from tauscope.gpu import compile_log
from tauscope.widgets.field_view import EMPTY_TEXT, PREPARING
from tauscope.widgets.meters import MeterValues

if TYPE_CHECKING:
    from tauscope.app.lab import Lab
    from tauscope.engine.loop_meters import Meters as LoopMeters
    from tauscope.widgets.state import RecordingStatus

STANDS = 1.5
"""Seconds without a measurement of the loop, thrice what it takes, after which it stands still."""
WAITS = "Waits for room on the recording's disk"
DEVICES = {"cpu": "CPU · numba · 1 thread", "cuda": "CUDA device"}


class Meters:
    """Tells the window how the run does.

    Parameters
    ----------
    lab : Lab
        Whose run is measured.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._pace = Pace()
        self._compiled = time.perf_counter(), compile_log.compile_seconds()
        self._measured: tuple[LoopMeters | None, float] = None, 0.0
        """What the loop measured last, and when that was first seen."""
        self._measuring: Future[Any] | None = None
        self.measured_bytes: dict[str, int] = {}
        """Bytes of a frame of the fields that are no lattice, as the loop found them."""

    def refresh(self) -> None:
        """Show the present rates, the state of the recording, and the notes beside the titles of views."""
        lab = self._lab
        loop, window = lab.simulation.loop, lab.window
        meters, recording = loop.meters, lab.record.status()
        drawing = window.redraw.take_share()
        measured = Measured(meters, drawing, self._compiling(), loop.speed, loop.running)
        pace = self._pace.see(measured)
        stands, preparing = self._stands(recording, meters), lab.simulation.preparing
        if stands:
            pace = SpeedLine(WAITS, "It goes on by itself once there is room; the notice says how much")
        elif preparing:
            pace = SpeedLine()  # the loop is busy with the next run, and measures nothing
        values = MeterValues(
            ticks_per_second=meters.rate if loop.running and not (stands or preparing) else 0.0,
            fps=lab.live.fps,
            drawing=drawing,
            queue=meters.queue,
            preparing=preparing,
            device="recording shown, live run paused" if lab.playback.active else self._device,
            tick=lab.playback.tick if lab.playback.active else self._tick,
            speed_line=pace.text,
            speed_hint=pace.hint,
        )
        window.meters.set_meters(values)
        window.status_meters.set_meters(values, recording)
        if lab.playback.active:
            window.status_meters.dismiss()
        window.recording.set_status(recording)
        lab.files.disk.look(recording)
        lab.shell.show_recording(lab.record.active)
        window.transport.set_running(loop.running, self._tick)
        self._show_notes()
        self.say_empty()

    def _stands(self, recording: RecordingStatus, meters: LoopMeters) -> bool:
        """Whether the run stands in a recorder that waits for its disk; the loop measures nothing then."""
        now = time.perf_counter()
        if meters is not self._measured[0]:
            self._measured = meters, now
        return recording.waits_for_room and now - self._measured[1] > STANDS

    def _compiling(self) -> float:
        """Share of the time since the last call that went into compiling kernels."""
        before, self._compiled = self._compiled, (time.perf_counter(), compile_log.compile_seconds())
        elapsed, spent = self._compiled[0] - before[0], self._compiled[1] - before[1]
        return spent / elapsed if elapsed > 0 else 0.0

    def say_empty(self) -> None:
        """Before the first frame, say in the views whether one is on its way."""
        lab = self._lab
        if lab.frame is not None or lab.playback.active:
            return
        coming = lab.gallery.reading or lab.simulation.preparing or bool(lab.simulation.loop.world.engines)
        text = PREPARING if coming else EMPTY_TEXT
        for view in lab.window.views.values():
            if view.array is None and view.empty_text in (EMPTY_TEXT, PREPARING) and view.empty_text != text:
                view.clear(text)

    def measure_sources(self) -> None:
        """Work out what the selected sources really emit, from the newest frame."""
        lab = self._lab
        content, frame, chosen = lab.document.content.lattice, lab.frame, lab.document.selection
        field = registry.by_source_field(content.engine)
        array = frame.arrays.get(FrameRequest(field, content.engine)) if frame and field else None
        if (
            array is None
            or lab.playback.active
            or not chosen
            or (self._measuring is not None and not self._measuring.done())
            or array.shape[::-1] != placed.sides(content.config)
        ):
            return
        self._measuring = lab.background.run(
            lambda: registry.by_source(content.engine, content.config, array, chosen),
            lab.window.sources.set_measured,
        )

    def _show_notes(self) -> None:
        lab = self._lab
        if lab.frame is None or lab.playback.active:
            return
        content = lab.document.content.lattice
        scalars = lab.scalars.get(content.engine, {})
        window = getattr(content.config, "ema_window", None)
        mismatch = next((part.value for part in lab.parts if isinstance(part, Mismatch)), None)
        for key, view in lab.window.views.items():
            field = view.options.field
            efolds = scalars.get("efolds") if key == "hero" else None
            counted = content.engine not in ("charge", "gauge")  # whose fields are no averages over ticks
            view.set_note(notes.note(field, window, efolds, mismatch) if counted else "")
            view.set_value_error(notes.value_error(field, scalars, window) if counted else None)

    def field_bytes(self) -> dict[str, int]:
        """Bytes of one frame of every field, by the name that the recorder knows it by."""
        content = self._lab.document.content
        config = content.lattice.config  # attributes: a dump packs painted maps
        sizes = placed.extents(config)
        prefix = f"{self._lab.live.engine}:" if content.others else ""
        wide = {
            f"{prefix}{name}": int(
                np.dtype(spec.dtype).itemsize * np.prod([sizes.get(dim, 1) for dim in spec.dims])
            )
            for name, spec in self._lab.live.specs.items()
        }
        return {**self.measured_bytes, **wide}

    @property
    def _device(self) -> str:
        engines = self._lab.simulation.loop.world.engines.values()
        return ", ".join(dict.fromkeys(DEVICES.get(engine.device, engine.device) for engine in engines))

    @property
    def _tick(self) -> int:
        return self._lab.frame.macro_tick if self._lab.frame else 0
