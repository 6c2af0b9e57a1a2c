"""Composer of phase circles: names, readouts, legend and what a gesture would do, before every draw."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tauscope.widgets.canvas import plates
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.phase_circles import BAR, DISC_BELOW, Box, Circles, Seen
from tauscope.widgets.canvas.phase_colors import FREQUENCY_MAP
from tauscope.widgets.canvas.phase_plates import CompassPlate, WheelPlate
from tauscope.widgets.canvas.phase_surface import CARD_POINTS
from tauscope.widgets.canvas.plates import Plate, TextPlate
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba
from tauscope.widgets.labs.kuramoto.circles_options import Kick
from tauscope.widgets.labs.kuramoto.names import short
from tauscope.widgets.readout import plain

if TYPE_CHECKING:
    from tauscope.widgets.labs.kuramoto.circles_view import CirclesView

NAMES_FROM = 20.0
"""Names stand under circles of at least this radius in pixels."""
MOST_NAMES = 60
ROOM = 2.6
"""Width in radii that a name may take; neighbours are some three apart."""
MOST_GHOSTS = 60
_NAME_INK = "#98a2b0"
_LEGEND_FROM = (440.0, 320.0)
"""A smaller canvas has no legend, no note on the detail, and R without its arrow."""
_MARGIN = 8.0


class Composer:
    """Brings the scene of one view up to date before it is drawn.

    Parameters
    ----------
    view : CirclesView
        Read at every draw.
    """

    def __init__(self, view: CirclesView) -> None:
        self._view = view
        self._names: tuple[Plate, ...] = ()
        self._names_key: object = None

    def resolve(self) -> None:
        """Bring the scene up to date."""
        view = self._view
        scene = view.stage.phases
        camera, circles = scene.camera, scene.circles
        seen = scene.seen(CARD_POINTS)
        if circles is None or seen is None:
            scene.names = ()
            scene.plates = (plates.notice(view.empty_text, _NAME_INK, camera.width, camera.height),)
            scene.set_shapes(())
            return
        scene.names = self._name_plates(circles, seen, camera)
        scene.set_shapes((*self._ghosts(circles, camera), *self._rubber()))
        corner = self._corner_plates(camera)
        scene.plates = (
            *corner,
            *self._legend(camera),
            *self._note(circles, seen, corner, camera),
            *self._pointer_plates(camera),
        )

    def _name_plates(self, circles: Circles, seen: Seen, camera: Camera) -> tuple[Plate, ...]:
        shown = (
            circles.clusters > 1
            and self._view.options.names
            and seen.radius >= NAMES_FROM
            and len(seen.index) <= MOST_NAMES
        )
        key = (shown, camera, circles, seen.index.tobytes() if shown else b"", seen.mode)
        if key != self._names_key:
            self._names_key = key
            under = seen.radius * (1 + (BAR if seen.mode == "density" else 0.06)) + 3
            # A link that runs down from a circle would cross its name.
            bare = not (self._view.options.links and circles.links)
            self._names = tuple(
                self._name_plate(
                    self._view.name_of(cluster), camera.to_pixel(x, y), under, seen.radius, camera, bare
                )
                for cluster, (x, y) in zip(
                    seen.index.tolist(), circles.centers[seen.index].tolist(), strict=True
                )
                if shown
            )
        return self._names

    @staticmethod
    def _name_plate(
        name: str, centre: tuple[float, float], under: float, radius: float, camera: Camera, bare: bool
    ) -> TextPlate:
        """Name under a circle; on its lower rim where the canvas ends just below that."""
        plate = TextPlate(name, 0, 0, plates.LABEL_PIXELS, bare=bare, ink=_NAME_INK)
        if plate.size()[0] > ROOM * radius:
            plate = replace(plate, text=short(name))
        wide, tall = plate.size()
        x, y = centre
        lowest = camera.height - tall
        top = min(y + under, max(lowest, y + 0.5 * radius)) if y + radius <= camera.height else y + under
        return replace(plate, x=x - wide / 2, y=top)

    # ----- corners

    def _corner_plates(self, camera: Camera) -> tuple[Plate, ...]:
        scene = self._view.stage.phases
        pooled = self._view.pooled if scene.shown is None else self._view.pooled_of(scene.shown)
        if pooled is None:
            return ()
        plate: CompassPlate | TextPlate
        if self._is_small(camera):
            plate = TextPlate(f"R {plain(abs(pooled), 3)}", _MARGIN, 0)
        else:
            plate = CompassPlate(abs(pooled), cmath.phase(pooled), _MARGIN, 0)
        return (replace(plate, y=camera.height - plate.size()[1] - _MARGIN),)

    def taken(self, width: float, height: float) -> tuple[Box, ...]:
        """Rectangles that the plates of the corners take of a canvas of a size, with a margin about them."""
        if self._is_small(Camera(width=width, height=height)):
            return ()
        wide, tall = CompassPlate(0.0, 0.0, 0.0, 0.0).size()
        found: list[Box] = [(0.0, height - tall - 2 * _MARGIN, wide + 2 * _MARGIN, height)]
        if self._view.options.legend:
            wide, tall = WheelPlate(True, True, 0.0, 0.0).size()
            found.append((width - wide - 2 * _MARGIN, 0.0, width, tall + 2 * _MARGIN))
        return tuple(found)

    @staticmethod
    def _is_small(camera: Camera) -> bool:
        return camera.width < _LEGEND_FROM[0] or camera.height < _LEGEND_FROM[1]

    def _legend(self, camera: Camera) -> tuple[Plate, ...]:
        view = self._view
        options, scene = view.options, view.stage.phases
        if not options.legend or self._is_small(camera):
            return ()
        found: list[Plate] = []
        right = camera.width - _MARGIN
        links = scene.links and len(scene.circles.link if scene.circles else ()) > 0
        if scene.frequency is not None:
            bar = plates.bar_plate(
                FREQUENCY_MAP, scene.limits, "rad/time", False, camera.width, min(camera.height, 260.0)
            )
            if bar is not None:
                found.append(bar)
                right = bar.x - _MARGIN
        wheel = scene.frequency is None
        if wheel or links:
            plate = WheelPlate(wheel, links, 0, _MARGIN)
            found.append(replace(plate, x=right - plate.size()[0]))
        return tuple(found)

    def _note(
        self, circles: Circles, seen: Seen, corner: Iterable[Plate], camera: Camera
    ) -> tuple[Plate, ...]:
        """What is shown in place of single points, and what is left out."""
        said = []
        if seen.mode == "density":
            said.append("bars: density of phases, area as number; full at 8 × even")
        elif seen.mode == "discs":
            said.append("discs: colour ψ, brightness R; zoom in for oscillators")
        if self._view.options.links and circles.stride > 1:
            said.append(f"every {circles.stride}th of {circles.links:,} links")
        if not said or self._is_small(camera):
            return ()
        left = max((plate.x + plate.size()[0] for plate in corner), default=0.0) + _MARGIN
        text = plates.wrapped("\n".join(said), plates.LABEL_PIXELS, camera.width - left - _MARGIN)
        plate = TextPlate(text, left, 0, plates.LABEL_PIXELS)
        return (replace(plate, y=camera.height - plate.size()[1] - _MARGIN),)

    # ----- pointer and gestures

    def _pointer_plates(self, camera: Camera) -> tuple[Plate, ...]:
        view = self._view
        if view.pointer is None:
            return ()
        text = view.gesture.text if view.gesture is not None else self.readout(view.hovered)
        if not text:
            return ()
        plate = TextPlate(text, 0, 0)
        wide, tall = plate.size()
        x, y = view.pointer[0] + 16, view.pointer[1] + 16
        if x + wide > camera.width - 4:
            x = max(view.pointer[0] - wide - 10, 4.0)
        if y + tall > camera.height - 4:
            y = max(view.pointer[1] - tall - 10, 4.0)
        return (replace(plate, x=x, y=y),)

    def readout(self, cluster: int) -> str:
        """What stands beside the pointer over a cluster; "" for none."""
        view = self._view
        if cluster < 0:
            return ""
        said = [view.name_of(cluster)]
        said += ["selected"] if cluster in view.selection() else []
        said += ["frozen"] if cluster in view.frozen else []
        lines = [" · ".join(said)]
        order = view.order_of(cluster)
        if order is not None:
            lines.append(f"R {plain(abs(order), 3)}   ψ {plain(cmath.phase(order), 2, signed=True)} rad")
        mean = view.mean_frequency(cluster)
        if mean is not None:
            lines.append(f"mean frequency {plain(mean, 3, signed=True)} rad/time")
        return "\n".join(lines)

    def _ghosts(self, circles: Circles, camera: Camera) -> tuple[Shape, ...]:
        """Arrows where the selected clusters' would point after the kick, and the angle that is dragged."""
        view = self._view
        gesture = view.gesture
        if not isinstance(gesture, Kick):
            return ()
        accent, found = rgba(view.colors.accent), []
        radius = camera.scale
        for cluster in sorted(view.selection())[:MOST_GHOSTS]:
            order = view.order_of(cluster) or 0j
            px, py = camera.to_pixel(*circles.centers[cluster].tolist())
            long = max(abs(order), 0.25) * radius
            turn = cmath.phase(order) + gesture.turned
            tip = (px + long * math.cos(turn), py - long * math.sin(turn))
            found.append(Shape(ShapeKind.SEGMENT, px, py, *tip, accent, 2.0, dash=4.0))
        if radius < DISC_BELOW:
            return tuple(found)
        px, py = camera.to_pixel(*circles.centers[gesture.cluster].tolist())
        steps = max(2, math.ceil(abs(gesture.turned) / 0.15))
        angles = gesture.start + np.linspace(0, gesture.turned, steps + 1)
        x, y = (px + 1.1 * radius * np.cos(angles)).tolist(), (py - 1.1 * radius * np.sin(angles)).tolist()
        found += [Shape(ShapeKind.SEGMENT, x[k], y[k], x[k + 1], y[k + 1], accent, 2.5) for k in range(steps)]
        return tuple(found)

    def _rubber(self) -> tuple[Shape, ...]:
        box = self._view.rubber
        if box is None:
            return ()
        left, top, right, bottom = box
        accent = rgba(self._view.colors.accent)
        fill = Shape(ShapeKind.BOX, left, top, right, bottom, (*accent[:3], 0.12))
        corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        sides = tuple(Shape(ShapeKind.SEGMENT, *start, *end, accent, 1.0) for start, end in pairwise(corners))
        return (fill, *sides)
