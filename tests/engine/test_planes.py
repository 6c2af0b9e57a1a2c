"""Planes of fields of many axes, on demand, against NumPy."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from tauscope.engine.base import FrameRequest
from tauscope.engine.errors import BadInput
from tauscope.engine.planes import MODES, Plane, cut
from tauscope.engine.world import World

AXES = tuple("rstuvwxyz")
SHAPE = (3, 1, 4, 1, 3, 1, 5, 4, 3)
INDEX = (2, 0, 1, 0, 2, 0, 3, 1, 1)


@pytest.fixture(scope="module")
def world() -> World:
    made = World.single("ufie", {"shape": list(SHAPE), "emitters": [], "precision": "precise"})
    rng = np.random.default_rng(5)
    made.engine("ufie").command(
        "set_field", name="psi", value=rng.normal(size=SHAPE) + 1j * rng.normal(size=SHAPE)
    )
    return made


def test_every_plane_of_a_frame_equals_numpy(world: World) -> None:
    whole = world.field("ufie", "psi")
    wanted = [
        FrameRequest("psi", "ufie", plane=Plane(pair, INDEX, mode, part))  # type: ignore[arg-type]
        for pair in permutations(AXES, 2)
        for mode, part in (("index", ""), ("index", "amplitude"), ("index", "phase"), ("index", "real"))
    ]
    frame = world.frame(wanted)
    assert len(frame.arrays) == len(wanted) == 4 * 72
    for request in wanted:
        plane = request.plane
        assert plane is not None
        across, up = (AXES.index(name) for name in plane.axes)
        assert frame.arrays[request].shape == (SHAPE[up], SHAPE[across])
        np.testing.assert_array_equal(frame.arrays[request], cut(whole, AXES, plane))


@pytest.mark.parametrize("mode", MODES)
def test_projections_of_a_frame_equal_numpy(world: World, mode: str) -> None:
    whole = world.field("ufie", "psi")
    request = FrameRequest("psi", "ufie", plane=Plane(("x", "t"), INDEX, mode))  # type: ignore[arg-type]
    found = world.frame([request]).arrays[request]
    np.testing.assert_allclose(found, cut(whole, AXES, request.plane), rtol=1e-14, atol=1e-14)  # type: ignore[arg-type]  # order of sums


def test_limits_of_a_complex_plane_are_those_of_its_modulus(world: World) -> None:
    request = FrameRequest("psi", "ufie", plane=Plane(("x", "y"), INDEX))
    frame = world.frame([request])
    assert frame.limits[request].high == np.abs(frame.arrays[request]).max()


def test_planes_that_are_none_are_refused(world: World) -> None:
    engine = world.engine("ufie")
    outside = (*(0,) * 8, 9)
    unknown: Any = "mean"
    for bad in (
        Plane(("x", "x")),
        Plane(("x", "q")),
        Plane(("x", "y"), outside),
        Plane(("x", "y"), (), unknown),
    ):
        with pytest.raises(BadInput):
            engine.plane("psi", bad)
        with pytest.raises(BadInput):
            cut(engine.field("psi"), AXES, bad)


def test_a_frame_leaves_out_a_plane_that_the_run_does_not_have(world: World) -> None:
    outside = FrameRequest("psi", "ufie", plane=Plane(("x", "y"), (*(0,) * 8, 9)))
    inside = FrameRequest("psi", "ufie", plane=Plane(("x", "y"), INDEX))
    assert set(world.frame([outside, inside]).arrays) == {inside}
