"""Slice view: which plane is wished by mouse, wheel, keys and typing, and what the picture shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tauscope.engine.base import Limits
from tauscope.engine.planes import PlaneMode
from tauscope.widgets.buttons import Button
from tauscope.widgets.canvas import domain, gl
from tauscope.widgets.canvas.ring import RING
from tauscope.widgets.controls import stepping
from tauscope.widgets.field_view import EMPTY_TEXT, PREPARING
from tauscope.widgets.labs.ufie import names
from tauscope.widgets.labs.ufie.slice_view import SliceView
from tauscope.widgets.state import SliceOptions, ViewOptions
from tests.support.canvas import LEFT, NONE, Heard, at, color_of_cell, pixels, send_move, wheel

SHAPE = (3, 1, 4, 1, 5, 3, 24, 16, 7)
INDEX = (2, 0, 1, 0, 3, 0, 0, 0, 6)
OPTIONS = SliceOptions(("x", "y"), INDEX)
R, T, V, W, X, Y, Z = 0, 2, 4, 5, 6, 7, 8


def wave(ny: int = 16, nx: int = 24) -> Any:
    """A plane of every phase, without symmetry."""
    y, x = np.mgrid[:ny, :nx]
    size = 3 * np.exp(-((x - nx / 3) ** 2 + (y - ny / 4) ** 2) / (nx * ny / 4))
    return (size * np.exp(1j * (0.7 * x + 0.31 * y))).astype(np.complex64)


@pytest.fixture(scope="module")
def one(qapp: QApplication) -> Iterator[SliceView]:
    """Return one shown slice view for all tests, on the painted surface."""
    patch = pytest.MonkeyPatch()
    patch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    patch.setattr(stepping, "IDLE_MS", 60_000)  # a burst ends when the test says so
    view = SliceView(linkable=True)
    view.resize(660, 620)
    view.show()
    QTest.qWaitForWindowExposed(view)
    yield view
    view.release()
    view.close()
    view.deleteLater()
    patch.undo()


@pytest.fixture
def view(one: SliceView) -> SliceView:
    """Return the view as it begins."""
    one.resize(660, 620)
    one.sliders.finish()
    one.canvas.set_options(ViewOptions("domain", RING))
    one.set_shape(SHAPE)
    one.set_slice(OPTIONS)
    one.set_folded(False)
    one.set_site_text(None)
    one.set_plane(wave())
    one.canvas.fit()
    return one


class Answers:
    """Stands for the application: hears every wish and shows it."""

    def __init__(self, view: SliceView) -> None:
        self.heard = Heard(view.slice_wished)
        self._view = view
        view.slice_wished.connect(self._take)

    def _take(self, options: SliceOptions, _phase: str) -> None:
        self._view.set_slice(options)

    @property
    def phases(self) -> list[str]:
        """Phases so far."""
        return [phase for _, phase in self.heard.calls]


@pytest.fixture
def answers(view: SliceView) -> Iterator[Answers]:
    """Return an application that answers for one test."""
    found = Answers(view)
    yield found
    view.slice_wished.disconnect()


def turn(widget: QWidget, steps: int, modifiers: Any = NONE) -> None:
    """Turn the wheel over the middle of a widget."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(middle)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def pick(button: Button, text: str) -> None:
    """Press a button and choose from its menu by mouse."""
    QTest.mouseClick(button, LEFT)
    menu = button.open_menu()
    assert isinstance(menu, QMenu)
    action = next(one for one in menu.actions() if one.text().partition("\t")[0] == text)
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    assert not menu.isVisible()


# ----- the picture


def test_the_canvas_offers_the_fields_by_their_fixed_names(view: SliceView) -> None:
    assert list(view.canvas.specs) == [
        "domain", "amplitude", "phase", "real", "imaginary", "velocity", "resonance", "state_index",
    ]  # fmt: skip
    assert set(names.CMAPS) == set(names.PARTS) == set(names.SPECS)
    assert view.canvas.options.field == names.DEFAULT_FIELD == "domain"


def test_five_places_have_the_colours_of_their_numbers(view: SliceView, tolerances: Any) -> None:
    picture = pixels(view.canvas)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) >= 50
    high = view.canvas.colour_limits[1]
    for i, j in ((2, 4), (8, 8), (14, 12), (5, 13), (12, 5)):
        seen = color_of_cell(view.canvas, picture, i, j).astype(float)
        number = wave()[j, i]
        exact = domain.ring_at(RING, np.array(np.angle(number))) * abs(number) / high
        assert np.abs(seen - exact).max() <= tolerances["canvas"]["pixel"], (i, j)


@pytest.mark.parametrize(
    ("field", "part"),
    [("amplitude", np.abs), ("phase", np.angle), ("real", np.real), ("imaginary", np.imag)],
)
def test_other_fields_are_made_from_complex_planes(view: SliceView, field: str, part: Any) -> None:
    view.canvas.set_options(ViewOptions(field, names.CMAPS[field]))
    view.set_plane(wave())
    array = view.canvas.array
    assert array is not None
    np.testing.assert_allclose(array, part(wave()), atol=1e-6)
    low, high = view.canvas.colour_limits
    if field == "phase":
        assert (low, high) == (-np.pi, np.pi)
    elif field == "amplitude":
        assert high == pytest.approx(float(np.abs(wave()).max()))
    else:
        assert low == -high == pytest.approx(-float(np.abs(part(wave())).max()))


def test_a_plane_of_another_size_or_kind_is_left_out(view: SliceView) -> None:
    kept = view.canvas.array
    view.set_plane(wave(24, 16))
    view.set_plane(np.abs(wave()))  # of the field shown before the domain colours
    assert view.canvas.array is kept


def test_a_projection_of_the_modulus_has_no_colours_of_phases(view: SliceView) -> None:
    view.set_slice(replace(OPTIONS, mode="max"))
    assert view.canvas.array is None
    view.set_plane(np.abs(wave()))
    assert view.canvas.known_map == "bids:magma"
    assert view.canvas.readout() == "maximum along r t v w z"
    for field, part in (("phase", "phase"), ("real", "real part"), ("imaginary", "imaginary part")):
        view.canvas.set_options(ViewOptions(field, names.CMAPS[field]))
        view.set_plane(np.abs(wave()))
        assert view.canvas.array is None
        assert f"has no {part}: choose Cut or Sum" in view.canvas.empty_text
    view.set_slice(replace(OPTIONS, mode="sum"))
    view.set_plane(wave())
    assert view.canvas.array is not None
    assert names.refusal("domain", "rms") == names.refusal("phase", "sum") == ""


def test_limits_that_come_with_a_plane_are_used(view: SliceView) -> None:
    view.canvas.set_options(ViewOptions("domain", RING, "once"))
    view.canvas.clear()
    view.set_plane(wave(), Limits(0.0, 8.0, 0.0, 8.0, True))
    assert view.canvas.colour_limits == (0.0, 8.0)


def test_other_axes_empty_the_picture_and_fit_it(view: SliceView) -> None:
    wheel(view.canvas, at(view.canvas, 5, 5), 4)
    assert not view.canvas.stage.is_fitted
    view.set_slice(replace(OPTIONS, axes=("y", "x")))
    assert view.canvas.array is None
    assert view.canvas.empty_text == PREPARING
    assert view.canvas.stage.is_fitted
    lattice = view.canvas.lattice
    assert lattice is not None
    assert (lattice.nx, lattice.ny) == (16, 24)
    view.set_plane(np.ascontiguousarray(wave().T))
    assert view.canvas.array is not None
    wheel(view.canvas, at(view.canvas, 5, 5), 4)
    # Another cut, or a projection, of the same axes leaves the camera alone.
    view.set_slice(replace(view.slice, index=(0,) * 9))
    assert view.canvas.array is not None
    view.set_slice(replace(view.slice, mode="sum"))
    assert view.canvas.array is None
    assert not view.canvas.stage.is_fitted


def test_it_says_where_it_is_cut_and_which_site_is_under_the_pointer(view: SliceView) -> None:
    view.canvas.point_away()
    assert view.canvas.readout() == "r 2 · t 1 · v 3 · w 0 · z 6"
    send_move(view.canvas, at(view.canvas, 7, 9))
    assert view.canvas.readout().splitlines()[1] == "r 2 · t 1 · v 3 · w 0 · x 7 · y 9 · z 6"
    view.set_site_text(lambda x, y: f"{x} across, {y} up")
    assert view.canvas.readout().splitlines()[1] == "7 across, 9 up"
    view.set_site_text(None)
    view.set_slice(replace(OPTIONS, mode="rms"))
    view.set_plane(np.abs(wave()))
    assert view.canvas.readout().splitlines()[1] == "x 7 · y 9"


def test_the_header_says_how_large_the_field_is(view: SliceView) -> None:
    assert view.canvas.header.note.text() == "7 axes · 483,840 sites"
    assert view.canvas.header.title.toolTip().endswith("move the axis that was moved last.")
    view.set_note("recorded")
    assert view.canvas.header.note.text() == "recorded"
    view.set_note("")
    assert view.canvas.header.note.text() == "7 axes · 483,840 sites"


def test_without_a_run_it_says_what_to_do(view: SliceView) -> None:
    view.clear()
    assert view.canvas.empty_text == EMPTY_TEXT
    view.clear("The wave does not run")
    assert view.canvas.empty_text == "The wave does not run"


# ----- the bar


def test_axes_are_chosen_swapped_and_never_twice_the_same(view: SliceView, answers: Answers) -> None:
    pick(view.bar.across, "z")
    assert answers.heard.last == (replace(OPTIONS, axes=("z", "y")), "commit")
    pick(view.bar.up, "z")  # the axis that lies across: the two change places
    assert view.slice.axes == ("y", "z")
    QTest.mouseClick(view.bar.swap, LEFT)
    assert view.slice.axes == ("z", "y")
    assert view.bar.across.text().startswith("z across")
    assert view.bar.up.text().startswith("y up")
    assert view.sliders.shown == (R, T, V, W, X)
    assert view.slice.index == INDEX
    count = len(answers.heard.calls)
    pick(view.bar.across, "z")  # as it is
    assert len(answers.heard.calls) == count


def test_the_keyboard_reaches_the_axes(view: SliceView, answers: Answers) -> None:
    view.activateWindow()
    view.bar.across.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view.bar.across, Qt.Key.Key_Return)
    menu = view.bar.across.open_menu()
    assert menu is not None
    assert menu.activeAction().text().startswith("x\t24 sites")
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert answers.heard.last[0].axes == ("y", "x")


@pytest.mark.parametrize(("text", "mode"), [("Maximum", "max"), ("Sum", "sum"), ("RMS", "rms")])
def test_projections_disable_the_sliders_with_the_reason(
    view: SliceView, answers: Answers, text: str, mode: PlaneMode
) -> None:
    pick(view.bar.mode, text)
    assert answers.heard.last == (replace(OPTIONS, mode=mode), "commit")
    item = view.sliders.items[T]
    assert not item.isEnabled()
    assert item.toolTip() == f"{text} goes along all of this axis; choose Cut to see one index."
    assert view.sliders.last is None
    pick(view.bar.mode, "Cut")
    assert item.isEnabled()
    assert view.slice == OPTIONS


def test_the_second_slice_can_be_linked(view: SliceView, answers: Answers) -> None:
    QTest.mouseClick(view.bar.link, LEFT)
    assert answers.heard.last == (replace(OPTIONS, linked=True), "commit")
    assert view.bar.link.isChecked()
    assert view.bar.link.toolTip().startswith("Linked")
    QTest.mouseClick(view.bar.link, LEFT)
    assert not view.slice.linked
    assert not view.bar.link.isChecked()


def test_a_link_that_is_refused_is_not_shown_as_made(view: SliceView) -> None:
    QTest.mouseClick(view.bar.link, LEFT)
    assert not view.bar.link.isChecked()


def test_the_main_slice_has_no_link(qtbot: Any, qapp: QApplication, monkeypatch: Any) -> None:
    monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    main = SliceView()
    qtbot.addWidget(main)
    assert main.bar.link.isHidden()
    main.release()


# ----- the sliders


def test_each_axis_that_is_cut_has_a_slider_and_those_of_one_site_have_none(view: SliceView) -> None:
    assert view.sliders.shown == (R, T, V, W, Z)
    assert [item.isVisible() for item in view.sliders.items] == [
        True, False, True, False, True, True, False, False, True,
    ]  # fmt: skip
    assert [view.sliders.items[axis].index for axis in view.sliders.shown] == [2, 1, 3, 0, 6]
    assert view.sliders.items[V].number.text() == "3"


def test_a_drag_is_press_drags_and_release(view: SliceView, answers: Answers) -> None:
    track = view.sliders.items[Z].track
    start, end = (QPoint(round(track.x_of(value)), track.height() // 2) for value in (6, 2))
    QTest.mousePress(track, LEFT, NONE, start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(track, start + (end - start) * share)
    QTest.mouseRelease(track, LEFT, NONE, end)
    assert answers.phases[0] == "press"
    assert answers.phases[-1] == "release"
    assert set(answers.phases[1:-1]) == {"drag"}
    assert answers.heard.calls[0][0].index[Z] == 6
    assert view.slice == replace(OPTIONS, index=(*INDEX[:8], 2))
    assert view.sliders.items[Z].number.text() == "2"
    assert view.sliders.last == Z


def test_escape_gives_a_drag_up(view: SliceView, answers: Answers) -> None:
    track = view.sliders.items[Z].track
    QTest.mousePress(track, LEFT, NONE, QPoint(round(track.x_of(6)), 14))
    QTest.mouseMove(track, QPoint(round(track.x_of(3)), 14))
    QTest.keyClick(track, Qt.Key.Key_Escape)
    assert answers.heard.last == (OPTIONS, "cancel")
    QTest.mouseRelease(track, LEFT, NONE, QPoint(round(track.x_of(3)), 14))
    assert view.slice == OPTIONS


def test_keys_move_a_slider_by_site_and_to_its_ends(view: SliceView, answers: Answers) -> None:
    track = view.sliders.items[V].track
    for key, index in (
        (Qt.Key.Key_Right, 4), (Qt.Key.Key_Right, 4), (Qt.Key.Key_Left, 3), (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Up, 1), (Qt.Key.Key_End, 4), (Qt.Key.Key_Down, 3),
    ):  # fmt: skip
        QTest.keyClick(track, key)
        assert view.slice.index[V] == index
    view.sliders.finish()
    assert answers.phases[0] == "press"
    assert answers.phases[-1] == "release"
    assert answers.phases.count("press") == 1


def test_the_wheel_moves_a_slider_without_a_click(view: SliceView, answers: Answers) -> None:
    turn(view.sliders.items[T].track, 2)
    assert view.slice.index[T] == 3
    turn(view.sliders.items[T].track, -1)
    assert view.slice.index[T] == 2
    assert view.sliders.last == T


def test_an_index_is_typed(view: SliceView, answers: Answers) -> None:
    number = view.sliders.items[V].number
    view.activateWindow()
    number.setFocus(Qt.FocusReason.TabFocusReason)
    number.selectAll()
    QTest.keyClicks(number, "1")
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert answers.heard.last == (replace(OPTIONS, index=(2, 0, 1, 0, 1, 0, 0, 0, 6)), "commit")
    assert view.sliders.items[V].track.number == 1
    QTest.keyClick(number, Qt.Key.Key_Up)
    assert view.slice.index[V] == 2
    view.sliders.finish()


@pytest.mark.parametrize("text", ["5", "-1", "1.5", "two", ""])
def test_what_is_no_index_is_marked_and_dropped(view: SliceView, answers: Answers, text: str) -> None:
    number = view.sliders.items[V].number
    number.setFocus(Qt.FocusReason.TabFocusReason)
    number.clear()
    QTest.keyClicks(number, text)
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert answers.heard.calls == []
    assert number.property("state") == "error"
    assert number.toolTip() == "Must be a whole number from 0 to 4."
    QTest.keyClick(number, Qt.Key.Key_Escape)
    assert number.text() == "3"
    assert number.property("state") == ""


def test_over_the_picture_shift_and_wheel_or_page_keys_move_the_axis_moved_last(
    view: SliceView, answers: Answers
) -> None:
    turn(view.sliders.items[V].track, -1)
    scale = view.canvas.camera.scale
    turn(view.canvas_native, 1, Qt.KeyboardModifier.ShiftModifier)
    assert view.slice.index[V] == 3
    QTest.keyClick(view.canvas_native, Qt.Key.Key_PageUp)
    assert view.slice.index[V] == 4
    QTest.keyClick(view.canvas_native, Qt.Key.Key_PageDown)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_PageDown)
    assert view.slice.index[V] == 2
    assert view.canvas.camera.scale == scale
    view.sliders.items[R].track.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_PageDown)
    assert view.slice.index[R] == 1
    turn(view.canvas_native, 1)  # without Shift it zooms
    assert view.canvas.camera.scale > scale


def test_in_a_projection_the_page_keys_zoom(view: SliceView, answers: Answers) -> None:
    view.set_slice(replace(OPTIONS, mode="sum"))
    view.set_plane(wave())
    scale = view.canvas.camera.scale
    QTest.keyClick(view.canvas_native, Qt.Key.Key_PageUp)
    assert view.canvas.camera.scale > scale
    assert answers.heard.calls == []


def test_a_burst_ends_before_another_wish(view: SliceView, answers: Answers) -> None:
    turn(view.sliders.items[T].track, 1)
    assert answers.phases == ["press"]
    QTest.mouseClick(view.bar.swap, LEFT)
    assert answers.phases == ["press", "release", "commit"]
    assert view.slice == replace(OPTIONS, axes=("y", "x"), index=(2, 0, 2, 0, 3, 0, 0, 0, 6))


def test_setting_emits_nothing(view: SliceView) -> None:
    heard = Heard(view.slice_wished)
    view.set_slice(SliceOptions(("z", "r"), (0, 0, 3, 0, 0, 0, 0, 0, 0), "index", True))
    view.set_shape((3,) * 9)
    assert heard.calls == []
    view.set_shape(SHAPE)


# ----- room


def test_the_sliders_fold_away_and_come_back(view: SliceView) -> None:
    QTest.mouseClick(view.bar.fold, LEFT)
    assert view.folded
    assert view.bar.fold.toolTip() == "Show the sliders of the other axes"
    QTest.mouseClick(view.bar.fold, LEFT)
    assert not view.folded
    assert view.bar.fold.isVisible()
    view.set_shape((1, 1, 1, 1, 1, 1, 24, 16, 1))  # nothing to fold
    assert not view.bar.fold.isVisible()


def test_left_to_itself_a_small_view_keeps_its_room_for_the_picture(view: SliceView) -> None:
    view.set_folded(None)
    assert not view.folded
    view.resize(300, 330)
    assert view.folded
    assert view.minimumSizeHint().width() <= 280
    view.resize(660, 620)
    assert not view.folded


@pytest.mark.parametrize(("width", "rows"), [(900, 1), (420, 2), (280, 3), (200, 5)])
def test_sliders_stand_in_as_many_rows_as_they_need(view: SliceView, width: int, rows: int) -> None:
    sliders = view.sliders
    view.resize(max(width, view.minimumSizeHint().width()), 620)
    sliders.setMinimumWidth(0)
    sliders.resize(width, sliders.height())
    boxes = [sliders.items[axis].geometry() for axis in sliders.shown]
    assert len({box.top() for box in boxes}) == rows
    assert all(box.left() >= 0 and box.right() < width for box in boxes)
    for one, box in enumerate(boxes):
        assert all(not box.intersects(other) for other in boxes[one + 1 :])
        assert box.bottom() < sliders.sizeHint().height()
    item = sliders.items[V]
    assert item.number.width() >= item.number.minimumSizeHint().width() or item.number.unit_shown() == "of 5"


@pytest.mark.parametrize("width", [264, 300, 344, 380, 424, 660])
@pytest.mark.parametrize("mode", ["index", "max"])
def test_nothing_in_the_bar_is_cut_at_any_width(view: SliceView, width: int, mode: PlaneMode) -> None:
    view.set_slice(replace(OPTIONS, mode=mode))
    assert view.bar.minimumSizeHint().width() <= 264
    view.resize(width, 620)
    QApplication.processEvents()
    assert view.bar.width() == width
    buttons = [one for one in view.bar.findChildren(Button) if one.isVisible()]
    assert {view.bar.across, view.bar.up, view.bar.mode, view.bar.line, view.bar.link, view.bar.fold} <= {
        *buttons
    }
    for number, one in enumerate(buttons):
        assert one.width() >= one.sizeHint().width()
        assert one.geometry().right() < width
        assert all(not one.geometry().intersects(other.geometry()) for other in buttons[number + 1 :])
    assert ("across" in view.bar.across.text()) == (width >= 424)
    assert view.bar.across.accessibleName() == "Axis across: x"
    assert view.bar.mode.accessibleName() == f"Other axes: {names.MODES[mode][0]}"
