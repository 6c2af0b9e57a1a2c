"""Plots of the run of phase oscillators: pooled circle, traces, and the scatter of frequencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tauscope.app.document import Content
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.kuramoto_feed import ENGINE, NOT_RECORDED, Feed, Moment, config_of, origin
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.recording import RecordingFile
from tauscope.app.sheets import Sheet
from tauscope.engine.base import Frame
from tauscope.engine.kuramoto import laws
from tauscope.widgets.amounts import count
from tauscope.widgets.labs.kuramoto.pooled import BINS, Pooled, PooledPanel
from tauscope.widgets.labs.kuramoto.scatter import Against, Scattered, ScatterPanel
from tauscope.widgets.labs.kuramoto.traces import TRACES, TracesPanel
from tauscope.widgets.plots.history import History
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KEPT = 2048
"""Samples of each trace at most; of more every second is dropped."""
TRACES_SECONDS = 0.2
"""Between two drawings of the traces: their panes take the window some 30 ms."""
TIME = "t"
Floats = npt.NDArray[np.float64]


@dataclass
class Mean:
    """Running mean of the measured frequencies over the frames of one view.

    Parameters
    ----------
    total : float64 array [N] or None
        Sum; None before the first frame.
    frames : int
        Frames in it.
    since : float
        Time of the first.
    """

    total: Floats | None = None
    frames: int = 0
    since: float = 0.0

    def add(self, frequency: Floats, time: float) -> None:
        """Take a frame."""
        if self.total is None or self.total.shape != frequency.shape:
            self.total, self.frames, self.since = np.zeros_like(frequency), 0, time
        # Not in place: a worker may be reading the sum of the frame before.
        self.total = self.total + frequency
        self.frames += 1

    def clear(self) -> None:
        """Begin anew."""
        self.total, self.frames = None, 0


class KuramotoPlots(Part):
    """Docks of the pooled circle, the traces and the scatter.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.pooled, self.traces, self.scatter = PooledPanel(), TracesPanel(), ScatterPanel()
        self.mean = Mean()
        self._clusters: frozenset[int] = frozenset()
        """Chosen in the circles."""
        self._history = History((*(trace.name for trace in TRACES), TIME), KEPT)
        self._generation = -1
        self._drawn: object = None
        self._traces_job = PanelJob(
            self, self.traces, lambda done: done(True), lambda _true: self._draw_traces(), TRACES_SECONDS
        )
        self.feeds = (
            Feed(
                lab,
                "pooled",
                self.pooled,
                lambda: ("theta",),
                _pool,
                lambda found: self.pooled.set_data(*found),
            ),
            Feed(lab, "scatter", self.scatter, self._scatter_fields, self._scattered, self._show_scatter),
        )

    def docks(self) -> Sequence[Dock]:
        """Traces, Pooled circle, Frequencies."""
        engines = (ENGINE,)
        return (
            Dock("traces", "Traces", self.traces, "tau", engines=engines),
            Dock("pooled", "Pooled circle", self.pooled, "phi", engines=engines),
            Dock("scatter", "Frequencies", self.scatter, "pooled", engines=engines),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panels and to what is seen of them."""
        for feed, key in zip(self.feeds, ("pooled", "scatter"), strict=True):
            feed.watch(key)
        self.lab.window.docks["traces"].visibilityChanged.connect(lambda _seen: self._draw_traces())
        self.lab.window.docks["scatter"].visibilityChanged.connect(self._scatter_seen)
        self.traces.view_changed.connect(self._draw_traces)
        self.scatter.view_changed.connect(self.feeds[1].again)
        lab = self.lab
        self.pooled.export.clicked.connect(
            lambda: save_sheet(lab, "Export density of phases", "phases", self.pooled_sheet)
        )
        self.traces.export.clicked.connect(
            lambda: save_sheet(lab, "Export traces", "traces", self.traces_sheet)
        )
        self.scatter.export.clicked.connect(
            lambda: save_sheet(lab, "Export frequencies", "frequencies", self.scatter_sheet)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Means begin anew with other parameters, and the bounds of readiness are those of the metric set."""
        old, new = config_of(before), config_of(after)
        if old == new:
            return
        self.mean.clear()
        if new is not None:
            self._set_bounds(new.metrics == "classic")
        for feed in self.feeds:
            feed.soon()

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run."""
        config = config_of(content)
        self._history.clear()
        self.mean.clear()
        self._set_bounds(config is not None and config.metrics == "classic")
        self.pooled.set_data(None)
        self.scatter.set_data(None)
        self._draw_traces()
        for feed in self.feeds:
            feed.soon()

    def frame_shown(self, frame: Frame) -> None:
        """Keep the scalars; show what is seen."""
        if frame.generation != self._generation:
            self._generation = frame.generation
            self._history.clear()
            self.mean.clear()
        scalars = frame.scalars.get(ENGINE)
        if scalars is not None and ENGINE in frame.ticks:
            self._history.append(frame.ticks[ENGINE], {**scalars, TIME: frame.times[ENGINE]})
            self._traces_job.turn()
        self.feeds[0].take(frame)
        moment = self.feeds[1].take(frame)
        if moment is not None and "frequency" in moment.arrays and moment.tick > 0:
            self.mean.add(moment.arrays["frequency"], moment.time)

    def edits_locked(self, locked: bool) -> None:
        """Show the series and phases of a recording in the place of the run's; it holds no more."""
        self._draw_traces()
        if locked:
            self.pooled.set_data(None, hint=NOT_RECORDED)
            self.scatter.set_data(None, hint=NOT_RECORDED)
        for feed in self.feeds:
            feed.soon()

    def read_frame(self, file: RecordingFile, index: int) -> tuple[Pooled, str] | None:
        """Read the phases of a recording's frame, where it holds them."""
        held = {file.owner(name)[1]: name for name in file.fields if file.owner(name)[0] == ENGINE}
        if "theta" not in held:
            return None
        return Pooled.of(file.frame(held["theta"], index)), f"frame {index + 1}"

    def frame_read(self, found: tuple[Pooled, str] | None) -> None:
        """Show the phases of a recording's frame."""
        if found is not None:
            self.pooled.set_data(*found)

    # -- traces

    def _set_bounds(self, classic: bool) -> None:
        if classic:
            decision = laws.CLASSIC_DECISION
            self.traces.set_bounds({"ready": [(decision, f"decision at {decision:g}")]})
            return
        self.traces.set_bounds(
            {
                "R_total": [(bound, f"ready: R {bound:g}") for bound in laws.READY_R],
                "cross_sync": [(bound, f"ready: cross sync {bound:g}") for bound in laws.READY_X],
            }
        )

    def _series(self) -> tuple[Floats, Mapping[str, Floats], str]:
        """Places, values and label of the horizontal axis."""
        if self.lab.playback.active:
            recorded = self.lab.window.monitors.history
            names = [trace.name for trace in TRACES if trace.name in recorded.names]
            if not names:
                return np.zeros(0), {}, "tick"
            return recorded.curve(names[0])[0], {name: recorded.curve(name)[1] for name in names}, "tick"
        times = self._history.curve(TIME)[1]
        return times, {trace.name: self._history.curve(trace.name)[1] for trace in TRACES}, "t / time"

    def _draw_traces(self) -> None:
        """Draw the traces, if anyone can see them and there is anything new."""
        if not in_sight(self.traces):
            self._drawn = None
            return
        times, values, label = self._series()
        state = (len(times), (label, self.traces.shown, float(times[-1]) if len(times) else 0.0))
        if state == self._drawn:
            return
        self._drawn = state
        reach = f"{label.partition(' ')[0]} {times[0]:.4g} to {times[-1]:.4g}" if len(times) else ""
        self.traces.set_data(times.copy(), {name: one.copy() for name, one in values.items()}, label, reach)

    # -- scatter

    def _scatter_seen(self, seen: bool) -> None:
        if not seen:
            self.mean.clear()

    def _scatter_fields(self) -> tuple[str, ...]:
        return ("frequency", self.scatter.abscissa)

    def _scattered(self, moment: Moment) -> object:
        mean, averaged = self.mean, self.scatter.averaged
        total, frames, since = mean.total, mean.frames, mean.since
        against: Against = "theta" if "theta" in moment.arrays else "omega"
        y, note = moment.arrays["frequency"], moment.when
        if averaged:
            if total is None or not frames or total.shape != y.shape:
                return None
            y, note = total / frames, f"mean of {count(frames)} frames, t {since:.4g} to {moment.time:.4g}"
        offsets = moment.structure.offsets
        chosen = [cluster for cluster in self._clusters if cluster < len(offsets) - 1]
        return Scattered.of(moment.arrays[against], y, offsets, chosen), note, against

    def choose(self, clusters: frozenset[int]) -> None:
        """Let the points of clusters stand out in the scatter."""
        self._clusters = clusters
        if in_sight(self.scatter):
            self.feeds[1].again()

    def _show_scatter(self, found: Any) -> None:
        self.scatter.set_data(*found)

    # -- files

    def pooled_sheet(self) -> Sheet | None:
        """Density of the pooled circle."""
        pooled = self.pooled.circle.pooled
        if pooled is None:
            return None
        middles = (np.arange(BINS) + 0.5) * (2 * np.pi / BINS) - np.pi
        notes = (
            *origin(self.lab, self.feeds[0].newest),
            f"N = {pooled.number}, R_total = {abs(pooled.z)!r}; density 1 is an even spread",
        )
        return Sheet({"phase [rad]": middles, "density": pooled.density}, notes)

    def traces_sheet(self) -> Sheet | None:
        """Traces as they are kept."""
        times, values, label = self._series()
        if not len(times):
            return None
        units = {trace.name: f" [{trace.unit}]" if trace.unit else "" for trace in TRACES}
        columns = {f"{name}{units[name]}": one.copy() for name, one in values.items()}
        ticks = {} if label == "tick" else {"tick": self._history.curve(TIME)[0].astype(np.int64)}
        head = "tick" if label == "tick" else "t [time]"
        return Sheet({**ticks, head: times.copy(), **columns}, origin(self.lab, None))

    def scatter_sheet(self) -> Sheet | None:
        """Points of the scatter."""
        data = self.scatter.data
        if data is None:
            return None
        across = "omega [rad/time]" if self.scatter.drawn == "omega" else "theta [rad]"
        columns = {"cluster": data.cluster, across: data.x, "frequency [rad/time]": data.y}
        return Sheet(columns, (*origin(self.lab, self.feeds[1].newest), self.scatter.note.text()))


def _pool(moment: Moment) -> tuple[Pooled, str]:
    return Pooled.of(moment.arrays["theta"]), moment.when
