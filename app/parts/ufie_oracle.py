"""The oracle's plots, and what SCRAM did: banner, log and acknowledgement."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout

from tauscope.app import scram_alarm
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.oracle_sampler import ENGINE, TIME, OracleSampler
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.ufie_oracle_recorded import Recorded, read_recorded
from tauscope.app.recording import RecordingFile
from tauscope.app.scram_log import ScramLog
from tauscope.app.sheets import Sheet
from tauscope.engine.base import Command, Frame
from tauscope.engine.notices import News, Notice, Watch
from tauscope.engine.ufie import catalogue
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.scram import ScramStatus
from tauscope.engine.world import World
from tauscope.widgets.amounts import share
from tauscope.widgets.labs.ufie.oracle import NAMES, Floats, OraclePanel
from tauscope.widgets.labs.ufie.scram_banner import ScramBanner
from tauscope.widgets.plots.chart import Mark
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KEY = "scram"
DRAW_SECONDS = 0.2
"""Between two drawings of the plots: four panes take the window some 30 ms."""
MOST_MARKS = 32
MOST_LINES = 8
"""Events that are written into the window's log one by one, of those that come at once."""


@dataclass(frozen=True)
class Seen:
    """What the simulation thread saw of the wave: a whole that the window takes at once.

    Parameters
    ----------
    events : tuple of Notice
        All that the engine keeps, oldest first.
    status : ScramStatus
        Where the policy stands.
    time : float
        Time of the engine.
    """

    events: tuple[Notice, ...] = ()
    status: ScramStatus = field(default_factory=ScramStatus)
    time: float = 0.0


class UfieOracle(Part):
    """Dock of the oracle, the banner above the slice, and the log of SCRAM.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.
    """

    _heard = Signal()

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel, self.banner = OraclePanel(), ScramBanner()
        self.panel.set_definitions(catalogue.SCALARS)
        self.sampler = OracleSampler()
        self.log = ScramLog()
        self.seen = Seen()
        """What was seen last; replaced as a whole by the simulation thread."""
        self._watch = Watch()
        self._news: list[News] = []
        self._taking = threading.Lock()
        self._shown: tuple[object, ...] = ()
        self._recorded: Recorded | None = None
        self._heard.connect(self._hear)
        self._job = PanelJob(
            self, self.panel, lambda done: done(True), lambda _true: self._draw(), DRAW_SECONDS
        )

    def docks(self) -> Sequence[Dock]:
        """Oracle."""
        return (Dock("oracle", "Oracle", self.panel, "monitors", engines=(ENGINE,)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return (
            ActionSpec(
                "acknowledge_scram",
                "&Run",
                "&Acknowledge SCRAM",
                self.acknowledge,
                tip="Attempts count anew, and a run that SCRAM has stopped may go on",
                engines=(ENGINE,),
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Put the banner above the centre, and watch the run."""
        lab = self.lab
        column = lab.window.centre.layout()
        if isinstance(column, QBoxLayout):
            column.insertWidget(0, self.banner)
        self.banner.acknowledged.connect(self.acknowledge)
        self.banner.go_back_requested.connect(lab.go_back)
        self.panel.reset_requested.connect(self.reset)
        self.panel.pause_toggled.connect(lambda _held: self._draw())
        self.panel.export.clicked.connect(lambda: save_sheet(lab, "Export the oracle", "oracle", self.sheet))
        lab.window.docks["oracle"].visibilityChanged.connect(lambda _seen: self._draw())
        loop = lab.simulation.loop

        def watch(_world: World) -> None:
            loop.watchers.append(self._look)
            loop.trackers.append(self.sampler)

        loop.call(watch)

    # -- on the simulation thread

    def _look(self, world: World) -> None:
        """Take what is new, between two ticks."""
        self.sampler.speed = self.lab.simulation.loop.speed
        self.sampler.follow(world)
        news = self._watch.look(world)
        engine: Any = world.engines.get(ENGINE)
        before = self.seen
        self.seen = Seen() if engine is None else Seen(engine.events(), engine.scram, engine.time)
        if news:
            with self._taking:
                self._news.append(news)
        if news or before.status.level != self.seen.status.level or before.events != self.seen.events:
            self._heard.emit()

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Limits are those of the configuration."""
        if before.configs.get(ENGINE) != after.configs.get(ENGINE):
            self._set_limits(after)

    def prepared(self, content: Content) -> None:
        """Show the run that was put in place."""
        self._set_limits(content)
        self._hear()
        self._draw()

    def frame_shown(self, frame: Frame) -> None:
        """Let plots and banner follow."""
        if ENGINE in frame.ticks and not self.lab.playback.active:
            self._job.turn()
            self._show_alarm()

    def edits_locked(self, locked: bool) -> None:
        """Show the series and events of a recording in the place of the run's."""
        if not locked:
            self._recorded = None
        self._show_alarm()
        self._draw()

    def read_frame(self, file: RecordingFile, index: int) -> Recorded | None:
        """Read series and events of a recording."""
        return read_recorded(file, index)

    def frame_read(self, found: Recorded | None) -> None:
        """Show them, and write the events that were passed into the log."""
        before, self._recorded = self._recorded, found
        if found is None:
            return
        for notice in found.passed(before):
            level = scram_alarm.LEVELS.get(notice.level, "info")
            self.lab.window.log.append(level, f"Recorded: {scram_alarm.told(notice)}")
        self._show_alarm()
        self._draw()

    def close(self) -> None:
        """Write what waits."""
        self._take_news()

    # -- what SCRAM did

    def acknowledge(self) -> None:
        """Say that what SCRAM did was seen."""
        if ENGINE in self.lab.document.content.configs and not self.lab.editing.is_locked():
            self.lab.run_control.stopped.acknowledge(ENGINE)

    def _take_news(self) -> list[Notice]:
        """New events, oldest first, which go to scram.log off this thread."""
        with self._taking:
            taken, self._news = self._news, []
        found = [item for news in taken for item in news.new if item.engine == ENGINE]
        if missed := sum(news.missed for news in taken):
            text = f"{missed} events of SCRAM came too fast and are not listed."
            self.lab.write_down("warning", text)
        if found:
            self.log.put(found)
            self.lab.background.run(self.log.flush, self._log_written, keep=True)
        return [item.notice for item in found]

    def _log_written(self, refused: str) -> None:
        if refused:
            self.lab.notify("warning", refused, key="scram.log")

    def _hear(self) -> None:
        """Tell what is new; once, however often the simulation has called meanwhile."""
        new = self._take_news()
        for notice in new[:MOST_LINES]:
            self._tell(notice)
        if more := new[MOST_LINES:]:
            text = f"SCRAM: {len(more)} more events; the last: {more[-1].sentence}"
            self.lab.write_down("warning", text)
        self._show_alarm()
        if new:
            self._draw()

    def _tell(self, notice: Notice) -> None:
        level, text = scram_alarm.LEVELS.get(notice.level, "info"), scram_alarm.told(notice)
        if notice.level in ("soft", "hard", "recovered"):
            self.lab.notify(level, text, key=KEY)
        else:  # a stop is told with what can be done about it
            self.lab.write_down(level, text)

    def _show_alarm(self) -> None:
        """Let the banner say what is the case now."""
        if self.lab.playback.active:
            self.banner.set_alarm(self._recorded.alarm if self._recorded is not None else None)
            self.banner.set_live("recorded")
            return
        seen = self.seen
        self.banner.set_alarm(scram_alarm.alarm_of(seen.events, seen.status))
        self.banner.set_live(scram_alarm.live_of(seen.status, seen.time))

    # -- plots

    def reset(self) -> None:
        """Begin the account of energy anew."""
        if ENGINE in self.lab.document.content.configs and not self.lab.editing.is_locked():
            command = Command(ENGINE, "reset_statistics")
            self.lab.background.watch(self.lab.simulation.loop.submit(command))

    def _set_limits(self, content: Content) -> None:
        config = content.configs.get(ENGINE)
        if isinstance(config, UfieConfig):
            self.panel.set_limits(config.scram.soft, config.scram.hard)

    def series(self) -> tuple[Floats, dict[str, Floats]]:
        """Times [n] and scalars [n] by name: what was sampled, and the newest frame's at the end."""
        _ticks, values = self.sampler.curves()
        times = values[TIME]
        frame = self.lab.frame
        scalars = frame.scalars.get(ENGINE) if frame is not None else None
        if frame is not None and scalars and len(times) and frame.times[ENGINE] > times[-1]:
            times = np.append(times, frame.times[ENGINE])
            values = {**values, **{n: np.append(values[n], scalars.get(n, np.nan)) for n in NAMES}}
        return times, {name: values[name] for name in NAMES}

    def _draw(self) -> None:
        """Draw the plots, if anyone can see them and they do not stand still."""
        if not in_sight(self.panel):
            self._shown = ()
            return
        if self.panel.held and self._shown:
            return
        if self.lab.playback.active:
            if self._recorded is not None:
                one = self._recorded
                self._shown = (one,)
                self.panel.set_data(one.times, one.values, one.marks, "recorded", one.label)
            return
        times, values = self.series()
        marks = marks_of(self.seen.events)
        state = (len(times), float(times[-1]) if len(times) else 0.0, marks, self.panel.limits)
        if state != self._shown:
            self._shown = state
            self.panel.set_data(times, values, marks, self._reach(times))

    def _reach(self, times: Floats) -> str:
        """What is kept and what it costs."""
        if not len(times):
            return ""
        spent = self.lab.simulation.loop.meters.trackers.get(OracleSampler, 0.0)
        ticks = self.sampler.interval * self.sampler.ratio
        cost = f", {share(spent)} of the run's time" if spent else ""
        return f"a sample every {ticks:,} steps{cost}"

    def sheet(self) -> Sheet | None:
        """Samples as they are kept."""
        ticks, values = self.sampler.curves()
        if not len(ticks):
            return None
        specs = catalogue.SCALARS
        units = {name: f" [{specs[name].unit}]" if specs[name].unit != "1" else "" for name in NAMES}
        columns = {f"{name}{units[name]}": values[name] for name in NAMES}
        content = self.lab.document.content
        notes = (
            f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}",
            *(scram_alarm.told(event) for event in self.seen.events),
        )
        return Sheet({"tick": ticks.astype(np.int64), "t [s]": values[TIME], **columns}, notes)


def marks_of(events: Sequence[Notice]) -> tuple[Mark, ...]:
    """Marks of the newest events, by their times."""
    return tuple(
        Mark(event.time, scram_alarm.COLORS.get(event.level, "muted"), scram_alarm.told(event))
        for event in events[-MOST_MARKS:]
    )
