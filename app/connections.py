"""Connections: which signal of the window, the simulation and the document ends where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from tauscope.app.field_focus import FieldFocus
from tauscope.app.view_defaults import view_of
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


def connect(lab: Lab) -> None:
    """Connect everything once; parts, docks and actions exist."""
    window, editing, files = lab.window, lab.editing, lab.files
    lab.document.changed.connect(lab.runs.change)
    lab.document.selected.connect(lab.panels.show_selection)
    lab.simulation.prepared.connect(lab.runs.put_in_place)
    lab.simulation.failed.connect(lab.show_error)
    lab.simulation.blown_up.connect(lab.run_control.blown_up)
    lab.simulation.applied.connect(lab.event_applied)
    lab.log_bridge.recorded.connect(window.log.append)
    lab.log_bridge.install()
    # Later, never amid what failed: a note that is made while a widget paints itself is a crash.
    lab.faults.caught.connect(lab.show_caught, Qt.ConnectionType.QueuedConnection)
    lab.faults.quit_requested.connect(lab.close)  # a signal is not asked back
    window.closing.connect(
        lambda: lab.close() if lab.leaving.wanted else lab.files.disk.ask("Close", lab.close)
    )
    for key, view in window.views.items():
        _connect_view(lab, key, view)
    window.sources.selection_changed.connect(lab.document.select)
    window.sources.source_edited.connect(editing.edit_source)
    window.sources.add_requested.connect(editing.add_source)
    window.sources.delete_requested.connect(editing.delete)
    window.sources.duplicate_requested.connect(editing.duplicate)
    window.sources.copy_requested.connect(editing.copy)
    window.sources.paste_requested.connect(editing.paste)
    window.parameters.edited.connect(editing.set_parameter)
    window.parameters.reset_requested.connect(editing.reset_parameter)
    window.parameters.other_edited.connect(editing.set_parameter_of)
    window.parameters.other_reset.connect(lambda engine, path: editing.reset_parameter(path, engine))
    window.presets.preset_chosen.connect(lab.load_preset)
    window.presets.save_requested.connect(files.save_preset_dialog)
    window.monitors.warm_start_requested.connect(lab.warm_start)
    window.recording.record_requested.connect(files.start_recording)
    window.recording.stop_requested.connect(files.stop_recording)
    window.recording.open_requested.connect(files.open_path)
    window.player.frame_requested.connect(lab.playback.show)
    window.player.field_chosen.connect(lab.playback.choose_field)
    window.player.closed.connect(lab.playback.close)
    window.player.verify_requested.connect(lab.playback.verify)
    window.player.verify_stopped.connect(lambda: lab.playback.verifying.stop(say=True))
    window.transport.play_toggled.connect(lab.set_playing)
    window.transport.step_requested.connect(lab.step)
    window.transport.run_to_requested.connect(lab.run_to)
    window.transport.reset_requested.connect(lab.reset)
    window.transport.speed_changed.connect(lab.set_speed)
    for dock in window.docks.values():
        dock.visibilityChanged.connect(lab.subscribe_soon)
    stack = lab.history.stack
    stack.canUndoChanged.connect(lab.actions["undo"].setEnabled)
    stack.canRedoChanged.connect(lab.actions["redo"].setEnabled)
    stack.undoTextChanged.connect(
        lambda text: lab.actions["undo"].setText(f"&Undo {text[:1].lower()}{text[1:]}")
    )
    stack.redoTextChanged.connect(
        lambda text: lab.actions["redo"].setText(f"&Redo {text[:1].lower()}{text[1:]}")
    )
    lab.actions["undo"].setEnabled(False)
    lab.actions["redo"].setEnabled(False)
    FieldFocus(window, window.toolbar, window.home)
    lab.panels.enable_edits()
    editing.copied = lab.panels.enable_edits
    for part in lab.parts:
        type(part).connect(part)  # part.connect() is QObject.connect where a part has none of its own


def _connect_view(lab: Lab, key: str, view: FieldView) -> None:
    editing = lab.editing
    view.source_dropped.connect(editing.drop_source)
    view.field_chosen.connect(lambda field: _show_in(lab, key, view_of(field, view.options)))
    view.context_requested.connect(lab.shell.context_menu)
    view.source_edited.connect(editing.edit_source)
    view.selection_changed.connect(lab.document.select)
    view.delete_requested.connect(editing.delete)
    view.copy_requested.connect(editing.copy)
    view.paste_requested.connect(editing.paste)
    view.duplicate_requested.connect(editing.duplicate)
    view.nudge_requested.connect(editing.nudge)
    view.options_changed.connect(lambda options: _show_in(lab, key, options))
    view.snapshot_requested.connect(lambda: lab.files.snapshot_dialog(key))
    for part in lab.parts:
        part.connect_view(key, view)


def _show_in(lab: Lab, key: str, options: ViewOptions) -> None:
    """Change a view: of the document, or for the time a recording is shown."""
    if lab.playback.active:
        lab.playback.set_view(key, options)
    else:
        lab.editing.set_view(key, options)
