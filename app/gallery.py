"""The gallery: which presets there are, and loading one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from tauscope.app import presets
from tauscope.app.document import content_of
from tauscope.app.labs import LABS, lab_of
from tauscope.app.stack_presets import SeveralPresets
from tauscope.app.view_defaults import default_views
from tauscope.engine.errors import BadInput
from tauscope.widgets.state import PresetCard

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


Found = TypeVar("Found")
MOST_OFFERED = 6
"""Presets of one file that a message has buttons for."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a preset cannot be read."""

    error: Exception


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
        self._asked = 0

    def refresh(self) -> None:
        """Read the gallery again."""

        def read() -> tuple[tuple[PresetCard, ...], tuple[presets.BrokenPreset, ...]]:
            found = presets.catalogue()
            return _grouped(found.presets), found.broken

        self._lab.background.run(read, self._show)

    def _show(self, found: tuple[tuple[PresetCard, ...], tuple[presets.BrokenPreset, ...]]) -> None:
        lab = self._lab
        cards, broken = found
        lab.window.presets.set_cards(cards)
        lab.window.presets.set_current(lab.document.content.preset)
        for bad in broken:
            lab.notify("warning", str(bad.error), key=str(bad.path))

    def load(self, name: str, undoable: bool = True) -> None:
        """Load a preset by name or path and run it."""
        self._read(lambda: presets.load(name), lambda preset: self._use(preset, undoable))

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

        self._read(find, use)

    def _read(self, find: Callable[[], Found], use: Callable[[Found], None]) -> None:
        """Read a preset off the GUI thread; of several that are asked for only the last is used."""
        self._asked += 1
        number, lab = self._asked, self._lab
        wanted = lab.runs.wish()

        def tried() -> Found | _Refused:
            try:
                return find()
            except Exception as error:  # noqa: BLE001 - told where the reading ends, on the GUI thread
                return _Refused(error)

        def told(found: Found | _Refused) -> None:
            if number == self._asked:
                self.reading = False
            if not wanted():  # a session or a recording may have been asked for later, too
                return
            if isinstance(found, _Refused) and isinstance(found.error, SeveralPresets):
                self._offer(found.error)
            elif isinstance(found, _Refused):
                lab.show_error(found.error)
            else:
                use(found)

        lab.background.run(tried, told)
        self.reading = True
        lab.meters.say_empty()

    def _offer(self, several: SeveralPresets) -> None:
        """Let the user choose one of several presets of a file."""

        def opens(name: str) -> Callable[[], None]:
            return lambda: self.load(f"{several.where}#{name}")

        actions = [(f"Open {name}", opens(name)) for name in several.names[:MOST_OFFERED]]
        left = len(several.names) - len(actions)
        more = f" Another {left} can be opened as “{several.where}#NAME”." if left else ""
        self._lab.notify("info", f"{several.message}{more}", actions=actions, key="several presets")

    def _use(self, preset: presets.Preset, undoable: bool) -> None:
        lab = self._lab
        views = default_views(preset.views)
        content = content_of(
            preset.engine,
            preset.config,
            seed=1,
            views=views,
            preset=preset.name,
            title=preset.title,
            companions={key: companion.config for key, companion in preset.companions.items()},
            ticks=preset.ratios(),
            couplings=preset.couplings,
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
        lab.settings.preset = preset.name
        if not lab.record.active:
            lab.window.recording.set_path(lab.files.suggestion(".h5", preset.name))


def _grouped(found: Sequence[presets.Preset]) -> tuple[PresetCard, ...]:
    """Cards of presets, lab by lab."""
    groups = [lab_of({preset.engine, *preset.companions}).title for preset in found]
    cards = [replace(card, group=group) for card, group in zip(presets.cards(found), groups, strict=True)]
    order = [lab.title for lab in LABS]
    return tuple(sorted(cards, key=lambda card: order.index(card.group)))
