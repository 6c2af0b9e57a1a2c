"""SCRAM: what happens when the field runs away. Times are simulated, so that a replay does the same.

Soft trip: a warning, the run goes on. Hard trip: attempt 1 goes back to the newest checkpoint with half the
drive; attempt 2 to the oldest with a quarter and half the step; attempt 3 starts from a field of zero, a flat
metric and default phases with a quarter; attempt 4 stops at the newest good state. Attempts count within a
window that opens at the first. The reduced drive is held, then comes back bit by bit. Nothing is ever raised
or aborted. Source: ufie.md, section G, "SCRAM policy".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tauscope.engine.errors import BadInput
from tauscope.engine.notices import Notice
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_parts import ScramConfig

ACKNOWLEDGED = "Acknowledged."
"""Reason of the event that an acknowledgement leaves."""

Action = Literal["newest", "oldest", "zero", "stop"]
Level = Literal["soft", "hard", "stop", "recovered", "note"]

ACTIONS: tuple[Action, ...] = ("newest", "oldest", "zero", "stop")
GAINS: Mapping[Action, float] = {"newest": 0.5, "oldest": 0.25, "zero": 0.25, "stop": 0.25}

MOST_EVENTS = 64
"""Events kept; the oldest go first."""

QUARTER_PERIOD = 1.854
"""Time to blow-up of a uniform field at rest without mass, times A sqrt(beta). Source: ufie.md, section G."""

STEPS_LEFT = 50


ScramEvent = Notice
"""Something the oracle saw or did.

Its level is a `Level`: ``soft`` a warning; ``hard`` a roll-back; ``stop`` the end of the run; ``recovered``
the whole drive is back; ``note`` anything else. Its attempts are those within the window.
"""


@dataclass(frozen=True, slots=True)
class ScramStatus:
    """Where the policy stands.

    Parameters
    ----------
    level : int
        0 well, 1 warned, 2 reduced drive or step or a flat metric, 3 stopped.
    attempts : int
        Attempts within the window.
    gain : float
        Share of the drive that acts.
    step : float
        Step in force, s.
    flat : bool
        Whether the metric is flat whatever the configuration says.
    back_at : float
        Time of the engine in s at which the whole drive will be back, NaN where it is not on its way.
    """

    level: int = 0
    attempts: int = 0
    gain: float = 1.0
    step: float = 0.0
    flat: bool = False
    back_at: float = math.nan


@dataclass
class Scram:
    """State of the policy.

    Parameters
    ----------
    attempts : int
        Attempts within the window.
    window_start : float
        Time of the first of them.
    next_recovery : float
        When the next share of the drive comes back.
    gain : float
        Share of the drive that acts.
    halved : bool
        Whether the step is half that of the configuration.
    flat : bool
        Whether the metric is flat whatever the configuration says.
    stopped : bool
        Whether the run has ended.
    warned : bool
        Whether the residual is beyond its soft limit, and a warning was given.
    events : list of ScramEvent
        The newest, in order.
    count : int
        Events since the start.
    """

    attempts: int = 0
    window_start: float = 0.0
    next_recovery: float = 0.0
    gain: float = 1.0
    halved: bool = False
    flat: bool = False
    stopped: bool = False
    warned: bool = False
    events: list[ScramEvent] = field(default_factory=list)
    count: int = 0

    def note(
        self, tick: int, time: float, level: Level, reason: str, action: str = "", attempt: int = 0
    ) -> None:
        """Keep an event."""
        self.events.append(ScramEvent(self.count, tick, time, level, attempt, reason, action))
        self.count += 1
        del self.events[:-MOST_EVENTS]

    def trip(self, config: ScramConfig, tick: int, time: float, reason: str) -> Action:
        """Begin an attempt; says what has to be done."""
        if self.attempts and time - self.window_start > config.window:
            self.attempts = 0
        if not self.attempts:
            self.window_start = time
        self.attempts += 1
        action = ACTIONS[min(self.attempts, len(ACTIONS)) - 1]
        self.gain = min(self.gain, GAINS[action])
        self.halved = self.halved or action == "oldest"
        self.flat = self.flat or action == "zero"
        self.stopped = action == "stop"
        self.next_recovery = time + config.hold
        level: Level = "stop" if self.stopped else "hard"
        self.note(tick, time, level, reason, _SENTENCES[action].format(hold=config.hold), self.attempts)
        return action

    def warn(self, config: ScramConfig, tick: int, time: float, residual: float) -> None:
        """Warn once when the residual passes its soft limit, and again after it has halved."""
        if residual > config.soft and not self.warned:
            self.warned = True
            self.note(
                tick,
                time,
                "soft",
                f"The energy residual is {residual:.3g}, beyond its soft limit {config.soft:g}.",
                "The run goes on.",
            )
        elif residual < 0.5 * config.soft:
            self.warned = False

    def recover(self, config: ScramConfig, tick: int, time: float) -> bool:
        """Give back a share of the drive where it is time; says whether anything changed."""
        if self.gain >= 1.0 or self.stopped or time < self.next_recovery:
            return False
        self.gain = min(1.0, self.gain + config.recovery)
        self.next_recovery = time + config.recovery_every
        if self.gain == 1.0:
            self.halved = False
            self.note(
                tick, time, "recovered", "The whole drive is back.", "The step is that of the configuration."
            )
        return True

    def acknowledge(self, tick: int, time: float) -> bool:
        """A person has seen it: a stopped run may go on, attempts count anew; says if it mattered."""
        mattered = bool(self.attempts or self.stopped or self.warned or self.flat)
        # A residual that is still high was warned of; it would be again at the next check.
        self.attempts, self.stopped, self.flat = 0, False, False
        if mattered:
            self.note(tick, time, "note", ACKNOWLEDGED, "Attempts count anew.")
        return mattered

    def status(self, config: ScramConfig, step: float) -> ScramStatus:
        """Where it stands, with the step in force."""
        left = math.ceil((1.0 - self.gain) / config.recovery - 1e-9)
        moves = left > 0 and not self.stopped
        back_at = self.next_recovery + (left - 1) * config.recovery_every if moves else math.nan
        return ScramStatus(self.level, self.attempts, self.gain, step, self.flat, back_at)

    @property
    def level(self) -> int:
        """0 well, 1 warned, 2 reduced drive or step, 3 stopped."""
        if self.stopped:
            return 3
        return 2 if self.gain < 1.0 or self.halved or self.flat else int(self.warned)

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: numbers, and the events as JSON text."""
        return {
            "scram_attempts": self.attempts,
            "scram_window": self.window_start,
            "scram_recovery": self.next_recovery,
            "scram_gain": self.gain,
            "scram_flags": [self.halved, self.flat, self.stopped, self.warned],
            "scram_events": json.dumps([asdict(event) for event in self.events]),
            "scram_count": self.count,
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Scram:
        """What `state` gave.

        Raises
        ------
        BadInput
            If it is nothing of the kind.
        """
        try:
            events = [ScramEvent(**event) for event in json.loads(state["scram_events"])]
            halved, flat, stopped, warned = (bool(flag) for flag in state["scram_flags"])
            found = cls(
                int(state["scram_attempts"]),
                float(state["scram_window"]),
                float(state["scram_recovery"]),
                float(state["scram_gain"]),
                halved,
                flat,
                stopped,
                warned,
                events,
                int(state["scram_count"]),
            )
        except (TypeError, ValueError) as error:
            raise BadInput(
                f"The SCRAM in the checkpoint cannot be read: {error}", key="scram_events"
            ) from None
        if not 0.0 < found.gain <= 1.0:
            raise BadInput("The gain in the checkpoint is out of range.", key="scram_gain", value=found.gain)
        return found


_SENTENCES: Mapping[Action, str] = {
    "newest": "Back to the newest checkpoint, with half the drive for {hold:g} s.",
    "oldest": "Back to the oldest checkpoint, with a quarter of the drive and half the step for {hold:g} s.",
    "zero": "The field is 0, the metric flat and the phases as at the start, with a quarter of the drive.",
    "stop": "The run has stopped at the newest good state; acknowledge it to go on.",
}


def amplitude_limit(config: UfieConfig) -> float:
    """Amplitude beyond which the run is rolled back: the configuration's, or m / 2 sqrt(beta); else inf.

    A uniform field of m / sqrt(beta) runs away; a saturable cubic with beta A_s^2 < m^2 never does.
    """
    if config.scram.amplitude_trip is not None:
        return config.scram.amplitude_trip
    m = config.mass_rate
    if config.beta == 0.0 or m == 0.0 or (config.saturation and config.beta * config.saturation**2 < m * m):
        return math.inf
    return 0.5 * m / math.sqrt(config.beta)


def amplitude_reason(config: UfieConfig, amplitude: float, dt: float, where: str) -> str:
    """Why an amplitude trips, as a sentence; "" where it does not.

    Without mass every amplitude runs away in the end: it trips when 1.854 / (A sqrt(beta)) is below 50 steps.
    """
    limit = amplitude_limit(config)
    if not amplitude <= limit:
        return f"|Ψ| is {amplitude:.4g} at {where}, beyond the limit {limit:.4g}."
    if config.mass == 0.0 and config.beta > 0.0 and config.saturation is None and amplitude > 0.0:
        left = QUARTER_PERIOD / (amplitude * math.sqrt(config.beta))
        if not left >= STEPS_LEFT * dt:
            return f"|Ψ| is {amplitude:.4g} at {where}, {left / dt:.0f} steps before it would be infinite."
    return ""
