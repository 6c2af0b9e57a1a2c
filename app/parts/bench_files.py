"""Files of benches and experiments: asked for, and written off the GUI thread without replacing anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from tauscope.app.bench_figures import write_figure
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.labs.ufie.bench_types import BenchTable, View

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

FIGURES = "Picture (*.png);;Drawing (*.svg);;Page (*.pdf)"


def save_as(
    lab: Lab, title: str, what: str, suggested: str, kinds: str, write: Callable[[Path], Path]
) -> None:
    """Ask for a new file or folder and write it.

    Parameters
    ----------
    lab : Lab
        Session.
    title, kinds : str
        Of the dialog, as those of `ask_file`.
    what : str
        Name of what is written, in messages.
    suggested : str
        Path that the dialog begins with.
    write : callable
        Writes to a path and returns what it has made; called off the GUI thread.
    """

    def save(path: str) -> None:
        lab.files.write(
            Path(path),
            what,
            lambda: write(Path(path)),
            lambda done: lab.notify("info", f"Saved {done}."),
            save,
        )

    dialog = ask_file(lab.window, title, suggested, kinds, save, save=True)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # what exists is refused, never replaced


def save_figure(lab: Lab, view: View | None, name: str, title: str, caption: str) -> None:
    """Ask for a file and write the plot or map that is shown; nothing of a table."""
    if view is not None and not isinstance(view, BenchTable):
        suggested = lab.files.suggestion(".png", name)
        save_as(
            lab,
            "Save figure",
            "figure",
            suggested,
            FIGURES,
            lambda to: write_figure(to, view, title, caption),
        )
