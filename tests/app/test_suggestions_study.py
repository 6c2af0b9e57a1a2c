"""The assessment of a set-up: the rows of a run's log, with the engines beside it and their couplings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tauscope.app import presets
from tauscope.app.stack_log import row_of
from tauscope.app.suggestions_study import Assess, task
from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World


@dataclass
class Context:
    """Of a study that runs here."""

    options: Mapping[str, Any]
    seed: int = 1
    quick: bool = False
    told: list[float] = field(default_factory=list)

    def progress(self, fraction: float, _text: str = "") -> None:
        self.told.append(fraction)

    def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
        return registry.create(engine, config, seed=seed or self.seed)


def test_clocks_on_a_lattice_are_assessed_as_they_run() -> None:
    """Without the lattice all would tick alike, and come out locked where the run beats."""
    preset = presets.load("redshifted_clocks").with_values({"oscillators_per_cluster": 5})
    setup = preset.setup()
    context = Context(task(setup, preset.name, [3, 4], 20).options)
    report = Assess().run(context)
    assert context.told[-1] == 1.0 and len(report.tables) == 2
    for table, seed in zip(report.tables, (3, 4), strict=True):
        world = World.of(setup, seed)
        for row in table.rows:
            world.advance(4)
            assert list(row) == row_of(world.engine("kuramoto"), preset.name)
        assert world.macro_tick == 20
    assert world.engine("kuramoto").scalar("frequency_spread") > 1e-3


def test_a_set_up_without_consent_is_not_assessed() -> None:
    setup = presets.load("grid_rect").with_values({"consent_to_log": False}).setup()
    with pytest.raises(BadInput, match="does not consent"):
        Assess().run(Context(task(setup, "grid_rect", [1], 8).options))
