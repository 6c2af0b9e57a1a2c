"""Pictures of the phase circles: painted as they are, off the GUI thread, with the phases beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from tauscope.app.surface_picture import HEIGHT, WIDTH
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.kuramoto.catalogue import FIELDS

if TYPE_CHECKING:
    from tauscope.app.lab import Lab
    from tauscope.widgets.labs.kuramoto.circles_view import CirclesView

Pixels = npt.NDArray[np.uint8]
ENGINE = "kuramoto"


@dataclass(frozen=True)
class CirclesShot:
    """Phase circles at one moment.

    Parameters
    ----------
    paint : callable
        From width, height and pixels a unit, those it was made for, to pixels [row, column, rgb]; on any
        thread.
    theta : array, shape (N,)
        Phases in rad.
    spec : FieldSpec
        What they are.
    moment : mapping
        ``engine``, ``config``, ``seed``, ``tick``, ``time`` and ``title``.
    """

    paint: Callable[[int, int, float], Pixels]
    theta: Array
    spec: FieldSpec
    moment: Mapping[str, Any]


def circles_shot(lab: Lab, view: CirclesView, theta: Array, scale: float) -> CirclesShot | None:
    """Circles as they are now, for a picture of so many pixels a unit; None before the first frame."""
    content, frame = lab.document.content, lab.frame
    moment = lab.playback.moment_of(ENGINE)
    if not moment:
        config = content.configs.get(ENGINE)
        if frame is None or config is None or ENGINE not in frame.ticks:
            return None
        moment = {
            "engine": ENGINE,
            "config": config.dump(),
            "seed": content.seed,
            "tick": frame.ticks[ENGINE],
            "time": frame.times[ENGINE],
            "title": content.title,
        }
    job = view.stage.painter(WIDTH, HEIGHT, scale)
    return CirclesShot(lambda *_size: pixels_of(job()), theta, FIELDS["theta"], moment)


def pixels_of(image: QImage) -> Pixels:
    """Pixels of a picture, uint8 [row, column, rgb]."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
