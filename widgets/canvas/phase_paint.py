"""Phase circles painted by the processor: the same picture as the graphics card's, in NumPy and QPainter.

Everything here works on data that do not change and may run on any thread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from tauscope.engine.base import Array
from tauscope.widgets.canvas import phase_shaders as looks
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.phase_circles import BAR, Circles, Seen
from tauscope.widgets.canvas.phase_colors import link_look, phase_colors, share_colors
from tauscope.widgets.canvas.phase_density import bars_of
from tauscope.widgets.canvas.phase_pixels import Floats, Pixels, Whole, pixels_of, square, stamp
from tauscope.widgets.canvas.phase_scene import FROZEN, HOVERED, SELECTED, PhaseScene

PAINTED_POINTS = 20_000
"""More oscillators in view are painted as a density."""
_LINK_STEPS = 16
_GRAIN = 4
"""Circles are placed to a quarter of a pixel, so that many of them share one shape."""
_EXACT = 24
"""Of so few circles each has a shape of its own."""


@dataclass(frozen=True, eq=False)
class Shot:
    """Content of a scene at one moment.

    Parameters
    ----------
    camera : Camera
        Camera in logical pixels; ``ratio`` device pixels each.
    circles, seen
        Clusters, and what is seen of them.
    theta, order, alignment, frequency, shares
        As in `PhaseScene`; ``shares`` are those of the oscillators in view.
    """

    camera: Camera
    ratio: float
    background: str
    circles: Circles
    seen: Seen
    marks: npt.NDArray[np.uint8]
    accent: tuple[float, float, float]
    links: bool
    limits: tuple[float, float]
    theta: Array | None
    order: Array | None
    alignment: Array | None
    frequency: Array | None

    @property
    def centers(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Centres of the circles in view, in device pixels."""
        x, y = self.circles.centers[self.seen.index].T
        camera, ratio = self.camera, self.ratio
        return (
            (camera.width / 2 + (x - camera.cx) * camera.scale) * ratio,
            (camera.height / 2 - (y - camera.cy) * camera.scale) * ratio,
        )


def shot_of(scene: PhaseScene, ratio: float, most: int = PAINTED_POINTS) -> Shot | None:
    """Content of a scene now; its arrays are replaced, never changed, by those who set them."""
    seen = scene.seen(most)
    if scene.circles is None or seen is None or scene.marks is None:
        return None
    return Shot(
        scene.camera, ratio, scene.background, scene.circles, seen, scene.marks.copy(), scene.accent,
        scene.links, scene.limits, scene.theta, scene.order, scene.alignment, scene.frequency,
    )  # fmt: skip


def paint_shot(shot: Shot) -> QImage:
    """Picture of a shot."""
    camera, ratio = shot.camera, shot.ratio
    image = QImage(round(camera.width * ratio), round(camera.height * ratio), QImage.Format.Format_RGB32)
    image.fill(QColor(shot.background))
    if shot.links:
        _paint_links(image, shot)
    pixels = pixels_of(image)
    if shot.seen.mode == "discs":
        _stamp_discs(pixels, shot)
    else:
        _stamp_rings(pixels, shot)
        if shot.order is not None:
            _paint_arrows(image, shot)
        if shot.seen.mode == "points" and shot.theta is not None:
            _stamp_points(pixels, shot)
    return image


# ----- links and arrows, by QPainter


def _painter(image: QImage, ratio: float) -> QPainter:
    painter = QPainter(image)
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    return painter


def _paint_links(image: QImage, shot: Shot) -> None:
    circles, camera = shot.circles, shot.camera
    if not len(circles.link):
        return
    alignment = np.zeros(len(circles.link)) if shot.alignment is None else shot.alignment[circles.link]
    steps = np.rint(np.clip(alignment, -1, 1) * _LINK_STEPS)
    x, y = circles.ends[:, ::2].astype(np.float64), circles.ends[:, 1::2].astype(np.float64)
    px = camera.width / 2 + (x - camera.cx) * camera.scale
    py = camera.height / 2 - (y - camera.cy) * camera.scale
    # Those that lie wholly beyond one side are not seen.
    seen = (px.max(axis=1) > 0) & (px.min(axis=1) < camera.width)
    seen &= (py.max(axis=1) > 0) & (py.min(axis=1) < camera.height)
    ends = np.stack([px[:, 0], py[:, 0], px[:, 1], py[:, 1]], axis=1)
    painter = _painter(image, shot.ratio)
    for step in np.unique(steps[seen]):
        rgba, width = link_look(np.array([step / _LINK_STEPS]))
        pen = QPen(QColor.fromRgbF(*rgba[0].tolist()), float(width[0]))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(*each) for each in ends[seen & (steps == step)].tolist()])
    painter.end()


def _paint_arrows(image: QImage, shot: Shot) -> None:
    if shot.order is None:
        return
    shaft, longest_head = looks.arrow_of(shot.seen.radius)
    order = shot.order[shot.seen.index]
    x, y = (part / shot.ratio for part in shot.centers)
    long = np.abs(order) * shot.camera.scale
    turn = np.angle(order)
    head = np.minimum(longest_head, long)
    cos, sin = np.cos(turn), -np.sin(turn)
    tips = np.stack([x + cos * long, y + sin * long], axis=1)
    necks = np.stack([x + cos * (long - head), y + sin * (long - head)], axis=1)
    across = np.stack([-sin, cos], axis=1) * (0.45 * head)[:, np.newaxis]
    painter = _painter(image, shot.ratio)
    painter.setPen(QPen(QColor("white"), shaft, c=Qt.PenCapStyle.RoundCap))
    starts = np.stack([x, y], axis=1)
    shafts = np.concatenate([starts, necks + 1e-3], axis=1)  # a line without any length is not drawn
    painter.drawLines([QLineF(*each) for each in shafts.tolist()])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("white"))
    corners = np.stack([tips, necks + across, necks - across], axis=1)
    for each in corners[head > 0.5].tolist():
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in each]))
    painter.end()


# ----- circles, discs and points, by stamps


def _groups(x: Array, y: Array, kind: Array) -> list[tuple[Whole, float, float]]:
    """Circles that can share a shape: which, and where in the pixel of their centre that lies."""
    if len(x) <= _EXACT:
        return [(np.array([k]), float(x[k] % 1), float(y[k] % 1)) for k in range(len(x))]
    fine_x, fine_y = np.rint(x * _GRAIN).astype(np.int64), np.rint(y * _GRAIN).astype(np.int64)
    key = (fine_x % _GRAIN * _GRAIN + fine_y % _GRAIN) * 8 + kind
    return [
        (np.flatnonzero(key == one), one // 8 // _GRAIN / _GRAIN, one // 8 % _GRAIN / _GRAIN)
        for one in np.unique(key).tolist()
    ]


def _corners(x: Array, y: Array, members: Whole, fx: float, fy: float) -> tuple[Whole, Whole]:
    """Pixels that hold the centres of a group."""
    return np.rint(x[members] - fx).astype(np.int64), np.rint(y[members] - fy).astype(np.int64)


def _about(inner: float, outer: float, fx: float, fy: float) -> tuple[tuple[Whole, Whole], Floats, Floats]:
    """Pixels of a ring about a centre: their places, their distances from it, and their angles (y up)."""
    columns, rows = square(outer)
    right, down = (columns + (0.5 - fx)).astype(np.float32), (rows + (0.5 - fy)).astype(np.float32)
    distance = np.hypot(right, down)
    band = np.flatnonzero((distance > inner) & (distance < outer))
    angle = np.arctan2(-down[band], right[band])
    return (columns[band], rows[band]), distance[band], angle


def _covered(outside: npt.NDArray[np.floating]) -> Floats:
    """Share of a pixel that lies inside of a line at a distance in device pixels."""
    return np.asarray(np.clip(np.float32(0.5) - outside, 0, 1))


def _ink(mark: int, accent: tuple[float, float, float], plain: tuple[float, float, float]) -> Floats:
    ink = looks.HOVER_INK if mark & HOVERED else plain
    ink = looks.FROZEN_INK if mark & FROZEN else ink
    return np.asarray(accent if mark & SELECTED else ink, np.float32) * 255


def _stamp_rings(pixels: Pixels, shot: Shot) -> None:
    x, y = shot.centers
    index, ratio = shot.seen.index, shot.ratio
    radius, marks = shot.seen.radius * ratio, shot.marks[index]
    bars = None
    if shot.seen.mode == "density" and shot.theta is not None:
        bars = bars_of(shot.circles, index, shot.seen.bins, shot.theta, shot.frequency, shot.limits)
    reach = radius * (1 + BAR * (bars is not None)) + 3 * ratio
    for members, fx, fy in _groups(x, y, marks.astype(np.int64)):
        mark = int(marks[members[0]])
        half = (0.5 + 0.2 * bool(mark & FROZEN) + 0.5 * bool(mark & SELECTED)) * ratio
        shape, distance, angle = _about(radius - half - 1, reach, fx, fy)
        line = _covered(np.abs(distance - np.float32(radius)) - np.float32(half))
        turn = angle / np.float32(2 * np.pi) + np.float32(0.5)
        if mark & FROZEN:
            line[(turn * looks.DASHES) % 1 > 0.5] = 0
        corners = _corners(x, y, members, fx, fy)
        drawn = line > 0
        stamp(
            pixels, corners, (shape[0][drawn], shape[1][drawn]),
            _ink(mark, shot.accent, looks.RING_INK)[np.newaxis, np.newaxis], line[drawn][np.newaxis],
        )  # fmt: skip
        if bars is not None:
            _stamp_bars(pixels, corners, shape, distance, turn, bars[members], radius, ratio)


def _stamp_bars(
    pixels: Pixels, corners: Any, shape: Any, distance: Floats, turn: Floats, bars: Array, radius: float,
    ratio: float,
) -> None:  # fmt: skip
    count = bars.shape[1]
    base = np.float32(radius + ratio)
    outer = distance > base - 1
    shape, distance = (shape[0][outer], shape[1][outer]), distance[outer]
    bins = np.minimum((turn[outer] * count).astype(np.int64), count - 1)
    found = bars[:, bins]
    height = found[..., 3].astype(np.float32) / 255
    cover = _covered(base - distance) * _covered(distance - (base + height * np.float32(radius * BAR)))
    cover[height <= 0.002] = 0
    stamp(pixels, corners, shape, found[..., :3].astype(np.float32), cover)


def _stamp_discs(pixels: Pixels, shot: Shot) -> None:
    x, y = shot.centers
    index, ratio = shot.seen.index, shot.ratio
    radius, marks = shot.seen.radius * ratio, shot.marks[index]
    order = np.zeros(len(index), np.complex128) if shot.order is None else shot.order[index]
    bright = looks.FADE + (1 - looks.FADE) * np.minimum(np.abs(order), 1.0)
    rgb = (phase_colors(np.angle(order)) * bright[:, np.newaxis]).astype(np.float32)
    for members, fx, fy in _groups(x, y, marks.astype(np.int64)):
        mark = int(marks[members[0]])
        shape, distance, _ = _about(-1.0, radius + 2 * ratio, fx, fy)
        corners = _corners(x, y, members, fx, fy)
        cover = _covered(distance - np.float32(radius))[np.newaxis]
        stamp(pixels, corners, shape, rgb[members][:, np.newaxis], cover)
        if mark:
            line = _covered(np.abs(distance - np.float32(radius + 0.5 * ratio)) - np.float32(0.75 * ratio))
            ink = _ink(mark, shot.accent, looks.HOVER_INK)
            stamp(pixels, corners, shape, ink[np.newaxis, np.newaxis], line[np.newaxis])


def _stamp_points(pixels: Pixels, shot: Shot) -> None:
    if shot.theta is None:
        return
    seen, ratio = shot.seen, shot.ratio
    radius = seen.radius * ratio
    theta = shot.theta if seen.points is None else shot.theta.take(seen.points)
    sizes = shot.circles.sizes[seen.index]
    x, y = (np.repeat(center, sizes) for center in shot.centers)
    x, y = x + radius * np.cos(theta), y - radius * np.sin(theta)
    if shot.frequency is None:
        rgb = phase_colors(theta).astype(np.float32)
    else:
        low, high = shot.limits
        taken = shot.frequency if seen.points is None else shot.frequency.take(seen.points)
        rgb = share_colors((taken - low) / (high - low) if high > low else taken * 0 + 0.5).astype(np.float32)
    rgb = rgb[:, np.newaxis]
    half = seen.dot * ratio / 2
    columns, rows = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = (x - columns - 0.5).astype(np.float32), (y - rows - 0.5).astype(np.float32)
    # One pixel of all points at a time: points may lie over one another.
    for dx, dy in zip(*square(half - 0.5), strict=True):
        if math.hypot(max(abs(dx) - 0.5, 0), max(abs(dy) - 0.5, 0)) >= half + 0.5:
            continue
        cover = _covered(np.hypot(dx - fx, dy - fy) - np.float32(half))
        stamp(pixels, (columns, rows), (np.array([dx]), np.array([dy])), rgb, cover[:, np.newaxis])
