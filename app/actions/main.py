"""The main window's actions, in the order of its menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tauscope.app.actions.spec import HELP, ActionSpec
from tauscope.app.labs import FIELDS, LATTICES

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

FILE, EDIT, RUN, VIEW = "&File", "&Edit", "&Run", "&View"


def main_actions(lab: Lab) -> list[ActionSpec]:
    """Every action of the main window."""
    return [*_file(lab), *_edit(lab), *_run(lab), *_view(lab), *_help(lab)]


def _file(lab: Lab) -> list[ActionSpec]:
    return [
        ActionSpec("open", FILE, "&Open recording or preset…", lab.files.open_dialog, ("Ctrl+O",), "open"),
        ActionSpec("save_preset", FILE, "Save as &preset…", lab.files.save_preset_dialog, (), "save"),
        ActionSpec(
            "snapshot",
            FILE,
            "&Snapshot…",
            lab.files.snapshot_dialog,
            ("Ctrl+Shift+S",),
            "snapshot",
            tip="Picture of the main view with colour bar and metadata, and its data beside it",
            separated=True,
        ),
        ActionSpec(
            "record",
            FILE,
            "&Record",
            lab.files.toggle_recording,
            ("Ctrl+E",),
            "record",
            tip="Start or stop recording",
        ),
        ActionSpec("quit", FILE, "&Quit", lab.quit, ("Ctrl+Q",), "close", separated=True),
    ]


def _edit(lab: Lab) -> list[ActionSpec]:
    editing, lattice = lab.editing, FIELDS
    return [
        ActionSpec("undo", EDIT, "&Undo", lab.undo, ("Ctrl+Z",), "undo"),
        ActionSpec("redo", EDIT, "&Redo", lab.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), "redo"),
        ActionSpec(
            "copy", EDIT, "&Copy sources", editing.copy, ("Ctrl+C",), "copy", separated=True, engines=lattice
        ),
        ActionSpec("paste", EDIT, "&Paste sources", editing.paste, ("Ctrl+V",), "paste", engines=lattice),
        ActionSpec(
            "duplicate",
            EDIT,
            "Duplica&te sources",
            editing.duplicate,
            ("Ctrl+D",),
            "duplicate",
            engines=lattice,
        ),
        ActionSpec("delete", EDIT, "&Delete sources", editing.delete, ("Del",), "delete", engines=lattice),
        ActionSpec(
            "select_all",
            EDIT,
            "Select &all sources",
            editing.select_all,
            ("Ctrl+A",),
            "select",
            engines=lattice,
        ),
    ]


def _run(lab: Lab) -> list[ActionSpec]:
    return [
        ActionSpec("play", RUN, "&Play or pause", lab.run_control.toggle_play, ("Space",), "play"),
        ActionSpec("step", RUN, "&Step", lambda: lab.run_control.step(1), (".",), "step"),
        ActionSpec(
            "step_n",
            RUN,
            "Step &N",
            lab.run_control.step_n,
            ("Shift+.",),
            "step-n",
            tip="Step as many ticks as the box says",
        ),
        ActionSpec("run_to", RUN, "Run &to tick…", lab.run_control.run_to_dialog, ("Ctrl+T",), "run-to"),
        ActionSpec("faster", RUN, "&Faster", lab.run_control.faster, ("+", "="), "speed", separated=True),
        ActionSpec("slower", RUN, "S&lower", lab.run_control.slower, ("-",), "speed"),
        ActionSpec(
            "warm_start",
            RUN,
            "&Warm start",
            lab.run_control.warm_start,
            ("Ctrl+W",),
            "warm-start",
            tip="Set the traffic to the exact steady state of the present sources",
            separated=True,
            engines=("gravity",),
        ),
        ActionSpec(
            "reset_statistics",
            RUN,
            "Restart &counting",
            lab.run_control.reset_statistics,
            ("Ctrl+Shift+R",),
            "back-to-default",
            tip="Begin counts and averages anew, such as f = realized / possible updates",
        ),
        ActionSpec("reset", RUN, "&Reset", lab.reset, ("Ctrl+R",), "reset", tip="Start again at tick 0"),
    ]


def _view(lab: Lab) -> list[ActionSpec]:
    return [
        ActionSpec(
            "fit", VIEW, "&Fit", lab.shell.fit, ("F",), "fit", tip="Show the whole lattice, or all clusters"
        ),
        ActionSpec(
            "autoscale",
            VIEW,
            "&Autoscale once",
            lab.shell.autoscale_once,
            ("A",),
            "autoscale",
            engines=LATTICES,
        ),
        ActionSpec("dark", VIEW, "&Dark theme", lab.shell.set_dark, checkable=True, separated=True),
        ActionSpec("full_screen", VIEW, "Full s&creen", lab.shell.set_full_screen, ("F11",), checkable=True),
        ActionSpec("hide_panels", VIEW, "&Hide panels", lab.shell.hide_panels, ("H",), checkable=True),
        ActionSpec("reset_layout", VIEW, "&Reset layout", lab.shell.reset_layout, (), "layout"),
    ]


def _help(lab: Lab) -> list[ActionSpec]:
    return [
        ActionSpec(
            "help",
            HELP,
            "&Help on this panel",
            lab.help.show,
            ("F1",),
            "help",
            tip="Page of the handbook about what has the focus",
        ),
        ActionSpec("handbook", HELP, "Hand&book", lab.help.show_contents, tip="All pages"),
        ActionSpec(
            "shortcuts", HELP, "&Keyboard shortcuts", lab.shell.show_shortcuts, ("Shift+F1", "?"), "keyboard"
        ),
        ActionSpec("about", HELP, "&About Tauscope", lab.shell.show_about, (), "info"),
    ]
