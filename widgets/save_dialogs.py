"""Dialogs that ask how a picture or a recording leaves the program; none stops the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QProgressBar, QWidget
from shiboken6 import isValid

from tauscope.widgets.buttons import Button
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.dialogs import SmallDialog, ask_file, ask_folder, sentence
from tauscope.widgets.texts import set_role

Named = Sequence[tuple[str, str]]
"""Keys with the names that people see."""

SCALES = (("1", "1×, for the screen"), ("2", "2×"), ("3", "3×"), ("4", "4×, for print"))
THEMES = (("dark", "Dark"), ("light", "Light"))
ENDINGS = ((".npz", "NumPy (.npz)"), (".h5", "HDF5, openPMD (.h5)"))
FORMATS = (
    ("mp4", "Film (MP4)"),
    ("gif", "Film (GIF)"),
    ("png", "Pictures (PNG)"),
    ("csv", "Table of scalars (CSV)"),
    ("npz", "Arrays (NPZ)"),
    ("xdmf", "For ParaView (XDMF)"),
)
PICTURES = ("mp4", "gif", "png")


@dataclass(frozen=True, slots=True)
class SnapshotChoice:
    """How a snapshot is made: file, view, resolution, colours of the frame, format of the data."""

    path: str
    view: str = "hero"
    scale: int = 2
    theme: str = "dark"
    ending: str = ".npz"


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """How a recording is exported: file, format, field, speed, every n-th frame, resolution, plane."""

    path: str
    to: str = "mp4"
    field: str = ""
    fps: int = 20
    every: int = 1
    scale: int = 1
    plane: str = ""


@dataclass
class _Place:
    """Field for a path with a button that browses."""

    title: str
    kinds: str
    edit: QLineEdit = field(default_factory=QLineEdit)
    folder: bool = False

    def row(self, parent: QWidget) -> QHBoxLayout:
        """Field and button."""
        self.edit.setAccessibleName("File")
        self.edit.setMinimumWidth(300)
        browse = Button("", "folder", "Choose a file…")
        browse.clicked.connect(lambda: self.browse(parent))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.edit, 1)
        row.addWidget(browse)
        return row

    def browse(self, parent: QWidget) -> None:
        """Ask for the file, or for the folder in which one of pictures will stand."""
        path = self.edit.text()
        if self.folder:
            ask_folder(
                parent, self.title, path, lambda chosen: self.edit.setText(f"{chosen}/{PurePath(path).name}")
            )
        else:
            ask_file(parent, self.title, path, self.kinds, self.edit.setText, save=True)


def choice(entries: Named, chosen: str, name: str) -> QComboBox:
    """Combo box of named keys."""
    box = QComboBox()
    box.setAccessibleName(name)
    for key, text in entries:
        box.addItem(text, key)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


class SnapshotDialog(SmallDialog):
    """Asks for a view, a resolution and a file.

    Parameters
    ----------
    path : str
        Suggested file.
    views : sequence of (str, str)
        Views that show something, by key and name.
    view, theme : str
        View and theme that are chosen at first.
    done : callable
        Called with the `SnapshotChoice`.
    parent : QWidget
        Window it belongs to.
    check : callable
        Called with the choice before, and with what is to be told why it is refused, or "".
    """

    def __init__(
        self,
        path: str,
        views: Named,
        view: str,
        theme: str,
        done: Callable[[SnapshotChoice], object],
        parent: QWidget | None = None,
        check: Callable[[SnapshotChoice, Callable[[str], None]], object] | None = None,
    ) -> None:
        super().__init__("Snapshot", parent)
        self._done, self._check = done, check
        self.view = choice(views, view, "View")
        self.scale = choice(SCALES, "2", "Resolution")
        self.theme = choice(THEMES, theme, "Colours")
        self.ending = choice(ENDINGS, ".npz", "Data")
        self.place = _Place("Save snapshot", "Pictures (*.png)")
        self.place.edit.setText(path)
        form = QFormLayout()
        form.addRow("View", self.view)
        form.addRow("Resolution", self.scale)
        form.addRow("Colours", self.theme)
        form.addRow("Data beside it", self.ending)
        form.addRow("File", self.place.row(self))
        self.column.addLayout(form)
        self.problem = sentence("")
        set_role(self.problem, "trouble")
        self.problem.hide()
        self.column.addWidget(self.problem)
        self.column.addStretch(1)
        self.add_button("Cancel", self.reject)
        self.accept_button = self.add_button("Save", self.answer, "primary")
        self.place.edit.textChanged.connect(lambda text: self.accept_button.setEnabled(bool(text.strip())))

    def answer(self) -> None:
        """Pass the choice on and close; what is refused is said here, and the choice stays."""
        path = self.place.edit.text().strip()
        made = SnapshotChoice(
            path if path.lower().endswith(".png") else f"{path}.png",
            str(self.view.currentData()),
            int(self.scale.currentData()),
            str(self.theme.currentData()),
            str(self.ending.currentData()),
        )
        if self._check is None:
            self._told(made, "")
            return
        self.accept_button.setEnabled(False)
        self._check(made, lambda problem: self._told(made, problem))

    def _told(self, made: SnapshotChoice, problem: str) -> None:
        if self._check is not None and not (isValid(self) and self.isVisible()):
            return  # given up meanwhile
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.accept_button.setEnabled(bool(self.place.edit.text().strip()))
        if not problem:
            self.accept()
            self._done(made)


class ExportDialog(SmallDialog):
    """Asks how a recording is exported, shows how far it is, and cancels it.

    Parameters
    ----------
    stem : str
        Path of the recording without its ending; files are suggested beside it.
    fields : sequence of (str, str)
        Recorded fields, by name and label.
    shown : str
        Field that is shown now.
    start : callable
        Called with the `ExportChoice`.
    cancel : callable
        Ends an export that runs.
    parent : QWidget
        Window it belongs to.
    planes : mapping of str to str
        Plane that is suggested in words, by field; of those of more than two axes alone.
    """

    def __init__(
        self,
        stem: str,
        fields: Named,
        shown: str,
        start: Callable[[ExportChoice], object],
        cancel: Callable[[], object],
        parent: QWidget | None = None,
        planes: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__("Export recording", parent)
        self._planes = dict(planes or {})
        self._stem, self._start, self._cancel = stem, start, cancel
        self.running = False
        self.format = choice(FORMATS, "mp4", "Format")
        self.field = choice(fields, shown, "Field")
        self.plane = QLineEdit()
        self.plane.setAccessibleName("Plane")
        self.plane.setToolTip("Axis across, axis up, and where the others are cut, as in x, y, z=3.")
        self.fps = CountBox(20, 1, 120, "fps")
        self.fps.setAccessibleName("Frames a second")
        self.every = CountBox(1, 1, 1_000_000)
        self.every.setAccessibleName("Every so many frames")
        self.scale = choice(SCALES, "1", "Resolution")
        self.place = _Place("Export to", "All files (*)")
        self.form = QFormLayout()
        for label, item in (
            ("Format", self.format),
            ("Field", self.field),
            ("Plane", self.plane),
            ("Speed", self.fps),
            ("Every n-th frame", self.every),
            ("Resolution", self.scale),
        ):
            self.form.addRow(label, item)
        self.form.addRow("File", self.place.row(self))
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.state = sentence("")
        self.column.addLayout(self.form)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.state)
        self.column.addStretch(1)
        self.leave = self.add_button("Cancel", self.reject)
        self.accept_button = self.add_button("Export", self.answer, "primary")
        self.format.currentIndexChanged.connect(self._suit)
        self.field.currentIndexChanged.connect(self._suit_plane)
        self.bar.hide()
        self._suit()

    def _suit(self) -> None:
        """Offer what the format needs, and a name that suits it."""
        to = str(self.format.currentData())
        for item in (self.field, self.scale, self.fps):
            wanted = to in PICTURES and (item is not self.fps or to != "png")
            self.form.setRowVisible(item, wanted)
        self._suit_plane()
        self.place.folder = to == "png"
        self.place.edit.setText(f"{self._stem}_frames" if to == "png" else f"{self._stem}.{to}")

    def _suit_plane(self) -> None:
        """Suggest a plane where the field has several."""
        to, words = str(self.format.currentData()), self._planes.get(str(self.field.currentData()), "")
        self.form.setRowVisible(self.plane, bool(words) and to in PICTURES)
        self.plane.setText(words)

    def answer(self) -> None:
        """Start the export."""
        if self.running or not self.place.edit.text().strip():
            return
        self.running = True
        self._set_busy()
        self.tell(0.0, "Starting…")
        self._start(
            ExportChoice(
                self.place.edit.text().strip(),
                str(self.format.currentData()),
                str(self.field.currentData()),
                self.fps.value(),
                self.every.value(),
                int(self.scale.currentData()),
                self.plane.text().strip(),
            )
        )

    def tell(self, share: float, text: str) -> None:
        """Show how far it is."""
        set_role(self.state, "muted")
        self.bar.setValue(round(1000 * share))
        self.state.setText(text)

    def fail(self, text: str) -> None:
        """Say why it failed; the choice stays, to be changed."""
        self.running = False
        self._set_busy()
        set_role(self.state, "trouble")
        self.state.setText(text)

    def _set_busy(self) -> None:
        self.bar.setVisible(self.running)
        self.accept_button.setEnabled(not self.running)
        for row in range(self.form.rowCount()):
            item = self.form.itemAt(row, QFormLayout.ItemRole.FieldRole)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setEnabled(not self.running)
        self.place.edit.setEnabled(not self.running)

    def reject(self) -> None:
        """Cancel what runs, and close."""
        if self.running:
            self._cancel()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing cancels."""
        if self.running:
            self._cancel()
        super().closeEvent(event)

    def sizeHint(self) -> QSize:
        """Room for a path."""
        return QSize(520, 360)
