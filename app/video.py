"""Recordings as films, pictures, tables and arrays: MP4, GIF, PNG, CSV, NPZ, and XDMF for ParaView."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tauscope.app import plane_film, tables
from tauscope.app.circles_film import CirclesComposer
from tauscope.app.compose import Composer, colour_range
from tauscope.app.outputs import check_output
from tauscope.app.owned import folder_beside
from tauscope.app.plane_film import PlaneFrames
from tauscope.app.recording import RecordingFile
from tauscope.app.recording.rerun import build_world
from tauscope.app.recording.vetting import open_vetted
from tauscope.app.slice_film import FilmedSlice, SliceFrames, has_planes
from tauscope.app.snapshot import KEY, describe
from tauscope.app.storage import replacing, trouble
from tauscope.engine.base import Array, FieldSpec, Limits
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError, unknown_name
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.canvas import scaling

Format = Literal["mp4", "gif", "png", "csv", "npz", "xdmf"]
FORMATS: tuple[Format, ...] = ("mp4", "gif", "png", "csv", "npz", "xdmf")
PICTURES = ("mp4", "gif", "png")
CMAPS = {"sequential": "magma", "diverging": "vik", "cyclic": "cmocean:phase"}
USUAL_PLANE = FilmedSlice()
GIF_FASTEST = 50
"""Browsers show frames of less than 2 hundredths of a second slower."""
QUALITY = "18"
"""Constant rate factor of H.264: visually lossless."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Export:
    """What to make of a recording.

    Parameters
    ----------
    source : Path
        The recording.
    to : Format
        Kind of file.
    out : Path or None
        File to write, for ``png`` a folder; beside the recording with its name if None.
    field : str
        Recorded field of a film; the first if empty.
    fps : int
        Frames a second of a film.
    every : int
        Every so many recorded frames.
    cmap : str
        Colour map; what suits the field if empty.
    limits : (low, high) or None
        Ends of the colour bar; those of the whole recording if None, so that a colour means one number.
    thresh : float
        Threshold of the symlog colour scale, 0 for the linear one.
    levels : tuple of float
        Values at which contours are drawn.
    level_labels : bool
        Whether contours carry their values.
    theme : {"dark", "light"}
        Ground of the pictures.
    scale : int
        1 to 4; multiplies the resolution.
    plane : FilmedSlice
        Plane of a field of nine axes, as a view shows it.
    plane_words : str
        Plane of a field of more than two axes in words, as `plane_film.parsed` reads them; "" for the usual
        one, or that of ``plane``.
    """

    source: Path
    to: Format
    out: Path | None = None
    field: str = ""
    fps: int = 20
    every: int = 1
    cmap: str = ""
    limits: tuple[float, float] | None = None
    thresh: float = 0.0
    levels: tuple[float, ...] = ()
    level_labels: bool = False
    theme: Literal["dark", "light"] = "dark"
    scale: int = 1
    plane: FilmedSlice = USUAL_PLANE
    plane_words: str = ""


@dataclass
class Work:
    """How an export goes, for whoever waits and may cancel it.

    Parameters
    ----------
    progress : callable
        Told the share that is done and what is being done.
    cancelled : Event
        Set to end it; nothing half-written stays.
    """

    progress: Progress = field(default=lambda _share, _text: None)
    cancelled: Event = field(default_factory=Event)

    def tell(self, done: int, total: int, what: str) -> None:
        """Say how far it is; raises Cancelled where that was asked for."""
        if self.cancelled.is_set():
            raise Cancelled("The export")
        self.progress(done / max(total, 1), what)


def export(wanted: Export, work: Work | None = None) -> Path:
    """Write a recording in another form, and return the path of the file.

    Every chosen frame becomes one frame of the film: frame k is shown from k / fps on, and its own tick and
    time stand in the picture.

    Raises
    ------
    BadInput
        No such format, field or recording, a file that exists, no room, or MP4 without the package that
        writes it; nothing is left behind.
    Cancelled
        If it was cancelled; nothing stays.
    """
    work = work or Work()
    if wanted.to not in FORMATS:
        raise unknown_name("format", wanted.to, FORMATS, key="--to")
    for key, value, most in (("--fps", wanted.fps, 120), ("--every", wanted.every, 10**9)):
        if not 1 <= value <= most:
            raise BadInput(f"{key} is {value}.", key=key, value=value, allowed=f"1 to {most}")
    if wanted.to == "mp4":
        _need_ffmpeg()
    out = target(wanted)
    check_output(out, "out", () if wanted.to == "png" else (f".{wanted.to}",))
    with open_vetted(wanted.source) as file:
        chosen = list(range(0, file.frames, wanted.every))
        if not chosen:
            raise BadInput(f"“{file.path.name}” holds no frame.", key="path", value=str(file.path))
        if wanted.to in PICTURES:
            film = Film(file, wanted, chosen, work)
            {"mp4": _mp4, "gif": _gif, "png": _png}[wanted.to](film, out)
            return out
        with replacing(out, "table" if wanted.to == "csv" else "export") as part:
            if wanted.to == "csv":
                tables.write_csv(file, part, chosen, work.tell)
            elif wanted.to == "npz":
                tables.write_npz(file, part, chosen, work.tell)
            else:
                tables.write_xdmf(file, part, out, chosen)
    return out


def target(wanted: Export) -> Path:
    """Path that an export writes."""
    if wanted.out is not None:
        return wanted.out.absolute()
    source = wanted.source.absolute()
    return (
        source.with_name(f"{source.stem}_frames")
        if wanted.to == "png"
        else source.with_suffix(f".{wanted.to}")
    )


class Film:
    """Pictures of the chosen frames of a recording, one after the other.

    Parameters
    ----------
    file : RecordingFile
        The recording.
    wanted : Export
        Field, colours and size.
    chosen : list of int
        Indices of the frames.
    work : Work
        Told of the progress.

    Raises
    ------
    BadInput
        Unknown field, or one that is no picture.
    """

    def __init__(self, file: RecordingFile, wanted: Export, chosen: list[int], work: Work) -> None:
        self.file, self.wanted, self.chosen, self.work = file, wanted, chosen, work
        name = wanted.field or next(iter(file.fields))
        if name not in file.fields:
            raise unknown_name("recorded field", name, file.fields, key="--field")
        self.name = name
        self._planes = self._frames_of_planes()
        self.spec = spec_of(file, name) if self._planes is None else self._planes.spec
        engine = file.engines[file.owner(name)[0]]
        self.described = describe(
            self.spec,
            str(engine["name"]),
            engine["config"],
            int(engine["seed"]),
            *self.moment(chosen[0]),
            file.title,
        )
        if self._planes is not None:
            self.described["plane"] = self._planes.entry
        first = self.frame(chosen[0])
        self._composer: Composer | CirclesComposer
        if self.spec.kind == "phase_points":
            self._composer = CirclesComposer(first, self.spec, self.described, wanted.theme, wanted.scale)
            return
        if first.ndim != 2:
            raise BadInput(
                f"“{name}” has the shape {first.shape}; a film needs two axes.", key="--field", value=name
            )
        usual = self._planes.cmap if isinstance(self._planes, SliceFrames) else CMAPS[self.spec.palette]
        cmap = wanted.cmap or usual
        self._composer = Composer(
            first,
            self.spec,
            self.described,
            cmap=cmap,
            limits=self._limits(),
            thresh=wanted.thresh,
            levels=wanted.levels,
            level_labels=wanted.level_labels,
            theme=wanted.theme,
            scale=wanted.scale,
        )

    def _frames_of_planes(self) -> SliceFrames | PlaneFrames | None:
        """Planes of the field, where it has more than two axes."""
        file, name, words = self.file, self.name, self.wanted.plane_words
        if has_planes(file, name):
            plane = self.wanted.plane
            if words:
                plane = replace(plane, options=plane_film.parsed(words, AXES, file.shape(name)))
            return SliceFrames(file, name, plane)
        if plane_film.has_planes(file, name):
            return PlaneFrames(file, name, spec_of(file, name), words)
        if words:
            raise BadInput(
                f"“{name}” has no plane to choose.",
                key="--plane",
                value=words,
                remedy="Leave it out; it is for fields of more than two axes.",
            )
        return None

    @property
    def comment(self) -> str:
        """Metadata for the film's file."""
        return json.dumps({**self.described, "config": "in the recording", "recording": self.file.path.name})

    def pictures(self) -> Iterator[tuple[int, Composer | CirclesComposer]]:
        """Number of each frame in the film, and the composer that shows it."""
        total = len(self.chosen)
        for number, index in enumerate(self.chosen):
            self.work.tell(number, total, f"frame {number + 1} of {total}")
            self._composer.update(self.frame(index), *self.moment(index))
            yield number, self._composer
        self.work.tell(total, total, f"{total} frames")

    def frame(self, index: int) -> Array:
        """What a recorded frame shows: a field, or a plane of it."""
        return self.file.frame(self.name, index) if self._planes is None else self._planes.frame(index)

    def moment(self, index: int) -> tuple[int, float]:
        """Tick and time of a recorded frame."""
        return int(self.file.ticks[index]), float(self.file.times[index])

    def _limits(self) -> tuple[float, float]:
        """Ends of the colour bar over all frames."""
        if self.wanted.limits is not None:
            return self.wanted.limits
        if (fixed := scaling.fixed(self.spec)) is not None:
            return fixed
        found = [self._ends(self.frame(index)) for index in self.chosen]
        low, high = min(pair[0] for pair in found), max(pair[1] for pair in found)
        if self.spec.name == "domain":
            low = 0.0
        if self.spec.palette == "diverging":
            center = self.spec.center or 0.0
            reach = max(abs(low - center), abs(high - center))
            low, high = center - reach, center + reach
        return colour_range(np.array([[low, high]]), (low, high))

    def _ends(self, array: Array) -> tuple[float, float]:
        self.work.tell(0, 1, "colours of all frames")
        found = Limits.of(np.abs(array) if np.iscomplexobj(array) else array)
        return found.low, found.high


def spec_of(file: RecordingFile, name: str) -> FieldSpec:
    """What a recorded field is: as its engine says, or as the file says where that engine is gone."""
    key, own = file.owner(name)
    with suppress(TauscopeError, KeyError):  # an engine or a field that this program does not have
        return build_world(file).specs(key)[own]
    return file.fields[name]


def _need_ffmpeg() -> None:
    if find_spec("imageio_ffmpeg") is None:
        raise BadInput(
            "MP4 films need the package imageio-ffmpeg, which is not installed.",
            key="--to",
            value="mp4",
            allowed=", ".join(name for name in FORMATS if name != "mp4"),
            remedy=f"Run “{sys.executable} -m pip install imageio-ffmpeg”, or export to gif or png.",
        )


def _even(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Picture with even sides, as H.264 wants them."""
    rows, columns = picture.shape[:2]
    return np.pad(picture, ((0, rows % 2), (0, columns % 2), (0, 0)), mode="edge")


def _mp4(film: Film, out: Path) -> None:
    import imageio_ffmpeg  # type: ignore[import-untyped]

    with replacing(out, "film") as part:
        writer: Any = None
        try:
            for _number, composer in film.pictures():
                picture = _even(composer.rgb())
                if writer is None:
                    rows, columns = picture.shape[:2]
                    writer = imageio_ffmpeg.write_frames(
                        str(part),
                        (columns, rows),
                        fps=film.wanted.fps,
                        codec="libx264",
                        quality=None,
                        macro_block_size=2,
                        ffmpeg_log_level="error",
                        output_params=[
                            *("-crf", QUALITY, "-movflags", "+faststart"),
                            *("-metadata", f"title={film.described['title']}"),
                            *("-metadata", f"comment={film.comment}"),
                        ],
                    )
                    writer.send(None)
                writer.send(picture.tobytes())
            writer.close()
            writer = None
            _check_written(part, len(film.chosen))
        except OSError as error:
            raise _ffmpeg_trouble(error, out) from None
        finally:
            if writer is not None:
                with suppress(OSError):  # ffmpeg died, which is raised already
                    writer.close()


def _check_written(part: Path, frames: int) -> None:
    """Compare what the file holds with what was sent: a full disk may end ffmpeg without a word."""
    import imageio_ffmpeg

    try:
        found = int(imageio_ffmpeg.count_frames_and_secs(str(part))[0])
    except (RuntimeError, OSError) as error:
        raise OSError(f"ffmpeg wrote no film: {error}") from None
    if found != frames:
        raise OSError(f"ffmpeg wrote {found} of {frames} frames")


def _ffmpeg_trouble(error: OSError, out: Path) -> BadInput:
    """Error of the pipe to ffmpeg, with the disk as the cause where it is full or gone."""
    if error.errno is not None and error.errno != errno.EPIPE:  # ffmpeg ended before it was told everything
        return trouble(error, out, "film")
    try:
        full = shutil.disk_usage(out.parent).free < 1 << 20
    except OSError as gone:
        return trouble(gone, out, "film")
    if full:
        return trouble(OSError(errno.ENOSPC, "No space left on device"), out, "film")
    words = " ".join(str(error).split())
    return BadInput(f"The film {out} was not written: {words[-300:]}.", key="path", value=str(out))


def _gif(film: Film, out: Path) -> None:
    from PIL import Image

    if film.wanted.fps > GIF_FASTEST:
        raise BadInput(
            f"--fps is {film.wanted.fps}.",
            key="--fps",
            value=film.wanted.fps,
            allowed=f"1 to {GIF_FASTEST} for gif",
        )
    durations = _hundredths(len(film.chosen), film.wanted.fps)

    def quantised() -> Iterator[Any]:
        for _number, composer in film.pictures():
            yield Image.fromarray(composer.rgb()).quantize(256, dither=Image.Dither.NONE)

    with replacing(out, "film") as part:
        frames = quantised()
        next(frames).save(
            part,
            save_all=True,
            append_images=frames,
            duration=durations,
            loop=0,
            comment=film.comment.encode(),
        )


def _hundredths(frames: int, fps: int) -> list[int]:
    """Milliseconds of each frame of a GIF, which counts in hundredths of a second, without drift."""
    edges = [round(Fraction(100 * k, fps)) for k in range(frames + 1)]
    return [10 * (b - a) for a, b in pairwise(edges)]


def _png(film: Film, out: Path) -> None:
    part: Path | None = None
    try:
        part = folder_beside(out)
        (pictures := part / out.name).mkdir()  # with the rights that the user's mask gives
        for number, composer in film.pictures():
            tick, time = film.moment(film.chosen[number])
            described = json.dumps({**film.described, "tick": tick, "time": time})
            entries = {"Title": str(film.described["title"]), KEY: described}
            (pictures / f"{film.name}_{number:06d}.png").write_bytes(composer.png(entries))
        if os.path.lexists(out):
            raise FileExistsError(errno.EEXIST, "exists", str(out))
        pictures.rename(out)
    except OSError as error:
        raise trouble(error, out, "folder of pictures") from None
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
