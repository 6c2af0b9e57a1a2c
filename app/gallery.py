"""The gallery: which presets there are, and loading one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tauscope.app import presets
from tauscope.app.document import content_of
from tauscope.app.view_defaults import default_views
from tauscope.engine.errors import BadInput
from tauscope.widgets.state import PresetCard

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


class Gallery:
    """Lists presets and puts them into the document.

    Parameters
    ----------
    lab : Lab
        Session they are loaded into.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.reading = False
        """Whether a preset is being read."""

    def refresh(self) -> None:
        """Read the gallery again."""
        self._lab.background.run(lambda: (tuple(presets.cards()), presets.catalogue().broken), self._show)

    def _show(self, found: tuple[tuple[PresetCard, ...], tuple[presets.BrokenPreset, ...]]) -> None:
        lab = self._lab
        cards, broken = found
        lab.window.presets.set_cards(cards)
        lab.window.presets.set_current(lab.document.content.preset)
        for bad in broken:
            lab.notify("warning", str(bad.error), key=str(bad.path))

    def load(self, name: str, undoable: bool = True) -> None:
        """Load a preset by name or path and run it."""
        self._lab.background.run(lambda: presets.load(name), lambda preset: self._use(preset, undoable))
        self.reading = True
        self._lab.meters.say_empty()

    def load_kept(self) -> None:
        """Load the preset of the settings, or the default one where it is gone."""
        lab = self._lab

        def find() -> tuple[presets.Preset, str]:
            try:
                return presets.load(lab.settings.preset), ""
            except BadInput as error:
                return presets.default(), f"The preset shown last cannot be loaded. {error}"

        def use(found: tuple[presets.Preset, str]) -> None:
            preset, problem = found
            if problem:
                lab.notify("warning", problem)
            self._use(preset, undoable=False)

        lab.background.run(find, use)
        self.reading = True
        lab.meters.say_empty()

    def _use(self, preset: presets.Preset, undoable: bool) -> None:
        lab = self._lab
        views = default_views(preset.views)
        content = content_of(
            preset.engine, preset.config, seed=1, views=views, preset=preset.name, title=preset.title
        )
        lab.playback.close()
        if undoable:
            lab.window.notifications.clear_warnings()
        lab.runs.plays_next = True
        if undoable and content.digest() != lab.document.content.digest():
            lab.history.push(content, f"Load {preset.title}")
        elif undoable:
            lab.runs.reset()
        else:
            lab.document.replace(content)
            lab.history.clear()
        self.reading = False
        lab.settings.preset = preset.name
        if not lab.record.active:
            lab.window.recording.set_path(lab.files.suggestion(".h5", preset.name))
