"""Films of phase circles: every frame shows its own phases, tick and order, without a window."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tauscope.app import video
from tauscope.app.circles_film import CirclesComposer
from tauscope.app.snapshot import describe
from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.catalogue import FIELDS

CONFIG = {"geometry": "circle6_center", "oscillators_per_cluster": 20, "K": 1.0}


@pytest.fixture(scope="module")
def engine():
    return create("kuramoto", CONFIG, seed=4)


@pytest.fixture
def composer(engine):
    described = describe(FIELDS["theta"], "kuramoto", engine.config.dump(), 4, 0, 0.0, "Seven clusters")
    return CirclesComposer(engine.field("theta"), FIELDS["theta"], described)


def caption(composer):
    return composer._when.get_text()


def test_a_picture_shows_the_circles_and_follows_the_phases(composer, engine):
    first = composer.rgb()
    assert first.dtype == np.uint8
    assert len(np.unique(first.reshape(-1, 3), axis=0)) >= 50
    engine.advance(50)
    composer.update(engine.field("theta"), 50, 2.5)
    second = composer.rgb()
    assert second.shape == first.shape
    assert (second != first).any(axis=2).mean() > 1e-3
    assert f"R {engine.scalar('R_total'):.3f}" in caption(composer)
    assert "tick 50" in caption(composer)


def test_phases_of_other_clusters_are_refused(composer):
    with pytest.raises(BadInput, match="140 oscillators"):
        composer.update(np.zeros(3), 1, 0.05)


def test_recorded_phases_become_pictures(tmp_path, tauscope):
    path = tmp_path / "run.h5"
    code, _out, err = tauscope(
        "run", "two_oscillators", "--ticks", "40", "--record", str(path), "--every", "20", "--fields", "theta"
    )
    assert code == 0, err
    folder = video.export(video.Export(path, "png", tmp_path / "frames", "theta"))
    files = sorted(folder.glob("*.png"))
    assert len(files) == 3
    pictures = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    assert all((a != b).any() for a, b in pairwise(pictures))
