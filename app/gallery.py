"""The gallery: which presets there are, and loading one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QImage

from tauscope.app import memory_check, presets
from tauscope.app.changes import difference
from tauscope.app.document import content_of
from tauscope.app.labs import LABS, lab_of
from tauscope.app.slice_planes import with_slices
from tauscope.app.stack_presets import SeveralPresets
from tauscope.app.view_defaults import default_views
from tauscope.engine.errors import BadInput
from tauscope.widgets.state import PresetCard

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


Found = TypeVar("Found")
MOST_OFFERED = 6
"""Presets of one file that a message has buttons for."""
OPENED = "Opened from files"
"""Heading of presets that lie in none of the two folders."""
PICTURE = (320, 180)
"""Pixels of a card's picture, as those of the program have."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a preset cannot be read."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Read:
    """A preset, what finds it again, and its card if the two folders have none of its name."""

    preset: presets.Preset
    origin: str
    card: PresetCard | None = None
    problem: str = ""


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
        self._slowed: tuple[float, float | None] | None = None
        """Speed that a preset asked for, and the one before it."""
        self._cards: tuple[PresetCard, ...] = ()
        self._opened: dict[str, _Read] = {}
        """Presets opened from files elsewhere, by name."""

    def refresh(self) -> None:
        """Read the gallery again."""

        def read() -> tuple[tuple[PresetCard, ...], tuple[presets.BrokenPreset, ...]]:
            found = presets.catalogue()
            return _grouped(found.presets), found.broken

        self._lab.background.run(read, self._show)

    def _show(self, found: tuple[tuple[PresetCard, ...], tuple[presets.BrokenPreset, ...]]) -> None:
        lab = self._lab
        self._cards, broken = found
        self._show_cards()
        lab.window.presets.set_current(lab.document.content.preset)
        for bad in broken:
            lab.notify("warning", str(bad.error), key=str(bad.path))

    def _show_cards(self) -> None:
        known = {card.name for card in self._cards}
        opened = [read.card for name, read in self._opened.items() if read.card and name not in known]
        self._lab.window.presets.set_cards((*self._cards, *opened))

    def load(self, name: str, undoable: bool = True) -> None:
        """Load a preset by name or path and run it."""
        origin = self._opened[name].origin if name in self._opened else name
        self._read(lambda: _read(origin), lambda found: self._use(found, undoable))

    def load_kept(self) -> None:
        """Load the preset of the settings, or the default one where it is gone."""
        lab = self._lab

        def find() -> _Read:
            try:
                return _read(lab.settings.preset)
            except BadInput as error:
                preset, problem = presets.default(), f"The preset shown last cannot be loaded. {error}"
                return _Read(preset, preset.name, problem=problem)

        def use(found: _Read) -> None:
            if found.problem:
                lab.notify("warning", found.problem)
            self._use(found, undoable=False)

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

    def _use(self, found: _Read, undoable: bool) -> None:
        lab, preset = self._lab, found.preset
        if found.card is not None:
            self._opened[preset.name] = found
            self._show_cards()
        content = content_of(
            preset.engine,
            preset.config,
            seed=1,
            preset=preset.name,
            title=preset.title,
            companions={key: companion.config for key, companion in preset.companions.items()},
            ticks=preset.ratios(),
            couplings=preset.couplings,
        )
        content = replace(content, views=default_views(preset.views, content))
        content = with_slices(content, preset.slices, preset.views)
        try:
            memory_check.refuse(content.setup())
        except BadInput as error:
            lab.show_error(error)
            default = presets.default().name
            if not undoable and preset.name != default:  # at the start there is no run to go on with
                self.load(default, undoable=False)
            return
        lab.playback.close()
        if undoable:
            lab.window.notifications.clear_warnings()
        lab.runs.plays_next = True
        self._leave_speed()
        before = lab.document.content
        if undoable and content.digest() != before.digest():
            lab.history.push(content, f"Load {preset.title}")
            if difference(before, content) is not None:  # live changes alone would let the old run go on
                lab.runs.reset()
        elif undoable:
            lab.runs.reset()
        else:
            lab.document.replace(content)
            lab.history.clear()
        if preset.speed is not None:
            self._slowed = preset.speed, lab.simulation.loop.speed
            lab.run_control.set_speed(preset.speed)
        lab.settings.preset = found.origin
        if not lab.record.active:
            lab.window.recording.set_path(lab.files.suggestion(".h5", preset.name))

    def _leave_speed(self) -> None:
        """Go back to the speed before that of a preset, unless the user has chosen another since."""
        if self._slowed is not None and self._lab.simulation.loop.speed == self._slowed[0]:
            self._lab.run_control.set_speed(self._slowed[1])
        self._slowed = None


def small_png(image: QImage) -> bytes:
    """Picture of a preset for its card: the middle of an image at 16 : 9, as PNG; on any thread."""
    scaled = image.scaled(
        *PICTURE,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (scaled.width() - PICTURE[0]) // 2, (scaled.height() - PICTURE[1]) // 2
    stream = QBuffer()
    stream.open(QBuffer.OpenModeFlag.WriteOnly)
    scaled.copy(left, top, *PICTURE).save(stream, "PNG")  # type: ignore[call-overload]
    return bytes(stream.data().data())


def _read(origin: str) -> _Read:
    """A preset by name or path; one from a file elsewhere is found again by its full path."""
    preset = presets.load(origin)
    if preset.path is None or preset.path.parent == presets.own_folder():
        return _Read(preset, preset.name)
    (card,) = presets.cards([preset])
    known = preset.name in presets.names()
    full = str(Path(origin).expanduser().absolute())
    return _Read(preset, full, None if known else replace(card, own=False, group=OPENED))


def _grouped(found: Sequence[presets.Preset]) -> tuple[PresetCard, ...]:
    """Cards of presets, lab by lab."""
    groups = [lab_of({preset.engine, *preset.companions}).title for preset in found]
    cards = [replace(card, group=group) for card, group in zip(presets.cards(found), groups, strict=True)]
    order = [lab.title for lab in LABS]
    return tuple(sorted(cards, key=lambda card: order.index(card.group)))
