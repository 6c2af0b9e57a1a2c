"""Live scan: a live parameter goes to and fro through its range by itself while the run goes on."""

from __future__ import annotations

from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World

DIGITS = 6
"""Decimals of the values that are set: enough for every slider, and short in the event log."""


class LiveScan:
    """Tracker that sets a live parameter at macro ticks, by the time of the engine and never of the clock.

    The value starts where it stands, rises to ``high``, falls to ``low`` and so on, at one speed. Each change
    is a command in the event log, so that a replay does the same.

    Parameters
    ----------
    engine : str
        Key of the engine.
    path : str
        Live parameter, a number.
    low, high : float
        Range, in the parameter's unit.
    period : float
        Time of the engine from one end of the range to the other.
    every : int
        Macro ticks between two changes, which fall on multiples of it.

    Raises
    ------
    BadInput
        An empty range, or a period or ``every`` that is not positive.
    """

    def __init__(self, engine: str, path: str, low: float, high: float, period: float, every: int) -> None:
        rules = (
            ("high", high, high > low, f"more than {low:g}"),
            ("period", period, period > 0, "above 0"),
            ("every", every, every >= 1, "1, 2, …"),
        )
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"A scan with {key} = {value:g}.", key=key, value=value, allowed=allowed)
        self.engine, self.path = engine, path
        self.low, self.high, self.period, self.every = low, high, period, every
        self.value: float | None = None
        """Value that was set last; None before the first."""
        self._start: tuple[float, float] | None = None
        self._ended = False

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of ``every``, until it has ended."""
        return None if self._ended else (macro_tick // self.every + 1) * self.every

    def begin(self, world: World) -> None:
        """Start from the present value, on the simulation thread."""
        engine = world.engine(self.engine)
        value = min(max(float(getattr(engine.config, self.path)), self.low), self.high)
        self._start = engine.time, value - self.low

    def at(self, time: float) -> float:
        """Value at a time of the engine, once begun."""
        began, offset = self._start or (time, 0.0)
        span = self.high - self.low
        way = (offset + (time - began) * span / self.period) % (2 * span)
        return min(max(round(self.low + min(way, 2 * span - way), DIGITS), self.low), self.high)

    def sample(self, world: World) -> None:
        """Set the value of now; a world that was exchanged for one without the engine ends it."""
        engine = world.engines.get(self.engine)
        if engine is None or self._ended:
            self._ended = True
            return
        if self._start is None:
            self.begin(world)
        value = self.at(engine.time)
        if value != getattr(engine.config, self.path):
            set_value(world, self.engine, self.path, value, "scan")
        self.value = value

    def end(self, world: World) -> float:
        """Set nothing more; returns the value that stands."""
        self._ended = True
        return float(getattr(world.engine(self.engine).config, self.path))


def set_value(world: World, engine: str, path: str, value: float, origin: str) -> None:
    """Set a live parameter between two ticks, and log it."""
    coalesce = f"set:{engine}:{path}"
    world.apply(Command(engine, "set", {"path": path, "value": value}, coalesce=coalesce, origin=origin))
