"""Mutants of what keeps a run right: its loop, its past, its limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.faults.planting import mutant

LOOP = "tests/engine/test_loop.py::"
TROUBLE = "tests/engine/test_loop_trouble.py::"
PAST = "tests/engine/test_past.py::"


@mutant(f"{LOOP}test_physics_does_not_depend_on_the_display[toy-config0-u slope-1.0]", "== 10000")
def target(patch: pytest.MonkeyPatch) -> None:
    """The wall clock decides where a run to a tick ends."""
    from tauscope.engine.loop import Loop

    real = Loop._allowance

    def allowance(self: Loop, elapsed: float) -> int:
        aim, self._target = self._target, None
        try:
            return real(self, elapsed)
        finally:
            self._target = aim

    patch.setattr(Loop, "_allowance", allowance)


@mutant(f"{LOOP}test_a_drag_is_coalesced_and_every_value_used_is_in_the_log", "= max([")
def coalescing(patch: pytest.MonkeyPatch) -> None:
    """Every value of a slider is carried out."""
    from tauscope.engine import mailbox

    patch.setattr(mailbox, "coalesced", lambda _item: "")


@mutant(f"{LOOP}test_a_drag_is_coalesced_and_every_value_used_is_in_the_log", "assert 0 == 1")
def logging(patch: pytest.MonkeyPatch) -> None:
    """A value that a newer one may replace is used and not written down."""
    from tauscope.engine.events import Event
    from tauscope.engine.world import World

    real = World.apply

    def apply(self: World, command: Any) -> Event:
        event = real(self, command)
        if command.coalesce:
            self.events._events.pop()
        return event

    patch.setattr(World, "apply", apply)


@mutant(f"{TROUBLE}test_an_exception_of_an_engine_is_reported_and_the_loop_lives", "a kernel broke")
def loop_lives(patch: pytest.MonkeyPatch) -> None:
    """The loop catches errors of the disk and nothing else."""
    from tauscope.engine import loop

    patch.setattr(loop, "Exception", OSError, raising=False)


@mutant(f"{TROUBLE}test_dt_beyond_the_limit_pauses_within_one_chunk[0.008-3.0]", "found")
def guard(patch: pytest.MonkeyPatch) -> None:
    """No limit of any engine is looked at."""
    from tauscope.engine.world import World

    patch.setattr(World, "check", lambda _self: None)


@mutant(f"{PAST}test_any_tick_comes_back_bit_for_bit_and_goes_on_as_it_did", "Differing items")
def redone(patch: pytest.MonkeyPatch) -> None:
    """What was edited between a keyframe and a tick of the past is not done again, only kept."""
    from tauscope.engine.world import World

    patch.setattr(World, "again", lambda self, event: self.events.keep(event))


@mutant(f"{PAST}test_zeros_of_either_sign_and_nan_are_told_apart_by_their_bits", "assert not True")
def bits(patch: pytest.MonkeyPatch) -> None:
    """Keyframes share arrays whose numbers are equal."""
    from tauscope.engine import keyframes

    def equal(first: Any, second: Any) -> bool:
        return bool(np.array_equal(first, second))

    patch.setattr(keyframes.same_bits, "__code__", equal.__code__)  # the test has it by this name, too


@mutant(
    "tests/app/test_several_engines.py::test_an_edit_that_does_nothing_is_found_before_it_is_sent[kuramoto]",
    "is not None",
)
def idle(patch: pytest.MonkeyPatch) -> None:
    """An edit that the engine will refuse becomes a step."""
    from tauscope.app import refused

    patch.setattr(refused, "idle", lambda _before, _after: None)
