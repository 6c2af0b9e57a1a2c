"""Behaviour 7 in several labs: every edit is one stack, the cameras another; live edits replay to the bit."""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.cameras import Cameras
from tauscope.app.parts.probing import Probing
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.engine.base import hash_state
from tauscope.engine.config import Leaf, leaves
from tauscope.widgets.state import RecordingChoice, SliceOptions
from tests.app.gui import test_undo
from tests.conftest import ROOT
from tests.support.gui import PATIENCE, in_place, paused, pump, served, wait_for

LABS = (
    "two_bodies", "circle6_center", "golden_drive", "charge_fixed", "gauge_confinement_2d", "everything",
)  # fmt: skip
"""Every engine with a time, and several at once."""
QUICK = ("two_bodies", "circle6_center", "everything")
PATHS = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))


def offered(lab: Lab) -> list[tuple[str, Leaf]]:
    """Live numbers of every engine that runs, of those that do something in its set-up."""
    return [
        (key, leaf)
        for key, config in lab.document.content.configs.items()
        for leaf in leaves(type(config))
        if leaf.live
        and leaf.type_name == "float"
        and leaf.soft_low is not None
        and leaf.soft_high is not None
        and leaf.path not in config.unused()
    ]


def act(lab: Lab, rng: random.Random) -> None:
    """One random edit, of any kind that the lab knows."""
    kind, content = rng.randrange(10), lab.document.content
    if kind < 4:
        engine, leaf = rng.choice(offered(lab))
        low, high = float(leaf.soft_low or 0.0), float(leaf.soft_high or 1.0)
        value = low + (high - low) * rng.uniform(0.05, 0.4)
        for phase in rng.choice((["commit"], ["press", "drag", "drag", "release"])):
            value += (high - low) * 0.01
            lab.editing.set_parameter_of(engine, leaf.path, value, phase)
    elif kind == 4:
        view = rng.choice(["hero", "tau", "phi"])
        options = content.views.get(view, lab.window.views[view].options)
        lab.editing.set_view(view, replace(options, cmap=rng.choice(["magma", "viridis", "inferno"])))
    elif kind == 5:
        probing = part_of(lab, Probing)
        known = [probe.id for probe in content.probes]
        if known and rng.random() < 0.4:
            probing.delete(rng.choice(known))
        elif lab.live.specs:
            probing.add("point", next(iter(lab.live.specs)), rng.randrange(4, 40), rng.randrange(4, 40))
    elif kind == 6:
        lab.document.focus(rng.choice(list(content.configs)))  # no edit: the hash does not know of it
    elif kind == 7 and "ufie" in content.configs:
        key = rng.choice(list(part_of(lab, UfieSlices).views))
        plane = content.slices.get(key, SliceOptions())
        lab.editing.set_slices({key: replace(plane, axes=(plane.axes[1], plane.axes[0]))}, "Swap axes")
    elif kind == 8:
        tick = lab.simulation.loop.world.macro_tick
        lab.travel.go(max(tick - rng.randrange(1, 300), 0))
        wait_for(lab.app, lambda: not lab.travel.busy, "the run is at another tick")
        lab.set_playing(True)
    elif "gravity" in content.configs:
        lab.document.focus("gravity")
        test_undo.act(lab, rng)


def agree(lab: Lab, app: QApplication) -> None:
    """Every engine runs what the document says."""
    in_place(app, lab)
    future = lab.simulation.loop.call(lambda world: {k: e.config.dump() for k, e in world.engines.items()})
    running = future.result(PATIENCE)
    for key, config in lab.document.content.configs.items():
        wanted = config.dump()
        assert {k: v for k, v in running[key].items() if v != wanted[k]} == {
            k: v for k, v in wanted.items() if v != running[key][k]
        }


@pytest.mark.parametrize(
    ("preset", "count"),
    [
        *[(name, 20) for name in QUICK],
        *[pytest.param(name, 200, marks=pytest.mark.slow) for name in LABS],
    ],
)
def test_random_actions_in_any_lab_undo_and_redo_through_matching_hashes(
    make_lab: Callable[..., Lab], qapp: QApplication, preset: str, count: int
) -> None:
    """With returns to the past among them, which change the document where edits lay in between."""
    lab, rng = make_lab(preset), random.Random(11)
    stack = lab.history.stack
    stack.clear()
    hashes = {0: lab.document.content.digest()}
    for _ in range(20 * count):
        if stack.index() >= count:
            break
        act(lab, rng)
        hashes[stack.index()] = lab.document.content.digest()
        pump(qapp, 0.005)
    assert stack.index() >= count
    last = stack.index()
    for index in range(last - 1, -1, -1):
        stack.undo()
        assert lab.document.content.digest() == hashes[index], stack.redoText()
    agree(lab, qapp)
    for index in range(1, last + 1):
        stack.redo()
        assert lab.document.content.digest() == hashes[index], stack.undoText()
    agree(lab, qapp)
    assert lab.history.bytes <= lab.history.most_bytes


def test_the_document_is_replaced_through_the_history_alone() -> None:
    """Steps of the history replace it, a start does before there is any, and `runs.follow` is noted."""
    allowed = {
        "kicks.py": 1, "gallery.py": 1, "runs.py": 2, "parts/ufie_scan.py": 2, "time_travel.py": 1,
    }  # fmt: skip
    found: dict[str, int] = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            holder = ast.unparse(node.func.value)
            wanted = (node.func.attr == "replace" and holder.endswith("document")) or (
                node.func.attr == "follow" and holder.endswith("runs")
            )
            if wanted:
                name = path.relative_to(ROOT / "app").as_posix()
                found[name] = found.get(name, 0) + 1
    assert found == allowed


def test_cameras_go_back_and_on_by_themselves(lab: Lab, qapp: QApplication) -> None:
    view, cameras = lab.window.views["hero"], part_of(lab, Cameras)
    paused(qapp, lab)
    pump(qapp, 0.5)
    digest, places = lab.document.content.digest(), []
    for factor in (2.0, 1.5):
        view.stage.zoom(factor, 200.0, 120.0)
        view.stage.pan(10.0, 5.0)
        cameras._settle()
        places.append((view.camera.cx, view.camera.cy, view.camera.scale))
    lab.actions["camera_back"].trigger()
    assert (view.camera.cx, view.camera.cy, view.camera.scale) == pytest.approx(places[0])
    lab.editing.set_parameter("capacity", 1.25)
    lab.undo()
    assert (view.camera.cx, view.camera.cy, view.camera.scale) == pytest.approx(places[0])
    lab.actions["camera_on"].trigger()
    assert (view.camera.cx, view.camera.cy, view.camera.scale) == pytest.approx(places[1])
    for _ in range(3):
        lab.actions["camera_back"].trigger()
    assert view.stage.is_fitted
    assert lab.document.content.digest() == digest
    assert not lab.history.stack.canUndo()


@pytest.mark.parametrize(
    ("preset", "count"),
    [
        ("two_bodies", 25),
        *[pytest.param(name, 200, marks=pytest.mark.slow) for name in LABS],
    ],
)
def test_live_interactions_replay_to_the_same_hashes_in_another_process(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path, preset: str, count: int
) -> None:
    lab, rng, path = make_lab(preset), random.Random(5), tmp_path / "live.h5"
    paused(qapp, lab)
    lab.reset()
    in_place(qapp, lab)
    lab.set_speed(2000.0)
    lab.files.start_recording(RecordingChoice(str(path), (), 50))
    wait_for(qapp, lambda: lab.record.active, "it records")
    lab.set_playing(True)
    done = 0
    while done < count:
        engine, leaf = rng.choice(offered(lab))
        low, high = float(leaf.soft_low or 0.0), float(leaf.soft_high or 1.0)
        if "gravity" in lab.document.content.configs and rng.random() < 0.4:
            lab.document.focus("gravity")
            before = lab.document.content
            test_undo.act(lab, rng)
            done += lab.document.content is not before
        else:
            lab.editing.set_parameter_of(engine, leaf.path, low + (high - low) * rng.uniform(0.05, 0.4))
            done += 1
        pump(qapp, 0.02)
    tick = paused(qapp, lab)
    events = lab.simulation.loop.call(lambda world: len(world.events)).result(PATIENCE)
    assert events >= count // 2
    live = lab.simulation.loop.call(
        lambda world: {key: hash_state(engine.state()) for key, engine in world.engines.items()}
    ).result(PATIENCE)
    session = tmp_path / "live.tauscope"
    part_of(lab, Sessions).save(session)
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.active and lab.background.idle, "the recording is closed")
    assert served(qapp, lab) == tick
    assert session.exists()
    for threads in ("1", "2"):
        environment = {
            **os.environ, "PYTHONPATH": PATHS, "NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads,
        }  # fmt: skip
        replay = subprocess.run(
            [sys.executable, "-m", "tauscope.app", "replay", str(path), "--verify"],
            capture_output=True, text=True, timeout=600, env=environment, cwd=tmp_path, check=False,
        )  # fmt: skip
        assert replay.returncode == 0, replay.stdout + replay.stderr
        if count < 100:
            break
    again = make_lab("single_mass")
    part_of(again, Sessions).open(session)
    wait_for(qapp, lambda: again.simulation.loop.world.macro_tick == tick, "the session is open")
    in_place(qapp, again)
    assert live == again.simulation.loop.call(
        lambda world: {key: hash_state(engine.state()) for key, engine in world.engines.items()}
    ).result(PATIENCE)
