"""Films of phase circles: recorded phases painted without a window, one frame after the other."""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg

from tauscope.app.circles_picture import pixels_of
from tauscope.app.compose import DOTS, THEMES, moment_text
from tauscope.app.surface_picture import HEIGHT, WIDTH, painted_figure
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.widgets.canvas.phase_circles import circles_of
from tauscope.widgets.canvas.phase_paint import paint_shot, shot_of
from tauscope.widgets.canvas.phase_scene import PhaseScene
from tauscope.widgets.theme import DARK, LIGHT


class CirclesComposer:
    """Composes pictures of the circles of one run, as `compose.Composer` does those of a field.

    Parameters
    ----------
    theta : array, shape (N,)
        Phases of the first frame in rad.
    spec : FieldSpec
        What they are.
    described : mapping
        Metadata: ``config``, ``seed``, ``tick``, ``time`` and ``title``.
    theme : {"dark", "light"}
        Ground and text colours.
    scale : int
        1 to 4; multiplies the resolution.

    Raises
    ------
    BadInput
        Phases that are not of these clusters.
    """

    def __init__(
        self, theta: Array, spec: FieldSpec, described: Mapping[str, Any], theme: str = "dark", scale: int = 1
    ) -> None:
        self._spec, self._seed, self._scale = spec, int(described["seed"]), scale
        self._structure = structure = structure_of(KuramotoConfig.load(described["config"]))
        self._scene = scene = PhaseScene()
        scene.background = (LIGHT if theme == "light" else DARK).canvas
        scene.set_circles(circles_of(structure.places, structure.offsets, structure.edges, structure.layer))
        if scene.circles is not None:
            scene.camera = scene.circles.fit(WIDTH, HEIGHT)
        self._order = 0.0
        pixels = self._paint(theta)
        self._figure = painted_figure(pixels, spec, described, theme)
        self._figure.set_dpi(DOTS * scale)
        self._canvas: Any = FigureCanvasAgg(self._figure)
        self._picture = self._figure.axes[0].images[0]
        self._when = next(text for text in self._figure.texts if text.get_text().startswith(spec.label))
        self._when.set_color(THEMES[theme][2])
        self._tell(int(described["tick"]), float(described["time"]))

    def update(self, array: Array, tick: int, time: float) -> None:
        """Show the phases of another moment.

        Raises
        ------
        BadInput
            Phases that are not of these clusters.
        """
        self._picture.set_data(self._paint(array))
        self._tell(tick, time)

    def _tell(self, tick: int, time: float) -> None:
        self._when.set_text(f"{moment_text(self._spec, tick, time, self._seed)}   R {self._order:.3f}")

    def _paint(self, theta: Array) -> npt.NDArray[np.uint8]:
        """Pixels of the circles at these phases."""
        structure, scene = self._structure, self._scene
        if theta.shape != (int(structure.offsets[-1]),):
            raise BadInput(
                f"There are {theta.size} phases, and the run has {int(structure.offsets[-1])} oscillators.",
                key="theta",
                value=theta.shape,
            )
        phasors = np.exp(1j * theta)
        self._order = float(np.abs(phasors.mean()))
        scene.theta = theta
        scene.order = np.add.reduceat(phasors, structure.offsets[:-1]) / np.diff(structure.offsets)
        ends = structure.edges
        scene.alignment = np.cos(np.angle(scene.order[ends[:, 0]] * np.conj(scene.order[ends[:, 1]])))
        scene.frame_serial += 1
        shot = shot_of(scene, float(self._scale))
        if shot is None:
            raise BadInput("There are no clusters to show.", key="theta")
        return pixels_of(paint_shot(shot))

    def png(self, entries: Mapping[str, str]) -> bytes:
        """PNG with text entries."""
        stream = io.BytesIO()
        self._canvas.print_png(
            stream, metadata={**entries, "Software": f"Tauscope {metadata.version('tauscope')}"}
        )
        return stream.getvalue()

    def rgb(self) -> npt.NDArray[np.uint8]:
        """Picture as an array [row, column, rgb], first row on top."""
        self._canvas.draw()
        return np.asarray(self._canvas.buffer_rgba())[:, :, :3].copy()
