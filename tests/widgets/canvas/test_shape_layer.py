"""Marks painted from a picture look as if painted one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from tauscope.widgets.canvas.raster import paint_shapes
from tauscope.widgets.canvas.shape_layer import FEW, ShapeLayer
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba
from tests.support.canvas import as_array

MARKS = tuple(
    Shape(ShapeKind(number % 4), 10.0 + 9 * number, 20.0, 6.0 + number, 31.0, rgba("#4fb3ff"), 1.5, 0.6)
    for number in range(FEW + 3)
)


class Counted:
    """Paints shapes and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, painter: QPainter, shapes: Sequence[Shape]) -> None:
        self.times += 1
        paint_shapes(painter, shapes)


def painted(layer: ShapeLayer | None, shapes: Sequence[Shape], ratio: float = 1.0) -> QImage:
    image = QImage(round(120 * ratio), round(60 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.darkRed)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    layer.paint(painter, shapes) if layer is not None else paint_shapes(painter, shapes)
    painter.end()
    return image


@pytest.mark.usefixtures("qapp")
def test_marks_that_stay_are_painted_once_more_and_then_no_more() -> None:
    count = Counted()
    layer = ShapeLayer(count)
    pictures = [as_array(painted(layer, MARKS)) for _ in range(5)]
    assert count.times == 2, "one by one, then into the picture"
    plain = as_array(painted(None, MARKS)).astype(int)
    assert (plain != as_array(painted(None, ())).astype(int)).any()
    for picture in pictures:
        assert np.abs(picture.astype(int) - plain).max() <= 2, "but for the rounding of transparency"
    moved = (*MARKS[1:], Shape(ShapeKind.DOT, 60.0, 50.0, 4.0, 0.0, rgba("#ffffff")))
    assert np.array_equal(as_array(painted(layer, moved)), as_array(painted(None, moved)))
    assert count.times == 3, "what moves has no picture"


@pytest.mark.usefixtures("qapp")
def test_a_picture_belongs_to_a_size_and_a_ratio() -> None:
    layer = ShapeLayer(paint_shapes)
    for ratio in (1.0, 1.0, 2.0):
        found = as_array(painted(layer, MARKS, ratio)).astype(int)
        assert np.abs(found - as_array(painted(None, MARKS, ratio)).astype(int)).max() <= 2
