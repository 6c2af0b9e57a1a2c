"""The Suggestions panel: empty state, cards, comparison, and the wishes it emits."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tauscope.widgets.docks.suggestions import ChangeTable, SuggestionCard, SuggestionsPanel
from tests.support.gui import LEFT, distinct_colours, screen_of

CARD = SuggestionCard(
    "0",
    "circle6_center",
    "K 0.8, π 0.8, 5 seeds",
    ("ΔK = +0.05 ± 0.01",),
    "ΔK = +0.05: there is little order: more K.",
    "Return Spiral (ours): …",
    (("Δπ = +0.010 ± 0.028: its sign lies inside the spread, so it is not suggested.", "muted"),),
    (("R_total", "0.500 ± 0.010"), ("drift", "0.0300 ± 0.0001")),
    "K 0.8 → 0.85",
)
STALE = SuggestionCard(
    "1",
    "grid_rect",
    "K 0.6",
    ("ΔK = -0.05",),
    "…",
    "…",
    effect="K 0.6 → 0.55",
    why_not="Open that preset first.",
)
TABLE = ChangeTable(
    "circle6_center: K 0.8 → 0.85",
    (
        ("R_total", "0.500 ± 0.010", "0.600 ± 0.010", "+0.100 ± 0.012"),
        ("drift", "5.2e-06 ± 5e-06", "1.6e-05 ± 2e-05", "+1.1e-05 ± 2e-05"),
    ),
    "R_total rose from 0.500 to 0.600 with modest drift: better.",
    "good",
)


def texts(panel: SuggestionsPanel) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def test_an_empty_panel_says_what_to_do(shown):
    panel = shown(SuggestionsPanel(), 380, 620)
    assert "Assess this run" in panel.empty.text() and panel.empty.isVisible()
    assert not panel.progress.isVisible() and not panel.again.isVisible() and not panel.verdict.isVisible()
    assert "Press play" in texts(panel) and "ours" in texts(panel)


def test_buttons_emit_wishes(shown, qtbot):
    panel = shown(SuggestionsPanel(), 380, 620)
    panel.seeds.set_value(7)
    with qtbot.waitSignal(panel.assess_wished) as wish:
        QTest.mouseClick(panel.assess, LEFT)
    assert wish.args == [7, 1000]
    panel.set_progress(0.25, "seed 2, 2 of 7")
    assert panel.progress.value() == 250 and panel.assess.text() == "Cancel" and panel.doing.isVisible()
    with qtbot.waitSignal(panel.cancel_wished):
        QTest.mouseClick(panel.assess, LEFT)
    panel.set_progress(None)
    for button, signal in ((panel.read, panel.read_wished), (panel.log, panel.log_wished)):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, LEFT)
    panel.assess.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(panel.assess_wished):
        QTest.keyClick(panel.assess, Qt.Key.Key_Return)


def test_a_card_shows_reason_spread_and_formula_and_is_applied(shown, qtbot):
    panel = shown(SuggestionsPanel(), 380, 900)
    panel.set_cards([CARD, STALE])
    qtbot.wait(50)
    seen = texts(panel)
    for part in (CARD.title, CARD.note, CARD.formula, CARD.changes[0], CARD.remarks[0][0], "0.0300 ± 0.0001"):
        assert part in seen
    assert not panel.empty.isVisible()
    with qtbot.waitSignal(panel.apply_wished) as wish:
        QTest.mouseClick(panel.cards["0"].apply, LEFT)
    assert wish.args == ["0"]
    assert not panel.cards["1"].apply.isEnabled() and STALE.why_not in seen
    panel.set_cards([])
    assert panel.cards == {} and panel.empty.isVisible() and CARD.note not in texts(panel)


def test_cards_stay_while_only_their_offers_change(shown, qtbot):
    """They change at each move of a slider, and a card takes 9 ms to make."""
    panel = shown(SuggestionsPanel(), 380, 900)
    panel.set_cards([CARD, STALE])
    panel.set_comparison(TABLE, can_compare=True)
    qtbot.wait(50)
    made, cells = dict(panel.cards), panel.findChildren(QLabel)
    panel.set_cards([replace(CARD, effect="K 0.9 → 0.85", why_not="K is 0.9 now."), STALE])
    panel.set_comparison(TABLE, can_compare=True)
    qtbot.wait(50)
    assert panel.cards == made and panel.findChildren(QLabel) == cells
    card = panel.cards["0"]
    assert not card.apply.isEnabled() and card.apply.toolTip() == "K is 0.9 now."
    assert "K is 0.9 now." in texts(panel)
    panel.set_cards([CARD, STALE])
    qtbot.waitUntil(lambda: card.apply.isEnabled() and "K is 0.9 now." not in texts(panel))
    panel.set_cards([replace(CARD, note="Another."), STALE])
    assert panel.cards["0"] is not card


def test_a_comparison_is_a_table_with_a_verdict(shown, qtbot):
    panel = shown(SuggestionsPanel(), 380, 620)
    panel.set_comparison(TABLE, can_compare=True)
    qtbot.wait(50)
    seen = texts(panel)
    cells = [cell.replace(" ± ", "\n± ") for cell in TABLE.rows[0]]
    for part in (*cells, "before", "after", TABLE.verdict):
        assert part in seen
    assert panel.verdict.property("role") == "good"
    with qtbot.waitSignal(panel.again_wished) as wish:
        QTest.mouseClick(panel.again, LEFT)
    assert wish.args == [5, 1000]
    panel.set_comparison(None, can_compare=False)
    assert TABLE.title not in texts(panel) and not panel.again.isVisible()


def test_what_cannot_be_assessed_cannot_be_run_again_either(shown):
    panel = shown(SuggestionsPanel(), 380, 620)
    panel.set_comparison(TABLE, can_compare=True)
    usual = panel.assess.toolTip(), panel.again.toolTip()
    panel.set_obstacle("No consent.")
    assert not panel.assess.isEnabled() and not panel.again.isEnabled()
    assert panel.assess.toolTip() == panel.again.toolTip() == "No consent."
    panel.set_progress(0.5, "…")  # what runs can be given up
    assert panel.assess.isEnabled() and not panel.again.isEnabled()
    panel.set_progress(None)
    assert not panel.assess.isEnabled() and not panel.again.isEnabled()
    panel.set_obstacle("")
    assert panel.assess.isEnabled() and panel.again.isEnabled()
    assert (panel.assess.toolTip(), panel.again.toolTip()) == usual


def test_the_log_button_says_what_it_does_next(shown):
    panel = shown(SuggestionsPanel(), 380, 620)
    panel.set_logging("120 rows in a.csv.", active=True)
    assert panel.log.text() == "Stop log" and panel.logging.isVisible()
    panel.set_logging("", active=False)
    assert panel.log.text() == "Log…" and not panel.logging.isVisible()


def test_it_is_drawn_in_both_themes_and_fits_a_narrow_dock(shown, each_theme, qtbot):
    panel = shown(SuggestionsPanel(), 280, 700)
    panel.set_cards([CARD])
    panel.set_comparison(TABLE, can_compare=True)
    assert panel.minimumSizeHint().width() <= 220
    inside = panel.verdict.parentWidget()
    qtbot.waitUntil(lambda: inside.width() <= panel.width())  # nothing is cut off at the right
    qtbot.waitUntil(lambda: distinct_colours(screen_of(panel)) > 20)
