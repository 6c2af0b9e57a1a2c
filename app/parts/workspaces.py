"""Named workspaces: which docks are open where, and which view shows which field, kept in the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.labs import (
    CHARGE,
    EVERYTHING,
    GAUGE,
    GRAVITY,
    KURAMOTO,
    REDSHIFT,
    REFRACTION,
    TOOLS,
    UFIE,
    WAVES,
    by_key,
    engines_of,
    lab_of,
)
from tauscope.app.parts.part import Part
from tauscope.app.settings import Workspace
from tauscope.engine.errors import BadInput
from tauscope.widgets.dialogs import Prompt, confirm

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A workspace of the program, made from the built-in layout.

    Parameters
    ----------
    docks : frozenset of str or None
        Docks that stay open, None for all of the built-in layout; keys that this window lacks are left out.
    raised : tuple of str
        Docks on top of their tab groups.
    views : mapping of str to str
        Field of each view; views that are not named keep theirs.
    lab : str
        Lab that it arranges.
    """

    docks: frozenset[str] | None
    raised: tuple[str, ...] = ()
    views: Mapping[str, str] | None = None
    lab: str = GRAVITY.key


FIELDS = {"hero": "f_live", "f": "f", "tau": "tau", "phi": "phi"}
"""Field of each view at the first start."""

BUILT_IN: Mapping[str, BuiltIn] = {
    "Everything": BuiltIn(None, (), FIELDS, EVERYTHING.key),
    "Fields": BuiltIn(
        frozenset({"sources", "presets", "tau", "phi", "parameters", "monitors"}),
        ("sources", "tau", "monitors"),
        FIELDS,
        EVERYTHING.key,
    ),
    "Waves and clocks": BuiltIn(
        frozenset({"circles", "slice", "slice2", "traces", "oracle", "parameters", "monitors"}),
        ("traces", "slice2"),
        lab=EVERYTHING.key,
    ),
    "Lattice": BuiltIn(None, (), FIELDS),
    "Gravity": BuiltIn(
        frozenset({"sources", "presets", "f", "tau", "phi", "parameters", "monitors"}),
        ("sources", "tau", "monitors"),
        {"hero": "phi", "f": "f", "tau": "tau", "phi": "f_traffic"},
    ),
    "Painting": BuiltIn(
        frozenset({"sources", "paint", "painting", "brush", "worlds"}),
        ("paint", "painting", "brush"),
        {"hero": "f_live"},
    ),
    "Measuring": BuiltIn(
        frozenset(
            {
                "probes",
                "probe",
                "profile",
                "cut",
                "compare",
                "residual",
                "monitors",
                "recording",
                "log",
                "phi",
            }
        ),
        ("monitors", "phi", "probes"),  # the last stays in front where all share one place
        {"hero": "f_traffic", "phi": "phi"},
    ),
    "Kuramoto": BuiltIn(None, lab=KURAMOTO.key),
    "Coupling and order": BuiltIn(
        frozenset({"presets", "sweep", "scatter", "links", "parameters", "monitors"}),
        ("sweep", "links"),
        lab=KURAMOTO.key,
    ),
    "Circles": BuiltIn(frozenset({"parameters"}), lab=KURAMOTO.key),
    "Redshift": BuiltIn(None, (), {"f": "f", "tau": "tau", "phi": "phi"}, REDSHIFT.key),
    "UFIE": BuiltIn(None, lab=UFIE.key),
    "Refraction": BuiltIn(None, (), FIELDS, REFRACTION.key),
    "Phases and waves": BuiltIn(None, lab=WAVES.key),
    "Charge": BuiltIn(None, lab=CHARGE.key),
    "Gauge": BuiltIn(None, lab=GAUGE.key),
    **{tool.title: BuiltIn(None, lab=tool.key) for tool in TOOLS},
}
OF_TOOLS = tuple(tool.title for tool in TOOLS)
"""Workspaces that any lab offers."""
LONGEST = 40


class Workspaces(Part):
    """The menu View > Workspaces.

    Parameters
    ----------
    lab : Lab
        Whose window is arranged.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.menu = QMenu("&Workspaces", lab.window)
        self.menu.setObjectName("menu:workspaces")
        self._renaming, self._deleting = QMenu("&Rename", self.menu), QMenu("&Delete", self.menu)
        self.current = ""

    def actions(self) -> Sequence[ActionSpec]:
        """Submenu of the View menu."""
        tip = "Arrangements of the window, the program's and your own"
        return [ActionSpec("workspaces", "&View", "&Workspaces", self.menu.show, (), "layout", tip=tip)]

    def connect(self) -> None:  # type: ignore[override]
        """Hang the submenu in."""
        self.lab.actions["workspaces"].setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)
        self._fill()

    def names(self) -> list[str]:
        """The program's workspaces, then the user's own, of all labs."""
        return [*BUILT_IN, *(item.name for item in self.lab.settings.workspaces)]

    def offered(self) -> tuple[list[str], list[str]]:
        """The program's workspaces and the user's own of the present lab, or of that behind a tool."""
        present = self._present()
        own = [item.name for item in self.lab.settings.workspaces if item.lab == present]
        return [name for name, item in BUILT_IN.items() if item.lab == present], own

    def _present(self) -> str:
        """Key of the lab of the run."""
        shown = self.lab.window.lab
        return shown.key if shown.engines else lab_of(engines_of(self.lab.document.content)).key

    # -- choosing

    def choose(self, name: str) -> None:
        """Arrange the window as a workspace says.

        Raises
        ------
        BadInput
            There is no such workspace, or it is another lab's.
        """
        chosen = BUILT_IN[name] if name in BUILT_IN else self._own(name)
        if name in OF_TOOLS:
            self.lab.shell.show_tool(by_key(chosen.lab))
            self.current = name
            return
        self.lab.shell.leave_tool()
        if name == EVERYTHING.title and chosen.lab != self.lab.window.lab.key:
            self.lab.load_preset(EVERYTHING.key)  # which brings its engines, and its layout with them
            return
        if chosen.lab != self.lab.window.lab.key:
            raise BadInput(
                f"The workspace “{name}” is of the {by_key(chosen.lab).title} lab.",
                key="name",
                value=name,
                remedy="Load a preset of that lab first.",
            )
        if isinstance(chosen, BuiltIn):
            self._use_built_in(chosen)
        else:
            self._use_own(chosen)
        self.current = name

    def _use_built_in(self, chosen: BuiltIn) -> None:
        lab = self.lab
        lab.shell.reset_layout()
        docks = lab.window.offered()
        if chosen.docks is not None:
            for key, dock in docks.items():
                dock.setVisible(key in chosen.docks)
        for key in chosen.raised:
            if key in docks and not docks[key].isHidden():
                docks[key].raise_()
        self._show_fields(chosen.views or {})

    def _use_own(self, chosen: Workspace) -> None:
        lab = self.lab
        lab.actions["hide_panels"].setChecked(False)
        if not lab.window.restore_layout("", chosen.layout):
            lab.notify(
                "warning",
                f"The layout of the workspace “{chosen.name}” does not fit this window; the built-in one is "
                "used. Arrange the window and save the workspace again.",
            )
        self._show_fields(chosen.views)

    def _show_fields(self, wanted: Mapping[str, str]) -> None:
        """Let views show fields, as one step of the history; fields that the run lacks are left out."""
        from tauscope.app.view_defaults import view_of

        lab = self.lab
        content = lab.document.content
        if lab.editing.locked:
            return
        views = dict(content.views)
        for key, name in wanted.items():
            if key in views and name in lab.live.specs and views[key].field != name:
                views[key] = view_of(name, views[key])
        lab.history.push(replace(content, views=views), "Change workspace")

    # -- the user's own

    def save(self, name: str) -> None:
        """Keep the present arrangement under a name; one of the user's own of that name is replaced.

        Raises
        ------
        BadInput
            A name that is empty, too long, or belongs to the program.
        """
        name = self._checked(name)
        lab = self.lab
        views = {key: view.field for key, view in lab.document.content.views.items()}
        made = Workspace(name=name, layout=lab.window.save_layout()[1], views=views, lab=lab.window.lab.key)
        others = [item for item in lab.settings.workspaces if item.name != name]
        self._keep([*others, made])
        self.current = name
        lab.notify(
            "info", f"The workspace “{name}” was kept; choose it in View > Workspaces.", key="workspace"
        )

    def rename(self, old: str, new: str) -> None:
        """Give one of the user's own another name.

        Raises
        ------
        BadInput
            No such workspace, or a name that is taken or not allowed.
        """
        kept, new = self._own(old), self._checked(new)
        if new != old and new in self.names():
            raise BadInput(
                f"A workspace named “{new}” exists.", key="name", value=new, remedy="Choose another name."
            )
        own = self.lab.settings.workspaces
        self._keep([item.model_copy(update={"name": new}) if item is kept else item for item in own])
        self.current = new if self.current == old else self.current

    def delete(self, name: str) -> None:
        """Forget one of the user's own; the window stays as it is.

        Raises
        ------
        BadInput
            No such workspace.
        """
        gone = self._own(name)
        self._keep([item for item in self.lab.settings.workspaces if item is not gone])
        self.current = "" if self.current == name else self.current

    def reset(self) -> None:
        """Built-in layout of the lab, with the fields of its first start."""
        self.choose(self.offered()[0][0])

    def _keep(self, workspaces: list[Workspace]) -> None:
        self.lab.settings.workspaces = workspaces
        self.lab.save_settings()
        self._fill()

    def _own(self, name: str) -> Workspace:
        for item in self.lab.settings.workspaces:
            if item.name == name:
                return item
        known = ", ".join(self.names())
        raise BadInput(f"There is no workspace of your own named “{name}”.", key="name", allowed=known)

    def _checked(self, name: str) -> str:
        name = " ".join(name.split())
        if not name or len(name) > LONGEST:
            raise BadInput(
                "There is no name here." if not name else f"The name has {len(name)} characters.",
                key="name",
                value=name,
                allowed=f"1 to {LONGEST} characters",
            )
        if name.casefold() in {known.casefold() for known in BUILT_IN}:
            raise BadInput(
                f"“{name}” belongs to the program.", key="name", value=name, remedy="Choose another name."
            )
        return name

    # -- menu and questions

    def _fill(self) -> None:
        menu = self.menu
        menu.clear()
        built_in, own = self.offered()
        first = [] if EVERYTHING.title in built_in else [EVERYTHING.title]
        for group in (first, built_in, own, OF_TOOLS):
            for name in group:
                action = menu.addAction(name.replace("&", "&&"), partial(self.choose, name))
                action.setCheckable(True)
                action.setChecked(name == self.current)
            if group:
                menu.addSeparator()
        saving = menu.addAction("&Save present layout as…", self.ask_save)
        saving.setEnabled(bool(self.lab.window.lab.engines))  # a tool has nothing to arrange
        for choices, run in ((self._renaming, self.ask_rename), (self._deleting, self.ask_delete)):
            choices.clear()
            menu.addMenu(choices)
            choices.setEnabled(bool(own))
            for name in own:
                choices.addAction(f"{name.replace('&', '&&')}…", partial(run, name))
        menu.addAction("Reset &layout", self.reset)

    def ask_save(self) -> Prompt:
        """Ask for a name and keep the present arrangement."""
        own = self.current if self.current not in BUILT_IN else ""
        return self._ask("Save workspace", "Name of the workspace", own, "Save", self._checked, self.save)

    def ask_rename(self, name: str) -> Prompt:
        """Ask for another name."""

        def check(given: str) -> str:
            given = self._checked(given)
            if given != name and given in self.names():
                raise BadInput(f"A workspace named “{given}” exists.", remedy="Choose another name.")
            return given

        label = f"New name of “{name}”"
        return self._ask("Rename workspace", label, name, "Rename", check, lambda new: self.rename(name, new))

    def ask_delete(self, name: str) -> None:
        """Ask before one is forgotten."""
        text = f"Forget the workspace “{name}”? The window stays as it is."
        confirm(self.lab.window, "Delete workspace", text, "Delete", lambda: self.delete(name), danger=True)

    def _ask(
        self,
        title: str,
        label: str,
        text: str,
        accept: str,
        check: Callable[[str], str],
        done: Callable[[str], None],
    ) -> Prompt:
        dialog = Prompt(title, label, text, accept, check, done, self.lab.window)
        dialog.open()
        return dialog
