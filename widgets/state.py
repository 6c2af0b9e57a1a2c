"""What views show and what they ask for, as frozen data without Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tauscope.engine.planes import PlaneMode

Autoscale = Literal["continuous", "once", "robust", "symmetric", "frozen", "shared"]
"""continuous: smoothed exact limits; once: those of the first frame; robust: 1st to 99th percentile;
symmetric: about the centre; frozen: as given; shared: one range for all such views of one unit and kind."""

ColorScale = Literal["linear", "symlog"]
"""linear, or linear within a threshold about 0 and logarithmic beyond."""

PatternKind = Literal["clock", "packet", "light", "geodesic", "ray", "agent"]
PATTERN_KINDS: tuple[PatternKind, ...] = ("clock", "packet", "light", "geodesic", "ray", "agent")
"""What lives on a lattice, beside the sources."""

PATTERN_NAMES: Mapping[str, str] = {
    "clock": "Clock",
    "packet": "Wave packet",
    "light": "Light pulse",
    "geodesic": "Particle",
    "ray": "Light ray",
    "agent": "Agent",
}
PATTERN_CAPTIONS: Mapping[str, str] = {
    "clock": "Clock",
    "packet": "Packet",
    "light": "Light",
    "geodesic": "Particle",
    "ray": "Ray",
    "agent": "Agent",
}
"""Their short names: on tiles, and numbered on what the tiles make."""

AIMED: Mapping[str, float] = {"packet": 0.95, "geodesic": 0.95, "light": 1.0, "ray": 1.0}
"""Kinds that have a velocity, and the largest that dragging gives, in units of the speed of light."""

DIRECTED = ("light", "ray")
"""Kinds of which the velocity is a direction only."""

SourceKind = Literal["point", "gaussian", "ring", "disc", "line", "image", "brush"] | PatternKind
SOURCE_KINDS: tuple[SourceKind, ...] = ("point", "gaussian", "ring", "disc", "line")
"""Kinds that a place alone makes; an image comes from a file, a brush from painting."""

DROPPED: Mapping[str, SourceKind] = {
    **{kind: kind for kind in SOURCE_KINDS},
    "positive": "point",
    "negative": "point",
    "valued": "point",
    "cloud": "gaussian",
    **{kind: kind for kind in PATTERN_KINDS},
}
"""What a palette offers, by name, and the shape that it has: sources, charges of any value, patterns."""

Phase = Literal["press", "drag", "release", "cancel", "commit"]
"""Stage of a continuous edit: press, drag and release make one undo step; commit is a step of its own."""


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How a field view shows its field.

    Parameters
    ----------
    field : str
        Field name.
    cmap : str
        Name of a colour map in `cmap`'s catalogue.
    autoscale : Autoscale
        How colour limits follow the data.
    low, high : float or None
        Colour limits in force when frozen.
    scale : ColorScale
        How values become colours between the limits.
    linthresh : float or None
        Where the symlog scale turns from linear to logarithmic, in the field's unit; None: a hundredth of
        the larger limit.
    minus : str
        Field that is subtracted, or "".
    contours : int
        About how many contour levels are drawn, at round values; 0 draws none.
    levels : tuple of float
        Contour levels by value; where given they stand for ``contours``.
    contour_labels : bool
        Whether contours carry their values.
    """

    field: str
    cmap: str
    autoscale: Autoscale = "continuous"
    low: float | None = None
    high: float | None = None
    scale: ColorScale = "linear"
    linthresh: float | None = None
    minus: str = ""
    contours: int = 0
    levels: tuple[float, ...] = ()
    contour_labels: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))  # a list, where it was read from JSON


@dataclass(frozen=True, slots=True)
class SliceOptions:
    """Which plane of a field of nine axes a slice view shows; `ViewOptions` says in what colours.

    Parameters
    ----------
    axes : (str, str)
        Axes across and up.
    index : tuple of int
        Where the other axes are cut, nine entries; those of ``axes`` are kept for when they are cut again.
    mode : PlaneMode
        ``index``, or a projection along the other axes.
    linked : bool
        Whether it is cut where the main slice is.
    """

    axes: tuple[str, str] = ("x", "y")
    index: tuple[int, ...] = (0,) * 9
    mode: PlaneMode = "index"
    linked: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", tuple(self.axes))  # lists, where they were read from JSON
        object.__setattr__(self, "index", tuple(self.index))


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """How a mark is drawn and handled, where it is something else than a source of the lattice.

    Parameters
    ----------
    opacity : float
        Of outline and centre, 0 to 1, while it is not selected.
    unit, lengths : str
        Units of its strength and of its width, as they are read out while dragging.
    widths, strengths : (float, float)
        Least and largest that dragging gives.
    rest : float
        Strength from which the handle starts where it is 0.
    torus : bool
        Whether it goes round the edges: what is dragged out on one side comes in on the other.
    """

    opacity: float = 1.0
    unit: str = "bit"
    lengths: str = "cells"
    widths: tuple[float, float] = (0.1, math.inf)
    strengths: tuple[float, float] = (0.0, math.inf)
    rest: float = 0.0
    torus: bool = False


SOURCE = MarkStyle()


@dataclass(frozen=True, slots=True)
class SourceMark:
    """A source as canvases and lists show it; positions in cells, cell centres at integers.

    Parameters
    ----------
    id, name : str
        Stable id and shown name.
    kind : SourceKind
        Shape.
    x, y : float
        Centre, or the first end of a line.
    strength : float
        Bits per realized update (peak for a Gaussian).
    width, radius : float
        Cells; the meaning of each follows the kind.
    x2, y2 : float
        Second end of a line.
    vx, vy : float
        Velocity of a pattern in units of the speed of light, or direction of light.
    numbers : tuple of (str, float or str)
        What else a pattern has, by name.
    world, color : str
        World it belongs to and that world's colour.
    aspect : float
        Height over width of an image.
    box : tuple of float
        What of a brush is painted, left, bottom, right and top in cells from (x, y).
    shown : bool
        Whether canvases draw it; those of a hidden world are listed only.
    style : MarkStyle
        How it is drawn and handled.
    """

    id: str
    name: str
    kind: SourceKind
    x: float
    y: float
    strength: float
    width: float = 0.0
    radius: float = 0.0
    x2: float = 0.0
    y2: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    numbers: tuple[tuple[str, Any], ...] = ()
    world: str = ""
    color: str = "#4fb3ff"
    aspect: float = 1.0
    box: tuple[float, float, float, float] = (-0.5, -0.5, 0.5, 0.5)
    shown: bool = True
    style: MarkStyle = SOURCE

    def value(self, key: str) -> Any:
        """One of its numbers, by name."""
        found = dict(self.numbers)
        return found[key] if key in found else getattr(self, key)


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """State of the recorder for the recording panel and the status bar.

    Parameters
    ----------
    active : bool
        Whether a recording runs.
    path : str
        File being written, or written last.
    saved, dropped : int
        Frames on disk after the last flush; frames left out because the disk was too slow.
    bytes_written : int
        Size of the file.
    rate : float
        Bytes a second over the last seconds; NaN before it was measured.
    queue : float
        Filled share of the hand-over queue, 0 to 1.
    disk_left : float
        Free bytes on the file's disk; NaN before it was measured.
    limited : bool
        Whether the simulation is slowed because the disk cannot follow.
    error : str
        Why recording stopped, as a sentence, or "".
    waits_for_room : bool
        Whether it waits for room on a full disk.
    missing : float
        Bytes that have to be freed before it goes on.
    at_risk : int
        Frames that wait and would find no room, at most, if the recording ended now.
    ending : bool
        Whether it is to end, and what waits is being written.
    trouble : str
        What happened to its process or its file, as a sentence, while that is being seen to; or "".
    """

    active: bool = False
    path: str = ""
    saved: int = 0
    dropped: int = 0
    bytes_written: int = 0
    rate: float = 0.0
    queue: float = 0.0
    disk_left: float = 0.0
    limited: bool = False
    error: str = ""
    waits_for_room: bool = False
    missing: float = 0.0
    at_risk: int = 0
    ending: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RecordingChoice:
    """What the user wants recorded.

    Parameters
    ----------
    path : str
        File to write; must not exist.
    fields : tuple of str
        Field names.
    every : int
        A frame every so many ticks.
    when_slow : {"slow", "skip"}
        Slow the simulation when the disk cannot follow, or skip frames with visible gaps.
    """

    path: str
    fields: tuple[str, ...]
    every: int
    when_slow: Literal["slow", "skip"] = "slow"


@dataclass(frozen=True, slots=True)
class PresetCard:
    """A preset as the gallery shows it: texts, the path of its picture or "", and the group it stands in."""

    name: str
    title: str
    summary: str
    see: str = ""
    tries: tuple[str, ...] = field(default=())
    picture: str = ""
    own: bool = False
    group: str = ""
