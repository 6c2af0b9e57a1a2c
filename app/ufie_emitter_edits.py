"""Edits of the wave's emitters, in the dock and on the slices, as steps of the document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tauscope.app.document import Content
from tauscope.app.ufie_emitter_marks import changes_of, within
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.engine.ufie.emitters import place
from tauscope.widgets.state import SliceOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ENGINE = "ufie"
BESIDE = 2.0
"""Sites by which a copy stands beside what it was copied from."""
NEW_TONE = 10.0
"""Frequency of a new emitter, Hz."""

Entries = dict[str, Any]


class EmitterEdits:
    """Turns wishes into steps of the history.

    Parameters
    ----------
    lab : Lab
        Whose document is edited.
    refused : callable
        Told of an edit that the configuration refuses, as ``refused(error, names)``.
    """

    def __init__(self, lab: Lab, refused: Callable[[BadInput, frozenset[str]], None]) -> None:
        self._lab = lab
        self._refused = refused
        self._copied: list[Entries] = []

    # -- what there is

    @property
    def config(self) -> UfieConfig | None:
        """Configuration of the wave, None where it does not run."""
        return config_of(self._lab.document.content)

    @property
    def emitters(self) -> tuple[EmitterConfig, ...]:
        """Emitters of the document."""
        config = self.config
        return () if config is None else config.emitters

    @property
    def can_paste(self) -> bool:
        """Whether emitters were copied."""
        return bool(self._copied)

    # -- changes

    def change(self, changes: Mapping[str, Mapping[str, Any]], phase: str, text: str = "") -> bool:
        """Change entries of emitters, by name; press, drag and release make one step.

        Returns
        -------
        bool
            Whether the document took it.
        """
        history = self._lab.history
        if phase == "cancel":
            history.cancel_gesture()
            return True
        if phase == "press":
            history.begin_gesture()
        found = [{**entries(one), **changes.get(one.name, {})} for one in self.emitters]
        words = text or f"Change {_names(changes)}"
        return self._put(found, words, "" if phase == "commit" else f"emitters:{words}", frozenset(changes))

    def drag(self, edits: Mapping[str, Mapping[str, Any]], phase: str, plane: SliceOptions) -> bool:
        """Change emitters by the handles of their marks on a slice; phases as those of `change`."""
        config = self.config
        if config is None:
            return False
        known = {one.name: one for one in config.emitters}
        changes = {
            name: changes_of(known[name], edit, config.shape, plane)
            for name, edit in edits.items()
            if name in known
        }
        keys = {key for edit in edits.values() for key in edit}
        verb = "Move" if keys <= {"x", "y"} else "Change"
        return self.change(changes, phase, f"{verb} {_names(edits)}")

    def nudge(self, names: Collection[str], dx: float, dy: float, plane: SliceOptions) -> None:
        """Move emitters by sites along the shown axes; repeated keys fold into one step."""
        config = self.config
        if config is None or not names:
            return
        found = [
            {**entries(one), **(self._moved(one, dx, dy, plane) if one.name in names else {})}
            for one in config.emitters
        ]
        self._put(found, f"Nudge {_names(names)}", f"nudge:{sorted(names)}", frozenset(names))

    def rename(self, name: str, new: str) -> bool:
        """Give an emitter another name; one of e1 to e9 keeps its tone, its degrees and its place."""
        config = self.config
        if config is None or name == new:
            return False
        found = [
            {**(_spelled(one, config.shape) if one.name == name else entries(one)),
             **({"name": new} if one.name == name else {})}
            for one in config.emitters
        ]  # fmt: skip
        return self._put(found, f"Rename {name}", "", frozenset({name}))

    def mute(self, names: Collection[str], muted: bool) -> None:
        """Mute emitters, or let them sound; they die down and swell by their ramps."""
        verb = "Mute" if muted else "Unmute"
        self.change({name: {"on": not muted} for name in names}, "commit", f"{verb} {_names(names)}")

    def solo(self, names: Collection[str]) -> None:
        """Let these sound alone; all, where they do already."""
        alone = all(one.on == (one.name in names) for one in self.emitters)
        changes = {one.name: {"on": alone or one.name in names} for one in self.emitters}
        self.change(changes, "commit", "Unmute all" if alone else f"Solo {_names(names)}")

    # -- adding and taking away; each returns the names of what is new

    def add(self, plane: SliceOptions, x: float | None = None, y: float | None = None) -> frozenset[str]:
        """Add an emitter in the cut of a slice, at its middle or at a place of it in sites."""
        config = self.config
        if config is None:
            return frozenset()
        at = [float(n) for n in plane.index]
        for name, where in zip(plane.axes, (x, y), strict=True):
            axis = AXES.index(name)
            size = config.shape[axis]
            at[axis] = within(float(size // 2) if where is None else where, size)
        return self._add([{"name": "tone 1", "frequency": NEW_TONE, "position": tuple(at)}], "Add emitter")

    def duplicate(self, names: Collection[str], plane: SliceOptions) -> frozenset[str]:
        """Copy emitters beside where they stand."""
        chosen = [one for one in self.emitters if one.name in names]
        return self._add(self._beside(chosen, plane), f"Duplicate {_names(names)}") if chosen else frozenset()

    def copy(self, names: Collection[str]) -> None:
        """Keep emitters for pasting."""
        config = self.config
        chosen = [one for one in self.emitters if one.name in names]
        if config is not None and chosen:
            self._copied = [_spelled(one, config.shape) for one in chosen]

    def paste(self, plane: SliceOptions, x: float | None = None, y: float | None = None) -> frozenset[str]:
        """Paste copied emitters about a place of a slice, or beside where they stood."""
        config = self.config
        if config is None or not self._copied:
            return frozenset()
        known = [_fitted(found, config.shape) for found in self._copied]
        copied = [EmitterConfig.load(found) for found in known]
        if x is None or y is None:
            return self._add(self._beside(copied, plane), "Paste emitters")
        across, up = (AXES.index(name) for name in plane.axes)
        middle = [sum(found["position"][axis] for found in known) / len(known) for axis in (across, up)]
        moved = [
            {**found, **self._moved(one, x - middle[0], y - middle[1], plane)}
            for found, one in zip(known, copied, strict=True)
        ]
        return self._add(moved, "Paste emitters")

    def delete(self, names: Collection[str]) -> None:
        """Take emitters away."""
        kept = [entries(one) for one in self.emitters if one.name not in names]
        if len(kept) < len(self.emitters):
            self._put(kept, f"Delete {_names(names)}", "", frozenset(names))

    def golden(self) -> frozenset[str]:
        """Put the document's array in place of all emitters."""
        found = golden.array()
        return frozenset(golden.NAMES) if self._put(found, "Golden array", "", frozenset()) else frozenset()

    # -- helpers

    def _moved(self, emitter: EmitterConfig, dx: float, dy: float, plane: SliceOptions) -> Entries:
        config = self.config
        if config is None or emitter.profile != "gaussian":
            return {}
        at = list(place(emitter, config.shape))
        for name, way in zip(plane.axes, (dx, dy), strict=True):
            axis = AXES.index(name)
            at[axis] = within(at[axis] + way, config.shape[axis])
        return {"position": tuple(at)}

    def _beside(self, chosen: Sequence[EmitterConfig], plane: SliceOptions) -> list[Entries]:
        config = self.config
        if config is None:
            return []
        return [{**_spelled(one, config.shape), **self._moved(one, BESIDE, BESIDE, plane)} for one in chosen]

    def _add(self, new: Iterable[Entries], text: str) -> frozenset[str]:
        found = [entries(one) for one in self.emitters]
        taken = {one["name"] for one in found}
        names = []
        for one in new:
            names.append(free_name(str(one["name"]), taken))
            taken.add(names[-1])
            found.append({**one, "name": names[-1]})
        return frozenset(names) if self._put(found, text, "", frozenset()) else frozenset()

    def _put(self, found: Sequence[Mapping[str, Any]], text: str, merge: str, names: frozenset[str]) -> bool:
        lab, config = self._lab, self.config
        if config is None or lab.editing.is_locked():
            return False
        try:
            content = with_emitters(lab.document.content, config, found)
        except BadInput as error:
            self._refused(error, names)
            return False
        lab.history.push(content, text, merge)
        return True


def config_of(content: Content) -> UfieConfig | None:
    """Configuration of the wave in a document, None where it does not run."""
    found = content.configs.get(ENGINE)
    return found if isinstance(found, UfieConfig) else None


def with_emitters(content: Content, config: UfieConfig, found: Sequence[Mapping[str, Any]]) -> Content:
    """Content with other emitters.

    Raises
    ------
    BadInput
        What the configuration refuses.
    """
    known = {name: getattr(config, name) for name in type(config).model_fields}
    made = type(config).load({**known, "emitters": [dict(one) for one in found]})
    return replace(content.focused(ENGINE), config=made).focused(content.engine)


def entries(emitter: EmitterConfig) -> Entries:
    """Entries of an emitter as they stand in the configuration."""
    return {name: getattr(emitter, name) for name in type(emitter).model_fields}


def _spelled(emitter: EmitterConfig, shape: tuple[int, ...]) -> Entries:
    """Entries of an emitter with all that follows from its name written out, for one of another name."""
    found = entries(emitter)
    if emitter.frequency is None:
        found["frequency"] = golden.frequency(emitter.name)
    if emitter.prime is None:
        found["prime"] = golden.prime(emitter.name)
    return {**found, "position": place(emitter, shape)}


def _fitted(found: Entries, shape: tuple[int, ...]) -> Entries:
    """Entries of an emitter that stands on a torus, which may be another than it was copied from."""
    at = zip(found["position"], shape, strict=True)
    return {**found, "position": tuple(within(here, size) for here, size in at)}


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name like one that was wanted, with a number that makes it the only one."""
    if wanted not in taken:
        return wanted
    stem, _, last = wanted.rpartition(" ")
    stem = stem if last.isdigit() and stem else wanted
    number = 2
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def _names(names: Iterable[str]) -> str:
    """One name, or how many."""
    found = list(names)
    return found[0] if len(found) == 1 else f"{len(found)} emitters"
