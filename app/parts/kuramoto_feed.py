"""What the plots of the Kuramoto lab share: frames while they are seen, edits of its engine, CSV files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from tauscope.app.document import Content
from tauscope.app.panel_job import PanelJob
from tauscope.app.sheets import Column
from tauscope.engine.base import Array, Frame, FrameRequest
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import Structure, structure_of
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ENGINE = "kuramoto"
NOT_RECORDED = "The recording that is shown does not hold this. Go back to the live run to see it."


@dataclass(frozen=True)
class Moment:
    """Fields of one frame of the engine.

    Parameters
    ----------
    arrays : mapping of str to array
        Fields by name, read-only.
    scalars : mapping of str to float
        Scalars by name.
    tick : int
        Tick of the engine.
    time : float
        Its time.
    structure : Structure
        Its clusters.
    config : KuramotoConfig
        Its configuration.
    """

    arrays: Mapping[str, Array]
    scalars: Mapping[str, float]
    tick: int
    time: float
    structure: Structure
    config: KuramotoConfig

    @property
    def when(self) -> str:
        """Time for people."""
        return f"t {self.time:.4g}"


def config_of(content: Content) -> KuramotoConfig | None:
    """Configuration of the engine in a document, None where it does not run."""
    found = content.configs.get(ENGINE)
    return found if isinstance(found, KuramotoConfig) else None


def edit(lab: Lab, changes: Mapping[str, Any], text: str) -> bool:
    """Change parameters of the engine, in focus or not, in one undoable step; a refusal is told.

    Returns
    -------
    bool
        Whether the document was changed.
    """
    if lab.editing.is_locked():
        return False
    try:
        content = lab.document.content.focused(ENGINE)
        config = content.config
        for path, value in changes.items():
            config = config.with_value(path, value)
    except BadInput as error:
        lab.show_error(error)
        return False
    lab.history.push(replace(content, config=config).focused(lab.document.content.engine), text)
    return True


class Feed(QObject):
    """Keeps a panel to the newest frame while it is seen, and asks the simulation for nothing otherwise.

    Parameters
    ----------
    lab : Lab
        Whose simulation gives frames.
    key : str
        Name of the subscription.
    panel : QWidget
        Panel in a dock.
    fields : callable
        Gives the fields that are wanted now.
    work : callable
        ``work(moment) -> result``, off the GUI thread, at most every 0.1 s.
    show : callable
        Shows a result.
    """

    def __init__(
        self,
        lab: Lab,
        key: str,
        panel: QWidget,
        fields: Callable[[], tuple[str, ...]],
        work: Callable[[Moment], object],
        show: Callable[[Any], None],
    ) -> None:
        super().__init__(lab)
        self._lab, self._key, self._panel = lab, key, panel
        self._fields, self._work, self._show_result = fields, work, show
        self._requests: dict[str, FrameRequest] = {}
        self._generation = -1
        self.newest: Moment | None = None
        """Newest frame that held every field; None before the first, and while the panel is hidden."""
        self._job = PanelJob(self, panel, self._begin, self._show)

    def watch(self, dock_key: str) -> None:
        """Begin and end with what is seen of a dock."""
        self._lab.window.docks[dock_key].visibilityChanged.connect(self.soon)

    def soon(self, _visible: bool = True) -> None:
        """Look at what is seen, once Qt has moved all docks."""
        QTimer.singleShot(0, self, self.subscribe)

    @property
    def active(self) -> bool:
        """Whether frames are wanted: the panel is seen, and the run on screen has the engine."""
        lab = self._lab
        return (
            in_sight(self._panel) and not lab.playback.active and config_of(lab.document.content) is not None
        )

    def subscribe(self) -> None:
        """Ask for the fields that are wanted, or for none."""
        names = self._fields() if self.active else ()
        requests = {name: FrameRequest(name, ENGINE) for name in names}
        if requests != self._requests:
            self._requests = requests
            self._lab.simulation.loop.subscribe(self._key, requests.values())
        if not names:
            self.newest = None

    def take(self, frame: Frame) -> Moment | None:
        """Moment of a frame, where it has every field that is wanted; called in the turn that draws."""
        lab = self._lab
        config = config_of(lab.document.content)
        if not self._requests or config is None or ENGINE not in frame.ticks:
            return None
        arrays = {name: frame.arrays.get(request) for name, request in self._requests.items()}
        known = {name: array for name, array in arrays.items() if array is not None}
        structure = structure_of(config)
        if len(known) < len(arrays) or not _fits(known, structure):
            return None
        self.newest = Moment(
            known, lab.scalars.get(ENGINE, {}), frame.ticks[ENGINE], frame.times[ENGINE], structure, config
        )
        self._job.turn()
        return self.newest

    def again(self) -> None:
        """Show another view of the newest frame at once."""
        self.subscribe()
        self._job.again()

    def _begin(self, done: Callable[[object], None]) -> None:
        moment = self.newest
        if moment is None:
            done(None)
            return
        generation = self._lab.simulation.loop.world.generation

        def tried() -> object:
            try:
                return generation, self._work(moment)
            except Exception as error:  # noqa: BLE001 - told on the GUI thread, and the job must end
                return error

        self._lab.background.run(tried, done)

    def _show(self, result: object) -> None:
        if isinstance(result, Exception):
            self._lab.show_error(result)
            return
        generation, found = cast("tuple[int, object]", result)
        if generation == self._lab.simulation.loop.world.generation and self.active and found is not None:
            self._show_result(found)


def _fits(arrays: Mapping[str, Array], structure: Structure) -> bool:
    """Whether a frame is of these clusters: after an edit one of the run before may still come."""
    sizes = {"theta": int(structure.offsets[-1]), "Z": structure.clusters}
    sizes |= dict.fromkeys(("omega", "frequency"), sizes["theta"])
    return all(array.shape == (sizes[name],) for name, array in arrays.items() if name in sizes)


def pair_columns(names: Sequence[str]) -> dict[str, Column]:
    """Columns of a sheet with a row for each pair of clusters: their numbers and names, i before j."""
    first, second = np.triu_indices(len(names), 1)
    return {
        "cluster i": first,
        "cluster j": second,
        "name i": [names[i] for i in first.tolist()],
        "name j": [names[j] for j in second.tolist()],
    }


def origin(lab: Lab, moment: Moment | None) -> tuple[str, ...]:
    """Where the numbers of a sheet come from, for its head."""
    content = lab.document.content
    lines = [f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}"]
    if moment is not None:
        config = moment.config
        lines.append(
            f"tick {moment.tick}, t = {moment.time:g}, K = {config.K:g} rad/time, "
            f"permeability = {config.permeability:g}, phase lag = {config.phase_lag:g} rad"
        )
    return tuple(lines)
