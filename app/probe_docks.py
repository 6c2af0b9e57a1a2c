"""What the docks of probes show: series, spectra, profiles and theories, worked out off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QObject

from tauscope.app import probe_views
from tauscope.app.panel_job import PanelJob
from tauscope.app.probe_views import ProbesResult, TheoryResult, TheoryWish
from tauscope.engine.errors import BadInput
from tauscope.engine.sampler import Profile, Sampler, profile_of
from tauscope.engine.spectrum import Window
from tauscope.engine.world import World
from tauscope.widgets.docks.probes import ProbesPanel
from tauscope.widgets.docks.profile import ProfilePanel
from tauscope.widgets.docks.theory_bar import TheoryBar
from tauscope.widgets.plots.chart import Pane

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ProfileResult = tuple[tuple[Pane, ...], TheoryResult | None, Profile]
Bar = Literal["series", "profile"]
"""Which of the two theory bars is meant."""


class ProbeDocks(QObject):
    """Keeps the plots of both docks to the samples, the newest frame and what is typed as theory.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.
    sampler : Sampler
        Keeps the samples.
    panel, profile : ProbesPanel, ProfilePanel
        The docks.
    selected : callable
        Gives the id of the chosen probe, "" for none.
    """

    def __init__(
        self,
        lab: Lab,
        sampler: Sampler,
        panel: ProbesPanel,
        profile: ProfilePanel,
        selected: Callable[[], str],
    ) -> None:
        super().__init__(lab)
        self.lab, self.sampler, self.panel, self.profile = lab, sampler, panel, profile
        self.newest_profile: Profile | None = None
        """Profile that is shown; None where there is none, and until the new run has one."""
        self._selected = selected
        self._series = PanelJob(self, panel, self._work_series, self._show_series)
        self._cut = PanelJob(self, profile, self._work_cut, self._show_cut)
        self._wishes: dict[Bar, TheoryWish] = {"series": TheoryWish(), "profile": TheoryWish()}
        self._cut_shown: object = None
        self._run_number = 0
        """Of the run that is shown: what comes late from the one before is left out."""

    def connect_bars(self) -> None:
        """Listen to what is typed as theory."""
        self.panel.view_changed.connect(lambda: self._theory_edited("series"))
        self.panel.fit_requested.connect(lambda: self._fit("series"))
        self.profile.view_changed.connect(lambda: self._theory_edited("profile"))
        self.profile.fit_requested.connect(lambda: self._fit("profile"))

    def new_run(self) -> None:
        """Forget what belongs to the run before: its profile, and what was fitted to it."""
        self._run_number += 1
        self._cut_shown = self.newest_profile = None
        self._wishes = {key: replace(wish, fitted=None) for key, wish in self._wishes.items()}

    def turn(self) -> None:
        """Show what was worked out, and ask for more; called in the turn that draws."""
        self._series.turn()
        self._cut.turn()

    def soon(self) -> None:
        """Work everything out anew; the user has changed something."""
        self._cut_shown = None
        self._series.again()
        self._cut.again()

    def _theory_edited(self, which: Bar) -> None:
        bar = self._bar(which)
        old = self._wishes[which]
        fitted = old.fitted if bar.text == old.text else None
        self._wishes[which] = TheoryWish(bar.text, bar.given_sigma, False, fitted, old.fitted_at)
        if not bar.text:
            bar.set_result("")
        self.soon()

    def _fit(self, which: Bar) -> None:
        bar = self._bar(which)
        if not bar.text:
            bar.set_result("Type a formula with a, b or c first, as in the example.", trouble=True)
            return
        self._wishes[which] = replace(
            self._wishes[which], text=bar.text, sigma=bar.given_sigma, fit=True, fitted=None, refusal=""
        )
        self.soon()

    def _bar(self, which: Bar) -> TheoryBar:
        return self.panel.theory if which == "series" else self.profile.theory

    def _take_theory(self, which: Bar, made_for: TheoryWish, found: TheoryResult | None) -> None:
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
        # Not of a dump: that packs whatever maps were painted, many times a second.
        window = getattr(self.lab.document.content.lattice.config, "ema_window", None)
        return float(window) if window else None

    def _work_series(self, done: Callable[[object], None]) -> None:
        panel, wish = self.panel, self._wishes["series"]
        view, selected, ema = panel.view, self._selected(), self._ema
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
        line = next((p for p in self.lab.document.content.probes if p.id == self.profile.shown_line), None)
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
            self._show_no_profile()
            done(None)
            return
        if key == self._cut_shown:
            done(None)
            return
        self._cut_shown = key
        specs, ema, run = dict(known), self._ema, self._run_number
        background, call = self.lab.background, self.lab.simulation.loop.call

        def read(world: World) -> Profile | BadInput:
            try:
                return profile_of(world, line, fields)
            except BadInput as error:
                return error

        def compute(profile: Profile | BadInput) -> None:
            if isinstance(profile, BadInput):
                self._show_no_profile()
                self.profile.chart.set_hint(str(profile))
                done(None)
                return

            def work() -> tuple[ProfileResult, TheoryWish, int]:
                return (*probe_views.profile_view(profile, specs, wish, ema), profile), wish, run

            self._run(work, done)

        future = call(read)
        future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)
        background.watch(future, compute)

    def _show_cut(self, result: object) -> None:
        (panes, theory, profile), wish, run = cast("tuple[ProfileResult, TheoryWish, int]", result)
        if run != self._run_number:
            return
        self.newest_profile = profile
        self.profile.set_data(panes, f"tick {profile.tick:,}")
        self._take_theory("profile", wish, theory)

    def _show_no_profile(self) -> None:
        self.newest_profile = None
        self.profile.set_data((), "")

    def _run(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        """Work off the GUI thread; a failure ends the job as well."""
        future = self.lab.background.run(work, done)
        future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)
