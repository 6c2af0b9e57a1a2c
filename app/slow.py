"""What binds the speed of a run, in one sentence, from measured shares of time and never from a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tauscope.app.recording import Recorder
from tauscope.engine.condition import Condition
from tauscope.engine.loop_meters import Meters
from tauscope.engine.sampler import Sampler
from tauscope.widgets.amounts import UNKNOWN, share
from tauscope.widgets.meters import rate_text

SLOW = 0.3
"""Share of the time that must be lost to what is not stepping before a run is called slow; the loop itself
lets frames take a third."""

AGAIN = 0.2
"""Share below which a run that was called slow is so no more."""

LEAST = 0.15
"""Share of the time that one cause must take to be named."""

LEAD = 0.1
"""Share by which another cause must be ahead before it is named instead."""

WINDOWS = 3
"""Windows of half a second for which something must be so before the line changes."""

REACHED = 0.9
"""Share of the speed asked for that counts as reached; the loop works in whole ticks."""

KINDS: tuple[tuple[type, str], ...] = ((Sampler, "probes"), (Condition, "condition"), (Recorder, "recording"))

WORDS: Mapping[str, str] = {
    "probes": "probes are read within the run",
    "condition": "the condition is looked at often",
    "recording": "frames are being recorded",
    "trackers": "something samples the run often",
    "frames": "frames for the views are made",
    "drawing": "the window draws at the same time",
    "processor": "the processor is busy with other work",
    "compiling": "kernels are being compiled",
}
"""End of “Slow because …”, by cause."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one window of the meters.

    Parameters
    ----------
    meters : Meters
        Of the loop.
    drawing : float
        Share of the window's own thread in drawing, 0 to 1.
    compiling : float
        Share of wall time in compiling kernels, 0 to 1.
    speed : float or None
        Ticks a second that the user asked for, None for as many as can be.
    running : bool
        Whether the run goes on.
    """

    meters: Meters
    drawing: float = 0.0
    compiling: float = 0.0
    speed: float | None = None
    running: bool = True


@dataclass(frozen=True, slots=True)
class SpeedLine:
    """One line about the speed, and its tooltip; empty where there is nothing to say."""

    text: str = ""
    hint: str = ""


def shares(measured: Measured) -> dict[str, float]:
    """Shares of wall time, 0 to 1, that do not overlap: ``stepping``, and what was lost to each cause seen.

    While the thread is not let run, the clock of whatever it was at goes on; so the waiting is taken out of
    all of them alike. Breaking a chunk into single ticks costs an engine more than the sampling itself. That
    loss is measured where the same run was seen unbroken before. Drawing can have kept the run waiting for as
    long as it lasted and no longer; the rest of the waiting is for the processor.
    """
    meters = measured.meters
    busy = meters.step_share + meters.frame_share + sum(meters.trackers.values())
    ran = 1.0 - meters.waiting_share / max(busy, meters.waiting_share, 1e-9)
    found: dict[str, float] = {"stepping": ran * meters.step_share}
    for kind, spent in meters.trackers.items():
        name = next((word for known, word in KINDS if issubclass(kind, known)), "trackers")
        found[name] = found.get(name, 0.0) + ran * spent
    samplers = [name for name in found if name != "stepping"]
    if meters.broken_up and samplers and meters.alone > 0:
        extra = max(found["stepping"] - meters.rate / meters.alone, 0.0)
        found["stepping"] -= extra
        found[max(samplers, key=lambda name: found[name])] += extra
    found["frames"] = ran * meters.frame_share
    found["compiling"] = min(measured.compiling, found["stepping"])
    found["stepping"] -= found["compiling"]
    found["drawing"] = min(meters.waiting_share, measured.drawing)
    found["processor"] = meters.waiting_share - found["drawing"]
    return {name: min(part, 1.0) for name, part in found.items() if part > 0.0}


def losses(measured: Measured) -> dict[str, float]:
    """What `shares` has beside stepping."""
    return {name: part for name, part in shares(measured).items() if name != "stepping"}


class Pace:
    """Says what binds, from one window of the meters to the next; a change has to last for `WINDOWS`."""

    def __init__(self) -> None:
        self.line = SpeedLine()
        self._seen: Meters | None = None
        self._cause = ""
        self._next = ""
        self._count = 0

    def see(self, measured: Measured) -> SpeedLine:
        """Line for the present; call it as often as you like, each window of the meters counts once."""
        if not measured.running:
            self._cause = self._next = ""
            self._count, self._seen, self.line = 0, measured.meters, SpeedLine()
            return self.line
        if measured.meters is self._seen:
            return self.line
        self._seen = measured.meters
        found = losses(measured)
        wanted = self._wanted(measured, found)
        self._count = self._count + 1 if wanted == self._next else 1
        self._next = wanted
        if wanted != self._cause and self._count >= WINDOWS:
            self._cause = wanted
        self.line = self._line(measured)
        return self.line

    def _wanted(self, measured: Measured, found: Mapping[str, float]) -> str:
        """Cause that this window by itself calls for, "held" for the user's own speed, "" for none."""
        speed = measured.speed
        if speed is not None and measured.meters.rate >= REACHED * speed - 1.0:
            return "held"
        slow = sum(found.values()) >= (AGAIN if self._cause in WORDS else SLOW)
        if not slow or not found:
            return ""
        most = max(found, key=lambda name: found[name])
        if found[most] < LEAST:
            return ""
        if self._cause in WORDS and found[most] < found.get(self._cause, 0.0) + LEAD:
            return self._cause
        return most

    def _line(self, measured: Measured) -> SpeedLine:
        if self._cause == "held" and measured.speed is not None:
            text = f"Held at {rate_text(measured.speed)} ticks/s"
            return SpeedLine(text, f"{text} by the speed that you chose in the transport")
        if self._cause not in WORDS:
            return SpeedLine()
        return SpeedLine(f"Slow because {WORDS[self._cause]}", shares_text(measured))


def shares_text(measured: Measured) -> str:
    """Tooltip: where the time of the last half second went, largest first."""
    named = {"processor": "waiting for the processor", "drawing": "waiting while the window draws"}
    lines = ["Shares of the simulation's time over the last half second:"]
    lines += [
        f"{named.get(name, name)} {share(part)}"
        for name, part in sorted(shares(measured).items(), key=lambda item: -item[1])
        if part >= 0.01
    ]
    lines.append(f"Drawing takes {share(measured.drawing)} of the window's own thread")
    alone = rate_text(measured.meters.alone) if measured.meters.alone else UNKNOWN
    lines.append(f"Without samples within the run the engine did {alone} ticks/s")
    return "\n".join(lines)
