"""Advancing engines that feed one another: each goes as far as it can at once, and no further."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from tauscope.engine.base import Engine
from tauscope.engine.coupling import Coupling

Exchange = Callable[[Mapping[str, Engine]], None]


class Exchanges:
    """What several engines exchange, and when.

    An engine that nothing feeds and that feeds nobody is advanced in one call; the others stop only where
    one of their couplings is due. As chunks make no difference to an engine, nor does this to the run: it
    saves what a call costs, which for a small engine is more than its step.

    Parameters
    ----------
    couplings : iterable of callable
        In the order in which they exchange; one that is switched off does nothing. Of a function that is no
        `Coupling` nothing is known: it is called after every macro tick, when all engines stand there.
    engines : mapping of str to Engine
        Engines by key.
    ratios : mapping of str to int
        Ticks of each in a macro tick.

    Attributes
    ----------
    spent : dict of str to float
        Seconds that each engine took to advance.
    """

    def __init__(
        self, couplings: Iterable[Exchange], engines: Mapping[str, Engine], ratios: Mapping[str, int]
    ) -> None:
        self._engines, self._ratios = engines, ratios
        self._active = [(couple, *self._reach(couple)) for couple in couplings if _is_on(couple)]
        self.spent = dict.fromkeys(engines, 0.0)

    def now(self) -> None:
        """Exchange at the present moment."""
        for couple, _ends, _source, _every in self._active:
            couple(self._engines)

    def advance(self, macro_ticks: int) -> None:
        """Do whole macro ticks."""
        done = dict.fromkeys(self._engines, 0)
        if self._active:
            begun = {key: engine.tick for key, engine in self._engines.items()}
            for tick in range(1, macro_ticks + 1):
                for couple, ends, source, every in self._active:
                    if every > 1 and (begun[source] + tick * self._ratios[source]) % every:
                        continue
                    for key in ends:
                        self._bring(key, done, tick)
                    couple(self._engines)
        for key in self._engines:
            self._bring(key, done, macro_ticks)

    def _bring(self, key: str, done: dict[str, int], macro_tick: int) -> None:
        """Advance an engine to a macro tick, counted from the beginning of the call."""
        if left := macro_tick - done[key]:
            began = time.perf_counter()
            self._engines[key].advance(left * self._ratios[key])
            self.spent[key] += time.perf_counter() - began
            done[key] = macro_tick

    def _reach(self, couple: Exchange) -> tuple[tuple[str, ...], str, int]:
        """Engines that stand still while it exchanges, its source, and at which of whose ticks it does."""
        if not isinstance(couple, Coupling):
            return tuple(self._engines), "", 1
        return (couple.config.source, couple.config.target), couple.config.source, couple.every


def _is_on(couple: Exchange) -> bool:
    return not isinstance(couple, Coupling) or couple.config.on
