"""Panels: parameters, sources, selection and title as the document, or a shown recording, has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tauscope.app import placed
from tauscope.app.document import Content, value_at
from tauscope.app.editing import marks_of
from tauscope.app.labs import engines_of, lab_of, short_name
from tauscope.engine.config import all_leaves
from tauscope.widgets.docks.hero_list import HeroGroup

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

LEADING = {"ufie": ("dphi",), "kuramoto": ("K", "permeability"), "gravity": ("capacity",)}
"""Where several engines run: which of their sliders stand above the form, in this order; of others all do."""


class Panels:
    """Shows a document in the window.

    Parameters
    ----------
    lab : Lab
        Whose document and window are meant.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def show_set_up(self, content: Content) -> None:
        """Show parameters and sources of the document, or of a recording, in their panels."""
        self._lab.shell.show_run(lab_of(engines_of(content)))
        window, config = self._lab.window, type(content.config)
        values = content.config  # attributes: a dump packs painted maps
        window.parameters.set_config_type(config, content.engine, hero_groups(content))
        paths = [leaf.path for leaf in all_leaves(config)]
        window.parameters.set_values({path: value_at(values, path) for path in paths})
        window.parameters.set_unused(content.config.unused())
        for engine, other in content.others.items():
            heroes = window.parameters.hero_list
            heroes.set_values(engine, {path: value_at(other, path) for path in heroes.of(engine)})
            heroes.set_unused(engine, other.unused())
        window.parameters.set_error("", "")
        lattice = content.lattice.config
        window.sources.set_limits(*(placed.sides(lattice) or (1, 1)))
        window.sources.set_sources(marks_of(content, placed.SOURCES))
        for part in self._lab.parts:
            part.set_up_shown(content)

    def show(self, before: Content, after: Content) -> None:
        """Show the document everywhere, after an edit that made it of another."""
        if replace(before, slices=after.slices) == after:
            return  # told by the slices themselves: a drag changes nothing else, many times a second
        window = self._lab.window
        self.show_set_up(after)
        marks = marks_of(after)
        config = after.lattice.config
        nx, ny = placed.sides(config) or (1, 1)
        edge, radius = getattr(config, "boundary", ""), getattr(config, "disc_radius", None)
        for view in window.views.values():
            view.set_lattice(nx, ny, edge, radius)
            view.set_sources(marks)
        window.setWindowTitle(f"{after.title or 'Untitled'} — Tauscope")
        window.presets.set_current(after.preset)
        if after.preset != before.preset:
            window.status_meters.dismiss()
        if after.views != before.views:
            self._lab.live.set_options(after.views)

    def enable_edits(self) -> None:
        """Enable the edits for which there is something selected or copied."""
        lab = self._lab
        chosen = bool(lab.document.selection)
        for key in ("copy", "duplicate", "delete"):
            lab.actions.enable(key, chosen)
        lab.actions.enable("paste", lab.editing.can_paste)

    def show_selection(self, ids: frozenset[str]) -> None:
        """Show which sources are selected."""
        self.enable_edits()
        self._lab.window.sources.set_selection(ids)
        for view in self._lab.window.views.values():
            view.set_selection(ids)

    def lock_edits(self, why: str, line: str = "") -> None:
        """Forbid edits of the document, with the reason as a sentence and as a line for panels; "" allows."""
        lab = self._lab
        lab.editing.locked = why
        lab.window.parameters.set_locked(line)
        lab.window.sources.set_locked(line)
        lab.window.monitors.set_locked(why)
        lab.actions.enable("warm_start", not why)
        for part in lab.parts:
            part.edits_locked(bool(why))


def hero_groups(content: Content) -> tuple[HeroGroup, ...]:
    """Large sliders of a session of several engines, in an order that does not depend on the focus."""
    configs = content.configs
    if len(configs) < 2:
        return ()
    order = [key for key in LEADING if key in configs] + sorted(configs.keys() - LEADING.keys())
    return tuple(HeroGroup(key, short_name(key), type(configs[key]), LEADING.get(key, ())) for key in order)
