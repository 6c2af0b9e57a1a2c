"""Worlds: named, coloured sets of sources; each change is one undoable step, and none touches the physics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tauscope.app import placed
from tauscope.app.document import Content, plain
from tauscope.app.parts.part import Dock, Part
from tauscope.engine.errors import BadInput
from tauscope.widgets.docks.worlds import WorldRow, WorldsPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

COLORS = ("#4fb3ff", "#f2b84b", "#58c98b", "#c792ea", "#ff8a65", "#4dd0e1", "#e6a0c4", "#a3be8c")
"""Colours of new worlds in turn; they differ in lightness too, for eyes that do not tell red from green."""


LOCKED = "A recording is shown, and it cannot be edited."


class Worlds(Part):
    """Owns the Worlds dock, and which world new sources join.

    Parameters
    ----------
    lab : Lab
        Whose document is edited.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = WorldsPanel()

    def docks(self) -> Sequence[Dock]:
        """Worlds, in the group of the sources."""
        return (Dock("worlds", "Worlds", self.panel, "sources", engines=("gravity",)),)

    def connect(self) -> None:  # type: ignore[override]
        """Its own panel."""
        panel = self.panel
        panel.add_wished.connect(self.add)
        panel.rename_wished.connect(self.rename)
        panel.color_wished.connect(lambda name, color: self._change(name, {"color": color}, "Colour world"))
        panel.visibility_wished.connect(self.show_world)
        panel.observer_wished.connect(self.see_as)
        panel.removal_wished.connect(self.remove)
        panel.world_chosen.connect(self.choose)
        self.lab.editing.world_changed.connect(self._active_changed)

    @property
    def active(self) -> str:
        """World that new sources join and that strokes are painted in."""
        return self.lab.editing.world

    def content_changed(self, before: Content, after: Content) -> None:
        """Show the worlds of the document; the active one stays so under another name."""
        names = [world.name for world in getattr(after.config, "worlds", ())]
        if self.active not in names:
            same = before.preset == after.preset  # worlds of another preset are others
            old = [world.name for world in getattr(before.lattice.config, "worlds", ())] if same else []
            self.lab.editing.world = _follow(self.active, old, names)
        self._show(after, _worlds_of(after))
        if before.preset == after.preset:
            self._say_dark(_worlds_of(after), _members(after) - _members(before))

    def set_up_shown(self, content: Content) -> None:
        """Show the worlds of the document, or of a recording."""
        self._show(content, _worlds_of(content))

    def edits_locked(self, locked: bool) -> None:
        """A recording's worlds cannot be edited."""
        self.panel.set_locked(LOCKED if locked else "")

    # -- what the user wishes

    def add(self) -> None:
        """Add a world; new sources join it."""
        data = self._data()
        taken = {world["name"] for world in data["worlds"]}
        letters = (chr(ord("A") + i) for i in range(26))
        name = next((letter for letter in letters if letter not in taken), "")
        number = 2
        while not name or name in taken:
            name, number = f"World {number}", number + 1
        color = COLORS[len(taken) % len(COLORS)]
        data["worlds"].append({"name": name, "color": color, "visible": True})
        if self._push(data, f"Add world {name}"):
            self.choose(name, move=False)

    def rename(self, name: str, new: str) -> None:
        """Give a world another name; its sources follow."""
        data = self._data()
        for world in data["worlds"]:
            if world["name"] == name:
                world["name"] = new
        for one in members(data):
            if one["world"] == name:
                one["world"] = new
        self._push(data, f"Rename world {name}")

    def show_world(self, name: str, visible: bool) -> None:
        """Draw a world's sources, or hide them; they emit all the same."""
        self._change(name, {"visible": visible}, f"{'Show' if visible else 'Hide'} world {name}")

    def see_as(self, name: str) -> None:
        """See as an observer of one world does, to whom the others are dark; again, see all of them.

        New sources join the world one sees as: elsewhere they would vanish as they are dropped.
        """
        data = self._data()
        alone = all(world["visible"] == (world["name"] == name) for world in data["worlds"])
        for world in data["worlds"]:
            world["visible"] = alone or world["name"] == name
        if self._push(data, "See all worlds" if alone else f"See as world {name}") and not alone:
            self.choose(name, move=False)

    def show_all(self) -> None:
        """Draw all worlds."""
        data = self._data()
        for world in data["worlds"]:
            world["visible"] = True
        self._push(data, "See all worlds")

    def remove(self, name: str) -> None:
        """Delete a world; its sources join the first other one."""
        data = self._data()
        rest = [world for world in data["worlds"] if world["name"] != name]
        if not rest:
            return
        heir = rest[0]["name"]
        moved = [one for one in members(data) if one["world"] == name]
        for one in moved:
            one["world"] = heir
        text = f"Delete world {name}"
        if not moved:
            self._push({**data, "worlds": rest}, text)
            return
        lists = [key for key in ("sources", "patterns") if any(one in moved for one in data[key])]
        if self._push({**data, "worlds": rest}, f"{text}, its {' and '.join(lists)} join {heir}"):
            counts = {key: sum(one in moved for one in data[key]) for key in lists}
            told = " and ".join(
                f"{'' if len(moved) == 1 else f'{n} '}{key[:-1] if n == 1 else key}"
                for key, n in counts.items()
            )
            self.lab.notify(
                "info",
                f"World {name} was deleted; its {told} joined {heir}. Undo brings it back.",
                key="worlds",
            )

    def choose(self, name: str, move: bool = True) -> None:
        """Let new sources join a world, and the selected ones if there are any."""
        self.lab.editing.world = name
        chosen = self.lab.document.selection
        data = self._data()
        moved = [
            one
            for kind in placed.placings(data)
            for one in data[kind.key]
            if kind.called(one["id"]) in chosen and one.get("world") != name
        ]
        if move and moved:
            for one in moved:
                one["world"] = name
            self._push(data, f"Move to world {name}")
        self._show(self.lab.document.content, self._data()["worlds"])

    # -- helpers

    def _say_dark(self, worlds: Sequence[Mapping[str, Any]], added: Mapping[str, int]) -> None:
        """Tell of what was added to a world that is not drawn, as nothing of it is to be seen."""
        dark = [world["name"] for world in worlds if not world["visible"] and added.get(world["name"])]
        if not dark:
            return
        name, several = dark[0], sum(added[name] for name in dark) > 1
        self.lab.notify(
            "info",
            f"What was added belongs to world {name}, which is not drawn: "
            f"{'they bend' if several else 'it bends'} f all the same. Show the world, "
            "or choose in Worlds which one new sources join.",
            actions=(
                (f"Show {name}", lambda: self.show_world(name, True)),
                ("Show all worlds", self.show_all),
            ),
            key="dark",
        )

    def _active_changed(self, _name: str) -> None:
        if not self.lab.playback.active:  # the panel shows the worlds of a recording
            self._show(self.lab.document.content, self._data().get("worlds", []))

    def _data(self) -> dict[str, Any]:
        return plain(self.lab.document.content.lattice.config)

    def _change(self, name: str, entries: Mapping[str, Any], text: str) -> None:
        data = self._data()
        for world in data["worlds"]:
            if world["name"] == name:
                world.update(entries)
        self._push(data, text)

    def _push(self, data: Mapping[str, Any], text: str) -> bool:
        lab = self.lab
        if lab.editing.is_locked():
            return False
        content = lab.document.content.lattice
        try:
            changed = replace(content, config=type(content.config).load(data))
        except BadInput as error:
            lab.show_error(error)
            self.panel.set_worlds((), "")
            self._show(content, self._data()["worlds"])
            return False
        lab.history.push(changed, text)
        return True

    def _show(self, content: Content, worlds: Sequence[Mapping[str, Any]]) -> None:
        config = content.lattice.config
        sources, patterns = (
            Counter(one.world for one in getattr(config, key, ())) for key in ("sources", "patterns")
        )
        rows = [
            WorldRow(w["name"], w["color"], w["visible"], sources[w["name"]], patterns[w["name"]])
            for w in worlds
        ]
        names = {row.name for row in rows}
        self.panel.set_worlds(rows, self.active if self.active in names else "")
        seen = [row for row in rows if row.visible]
        as_one = seen[0] if len(seen) == 1 < len(rows) else None
        for view in self.lab.window.views.values():
            view.header.set_observer(*((as_one.name, as_one.color) if as_one else ("", "")))


def members(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that belongs to a world, as plain data that may be changed: sources and patterns."""
    return [*data.get("sources", ()), *data.get("patterns", ())]


def _members(content: Content) -> Counter[str]:
    """How many sources and patterns belong to each world."""
    config = content.lattice.config
    return Counter(one.world for key in ("sources", "patterns") for one in getattr(config, key, ()))


def _worlds_of(content: Content) -> list[dict[str, Any]]:
    """Worlds of the lattice of a document as plain data."""
    return [plain(world) for world in getattr(content.lattice.config, "worlds", ())]


def _follow(name: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Present name of a world: another one where a step renamed it, the first world where it is gone."""
    if name in old and len(old) == len(new):
        place = old.index(name)
        if [*old[:place], *old[place + 1 :]] == [*new[:place], *new[place + 1 :]]:
            return new[place]
    return new[0] if new else ""
