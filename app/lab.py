"""The lab joins window, document and simulation: intentions in, frames out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from tauscope.app import settings
from tauscope.app.actions.main import main_actions
from tauscope.app.actions.spec import Actions, in_menus
from tauscope.app.background import Background
from tauscope.app.connections import connect
from tauscope.app.document import Document, content_of
from tauscope.app.editing import Editing
from tauscope.app.faults import Faults, sentence
from tauscope.app.files import Files
from tauscope.app.gallery import Gallery
from tauscope.app.help import Help
from tauscope.app.labs import EVERYTHING, GRAVITY, by_key
from tauscope.app.leaving import Leaving
from tauscope.app.live import LiveViews
from tauscope.app.log_bridge import LogBridge
from tauscope.app.main_window import MainWindow
from tauscope.app.meters import Meters
from tauscope.app.monitored import named
from tauscope.app.panels import Panels
from tauscope.app.parts.atomx_map import AtomxMap
from tauscope.app.parts.cameras import Cameras
from tauscope.app.parts.charge_growth import ChargeGrowth
from tauscope.app.parts.charges import Charges
from tauscope.app.parts.clocks import Clocks
from tauscope.app.parts.comparison import RunComparison
from tauscope.app.parts.conditions import Conditions
from tauscope.app.parts.engine_notices import EngineNotices
from tauscope.app.parts.engines import Engines
from tauscope.app.parts.experiments import Experiments
from tauscope.app.parts.gauge_correlators import GaugeCorrelators
from tauscope.app.parts.gauge_mean import GaugeMean
from tauscope.app.parts.gauge_plane import GaugePlane
from tauscope.app.parts.image_sources import ImageSources
from tauscope.app.parts.kuramoto_attractors import KuramotoAttractors
from tauscope.app.parts.kuramoto_files import KuramotoFiles
from tauscope.app.parts.kuramoto_lab import KuramotoLab
from tauscope.app.parts.kuramoto_laws import KuramotoLaws
from tauscope.app.parts.kuramoto_links import KuramotoLinks
from tauscope.app.parts.kuramoto_plots import KuramotoPlots
from tauscope.app.parts.kuramoto_sweep import KuramotoSweep
from tauscope.app.parts.learning import Learning
from tauscope.app.parts.mismatch import Mismatch
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.part import Part
from tauscope.app.parts.patterns import Patterns
from tauscope.app.parts.pictures import Pictures
from tauscope.app.parts.potential_bench import PotentialBench
from tauscope.app.parts.probing import Probing
from tauscope.app.parts.recorded_sources import RecordedSources
from tauscope.app.parts.recovery import Recovery
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.parts.sweeps import Sweeps
from tauscope.app.parts.timeline import TimelineDock
from tauscope.app.parts.trace import Trace
from tauscope.app.parts.ufie_benches import UfieBenches
from tauscope.app.parts.ufie_bricks import UfieBricks
from tauscope.app.parts.ufie_emitters import UfieEmitters
from tauscope.app.parts.ufie_oracle import UfieOracle
from tauscope.app.parts.ufie_resonance import UfieResonance
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.parts.ufie_spectrum import UfieSpectrum
from tauscope.app.parts.viewing import Viewing
from tauscope.app.parts.wave_compiler import WaveCompiler
from tauscope.app.parts.workspaces import Workspaces
from tauscope.app.parts.worlds import Worlds
from tauscope.app.playback import Playback
from tauscope.app.record_control import RecordControl
from tauscope.app.run_control import RunControl
from tauscope.app.runs import Runs
from tauscope.app.session import SUFFIX as SESSION
from tauscope.app.shell import Shell
from tauscope.app.simulation import Simulation
from tauscope.app.time_travel import TimeTravel
from tauscope.app.undo import History
from tauscope.engine.base import Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event

log = logging.getLogger("tauscope")

PARTS: tuple[type[Part], ...] = (
    Conditions,
    Trace,
    Workspaces,
    Sessions,
    Cameras,
    Recovery,
    TimelineDock,
    Worlds,
    Patterns,
    RecordedSources,
    WaveCompiler,
    Mismatch,
    Painting,
    ImageSources,
    Pictures,
    Viewing,
    Probing,
    Engines,
    EngineNotices,
    KuramotoLab,
    KuramotoFiles,
    KuramotoPlots,
    KuramotoLinks,
    KuramotoSweep,
    KuramotoAttractors,
    KuramotoLaws,
    Clocks,
    Learning,
    UfieSlices,
    UfieEmitters,
    UfieOracle,
    UfieSpectrum,
    UfieResonance,
    UfieBricks,
    UfieBenches,
    Charges,
    ChargeGrowth,
    GaugePlane,
    GaugeMean,
    GaugeCorrelators,
    PotentialBench,
    Experiments,
    AtomxMap,
    Sweeps,
    RunComparison,
)
"""Tools of the lab, in the order in which they are told of changes."""

SLOW_TIMER = 15
"""Every so many turns of the 16 ms timer, the meters and the recording panel are refreshed."""
CLOSE_SECONDS = 1.5
"""How long closing waits for a recording; the process that writes it needs nobody to finish."""


class Lab(QObject):
    """Owns the document, the simulation and the window of one session.

    Parameters
    ----------
    app : QApplication
        Application.
    faults : Faults
        Where errors of all threads arrive.
    kept : Settings
        Settings read at the start.
    """

    def __init__(self, app: QApplication, faults: Faults, kept: settings.Settings) -> None:
        super().__init__()
        self.app, self.faults, self.settings = app, faults, kept
        self.background = Background(self.show_error)
        self.simulation = Simulation()
        self.window = MainWindow()
        self.document = Document(content_of("gravity", {"nx": 64, "ny": 64}))
        self.history = History(self.document)
        # Without a parent it would outlive the lab, which its signals hold on to.
        self.history.stack.setParent(self)
        self.editing = Editing(self.document, self.history, self._refuse)
        self.record = RecordControl(self.simulation, self._recording_failed)
        self.live = LiveViews(self.simulation, self.window.views)
        self.runs = Runs(self)
        self.run_control = RunControl(self)
        self.travel = TimeTravel(self)
        self.gallery = Gallery(self)
        self.panels = Panels(self)
        self.meters = Meters(self)
        self.playback = Playback(self)
        self.files = Files(self)
        self.shell = Shell(self)
        self.help = Help(self)
        # What parts and keys ask for most, by its short name.
        control = self.run_control
        self.set_playing, self.step, self.run_to = control.set_playing, control.step, control.run_to
        self.set_speed, self.go_back = control.set_speed, control.go_back
        self.warm_start, self.reset_statistics = control.warm_start, control.reset_statistics
        self.reset, self.load_preset = self.runs.reset, self.gallery.load
        self.lock_edits = self.panels.lock_edits
        self.parts: tuple[Part, ...] = tuple(make(self) for make in PARTS)
        for dock in (dock for part in self.parts for dock in part.docks()):
            self.window.add_dock(dock.key, dock.title, dock.body, dock.beside, dock.shown, dock.engines)
        self.window.reset_layout()
        more = [spec for part in self.parts for spec in part.actions()]
        self.actions = Actions(self.window, in_menus([*main_actions(self), *more]))
        self.safe = False
        """Whether this session began with built-in settings, which must not replace those that are kept."""
        self.frame: Frame | None = None
        self.scalars: Mapping[str, Mapping[str, float]] = {}
        """Those of the newest frame that has any, by engine and name."""
        self.log_bridge = LogBridge()
        self._turns = 0
        self._meters_due = False
        self._closed = False
        self.leaving = Leaving(self)
        self._timer = QTimer(self)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._turn)
        connect(self)

    # -- start and end

    def start(self, opened: str | None = None) -> None:
        """Show the window and load what was asked for, or the preset of the settings."""
        self.window.add_tool(self.actions["record"], role="record")
        self.window.add_tool(self.actions["snapshot"])
        self.actions.fill(self.window.menuBar())
        self.shell.fill_view_menu()
        self.actions["dark"].setChecked(self.settings.theme == "dark")
        self.shell.set_dark(self.settings.theme == "dark")
        if not self.window.restore_layout(self.settings.geometry, self.settings.layout):
            self.notify("info", "The saved layout did not fit this window; the built-in one is used.")
        self.window.keep_layouts(self.settings.layouts)
        begins = self.settings.lab or (EVERYTHING.key if self.settings.preset == EVERYTHING.key else "")
        if begins and not opened:
            self.shell.show_lab(by_key(begins))
        if reason := self.window.views["hero"].stage.reason:
            self.window.log.append("info", reason)
        self.simulation.loop.display_interval = 1.0 / self.settings.display_hz
        self.simulation.start()
        self._timer.start()
        self.gallery.refresh()
        self.playback.repairing.look()
        if opened and opened.lower().endswith((".h5", ".hdf5")):
            self.runs.open_next, opened = opened, None
        if opened and opened.lower().endswith(SESSION):
            part_of(self, Sessions).open(opened)
        elif opened:
            self.load_preset(opened, undoable=False)
        else:
            self.gallery.load_kept()
        self.window.home().setFocus()

    def quit(self) -> None:
        """Close the window; running work is ended in order: simulation, files, canvases."""
        self.window.close()

    def close(self) -> None:
        """Ordered end, once."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        self.history.stack.blockSignals(True)
        steps: list[Callable[[], object]] = [
            self.log_bridge.uninstall,
            self.playback.verifying.stop,
            self.playback.repairing.close,
            self._end_run,
            self._keep_layout,
            self.run_control.warm.close,
            *(part.close for part in self.parts),
            self.leaving.close,
            self.background.shutdown,
            *(view.release for view in self.window.views.values()),
        ]
        for step in steps:
            try:
                step()
            except Exception as error:  # the window must close all the same
                log.error("A step of closing failed: %s", sentence(error), exc_info=error)
        self.window.close_accepted = True
        self.window.close()
        self.app.quit()

    def _end_run(self) -> None:
        self.record.hurry()
        # A recording is worth waiting for; what is being built or compiled is not.
        if self.simulation.shutdown(10.0 if self.record.active else 1.5):
            self.record.stop(CLOSE_SECONDS)()
        elif self.record.active:
            log.error("The simulation did not stop; the recording was left open and can be recovered.")

    def _keep_layout(self) -> None:
        self.shell.leave_tool()
        geometry, present = self.window.save_layout()
        layouts = {**self.window.other_layouts(), self.window.lab.key: present}
        self.settings.geometry, self.settings.layout = geometry, layouts.pop(GRAVITY.key, "")
        self.settings.layouts, self.settings.lab = layouts, self.window.lab.key
        self.save_settings()

    @property
    def ended(self) -> bool:
        """Whether no thread works any more after `close`."""
        return self.background.idle and not self.simulation.alive

    def dispose(self) -> None:
        """Delete the window now, while the application and the canvases' contexts live."""
        # Only what is ours: windows of Qt's own go with the main window, nothing tells Python so, and asking
        # one of them then whether it has a parent is a crash.
        ours = [w for w in self.app.topLevelWidgets() if type(w).__module__.startswith("tauscope.")]
        for widget in ours:
            if shiboken6.isValid(widget) and widget.parent() is None:
                shiboken6.delete(widget)

    # -- document

    def save_settings(self) -> None:
        """Write the settings now; nothing of a safe session is kept."""
        if self.safe:
            return
        self.background.run(lambda: settings.save(self.settings), keep=True)  # as they are by then

    def undo(self) -> None:
        """Take back the last step of the document."""
        if not self.editing.is_locked():
            self.history.stack.undo()

    def redo(self) -> None:
        """Do the last step that was taken back again."""
        if not self.editing.is_locked():
            self.history.stack.redo()

    def _refuse(self, error: BadInput, path: str) -> None:
        self.notify("warning", str(error))
        if self.playback.active:
            return  # the panels show the recording, whose values nothing changed
        self.panels.show(self.document.content, self.document.content)
        if path:
            self.window.parameters.set_error(path, str(error))

    # -- frames

    def _turn(self) -> None:
        began = time.perf_counter()
        self._turns += 1
        if self._turns % (8 * SLOW_TIMER) == 0:
            self.files.refresh_disk()
        if self._turns % (4 * SLOW_TIMER) == 0:
            self.meters.measure_sources()
        self._meters_due |= self._turns % SLOW_TIMER == 0
        if not self.window.redraw.ready:
            return  # a number that changes now would compose the window once more
        frame = self.live.take()
        if frame is not None:
            self.frame = frame
            if frame.scalars:
                self.scalars = frame.scalars
                scalars = named(frame.scalars, self.document.content.main)
                steady = next((of["efolds"] for of in frame.scalars.values() if "efolds" in of), None)
                if not self.simulation.preparing:  # else it is of the run that is left
                    self.window.monitors.append(frame.macro_tick, scalars, steady)
            self.window.transport.set_running(frame.running, frame.macro_tick)
            if not self.playback.active:
                self.window.status_meters.set_tick(frame.macro_tick)
            for part in self.parts:
                part.frame_shown(frame)
        if self._meters_due:
            self._meters_due = False
            self.meters.refresh()
        self.window.redraw.tick(time.perf_counter() - began)

    # -- messages

    def notify(
        self,
        level: str,
        text: str,
        details: str = "",
        actions: Sequence[tuple[str, Callable[[], None]]] = (),
        key: str = "",
    ) -> None:
        """Show a message in the window and keep it in the log; a message replaces one of the same key."""
        self.window.notifications.show_message(level, text, details, tuple(actions), key)
        self.write_down(level, text, details)

    def write_down(self, level: str, text: str, details: str = "") -> None:
        """Keep a message in the log, and what went wrong in its file, where its details stand already."""
        self.window.log.append(level, text, details)
        if level in ("warning", "error"):
            self.faults.log_file.note(text, level)

    def show_error(self, error: BaseException) -> None:
        """Show an exception as a sentence; one that is not meant for users with its traceback folded."""
        if isinstance(error, BadInput):
            self.notify("warning", str(error))
        else:
            self.faults.report(error)

    def _recording_failed(self, error: BaseException) -> None:
        """Hand what ended a recording, on whichever thread, to the window."""
        told: Future[BaseException] = Future()
        told.set_result(error)
        self.background.watch(told, self.files.recording_failed)

    # -- what happens

    def event_applied(self, event: Event) -> None:
        """Tell the parts of a command that the simulation applied."""
        for part in self.parts:
            part.event_applied(event)

    def show_caught(self, text: str, details: str) -> None:
        """Show an exception that nobody handled; of the same again and again there is one note."""
        kept = f" The details are in {self.faults.log_file.path}." if details else ""
        self.notify("error", f"{text}{kept}", details, key=f"fault:{text}")

    def subscribe_soon(self, _visible: bool) -> None:
        """Ask the simulation for what the docks show, once Qt has moved all of them."""
        if not self._closed:  # a dock that floats is hidden once more when the window is taken apart
            QTimer.singleShot(0, self, self._subscribe)

    def _subscribe(self) -> None:
        if not self._closed:
            self.live.subscribe()
