"""Run as a process: the whole program; a session is saved and it is killed, or one is opened and goes on.

Told ``save`` or ``open``, the file, and for ``save`` the preset to start with and the tool to show, if any.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.closing import run_driven

if TYPE_CHECKING:
    from tauscope.app.lab import Lab
    from tauscope.engine.world import World

MORE = 40
"""Ticks that the opened run goes on."""


def hashes(world: World) -> tuple[int, dict[str, dict[str, str]]]:
    """Tick of a world, and the hashes of its engines."""
    from tauscope.engine.base import hash_state

    return world.macro_tick, {key: hash_state(engine.state()) for key, engine in world.engines.items()}


def described(lab: Lab) -> dict[str, Any]:
    """Everything that a session is to bring back, as JSON."""
    from tauscope.app.parts.conditions import Conditions
    from tauscope.app.parts.sessions import Sessions, camera_of, part_of
    from tauscope.app.session import dump_content

    window = lab.window
    arrangement: Any = window.arrangement()
    docks = {
        key: (hidden, floating, str(area), sorted(mates))
        for key, (hidden, floating, area, mates) in arrangement.items()
    }
    tick, state = lab.simulation.loop.call(hashes).result(60.0)
    return {
        "tick": tick,
        "state": state,
        "content": dump_content(lab.document.content),
        "docks": docks,
        "lab": window.lab.key,
        "cameras": {key: camera_of(view) for key, view in part_of(lab, Sessions).cameras().items()},
        "speed": lab.simulation.loop.speed,
        "condition": part_of(lab, Conditions).dump(),
        "theme": lab.settings.theme,
        "undo": lab.history.stack.count(),
        "lines": len(lab.simulation.loop.call(lambda world: world.events.since(0)).result(60.0)),
    }


def change(lab: Lab) -> None:
    """Make everything other than it is at first."""
    from tauscope.app.parts.conditions import Conditions
    from tauscope.app.parts.probing import Probing
    from tauscope.app.parts.sessions import Sessions, part_of
    from tests.app.gui.test_undo_everywhere import offered

    window, content = lab.window, lab.document.content
    engine, leaf = offered(lab)[0]
    low, high = float(leaf.soft_low or 0.0), float(leaf.soft_high or 1.0)
    lab.editing.set_parameter_of(engine, leaf.path, low + 0.3 * (high - low))
    if lab.live.specs:
        part_of(lab, Probing).add("point", next(iter(lab.live.specs)), 5, 6)
    for view in part_of(lab, Sessions).cameras().values():
        view.set_camera(replace(view.camera, scale=view.camera.scale * 1.5))
    for key in ("presets", "log"):
        window.docks[key].hide()
    window.docks["timeline"].show()
    options = content.views.get("hero", window.views["hero"].options)
    lab.editing.set_view("hero", replace(options, cmap="magma"))
    scalar = next(iter(lab.scalars[content.main]))
    part_of(lab, Conditions).set(f"{scalar} > 1e30", 7)
    lab.run_control.set_speed(55.0)
    lab.actions["dark"].trigger()


def save(lab: Lab, path: Path, tool: str) -> None:
    """Change things, save, tell, and die."""
    from tauscope.app.labs import by_key
    from tauscope.app.parts.sessions import Sessions, part_of
    from tests.support.gui import paused, pump, wait_for

    wait_for(lab.app, lambda: lab.frame is not None and lab.frame.macro_tick > 20, "it runs")
    paused(lab.app, lab)
    change(lab)
    pump(lab.app, 0.3)
    if tool:
        lab.shell.show_lab(by_key(tool))
    pump(lab.app, 0.3)
    part_of(lab, Sessions).save(path)
    wait_for(lab.app, path.exists, "the session is saved")
    told(described(lab))
    os.kill(os.getpid(), signal.SIGKILL)


def opened(lab: Lab) -> None:
    """Wait for the session, tell, go on, tell."""
    from tests.support.gui import in_place, pump, wait_for

    wait_for(lab.app, lambda: lab.frame is not None, "it is open")
    in_place(lab.app, lab)
    pump(lab.app, 0.5)
    found = described(lab)
    loop = lab.simulation.loop
    lab.step(MORE)
    wait_for(
        lab.app, lambda: loop.world.macro_tick >= found["tick"] + MORE and not loop.running, "it goes on"
    )
    told({**found, "later": loop.call(hashes).result(60.0)})
    lab.window.close()


def told(words: dict[str, Any]) -> None:
    """Tell the test, as JSON on a line."""
    print("said", json.dumps(words), flush=True)


def main(what: str, path: str, preset: str, tool: str) -> None:
    """Start the program, and drive it."""
    from PySide6.QtCore import QTimer

    def drive(lab: Lab) -> None:
        def go() -> None:
            try:
                save(lab, Path(path), tool) if what == "save" else opened(lab)
            except BaseException:  # noqa: BLE001 - the window would show it and live on
                traceback.print_exc()
                os._exit(70)

        QTimer.singleShot(0, lab, go)

    run_driven(drive, preset if what == "save" else path)


if __name__ == "__main__":
    main(*sys.argv[1:])
