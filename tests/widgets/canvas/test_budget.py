"""The redraw budget: changed canvases only, in turn, within its share of the time."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.budget import INTERVAL_SECONDS, RedrawBudget
from tests.support.canvas import pixels, settle, smooth_field


class Clock:
    """A clock that a canvas advances when it is painted."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Canvas(QWidget):
    """Counts its paintings; each takes `cost` seconds."""

    def __init__(self, clock, cost, parent):
        super().__init__(parent)
        self.clock, self.cost, self.painted = clock, cost, 0

    @property
    def canvas_native(self):
        return self

    @property
    def draw_seconds(self):
        return self.cost if self.painted else 0.0

    def paintEvent(self, event):
        self.painted += 1
        self.clock.now += self.cost


def window_with(qtbot, clock, costs):
    window = QWidget()
    qtbot.addWidget(window)
    canvases = [Canvas(clock, cost, window) for cost in costs]
    for k, canvas in enumerate(canvases):
        canvas.setGeometry(50 * k, 0, 40, 40)
    window.resize(50 * len(costs), 40)
    window.show()
    qtbot.waitExposed(window)
    QTest.qWait(20)
    for canvas in canvases:
        canvas.painted = 0
    return window, canvases


def test_only_changed_canvases_are_drawn_and_at_once(qapp, qtbot):
    clock = Clock()
    _window, (one, two) = window_with(qtbot, clock, [0.001, 0.001])
    budget = RedrawBudget(clock=clock)
    assert budget.tick() == 0
    budget.changed(one)
    budget.changed(one)
    assert budget.tick() == 1
    assert (one.painted, two.painted) == (1, 0)
    assert budget.waiting == 0


def test_expensive_canvases_take_turns_within_the_share(qapp, qtbot):
    clock = Clock()
    _window, canvases = window_with(qtbot, clock, [0.030] * 3)
    budget = RedrawBudget(share=0.5, clock=clock)
    start = clock.now
    drawing = 0.0
    while clock.now - start < 6.0:
        for canvas in canvases:
            budget.changed(canvas)
        before = clock.now
        budget.tick()
        drawing += clock.now - before
        clock.now += 0.001
    counts = [canvas.painted for canvas in canvases]
    assert max(counts) - min(counts) <= 3
    assert min(counts) >= 20
    assert drawing / (clock.now - start) == pytest.approx(0.5, abs=0.05)
    assert budget.take_share() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("spent", "drawn"), [(0.0, 2), (0.006, 1), (0.05, 1)])
def test_a_slot_that_has_worked_already_draws_less(qapp, qtbot, spent, drawn):
    """Two canvases of 3.4 ms fit a slot, but not after 6 ms; one is drawn always, and the other next."""
    clock = Clock()
    _window, canvases = window_with(qtbot, clock, [0.0034] * 2)
    budget = RedrawBudget(clock=clock)
    for canvas in canvases:
        budget.changed(canvas)
        budget.tick()  # what it takes is known from here on
        clock.now += 1.0
    for canvas in canvases:
        budget.changed(canvas)
    assert budget.tick(spent) == drawn
    assert budget.waiting == 2 - drawn
    clock.now += 1.0
    budget.tick(spent)
    assert budget.waiting == 0 and [canvas.painted for canvas in canvases] == [2, 2]


def test_cheap_canvases_are_drawn_at_sixty_hertz_and_no_faster(qapp, qtbot):
    clock = Clock()
    _window, (canvas,) = window_with(qtbot, clock, [0.0005])
    budget = RedrawBudget(clock=clock)
    while clock.now < 2.0:
        budget.changed(canvas)
        budget.tick()
        clock.now += 0.001
    assert 0.8 * 2 / INTERVAL_SECONDS <= canvas.painted <= 1.3 * 2 / INTERVAL_SECONDS


def test_hidden_and_forgotten_canvases_are_left_out(qapp, qtbot):
    clock = Clock()
    _window, (one, two) = window_with(qtbot, clock, [0.001, 0.001])
    one.hide()
    budget = RedrawBudget(clock=clock)
    budget.changed(one)
    budget.changed(two)
    budget.forget(two)
    assert budget.tick() == 0
    assert (one.painted, two.painted) == (0, 0)


def test_a_view_draws_new_data_only_when_the_budget_says_so(make):
    budget = RedrawBudget()
    view = make(budget=budget)
    view.set_array(smooth_field())
    settle(view)
    budget.tick()
    QTest.qWait(30)
    drawn = view.stage.surface.frames
    view.set_array(smooth_field() * 2)
    QTest.qWait(30)
    assert view.stage.surface.frames == drawn
    assert budget.tick() == 1
    assert view.stage.surface.frames == drawn + 1
    view.zoom(1.1, 100, 100)
    QTest.qWait(30)
    assert view.stage.surface.frames > drawn + 1
    assert pixels(view).any()
