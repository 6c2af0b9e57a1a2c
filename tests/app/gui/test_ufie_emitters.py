"""Emitters on the slices and in their dock, with real mouse and key events."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tauscope.app import ufie_emitter_marks
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_emitters import UfieEmitters
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.parts.ufie_spectrum import UfieSpectrum
from tauscope.engine.events import Event
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.emitters import place
from tauscope.widgets.canvas.marks import handles
from tauscope.widgets.controls.number_field import NumberField
from tauscope.widgets.labs.ufie.emitters_list import box_of
from tauscope.widgets.state import SliceOptions
from tests.support.gui import LEFT, PLAIN, drag, point_of, wait_for
from tests.support.waves import SHAPE, engine_config, put_back, waves

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _no_leaks() -> None:
    """What is left behind is looked for once, when the window of all these tests is closed."""


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory):
    yield from waves(qapp, tmp_path_factory.mktemp("emitters"))


@pytest.fixture
def lab(window, qapp):
    content = window.__dict__.setdefault("_start", window.document.content)
    put_back(qapp, window, content)
    part = part_of(window, UfieEmitters)
    part.select(frozenset())
    for key in ("slice", "slice2"):
        canvas(window, key).fit()
    seen = (SHAPE[7], SHAPE[6])
    wait_for(
        qapp, lambda: canvas(window).array is not None and canvas(window).array.shape == seen, "the slice"
    )
    return window


def part(lab) -> UfieEmitters:
    return part_of(lab, UfieEmitters)


def canvas(lab, key="slice"):
    return part_of(lab, UfieSlices).views[key].canvas


def emitter(lab, name):
    return next(one for one in lab.document.content.configs["ufie"].emitters if one.name == name)


def at(lab, name):
    return place(emitter(lab, name), tuple(SHAPE))


def show(lab, qapp, **options):
    part_of(lab, UfieSlices).wish("slice", SliceOptions(**options), "commit")
    across, up = (SHAPE[AXES.index(name)] for name in options.get("axes", ("x", "y")))
    view = canvas(lab)
    wait_for(qapp, lambda: view.array is not None and view.array.shape == (up, across), "the plane is shown")
    lab.history.clear()


def mark_pixel(lab, name, key="slice") -> QPoint:
    view = canvas(lab, key)
    mark = view.marks[name]
    return point_of(view, mark.x, mark.y)


def in_engine(lab, qapp):
    """The engine has the emitters of the document."""
    wanted = lab.document.content.configs["ufie"].emitters
    wait_for(qapp, lambda: engine_config(lab).emitters == wanted, "the engine has them")


# -- on the slices


@pytest.mark.parametrize("zoom", [1.0, 2.5, 0.6])
def test_a_drag_moves_an_emitter_on_the_shown_axes_alone_and_is_one_undo(lab, qapp, zoom) -> None:
    view, before, digest = canvas(lab), at(lab, "a"), lab.document.content.digest()
    view.zoom(zoom, *view.world_to_pixel(3.0, 4.0))
    start = mark_pixel(lab, "a")
    target = start + QPoint(31, -17)
    drag(qapp, view.canvas_native, start, target)
    scale = view.camera.scale
    moved = at(lab, "a")
    assert moved[6] == pytest.approx(before[6] + 31 / scale, abs=2e-3)
    assert moved[7] == pytest.approx(before[7] + 17 / scale, abs=2e-3)
    assert [moved[n] for n in (0, 1, 2, 3, 4, 5, 8)] == [before[n] for n in (0, 1, 2, 3, 4, 5, 8)]
    assert lab.history.stack.count() == 1
    in_engine(lab, qapp)
    after = lab.document.content.digest()
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Z, CONTROL)
    assert at(lab, "a") == before
    assert lab.document.content.digest() == digest
    in_engine(lab, qapp)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Y, CONTROL)
    assert lab.document.content.digest() == after


def test_it_goes_round_the_edge_of_the_torus(lab, qapp) -> None:
    view = canvas(lab)
    scale = view.camera.scale
    start = mark_pixel(lab, "a")
    drag(qapp, view.canvas_native, start, start - QPoint(round(5 * scale), 0))
    assert at(lab, "a")[6] == pytest.approx((3.0 - round(5 * scale) / scale) % 12, abs=2e-3)
    in_engine(lab, qapp)


def test_on_other_axes_it_moves_along_those(lab, qapp) -> None:
    show(lab, qapp, axes=("z", "x"))
    view, before = canvas(lab), at(lab, "a")
    wait_for(qapp, lambda: (view.marks["a"].x, view.marks["a"].y) == (0.0, 3.0), "the mark stands on z and x")
    start, scale = mark_pixel(lab, "a"), view.camera.scale
    drag(qapp, view.canvas_native, start, start + QPoint(round(scale), -round(2 * scale)))
    moved = at(lab, "a")
    # The mouse moves by whole pixels, of which a site has some tens: half of one at press and at release.
    assert moved[8] == pytest.approx(before[8] + 1, abs=0.05)
    assert moved[6] == pytest.approx(before[6] + 2, abs=0.05)
    assert moved[7] == before[7]


def test_handles_set_width_and_amplitude_within_their_ranges(lab, qapp) -> None:
    view = canvas(lab)
    QTest.mouseClick(view.canvas_native, LEFT, PLAIN, mark_pixel(lab, "a"))
    assert part(lab).selection == {"a"}
    px, py = handles(view.marks["a"], view.camera)["width"]
    drag(
        qapp,
        view.canvas_native,
        QPoint(round(px), round(py)),
        QPoint(round(px + view.camera.scale), round(py)),
    )
    assert emitter(lab, "a").sigma == pytest.approx(2.0, abs=0.05)  # whole pixels, as above
    px, py = handles(view.marks["a"], view.camera)["width"]
    drag(qapp, view.canvas_native, QPoint(round(px), round(py)), QPoint(round(px) + 400, round(py)))
    assert emitter(lab, "a").sigma == 3.0
    px, py = (round(p) for p in handles(view.marks["a"], view.camera)["strength"])
    drag(qapp, view.canvas_native, QPoint(px, py), QPoint(px, py + 100))
    assert emitter(lab, "a").amplitude == pytest.approx(100.0, rel=1e-3)
    assert lab.history.stack.count() == 3
    in_engine(lab, qapp)


def test_escape_takes_a_drag_back(lab, qapp) -> None:
    view, digest = canvas(lab), lab.document.content.digest()
    start = mark_pixel(lab, "a")
    drag(qapp, view.canvas_native, start, start + QPoint(60, 10), release=False)
    assert lab.document.content.digest() != digest
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    assert lab.document.content.digest() == digest
    assert lab.history.stack.count() == 0
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, start + QPoint(60, 10))
    assert lab.document.content.digest() == digest


def test_several_move_together_nudge_copy_paste_and_delete(lab, qapp) -> None:
    view = canvas(lab)
    native = view.canvas_native
    QTest.mouseClick(native, LEFT, PLAIN, mark_pixel(lab, "a"))
    QTest.mouseClick(native, LEFT, Qt.KeyboardModifier.ShiftModifier, mark_pixel(lab, "b"))
    assert part(lab).selection == {"a", "b"}
    first, second = at(lab, "a"), at(lab, "b")
    start = mark_pixel(lab, "a")
    drag(qapp, native, start, start + QPoint(24, 0))
    way = 24 / view.camera.scale
    assert at(lab, "a")[6] == pytest.approx(first[6] + way, abs=2e-3)
    assert at(lab, "b")[6] == pytest.approx(second[6] + way, abs=2e-3)
    assert lab.history.stack.count() == 1
    lab.undo()
    for _ in range(3):
        QTest.keyClick(native, Qt.Key.Key_Up)
    assert at(lab, "a")[7] == first[7] + 3
    assert at(lab, "b")[7] == second[7] + 3
    assert lab.history.stack.count() == 1
    lab.undo()
    QTest.keyClick(native, Qt.Key.Key_C, CONTROL)
    QTest.keyClick(native, Qt.Key.Key_V, CONTROL)
    names = [one.name for one in lab.document.content.configs["ufie"].emitters]
    assert names[-2:] == ["a 2", "b 2"]
    assert part(lab).selection == {"a 2", "b 2"}
    assert emitter(lab, "b 2").sigma == 1.5
    QTest.keyClick(native, Qt.Key.Key_D, CONTROL)
    assert part(lab).selection == {"a 3", "b 3"}
    QTest.keyClick(native, Qt.Key.Key_Delete)
    assert "a 3" not in view.marks
    assert part(lab).selection == frozenset()
    in_engine(lab, qapp)


def named(lab, qapp, **names) -> None:
    wait_for(
        qapp, lambda: names.items() <= {m.id: m.name for m in canvas(lab).marks.values()}.items(), "names"
    )


def test_marks_say_what_is_muted_far_or_nowhere(lab, qapp) -> None:
    apart = math.hypot(1.0, 1.0)
    show(lab, qapp, index=(0,) * 9)
    named(lab, qapp, a="a", far=f"far · {apart:.3g} off the cut")
    marks = canvas(lab).marks
    assert "bias" not in marks
    assert marks["b"].style.opacity < 0.5 < marks["a"].style.opacity
    assert marks["far"].style.opacity == pytest.approx(math.exp(-0.5 * apart**2))
    show(lab, qapp, index=(1, 0, 0, 0, 0, 0, 0, 0, 1))
    named(lab, qapp, a=f"a · {apart:.3g} off the cut", far="far")
    show(lab, qapp, mode="max")
    named(lab, qapp, a="a", far="far")


def told(applied):
    """Emitters that the engine was told of last; None where the window has not heard of any yet."""
    if not applied:
        return None
    return UfieConfig.load({"shape": SHAPE, "emitters": applied[-1].command.args["value"]}).emitters


def test_a_fast_drag_while_running_leaves_no_backlog(lab, qapp, monkeypatch) -> None:
    view = canvas(lab)
    lab.set_speed(50.0)
    lab.set_playing(True)
    wait_for(qapp, lambda: lab.simulation.loop.running, "it runs")
    applied: list[Event] = []
    monkeypatch.setattr(part(lab), "event_applied", applied.append)
    start = mark_pixel(lab, "a")
    native = view.canvas_native
    QTest.mousePress(native, LEFT, PLAIN, start)
    for step in range(1, 25):
        QTest.mouseMove(native, start + QPoint(80, -40) * step / 24)
        qapp.processEvents()
    QTest.mouseRelease(native, LEFT, PLAIN, start + QPoint(80, -40))
    # Asking the engine itself would let what waits for its step through at once.
    wait_for(qapp, lambda: told(applied) == lab.document.content.configs["ufie"].emitters, "the last is told")
    ticks = [event.engine_tick for event in applied]
    assert ticks
    assert len(set(ticks)) == len(ticks)  # at most one change a step
    assert engine_config(lab).emitters == lab.document.content.configs["ufie"].emitters
    assert lab.history.stack.count() == 1


# -- in the dock


def rows(lab):
    return part(lab).panel.inspector.rows


def type_in(field, text) -> None:
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, text)
    QTest.keyClick(field.edit, Qt.Key.Key_Return)


def test_the_list_mutes_selects_and_follows_the_phase(lab, qapp) -> None:
    panel = part(lab).panel
    lab.window.docks["emitters"].raise_()
    wait_for(qapp, panel.list.isVisible, "the list is seen")
    first = panel.list.visualRect(panel.list.rows.index(0))
    QTest.mouseClick(panel.list.viewport(), LEFT, PLAIN, box_of(first).center())
    assert not emitter(lab, "a").on
    assert part(lab).selection == frozenset()
    QTest.mouseClick(panel.list.viewport(), LEFT, PLAIN, first.center())
    assert part(lab).selection == {"a"}
    assert canvas(lab).selection == {"a"}
    QTest.keyClick(panel.list, Qt.Key.Key_M)
    assert emitter(lab, "a").on
    QTest.keyClick(panel.list, Qt.Key.Key_S)
    assert [one.name for one in lab.document.content.configs["ufie"].emitters if one.on] == ["a"]
    QTest.keyClick(panel.list, Qt.Key.Key_S)
    assert all(one.on for one in lab.document.content.configs["ufie"].emitters)
    mark = next(one for one in panel.marks if one.name == "e3")
    lab.editing.set_parameter("dphi", 2.0)
    turned = next(one for one in panel.marks if one.name == "e3")
    assert mark.theta == pytest.approx(math.radians(17.0))
    assert turned.theta == pytest.approx(2.0 * math.radians(17.0))


def test_the_inspector_sets_every_number_and_says_at_the_row_what_is_refused(lab, qapp) -> None:
    panel = part(lab).panel
    lab.window.docks["emitters"].raise_()
    part(lab).select(frozenset({"a"}))
    type_in(rows(lab)["frequency"].editor, "44.5")
    assert emitter(lab, "a").frequency == 44.5
    type_in(rows(lab)["detune"].editor, "10")
    assert emitter(lab, "a").detune == pytest.approx(0.1)
    assert panel.inspector.detuned.text().startswith("+4.45 Hz: sounds at 48.95")
    rows(lab)["complex"].editor.click()
    assert emitter(lab, "a").complex
    type_in(panel.inspector.places["z"], "2.5")
    assert at(lab, "a")[8] == 2.5
    count = lab.history.stack.count()
    type_in(rows(lab)["frequency"].editor, "900")
    assert "third harmonic" in rows(lab)["frequency"].error()
    assert emitter(lab, "a").frequency == 44.5
    assert lab.history.stack.count() == count
    name = panel.inspector.name
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "b")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert "Two emitters are called" in panel.inspector.name_error.text()
    name.selectAll()
    QTest.keyClicks(name, "organ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert part(lab).selection == {"organ"}
    assert emitter(lab, "organ").frequency == 44.5
    in_engine(lab, qapp)


def test_several_take_one_number_in_one_step(lab) -> None:
    part(lab).select(frozenset({"a", "b"}))
    type_in(rows(lab)["amplitude"].editor, "250")
    assert [emitter(lab, name).amplitude for name in ("a", "b")] == [250.0, 250.0]
    assert lab.history.stack.count() == 1
    lab.undo()
    assert [emitter(lab, name).amplitude for name in ("a", "b")] == [1000.0, 1000.0]


def test_buttons_add_and_bring_the_golden_array(lab, qapp) -> None:
    panel = part(lab).panel
    lab.window.docks["emitters"].raise_()
    QTest.mouseClick(panel.add, LEFT)
    assert part(lab).selection == {"tone 1"}
    assert at(lab, "tone 1")[6:8] == (6.0, 5.0)
    QTest.mouseClick(panel.golden, LEFT)
    names = [one.name for one in lab.document.content.configs["ufie"].emitters]
    assert names == [f"e{n}" for n in range(1, 10)]
    ratio = emitter(lab, "e5").tone / emitter(lab, "e4").tone
    assert ratio == pytest.approx((1 + math.sqrt(5)) / 2, rel=1e-12)
    in_engine(lab, qapp)
    lab.undo()
    lab.undo()
    assert [one.name for one in lab.document.content.configs["ufie"].emitters] == [
        "a",
        "b",
        "far",
        "e3",
        "bias",
    ]


def test_a_renamed_golden_emitter_sounds_and_stands_as_before(lab) -> None:
    before, stood = emitter(lab, "e3"), at(lab, "e3")
    part(lab).rename("e3", "third")
    after = emitter(lab, "third")
    assert (after.tone, after.angle(1.3, 0.2)) == (before.tone, before.angle(1.3, 0.2))
    assert np.array_equal(at(lab, "third"), stood)


# -- what an edit costs


@pytest.fixture
def counted(lab, monkeypatch) -> Counter[str]:
    """How often panels and marks were worked out."""
    found: Counter[str] = Counter()

    def count(where, name, label) -> None:
        real = getattr(where, name)

        def spy(*args, **options):
            found[label] += 1
            return real(*args, **options)

        monkeypatch.setattr(where, name, spy)

    count(part_of(lab, Painting), "_show", "brush")
    count(part_of(lab, UfieSpectrum), "_offer", "spectrum")
    count(part(lab), "_show_marks", "marks")
    count(part(lab).panel, "set_marks", "rows")
    count(part(lab).panel.list, "update", "painted rows")
    count(NumberField, "_show", "numbers")
    return found


def test_a_moved_emitter_is_all_that_is_worked_out(lab, qapp, counted) -> None:
    """Its row and its mark on each slice; no other panel, nor the numbers of the form."""
    names = [one.name for one in lab.document.content.configs["ufie"].emitters]
    ufie_emitter_marks._mark.cache_clear()
    part(lab)._show_marks()
    gaussians = ufie_emitter_marks._mark.cache_info().misses
    assert gaussians > 2 and len(names) > 1
    counted.clear()
    here = at(lab, "a")
    part(lab).edits.change({"a": {"position": (*here[:7], (here[7] + 1.0) % SHAPE[7], here[8])}}, "commit")
    assert ufie_emitter_marks._mark.cache_info().misses == gaussians + len(part_of(lab, UfieSlices).views)
    assert dict(counted) == {"marks": 1, "rows": 1, "painted rows": 1}
    in_engine(lab, qapp)


def test_other_phases_leave_the_marks_alone(lab, qapp, counted) -> None:
    before = lab.document.content.configs["ufie"].dphi
    lab.window.parameters.edited.emit("dphi", before + 0.125, "commit", True)
    assert lab.document.content.configs["ufie"].dphi == before + 0.125
    assert counted["rows"] == 1 and counted["numbers"] > 0
    assert counted["marks"] == counted["spectrum"] == counted["brush"] == 0
    wait_for(qapp, lambda: engine_config(lab).dphi == before + 0.125, "the engine has it")


def test_a_louder_emitter_is_offered_to_the_spectrum(lab, counted) -> None:
    part(lab).edits.change({"a": {"amplitude": 0.0}}, "commit")
    assert counted["spectrum"] == 1
