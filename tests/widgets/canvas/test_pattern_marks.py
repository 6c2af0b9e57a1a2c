"""Marks of patterns: counts that can be read, lines about waves without beads, none where it is a dot."""

from __future__ import annotations

import numpy as np

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.pattern_marks import PatternTrace, drawn
from tauscope.widgets.canvas.shapes import ShapeKind

TURN = np.linspace(0, 2 * np.pi, 33)
RING = np.stack([10 + 3 * np.cos(TURN), 10 + 3 * np.sin(TURN)], axis=1)
OUTLINE = np.hstack([RING[:-1], RING[1:]]).astype(np.float32)


def test_a_long_count_has_commas():
    clock = PatternTrace("c", "clock", "#4fb3ff", 10.0, 10.0, count=1234567, period=10, phase=3)
    _shapes, plates = drawn([clock], Camera(10, 10, 20, 400, 400))
    assert [plate.text for plate in plates] == ["1,234,567 · 3/10"]


def test_the_ground_of_a_line_about_a_wave_lies_below_all_of_it():
    wave = PatternTrace("w", "packet", "#4fb3ff", 10.0, 10.0, outline=OUTLINE)
    shapes, _plates = drawn([wave], Camera(10, 10, 20, 400, 400))
    pieces = [shape for shape in shapes if shape.kind is ShapeKind.SEGMENT]
    assert len(pieces) == 2 * len(OUTLINE)
    assert not any(piece.halo for piece in pieces), "that of a piece would lie over its neighbours"
    dark = [sum(piece.color[:3]) == 0 for piece in pieces]
    assert dark == sorted(dark, reverse=True) and any(dark)


def test_a_line_about_a_wave_that_is_a_dot_is_left_out():
    wave = PatternTrace("w", "packet", "#4fb3ff", 10.0, 10.0, outline=OUTLINE)
    shapes, _plates = drawn([wave], Camera(10, 10, 1.5, 400, 400))
    assert not [shape for shape in shapes if shape.kind is ShapeKind.SEGMENT]
