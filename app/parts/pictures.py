"""What leaves the window as a file: snapshots, a picture on the clipboard, and exports of recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal, cast

from PySide6.QtCore import QByteArray, QMimeData, Signal
from PySide6.QtGui import QGuiApplication, QImage

from tauscope.app import video
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.circles_picture import CirclesShot, Pixels, circles_shot
from tauscope.app.files import film_look
from tauscope.app.outputs import refuse_existing
from tauscope.app.parts.gauge_plane import GaugePlane
from tauscope.app.parts.kuramoto_lab import CIRCLES, KuramotoLab
from tauscope.app.parts.part import Part
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.parts.ufie_slices_pictures import TITLES, film_of, shot_of
from tauscope.app.parts.viewing import SURFACE, Viewing
from tauscope.app.slice_film import FilmedSlice
from tauscope.app.slice_planes import KEYS
from tauscope.app.snapshot import save_snapshot, snapshot_png
from tauscope.app.surface_picture import painted_png, save_surface
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError
from tauscope.widgets.save_dialogs import ExportChoice, ExportDialog, SnapshotChoice, SnapshotDialog

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

NOTHING_YET = "There is no picture yet; start a run first."


class Pictures(Part):
    """Snapshots, clipboard, exports.

    Parameters
    ----------
    lab : Lab
        Whose views and recordings are meant.
    """

    _progress = Signal(float, str)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.dialog: ExportDialog | None = None
        self._cancelled = Event()
        self._progress.connect(self._tell)

    def actions(self) -> Sequence[ActionSpec]:
        """File and Edit menu."""
        return [
            ActionSpec(
                "export",
                "&File",
                "E&xport recording…",
                self.ask_export,
                (),
                "export",
                tip="Film, pictures, table or arrays of the recording that is shown",
            ),
            ActionSpec(
                "copy_picture",
                "&Edit",
                "C&opy picture",
                self.copy,
                ("Ctrl+Shift+C",),
                "snapshot",
                tip="Picture of the main view, with colour bar and parameters, on the clipboard",
                separated=True,
            ),
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the player; an export needs a recording that is shown."""
        self.lab.window.player.export_requested.connect(self.ask_export)

    # -- pictures of views

    def ask_snapshot(self, view: str = "hero") -> None:
        """Ask how a snapshot of a view is made."""
        lab = self.lab
        views = [
            (key, item.spec.label if key != "hero" else f"Main view, {item.spec.label}")
            for key, item in lab.window.views.items()
            if item.spec is not None and item.array is not None and item.isVisible()
        ]
        surface = part_of(lab, Viewing).surface
        if surface.isVisible() and surface.relief.array is not None:
            views.append((SURFACE, f"Surface, {surface.relief.label}"))
        if self._circles(1.0) is not None:
            views.insert(0, (CIRCLES, "Phase circles"))
        slices = part_of(lab, UfieSlices)
        views += [
            (key, TITLES[key]) for key in KEYS if key in slices.planes and slices.views[key].isVisible()
        ]
        if not views:
            lab.notify("warning", NOTHING_YET)
            return
        centre = lab.window.lab.centre
        view = view if view in dict(views) else centre if centre in dict(views) else views[0][0]
        suggested, theme = lab.files.suggestion(".png"), lab.settings.theme
        SnapshotDialog(
            suggested, views, view, theme, self.take_snapshot, lab.window, self._check_snapshot
        ).open()

    def _check_snapshot(self, choice: SnapshotChoice, told: Callable[[str], None]) -> None:
        """Say while the dialog is open where a file of that name exists."""
        path = Path(choice.path)

        def refusal() -> str:
            try:
                for file in (path, path.with_suffix(choice.ending)):
                    refuse_existing(file.absolute(), "path")
            except BadInput as error:
                return str(error)
            return ""

        self.lab.background.run(refusal, told)

    def take_snapshot(self, choice: SnapshotChoice) -> None:
        """Save a picture of a view or of the surface, and its data beside it."""
        if choice.view == SURFACE:
            self._take_surface(choice)
        elif choice.view == CIRCLES:
            self._take_circles(choice)
        elif choice.view in KEYS:
            self._take_slice(choice)
        else:
            self.lab.files.take_snapshot(choice)

    def _take_surface(self, choice: SnapshotChoice) -> None:
        lab, viewing = self.lab, part_of(self.lab, Viewing)
        viewing.surface.take()  # the picture, the field beside it and the tick are of one moment
        known = lab.files._shown(viewing.followed)
        if known is None:
            return
        moment = {key: known[key] for key in ("engine", "config", "seed", "tick", "time", "title")}
        self._save_painted(choice, viewing.surface.painter(), known["array"], known["spec"], moment)

    def _circles(self, scale: float) -> CirclesShot | None:
        """Circles as they are now, None where they are not seen or empty."""
        part = part_of(self.lab, KuramotoLab)
        if part.shown is None or not part.view.isVisible():
            return None
        return circles_shot(self.lab, part.view, part.shown[0], scale)

    def _take_circles(self, choice: SnapshotChoice) -> None:
        shot = self._circles(choice.scale)
        if shot is None:
            self.lab.notify("warning", NOTHING_YET)
            return
        self._save_painted(choice, shot.paint, shot.theta, shot.spec, shot.moment)

    def _take_slice(self, choice: SnapshotChoice) -> None:
        """Save a picture of a slice and its plane, with axes, index and mode in both."""
        lab, path, known = self.lab, Path(choice.path), shot_of(self.lab, choice.view)
        if known is None:
            lab.notify("warning", NOTHING_YET)
            return
        theme: Literal["dark", "light"] = "light" if choice.theme == "light" else "dark"
        first = lab.files.makes_folder(path)

        def work() -> tuple[Path, Path]:
            if first:
                path.parent.mkdir(parents=True, exist_ok=True)
            return save_snapshot(path, theme=theme, scale=choice.scale, ending=choice.ending, **known)

        lab.files.write(
            path,
            "snapshot",
            work,
            lambda paths: lab.notify("info", f"Saved {paths[0]} and {paths[1].name}."),
            lambda other: self._take_slice(replace(choice, path=other)),
        )

    def _save_painted(
        self,
        choice: SnapshotChoice,
        paint: Callable[[int, int, float], Pixels],
        array: Array,
        spec: FieldSpec,
        moment: Mapping[str, Any],
    ) -> None:
        """Save a painted view and its data off the GUI thread."""
        lab, path = self.lab, Path(choice.path)
        theme: Literal["dark", "light"] = "light" if choice.theme == "light" else "dark"
        first = lab.files.makes_folder(path)

        def work() -> tuple[Path, Path]:
            if first:
                path.parent.mkdir(parents=True, exist_ok=True)
            return save_surface(
                path, paint, array, spec, moment,
                theme=theme, scale=choice.scale, ending=choice.ending,
            )  # fmt: skip

        lab.files.write(
            path,
            "snapshot",
            work,
            lambda paths: lab.notify("info", f"Saved {paths[0]} and {paths[1].name}."),
            lambda other: self._save_painted(replace(choice, path=other), paint, array, spec, moment),
        )

    def copy(self) -> None:
        """Put a picture of the view in the centre on the clipboard, composed off the GUI thread."""
        centre, theme = self.lab.window.lab.centre, self._theme
        if not self.lab.window.lab.engines:
            QGuiApplication.clipboard().setPixmap(self.lab.window.centres[centre].grab())
            self.lab.notify("info", "The picture is on the clipboard.", key="clipboard")
            return
        work: Callable[[], bytes] | None
        if centre in KEYS:
            known = shot_of(self.lab, centre)
            if known is None:
                self.lab.notify("warning", NOTHING_YET)
                return
            work = partial(snapshot_png, theme=theme, **known)
        else:
            shot = self._circles(2.0) if centre == CIRCLES else None
            work = self.lab.files.picture() if shot is None else self._png(shot, theme)
        if work is not None:
            self.lab.background.run(work, self._copied)

    @property
    def _theme(self) -> Literal["dark", "light"]:
        return "light" if self.lab.settings.theme == "light" else "dark"

    @staticmethod
    def _png(shot: CirclesShot, theme: Literal["dark", "light"]) -> Callable[[], bytes]:
        return lambda: painted_png(shot.paint, shot.spec, shot.moment, theme=theme)

    def _copied(self, png: bytes) -> None:
        data = QMimeData()
        data.setImageData(QImage.fromData(png))
        data.setData("image/png", QByteArray(png))  # programs that take it keep the metadata inside
        QGuiApplication.clipboard().setMimeData(data)
        self.lab.notify("info", "The picture is on the clipboard.", key="clipboard")

    # -- recordings

    def ask_export(self) -> None:
        """Ask how the recording that is shown is exported."""
        lab = self.lab
        player = lab.window.player
        if not lab.playback.active:
            lab.notify(
                "info",
                "Open the recording first (File > Open recording), then export it from its player.",
                key="export",
            )
            return
        if self.dialog is not None:
            self.dialog.raise_()
            return
        path = Path(lab.playback.path)
        fields = [
            (str(player.field.itemData(at)), player.field.itemText(at)) for at in range(player.field.count())
        ]
        shown = str(player.field.currentData())
        planes = {} if lab.playback.file is None else part_of(lab, GaugePlane).films(lab.playback.file)
        fields += [(name, label) for name, (label, _words) in planes.items()]
        dialog = ExportDialog(
            str(path.with_suffix("")),
            fields,
            shown,
            lambda chosen: self._export(path, chosen),
            self._cancelled_by_user,
            lab.window,
            {name: words for name, (_label, words) in planes.items()},
        )
        dialog.destroyed.connect(self._forget)
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        dialog.open()

    def _cancelled_by_user(self) -> None:
        self._cancelled.set()

    def _forget(self, *_: Any) -> None:
        self.dialog = None

    def _export(self, source: Path, chosen: ExportChoice) -> None:
        self._cancelled = Event()
        work = video.Work(self._progress.emit, self._cancelled)
        look, plane = film_look(self.lab.window.views.values(), chosen.field), FilmedSlice()
        if (filmed := film_of(self.lab, chosen.field)) is not None:
            look, plane = filmed
        wanted = video.Export(
            source,
            cast("video.Format", chosen.to),
            Path(chosen.path),
            self.lab.playback.dataset_of(chosen.field),
            chosen.fps,
            chosen.every,
            **look,
            theme=self.lab.settings.theme,
            scale=chosen.scale,
            plane=plane,
            plane_words=chosen.plane,
        )

        def make() -> Path | TauscopeError:
            try:
                return video.export(wanted, work)
            except (BadInput, Cancelled) as error:
                return error

        self.lab.background.run(make, self._exported)

    def _tell(self, share: float, text: str) -> None:
        if self.dialog is not None and self.dialog.running:
            self.dialog.tell(share, text)

    def _exported(self, result: Path | TauscopeError) -> None:
        dialog = self.dialog
        if isinstance(result, Path):
            if dialog is not None:
                dialog.running = False
                dialog.accept()
            self.lab.notify("info", f"Exported to {result}.", key="export")
        elif isinstance(result, Cancelled):
            self.lab.notify("info", f"{result} Nothing was written.", key="export")
        elif dialog is not None:
            dialog.fail(str(result))
        else:
            self.lab.show_error(result)

    def close(self) -> None:
        """End an export that runs."""
        self._cancelled.set()
