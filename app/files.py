"""Files from the window: opening, presets, snapshots, recordings; all work is done off the GUI thread."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
from PySide6.QtWidgets import QFileDialog

from tauscope.app import presets
from tauscope.app.record_control import free_space, next_part
from tauscope.app.snapshot import save_snapshot
from tauscope.engine.errors import TauscopeError
from tauscope.widgets.dialogs import ask_text
from tauscope.widgets.state import RecordingChoice

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

DIALOG = QFileDialog.Option.DontUseNativeDialog


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
        self._suggested: dict[str, str] = {}

    @property
    def folder(self) -> Path:
        """Folder suggested for new files."""
        kept = self._lab.settings.recording_folder
        return Path(kept) if kept else Path(platformdirs.user_documents_dir()) / "Tauscope"

    def suggestion(self, suffix: str, name: str = "") -> str:
        """Fresh path for a new file, named after the preset unless another name is given."""
        name = name or self._lab.document.content.preset or "run"
        path = str(self.folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}{suffix}")
        self._suggested[suffix] = path
        return path

    # -- opening and presets

    def open_dialog(self) -> None:
        """Ask for a recording or a preset file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._lab.window,
            "Open",
            str(self.folder),
            "Recordings and presets (*.h5 *.json);;All files (*)",
            options=DIALOG,
        )
        if path:
            self.open_path(path)

    def open_path(self, path: str) -> None:
        """Open a recording (anything but ``.json``) or a preset file."""
        if Path(path).suffix == ".json":
            self._lab.load_preset(path)
        else:
            self._lab.playback.open(path)

    def save_preset_dialog(self) -> None:
        """Ask for a title and save the present set-up among the user's own presets."""
        ask_text(self._lab.window, "Save as preset", "Title of the preset", self.save_preset)

    def save_preset(self, title: str) -> None:
        """Save the present set-up among the user's own presets."""
        content = self._lab.document.content
        views = {v.field: {"cmap": v.cmap, "autoscale": v.autoscale} for v in content.views.values()}
        config, engine = content.config.dump(), content.engine
        self._lab.background.run(
            lambda: presets.save_own(presets.Preset.make(title, engine, config, views)), self._preset_saved
        )

    def _preset_saved(self, path: Path) -> None:
        self._lab.notify("info", f"The preset was saved in {path}.")
        self._lab.refresh_presets()

    # -- snapshots

    def snapshot_dialog(self) -> None:
        """Ask for a file and save a picture of the main view with its data beside it."""
        path, _ = QFileDialog.getSaveFileName(
            self._lab.window, "Save snapshot", self.suggestion(".png"), "Pictures (*.png)", options=DIALOG
        )
        if path:
            self.snapshot(path if path.endswith(".png") else f"{path}.png")

    def snapshot(self, path: str, view_key: str = "hero") -> None:
        """Save a picture of a view, with colour bar and metadata, and its data beside it."""
        lab = self._lab
        view, content, frame = lab.window.views[view_key], lab.document.content, lab.frame
        array, spec = view.array, view.spec
        if array is None or spec is None or frame is None:
            lab.notify("warning", "There is no picture yet; start a run first.")
            return
        kept = np.array(array, copy=True)
        options, limits = view.options, view.colour_limits
        tick, when = frame.ticks[content.engine], frame.times[content.engine]

        def work() -> tuple[Path, Path]:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            return save_snapshot(
                Path(path),
                kept,
                spec,
                engine=content.engine,
                config=content.config.dump(),
                seed=content.seed,
                tick=tick,
                time=when,
                cmap=options.cmap,
                limits=limits,
                title=content.title,
            )

        lab.background.run(work, lambda paths: lab.notify("info", f"Saved {paths[0]} and {paths[1].name}."))

    # -- recording

    def toggle_recording(self) -> None:
        """Stop the recording, or start one with what the panel says."""
        if self._lab.record.active:
            self.stop_recording()
        else:
            self.start_recording(self._lab.window.recording.choice())

    def start_recording(self, choice: RecordingChoice) -> None:
        """Start recording; a refusal is shown in the panel and as a notification."""
        lab = self._lab
        if choice.path == self._suggested.get(".h5"):
            choice = replace(choice, path=self.suggestion(".h5"))  # named after the moment it starts
            lab.window.recording.set_path(choice.path)
        path = Path(choice.path)
        if path.parent == self.folder:
            lab.background.run(
                lambda: self.folder.mkdir(parents=True, exist_ok=True), lambda _none: self._begin(choice)
            )
        else:
            self._begin(choice)

    def _begin(self, choice: RecordingChoice) -> None:
        lab = self._lab
        lab.playback.close()
        lab.settings.recording_folder = str(Path(choice.path).parent)
        lab.background.watch(
            lab.record.start(choice),
            lambda _none: lab.notify("info", f"Recording to {choice.path}.", key="recording"),
        )

    def stop_recording(self) -> None:
        """Stop recording and close the file."""
        self._lab.background.run(self._lab.record.stop(), self._recorded)

    def _recorded(self, path: Path | None) -> None:
        lab = self._lab
        if path is not None:
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
            self._lab.background.run(self._lab.record.stop())
            self._part = next_part(Path(choice.path))

    def resume_part(self) -> None:
        """Go on recording in the next part, if a recording was closed for a new run."""
        choice, part = self._lab.record.choice, self._part
        self._part = None
        if choice is not None and part is not None:
            self._lab.notify(
                "info", f"The run was replaced; the recording goes on in {part}.", key="recording"
            )
            self._begin(RecordingChoice(str(part), choice.fields, choice.every, choice.when_slow))

    def refresh_disk(self) -> None:
        """Tell the recording panel the rate of the run and the space left, for its estimate."""
        lab = self._lab
        target = Path(lab.window.recording.choice().path)

        def read() -> float:
            try:
                return free_space(target)
            except TauscopeError:
                return 0.0

        rate = lab.simulation.loop.meters.rate
        lab.background.run(
            read, lambda left: lab.window.recording.set_estimate_inputs(rate, lab.field_bytes(), left)
        )
