"""The user's own theory: fits recover what was put in, residual and chi^2 add up, refusals are sentences."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import profile_of
from tauscope.engine.theory import Theory
from tauscope.engine.world import World

R = np.arange(1.0, 60.0)


def test_a_fit_recovers_parameters_and_their_errors():
    rng = np.random.default_rng(3)
    theory = Theory("a + b*log(r) + c*r")
    exact = 2 - 0.5 * np.log(R) + 0.01 * R
    pulls = []
    for _ in range(200):
        found = theory.fit({"r": R}, exact + rng.normal(0, 0.02, len(R)), 0.02)
        pulls.append((found.parameters["b"] + 0.5) / found.errors["b"])
        assert found.freedom == len(R) - 3
    assert abs(np.mean(pulls)) < 0.25 and 0.85 < np.std(pulls) < 1.15


def test_chi2_and_residual_are_those_of_the_stated_error():
    found = Theory("2*r").compare({"r": R}, 2 * R + 0.1, 0.05)
    np.testing.assert_allclose(found.residual, 0.1)
    assert found.chi2 == pytest.approx(len(R) * 4) and found.freedom == len(R)
    assert found.rms == pytest.approx(0.1)
    assert Theory("2*r").compare({"r": R}, 2 * R).chi2 is None


def test_the_start_of_a_line_where_log_r_is_infinite_is_left_out():
    r = np.arange(0.0, 30.0)
    measured = np.where(r > 0, 1 + 3 * np.log(np.maximum(r, 1)), 0.0)
    found = Theory("a + b*log(r)").fit({"r": r}, measured)
    assert found.parameters["b"] == pytest.approx(3) and np.isnan(found.residual[0])


def test_the_well_of_a_body_in_a_disc_is_a_logarithm_along_a_line(tolerances):
    """Slope of phi against log r is kappa Q / (2 pi), on the exact steady state of the lattice."""
    config = {
        "nx": 97, "ny": 97, "boundary": "disc", "disc_radius": 46.0,
        "sources": [{"kind": "gaussian", "x": 48, "y": 48, "strength": 2e-3, "width": 2}],
    }  # fmt: skip
    engine = create("gravity", config)
    start = exact_steady_state(engine.config)
    engine.command("set_field", name="traffic", value=start.traffic, steady=True)
    world = World({"gravity": engine})
    profile = profile_of(world, Probe("p1", "line", "phi", 48, 48, 88, 48), ["phi"])
    outside = profile.r >= 10
    places = {"r": profile.r[outside]}
    found = Theory("a + b*log(r)").fit(places, profile.values["phi"][outside])
    scalars = engine.scalars()
    slope = 4 / engine.config.survival / engine.config.capacity * scalars["emission_realized"] / (2 * np.pi)
    assert found.parameters["b"] == pytest.approx(slope, rel=tolerances["probes"]["log_slope"])
    assert found.rms < tolerances["probes"]["log_residual"] * abs(profile.values["phi"]).max()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a +", "no formula"),
        ("2*r", "no free parameter"),
        ("a + b + r*0", "do not determine"),
        ("a*q", "“q”"),
    ],
)
def test_refusals(text, words):
    with pytest.raises(BadInput, match=words):
        Theory(text).fit({"r": R}, np.sin(R))


def test_too_few_values_are_refused():
    with pytest.raises(BadInput, match="too few"):
        Theory("a + b*log(r)").fit({"r": R[:2]}, R[:2])
