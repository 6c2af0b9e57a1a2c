"""Files from the window: opening, presets, snapshots, recordings; all work is done off the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

import numpy as np
import platformdirs
from PySide6.QtWidgets import QFileDialog

from tauscope.app import gauge_planes, presets
from tauscope.app.disk_watch import DiskWatch
from tauscope.app.gallery import small_png
from tauscope.app.outputs import fresh
from tauscope.app.record_control import free_space
from tauscope.app.recording.limits import next_part
from tauscope.app.recording.recorder import SUFFIXES
from tauscope.app.recording.sinks import RunReplaced, WriterDied
from tauscope.app.session import SUFFIX as SESSION
from tauscope.app.snapshot import save_snapshot, snapshot_png
from tauscope.app.storage import may_be_elsewhere, nearest_folder, trouble
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.widgets.dialogs import ask_folder, ask_text
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.save_dialogs import SnapshotChoice
from tauscope.widgets.state import RecordingChoice

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

Result = TypeVar("Result")
FIXED = ("frozen", "once")
"""Limits of a view that do not follow each frame."""
DIALOG = QFileDialog.Option.DontUseNativeDialog


@dataclass(frozen=True, slots=True)
class _Refused:
    """A file that disk or folder refused."""

    error: BadInput


class Files:
    """File actions of the window.

    Parameters
    ----------
    lab : Lab
        Session whose window and run are meant.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._part: Path | None = None
        self._begun: set[str] = set()
        self._starting = False
        self._stops_at_once = False
        self.disk = DiskWatch(lab, self._stop_recording)
        self._suggested: dict[str, str] = {}
        self._asked: Future[float] | None = None

    @property
    def folder(self) -> Path:
        """Folder suggested for new files."""
        kept = self._lab.settings.recording_folder
        return Path(kept) if kept else Path(platformdirs.user_documents_dir()) / "Tauscope"

    def suggestion(self, suffix: str, name: str = "") -> str:
        """Fresh path for a new file, named after the preset unless another name is given."""
        name = name or self._lab.document.content.preset or "run"
        stem = self.folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
        path, number = f"{stem}{suffix}", 2
        while path in self._begun:  # in the same second
            path, number = f"{stem}_{number:03d}{suffix}", number + 1
        self._suggested[suffix] = path
        return path

    def makes_folder(self, path: Path) -> bool:
        """Whether a file goes to the program's own folder for the first time; only then may it be made.

        A folder that was used before and is gone was removed, or its disk was: that is said, not mended.
        """
        return not self._lab.settings.recording_folder and path.parent == self.folder

    # -- writing

    def write(
        self,
        path: Path,
        what: str,
        work: Callable[[], Result],
        then: Callable[[Result], object],
        again: Callable[[str], object],
    ) -> None:
        """Write a file off the GUI thread; where disk or folder refuse it, another folder is one click away.

        Parameters
        ----------
        path : Path
            File to write.
        what : str
            Its name in messages, as in "session".
        work : callable
            Writes it.
        then : callable
            Told of the result, on the GUI thread.
        again : callable
            Writes the same to another path.
        """

        def tried() -> Result | _Refused:
            try:
                return work()
            except OSError as error:
                return _Refused(trouble(error, path, what))
            except BadInput as error:
                if not may_be_elsewhere(error):
                    raise
                return _Refused(error)

        def told(result: Result | _Refused) -> None:
            if isinstance(result, _Refused):
                self.offer_folder(result.error, path, again)
            else:
                then(result)

        self._lab.background.run(tried, told, keep=True)

    def offer_folder(self, error: BaseException, path: Path, again: Callable[[str], object]) -> None:
        """Say why a file cannot be written, with a button that tries another folder."""

        def elsewhere(folder: str) -> None:
            again(str(fresh(Path(folder) / path.name)))

        def try_again() -> None:
            again(str(path))

        def ask(start: Path) -> None:
            ask_folder(self._lab.window, "Choose another folder", str(start), elsewhere)

        def choose() -> None:
            self._lab.background.run(lambda: nearest_folder(path), ask)

        actions = [("Choose another folder…", choose), ("Try again", try_again)]
        self._lab.notify("error", str(error), actions=actions, key=_key(path))

    # -- opening and presets

    def open_dialog(self) -> None:
        """Ask for a recording or a preset file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._lab.window,
            "Open",
            str(self.folder),
            "Recordings, sessions and presets (*.h5 *.tauscope *.json);;All files (*)",
            options=DIALOG,
        )
        if path:
            self.open_path(path)

    def open_path(self, path: str) -> None:
        """Open a preset (``.json``), a session (``.tauscope``) or a recording (anything else)."""
        from tauscope.app.parts.sessions import Sessions, part_of

        if Path(path).suffix.lower() == ".json":
            self._lab.gallery.load(path)
        elif Path(path).suffix.lower() == SESSION:
            part_of(self._lab, Sessions).open(path)
        else:
            self._lab.playback.open(path)

    def save_preset_dialog(self) -> None:
        """Ask for a title and save the present set-up among the user's own presets."""
        ask_text(self._lab.window, "Save as preset", "Title of the preset", self.save_preset)

    def save_preset(self, title: str) -> None:
        """Save the present set-up among the user's own presets."""
        content = self._lab.document.content
        views = {v.field: presets.PresetView.of(v).model_dump() for v in content.views.values()}
        slices = {
            key: presets.PresetSlice.of(one, content.views[key].field).model_dump()
            for key, one in content.slices.items()
            if key in content.views
        }
        made = content.focused(content.main)
        stage = getattr(self._lab.window.stack.currentWidget(), "stage", None)
        picture = stage.picture() if stage is not None else None

        def save() -> Path:
            preset = presets.Preset.make(
                title,
                made.engine,
                made.config.dump(),
                views,
                companions=made.others,
                ticks=made.ticks,
                couplings=made.couplings,
                slices=slices,
            )
            return presets.save_own(preset, picture=small_png(picture) if picture is not None else b"")

        self._lab.background.run(
            save,
            self._preset_saved,
            keep=True,
        )

    def _preset_saved(self, path: Path) -> None:
        self._lab.notify("info", f"The preset was saved in {path}.")
        self._lab.gallery.refresh()

    # -- snapshots

    def snapshot_dialog(self, view_key: str = "hero") -> None:
        """Ask how, and save a picture of a view with its data beside it."""
        from tauscope.app.parts.pictures import Pictures
        from tauscope.app.parts.sessions import part_of

        part_of(self._lab, Pictures).ask_snapshot(view_key)

    def snapshot(self, path: str, view_key: str = "hero") -> None:
        """Save a picture of a view, with colour bar and metadata, and its data beside it."""
        from tauscope.app.parts.pictures import Pictures
        from tauscope.app.parts.sessions import part_of

        choice = SnapshotChoice(path, view_key, theme=self._lab.settings.theme)
        part_of(self._lab, Pictures).take_snapshot(choice)

    def take_snapshot(self, choice: SnapshotChoice) -> None:
        """Save a picture of a view, with colour bar and metadata, and its data beside it."""
        lab, path, known = self._lab, Path(choice.path), self._shown(choice.view)
        if known is None:
            return
        theme: Literal["dark", "light"] = "light" if choice.theme == "light" else "dark"

        first = self.makes_folder(path)

        def work() -> tuple[Path, Path]:
            if first:
                path.parent.mkdir(parents=True, exist_ok=True)
            return save_snapshot(path, theme=theme, scale=choice.scale, ending=choice.ending, **known)

        self.write(
            path,
            "snapshot",
            work,
            lambda paths: lab.notify("info", f"Saved {paths[0]} and {paths[1].name}."),
            lambda other: self.take_snapshot(replace(choice, path=other)),
        )

    def picture(self, view_key: str = "hero") -> Callable[[], bytes] | None:
        """What composes a picture of a view as PNG, for a worker thread; None where there is none yet."""
        known = self._shown(view_key)
        if known is None:
            return None
        theme: Literal["dark", "light"] = "light" if self._lab.settings.theme == "light" else "dark"
        return lambda: snapshot_png(theme=theme, **known)

    def _shown(self, view_key: str) -> dict[str, Any] | None:
        """Copy of what a view shows and where it comes from; says so where there is nothing."""
        lab = self._lab
        view, content, frame = lab.window.views[view_key], lab.document.content.lattice, lab.frame
        array, spec = view.array, view.spec
        if array is None or spec is None or frame is None:
            lab.notify("warning", "There is no picture yet; start a run first.")
            return None
        moment = lab.playback.moment() or {
            "engine": content.engine,
            "config": content.config.dump(),
            "seed": content.seed,
            "tick": frame.ticks[content.engine],
            "time": frame.times[content.engine],
            "title": content.title,
        }
        found = {"array": np.array(array, copy=True), "spec": spec, **look_of(view), **moment}
        config = gauge_planes.config_of(content)
        if len(spec.dims) > 2 and config is not None:
            found |= gauge_planes.pictured(spec, gauge_planes.shown(content, config), config)
        return found

    # -- recording

    def toggle_recording(self) -> None:
        """Stop the recording, or start one with what the panel says.

        One that is about to start, or to go on in its next part, is stopped as well.
        """
        if self._lab.record.active:
            self.stop_recording()
        elif self._part is not None:
            self._part = None
            self._lab.notify("info", "The recording ended with the run that is replaced.", key="recording")
        elif self._starting:
            self._stops_at_once = not self._stops_at_once
        else:
            panel = self._lab.window.recording
            panel.suggest_every(self._lab.simulation.loop.meters.rate)  # the panel was told seconds ago
            self.start_recording(panel.choice())

    def start_recording(self, choice: RecordingChoice) -> None:
        """Start recording; a refusal is shown in the panel and as a notification."""
        lab = self._lab
        if choice.path in ("", self._suggested.get(".h5")):
            choice = replace(choice, path=self.suggestion(".h5"))  # named after the moment it starts
            lab.window.recording.set_path(choice.path)
        self._begin(choice)

    def _begin(self, choice: RecordingChoice) -> None:
        lab = self._lab
        lab.playback.close()
        path = Path(choice.path)
        first = self.makes_folder(path)

        def started(result: _Refused | TauscopeError | None) -> None:
            stops, self._starting, self._stops_at_once = self._stops_at_once, False, False
            if stops and result is None:
                self.stop_recording()
            elif result is None:
                lab.settings.recording_folder = str(path.parent)
                lab.notify("info", f"Recording to {choice.path}.", key="recording")
            elif isinstance(result, _Refused):
                self.offer_folder(result.error, path, lambda other: self._begin(replace(choice, path=other)))
            elif isinstance(result, BadInput):
                lab.notify("warning", str(result), key="recording")
            else:
                lab.show_error(result)

        def wait() -> _Refused | TauscopeError | None:
            try:
                if first:
                    path.parent.mkdir(parents=True, exist_ok=True)
                lab.record.start(choice).result()
            except OSError as error:
                return _Refused(trouble(error, path, "recording"))
            except BadInput as error:
                return _Refused(error) if may_be_elsewhere(error) and not path.exists() else error
            except TauscopeError as error:
                return error
            return None

        self._starting = True
        self._begun.add(choice.path)
        lab.background.run(wait, started)

    def recording_failed(self, error: BaseException) -> None:
        """Say why a recording ended by itself; the run goes on, and so may the recording, elsewhere."""
        lab, choice = self._lab, self._lab.record.choice
        if choice is None or not isinstance(error, TauscopeError):
            lab.faults.report(error)
            return
        path = Path(choice.path)

        def again(other: str) -> None:
            self._begin(replace(choice, path=str(fresh(Path(other)))))

        if isinstance(error, RunReplaced):  # while the recording started; else it is told before
            lab.background.run(lab.record.stop(), keep=True)
            self._part = next_part(path)
            self.resume_part()
            return
        if isinstance(error, WriterDied):
            part = next_part(path)
            lab.notify(
                "error",
                str(error),
                actions=[(f"Go on in {part.name}", lambda: again(str(part)))],
                key=_key(path),
            )
            return
        self.offer_folder(error, path, again)

    def stop_recording(self) -> None:
        """Stop recording and close the file; asks first where a full disk has no room for what waits."""
        self.disk.stop()

    def _stop_recording(self) -> None:
        self._lab.background.run(self._lab.record.stop(), self._recorded, keep=True)

    def _recorded(self, path: Path | None) -> None:
        lab = self._lab
        if path is not None and not lab.record.status().error:  # an error was told when it happened
            lab.settings.recent = [str(path), *[p for p in lab.settings.recent if p != str(path)]][:10]
            lab.notify(
                "info",
                f"The recording {path} is complete.",
                actions=[("Open it", lambda: lab.playback.open(str(path)))],
                key="recording",
            )
            lab.window.recording.set_path(self.suggestion(".h5"))

    def continue_in_part(self) -> None:
        """Close a recording because its run is about to be replaced, and remember to go on in a new file."""
        choice = self._lab.record.choice
        if self._lab.record.active and choice is not None:
            self._lab.background.run(self._lab.record.stop(), keep=True)
            self._part = next_part(Path(choice.path))

    def resume_part(self, why: str = "The run was replaced") -> None:
        """Go on recording in the next part, if a recording was closed for a new run, or for an old moment."""
        choice, part = self._lab.record.choice, self._part
        self._part = None
        if choice is not None and part is not None:
            self._lab.notify("info", f"{why}; the recording goes on in {part}.", key="recording")
            self._begin(RecordingChoice(str(part), choice.fields, choice.every, choice.when_slow))

    def refresh_disk(self) -> None:
        """Tell the recording panel the rate of the run and the space left, for its estimate."""
        lab = self._lab
        if self._asked is not None and not self._asked.done():
            return  # a network folder that hangs must not take one worker after the other
        target = Path(lab.window.recording.choice().path)

        def read() -> float:
            try:
                return free_space(target)
            except TauscopeError:
                return 0.0  # shown as no room; starting there is refused with the reason

        rate = lab.simulation.loop.meters.rate
        self._asked = lab.background.run(
            read, lambda left: lab.window.recording.set_estimate_inputs(rate, lab.meters.field_bytes(), left)
        )


def _key(path: Path) -> str:
    """Key of a notification that a file cannot be written: of a recording, that of all that is said of it."""
    return "recording" if path.suffix in SUFFIXES else f"trouble:{path.suffix}"


class ViewLook(TypedDict, total=False):
    """What of a picture's look (`compose.Look`) a view chooses."""

    cmap: str
    limits: tuple[float, float] | None
    thresh: float
    levels: tuple[float, ...]
    level_labels: bool


def look_of(view: FieldView) -> ViewLook:
    """How a view shows its field now, for a picture of it."""
    return {
        "cmap": view.options.cmap,
        "limits": view.colour_limits,
        "thresh": view.linear_within,
        "levels": view.contour_levels,
        "level_labels": view.options.contour_labels,
    }


def film_look(views: Iterable[FieldView], field: str) -> ViewLook:
    """How the first view of a field shows it, for a film; {} where none does.

    Limits that follow each frame are left to the film, in which a colour means one number throughout.
    """
    view = next((v for v in views if v.options.field == field and not v.options.minus), None)
    if view is None:
        return {}
    look = look_of(view)
    if view.options.autoscale not in FIXED:
        look["limits"] = None
    return look
