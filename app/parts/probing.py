"""Probes in the window: added on canvases, sampled by the simulation, shown in two docks, saved to files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog

from tauscope.app import probe_files, probe_views
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.part import Dock, Part
from tauscope.app.probe_views import ProbesResult, TheoryResult, TheoryWish
from tauscope.engine.base import Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import MOST, Probe, ProbeKind, free_probe_id
from tauscope.engine.sampler import Profile, Sampler, profile_of
from tauscope.engine.spectrum import Window
from tauscope.engine.world import World
from tauscope.widgets.canvas.probe_touch import ProbeTouch
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.docks.probe_state import COLORS, PLACES, ProbeMark
from tauscope.widgets.docks.probes import ProbesPanel
from tauscope.widgets.docks.profile import ProfilePanel
from tauscope.widgets.docks.theory_bar import TheoryBar
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.plots.chart import Pane

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

MENU = "&Probes"
REFRESH_SECONDS = 0.1
LAST_MS = 130
NAMES: dict[str, str] = {"point": "Point", "line": "Line", "region": "Region", "global": "Scalar"}
KINDS = "Samples of probes (*.csv *.h5)"
PROFILE_KINDS = "Profile (*.csv *.h5)"

ProfileResult = tuple[tuple[Pane, ...], TheoryResult | None, Profile]


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
        self.newest_profile: Profile | None = None
        self._locked = False
        self._sending = False
        self._generation = -1
        self._series = _Job(self, self.panel, self._work_series, self._show_series)
        self._cut = _Job(self, self.profile, self._work_cut, self._show_cut)
        self._wishes = {"series": TheoryWish(), "profile": TheoryWish()}
        self._cut_shown: object = None
        lab.simulation.loop.trackers.append(self.sampler)

    def docks(self) -> Sequence[Dock]:
        """Probes and Profile."""
        return (
            Dock("probes", "Probes", self.panel, "tau"),
            Dock("profile", "Profile", self.profile, "tau"),
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
            )
            for kind, text, icon, tip in (
                ("point", "Add a &point", "point", "Then click a cell on a field"),
                ("line", "Add a &line", "line", "Then drag along a line on a field"),
                ("region", "Add a &region", "region", "Then drag a rectangle on a field"),
                ("global", "Add a &scalar", "monitor", "A scalar of the whole lattice"),
            )
        ]
        return [
            *adders,
            ActionSpec(
                "export_samples",
                MENU,
                "&Export samples…",
                self.export_dialog,
                (),
                "export",
                tip="Samples of every probe as CSV or HDF5",
                separated=True,
            ),
            ActionSpec(
                "export_profile",
                MENU,
                "Export pro&file…",
                self.export_profile_dialog,
                (),
                "export",
                tip="Fields along the line shown, as CSV or HDF5",
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
        panel.export_requested.connect(self.export_dialog)
        panel.view_changed.connect(lambda: self._theory_edited("series"))
        panel.fit_requested.connect(lambda: self._fit("series"))
        profile.line_requested.connect(lambda: self.choose_tool("line"))
        profile.view_changed.connect(lambda: self._theory_edited("profile"))
        profile.fit_requested.connect(lambda: self._fit("profile"))
        profile.export_requested.connect(self.export_profile_dialog)
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
            self._soon()
        data = after.config.dump()
        if "nx" in data and "ny" in data:
            self.panel.list.inspector.set_limits(int(data["nx"]), int(data["ny"]))

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run, on its simulation thread before it plays."""
        self._cut_shown = None
        self._wishes = {key: replace(wish, fitted=None) for key, wish in self._wishes.items()}
        self._send()
        self._offer()

    def frame_shown(self, frame: Frame) -> None:
        """Show what was worked out, and ask for more."""
        if frame.generation != self._generation:
            self._generation = frame.generation
            self.lab.background.watch(self.lab.simulation.loop.call(self._begin))
        self._series.turn()
        self._cut.turn()

    def edits_locked(self, locked: bool) -> None:
        """Hide the marks while a recording is shown: they are of the live run."""
        self._locked = locked
        self.panel.set_locked(locked)
        for touch in self.touches.values():
            touch.set_editable(not locked)
        self._show_probes()

    # -- edits of the document

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Probes of the document."""
        return self.lab.document.content.probes

    def choose_tool(self, kind: str) -> None:
        """Place a probe of this kind next; a global one is added at once, "" gives up."""
        if kind and self.lab.editing.is_locked():
            kind = ""
        if kind == "global":
            scalars = self._scalars()
            if scalars:
                self.add("global", next(iter(scalars)))
            kind = ""
        self.panel.set_tool(kind)
        for touch in self.touches.values():
            touch.place(kind)

    def add(
        self, kind: str, quantity: str, x: float = 0.0, y: float = 0.0, x2: float = 0.0, y2: float = 0.0
    ) -> None:
        """Add a probe and choose it."""
        self.choose_tool("")
        if self.lab.editing.is_locked():
            return
        probes = self.probes
        if len(probes) >= MOST:
            self.lab.notify("warning", f"There are {MOST} probes, the most one run has. Delete one first.")
            return
        identity = free_probe_id(probes)
        taken = {probe.name for probe in probes}
        names = (f"{NAMES[kind]} {k}" for k in range(1, MOST + 2))
        used = [probe.color for probe in probes]
        probe = Probe(
            identity,
            cast("ProbeKind", kind),
            quantity,
            x,
            y,
            x2,
            y2,
            name=next(name for name in names if name not in taken),
            color=min(COLORS, key=used.count),
            engine=self.lab.document.content.engine,
        )
        self.selected = identity
        self._push((*probes, probe), f"Add {NAMES[kind].lower()} probe")

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
        moved = set(changes) <= {"x", "y", "x2", "y2"}
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
        self._soon()

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
        self.panel.set_quantities(self._fields(), self._scalars())
        self.profile.set_quantities(self._fields())
        self._show_probes()

    def _fields(self) -> dict[str, str]:
        specs = self.lab.live.specs
        return {name: f"{spec.label} · {name}" for name, spec in specs.items() if spec.dims == ("y", "x")}

    def _scalars(self) -> dict[str, str]:
        engines = self.lab.simulation.loop.world.engines
        engine = engines.get(self.lab.document.content.engine)
        return {name: spec.label for name, spec in engine.scalar_specs().items()} if engine else {}

    def _show_probes(self) -> None:
        labels = {**self._scalars(), **{name: spec.label for name, spec in self.lab.live.specs.items()}}
        marks = tuple(mark_of(probe, labels) for probe in self.probes)
        if self.selected not in {mark.id for mark in marks}:
            self.selected = marks[-1].id if marks else ""
        self.panel.set_marks(marks, self.selected)
        self.profile.set_marks(marks)
        for touch in self.touches.values():
            touch.set_marks(() if self._locked else marks, self.selected)

    def _visible(self, _visible: bool) -> None:
        QTimer.singleShot(0, self, self._soon)

    def _soon(self) -> None:
        self._cut_shown = None
        self._series.again()
        self._cut.again()

    def _theory_edited(self, which: str) -> None:
        bar = self._bar(which)
        old = self._wishes[which]
        fitted = old.fitted if bar.text == old.text else None
        self._wishes[which] = TheoryWish(bar.text, bar.given_sigma, False, fitted, old.fitted_at)
        if not bar.text:
            bar.set_result("")
        self._soon()

    def _fit(self, which: str) -> None:
        bar = self._bar(which)
        if not bar.text:
            bar.set_result("Type a formula with a, b or c first, as in the example.", trouble=True)
            return
        self._wishes[which] = replace(
            self._wishes[which], text=bar.text, sigma=bar.given_sigma, fit=True, fitted=None, refusal=""
        )
        self._soon()

    def _bar(self, which: str) -> TheoryBar:
        return self.panel.theory if which == "series" else self.profile.theory

    def _take_theory(self, which: str, made_for: TheoryWish, found: TheoryResult | None) -> None:
        wish, bar = self._wishes[which], self._bar(which)
        if (made_for.text, made_for.sigma, made_for.fit) != (wish.text, wish.sigma, wish.fit):
            return  # something else was typed meanwhile
        if found is None:
            bar.set_result("" if not wish.text else "There is nothing to compare it with yet.")
            return
        bar.set_result(found.text, found.trouble)
        refusal = found.text if wish.fit and found.trouble else wish.refusal
        self._wishes[which] = replace(
            wish, fit=False, fitted=found.fitted, fitted_at=found.fitted_at, refusal=refusal
        )

    @property
    def _ema(self) -> float | None:
        window = self.lab.document.content.config.dump().get("ema_window")
        return float(window) if window else None

    def _work_series(self, done: Callable[[object], None]) -> None:
        panel, wish = self.panel, self._wishes["series"]
        view, selected, ema = panel.view, self.selected, self._ema
        window = cast("Window", panel.taper.value)
        axes = (panel.across.value, panel.along.value)

        def work() -> tuple[ProbesResult, TheoryWish]:
            data = self.sampler.data()
            return probe_views.probes_view(data, view, window, axes, selected, wish, ema), wish

        self._run(work, done)

    def _show_series(self, result: object) -> None:
        found, wish = cast("tuple[ProbesResult, TheoryWish]", result)
        self.panel.set_data(
            found.panes, found.labels, found.values, found.problems, found.reach, found.peaks, found.log
        )
        if self.panel.view == "series":
            self._take_theory("series", wish, found.theory)

    def _work_cut(self, done: Callable[[object], None]) -> None:
        line = next((p for p in self.probes if p.id == self.profile.shown_line), None)
        known = self.lab.live.specs
        fields = tuple(name for name in self.profile.fields if name in known)
        frame = self.lab.frame
        wish = self._wishes["profile"]
        key = (
            line,
            fields,
            wish,
            self.profile.log.isChecked(),
            frame and (frame.generation, frame.macro_tick),
        )
        if line is None or not fields or frame is None:
            self.profile.set_data((), "")
            done(None)
            return
        if key == self._cut_shown:
            done(None)
            return
        self._cut_shown = key
        specs, ema = dict(known), self._ema
        background, call = self.lab.background, self.lab.simulation.loop.call

        def read(world: World) -> Profile | BadInput:
            try:
                return profile_of(world, line, fields)
            except BadInput as error:
                return error

        def compute(profile: Profile | BadInput) -> None:
            if isinstance(profile, BadInput):
                self.profile.set_data((), "")
                self.profile.chart.set_hint(str(profile))
                done(None)
                return

            def work() -> tuple[ProfileResult, TheoryWish]:
                return (*probe_views.profile_view(profile, specs, wish, ema), profile), wish

            self._run(work, done)

        future = call(read)
        future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)
        background.watch(future, compute)

    def _show_cut(self, result: object) -> None:
        (panes, theory, profile), wish = cast("tuple[ProfileResult, TheoryWish]", result)
        self.newest_profile = profile
        self.profile.set_data(panes, f"tick {profile.tick:,}")
        self._take_theory("profile", wish, theory)

    def _run(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        """Work off the GUI thread; a failure ends the job as well."""
        future = self.lab.background.run(work, done)
        future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)

    # -- files

    def export_dialog(self) -> None:
        """Ask for a file and save the samples."""
        if not self.probes:
            self.lab.notify("warning", "There are no probes yet, so there are no samples to save.")
            return
        self._ask("Export samples", "-probes", KINDS, self.export)

    def export(self, path: str) -> None:
        """Save the samples of every probe to a new CSV or HDF5 file."""
        metadata = self._metadata()
        self.lab.background.run(
            lambda: probe_files.save_samples(Path(path), self.sampler.data(), metadata), self._saved
        )

    def export_profile_dialog(self) -> None:
        """Ask for a file and save the profile."""
        if self.newest_profile is None:
            self.lab.notify("warning", "There is no profile yet: add a line probe and open the Profile dock.")
            return
        self._ask("Export profile", "-profile", PROFILE_KINDS, self.export_profile)

    def export_profile(self, path: str) -> None:
        """Save the newest profile to a new CSV or HDF5 file."""
        profile, metadata = self.newest_profile, self._metadata()
        if profile is None:
            raise BadInput("There is no profile yet.", key="profile")
        units = {name: spec.unit for name, spec in self.lab.live.specs.items()}
        self.lab.background.run(
            lambda: probe_files.save_profile(Path(path), profile, units, metadata), self._saved
        )

    def _ask(self, title: str, ending: str, kinds: str, done: Callable[[str], None]) -> None:
        files = self.lab.files
        name = f"{self.lab.document.content.preset or 'run'}{ending}"
        dialog = ask_file(self.lab.window, title, files.suggestion(".csv", name), kinds, done, save=True)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # what exists is refused, never replaced

    def _metadata(self) -> dict[str, Any]:
        content = self.lab.document.content
        return {
            "engine": content.engine,
            "preset": content.preset,
            "title": content.title,
            "seed": content.seed,
            "config": content.config.dump(),
            "saved": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }

    def _saved(self, path: Path) -> None:
        self.lab.notify("info", f"Saved {path}.")


class _Job:
    """Work that is asked for at most every 0.1 s, done elsewhere, and shown in the turn that draws.

    Parameters
    ----------
    part : Probing
        Owner.
    panel : QWidget
        Only while it is visible anything is done.
    work : callable
        ``work(done)``: begins the work; ``done(result)`` ends it, from any thread with None for nothing new.
    show : callable
        Shows a result.
    """

    def __init__(
        self,
        part: Probing,
        panel: ProbesPanel | ProfilePanel,
        work: Callable[[Callable[[object], None]], None],
        show: Callable[[object], None],
    ) -> None:
        self._part, self._panel, self._work, self._show = part, panel, work, show
        self._began = 0.0
        self._busy = False
        self._wanted = False
        self._result: object = None

    def turn(self) -> None:
        """Show what is done; begin anew where the last is old enough."""
        self._take()
        if not self._busy and time.monotonic() - self._began >= REFRESH_SECONDS:
            self._begin()

    def again(self) -> None:
        """Begin at once, or as soon as the present work is done: the user is waiting."""
        self._wanted = True
        if not self._busy:
            self._begin()

    def _begin(self) -> None:
        if not self._panel.isVisible():
            return
        self._wanted = False
        self._busy, self._began = True, time.monotonic()
        self._work(self._done)

    def _done(self, result: object) -> None:
        self._busy = False
        if result is not None:
            self._result = result
            QTimer.singleShot(LAST_MS, self._part, self._take)

    def _take(self) -> None:
        result, self._result = self._result, None
        if result is not None:
            self._show(result)
        if self._wanted and not self._busy:
            self._begin()


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
    )
