"""Probes in the window: added on canvases, sampled by the simulation, shown in two docks, saved to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer

from tauscope.app import placed
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.labs import LATTICES
from tauscope.app.parts.kuramoto_feed import ENGINE, config_of
from tauscope.app.parts.kuramoto_lab import CIRCLES
from tauscope.app.parts.part import Dock, Part
from tauscope.app.probe_docks import ProbeDocks
from tauscope.app.probe_exports import ProbeExports
from tauscope.app.site_probes import QUANTITIES, SiteProbes
from tauscope.engine.base import Frame
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.engine.probes import MOST, Probe, ProbeKind, free_probe_id
from tauscope.engine.sampler import Sampler, cluster_specs
from tauscope.engine.world import World
from tauscope.widgets.amounts import plural
from tauscope.widgets.canvas.probe_touch import ProbeTouch
from tauscope.widgets.docks.probe_state import COLORS, PLACES, ProbeMark
from tauscope.widgets.docks.probes import ProbesPanel
from tauscope.widgets.docks.profile import ProfilePanel
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

MENU = "&Probes"
NAMES: dict[str, str] = {
    "point": "Point", "line": "Line", "region": "Region", "global": "Scalar", "site": "Site",
}  # fmt: skip
LATTICE, CLUSTERS, WAVE = LATTICES, ("kuramoto",), ("ufie",)
ADDERS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("point", "Add a &point", "point", "Then click a cell on a field", LATTICE),
    ("line", "Add a &line", "line", "Then drag along a line on a field", LATTICE),
    ("region", "Add a &region", "region", "Then drag a rectangle on a field", LATTICE),
    (
        "cluster",
        "Add selected &clusters",
        "ring",
        "R of each cluster that is selected, at every tick",
        CLUSTERS,
    ),
    ("site", "Add a s&ite", "probe", "Then click a site on a slice", WAVE),
    ("global", "Add a &scalar", "monitor", "A number of the whole model, such as its mean", ()),
)
ORDER = "R"
"""Field of clusters that a new probe measures."""


class Probing(Part):
    """Owns the sampler and the docks of probes and profile.

    Parameters
    ----------
    lab : Lab
        Whose document holds the probes and whose simulation samples them.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.sampler = Sampler()
        self.panel = ProbesPanel()
        self.profile = ProfilePanel()
        self.touches: dict[str, ProbeTouch] = {}
        self.selected = ""
        self._locked = False
        self._sending = False
        self._generation = -1
        self.shown = ProbeDocks(lab, self.sampler, self.panel, self.profile, lambda: self.selected)
        self.exports = ProbeExports(lab, self.sampler, self.shown)
        self.sites = SiteProbes(lab, self.add_site, self.edit, self.select, lambda: self.choose_tool(""))
        lab.simulation.loop.trackers.append(self.sampler)

    def docks(self) -> Sequence[Dock]:
        """Probes and Profile."""
        return (
            Dock("probes", "Probes", self.panel, "tau"),
            Dock("profile", "Profile", self.profile, "tau", engines=LATTICE),
        )

    def actions(self) -> Sequence[ActionSpec]:
        """Menu of probes."""
        adders = [
            ActionSpec(
                f"probe_{kind}",
                MENU,
                text,
                (lambda kind=kind: self.choose_tool(kind)),
                (),
                icon,
                tip=tip,
                engines=engines,
            )
            for kind, text, icon, tip, engines in ADDERS
        ]
        return [
            *adders,
            ActionSpec(
                "probe_here",
                MENU,
                "Probe the site &under the pointer",
                self.sites.probe_here,
                ("Shift+P",),
                "picker",
                tip="Samples what the slice shows there, at every step",
                engines=WAVE,
            ),
            ActionSpec(
                "export_samples",
                MENU,
                "&Export samples…",
                self.exports.ask_samples,
                (),
                "export",
                tip="Samples of every probe as CSV or HDF5",
                separated=True,
            ),
            ActionSpec(
                "export_profile",
                MENU,
                "Export pro&file…",
                self.exports.ask_profile,
                (),
                "export",
                tip="Fields along the line shown, as CSV or HDF5",
                engines=LATTICE,
            ),
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Connect both docks."""
        panel, profile = self.panel, self.profile
        panel.tool_chosen.connect(self.choose_tool)
        panel.chosen.connect(self.select)
        panel.delete_requested.connect(self.delete)
        panel.edited.connect(self.edit)
        panel.stride_chosen.connect(self.set_stride)
        panel.export_requested.connect(self.exports.ask_samples)
        profile.line_requested.connect(lambda: self.choose_tool("line"))
        profile.export_requested.connect(self.exports.ask_profile)
        self.shown.connect_bars()
        self.sites.connect_slices()
        for key in ("probes", "profile"):
            self.lab.window.docks[key].visibilityChanged.connect(self._visible)
        self._show_probes()

    def connect_view(self, key: str, view: FieldView) -> None:
        """Draw probes on a view and take the mouse on them."""
        touch = ProbeTouch(view)
        self.touches[key] = touch
        touch.placed.connect(lambda kind, x, y, x2, y2: self.add(kind, view.options.field, x, y, x2, y2))
        touch.moved.connect(self.edit)
        touch.chosen.connect(self.select)
        touch.given_up.connect(lambda: self.choose_tool(""))

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Sample and show the probes of the new content."""
        if before.probes != after.probes:
            self._send()
            self._show_probes()
            self.shown.soon()
        nx, ny = placed.sides(after.lattice.config) or (None, None)
        if nx and ny:
            self.panel.list.inspector.set_limits(nx, ny)
        if before.engine != after.engine:
            self._offer()
        if (config := config_of(after)) is not None:
            self.panel.list.inspector.set_clusters(config.clusters)

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run, on its simulation thread before it plays."""
        self.shown.new_run()
        self._send()
        self._offer()

    def frame_shown(self, frame: Frame) -> None:
        """Show what was worked out, and ask for more."""
        if frame.generation != self._generation:
            self._generation = frame.generation
            self.lab.background.watch(self.lab.simulation.loop.call(self._begin))
        self.shown.turn()

    def edits_locked(self, locked: bool) -> None:
        """Hide the marks while a recording is shown: they are of the live run."""
        self._locked = locked
        self.panel.set_locked(locked)
        for touch in self.touches.values():
            touch.set_editable(not locked)
        self.sites.set_editable(not locked)
        self._show_probes()

    # -- edits of the document

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Probes of the document."""
        return self.lab.document.content.probes

    def choose_tool(self, kind: str) -> None:
        """Place a probe of this kind next; of clusters and scalars at once, "" gives up."""
        if kind and self.lab.editing.is_locked():
            kind = ""
        if kind == "global":
            scalars = self._scalars()
            if scalars:
                self.add("global", next(iter(scalars)))
            kind = ""
        if kind == "cluster":
            self.add_clusters(self._selected_clusters())
            kind = ""
        self.panel.set_tool(kind)
        self.sites.place(kind == "site")
        for touch in self.touches.values():
            touch.place("" if kind == "site" else kind)

    def add(
        self,
        kind: str,
        quantity: str,
        x: float = 0.0,
        y: float = 0.0,
        x2: float = 0.0,
        y2: float = 0.0,
        site: tuple[int, ...] = (),
    ) -> None:
        """Add a probe and choose it."""
        self.choose_tool("")
        if self.lab.editing.is_locked():
            return
        probes = self.probes
        if not self._has_room(1) or not self._has_plane(kind, quantity):
            return
        taken = {probe.name for probe in probes}
        names = (f"{NAMES[kind]} {k}" for k in range(1, MOST + 2))
        engine = self.lab.document.content.engine if kind == "global" else self.lab.live.engine
        engine = WAVE[0] if kind == "site" else engine
        probe = Probe(
            free_probe_id(probes),
            cast("ProbeKind", kind),
            quantity,
            x,
            y,
            x2,
            y2,
            name=next(name for name in names if name not in taken),
            color=_free_color(probes),
            engine=engine,
            site=site,
        )
        self.selected = probe.id
        self._push((*probes, probe), f"Add {NAMES[kind].lower()} probe")

    def _has_plane(self, kind: str, quantity: str) -> bool:
        """Whether a place of rows and columns names one of the field; says so where it does not."""
        spec = self.lab.live.specs.get(quantity)
        if kind not in ("point", "line", "region") or spec is None or len(spec.dims) == 2:
            return True
        axes = ", ".join(spec.dims)
        text = f"{spec.label} has the axes {axes}; a {NAMES[kind].lower()} of x and y is no place of it."
        self.lab.notify("info", f"{text} Add a scalar, such as P, instead.", key="probe")
        return False

    def add_site(self, site: tuple[int, ...], quantity: str) -> None:
        """Add a probe of a site of the wave and choose it."""
        self.add("site", quantity, site=site)

    def add_clusters(self, clusters: Sequence[int]) -> None:
        """Add a probe of the order of each of these clusters, in one step, and choose the last."""
        lab, config = self.lab, config_of(self.lab.document.content)
        if config is None or lab.editing.is_locked():
            return
        if not clusters:
            lab.notify("info", "Select the clusters in the circles first.", key="probe")
            return
        if not self._has_room(len(clusters)):
            return
        probes, structure = self.probes, structure_of(config)
        for cluster in clusters:
            probe = Probe(
                free_probe_id(probes),
                "cluster",
                ORDER,
                float(cluster),
                name=f"{ORDER} {structure.name(cluster)}",
                color=_free_color(probes),
                engine=ENGINE,
            )
            probes = (*probes, probe)
        self.selected = probes[-1].id
        self._push(probes, f"Add {plural(len(clusters), 'cluster probe', 'cluster probes')}")

    def _has_room(self, more: int) -> bool:
        """Whether so many probes can be added; says so where they cannot."""
        present = len(self.probes)
        if present + more <= MOST:
            return True
        text = f"There are {present} probes and {MOST} are the most a run has, so {more} more have no room."
        self.lab.notify("warning", f"{text} Delete some, or choose fewer.", key="probe")
        return False

    def _selected_clusters(self) -> list[int]:
        view = self.lab.window.centres.get(CIRCLES)
        return sorted(view.selection()) if isinstance(view, CirclesView) else []

    def edit(self, key: str, changes: Mapping[str, Any], phase: str = "commit") -> None:
        """Change entries of a probe; press, drag and release make one step."""
        history = self.lab.history
        if phase == "cancel":
            history.cancel_gesture()
            return
        if self.lab.editing.is_locked():
            return
        if phase == "press":
            history.begin_gesture()
        probes = tuple(replace(p, **dict(changes)) if p.id == key else p for p in self.probes)
        moved = set(changes) <= {"x", "y", "x2", "y2", "site"}
        text = "Move probe" if moved else f"Change probe’s {', '.join(changes)}"
        if "shown" in changes:
            text = "Show probe" if changes["shown"] else "Hide probe"
        self._push(probes, text, f"probe:{key}" if phase != "commit" else "")

    def delete(self, key: str) -> None:
        """Delete a probe."""
        if not self.lab.editing.is_locked():
            self._push(tuple(probe for probe in self.probes if probe.id != key), "Delete probe")

    def select(self, key: str) -> None:
        """Choose a probe; a line is shown in the profile."""
        self.selected = key
        self.profile.choose_line(key)
        self._show_probes()
        self.shown.soon()

    def set_stride(self, ticks: int) -> None:
        """Ticks between two samples from now on."""
        call = self.lab.simulation.loop.call
        self.lab.background.watch(call(lambda world: self.sampler.set_stride(world, ticks)))

    def _push(self, probes: tuple[Probe, ...], text: str, merge: str = "") -> None:
        self.lab.history.push(replace(self.lab.document.content, probes=probes), text, merge)

    # -- the simulation

    def _send(self) -> None:
        """Hand the probes over; of several wishes that wait only the newest counts."""
        if not self._sending:
            self._sending = True
            self.lab.background.watch(self.lab.simulation.loop.call(self._adopt))

    def _adopt(self, world: World) -> None:
        self._sending = False
        self.sampler.set_probes(world, self.probes)

    def _begin(self, world: World) -> None:
        self.sampler.start(world)

    # -- showing

    def _offer(self) -> None:
        self.panel.set_quantities(
            self._fields(), self._scalars(), self._cluster_fields(), self._site_fields()
        )
        if (config := config_of(self.lab.document.content)) is not None:
            self.panel.list.inspector.set_clusters(config.clusters)
        self.profile.set_quantities(self._fields())
        self._show_probes()

    def _fields(self) -> dict[str, str]:
        specs = self.lab.live.specs
        return {name: f"{spec.label} · {name}" for name, spec in specs.items() if spec.dims == ("y", "x")}

    def _scalars(self) -> dict[str, str]:
        engines = self.lab.simulation.loop.world.engines
        engine = engines.get(self.lab.document.content.engine)
        return {name: spec.label for name, spec in engine.scalar_specs().items()} if engine else {}

    def _cluster_fields(self) -> dict[str, str]:
        world = self.lab.simulation.loop.world
        if ENGINE not in world.engines:
            return {}
        return {name: f"{spec.label} · {name}" for name, spec in cluster_specs(world, ENGINE).items()}

    def _site_fields(self) -> dict[str, str]:
        return dict(QUANTITIES) if WAVE[0] in self.lab.simulation.loop.world.engines else {}

    def _show_probes(self) -> None:
        labels = {
            **self._cluster_fields(),
            **self._scalars(),
            **{name: spec.label for name, spec in self.lab.live.specs.items()},
        }
        marks = tuple(mark_of(p, QUANTITIES if p.kind == "site" else labels) for p in self.probes)
        if self.selected not in {mark.id for mark in marks}:
            self.selected = marks[-1].id if marks else ""
        self.panel.set_marks(marks, self.selected)
        self.profile.set_marks(marks)
        for touch in self.touches.values():
            touch.set_marks(() if self._locked else [m for m in marks if m.kind != "site"], self.selected)
        self.sites.set_probes(() if self._locked else self.probes, self.selected)

    def _visible(self, _visible: bool) -> None:
        QTimer.singleShot(0, self, self.shown.soon)


def _free_color(probes: Sequence[Probe]) -> str:
    """Colour that fewest probes have."""
    used = [probe.color for probe in probes]
    return min(COLORS, key=used.count)


def mark_of(probe: Probe, labels: Mapping[str, str]) -> ProbeMark:
    """Probe as canvases and lists show it."""
    return ProbeMark(
        probe.id,
        probe.kind,
        probe.title,
        probe.color,
        probe.quantity,
        labels.get(probe.quantity, probe.quantity),
        probe.reduction,
        **{name: getattr(probe, name) for name in PLACES[probe.kind]},
        shown=probe.shown,
        site=probe.site,
    )
