"""The phase circles, in the centre of the window or in a dock: fed with frames, and touched by the user."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.kicks import Kicks
from tauscope.app.parts.kuramoto_feed import ENGINE, config_of
from tauscope.app.parts.kuramoto_laws import KuramotoLaws
from tauscope.app.parts.kuramoto_links import KuramotoLinks
from tauscope.app.parts.kuramoto_plots import KuramotoPlots
from tauscope.app.parts.part import Part
from tauscope.app.parts.sessions import part_of
from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Array, Frame, FrameRequest
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import Structure, structure_of
from tauscope.widgets import theme
from tauscope.widgets.amounts import plural
from tauscope.widgets.controls.numbers import format_value, parse_number
from tauscope.widgets.dialogs import Prompt
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

CIRCLES = "circles"
MENU = "&Clusters"
ALWAYS_FREQUENT = 20_000
"""Up to so many oscillators their frequencies come with every frame, for the readout."""
NOT_HELD = "This recording does not hold the phases"
DIGITS = 6
"""Decimals of a detuning that is set with the mouse."""


class KuramotoLab(Part):
    """Joins the circles with document and simulation.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.view = CirclesView(budget=lab.window.redraw)
        self.kicks = Kicks(lab)
        self.shown: tuple[Array, Array] | None = None
        """Phases and order parameters that are shown; read-only."""
        self._config: KuramotoConfig | None = None
        self._structure: Structure | None = None
        self._base: tuple[float, ...] = ()
        self._requests: dict[str, FrameRequest] = {}
        self._behind = True
        """Whether the dock of the circles is closed or behind another tab."""
        lab.window.add_centre(CIRCLES, self.view)

    def actions(self) -> Sequence[ActionSpec]:
        """Menu of clusters."""
        rows = (
            (
                "kick_clusters",
                "&Kick…",
                self.ask_kick,
                "Add an angle to the phases of the selected clusters: drag a ring, or K on the circles",
            ),
            (
                "detune_clusters",
                "&Detune…",
                self.ask_detune,
                "Shift the frequencies of the selected clusters: drag with Shift, or Alt+Up, Alt+Down",
            ),
            (
                "freeze_clusters",
                "&Freeze or let go",
                self.toggle_frozen,
                "Let the phases of the selected clusters stand still, or move again: Z on the circles",
            ),
            ("tune_all", "Take &back all detuning", self.tune_all, "Every cluster at its own frequencies"),
            ("thaw_all", "&Let all go", self.thaw_all, "No cluster stands still"),
            ("select_clusters", "Select &all clusters", self.select_all, "Ctrl+A on the circles"),
        )
        return [
            ActionSpec(
                key,
                MENU,
                text,
                run,
                ("Ctrl+K",) if key == "kick_clusters" else (),
                tip=tip,
                separated=key in ("tune_all", "select_clusters"),
                engines=(ENGINE,),
            )
            for key, text, run, tip in rows
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the circles."""
        view = self.view
        view.kicked.connect(self.kick)
        view.detuned.connect(self.detune)
        view.freeze_wished.connect(self.freeze)
        view.selection_changed.connect(lambda _chosen: self._chosen())
        view.context_requested.connect(self.context_menu)
        view.snapshot_requested.connect(lambda: self.lab.files.snapshot_dialog(CIRCLES))
        view.options_changed.connect(lambda _options: self.subscribe())
        for pairs in (part_of(self.lab, KuramotoLinks), part_of(self.lab, KuramotoLaws)):
            pairs.clusters_chosen.connect(view.choose)
        view.selection_changed.connect(part_of(self.lab, KuramotoPlots).choose)
        self.lab.actions["fit"].triggered.connect(lambda _checked=False: view.fit())
        view.installEventFilter(self)
        self.lab.window.docks[CIRCLES].visibilityChanged.connect(self._dock_seen)
        self._chosen()

    def _dock_seen(self, seen: bool) -> None:
        """Ask for phases while the dock is in front of its tabs: Qt keeps what is behind them visible."""
        self._behind = not seen
        self.subscribe()

    # -- told by the lab

    def set_up_shown(self, content: Content) -> None:
        """Show the clusters of a set-up: the document's, or that of a recording."""
        config = config_of(content)
        if config is None:
            self._config = self._structure = self.shown = None
            self.view.clear()
            self.subscribe()
            return
        self._config = config
        structure = structure_of(config)  # worked out when the configuration was checked
        if structure is not self._structure:
            self._structure, self.shown = structure, None
            names = structure.names if structure.clusters <= ALWAYS_FREQUENT else ()
            self.view.set_structure(
                structure.places, structure.offsets, structure.edges, structure.layer, names
            )
        if self.view.frozen != frozenset(config.frozen):
            self.view.set_frozen(frozenset(config.frozen))
        self._name(content.title)
        self.subscribe()

    def prepared(self, content: Content) -> None:
        """Ask for the fields of the new run."""
        self.subscribe()

    def frame_shown(self, frame: Frame) -> None:
        """Show the newest frame."""
        if not self._requests or self.lab.playback.active:
            return
        arrays = {name: frame.arrays.get(request) for name, request in self._requests.items()}
        theta, order = arrays["theta"], arrays["Z"]
        if theta is not None and order is not None:
            self.show(theta, order, arrays.get("links"), arrays.get("frequency"))

    def show(
        self, theta: Array, order: Array, links: Array | None = None, rates: Array | None = None
    ) -> None:
        """Show a moment: phases (N,) in rad, order parameters (C,), alignment (E,), frequencies (N,)."""
        if self.view.set_frame(theta, order, links, rates):
            self.shown = theta, order

    def read_frame(self, file: RecordingFile, index: int) -> tuple[Array, ...] | None:
        """Read phases, and what else the recording holds of the clusters; orders follow from the phases."""
        structure = self._structure
        held = {file.owner(name)[1]: name for name in file.fields if file.owner(name)[0] == ENGINE}
        if structure is None or "theta" not in held:
            return None
        theta = file.frame(held["theta"], index)
        if theta.shape != (structure.offsets[-1],):
            return None
        sizes = np.diff(structure.offsets)
        return theta, np.add.reduceat(np.exp(1j * theta), structure.offsets[:-1]) / sizes

    def frame_read(self, found: tuple[Array, Array] | None) -> None:
        """Show the phases of a recording's frame."""
        if found is not None:
            self.show(*found)
        elif self._structure is not None:
            self.view.clear(NOT_HELD)
            self._structure = None

    def edits_locked(self, locked: bool) -> None:
        """A recording is looked at, not touched."""
        self.view.set_interactive(not locked)
        self._chosen()
        self.subscribe()

    def close(self) -> None:
        """Draw no more."""
        self.view.release()

    # -- what is asked of the simulation

    def subscribe(self) -> None:
        """Ask for what the circles show while they are seen, and for nothing otherwise."""
        config = self._config
        behind = self._behind and self.lab.window.lab.centre != CIRCLES
        seen = config is not None and self.view.isVisible() and not behind and not self.lab.playback.active
        names: tuple[str, ...] = ()
        if config is not None and seen:
            names = ("theta", "Z", "links")
            by_frequency = self.view.options.color_by == "frequency"
            if by_frequency or config.oscillators <= ALWAYS_FREQUENT:
                names = (*names, "frequency")
        requests = {name: FrameRequest(name, ENGINE) for name in names}
        if requests != self._requests:
            self._requests = requests
            self.lab.simulation.loop.subscribe(CIRCLES, requests.values())

    # -- clusters

    def kick(self, clusters: Collection[int], amount: float) -> None:
        """Add an angle in rad to all phases of clusters; one step of the history."""
        if not self.lab.editing.is_locked() and clusters:
            self.kicks.kick(sorted(clusters), amount)

    def detune(self, clusters: Collection[int], value: float, phase: str) -> None:
        """Shift frequencies by so much, in rad a unit of time, beside what they were at the press."""
        config, history = self._config, self.lab.history
        if config is None or not clusters:
            return
        if phase == "cancel":
            history.cancel_gesture()
            return
        if phase == "press":
            history.begin_gesture()
            self._base = config.detuning or (0.0,) * config.clusters
            return
        found = list(self._base)
        for cluster in clusters:
            found[cluster] = round(found[cluster] + value, DIGITS)
        self._set("detuning", found if any(found) else [], f"Detune {_named(clusters)}", "detune")

    def freeze(self, clusters: Collection[int], frozen: bool) -> None:
        """Let clusters stand still, or move again."""
        config = self._config
        if config is None:
            return
        found = {*config.frozen} | {*clusters} if frozen else {*config.frozen} - {*clusters}
        self._set("frozen", sorted(found), f"{'Freeze' if frozen else 'Let go'} {_named(clusters)}")

    def toggle_frozen(self) -> None:
        """Freeze what is selected, or let it go where all of it stands still."""
        chosen = self.view.selection()
        self.freeze(chosen, not chosen <= self.view.frozen)

    def tune_all(self) -> None:
        """Take all detuning back."""
        self._set("detuning", [], "Take back all detuning")

    def thaw_all(self) -> None:
        """Let every cluster move."""
        self._set("frozen", [], "Let all clusters go")

    def select_all(self) -> None:
        """Select every cluster."""
        self.view.choose(self.view.everything)

    def _set(self, path: str, value: list[Any], text: str, merge: str = "") -> None:
        lab = self.lab
        if self._config is None or lab.editing.is_locked():
            return
        content = lab.document.content.focused(ENGINE)
        try:
            config = content.config.with_value(path, value)
        except BadInput as error:
            lab.show_error(error)
            return
        changed = replace(content, config=config).focused(lab.document.content.engine)
        lab.history.push(changed, text, merge)

    # -- questions and menus

    def ask_kick(self) -> None:
        """Ask by what angle the selected clusters are kicked."""
        chosen = self.view.selection()
        self._ask("Kick", "Angle in degrees", "30", lambda degrees: self.kick(chosen, math.radians(degrees)))

    def ask_detune(self) -> None:
        """Ask what detuning the selected clusters get."""
        chosen, config = self.view.selection(), self._config
        if config is None or not chosen:
            return
        present = config.detuning[min(chosen)] if config.detuning else 0.0

        def done(value: float) -> None:
            found = list(config.detuning or (0.0,) * config.clusters)
            for cluster in chosen:
                found[cluster] = value
            self._set("detuning", found if any(found) else [], f"Detune {_named(chosen)}")

        self._ask("Detune", "Detuning in rad a unit of time", format_value(present), done)

    def _ask(self, what: str, label: str, text: str, done: Any) -> None:
        chosen = self.view.selection()
        if not chosen or self.lab.editing.is_locked():
            return
        title = f"{what} {_named(chosen)}"
        dialog = Prompt(title, label, text, what, parse_number, done, self.lab.window)
        dialog.open()

    def context_menu(self, place: QPoint, cluster: int) -> None:
        """Menu of the circles: what can be done with the cluster there, and with the picture."""
        lab, view = self.lab, self.view
        menu = QMenu(lab.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if cluster >= 0:
            for key in ("kick_clusters", "detune_clusters", "freeze_clusters", "probe_cluster"):
                menu.addAction(lab.actions[key])
            menu.addAction("Select its layer", partial(view.choose, view.layer_of(cluster)))
            menu.addSeparator()
        for key in ("select_clusters", "tune_all", "thaw_all"):
            menu.addAction(lab.actions[key])
        menu.addSeparator()
        for key in ("fit", "snapshot"):
            menu.addAction(lab.actions[key])
        menu.popup(place)

    # -- looks

    def _chosen(self) -> None:
        """Offer what can be done with the selected clusters, and say how many they are."""
        free = bool(self.view.selection()) and not self.lab.editing.locked
        for key in ("kick_clusters", "detune_clusters", "freeze_clusters"):
            self.lab.actions.enable(key, free)
        self._name(self.lab.document.content.title)

    def _name(self, title: str) -> None:
        chosen = len(self.view.selection())
        if len(self.lab.document.content.configs) > 1:
            title = ""  # that of the whole session, which is no name of the circles
        parts = [title or "Phase circles", f"{chosen:,} selected" if chosen else ""]
        self.view.set_title(" · ".join(part for part in parts if part))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is seen of the circles, and the theme."""
        if watched is self.view:
            if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
                self.subscribe()
            elif event.type() == QEvent.Type.PaletteChange:
                self.view.set_theme(theme.current())
        return False


def _named(clusters: Collection[int]) -> str:
    """Clusters in words: how many there are."""
    return plural(len(clusters), "cluster", "clusters")
