"""Files of the Kuramoto lab: graphs and lists of frequencies, read off the GUI thread into the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tauscope.app.parts.kuramoto_feed import ENGINE, config_of
from tauscope.app.parts.part import Part
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.widgets.dialogs import ask_file

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

PARTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "geometry.file": lambda file: {"kind": "edges", "file": file},
    "frequencies.file": lambda file: {"kind": "values", "file": file},
}
"""What a file makes of its part of the configuration, by path of the entry that names it."""
KEPT = {"geometry": ("normalisation",), "frequencies": ("scale", "center", "sampling")}
"""Entries that have nothing to do with the file, by part."""


class KuramotoFiles(Part):
    """Reads the files that the form of parameters names.

    Parameters
    ----------
    lab : Lab
        Whose document is changed.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._filters = {leaf.path: leaf.file for leaf in leaves(KuramotoConfig) if leaf.file}

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the form."""
        self.lab.window.parameters.file_wished.connect(self.wish)

    def wish(self, path: str, file: str) -> None:
        """Read a file for an entry; ask which where none is named."""
        lab = self.lab
        if path not in PARTS or lab.editing.is_locked():
            return
        if file:
            self.take(path, file)
            return
        present = getattr(getattr(config_of(lab.document.content), path.partition(".")[0], None), "file", "")
        start = str(Path(present).parent) if present else str(lab.files.folder)
        kinds = f"{self._filters[path]};;All files (*)"
        ask_file(lab.window, "Read a file", start, kinds, lambda chosen: self.take(path, chosen))

    def take(self, path: str, file: str) -> None:
        """Read a file and put what it holds into the document: one undoable step, and a restart."""
        lab, config = self.lab, config_of(self.lab.document.content)
        if config is None:
            return

        def read() -> KuramotoConfig | BadInput:
            try:
                return with_file(config, path, file)
            except BadInput as error:
                return error

        def told(found: KuramotoConfig | BadInput) -> None:
            content = lab.document.content
            if isinstance(found, BadInput):
                lab.notify("warning", str(found), key=path)
                if path in lab.window.parameters.form.rows:
                    lab.window.parameters.set_error(path, str(found))
            elif config_of(content) is not config:
                self.take(path, file)  # it was edited meanwhile
            elif not lab.editing.is_locked():
                changed = replace(content.focused(ENGINE), config=found).focused(content.engine)
                lab.history.push(changed, f"Read {Path(file).name}")

        lab.background.run(read, told)


def with_file(config: KuramotoConfig, path: str, file: str) -> KuramotoConfig:
    """Configuration with what a file holds; for a worker thread.

    Parameters
    ----------
    config : KuramotoConfig
        Present configuration.
    path : {"geometry.file", "frequencies.file"}
        Entry that names the file.
    file : str
        Path of the file.

    Raises
    ------
    BadInput
        A file that cannot be read, or that does not fit the rest of the configuration.
    """
    data, part = config.model_dump(), path.partition(".")[0]
    kept = {name: data[part][name] for name in KEPT[part]}
    made = KuramotoConfig.load({**data, part: {**kept, **PARTS[path](file)}})
    structure_of(made)  # worked out here, and kept for the window
    return made
