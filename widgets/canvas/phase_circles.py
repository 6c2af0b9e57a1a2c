"""Circles of clusters in the plane of a canvas, and which of them a camera sees in which detail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array
from tauscope.widgets.canvas.camera import Camera

Detail = Literal["auto", "points", "density"]
Mode = Literal["discs", "points", "density"]

RADIUS_SHARE = 0.33
"""Radius of a circle as a share of the distance of neighbours; bars of the density reach to 0.46."""
BAR = 0.38
"""Length of the longest bar, in radii."""
FULL_DENSITY = 8.0
"""Density, as a multiple of an even one, at which a bar has its full length."""
DISC_BELOW = 5.0
"""Circles of a smaller radius in pixels are filled discs, coloured by their mean phase."""
CROWDED = 1.5
"""Points that would cover the circle so many times are shown as a density."""
MOST_LINKS = 20_000
"""Of more links only every so many-th is drawn, and the view says so."""
_MARGIN = 0.5
_NAME_PIXELS = 18.0
"""Room about all circles for the names below the lowest."""
_MOST_CLEARED = 5000
"""More circles are not kept clear of plates: they fill the canvas, and are small."""
_LEAST_SHARE = 0.6
"""Circles shrink to no less than this for the sake of plates."""
_ASKED = 10_000
"""Of so many places the distance of the nearest one is looked up."""
_LEAST_BINS, _MOST_BINS, _BIN_PIXELS = 16, 256, 3.0

Indices = npt.NDArray[np.int64]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom in logical pixels."""


@dataclass(frozen=True, eq=False)
class Circles:
    """Where the clusters' circles lie; the unit of length is their radius.

    Parameters
    ----------
    centers : array of float64, shape (C, 2)
        Centres, y up.
    offsets : array of int64, shape (C + 1,)
        First oscillator of each cluster, and N.
    layer : array of int64, shape (C,)
        Layer of each cluster.
    names : sequence of str
        Names of the clusters.
    ends : array of float32, shape (E', 4)
        Links between the rims of two circles: x, y of one end and of the other.
    link : array of int64, shape (E',)
        Which of the links each of these is.
    edges : array of int64, shape (E, 2)
        Clusters that each link joins.
    """

    centers: npt.NDArray[np.float64]
    offsets: Indices
    layer: Indices
    names: Sequence[str]
    ends: npt.NDArray[np.float32]
    link: Indices
    edges: Indices

    @property
    def clusters(self) -> int:
        """Clusters there are."""
        return len(self.centers)

    @property
    def links(self) -> int:
        """Links there are."""
        return len(self.edges)

    @property
    def oscillators(self) -> int:
        """Oscillators there are."""
        return int(self.offsets[-1])

    @cached_property
    def sizes(self) -> Indices:
        """Oscillators of each cluster."""
        return np.diff(self.offsets)

    @property
    def stride(self) -> int:
        """Every so many-th link is drawn."""
        return stride_of(self.links)

    def fit(self, width: float, height: float, taken: Sequence[Box] = ()) -> Camera:
        """Camera that shows all circles on a canvas of a size in logical pixels.

        Parameters
        ----------
        width, height : float
            Size of the canvas.
        taken : sequence of (left, top, right, bottom)
            Plates in its corners, of which circles keep clear where that leaves them room.
        """
        width, height = max(width, 1.0), max(height, 1.0)
        plain = self._fitted(width, height, (0.0, 0.0, width, height))
        if not taken or self.clusters > _MOST_CLEARED or not self._covered(plain, taken):
            return plain
        found = [
            camera
            for free in _free_rooms(width, height, taken)
            if not self._covered(camera := self._fitted(width, height, free), taken)
        ]
        best = max(found, key=lambda camera: camera.scale, default=plain)
        return best if best.scale > _LEAST_SHARE * plain.scale else plain

    def _fitted(self, width: float, height: float, free: Box) -> Camera:
        """Camera that shows all circles within a rectangle of the canvas."""
        cx, cy, wide, tall = self.extent
        left, top, right, bottom = free
        room = min(_NAME_PIXELS, 0.05 * width, 0.05 * height)
        scale = min((right - left - 2 * room) / wide, (bottom - top - 2 * room) / tall)
        if scale <= 0:
            return Camera(cx, cy, 1e-6, width, height)
        aside, above = (left + right - width) / 2, (top + bottom - height) / 2
        return Camera(cx - aside / scale, cy + above / scale, scale, width, height)

    def _covered(self, camera: Camera, taken: Sequence[Box]) -> bool:
        """Whether a plate stands over a circle, or over what stands about it."""
        around = (1 + BAR) * camera.scale
        x = camera.width / 2 + (self.centers[:, 0] - camera.cx) * camera.scale
        y = camera.height / 2 - (self.centers[:, 1] - camera.cy) * camera.scale
        return any(
            bool(
                (
                    (x + around > left) & (x - around < right) & (y + around > top) & (y - around < bottom)
                ).any()
            )
            for left, top, right, bottom in taken
        )

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """Middle of all circles, and their width and height with what stands about them."""
        low, high = self.centers.min(axis=0), self.centers.max(axis=0)
        cx, cy = ((low + high) / 2).tolist()
        wide, tall = (high - low + 2 * (1 + _MARGIN)).tolist()
        return cx, cy, wide, tall

    def at(self, x: float, y: float, slack: float = 0.0) -> int:
        """Cluster whose circle holds a point, or comes within ``slack`` radii of it; -1 for none."""
        apart = np.hypot(self.centers[:, 0] - x, self.centers[:, 1] - y)
        nearest = int(apart.argmin())
        return nearest if apart[nearest] <= 1 + slack else -1


def _free_rooms(width: float, height: float, taken: Sequence[Box]) -> list[Box]:
    """Rectangles that are left when each plate takes a column or a row of the canvas from its edge on."""
    rooms: list[Box] = [(0.0, 0.0, width, height)]
    for left, top, right, bottom in taken:
        at_left, at_top = left + right < width, top + bottom < height
        rooms = [
            room
            for a, b, c, d in rooms
            for room in (
                (max(a, right), b, c, d) if at_left else (a, b, min(c, left), d),
                (a, max(b, bottom), c, d) if at_top else (a, b, c, min(d, top)),
                (a, b, c, d),
            )
        ]
    return rooms


def stride_of(links: int) -> int:
    """Every so many-th of a number of links is drawn."""
    return max(1, -(-links // MOST_LINKS))


def circles_of(
    places: Array, offsets: Array, edges: Array, layer: Array | None = None, names: Sequence[str] = ()
) -> Circles:
    """Circles for clusters at places in any unit.

    Parameters
    ----------
    places : array, shape (C, 2)
        Places of the clusters.
    offsets : array, shape (C + 1,)
        First oscillator of each cluster, and N.
    edges : array, shape (E, 2)
        Clusters that each link joins.
    layer : array, shape (C,), or None
        Layer of each cluster; None: one.
    names : sequence of str
        Names of the clusters; without, they have numbers.

    Raises
    ------
    ValueError
        If the arrays do not fit one another.
    """
    places = np.asarray(places, np.float64).reshape(-1, 2)
    count = len(places)
    offsets = np.asarray(offsets, np.int64)
    if count < 1 or offsets.shape != (count + 1,):
        raise ValueError(
            f"{count} places need {count + 1} offsets, not {offsets.size}; give one more offset."
        )
    centers = places / (RADIUS_SHARE * _neighbours(places))
    edges = np.asarray(edges, np.int64).reshape(-1, 2)
    link = np.arange(0, len(edges), stride_of(len(edges)), dtype=np.int64)
    start, end = centers[edges[link, 0]], centers[edges[link, 1]]
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])
    apart = length > 2.3
    step = along[apart] / length[apart, np.newaxis] * 1.08
    ends = np.concatenate([start[apart] + step, end[apart] - step], axis=1).astype(np.float32)
    known = np.zeros(count, np.int64) if layer is None else np.asarray(layer, np.int64)
    return Circles(centers, offsets, known, names, ends, link[apart], edges)


def _neighbours(places: npt.NDArray[np.float64]) -> float:
    """Distance of close neighbours: of twenty clusters at most one has a closer one."""
    if len(places) < 2:
        return 1.0
    from scipy.spatial import KDTree

    # A fair sample is enough, and a balanced tree of a million places takes a second that nobody should wait.
    asked = places[:: max(1, len(places) // _ASKED)]
    tree = KDTree(places, balanced_tree=False, compact_nodes=False)
    nearest = np.asarray(tree.query(asked, k=2)[0])[:, 1]
    nearest = nearest[nearest > 0]
    return float(np.quantile(nearest, 0.05)) if len(nearest) else 1.0


@dataclass(frozen=True, eq=False)
class Seen:
    """What a camera sees of the circles, and in which detail.

    Parameters
    ----------
    index : array of int64, shape (V,)
        Clusters in view; the same object while the same ones are.
    radius : float
        Radius of a circle in logical pixels.
    mode : Mode
        Discs, points, or bars of density.
    bins : int
        Bins of the density.
    dot : float
        Diameter of a point in logical pixels.
    points : array of int64 or None
        Oscillators of the clusters in view; None: all there are.
    """

    index: Indices
    radius: float
    mode: Mode
    bins: int
    dot: float
    points: Indices | None = None


def dot_of(radius: float) -> float:
    """Diameter of a point on a circle of this radius, both in logical pixels."""
    return min(max(0.10 * radius, 2.4), 5.0)


def bins_of(radius: float) -> int:
    """Bins of the density on a circle of this radius: a power of two, each about three pixels long."""
    wanted = 2 * math.pi * radius / _BIN_PIXELS
    return min(max(1 << round(math.log2(max(wanted, 1.0))), _LEAST_BINS), _MOST_BINS)


def seen_of(circles: Circles, camera: Camera, detail: Detail, most: int, old: Seen | None = None) -> Seen:
    """What a camera sees.

    Parameters
    ----------
    detail : Detail
        ``auto`` chooses between points and density by how crowded the circles are.
    most : int
        Oscillators that a surface can draw as points; of more the density is shown.
    old : Seen or None
        What was seen of the same circles before; its arrays are kept where they still hold.
    """
    radius = camera.scale
    left, top = camera.to_world(0, 0)
    right, bottom = camera.to_world(camera.width, camera.height)
    x, y = circles.centers.T
    reach = 1 + BAR + 0.1
    inside = (x > left - reach) & (x < right + reach) & (y > bottom - reach) & (y < top + reach)
    index = np.flatnonzero(inside).astype(np.int64)
    kept = old is not None and np.array_equal(old.index, index)
    sizes = circles.sizes[index]
    count, crowd = int(sizes.sum()), int(sizes.max(initial=1))
    dot = dot_of(radius)
    covered = crowd * dot / (2 * math.pi * radius)
    if radius < DISC_BELOW:
        mode: Mode = "discs"
    elif count > most or detail == "density" or (detail == "auto" and covered > CROWDED):
        mode = "density"
    else:
        mode = "points"
    points = old.points if old is not None and kept else None
    if mode == "points" and len(index) < circles.clusters and points is None:
        points = _oscillators(circles.offsets, index)
    return Seen(old.index if old is not None and kept else index, radius, mode, bins_of(radius), dot, points)


def _oscillators(offsets: Indices, index: Indices) -> Indices:
    """Oscillators of some clusters."""
    sizes = offsets[index + 1] - offsets[index]
    first = np.repeat(offsets[index] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    return np.asarray(first + np.arange(int(sizes.sum())), np.int64)
