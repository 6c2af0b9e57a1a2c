"""The trace of two coupled engines is a script that does the run again, to the last bit."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from tauscope.app.document import content_of
from tauscope.app.session import Origin
from tauscope.app.trace import command_line, create_line, script
from tauscope.engine.base import Command
from tauscope.engine.world import World
from tests.engine.redshift import LATTICE, clocks, coupling, hashes


def test_the_script_of_two_engines_does_the_run_again(tmp_path: Path) -> None:
    content = content_of(
        "kuramoto",
        clocks(),
        seed=3,
        companions={"gravity": LATTICE},
        ticks={"gravity": 3},
        couplings=[coupling()],
    )
    world = World.of(content.setup(), seed=3)
    world.advance(7)
    world.apply(Command("kuramoto", "set", {"path": "K", "value": 0.4}))
    world.advance(5)
    world.apply(Command("gravity", "update_source", {"id": "m", "strength": 0.02}))
    theta = world.engine("kuramoto").field("theta")
    world.apply(Command("kuramoto", "set_field", {"name": "theta", "value": theta[::-1].copy()}))
    world.advance(9)
    origin = Origin.of(content.focused("gravity"))
    path = tmp_path / "trace.py"
    path.write_text(script(origin, world.events.since(0), world.macro_tick, "both"), encoding="utf-8")
    names: dict[str, object] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    again = names["world"]
    assert isinstance(again, World)
    assert hashes(again) == hashes(world)
    assert said.getvalue().splitlines()[0] == "tick 21"
    assert "gravity.f_traffic_min" in said.getvalue()


def test_one_engine_is_still_called_eng() -> None:
    assert create_line(Origin("gravity", {"nx": 8})).startswith("eng = create('gravity', {'nx': 8}")
    command = Command("gravity", "set", {"path": "capacity", "value": 2.0})
    assert command_line(command) == "eng.set('capacity', 2.0)"
    assert command_line(command, alone=False) == "world.engine('gravity').set('capacity', 2.0)"
