"""What the wave's configuration refuses, and with which words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.linalg import eigh

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import config_checks, metric
from tauscope.engine.ufie.axes import first_eigenvalue, top_eigenvalue
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_parts import MetricConfig
from tauscope.engine.ufie.memory import estimate

LINE = [1, 1, 1, 1, 1, 1, 16, 1, 1]
TONE = {"name": "tone", "frequency": 10.0}


@pytest.mark.parametrize(
    ("entries", "key", "words"),
    [
        ({"dt": 1e-3}, "dt", "third harmonic of e8"),
        ({"dt": 1e-6}, "dt", "rounding"),
        ({"c0": 5000.0}, "c0", "too long"),
        ({"shape": [4] * 8}, "shape", "8 sizes"),
        ({"shape": [0, *[4] * 8]}, "shape", "Axis r has 0"),
        ({"shape": [16] * 9}, "shape", "sites"),
        ({"emitters": "silver"}, "emitters", "golden"),
        ({"emitters": [{"name": "tone"}]}, "emitters.frequency", "no frequency"),
        ({"emitters": [TONE, TONE]}, "emitters.name", "Two emitters"),
        ({"emitters": [{**TONE, "frequency": 900.0}]}, "emitters.tone.frequency", "Nyquist"),
        ({"emitters": [{**TONE, "position": [0] * 8}]}, "position", "nine numbers"),
        ({"emitters": [{**TONE, "position": [0] * 6 + [99, 0, 0]}]}, "emitters.tone.position", "axis x"),
        ({"shape": [1] * 9, "emitters": [TONE]}, "emitters.tone.zero_mean", "single site"),
        ({"integrator": "literal", "metric": {"kind": "full"}}, "metric.kind", "flat metric"),
        ({"integrator": "etd", "active": {"on": True}}, "active.on", "full torus"),
        ({"integrator": "etd", "lens": {"height": 1.0}}, "lens.height", "same medium"),
        ({"start": {"kind": "soliton"}, "mass": 0.0}, "mass", "there is none"),
        ({"start": {"kind": "soliton"}, "beta": 0.0}, "beta", "there is none"),
        ({"start": {"kind": "soliton", "speed": 700.0}}, "start.speed", "cannot move"),
        ({"metric": {"kind": "rank1", "strength": -0.5}}, "metric.strength", "rank one"),
        ({"metric": {"kind": "full", "direction": [0] * 9}}, "metric.direction", "no length"),
        ({"active": {"on": True, "prune_below": 1.0}}, "active.prune_below", "as soon as it has grown"),
        ({"scram": {"soft": 0.5}}, "scram.soft", "above the hard one"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(entries: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        UfieConfig.load({"shape": LINE, **entries})
    assert caught.value.key == key


def test_golden_is_the_document_array_and_can_be_edited_by_name() -> None:
    config = UfieConfig.load({"emitters": "golden"})
    assert [e.name for e in config.emitters] == [f"e{n}" for n in range(1, 10)]
    assert UfieConfig.load(config.dump()) == config
    assert UfieConfig.load({"emitters": []}).emitters == ()
    changed = config.with_value("emitters.e3.amplitude", 5.0)
    assert changed.emitters[2].amplitude == 5.0
    assert config.with_value("emitters.2.amplitude", 5.0) == changed


def test_two_sites_are_allowed_with_a_warning() -> None:
    config = UfieConfig.load({"shape": [2, *LINE[1:]], "emitters": []})
    assert "Axis r" in config.warnings()[0]
    assert not UfieConfig.load({"shape": LINE, "emitters": []}).warnings()


def test_the_spectrum_of_the_page() -> None:
    """Section D: largest eigenvalues 36 and 32, 3 for three sites; first modes of 8, 4 and 3 sites in Hz."""
    assert top_eigenvalue([4] * 9) == pytest.approx(36.0)
    assert top_eigenvalue((4, 4, 4, 3, 3, 3, 8, 8, 3)) == pytest.approx(32.0)
    assert top_eigenvalue([1] * 8 + [3]) == pytest.approx(3.0)
    for size, hertz in ((8, 36.5), (4, 67.5), (3, 82.7)):
        assert 300.0 * math.sqrt(first_eigenvalue([size])) / (2 * math.pi) == pytest.approx(hertz, abs=0.06)


def test_the_largest_speed_is_nine_tenths_of_the_limit() -> None:
    nine = UfieConfig.load({"shape": [4] * 9, "dt": 5e-4, "c0": 100.0, "mass": 0.0, "emitters": []})
    assert config_checks.largest_speed(nine) == pytest.approx(0.9 * 2.0 / (5e-4 * 6.0))
    heavy = nine.with_value("mass", 20.0)
    room = (2.0 / 5e-4) ** 2 - (2 * math.pi * 20.0) ** 2
    assert config_checks.largest_speed(heavy) == pytest.approx(0.9 * math.sqrt(room / 36.0))
    with pytest.raises(BadInput):
        nine.with_value("c0", 601.0)


@pytest.mark.parametrize("kind", ["diagonal", "rank1", "full"])
@pytest.mark.parametrize("strength", [-0.5, 2.0])
def test_the_eigenvalue_of_a_metric_lies_between_the_true_one_and_the_bound(
    kind: Any, strength: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "rank1" and strength < 0:
        pytest.skip("refused by the configuration")
    shape = (3, 1, 1, 1, 1, 1, 6, 5, 1)
    config = MetricConfig(kind=kind, strength=strength, width=1.5)
    made = metric.geometry(shape, config)
    unit = np.eye(90).reshape(90, *shape)
    K = np.array([made.stiffness(row).ravel() for row in unit])
    true = eigh(K, np.diag(np.broadcast_to(made.volume, shape).ravel()), eigvals_only=True)[-1]
    found = metric.largest_eigenvalue(shape, config)
    assert true <= found <= 1.06 * true
    monkeypatch.setattr(metric, "MOST_TRIED", 1)
    bound = metric.largest_eigenvalue.__wrapped__(shape, config)
    assert true <= bound


def test_memory_is_told_before_anything_is_allocated() -> None:
    small = UfieConfig.load({"shape": [10, 10, 10, 1, 1, 1, 10, 10, 1], "emitters": []})
    large = UfieConfig.load({"shape": [10] * 8 + [1], "emitters": [], "c0": 100.0})
    assert estimate(small).parts["field"] == 24 * 10**5
    assert estimate(large).parts["field"] == 24 * 10**8
    precise = small.with_value("precision", "precise")
    assert estimate(precise).parts["field"] == 48 * 10**5
    assert estimate(small).parts["checkpoints"] == 64 * 10**5
    assert estimate(small.with_value("scram.on", False)).parts["checkpoints"] == 0
    assert "MiB" in estimate(small).sentence()
