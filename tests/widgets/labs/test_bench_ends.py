"""How a bench's run ended is told, and a verdict is never taken for that of another run."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from PySide6.QtWidgets import QWidget

from tauscope.widgets.labs.ufie.bench_types import BenchResult, BenchSpec, BenchTable, Entry
from tauscope.widgets.labs.ufie.benches import BenchesPanel

GOOD = BenchResult(
    (BenchTable("verdicts", "Verdicts", ("quantity",), (("f",),)),), "", True, headline="PASS: all 1 hold"
)


def test_after_cancel_a_verdict_is_that_of_the_run_before(shown: Callable[..., QWidget]) -> None:
    panel = BenchesPanel([BenchSpec("one", "One", "", ()), BenchSpec("two", "Two", "", ())])
    shown(panel, 500, 600)
    verdict = panel.verdict
    panel.set_progress(0.0, "Starting", "one")
    panel.set_progress(None)
    panel.set_result("one", GOOD, panel.options)
    assert (verdict.text(), verdict.property("role")) == ("PASS: all 1 hold", "good")
    panel.set_progress(0.0, "Starting", "one")
    assert (verdict.text(), verdict.property("role")) == ("Run before: PASS: all 1 hold", "")
    panel.set_failed("")
    assert panel.remark.text() == "The run was cancelled. What is shown is of the run before."
    assert (verdict.text(), verdict.property("role")) == ("Run before: PASS: all 1 hold", "")
    assert panel.remark.isVisible()
    panel.choose("two")
    assert not panel.remark.text()
    panel.choose("one")
    assert "was cancelled" in panel.remark.text()
    panel.set_progress(0.0, "Starting", "one")
    panel.set_failed("The worker ran out of memory.")
    assert panel.complaint.text() == "The worker ran out of memory."
    assert panel.remark.text().startswith("The run ended without a result.")
    panel.set_progress(0.0, "Starting", "one")
    panel.set_progress(None)
    panel.set_result("one", GOOD, panel.options)
    assert (panel.remark.text(), verdict.text(), verdict.property("role")) == ("", "PASS: all 1 hold", "good")


def test_the_way_to_the_options_looks_like_a_button(shown: Callable[..., QWidget]) -> None:
    panel = BenchesPanel([BenchSpec("one", "One", "", ())])
    shown(panel, 500, 300)
    panel.set_result("one", GOOD, panel.options)
    assert panel.more.isVisible() and panel.more.isEnabled()
    ground, _ink = panel.more._colors()
    assert ground is not None


@pytest.mark.parametrize("height", [180, 230, 268, 310, 340, 380, 430, 520])
def test_nothing_of_a_low_panel_lies_over_another_part(shown: Callable[..., QWidget], height: int) -> None:
    """The options took what was left of a guess: words and plot were painted over the last rows."""
    entries = tuple(Entry(f"n{i}", f"number {i}", "cells", float(i)) for i in range(9))
    panel = BenchesPanel(
        [BenchSpec("one", "One", "Expected: light bends toward the mass, by its rays.", entries)]
    )
    shown(panel, 400, height)

    def laid_out() -> None:
        panel._column.activate()
        parts = (panel.form_area, panel.complaint, panel.remark, panel.status, panel.shown, panel.view_line)
        seen = [part.geometry() for part in (panel.progress, *parts) if part.isVisible()]
        assert panel.form_area.geometry() in seen
        assert all(not a.intersects(b) for a, b in combinations(seen, 2)), seen
        assert all(one.bottom() < panel.height() for one in seen), seen

    laid_out()
    panel.set_progress(0.3, "Tick 3 of 10, with a sentence that is long enough to be broken into two lines")
    laid_out()
    panel.set_failed("")
    laid_out()
    panel.set_progress(0.3, "", "one")
    panel.set_failed(
        "The worker ran out of memory, and this is a sentence that needs two lines of the panel."
    )
    laid_out()
