"""Presets in the shape of the sim stack's document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import presets
from tauscope.app.stack_presets import SeveralPresets
from tauscope.engine.errors import BadInput

DOCUMENT = {
    "name": "my_preset",
    "geometry": "grid",
    "rows": 10,
    "cols": 10,
    "K": 0.8,
    "pi": 0.7,
    "offer_two_paths": True,
    "consent_to_log": True,
}
"""The document's own example."""


def written(folder: Path, data: Any, name: str = "presets.json") -> str:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def test_the_documents_example_opens_as_a_grid_of_phase_oscillators(tmp_path):
    preset = presets.load(written(tmp_path, DOCUMENT))
    config = preset.engine_config()
    assert (preset.engine, preset.name, preset.title) == ("kuramoto", "my_preset", "My preset")
    assert (config.geometry.kind, config.rows, config.cols, config.clusters) == ("grid_rect", 10, 10, 100)
    assert (config.K, config.permeability) == (0.8, 0.7)
    assert config.offer_two_paths and config.consent_to_log
    assert (config.frequencies.kind, config.frequencies.scale) == ("gaussian", 0.25)
    silent = presets.load(written(tmp_path, {**DOCUMENT, "consent_to_log": False}))
    assert not silent.engine_config().consent_to_log


@pytest.mark.parametrize("shape", ["list", "by name", "below presets", "by name below presets"])
def test_a_file_of_several_presets_opens_the_one_that_is_named(tmp_path, shape):
    other = {**DOCUMENT, "name": "circle", "geometry": "circle6_center", "pi": 0.5}
    both = [DOCUMENT, other]
    by_name = {item["name"]: {k: v for k, v in item.items() if k != "name"} for item in both}
    data = {
        "list": both,
        "by name": by_name,
        "below presets": {"presets": both},
        "by name below presets": {"presets": by_name},
    }[shape]
    path = written(tmp_path, data)
    found = presets.load(f"{path}#circle")
    assert (found.name, found.engine_config().permeability, found.engine_config().clusters) == (
        "circle",
        0.5,
        7,
    )
    with pytest.raises(SeveralPresets, match="holds 2 presets") as refused:
        presets.load(path)
    assert refused.value.names == ("my_preset", "circle") and "#my_preset" in refused.value.remedy
    with pytest.raises(BadInput, match="no preset in the file named “circl”"):
        presets.load(f"{path}#circl")


def test_what_a_preset_cannot_hold_is_refused_by_name(tmp_path):
    for change, said in (
        ({"pie": 0.7}, "no key “pie”"),
        ({"permeability": 0.7}, "pi and permeability are the same"),
        ({"geometry": "gird"}, "gird"),
        ({"K": -1}, "K"),
        ({"rows": 2.5}, "rows"),
    ):
        with pytest.raises(BadInput, match=said):
            presets.load(written(tmp_path, {**DOCUMENT, **change}))


def test_two_presets_of_one_name_are_refused(tmp_path):
    """One of them would be lost without a word."""
    path = written(tmp_path, [DOCUMENT, {**DOCUMENT, "name": "other"}, {**DOCUMENT, "K": 2.0}])
    for word in (path, f"{path}#my_preset"):
        with pytest.raises(BadInput, match=r"two presets named “my_preset”\. Rename one"):
            presets.load(word)


def test_presets_of_our_own_shape_are_read_as_before(tmp_path):
    ours = {"schema_version": 1, "engine": "gravity", "title": "Own", "summary": "…", "config": {"nx": 32}}
    assert presets.load(written(tmp_path, ours, "own.json")).name == "own"
    with pytest.raises(BadInput, match="holds no JSON object"):
        presets.load(written(tmp_path, [1, 2]))
