"""What the docks show: panes by field and unit, errors as stated, and refusals that stand until edited."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.app.probe_views import TheoryWish, probes_view, profile_view
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import ProbeData, Profile
from tauscope.engine.world import World

TICKS = np.arange(400)
PROBES = (
    Probe("p1", "point", "f_live", name="A"),
    Probe("p2", "region", "f_live", name="B"),
    Probe("p3", "global", "traffic_total", name="C"),
    Probe("p4", "point", "f_live", name="D", shown=False),
)
VALUES = {
    "p1": 0.5 + 0.1 * np.sin(TICKS / 5),
    "p2": np.full(400, 0.4),
    "p3": 7.0 + TICKS,
    "p4": np.zeros(400),
}
DATA = ProbeData(
    PROBES, TICKS, VALUES,
    {"p1": "1", "p2": "1", "p3": "bits/tick", "p4": "1"},
    {"p1": "f(x)", "p2": "mean f(x)", "p3": "Σ E", "p4": "f(x)"}, {}, 1, 12,
)  # fmt: skip


NO_THEORY = TheoryWish()


def view(kind, wish=NO_THEORY, ema=300.0):
    return probes_view(DATA, kind, "hann", ("p1", "p3"), "p1", wish, ema)


def test_series_of_one_field_share_a_pane_with_its_unit_and_hidden_ones_are_left_out():
    found = view("series")
    assert [pane.label for pane in found.panes] == ["f(x)", "Σ E / bits/tick"]
    assert [[curve.key for curve in pane.curves] for pane in found.panes] == [["p1", "p2"], ["p3"]]
    assert found.reach == "ticks 0 to 399 · 12 older dropped"
    assert found.values["p3"].startswith("406")


def test_the_spectrum_names_the_peak():
    found = view("spectrum")
    peak = float(found.peaks.split("A: peak at ")[1].split()[0])
    assert abs(peak - 1 / (10 * np.pi)) < 1 / 400 and found.log
    assert "B: no peak" in found.peaks


def test_a_portrait_has_one_probe_against_another():
    (pane,) = view("phase").panes
    np.testing.assert_array_equal(pane.curves[0].x, VALUES["p1"])
    np.testing.assert_array_equal(pane.curves[0].y, VALUES["p3"])


def test_the_error_of_the_live_f_is_that_of_its_window_unless_another_is_stated():
    wish = TheoryWish("0.5 + 0*t")
    found = view("series", wish).theory
    assert found is not None and f"σ = {0.41 / 300:.3g} per value" in found.text
    stated = view("series", TheoryWish("0.5 + 0*t", 0.1)).theory
    assert stated is not None and "σ = 0.1 as stated" in stated.text
    chi2 = float(((VALUES["p1"] - 0.5) ** 2).sum() / 0.01)
    assert f"χ² = {chi2:.4g} for 400" in stated.text


@pytest.mark.parametrize(("field", "error"), [("f", 1 / 500), ("f_live", 0.41 / 300), ("phi", None)])
def test_a_profile_states_the_error_it_used(field, error):
    specs = World.single("gravity", {"nx": 16, "ny": 16}).specs("gravity")
    r = np.arange(1.0, 9.0)
    profile = Profile(
        Probe("p1", "line", field), 500, r, r, r, {field: 0.3 + 0.1 * np.log(r)}, {"possible": 500.0}
    )
    panes, theory = profile_view(profile, specs, TheoryWish("a + b*log(r)", fit=True), 300.0)
    assert theory is not None and theory.fitted is not None and len(panes) == 2
    assert theory.fitted.parameters["b"] == pytest.approx(0.1)
    wanted = "No error is known" if error is None else f"σ = {error:.3g} per value"
    assert wanted in theory.text


def test_a_refused_fit_stands_until_something_else_is_typed():
    refused = view("series", TheoryWish("0.5 + 0*t", fit=True)).theory
    assert refused is not None and refused.trouble and "no free parameter" in refused.text
    later = view("series", TheoryWish("0.5 + 0*t", refusal=refused.text)).theory
    assert later is not None and later.text == refused.text and later.trouble and later.curve is not None
