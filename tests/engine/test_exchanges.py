"""Engines that feed one another stop where they exchange and nowhere else, and no bit shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tauscope.engine.base import Engine, hash_state
from tauscope.engine.exchanges import Exchanges
from tauscope.engine.setup import Setup
from tauscope.engine.world import World
from tests.engine.redshift import LATTICE, clocks

CLOCKS = {"kind": "clock_rate"}
LENS = {"kind": "refraction", "every": 6}
WAVE = {"shape": [3, 1, 1, 1, 1, 1, 8, 10, 3], "c0": 200}
RATIOS = {"gravity": 2, "kuramoto": 1, "ufie": 3}
TICKS = 14


def world(couplings: Sequence[Mapping[str, Any]] = (CLOCKS, LENS)) -> World:
    others = {"kuramoto": clocks(), "ufie": WAVE}
    return World.of(Setup.of("gravity", LATTICE, others, RATIOS, couplings), seed=2)


def hashes(made: World) -> dict[str, str]:
    return {key: " ".join(hash_state(engine.state()).values()) for key, engine in made.engines.items()}


def tick_by_tick(made: World) -> dict[str, str]:
    """Advance as the definition says: every engine by its ratio, then every coupling, in order."""
    for _ in range(TICKS):
        for key, engine in made.engines.items():
            engine.advance(RATIOS[key])
        for couple in made.couplings:
            couple(made.engines)
    return hashes(made)


def chunks_of(made: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """Ticks of every call of every engine from now on."""
    calls: dict[str, list[int]] = {key: [] for key in made.engines}

    def counted(key: str, engine: Engine) -> None:
        plain = engine.advance

        def advance(ticks: int) -> None:
            calls[key].append(ticks)
            plain(ticks)

        monkeypatch.setattr(engine, "advance", advance)

    for key, engine in made.engines.items():
        counted(key, engine)
    return calls


@pytest.mark.parametrize("couplings", [(), (CLOCKS,), (LENS,), (CLOCKS, LENS), (LENS, CLOCKS)])
def test_as_the_definition_says_bit_for_bit(couplings: Sequence[Mapping[str, Any]]) -> None:
    made = world(couplings)
    made.advance(5)
    made.advance(TICKS - 5)
    assert hashes(made) == tick_by_tick(world(couplings))


def test_each_is_called_as_seldom_as_its_couplings_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    made = world()
    calls = chunks_of(made, monkeypatch)
    made.advance(TICKS)
    assert calls["gravity"] == [2] * TICKS
    assert calls["kuramoto"] == [1] * TICKS
    assert calls["ufie"] == [9] * 4 + [6], "the lattice is read at its ticks 6, 12, 18, 24"
    assert all(made.spent[key] > 0 for key in made.engines)


def test_what_is_switched_off_exchanges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    off = [{**CLOCKS, "on": False}, {**LENS, "on": False}]
    made = world(off)
    assert made.setup.couplings[0].on is False, "and is kept all the same"
    calls = chunks_of(made, monkeypatch)
    made.advance(TICKS)
    assert calls == {"gravity": [2 * TICKS], "kuramoto": [TICKS], "ufie": [3 * TICKS]}
    assert hashes(made) == tick_by_tick(world(())) != tick_by_tick(world())


def test_of_a_function_nothing_is_known_and_all_stand_at_its_tick() -> None:
    made = world(())
    seen: list[tuple[int, ...]] = []

    def look(engines: Mapping[str, Engine]) -> None:
        seen.append(tuple(engine.tick for engine in engines.values()))

    Exchanges([look], made.engines, RATIOS).advance(3)
    assert seen == [(2, 1, 3), (4, 2, 6), (6, 3, 9)]
