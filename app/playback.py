"""An opened recording: read off the GUI thread, scrubbed in the same views as the live run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from tauscope.app import placed, slice_film
from tauscope.app.document import Content, content_of
from tauscope.app.editing import marks_of
from tauscope.app.live import difference
from tauscope.app.monitored import recorded_specs
from tauscope.app.recording import RecordingFile
from tauscope.app.recording.checks import NotClosed
from tauscope.app.recording.rerun import setup_of
from tauscope.app.recording.tables import changes
from tauscope.app.recording.vetting import open_vetted
from tauscope.app.repairing import Repairing
from tauscope.app.verifying import Verifying
from tauscope.app.view_defaults import default_views
from tauscope.engine import registry
from tauscope.engine.base import Array, Limits
from tauscope.engine.errors import BadInput
from tauscope.widgets.state import ViewOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


NOT_HELD = "This recording does not hold this field"


@dataclass(frozen=True, slots=True)
class _Picture:
    index: int
    arrays: dict[str, tuple[Array, Limits]]
    differences: dict[tuple[str, str], tuple[Array, Limits, tuple[Array, Array]]]
    of_parts: tuple[Any, ...]


class Playback(QObject):
    """Shows frames of a recording; the live run is paused meanwhile and returns on close.

    Parameters
    ----------
    lab : Lab
        Session whose views show the recording.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self._file: RecordingFile | None = None
        self._path = ""
        self._datasets: dict[str, str] = {}
        """Datasets of the fields over rows and columns, by the names that views know them by."""
        self.verifying = Verifying(lab)
        self.repairing = Repairing(lab)
        self._wanted = -1
        self._reading = False
        self._once_more = False
        """Whether a part wants something else of the frame that is being read."""

    @property
    def active(self) -> bool:
        """Whether a recording is shown."""
        return self._file is not None

    def open(self, path: str) -> None:
        """Open a recording; a refusal becomes a notification."""
        lab = self._lab
        if lab.gallery.reading and not lab.simulation.loop.world.engines:
            lab.runs.open_next = path  # once there is a run to return to
            return
        wanted = lab.runs.wish()

        def tried() -> tuple[RecordingFile, Content | None] | NotClosed:
            try:
                return read_recording(Path(path))
            except NotClosed as error:
                return error

        def told(found: tuple[RecordingFile, Content | None] | NotClosed) -> None:
            if isinstance(found, NotClosed):
                self.repairing.offer(Path(path))
            else:
                self._opened(found, wanted)

        lab.background.run(tried, told)

    def _opened(self, found: tuple[RecordingFile, Content | None], wanted: Callable[[], bool]) -> None:
        lab, (file, recorded) = self._lab, found
        if not wanted():  # another was asked for later, and may have come first
            lab.background.run(file.close)
            return
        self.close()
        lab.simulation.loop.pause()
        self._file, self._path = file, str(file.path)
        self._datasets = on_lattice(file)
        lab.live.enabled = False
        of = "Settings of the recording at its start" if recorded else "Settings of the live run, not of this"
        lab.panels.lock_edits(
            f"{file.path.name} is shown, and a recording cannot be edited.",
            f"{of}; a recording cannot be edited.",
        )
        if recorded is not None:
            self._show_fields(recorded)
            lab.panels.show_set_up(recorded)
        lab.window.sources.set_selection(frozenset())
        lab.window.sources.set_measured({})
        lab.window.player.set_recording(
            file.path.name,
            tuple(int(tick) for tick in file.ticks),
            [(name, file.fields[dataset].label) for name, dataset in self._datasets.items()]
            + [(name, "Phase circles") for name in phases_of(file)]
            + slice_film.recorded(file),
            tuple(float(time) for time in file.times),
        )
        lab.window.player.show()
        other = file.engines.keys() != lab.simulation.loop.world.engines.keys()
        specs = recorded_specs(file) if other else None
        lab.window.monitors.show_recording(file.ticks, scalars_of(file), specs)
        for view in lab.window.views.values():
            view.set_interactive(False)
            view.set_sources(())  # those of the live run are not those of the recording
            view.clear(NOT_HELD)
            view.set_note("recorded")
            view.set_value_error(None)
        lab.settings.recent = [self._path, *[p for p in lab.settings.recent if p != self._path]][:10]
        for engine in file.engines.values():
            self._show_lattice(engine["config"])
        hero = lab.window.views["hero"]
        if self._datasets and hero.options.field not in self._datasets:
            hero.set_options(replace(hero.options, field=next(iter(self._datasets))))
        lab.window.player.set_field(hero.options.field)
        self.show(0)

    def _show_fields(self, recorded: Content) -> None:
        """Let views of another engine's fields name and colour those of the recording."""
        lab, file = self._lab, self._file
        engine = recorded.lattice.engine
        if file is not None and engine != lab.live.engine:
            held = {name: replace(file.fields[found], name=name) for name, found in self._datasets.items()}
            specs = {**held, **registry.field_specs(engine, recorded.lattice.config)}
            lab.live.set_engine(engine, specs)
            lab.live.set_options(default_views({}, recorded))

    @property
    def path(self) -> str:
        """File that is shown, or was shown last."""
        return self._path

    def moment(self) -> dict[str, Any]:
        """Where the shown frame comes from: engine, config, seed, tick, time and title."""
        file = self._file
        if file is None or not file.frames:
            return {}
        wide = (key for key, engine in file.engines.items() if placed.sides(engine["config"]) is not None)
        return self.moment_of(next(wide, next(iter(file.engines))))

    def moment_of(self, key: str) -> dict[str, Any]:
        """The same of one engine, {} where no recording is shown or it holds none of that key."""
        file = self._file
        if file is None or not file.frames or key not in file.engines:
            return {}
        engine = file.engines[key]
        index = min(max(self._wanted, 0), file.frames - 1)
        return {
            "engine": str(engine["name"]),
            "config": engine["config"],
            "seed": int(engine["seed"]),
            "tick": int(file.ticks[index]),
            "time": float(file.times[index]),
            "title": file.title,
        }

    @property
    def tick(self) -> int:
        """Tick of the frame that is shown."""
        file = self._file
        return int(file.ticks[min(max(self._wanted, 0), file.frames - 1)]) if file and file.frames else 0

    def show(self, index: int) -> None:
        """Show a frame; while one is being read only the newest wish is kept."""
        if self._file is None or not self._file.frames:
            return
        self._wanted = max(0, min(index, self._file.frames - 1))
        if not self._reading:
            self._read()

    def again(self) -> None:
        """Read the shown frame once more: a part of the window wants to see something else of it."""
        self._once_more = self._reading
        self.show(self._wanted)

    def _read(self) -> None:
        self._once_more = False
        file, index = self._file, self._wanted
        if file is None:
            return
        self._reading = True
        shown = {(view.options.field, view.options.minus) for view in self._lab.window.views.values()}
        datasets = self._datasets
        fields = {name for pair in shown for name in pair} & datasets.keys()
        fields = fields or set(sorted(datasets)[:1])
        pairs = [pair for pair in shown if pair[1] and set(pair) <= fields]
        parts = self._lab.parts

        def work() -> _Picture:
            arrays = {name: file.frame(datasets[name], index) for name in fields}
            of_parts = tuple(part.read_frame(file, index) for part in parts)
            differences = {pair: difference(arrays[pair[0]], arrays[pair[1]]) for pair in pairs}
            return _Picture(
                index,
                {name: (array, Limits.of(array)) for name, array in arrays.items()},
                {
                    pair: (found, Limits.of(found), (arrays[pair[0]], arrays[pair[1]]))
                    for pair, found in differences.items()
                },
                of_parts,
            )

        def tried() -> _Picture | Exception:
            try:
                return work()
            except Exception as error:  # noqa: BLE001 - told where the reading ends, on the GUI thread
                return error

        self._lab.background.run(tried, lambda found: self._has_read(file, index, found))

    def _has_read(self, file: RecordingFile, index: int, found: _Picture | Exception) -> None:
        self._reading = False  # here, not on the worker: no wish can come between this and the look at it
        if self._file is None:
            return
        if file is self._file:  # no other recording was opened meanwhile
            if isinstance(found, _Picture):
                self._show_picture(found)
            else:
                self._lab.show_error(found)
        if file is not self._file or self._wanted != index or self._once_more:
            self._read()

    def _show_picture(self, picture: _Picture) -> None:
        views = self._lab.window.views
        for view in views.values():
            pair = (view.options.field, view.options.minus)
            if pair in picture.differences:
                view.set_array(*picture.differences[pair])
            elif not view.options.minus and view.options.field in picture.arrays:
                view.set_array(*picture.arrays[view.options.field])
        for part, found in zip(self._lab.parts, picture.of_parts, strict=True):
            part.frame_read(found)
        self._lab.window.player.set_frame_index(picture.index)
        self._lab.window.monitors.show_frame(picture.index)

    def _show_lattice(self, config: Mapping[str, Any]) -> None:
        if (sides := placed.sides(config)) is not None:
            for view in self._lab.window.views.values():
                view.set_lattice(*sides, config.get("boundary", ""), config.get("disc_radius"))

    def skip(self, frames: int) -> None:
        """Go so many frames on."""
        self._lab.window.player.set_playing(False)
        self.show(self._wanted + frames)

    def set_view(self, key: str, options: ViewOptions) -> None:
        """Change a view for the time the recording is shown."""
        view = self._lab.window.views[key]
        view.set_options(options)
        if self._file is not None and options.field not in self._datasets:
            view.clear(NOT_HELD)
        self.show(self._wanted)

    def choose_field(self, name: str) -> None:
        """Show a recorded field in the main view; phases are in the circles anyway."""
        if name not in self._datasets:
            return
        view = self._lab.window.views["hero"]
        view.set_options(replace(view.options, field=name))
        self.show(self._wanted)

    @property
    def file(self) -> RecordingFile | None:
        """Recording that is shown."""
        return self._file

    def dataset_of(self, name: str) -> str:
        """Name in the file of a field that the player offers."""
        return self._datasets.get(name, name)

    def close(self) -> None:
        """Return to the live run."""
        file, self._file = self._file, None
        if file is None:
            return
        lab = self._lab
        self.verifying.stop(say=True)
        lab.background.run(file.close)
        lab.window.player.hide()
        lab.window.monitors.show_run()
        lab.live.enabled = True
        lab.panels.lock_edits("")
        content, world = lab.document.content, lab.simulation.loop.world
        if content.lattice.engine != lab.live.engine and content.lattice.engine in world.engines:
            lab.runs.offer_fields(content, world)
        lab.panels.show_set_up(content)
        lab.window.sources.set_selection(lab.document.selection)
        lab.live.set_options(content.views)
        for view in lab.window.views.values():
            view.set_interactive(True)
            view.set_sources(marks_of(lab.document.content))
            view.set_selection(lab.document.selection)
        self._show_lattice(lab.document.content.lattice.config.dump())
        if lab.frame is not None:
            lab.live.show(lab.frame)
        lab.live.subscribe()

    def verify(self) -> None:
        """Re-execute the shown recording in a new process and say whether every bit agrees."""
        if self._path:
            self.verifying.start(Path(self._path))


def read_recording(path: Path) -> tuple[RecordingFile, Content | None]:
    """A recording and its set-up at the start, None where this program knows no such configuration."""
    file = open_vetted(path)
    try:
        if not file.fields:
            raise BadInput(f"“{path.name}” holds no field that can be shown.", key="path", value=str(path))
        with suppress(BadInput):  # shown without its set-up, as the docstring says
            made = setup_of(file)
            others = {key: member.config for key, member in made.engines.items() if key != made.main}
            main, seed = made.engines[made.main], int(file.engines[made.main]["seed"])
            return file, replace(
                content_of(main.name, main.config.dump(), seed=seed),
                others=others,
                ticks=made.ratios,
                couplings=made.couplings,
            )
    except BaseException:
        file.close()
        raise
    return file, None


def on_lattice(file: RecordingFile) -> dict[str, str]:
    """Datasets of the recorded fields over rows and columns, by field name; those of one engine."""
    found: dict[str, dict[str, str]] = {}
    for name, spec in file.fields.items():
        if len(spec.dims) == 2 and not changes(spec.dims):
            engine, field = file.owner(name)
            found.setdefault(engine, {})[field] = name
    return next(iter(found.values()), {})


def phases_of(file: RecordingFile) -> list[str]:
    """Datasets of recorded phases, which the phase circles show."""
    owners = {name: file.owner(name) for name in file.fields}
    return [
        name
        for name, (key, field) in owners.items()
        if (file.engines[key]["name"], field) == ("kuramoto", "theta")
    ]


def scalars_of(file: RecordingFile) -> dict[str, Array]:
    """Recorded scalars, shape [frames], by the names that monitors know them by: see `monitored.named`."""
    main = f"{next(iter(file.engines))}." if len(file.engines) > 1 else ""
    return {name.removeprefix(main): values for name, values in file.scalars.items()}
