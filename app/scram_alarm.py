"""What the banner of SCRAM says: found from the events of the wave and from where the policy stands."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tauscope.engine.notices import Notice
from tauscope.engine.ufie.scram import ACKNOWLEDGED, ScramStatus
from tauscope.widgets.labs.ufie.scram_banner import Alarm

ATTEMPTS = 3
"""Attempts before the run is stopped."""
COLORS = {"soft": "warning", "hard": "trouble", "stop": "trouble", "recovered": "good", "note": "muted"}
"""Colours of marks by level of the event."""
LEVELS = {"soft": "warning", "hard": "warning", "stop": "error", "recovered": "info", "note": "info"}
"""Levels of the window's log by level of the event."""


def told(notice: Notice) -> str:
    """Sentence of a log: what, when and where."""
    return f"SCRAM, {when(notice)}: {notice.sentence}"


def when(notice: Notice) -> str:
    """Step and time of an event."""
    return f"step {notice.tick:,}, {notice.time:.4g} s"


def alarm_of(events: Sequence[Notice], status: ScramStatus) -> Alarm | None:
    """What to say; None where all is well, or where a person has acknowledged it.

    Parameters
    ----------
    events : sequence of Notice
        Events of the wave, oldest first.
    status : ScramStatus
        Where the policy stands.
    """
    if status.level == 0:
        return None
    since = [number for number, event in enumerate(events) if event.reason == ACKNOWLEDGED]
    open_events = events[since[-1] + 1 :] if since else events
    wanted = {1: ("soft",), 2: ("hard",), 3: ("stop",)}[status.level]
    event = next((event for event in reversed(open_events) if event.level in wanted), None)
    if event is None:
        return None
    happened = f"At {when(event)}: {event.reason}"
    if status.level == 3:
        return Alarm(
            "error", f"SCRAM has stopped the run after {ATTEMPTS} attempts", happened, event.action, True
        )
    if status.level == 2:
        flat = " The metric stays flat until you acknowledge." if status.flat else ""
        return Alarm(
            "warning", f"SCRAM: attempt {event.attempt} of {ATTEMPTS}", happened, f"{event.action}{flat}"
        )
    return Alarm("warning", "SCRAM: a warning", happened, event.action)


def live_of(status: ScramStatus, time: float) -> str:
    """How the drive stands at a time of the run, in a line."""
    if status.level < 2:
        return ""
    found = [f"drive {100 * status.gain:.0f} %", f"step {1e3 * status.step:.4g} ms"]
    if status.level == 3:
        found.append("stopped")
    elif math.isfinite(status.back_at):
        found.append(f"all of it back in {max(status.back_at - time, 0.0):.1f} s")
    return "  ·  ".join(found)
