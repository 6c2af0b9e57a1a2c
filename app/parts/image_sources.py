"""Image sources from files: a dialog, and files dropped on a lattice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from tauscope.app import images
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.files import DIALOG
from tauscope.app.parts.part import Part
from tauscope.app.placed import sides
from tauscope.engine.arrays import FrozenArray
from tauscope.widgets.field_view import FieldView

_OPENED = (".h5", ".hdf5", ".json", ".tauscope")
"""Files that a drop opens, instead of making them an image."""

_SPREAD = 8.0
"""Cells between several images that are dropped at once."""


class ImageSources(Part):
    """Makes image sources of files; they are read off the GUI thread."""

    def actions(self) -> Sequence[ActionSpec]:
        """Image from a file."""
        return (
            ActionSpec(
                "add_image",
                "&Edit",
                "Add &image…",
                self.choose,
                (),
                "image",
                tip="A picture, .npy or CSV file as a source",
                separated=True,
                engines=("gravity",),
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the palette."""
        self.lab.window.sources.image_requested.connect(self.choose)

    def connect_view(self, key: str, view: FieldView) -> None:
        """Listen to files dropped on a view."""
        view.files_dropped.connect(self.drop)

    def choose(self) -> None:
        """Ask for a file and put its image at the centre of the lattice."""
        if self.lab.editing.is_locked():
            return
        path, _ = QFileDialog.getOpenFileName(
            self.lab.window, "Add image", str(self.lab.files.folder), images.FILTER, options=DIALOG
        )
        if path:
            nx, ny = sides(self.lab.document.content.lattice.config) or (1, 1)  # refused, then
            self.drop([path], float(nx // 2), float(ny // 2))

    def drop(self, paths: list[str], x: float, y: float) -> None:
        """Make images of files at a place in cells; recordings and presets are opened instead."""
        for number, path in enumerate(paths):
            if path.lower().endswith(_OPENED):
                self.lab.files.open_path(path)
            elif not self.lab.editing.is_locked():
                self._add(path, x + _SPREAD * number, y)

    def _add(self, path: str, x: float, y: float) -> None:
        def add(array: FrozenArray) -> None:
            self.lab.editing.drop_image(array, path, Path(path).stem, x, y)

        self.lab.background.run(lambda: FrozenArray(images.read_map(path)), add)
