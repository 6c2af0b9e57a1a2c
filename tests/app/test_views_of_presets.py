"""View options in presets, and differences of two fields of a frame."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tauscope.app import presets
from tauscope.app.document import content_of
from tauscope.app.live import LiveViews, difference
from tauscope.app.presets import PresetView
from tauscope.app.view_defaults import default_views
from tauscope.engine.base import FieldSpec, Frame, FrameRequest, Limits
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions

FULL = ViewOptions(
    "phi", "crameri:vik", "frozen", -1.0, 1.0, "symlog", 0.05, "phi_poisson", 0, (-0.5, 0.25), True
)  # fmt: skip


def test_a_view_survives_a_preset_and_json():
    kept = PresetView.of(FULL)
    assert PresetView.model_validate(json.loads(kept.model_dump_json())).options("phi", "") == FULL
    assert ViewOptions(**json.loads(json.dumps(asdict(FULL)))) == FULL
    made = presets.Preset.make("Views", "gravity", {"nx": 8, "ny": 8}, {"phi": kept.model_dump()})
    assert default_views(made.views, content_of(made.engine, made.config))["phi"] == FULL


def test_older_presets_open_as_before_and_nonsense_is_refused():
    old = PresetView.model_validate({"cmap": "vik", "autoscale": "symmetric"})
    assert old.options("phi", "magma") == ViewOptions("phi", "vik", "symmetric")
    assert PresetView().options("f", "magma") == ViewOptions("f", "magma")
    for wrong in ({"linthresh": 0.0}, {"contours": -1}, {"scale": "log"}, {"levels": [float("nan")]}):
        with pytest.raises(ValidationError):
            PresetView.model_validate(wrong)


def test_differences_are_exact_for_every_kind_of_number():
    a, b = np.array([[1, 2]], np.uint8), np.array([[3, 1]], np.uint8)
    np.testing.assert_array_equal(difference(a, b), [[-2, 1]])
    np.testing.assert_array_equal(difference(a > 1, b > 1), [[-1, 1]])
    big = np.array([[2**60 + 1]])
    assert difference(big, np.array([[2**60]]))[0, 0] == 1
    floats = np.random.default_rng(1).random((2, 5, 5)).astype(np.float32)
    found = difference(*floats)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, floats[0] - floats[1])
    assert not found.flags.writeable
    with ThreadPoolExecutor(1) as pool:
        np.testing.assert_array_equal(pool.submit(difference, *floats).result(), found)


def frame_of(arrays: dict[FrameRequest, Any]) -> Frame:
    return Frame(1, 0, {}, {}, arrays, {key: Limits.of(array) for key, array in arrays.items()}, {})


def test_large_differences_are_worked_out_elsewhere_and_the_newest_frame_wins(qapp, qtbot):
    view = FieldView()
    qtbot.addWidget(view)
    told: list[Any] = []
    world = SimpleNamespace(engines={"gravity": None})
    loop = SimpleNamespace(subscribe=lambda _key, wanted: told.append(list(wanted)), world=world)
    live: Any = LiveViews(SimpleNamespace(loop=loop), {"a": view})
    later: list[Any] = []
    live.work = lambda work, then: later.append((work, then))
    specs = {name: FieldSpec(name, name, "", ("y", "x"), "float32") for name in ("f", "g")}
    live.set_engine("gravity", specs)
    live.needed = frozenset({"a"})
    live.set_options({"a": ViewOptions("f", "bids:magma", minus="g")})
    first, second = FrameRequest("f"), FrameRequest("g")
    assert told[-1] == [first, second]
    draws = np.random.default_rng(2).random((6, 600, 600), np.float32)
    for k in (0, 2, 4):
        live.show(frame_of({first: draws[k], second: draws[k + 1]}))
    assert view.array is None
    assert len(later) == 1  # one at a time
    for k in (0, 4):  # the frame between was overtaken
        work, then = later.pop()
        then(work())
        np.testing.assert_array_equal(view.array, draws[k] - draws[k + 1])
    assert not later
    live.show(frame_of({first: draws[0], second: draws[1]}))
    live.set_options({"a": replace(view.options, minus="")})
    work, then = later.pop()
    then(work())
    assert view.array is None  # the view shows something else by now
    view.release()
