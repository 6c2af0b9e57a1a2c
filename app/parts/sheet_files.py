"""Saving what a panel shows as a CSV file: the dialog, the work off the GUI thread, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from tauscope.app.sheets import Sheet, write_sheet
from tauscope.widgets.dialogs import ask_file

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

NO_FILE_YET = "There is nothing to save yet; start a run first."


def save_sheet(lab: Lab, title: str, ending: str, make: Callable[[], Sheet | None]) -> None:
    """Ask for a file and save what a panel shows as CSV.

    Parameters
    ----------
    lab : Lab
        Session.
    title : str
        Of the dialog.
    ending : str
        After the preset's name in the suggested file name.
    make : callable
        Gives the sheet as it is now, None where there is nothing to save.
    """
    sheet = make()
    if sheet is None:
        lab.notify("warning", NO_FILE_YET)
        return
    files = lab.files
    name = f"{lab.document.content.preset or 'run'}-{ending}"

    def save(path: str) -> None:
        files.write(
            Path(path),
            "table",
            lambda: write_sheet(Path(path), sheet),
            lambda done: lab.notify("info", f"Saved {done}."),
            save,
        )

    dialog = ask_file(lab.window, title, files.suggestion(".csv", name), "Table (*.csv)", save, save=True)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # what exists is refused, never replaced
