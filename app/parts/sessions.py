"""Sessions in the window: saving, opening, quick-saving and quick-loading, all off the GUI thread."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tauscope.app import session as files
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.labs import TOOLS
from tauscope.app.parts.conditions import Conditions
from tauscope.app.parts.part import Part
from tauscope.app.parts.trace import Trace
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.settings import settings_path
from tauscope.engine.world import World
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KINDS = "Sessions (*.tauscope)"
QUICK = "quick.tauscope"
QUICK_SAVE = "the quick-save"
FILE = "&File"

Kind = TypeVar("Kind", bound=Part)


class Sessions(Part):
    """Saves and opens sessions.

    Parameters
    ----------
    lab : Lab
        Whose document, run and window are kept.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.path: Path | None = None
        """File the present session is kept in, which Ctrl+S writes again."""

    def actions(self) -> Sequence[ActionSpec]:
        """File menu, and quick keys."""
        return [
            ActionSpec(
                "open_session",
                FILE,
                "Open s&ession…",
                self.open_dialog,
                ("Ctrl+Shift+O",),
                "open",
                tip="Go on with a run that was saved, to the last bit",
                separated=True,
            ),
            ActionSpec(
                "save_session",
                FILE,
                "Sa&ve session",
                self.save_again,
                ("Ctrl+S",),
                "save",
                tip="Document, run, layout and views in one file",
            ),
            ActionSpec("save_session_as", FILE, "Save session &as…", self.save_dialog),
            ActionSpec(
                "quick_save",
                FILE,
                "Quick-save",
                self.quick_save,
                ("F6",),
                tip="Keep this moment to come back to",
            ),
            ActionSpec(
                "quick_load", FILE, "Quick-load", self.quick_load, ("F9",), tip="Back to the moment of F6"
            ),
        ]

    # -- saving

    @property
    def quick_path(self) -> Path:
        """File of the quick-save."""
        return settings_path().parent / QUICK

    def save_again(self) -> None:
        """Save to the session's file, or ask for one at the first time."""
        if self.path is None:
            self.save_dialog()
        else:
            self.save(self.path)

    def save_dialog(self) -> None:
        """Ask for a file and save to it."""
        suggested = str(self.path or self.lab.files.suggestion(files.SUFFIX))
        ask_file(self.lab.window, "Save session", suggested, KINDS, self.save, save=True)

    def quick_save(self) -> None:
        """Keep the present moment in the one quick-save file."""
        self.save(self.quick_path, quick=True)

    def save(self, path: Path | str, quick: bool = False) -> None:
        """Save the present moment; a file of that name is replaced once the new one is whole."""
        lab, target = self.lab, Path(path)
        content, window, origin = lab.document.content, self.window_state(), part_of(lab, Trace).origin
        if lab.frame is None or content.engine not in lab.simulation.loop.world.engines:
            lab.notify("warning", "There is no run yet that could be saved; load a preset first.")
            return

        def write(moment: files.Moment) -> None:
            def work() -> files.Moment:
                if quick:
                    target.parent.mkdir(parents=True, exist_ok=True)
                files.save(target, content, moment, origin=origin, window=window, over=True)
                return moment

            lab.files.write(target, "session", work, lambda kept: self._saved(kept, target, quick), self.save)

        lab.background.watch(lab.simulation.loop.call(files.Moment.of), write)

    def _saved(self, moment: files.Moment, path: Path, quick: bool) -> None:
        lab = self.lab
        if quick:
            text = f"Quick-saved at tick {moment.frame.tick:,}; F9 comes back here."
        else:
            self.path = path
            lab.settings.recording_folder = str(path.parent)
            text = f"The session was saved at tick {moment.frame.tick:,} in {path}."
        lab.notify("info", text, key="session")

    def window_state(self) -> dict[str, Any]:
        """What the window shows, as JSON."""
        lab = self.lab
        return {
            "layout": lab.shell.layout(),
            "tool": lab.shell.tool,
            "cameras": {key: camera_of(view) for key, view in self.cameras().items()},
            "speed": lab.simulation.loop.speed,
            "condition": part_of(lab, Conditions).dump(),
            "results": self.results(),
        }

    def results(self) -> dict[str, Any]:
        """What the parts worked out and show beside the run, as JSON."""
        return {
            key: found for part in self.lab.parts if part is not self for key, found in part.results().items()
        }

    # -- opening

    def open_dialog(self) -> None:
        """Ask for a session and open it."""
        ask_file(self.lab.window, "Open session", str(self.lab.files.folder), KINDS, self.open)

    def quick_load(self) -> None:
        """Back to the moment of the quick-save; it plays on where the run plays."""
        path, lab = self.quick_path, self.lab
        if not path.exists():
            lab.notify("info", "Nothing was quick-saved yet; F6 keeps the present moment.", key="session")
            return
        self.open(path, quick=True)

    def open(self, path: Path | str, quick: bool = False, called: str = QUICK_SAVE) -> None:
        """Open a session; the present run goes on until the new one is whole.

        Parameters
        ----------
        path : path
            The file.
        quick : bool
            Whether it is one of the program's own, which Ctrl+S never writes and which brings no layout.
        called : str
            What such a file is called.
        """
        source = Path(path)
        wanted = self.lab.runs.wish()

        def read() -> tuple[files.Session, World]:
            return files.open_run(source)

        def use(found: tuple[files.Session, World]) -> None:
            if wanted():  # else a preset, a recording or another session was asked for later
                self._use(*found, called if quick else "")

        self.lab.background.run(read, use)

    def _use(self, session: files.Session, world: World, called: str) -> None:
        lab, quick = self.lab, bool(called)
        first = session.content.engine not in lab.simulation.loop.world.engines
        name = called or session.path.name
        path = None if quick else session.path
        results = session.window.get("results")
        opening = _Opening(
            self,
            name,
            files.Parked(world, session.origin),
            path,
            called == QUICK_SAVE,
            results if isinstance(results, Mapping) else {},
        )
        lab.history.push(
            session.content, "Quick-load" if called == QUICK_SAVE else f"Open {name}", put=opening.put
        )
        if first:
            lab.history.clear()  # there is no run to go back to
        if not lab.window.recording.choice().path:  # no preset was opened that would have named one
            lab.window.recording.set_path(lab.files.suggestion(".h5"))
        window = session.window
        if "speed" in window:
            speed = window["speed"]
            lab.run_control.set_speed(float(speed) if isinstance(speed, int | float) and speed > 0 else None)
        part_of(lab, Conditions).load(window.get("condition"))
        if not quick:
            self._show(window)

    def cameras(self) -> dict[str, FieldView | CirclesView]:
        """Views with a camera, by the keys they have in files."""
        window = self.lab.window
        slices = {key: view.canvas for key, view in part_of(self.lab, UfieSlices).views.items()}
        shown = {**window.centres, **window.views, **slices}
        return {key: view for key, view in shown.items() if isinstance(view, FieldView | CirclesView)}

    def _show(self, window: Mapping[str, Any]) -> None:
        """Layout, cameras and tool of a session; what does not fit this window is left as it is."""
        lab, layout = self.lab, window.get("layout")
        lab.shell.leave_tool()
        if isinstance(layout, str) and layout and not lab.window.restore_layout("", layout):
            lab.notify("info", "The session's layout did not fit this window; the built-in one is used.")
        cameras = window.get("cameras")
        for key, view in self.cameras().items():
            kept = cameras.get(key) if isinstance(cameras, Mapping) else None
            aim(view, kept if isinstance(kept, Mapping) else {})
        tool = next((one for one in TOOLS if one.key == window.get("tool")), None)
        if tool is not None:
            lab.shell.show_tool(tool)


class _Opening:
    """Step of the history that puts a session in place of the present run, and that run back again."""

    def __init__(
        self,
        part: Sessions,
        name: str,
        parked: files.Parked,
        path: Path | None,
        plays_on: bool,
        results: Mapping[str, Any],
    ) -> None:
        self._part, self._name, self._parked = part, name, parked
        self._path = path
        """File of the session that is not in place; None for a quick-save, which leaves Ctrl+S its file."""
        self._quick = path is None
        self._results = results
        """What was worked out beside the run that is not in place."""
        self._plays_on = plays_on
        """Whether it plays on at once where the run played; what was left long ago waits to be looked at."""
        self._times = 0

    def put(self, content: Content) -> None:
        """Open the session, undo that, or redo it."""
        part, lab = self._part, self._part.lab
        results = part.results()
        self._times += 1
        undone, running = self._times % 2 == 0, lab.simulation.loop.will_run
        plays = running and (self._plays_on or self._times > 1)
        then = "it goes on" if plays else "press play to go on"
        what = f"the run before {self._name}" if undone else self._name

        def placed(tick: int) -> None:
            if kept:
                text = f"Back at tick {tick:,} of {what}; {then}."
            else:
                text = f"The world of {what} was let go for a newer one; its set-up starts again at tick 0."
            lab.notify("info", text, key="session")

        kept = self._parked.kept
        for one in lab.parts:
            one.bring_results(self._results, content)
        self._results = results
        lab.runs.exchange(content, self._parked, plays, placed)
        if not self._quick:
            part.path, self._path = self._path, part.path


def part_of(lab: Lab, kind: type[Kind]) -> Kind:
    """The lab's part of a kind."""
    return next(part for part in lab.parts if isinstance(part, kind))


def camera_of(view: FieldView | CirclesView) -> dict[str, Any]:
    """Where a view looks: the centre and the cells from side to side, or that it shows everything."""
    camera = view.camera
    return {
        "fit": view.stage.is_fitted,
        "cx": camera.cx,
        "cy": camera.cy,
        "cells": camera.width / camera.scale,
    }


def aim(view: FieldView | CirclesView, kept: Mapping[str, Any]) -> None:
    """Look where a view looked, whatever its size now; at everything where that is not known."""
    with contextlib.suppress(KeyError, TypeError, ValueError):  # a file of another version, or none
        cx, cy, cells = (float(kept[key]) for key in ("cx", "cy", "cells"))
        if not kept.get("fit", True) and math.isfinite(cx + cy + cells) and cells > 0:
            view.stage.look(cx, cy, cells)
            return
    view.fit()
