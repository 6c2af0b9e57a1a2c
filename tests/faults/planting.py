"""What a mutant is: one small protection taken out, and the test that must fail then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A protection that is missing, and the test that must fail then, with words of its failure.

    With ``children`` it is missing in every process that the test starts, too.
    """

    plant: Plant
    test: str
    words: str
    children: bool = False


MUTANTS: dict[str, Mutant] = {}


def mutant(test: str, words: str, *, children: bool = False) -> Callable[[Plant], Plant]:
    """Keep a function that takes a protection out, under its own name."""

    def keep(plant: Plant) -> Plant:
        name = plant.__name__
        assert name not in MUTANTS, name
        MUTANTS[name] = Mutant(plant, test, words, children)
        return plant

    return keep
