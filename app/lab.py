"""The lab joins window, document and simulation: intentions in, frames out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from tauscope.app import notes, presets, settings
from tauscope.app.actions.main import main_actions
from tauscope.app.actions.spec import Actions, in_menus
from tauscope.app.background import Background
from tauscope.app.document import Content, Document, content_of, difference
from tauscope.app.editing import Editing, marks_of
from tauscope.app.faults import Faults, sentence
from tauscope.app.files import Files
from tauscope.app.live import LiveViews
from tauscope.app.log_bridge import LogBridge
from tauscope.app.main_window import VIEWS, MainWindow
from tauscope.app.parts.conditions import Conditions
from tauscope.app.parts.image_sources import ImageSources
from tauscope.app.parts.mismatch import Mismatch
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.part import Part
from tauscope.app.parts.pictures import Pictures
from tauscope.app.parts.probing import Probing
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.parts.trace import Trace
from tauscope.app.parts.viewing import Viewing
from tauscope.app.parts.workspaces import Workspaces
from tauscope.app.parts.worlds import Worlds
from tauscope.app.playback import Playback
from tauscope.app.record_control import RecordControl
from tauscope.app.session import SUFFIX as SESSION
from tauscope.app.shell import Shell
from tauscope.app.simulation import Simulation
from tauscope.app.undo import History
from tauscope.engine import registry
from tauscope.engine.base import BlowUp, Command, Frame, FrameRequest
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event
from tauscope.widgets.field_view import EMPTY_TEXT, PREPARING, FieldView
from tauscope.widgets.meters import MeterValues
from tauscope.widgets.state import Autoscale, PresetCard, ViewOptions

log = logging.getLogger("tauscope")

PARTS: tuple[type[Part], ...] = (
    Conditions,
    Trace,
    Workspaces,
    Sessions,
    Worlds,
    Mismatch,
    Painting,
    ImageSources,
    Pictures,
    Viewing,
    Probing,
)
"""Tools of the lab, in the order in which they are told of changes."""

SPEEDS: tuple[float | None, ...] = (1.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, None)
CMAPS = {"f": "magma", "f_live": "magma", "f_traffic": "magma", "phi": "vik", "tau": "viridis"}
AUTOSCALE: dict[str, Autoscale] = {"phi": "symmetric"}
DEVICES = {"cpu": "CPU · numba · 1 thread", "cuda": "CUDA device"}
SLOW_TIMER = 15
"""Every so many turns of the 16 ms timer, the meters and the recording panel are refreshed."""


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
        self.editing = Editing(self.document, self.history, self._refuse)
        self.record = RecordControl(self.simulation, self._recording_failed)
        self.live = LiveViews(self.simulation, self.window.views)
        self.playback = Playback(self)
        self.files = Files(self)
        self.shell = Shell(self)
        self.parts: tuple[Part, ...] = tuple(make(self) for make in PARTS)
        for dock in (dock for part in self.parts for dock in part.docks()):
            self.window.add_dock(dock.key, dock.title, dock.body, dock.beside, dock.shown)
        self.window.reset_layout()
        more = [spec for part in self.parts for spec in part.actions()]
        self.actions = Actions(self.window, in_menus([*main_actions(self), *more]))
        self.frame: Frame | None = None
        self.log_bridge = LogBridge()
        self._play_after_load = False
        self._open_after_load = ""
        self._begin: Callable[[], Future[None]] | None = None
        self._turns = 0
        self._meters_due = False
        self._closed = False
        self._reading = False
        """Whether a preset is being read."""
        self._timer = QTimer(self)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._turn)
        self._connect()

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
        if reason := self.window.views["hero"].stage.reason:
            self.window.log.append("info", reason)
        self.simulation.loop.display_interval = 1.0 / self.settings.display_hz
        self.simulation.start()
        self._timer.start()
        self.refresh_presets()
        if opened and opened.endswith((".h5", ".hdf5")):
            self._open_after_load, opened = opened, None
        if opened and opened.endswith(SESSION):
            part_of(self, Sessions).open(opened)
        elif opened:
            self.load_preset(opened, undoable=False)
        else:
            self._load_kept_preset()
        self.window.views["hero"].canvas_native.setFocus()

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
        self.log_bridge.uninstall()
        self.playback.verifying.stop()
        # A recording is worth waiting for; what is being built or compiled is not.
        if self.simulation.shutdown(10.0 if self.record.active else 1.5):
            try:
                self.record.stop()()
            except Exception as error:  # noqa: BLE001 - the window must close all the same
                log.error("Closing the recording failed: %s", sentence(error))
        elif self.record.active:
            log.error("The simulation did not stop; the recording was left open and can be recovered.")
        geometry, layout = self.window.save_layout()
        self.settings.geometry, self.settings.layout = geometry, layout
        self.save_settings()
        for part in self.parts:
            part.close()
        self.background.shutdown()
        for view in self.window.views.values():
            view.release()
        self.window.close_accepted = True
        self.window.close()
        self.app.quit()

    @property
    def ended(self) -> bool:
        """Whether no thread works any more after `close`."""
        return self.background.idle and not self.simulation.alive

    def dispose(self) -> None:
        """Delete the window now, while the application lives; left to the interpreter's end, Qt may crash."""
        # Only what is ours: of Qt's own windows, a tooltip say, nothing tells Python that they are gone.
        ours = [w for w in self.app.topLevelWidgets() if type(w).__module__.startswith("tauscope.")]
        for widget in ours:
            if shiboken6.isValid(widget) and widget.parent() is None:
                shiboken6.delete(widget)

    # -- presets

    def refresh_presets(self) -> None:
        """Read the gallery again."""
        self.background.run(lambda: (tuple(presets.cards()), presets.catalogue().broken), self._show_presets)

    def _show_presets(self, found: tuple[tuple[PresetCard, ...], tuple[presets.BrokenPreset, ...]]) -> None:
        cards, broken = found
        self.window.presets.set_cards(cards)
        self.window.presets.set_current(self.document.content.preset)
        for bad in broken:
            self.notify("warning", str(bad.error), key=str(bad.path))

    def load_preset(self, name: str, undoable: bool = True) -> None:
        """Load a preset by name or path and run it."""
        self.background.run(lambda: presets.load(name), lambda preset: self._use_preset(preset, undoable))
        self._reading = True
        self._say_empty()

    def _load_kept_preset(self) -> None:
        """Load the preset of the settings, or the default one where it is gone."""

        def find() -> tuple[presets.Preset, str]:
            try:
                return presets.load(self.settings.preset), ""
            except BadInput as error:
                return presets.default(), f"The preset shown last cannot be loaded. {error}"

        def use(found: tuple[presets.Preset, str]) -> None:
            preset, problem = found
            if problem:
                self.notify("warning", problem)
            self._use_preset(preset, undoable=False)

        self.background.run(find, use)
        self._reading = True
        self._say_empty()

    def _use_preset(self, preset: presets.Preset, undoable: bool) -> None:
        views = default_views(preset.views)
        content = content_of(
            preset.engine, preset.config, seed=1, views=views, preset=preset.name, title=preset.title
        )
        self.playback.close()
        if undoable:
            self.window.notifications.clear_warnings()
        self._play_after_load = not self._open_after_load
        if undoable and content.digest() != self.document.content.digest():
            self.history.push(content, f"Load {preset.title}")
        elif undoable:
            self.reset()
        else:
            self.document.replace(content)
            self.history.clear()
        self._reading = False
        self.settings.preset = preset.name
        if not self.record.active:
            self.window.recording.set_path(self.files.suggestion(".h5", preset.name))

    # -- document

    def resume(self, content: Content, begin: Callable[[], Future[None]], running: bool) -> None:
        """Put a saved run and its document in place of the present ones.

        Parameters
        ----------
        content : Content
            The document.
        begin : callable
            Puts the run's world in place, on the simulation thread; its future holds a refusal.
        running : bool
            Whether it plays on.
        """
        self.playback.close()
        self._begin, self._play_after_load = begin, running
        if content == self.document.content:
            self._load(content)
        else:
            self.document.replace(content)
        self.history.clear()

    def save_settings(self) -> None:
        """Write the settings now."""
        kept = self.settings.model_copy()
        self.background.run(lambda: settings.save(kept), keep=True)

    def _changed(self, before: Content, after: Content) -> None:
        commands = None if self._begin else difference(before, after)
        if commands is None:
            self._load(after)
        else:
            for command in commands:
                self.background.watch(self.simulation.loop.submit(command))
        self._show_content(before, after)
        for part in self.parts:
            part.content_changed(before, after)

    def _load(self, content: Content) -> None:
        begin, self._begin = self._begin, None
        self.files.continue_in_part()
        if begin is not None:
            self.background.watch(begin(), lambda _none: self._prepared(content))
            return
        self._play_after_load = self.simulation.loop.running or self._play_after_load
        future = self.simulation.load(content.engine, content.config.dump(), content.seed, token=content)
        self.background.watch(future)

    def _prepared(self, content: object) -> None:
        if not isinstance(content, Content):
            return
        self.window.monitors.set_scalars(self.simulation.loop.world.engine(content.engine).scalar_specs())
        self.window.monitors.clear()
        self.live.set_engine(content.engine, self.simulation.loop.world.specs(content.engine))
        self.live.set_options(self.document.content.views)
        self.window.recording.set_fields(self.live.specs, self.field_bytes())
        measured = registry.by_source_field(content.engine)
        self.simulation.loop.subscribe(
            "sources", [FrameRequest(measured, content.engine)] if measured else []
        )
        for part in self.parts:
            part.prepared(content)
        self.files.resume_part()
        if self._open_after_load:
            self.playback.open(self._open_after_load)
            self._open_after_load = ""
        if self._play_after_load:
            self.simulation.loop.play()
        self._play_after_load = False

    def show_panels(self, content: Content) -> None:
        """Show parameters and sources of the document, or of a recording, in their panels."""
        window, config = self.window, type(content.config)
        data = content.config.dump()
        if not window.parameters.has_config_type(config):
            window.parameters.set_config_type(config)
        window.parameters.set_values({leaf.path: data.get(leaf.path) for leaf in leaves(config)})
        window.parameters.set_unused(content.config.unused())
        window.parameters.set_error("", "")
        window.sources.set_limits(data["nx"], data["ny"])
        window.sources.set_sources(marks_of(content))

    def _show_content(self, before: Content, after: Content) -> None:
        window = self.window
        data = after.config.dump()
        self.show_panels(after)
        marks = marks_of(after)
        for view in window.views.values():
            view.set_lattice(data["nx"], data["ny"], data["boundary"], data.get("disc_radius"))
            view.set_sources(marks)
        window.setWindowTitle(f"{after.title or 'Untitled'} — Tauscope")
        window.presets.set_current(after.preset)
        if after.views != before.views:
            self.live.set_options(after.views)

    def _enable_edits(self) -> None:
        chosen = bool(self.document.selection)
        for key in ("copy", "duplicate", "delete"):
            self.actions[key].setEnabled(chosen)
        self.actions["paste"].setEnabled(self.editing.can_paste)

    def _selected(self, ids: frozenset[str]) -> None:
        self._enable_edits()
        self.window.sources.set_selection(ids)
        for view in self.window.views.values():
            view.set_selection(ids)

    def lock_edits(self, why: str, line: str = "") -> None:
        """Forbid edits of the document, with the reason as a sentence and as a line for panels; "" allows."""
        self.editing.locked = why
        self.window.parameters.set_locked(line)
        self.window.sources.set_locked(line)
        for part in self.parts:
            part.edits_locked(bool(why))

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
        self._show_content(self.document.content, self.document.content)
        if path:
            self.window.parameters.set_error(path, str(error))

    # -- running

    def toggle_play(self) -> None:
        """Play when paused, pause when playing: the recording that is shown, or the run."""
        if self.playback.active:
            self.window.player.set_playing(not self.window.player.playing)
            return
        self.set_playing(not self.simulation.loop.running)

    def set_playing(self, playing: bool) -> None:
        """Play or pause."""
        self.playback.close()
        if playing and self.simulation.loop.blow_up is not None:
            self.notify("warning", "The run stopped at a broken limit. Go back or reset before playing on.")
        elif playing:
            self.simulation.loop.play()
        else:
            self.simulation.loop.pause()

    def step(self, ticks: int) -> None:
        """Do exactly so many ticks; while a recording is shown, go so many frames on."""
        if self.playback.active:
            self.playback.skip(ticks)
            return
        self.background.watch(self.simulation.loop.step(ticks))

    def step_n(self) -> None:
        """Do as many ticks as the box in the toolbar says."""
        self.step(self.window.transport.step_count)

    def run_to(self, tick: int) -> None:
        """Run to a tick."""
        self.playback.close()
        self.background.watch(self.simulation.loop.run_to(tick))

    def run_to_dialog(self) -> None:
        """Ask for a tick and run to it."""
        self.window.transport.ask_run_to()

    def set_speed(self, speed: float | None) -> None:
        """Macro ticks a second, or None for as fast as possible."""
        self.simulation.loop.speed = speed
        self.window.transport.set_speed(speed)

    def faster(self) -> None:
        """Next higher speed."""
        speed = self.simulation.loop.speed
        self.set_speed(next((s for s in SPEEDS if speed is not None and (s is None or s > speed)), None))

    def slower(self) -> None:
        """Next lower speed."""
        speed = self.simulation.loop.speed
        below = [s for s in SPEEDS if s is not None and (speed is None or s < speed)]
        self.set_speed(below[-1] if below else SPEEDS[0])

    def reset(self) -> None:
        """Start the present set-up again at tick 0; it goes on running if it ran."""
        self.playback.close()
        self._load(self.document.content)

    def reset_statistics(self) -> None:
        """Count f from now on."""
        self._command("reset_statistics")

    def warm_start(self) -> None:
        """Set the traffic to the exact steady state of the present sources, worked out off the GUI thread."""
        content = self.document.content
        self.notify("info", "Working out the exact steady traffic of the present sources…", key="warm")
        self.background.run(lambda: registry.warm_start(content.engine, content.config), self._warm)

    def _warm(self, start: tuple[str, Any]) -> None:
        name, value = start
        self._command("set_field", name=name, value=value, steady=True)
        self._command("reset_statistics")
        self.notify(
            "info",
            "Warm start: the traffic was set to its exact steady state; counting begins now.",
            key="warm",
        )

    def _command(self, command_name: str, **args: Any) -> None:
        command = Command(self.document.content.engine, command_name, args)
        self.background.watch(self.simulation.loop.submit(command))

    def _blown_up(self, found: BlowUp) -> None:
        actions: list[tuple[str, Any]] = [("Go back", self.go_back), ("Reset", self.reset)]
        if found.remedy_set is not None:
            path, value = found.remedy_set
            actions.insert(0, (f"Go back and set {path} to {value:g}", lambda: self.go_back(path, value)))
        self.notify("error", found.sentence(), actions=actions)

    def go_back(self, path: str = "", value: Any = None) -> None:
        """Return to the last good state, with a parameter changed where one is named."""
        self.background.watch(
            self.simulation.loop.go_back(),
            lambda tick: self.notify("info", f"Back at tick {tick}; press play to go on."),
        )
        if path:  # after the return, which would take the change back
            self.editing.set_parameter(path, value)

    # -- frames and meters

    def _turn(self) -> None:
        self._turns += 1
        if self._turns % (8 * SLOW_TIMER) == 0:
            self.files.refresh_disk()
        if self._turns % (4 * SLOW_TIMER) == 0:
            self._measure_sources()
        self._meters_due |= self._turns % SLOW_TIMER == 0
        if not self.window.redraw.ready:
            return  # a number that changes now would compose the window once more
        frame = self.live.take()
        if frame is not None:
            self.frame = frame
            scalars = frame.scalars.get(self.document.content.engine, {})
            self.window.monitors.append(frame.macro_tick, scalars, scalars.get("efolds"))
            self.window.transport.set_running(frame.running, frame.macro_tick)
            for part in self.parts:
                part.frame_shown(frame)
        if self._meters_due:
            self._meters_due = False
            self._refresh_meters()
        self.window.redraw.tick()

    @property
    def _device(self) -> str:
        engine = self.simulation.loop.world.engines.get(self.document.content.engine)
        return DEVICES.get(engine.device, engine.device) if engine else ""

    @property
    def _tick(self) -> int:
        return self.frame.macro_tick if self.frame else 0

    def _refresh_meters(self) -> None:
        loop, window = self.simulation.loop, self.window
        meters, recording = loop.meters, self.record.status()
        values = MeterValues(
            ticks_per_second=meters.rate if loop.running else 0.0,
            fps=self.live.fps,
            drawing=window.redraw.take_share(),
            queue=meters.queue,
            preparing=self.simulation.preparing,
            device="recording shown, live run paused" if self.playback.active else self._device,
            tick=self.playback.tick if self.playback.active else self._tick,
        )
        window.meters.set_meters(values)
        window.status_meters.set_meters(values, recording)
        window.recording.set_status(recording)
        self.files.watch_disk(recording)
        self.shell.show_recording(self.record.active)
        window.transport.set_running(loop.running, self._tick)
        self._show_notes()
        self._say_empty()

    def _say_empty(self) -> None:
        """Before the first frame, say in the views whether one is on its way."""
        if self.frame is not None or self.playback.active:
            return
        coming = self._reading or self.simulation.preparing or bool(self.simulation.loop.world.engines)
        text = PREPARING if coming else EMPTY_TEXT
        for view in self.window.views.values():
            if view.array is None and view.empty_text in (EMPTY_TEXT, PREPARING) and view.empty_text != text:
                view.clear(text)

    def _measure_sources(self) -> None:
        """Work out what the selected sources really emit, from the newest frame."""
        content, frame, chosen = self.document.content, self.frame, self.document.selection
        field = registry.by_source_field(content.engine)
        array = frame.arrays.get(FrameRequest(field, content.engine)) if frame and field else None
        if (
            array is None
            or self.playback.active
            or not chosen
            or array.shape != (content.config.dump()["ny"], content.config.dump()["nx"])
        ):
            return
        self.background.run(
            lambda: registry.by_source(content.engine, content.config, array, chosen),
            self.window.sources.set_measured,
        )

    def _show_notes(self) -> None:
        if self.frame is None or self.playback.active:
            return
        scalars = self.frame.scalars.get(self.document.content.engine, {})
        window = getattr(self.document.content.config, "ema_window", None)
        mismatch = next((part.value for part in self.parts if isinstance(part, Mismatch)), None)
        for key, view in self.window.views.items():
            field = view.options.field
            efolds = scalars.get("efolds") if key == "hero" else None
            view.set_note(notes.note(field, window, efolds, mismatch))
            view.set_value_error(notes.value_error(field, scalars, window))

    def field_bytes(self) -> dict[str, int]:
        """Bytes of one frame of every field."""
        data = self.document.content.config.dump()
        sizes = {"y": int(data["ny"]), "x": int(data["nx"])}
        return {
            name: int(np.dtype(spec.dtype).itemsize * np.prod([sizes.get(dim, 1) for dim in spec.dims]))
            for name, spec in self.live.specs.items()
        }

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
        self.window.log.append(level, text, details)

    def show_error(self, error: BaseException) -> None:
        """Show an exception as a sentence; one that is not meant for users with its traceback folded."""
        self._reading = False
        if isinstance(error, BadInput):
            self.notify("warning", str(error))
        else:
            self.faults.report(error)

    def _recording_failed(self, error: BaseException) -> None:
        """Hand what ended a recording, on whichever thread, to the window."""
        told: Future[BaseException] = Future()
        told.set_result(error)
        self.background.watch(told, self.files.recording_failed)

    def _log_event(self, event: Event) -> None:
        for part in self.parts:
            part.event_applied(event)

    # -- connections

    def _connect(self) -> None:
        window, editing, files = self.window, self.editing, self.files
        self.document.changed.connect(self._changed)
        self.document.selected.connect(self._selected)
        self.simulation.prepared.connect(self._prepared)
        self.simulation.failed.connect(self.show_error)
        self.simulation.blown_up.connect(self._blown_up)
        self.simulation.applied.connect(self._log_event)
        self.log_bridge.recorded.connect(window.log.append)
        self.log_bridge.install()
        self.faults.caught.connect(self._caught)
        self.faults.quit_requested.connect(self.quit)
        window.closing.connect(self.close)
        for key, view in window.views.items():
            self._connect_view(key, view)
        window.sources.selection_changed.connect(self.document.select)
        window.sources.source_edited.connect(editing.edit_source)
        window.sources.add_requested.connect(editing.add_source)
        window.sources.delete_requested.connect(editing.delete)
        window.sources.duplicate_requested.connect(editing.duplicate)
        window.sources.copy_requested.connect(editing.copy)
        window.sources.paste_requested.connect(editing.paste)
        window.parameters.edited.connect(editing.set_parameter)
        window.parameters.reset_requested.connect(editing.reset_parameter)
        window.presets.preset_chosen.connect(self.load_preset)
        window.presets.save_requested.connect(files.save_preset_dialog)
        window.monitors.warm_start_requested.connect(self.warm_start)
        window.recording.record_requested.connect(files.start_recording)
        window.recording.stop_requested.connect(files.stop_recording)
        window.recording.open_requested.connect(files.open_path)
        window.player.frame_requested.connect(self.playback.show)
        window.player.field_chosen.connect(self.playback.choose_field)
        window.player.closed.connect(self.playback.close)
        window.player.verify_requested.connect(self.playback.verify)
        window.player.verify_stopped.connect(lambda: self.playback.verifying.stop(say=True))
        window.transport.play_toggled.connect(self.set_playing)
        window.transport.step_requested.connect(self.step)
        window.transport.run_to_requested.connect(self.run_to)
        window.transport.reset_requested.connect(self.reset)
        window.transport.speed_changed.connect(self.set_speed)
        for dock in window.docks.values():
            dock.visibilityChanged.connect(self._subscribe_soon)
        stack = self.history.stack
        stack.canUndoChanged.connect(self.actions["undo"].setEnabled)
        stack.canRedoChanged.connect(self.actions["redo"].setEnabled)
        stack.undoTextChanged.connect(
            lambda text: self.actions["undo"].setText(f"&Undo {text[:1].lower()}{text[1:]}")
        )
        stack.redoTextChanged.connect(
            lambda text: self.actions["redo"].setText(f"&Redo {text[:1].lower()}{text[1:]}")
        )
        self.actions["undo"].setEnabled(False)
        self.actions["redo"].setEnabled(False)
        self._enable_edits()
        editing.copied = self._enable_edits
        for part in self.parts:
            type(part).connect(part)  # part.connect() is QObject.connect where a part has none of its own

    def _connect_view(self, key: str, view: FieldView) -> None:
        editing = self.editing
        view.source_dropped.connect(editing.drop_source)
        view.field_chosen.connect(lambda field: self._show_in(key, view_of(field, view.options)))
        view.context_requested.connect(self.shell.context_menu)
        view.source_edited.connect(editing.edit_source)
        view.selection_changed.connect(self.document.select)
        view.delete_requested.connect(editing.delete)
        view.copy_requested.connect(editing.copy)
        view.paste_requested.connect(editing.paste)
        view.duplicate_requested.connect(editing.duplicate)
        view.nudge_requested.connect(editing.nudge)
        view.options_changed.connect(lambda options: self._show_in(key, options))
        view.snapshot_requested.connect(lambda: self.files.snapshot_dialog(key))
        for part in self.parts:
            part.connect_view(key, view)

    def _show_in(self, key: str, options: ViewOptions) -> None:
        """Change a view: of the document, or for the time a recording is shown."""
        if self.playback.active:
            self.playback.set_view(key, options)
        else:
            self.editing.set_view(key, options)

    def _subscribe_soon(self, _visible: bool) -> None:
        QTimer.singleShot(0, self.live.subscribe)

    def _caught(self, text: str, details: str) -> None:
        self.notify("error", text, details)


def default_views(chosen: Mapping[str, presets.PresetView]) -> dict[str, ViewOptions]:
    """Options of every view: what a preset says of its field, else what suits the field."""
    views = {}
    for key, field in VIEWS.items():
        wanted = chosen.get(field, presets.PresetView(autoscale=AUTOSCALE.get(field, "continuous")))
        views[key] = wanted.options(field, CMAPS.get(field, "viridis"))
    return views


def view_of(field: str, present: ViewOptions) -> ViewOptions:
    """Options of a view that turns to another field: its usual colours, or those in force."""
    return ViewOptions(field, CMAPS.get(field, present.cmap), AUTOSCALE.get(field, "continuous"))
