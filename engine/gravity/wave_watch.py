"""Says when a wave gains energy that it should not: the window of f_live is then too short."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.notices import Notice

SHORT_WINDOW = 100.0
"""Ticks of the moving average below which a wave gains energy: 0.9 per cent in 4000 ticks at 100."""

GROWTH = 1.05
"""Share of its energy at the launch above which a wave is told of."""

_MOST = 50


class WaveWatch:
    """What the lattice has said of its waves, oldest first; part of its state."""

    def __init__(self) -> None:
        self.events: tuple[Notice, ...] = ()
        self._count = 0

    def launched(self, name: str, config: GravityConfig, tick: int) -> None:
        """Say so if a wave starts on a window that is too short."""
        if config.ema_window < SHORT_WINDOW:
            self._say(tick, f"The wave “{name}” goes by a window W of {config.ema_window:g} ticks.")

    def window_changed(self, before: float, config: GravityConfig, tick: int) -> None:
        """Say so if the window becomes too short for waves that are there."""
        if config.ema_window < SHORT_WINDOW <= before and any(one.is_wave for one in config.patterns):
            self._say(tick, f"Waves go by a window W of {config.ema_window:g} ticks now.")

    def grown(self, name: str, config: GravityConfig, tick: int, energy: float, launched: float) -> bool:
        """Whether the energy has grown too far, which is then told; once is enough."""
        if not launched > 0 or energy <= GROWTH * launched:
            return False
        reason = f"The energy of the wave “{name}” is {energy / launched:.3g} times that of its launch."
        if config.ema_window >= SHORT_WINDOW:
            self._say(tick, reason, "The field changes while it passes, or W is still too short.")
        else:
            self._say(tick, reason)
        return True

    def _say(self, tick: int, reason: str, action: str = "") -> None:
        advice = action or (
            "W is too short: the noise of f_live drives it. Take about 1000 ticks; with W = 1 it skips the "
            "ticks at which a node waits, and is unstable."
        )
        notice = Notice(self._count, tick, float(tick), "warning", 0, reason, advice)
        self._count += 1
        self.events = (*self.events, notice)[-_MOST:]

    def dump(self) -> str:
        """JSON text of all that was said."""
        return json.dumps({"count": self._count, "events": [asdict(one) for one in self.events]})

    @classmethod
    def read(cls, text: Any) -> WaveWatch:
        """What `dump` gave.

        Raises
        ------
        BadInput
            If it cannot be read.
        """
        found = cls()
        try:
            data = json.loads(text)
            found._count = int(data["count"])
            found.events = tuple(Notice(**one) for one in data["events"])
        except (TypeError, ValueError, KeyError) as error:
            raise BadInput(f"The notices of the checkpoint cannot be read: {error}.", key="notices") from None
        return found
