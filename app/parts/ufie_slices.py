"""Slices of the wave: which planes the two views show, and how they reach them from run and recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from tauscope.app import slice_planes
from tauscope.app.document import Content
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.ufie_slices_cursor import SliceCursors
from tauscope.app.parts.ufie_slices_feed import ShownPlane, SliceFeed
from tauscope.app.parts.ufie_slices_recorded import RecordedPlane, read_plane
from tauscope.app.recording import RecordingFile
from tauscope.app.slice_planes import ENGINE, KEYS, MAIN, SECOND, config_of
from tauscope.engine.base import Frame
from tauscope.engine.ufie.axes import AXES, DIMS
from tauscope.widgets import theme
from tauscope.widgets.canvas.composer import PART
from tauscope.widgets.labs.ufie.slice_view import SliceView
from tauscope.widgets.sight import in_sight
from tauscope.widgets.state import SliceOptions, ViewOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

PREPARING = "Preparing…"
NO_WAVE = "The wave does not run – choose one of its presets"


class UfieSlices(Part):
    """Joins the two slices with document, simulation and recordings.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.

    Signals
    -------
    plane_changed(key)
        A slice shows another plane.
    """

    plane_changed = Signal(str)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.views: dict[str, SliceView] = {
            key: SliceView(budget=lab.window.redraw, linkable=key != MAIN) for key in KEYS
        }
        self.planes: dict[str, ShownPlane] = {}
        """What each slice shows; read-only."""
        self.shape: tuple[int, ...] = (1,) * DIMS
        """Sites along the nine axes of what is shown, (1, …) where there is no wave."""
        self._runs = False
        self._aside: dict[str, SliceOptions] | None = None
        """Slices for the time a recording is shown, which leaves the document alone."""
        self._looks: dict[str, ViewOptions] = {}
        self.feeds = {key: SliceFeed(lab, key, partial(self._show, key)) for key in KEYS}
        self._known: tuple[object, tuple[int, ...], dict[str, SliceOptions]] = (None, (), {})
        """What `options` gave last, and of which slices and shape."""
        self._changed: set[str] = set()
        self.cursors = SliceCursors(self)
        lab.window.add_centre(MAIN, self.views[MAIN])

    def docks(self) -> Sequence[Dock]:
        """The second slice."""
        return (Dock(SECOND, "Slice 2", self.views[SECOND], "monitors", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to both views."""
        lab = self.lab
        for key, view in self.views.items():
            view.slice_wished.connect(partial(self.wish, key))
            view.canvas.options_changed.connect(partial(self.set_view, key))
            view.canvas.field_chosen.connect(partial(self.choose_field, key))
            view.canvas.snapshot_requested.connect(partial(lab.files.snapshot_dialog, key))
            view.set_site_text(partial(self.site_text, key))
            view.installEventFilter(self)
            view.clear(NO_WAVE)
        for dock in lab.window.docks.values():
            dock.visibilityChanged.connect(self.soon)
        lab.actions["fit"].triggered.connect(lambda _checked=False: self._each("fit"))
        lab.actions["autoscale"].triggered.connect(lambda _checked=False: self._each("autoscale_once"))
        self.cursors.connect_views()

    def _each(self, name: str) -> None:
        for view in self.views.values():
            getattr(view.canvas, name)()

    # -- what they show

    def options(self, key: str) -> SliceOptions:
        """What a slice shows now: of a linked one, where the main slice is cut."""
        kept = self._kept
        if self._known[0] is not kept or self._known[1] != self.shape:
            found = {each: slice_planes.shown(kept, each, self.shape) for each in KEYS}
            self._known = kept, self.shape, found
        return self._known[2][key]

    def view_options(self, key: str) -> ViewOptions:
        """How a slice shows its field; projections of the modulus show it as an amplitude."""
        known = self._looks if self._aside is not None else self.lab.document.content.views
        wanted = known.get(key) or slice_planes.view_options(key, {})
        if wanted.field == "domain" and self.options(key).mode in slice_planes.WITHOUT_SIGN:
            return slice_planes.view_options(key, {}, "amplitude")
        return wanted

    @property
    def _kept(self) -> Mapping[str, SliceOptions]:
        return self.lab.document.content.slices if self._aside is None else self._aside

    def site_at(self, key: str, x: float, y: float) -> tuple[int, ...] | None:
        """Nine indices of the site at a place of a slice, in cells; None outside, or without a wave."""
        options = self.options(key)
        across, up = (AXES.index(name) for name in options.axes)
        column, row = round(x), round(y)
        if not self._runs or not 0 <= column < self.shape[across] or not 0 <= row < self.shape[up]:
            return None
        found = list(options.index)
        found[across], found[up] = column, row
        return tuple(found)

    def site_text(self, key: str, x: int, y: int) -> str:
        """Nine coordinates of the site at a place of a slice; of a projection the two that it has."""
        options, site = self.options(key), self.site_at(key, x, y)
        if site is None:
            return ""
        if options.mode == "index":
            return PART.join(f"{name} {place}" for name, place in zip(AXES, site, strict=True))
        shown = PART.join(f"{name} {site[AXES.index(name)]}" for name in AXES if name in options.axes)
        return f"{shown}{PART}{slice_planes.projection(options, self.shape)}"

    # -- wishes

    def wish(self, key: str, options: SliceOptions, phase: str = "commit") -> None:
        """Show another plane; press, drag and release make one step of the history."""
        changes = slice_planes.wished(self._kept, key, options, self.shape)
        text = slice_planes.what(self.options(key), slice_planes.fitted(options, key, self.shape))
        if self._aside is not None:
            self._aside = {**self._aside, **changes}
            self._apply()
            self.lab.playback.again()
            return
        if phase in ("drag", "release") and text == "Change slice":
            return
        if phase != "cancel" and not self.lab.editing.locked:
            self._ask_for({**self._kept, **changes})  # on its way while the window learns of it
        self.lab.editing.set_slices(changes, text, phase)
        self.subscribe()

    def cut_at(self, key: str, site: Sequence[int]) -> None:
        """Cut a slice at a site, in one step."""
        self.wish(key, replace(self.options(key), index=tuple(site), mode="index"))

    def set_view(self, key: str, options: ViewOptions) -> None:
        """Change how a slice shows its field."""
        if self._aside is not None:
            self._looks = {**self._looks, key: options}
            self._apply()
            self.lab.playback.again()
        else:
            self.lab.editing.set_view(key, options)

    def choose_field(self, key: str, field: str) -> None:
        """Show another field, in its usual colours."""
        if field in slice_planes.SOURCES:
            self.set_view(key, slice_planes.view_options(key, {}, field))

    # -- told by the lab

    def set_up_shown(self, content: Content) -> None:
        """Show the axes of a set-up: the document's, or that of a recording."""
        config = config_of(content)
        runs, shape = config is not None, (1,) * DIMS if config is None else config.shape
        if runs != self._runs or shape != self.shape:
            self._runs, self.shape = runs, shape
            for key, view in self.views.items():
                self._clear(key, PREPARING if runs else NO_WAVE)
                view.set_shape(shape)
        self._apply()

    def content_changed(self, before: Content, after: Content) -> None:
        """Show the planes of the new document."""
        if before.slices != after.slices or before.views != after.views:
            self._apply()

    def prepared(self, content: Content) -> None:
        """Ask for the planes of the new run."""
        self._apply()

    def frame_shown(self, frame: Frame) -> None:
        """Show the newest planes."""
        if self._aside is None:
            for feed in self.feeds.values():
                feed.take(frame)

    def read_frame(self, file: RecordingFile, index: int) -> dict[str, RecordedPlane | str] | None:
        """Read the planes of a recording's frame, and no more of it; called off the GUI thread."""
        if not self._runs:
            return None
        wanted = {key: (self.view_options(key), self.options(key)) for key in KEYS}
        return {key: read_plane(file, index, *pair) for key, pair in wanted.items()}

    def frame_read(self, found: dict[str, RecordedPlane | str] | None) -> None:
        """Show the planes of a recording's frame, or say what it does not hold."""
        for key, plane in (found or {}).items():
            if isinstance(plane, str):
                self._clear(key, plane)
            elif (plane.field, plane.options) == (self.view_options(key).field, self.options(key)):
                self._show(key, plane.shown, at_once=False)

    def edits_locked(self, locked: bool) -> None:
        """A recording is looked at, not touched: other planes of it may be chosen all the same."""
        recorded = locked and self.lab.playback.active
        self._aside = dict(self.lab.document.content.slices) if recorded else None
        self._looks = dict(self.lab.document.content.views)
        for key, view in self.views.items():
            view.canvas.set_interactive(not locked)
            view.set_note("recorded" if recorded else "")
            self._clear(key, PREPARING if self._runs else NO_WAVE)
        self._apply()

    def close(self) -> None:
        """Draw no more."""
        for view in self.views.values():
            view.release()

    # -- showing

    def soon(self, _visible: bool = True) -> None:
        """Look at what is seen, once Qt has moved all docks."""
        QTimer.singleShot(0, self, self.subscribe)

    def subscribe(self) -> None:
        """Ask for the planes of the slices that are seen, and for nothing else."""
        for key, feed in self.feeds.items():
            view, look = self.views[key], self.view_options(key)
            seen = self._runs and in_sight(view) and not self.lab.playback.active
            robust = look.autoscale == "robust"
            feed.ask(slice_planes.request_of(look.field, self.options(key), robust) if seen else None)

    def _apply(self) -> None:
        """Let the views show the planes and colours of the document, or those chosen for a recording."""
        changed = []
        for key, view in self.views.items():
            options, look = self.options(key), self.view_options(key)
            if self._runs and view.slice != options:
                view.set_slice(options)
                changed.append(key)
            if view.canvas.options != look:
                view.canvas.set_options(look)
            if self._runs and (why := slice_planes.refusal(look.field, options)):
                self._clear(key, why)
        self.subscribe()
        if changed:
            self._changed.update(changed)
            QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        """Tell of other planes once they are asked for and the views are moved: marks may follow later."""
        changed, self._changed = self._changed, set()
        for key in sorted(changed):
            self.plane_changed.emit(key)

    def _ask_for(self, slices: Mapping[str, SliceOptions]) -> None:
        """Ask for the planes of slices that are seen."""
        for key, feed in self.feeds.items():
            if feed.request is not None:
                options, look = slice_planes.shown(slices, key, self.shape), self.view_options(key)
                feed.ask(slice_planes.request_of(look.field, options, look.autoscale == "robust"))

    def _show(self, key: str, plane: ShownPlane, at_once: bool) -> None:
        self.planes[key] = plane
        view = self.views[key]
        view.set_plane(plane.array, plane.limits)
        if at_once:
            view.canvas.stage.refresh()

    def _clear(self, key: str, why: str) -> None:
        self.planes.pop(key, None)
        self.views[key].clear(why)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is seen of the slices, and the theme."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self.soon()
        elif event.type() == QEvent.Type.PaletteChange:
            for view in self.views.values():
                if view is watched:
                    view.set_theme(theme.current())
        return False
