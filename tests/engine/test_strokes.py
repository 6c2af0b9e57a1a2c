"""Strokes against a brute-force reference that goes cell by cell."""

from __future__ import annotations

import math
import random
from collections import deque
from itertools import pairwise

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.strokes import Stroke, bounds, region

NY, NX = 31, 43


def stamped(path, radius):
    """Places and radii of the stamps, as the module's docstring says, without NumPy."""
    places = [path[0]]
    for (x0, y0), (x1, y1) in pairwise(path):
        gap = max(0.5, min(radius(x0, y0), radius(x1, y1)) / 8)
        count = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / gap))
        places += [(x0 + (x1 - x0) * k / count, y0 + (y1 - y0) * k / count) for k in range(1, count + 1)]
    return [(x, y, radius(x, y)) for x, y in places]


def painted(base, stamps, value):
    """Every cell against every stamp."""
    after = base.copy()
    for j in range(NY):
        for i in range(NX):
            for x, y, r in stamps:
                nearest = (math.floor(x + 0.5), math.floor(y + 0.5)) == (i, j)
                if nearest or (i - x) * (i - x) + (j - y) * (j - y) <= r * r:
                    after[j, i] = value(i, j)
                    break
    return after


def random_path(rng, count):
    return [(rng.uniform(-6, NX + 6), rng.uniform(-6, NY + 6)) for _ in range(count)]


@pytest.mark.parametrize("seed", range(8))
def test_brush_equals_brute_force(seed):
    rng = random.Random(seed)
    base = np.random.default_rng(seed).random((NY, NX))
    path, r = random_path(rng, rng.randint(1, 5)), rng.choice([0.0, 0.4, 1.0, 2.7, 9.3])

    def radius(x, y):
        return r + 0.02 * abs(x - y)

    def value(x, y):
        return 0.25 + 0.01 * x + 0.02 * y

    stroke = Stroke(base, value, radius)
    for x, y in path:
        stroke.extend(x, y)
        stroke.result()  # looking at it in between changes nothing
    assert np.array_equal(stroke.result(), painted(base, stamped(path, radius), value))
    assert np.array_equal(base, np.random.default_rng(seed).random((NY, NX)))


@pytest.mark.parametrize("seed", range(4))
def test_line_equals_brute_force_and_forgets_earlier_ends(seed):
    rng = random.Random(seed)
    start, other, end = random_path(rng, 3)
    stroke = Stroke(np.zeros((NY, NX)), lambda x, y: 2.0, lambda x, y: 1.6)
    stroke.draw_line(start, other)
    stroke.draw_line(start, end)
    stamps = stamped([start, end], lambda x, y: 1.6)
    assert np.array_equal(stroke.result(), painted(np.zeros((NY, NX)), stamps, lambda x, y: 2.0))


def flooded(base, i, j):
    """Breadth first, cell by cell."""
    seen = {(i, j)}
    queue = deque(seen)
    while queue:
        x, y = queue.popleft()
        for a, b in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= a < NX and 0 <= b < NY and (a, b) not in seen and base[b, a] == base[j, i]:
                seen.add((a, b))
                queue.append((a, b))
    mask = np.zeros((NY, NX), bool)
    for x, y in seen:
        mask[y, x] = True
    return mask


@pytest.mark.parametrize("seed", range(6))
def test_fill_equals_breadth_first_search(seed):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 2, (NY, NX)).astype(float)
    i, j = int(rng.integers(NX)), int(rng.integers(NY))
    mask = flooded(base, i, j)
    assert np.array_equal(region(base, i + 0.3, j - 0.4), mask)
    stroke = Stroke(base, lambda x, y: 0.5 + x, lambda x, y: 1.0)
    stroke.fill(i, j)
    assert np.array_equal(stroke.result(), np.where(mask, 0.5 + np.arange(NX), base))


def test_fill_outside_covers_nothing():
    assert not region(np.zeros((NY, NX)), -0.6, 3).any()
    assert not region(np.zeros((NY, NX)), 3, NY - 0.4).any()


def test_bounds():
    mask = np.zeros((NY, NX), bool)
    assert bounds(mask) is None
    mask[4, 7] = mask[9, 3] = True
    assert bounds(mask) == (slice(4, 10), slice(3, 8))


@pytest.mark.parametrize(
    ("value", "above"), [(-1e-9, False), (math.nan, False), (math.inf, False), (0.0, True)]
)
def test_values_out_of_range_name_their_cell(value, above):
    stroke = Stroke(
        np.ones((NY, NX)), lambda x, y: np.where(x == 12, value, 1.0), lambda x, y: 3.0, above=above
    )
    stroke.extend(12, 9)
    with pytest.raises(BadInput, match="at x 12, y") as caught:
        stroke.result()
    assert caught.value.key == "value"


@pytest.mark.parametrize("radius", [-0.1, math.nan, 1e5])
def test_radii_out_of_range_are_refused(radius):
    with pytest.raises(BadInput, match="radius") as caught:
        Stroke(np.ones((NY, NX)), lambda x, y: 1.0, lambda x, y: radius).extend(3, 4)
    assert caught.value.key == "radius"
