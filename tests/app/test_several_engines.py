"""Presets, documents and runs without a window of two coupled engines."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import checkpoint, headless, presets, refused
from tauscope.app.changes import difference
from tauscope.app.document import Document, content_of, value_at
from tauscope.app.recording import rerun
from tauscope.app.undo import History
from tauscope.engine.base import Command
from tauscope.engine.condition import Condition, Held, read_scalars, scalar_names
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.conformance.cases import CASES
from tests.engine.redshift import LATTICE, clocks, coupling, hashes


def preset() -> presets.Preset:
    return presets.Preset.make(
        "Clocks",
        "kuramoto",
        clocks(),
        companions={"gravity": LATTICE},
        ticks={"gravity": 3},
        couplings=[coupling()],
    )


def content(**changes: Any) -> Any:
    made = {
        "companions": {"gravity": LATTICE},
        "ticks": {"gravity": 3},
        "couplings": [coupling()],
        **changes,
    }
    return content_of("kuramoto", clocks(), seed=3, **made)


# -- presets


def test_a_preset_of_two_engines_returns_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "clocks.json"
    path.write_text(json.dumps(preset().dump()), encoding="utf-8")
    found = presets.read(path)
    assert found.setup() == preset().setup()
    assert found.ratios() == {"kuramoto": 1, "gravity": 3}


def test_values_of_companions_are_named_with_their_engine() -> None:
    changed = preset().with_values({"K": 0.5, "gravity.sources.m.strength": 0.02, "geometry.kind": "ring"})
    config = changed.companions["gravity"].config
    assert config["sources"][0]["strength"] == 0.02
    assert (changed.config["K"], changed.config["geometry"]["kind"]) == (0.5, "ring")
    with pytest.raises(BadInput, match="survivl"):
        preset().with_values({"gravity.survivl": 0.9})
    with pytest.raises(BadInput, match="outside the lattice"):
        preset().with_values({"gravity.nx": 40})


def test_a_companion_that_is_no_engine_is_refused_with_the_file() -> None:
    data = {**preset().dump(), "companions": {"gravty": {"config": {}}}}
    with pytest.raises(BadInput, match=r"here\.json: .*gravty"):
        presets.parse(json.dumps(data), "here.json")


def test_an_expectation_may_be_of_a_companion() -> None:
    data = preset().dump()
    data["expect"] = [
        {"scalar": "f_traffic_min", "range": [0.3, 0.7], "ticks": 200, "engine": "gravity"},
        {"scalar": "frequency_mean", "range": [1.5, 2.0], "ticks": 100},
    ]
    low, wrong = presets.check_expectations(presets.parse(json.dumps(data), "here"))
    assert low.passed, low
    assert not wrong.passed


# -- documents


def test_the_focus_makes_no_difference_to_what_runs() -> None:
    made = content()
    other = made.focused("gravity")
    assert (other.engine, other.main, made.main) == ("gravity", "kuramoto", "kuramoto")
    assert other.digest() == made.digest()
    assert other.setup() == made.setup()
    assert other.focused("kuramoto") == made
    assert difference(made, other) == []
    assert made.lattice == other
    with pytest.raises(BadInput, match="ufie"):
        made.focused("ufie")


def test_nested_entries_and_lists_are_told_by_path() -> None:
    document = Document(content())
    changed = document.with_value("drive.amplitude", 0.7)
    assert difference(document.content, changed) == [
        Command("kuramoto", "set", {"path": "drive.amplitude", "value": 0.7}, "set:kuramoto:drive.amplitude")
    ]
    changed = document.with_value("detuning", [0.1, 0.0, -0.1])
    assert difference(document.content, changed) == [
        Command("kuramoto", "set", {"path": "detuning", "value": [0.1, 0.0, -0.1]}, "set:kuramoto:detuning")
    ]
    assert difference(document.content, document.with_value("drive.kind", "lorenz")) is None
    assert difference(document.content, document.with_value("clock_places", [[1, 1], [2, 2], [3, 3]])) is None


def test_other_engines_ratios_and_couplings_need_a_restart() -> None:
    before = content()
    assert difference(before, content(ticks={"gravity": 4})) is None
    assert difference(before, content(couplings=[])) is None
    assert difference(before, content(companions={}, ticks={}, couplings=[])) is None
    assert difference(before, content(ticks={"gravity": 3, "kuramoto": 1})) == []


def test_undo_goes_over_both_engines_and_leaves_the_focus() -> None:
    document = Document(content())
    history = History(document)
    first = document.content
    history.push(document.with_value("K", 0.5), "Set K")
    history.push(document.with_source_changes({"m": {"x": 30.0}}), "Move source")
    assert document.content.engine == "kuramoto"
    document.focus("gravity")
    history.push(document.with_value("survival", 0.99), "Set survival")
    for _ in range(3):
        history.stack.undo()
        assert document.content.engine == "gravity"
    assert document.content.digest() == first.digest()
    history.stack.redo()
    assert document.content.configs["kuramoto"].dump()["K"] == 0.5


def test_a_selection_is_of_the_lattice_whichever_is_in_focus() -> None:
    document = Document(content())
    document.select(frozenset({"m", "gone"}))
    assert document.selection == frozenset({"m"})
    document.replace(document.without_sources(frozenset({"m"})))
    assert document.selection == frozenset()


# -- conditions


def test_conditions_name_scalars_of_every_engine() -> None:
    world = World.of(content().setup(), seed=3)
    world.advance(60)
    names = scalar_names(world)
    assert {"R_total", "gravity_f_traffic_min"} <= set(names)
    values = read_scalars(world, ("R_total", "gravity_f_traffic_min"))
    assert values["gravity_f_traffic_min"] == world.engine("gravity").scalar("f_traffic_min")
    held: list[Held] = []
    condition = Condition("gravity_f_traffic_min < 0.9", tuple(names), 1, held.append)
    condition.sample(world)
    assert [one.tick for one in held] == [60]


# -- runs without a window


def test_a_run_without_a_window_writes_and_goes_on(tmp_path: Path) -> None:
    plan = headless.Plan(
        preset(),
        ticks=40,
        seed=3,
        every=5,
        fields=("theta", "gravity:f_traffic"),
        record=tmp_path / "run.h5",
        log=tmp_path / "log.csv",
        state=tmp_path / "state.npz",
        snapshot=tmp_path / "f.png",
    )
    outcome = headless.run(plan)
    assert (outcome.status, outcome.tick) == ("done", 40)
    assert {"R_total", "gravity.f_traffic_min"} <= set(outcome.scalars)
    assert {"rates", "gravity.scalars"} <= set(outcome.hashes)
    assert (tmp_path / "f.png").stat().st_size > 1000
    assert rerun.rerun(tmp_path / "run.h5", True, lambda _fraction, _text: None).passed
    with (tmp_path / "log.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) >= 9
    start = checkpoint.load(tmp_path / "state.npz")
    changes = {"gravity.survival": 0.99, "K": 0.4}
    named = preset().named("clocks")
    on = headless.run(headless.Plan(preset().named(start.preset), ticks=10, start=start, changes=changes))
    again = World.of(named.setup(), seed=3)
    again.advance(40)
    again.apply(Command("gravity", "set", {"path": "survival", "value": 0.99}))
    again.apply(Command("kuramoto", "set", {"path": "K", "value": 0.4}))
    again.advance(10)
    found = hashes(again)
    assert on.hashes["rates"] == found["kuramoto"]["rates"]
    assert on.hashes["theta" if "theta" in on.hashes else "zr"] == found["kuramoto"].get(
        "theta", found["kuramoto"].get("zr")
    )
    assert on.hashes["gravity.scalars"] == found["gravity"]["scalars"]


def test_unknown_fields_and_pictures_of_no_lattice_are_refused(tmp_path: Path) -> None:
    for name in ("gravity:f_trafic", "f_traffic", "ufie:E"):
        with pytest.raises(BadInput) as caught:
            headless.run(headless.Plan(preset(), ticks=1, fields=(name,)))
        assert caught.value.key == "--fields"
    alone = presets.Preset.make("Alone", "kuramoto", clocks())
    with pytest.raises(BadInput) as caught:
        headless.run(headless.Plan(alone, ticks=1, snapshot=tmp_path / "f.png"))
    assert caught.value.key == "--snapshot"


def test_values_come_in_an_order_in_which_an_engine_takes_each() -> None:
    """A width before its gate is shut, and after it was opened."""
    shut = Document(content()).with_value("gate.sigma", 0.07)
    wide = Document(Document(shut).with_value("gate.on", True)).with_value("gate.sigma", 0.05)
    for before, after, order in (
        (shut, wide, ["gate.on", "gate.sigma"]),
        (wide, shut, ["gate.sigma", "gate.on"]),
    ):
        commands = difference(before, after)
        assert commands is not None and [one.args["path"] for one in commands] == order


@pytest.mark.parametrize("engine", sorted({case.engine for case in CASES} - {"toy"}))
def test_an_edit_that_does_nothing_is_found_before_it_is_sent(engine: str) -> None:
    """As the engine itself would find; without that, the document would hold what does not run."""
    found = list[str]()
    for case in [case for case in CASES if case.engine == engine][:4]:
        made, running = content_of(engine, case.config), case.make()
        idle = made.config.unused()
        for leaf in leaves(type(made.config)):
            value = value_at(made.config, leaf.path)
            if not (leaf.live and leaf.path in idle and leaf.type_name == "float"):
                continue
            other = value * 1.01 if value else (leaf.soft_high or 1.0) / 2
            edited = replace(made, config=made.config.with_value(leaf.path, other))
            error = refused.idle(made, edited)
            assert error is not None and idle[leaf.path] in str(error)
            with pytest.raises(BadInput, match=re.escape(idle[leaf.path])):
                running.set(leaf.path, other)
            found.append(leaf.path)
        assert refused.idle(made, replace(made, seed=2)) is None
    assert found, "no case has a parameter that does nothing"
