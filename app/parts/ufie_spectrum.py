"""Spectrum of the wave at a site, with the emitters' lines."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from tauscope.app.document import Content
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.app.site_texts import centre_of, site_text
from tauscope.app.slice_planes import ENGINE, config_of
from tauscope.app.tracked import Tracked
from tauscope.engine.base import Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.analysis.lines import products
from tauscope.engine.ufie.analysis.site_series import (
    SIDES,
    SiteSeries,
    lattice_lines,
    site_spectrum,
    stride_of,
)
from tauscope.engine.ufie.config import UfieConfig
from tauscope.widgets.labs.ufie.spectrum import CENTRE, SpectrumData, SpectrumPanel
from tauscope.widgets.labs.ufie.spectrum_plot import LineMark, decibels
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

NOT_RECORDED = "The recording that is shown does not hold this. Go back to the live run to see it."
REST = 9.0
"""The worker rests so many times as long as its work took: at most a tenth of a core."""


class UfieSpectrum(Part):
    """Dock of the spectrum; the wave is sampled at every step while it is seen.

    Parameters
    ----------
    lab : Lab
        Whose run it belongs to.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = SpectrumPanel()
        self.series: Tracked[SiteSeries] = Tracked(lab)
        self._rested = 0.0
        self._late = False
        self._chosen = CENTRE
        self._job = PanelJob(self, self.panel, self._begin, self._show)

    def docks(self) -> list[Dock]:
        """Spectrum."""
        return [Dock("spectrum", "Spectrum", self.panel, "monitors", engines=(ENGINE,))]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel."""
        self.lab.window.docks["spectrum"].visibilityChanged.connect(self._soon)
        self.panel.view_changed.connect(self._wished)
        self.panel.site_chosen.connect(self._choose)
        self.panel.export.clicked.connect(
            lambda: save_sheet(self.lab, "Export spectrum", "spectrum", self.sheet)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Follow probes and emitters."""
        if before.probes != after.probes or _heard(before) != _heard(after):
            self._offer()
            self._follow()

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run."""
        self.panel.set_data(None)
        self._offer()
        self._follow(anew=True)

    def frame_shown(self, frame: Frame) -> None:
        """Show what was worked out, and ask for more."""
        if self.series.tracker is not None:
            self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """Nothing is sampled while a recording is shown."""
        if locked:
            self.panel.set_data(None, NOT_RECORDED)
        self._soon()

    # -- what is sampled

    @property
    def site(self) -> tuple[int, ...] | None:
        """Site whose spectrum is wanted; None where no wave runs."""
        content = self.lab.document.content
        config = config_of(content)
        if config is None:
            return None
        probe = next((p for p in content.probes if p.id == self._chosen and p.kind == "site"), None)
        return centre_of(config.shape) if probe is None else probe.site

    def _choose(self, key: str) -> None:
        self._chosen = key
        self._follow()

    def _offer(self) -> None:
        """Offer the probes of sites, the tones and the lengths of the present set-up."""
        content = self.lab.document.content
        config = config_of(content)
        if config is None:
            return
        probes = [p for p in content.probes if p.kind == "site" and p.engine == ENGINE]
        if self._chosen not in {p.id for p in probes}:
            self._chosen = CENTRE
        middle = f"Centre ({site_text(centre_of(config.shape), config.shape)})"
        sites = [
            (CENTRE, middle),
            *((p.id, f"{p.title} ({site_text(p.site, config.shape)})") for p in probes),
        ]
        distinct = list(dict.fromkeys(sites))
        self.panel.set_sites(distinct, self._chosen)
        self.panel.set_interval(self._tick_time() * self._stride())
        self.panel.set_tones([emitter.name for emitter in config.emitters])
        self.panel.set_marks(self.marks(config))

    def marks(self, config: UfieConfig) -> list[LineMark]:
        """Lines that belong to a configuration: tones, free waves and mixing products, as they are wanted."""
        found = [
            LineMark(e.name, e.tone, "emitter" if e.on and e.amplitude > 0 else "mode")
            for e in config.emitters
        ]
        if self.panel.on("modes"):
            found += [LineMark(name, line, "mode") for name, line in lattice_lines(config).items()]
        tones = {emitter.name: emitter.tone for emitter in config.emitters}
        pair = self.panel.first.value, self.panel.second.value
        if self.panel.on("products") and pair[0] != pair[1] and set(pair) <= set(tones):
            mixed = products(pair, [tones[name] for name in pair])
            found += [LineMark(name, abs(line), "product") for name, line in mixed.items()]
        if self.panel.sides.value == "both":
            found += [LineMark(f"−{m.name}", -m.frequency, m.kind) for m in found if m.frequency > 0]
        return found

    def _tick_time(self) -> float:
        """Time of a macro tick, s."""
        content = self.lab.document.content
        config = config_of(content)
        return math.nan if config is None else config.dt * content.setup().ratios[ENGINE]

    def _stride(self) -> int:
        """Macro ticks between two samples."""
        config = config_of(self.lab.document.content)
        return 1 if config is None else stride_of(config, self._tick_time())

    def _soon(self, _visible: bool = True) -> None:
        QTimer.singleShot(0, self, self._follow)

    def _follow(self, anew: bool = False) -> None:
        """Let a tracker sample the site while the panel is seen, and none otherwise."""
        site, old = self.site, self.series.tracker
        wanted = in_sight(self.panel) and site is not None and not self.lab.playback.active
        if not wanted or site is None:
            self.series.put(None)
            return
        stride = self._stride()
        if old is None or anew or (old.site, old.stride) != (site, stride):
            self.series.put(SiteSeries(ENGINE, site, stride=stride))
            self._again()

    # -- showing

    def _wished(self) -> None:
        config = config_of(self.lab.document.content)
        if config is not None:
            self.panel.set_marks(self.marks(config))
        self._again()

    def _again(self) -> None:
        self._rested = 0.0
        self._job.again()

    def _catch_up(self) -> None:
        self._late = False
        self._job.again()

    def _begin(self, done: Callable[[object], None]) -> None:
        tracker, panel = self.series.tracker, self.panel
        left = self._rested - time.monotonic()
        if tracker is None or left > 0:
            done(None)
            if tracker is not None and not self._late:  # the newest samples before a pause are shown as well
                self._late = True
                QTimer.singleShot(max(1, round(1000 * left)), self, self._catch_up)
            return
        length, averaged = panel.samples, panel.on("average")
        sides = next(key for key in SIDES if key == panel.sides.value)

        def work() -> object:
            began = time.perf_counter()
            try:
                window = tracker.data(None if averaged else length)
                if window.problem:
                    return None, window.problem, tracker, 0.0
                found = site_spectrum(window, length, sides, averaged)
            except BadInput as error:
                return None, str(error), tracker, 0.0
            except Exception as error:  # noqa: BLE001 - told on the GUI thread, and the job must end
                return error
            data = SpectrumData(
                found.frequency,
                found.power,
                found.bin,
                found.span,
                found.segments,
                found.peak,
                found.peak_power,
                len(window.values),
            )
            return data, "", tracker, time.perf_counter() - began

        self.lab.background.run(work, done)

    def _show(self, result: object) -> None:
        if isinstance(result, Exception):
            self.lab.show_error(result)
            return
        assert isinstance(result, tuple)
        data, hint, tracker, took = result
        self._rested = time.monotonic() + REST * took
        if tracker is self.series.tracker:
            self.panel.set_data(data, hint)

    # -- files

    def sheet(self) -> Sheet | None:
        """Spectrum as it is shown."""
        data, content, site = self.panel.data, self.lab.document.content, self.site
        config = config_of(content)
        if data is None or site is None or config is None:
            return None
        columns = {
            "frequency [Hz]": data.frequency,
            "power [psi^2]": data.power,
            "power [dB]": decibels(data.power),
        }
        notes = (
            f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}",
            f"site {list(site)}, {self.panel.sides.currentText()}, {self.panel.note.text()}",
            *(f"{mark.name}: {mark.frequency!r} Hz" for mark in self.marks(config)),
        )
        return Sheet(columns, notes)


def _heard(content: Content) -> tuple[object, ...]:
    """What a spectrum depends on: not where the emitters stand, nor how their phases lie."""
    config = config_of(content)
    if config is None:
        return ()
    tones = tuple((one.name, one.tone, one.on and one.amplitude > 0) for one in config.emitters)
    rest = type(config).model_fields.keys() - {"emitters", "dphi", "reference_phase"}
    return tones, *(getattr(config, name) for name in sorted(rest)), content.ticks
