"""Slices of the wave in the window: planes, sliders, links, recordings and snapshots, with real events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app import labs, session, slice_planes
from tauscope.app.lab import Lab
from tauscope.app.parts.pictures import Pictures
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.preset_model import PresetSlice
from tauscope.app.recording import RecordingFile
from tauscope.app.snapshot import read_snapshot
from tauscope.engine.base import Array
from tauscope.engine.planes import Plane, cut
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.labs.ufie.slice_sliders import AxisSlider
from tauscope.widgets.save_dialogs import SnapshotChoice
from tauscope.widgets.state import RecordingChoice, SliceOptions
from tests.support.canvas import as_array
from tests.support.gui import LEFT, PLAIN, distinct_colours, drag, in_front, screen_of, wait_for
from tests.support.waves import put_back, waves

SHAPE = (3, 1, 4, 1, 1, 1, 12, 10, 5)
START = {"slice": PresetSlice(index=(1, 0, 2, 0, 0, 0, 6, 5, 2))}


@pytest.fixture(autouse=True)
def _no_leaks() -> None:
    """What is left behind is looked for once, when the window of all these tests is closed."""


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A window that runs a small wave of five axes, nowhere the same, for all tests of this file."""
    start = {"kind": "gaussian", "amplitude": 2.0}
    folder = tmp_path_factory.mktemp("slices")
    for lab in waves(qapp, folder, shape=list(SHAPE), precision="precise", start=start, emitters=[]):
        wait_for(qapp, partial(plays, lab), "it plays")  # before it is paused
        yield lab


def plays(lab: Lab) -> bool:
    """Whether the first run is on its way."""
    return lab.simulation.loop.world.macro_tick > 0


@pytest.fixture
def lab(window: Lab, qapp: QApplication) -> Lab:
    """The window, paused, with both slices as a preset has them."""
    lab = window
    lab.playback.close()
    put_back(qapp, lab, slice_planes.with_slices(lab.document.content, START, {}))
    lab.window.docks["slice2"].show()
    lab.window.docks["slice2"].raise_()
    wait_for(qapp, lambda: settled(lab, "slice") and settled(lab, "slice2"), "both planes are shown")
    return lab


def part(lab: Lab) -> UfieSlices:
    return part_of(lab, UfieSlices)


def settled(lab: Lab, key: str) -> bool:
    """Whether a slice shows the plane that is chosen."""
    slices = part(lab)
    plane, wanted = slices.planes.get(key), slices.options(key)
    field = slices.view_options(key).field
    if plane is None or plane.request != slice_planes.request_of(field, wanted):
        return False
    return lab.simulation.loop.running or plane.tick == lab.simulation.loop.world.macro_tick


def tick_of(lab: Lab, key: str) -> int:
    """Tick of the plane that is shown, -1 where there is none."""
    plane = part(lab).planes.get(key)
    return -1 if plane is None else plane.tick


def shows(lab: Lab, tick: int, plane: Plane) -> bool:
    """Whether the main slice shows a plane of a tick."""
    found = part(lab).planes.get("slice")
    return found is not None and (found.tick, found.request.plane) == (tick, plane)


def whole(qapp: QApplication, lab: Lab, name: str = "psi") -> Array:
    """The whole field, looked at where it runs."""
    future = lab.simulation.loop.look(lambda world: world.field("ufie", name))
    wait_for(qapp, future.done, "the simulation answers")
    return future.result()


def show(qapp: QApplication, lab: Lab, key: str, **changes: Any) -> None:
    part(lab).wish(key, replace(part(lab).options(key), **changes))
    wait_for(qapp, lambda: settled(lab, key), f"{key} shows {changes}")


def slider(lab: Lab, key: str, axis: str) -> AxisSlider:
    view = part(lab).views[key]
    view.set_folded(False)
    return next(one for one in view.findChildren(AxisSlider) if one.name == axis)


# -- planes


def test_the_lab_opens_with_domain_colours_and_the_amplitude_beside_it(lab: Lab, qapp: QApplication) -> None:
    assert lab.window.lab is labs.UFIE
    view = part(lab).views["slice"]
    assert lab.window.stack.currentWidget() is view
    assert view.canvas.options.field == "domain"
    assert part(lab).views["slice2"].canvas.options.field == "amplitude"
    assert lab.document.content.slices["slice"].axes == ("x", "y")
    psi = whole(qapp, lab)
    array = view.canvas.array
    assert array is not None
    np.testing.assert_array_equal(array, cut(psi, AXES, slice_planes.plane_of("domain", view.slice)))
    wait_for(qapp, lambda: distinct_colours(screen_of(view.canvas_native)) >= 50, "colours")


def test_all_36_pairs_of_axes_equal_numpy(lab: Lab, qapp: QApplication) -> None:
    psi = whole(qapp, lab)
    pairs = [*combinations(AXES, 2)]
    assert len(pairs) == 36
    for number, pair in enumerate(pairs):
        axes = pair if number % 2 else pair[::-1]
        show(qapp, lab, "slice", axes=axes, index=(2, 0, 1, 0, 0, 0, 7, 3, 4))
        plane = Plane(axes, (2, 0, 1, 0, 0, 0, 7, 3, 4))
        found = part(lab).views["slice"].canvas.array
        assert found is not None
        np.testing.assert_array_equal(found, cut(psi, AXES, plane), str(axes))


@pytest.mark.parametrize("field", ["amplitude", "phase", "real", "imaginary"])
def test_parts_of_the_wave_equal_numpy(lab: Lab, qapp: QApplication, field: Any) -> None:
    part(lab).choose_field("slice", field)
    wait_for(qapp, lambda: settled(lab, "slice"), field)
    plane = Plane(("x", "y"), part(lab).options("slice").index, "index", field)
    found = part(lab).views["slice"].canvas.array
    assert found is not None
    np.testing.assert_array_equal(found, cut(whole(qapp, lab), AXES, plane))


def test_projections_show_the_modulus_and_say_what_they_have_not(lab: Lab, qapp: QApplication) -> None:
    psi, view = whole(qapp, lab), part(lab).views["slice"]
    for mode in ("max", "rms", "sum"):
        show(qapp, lab, "slice", mode=mode)
        array = view.canvas.array
        assert array is not None
        assert np.iscomplexobj(array) == (mode == "sum")
        # The order of sums differs.
        np.testing.assert_allclose(array, cut(psi, AXES, Plane(("x", "y"), (), mode)), rtol=1e-13, atol=1e-15)
    assert view.canvas.options.field == "domain"
    part(lab).choose_field("slice", "phase")
    part(lab).wish("slice", replace(part(lab).options("slice"), mode="max"))
    wait_for(qapp, lambda: view.canvas.array is None, "a maximum has no phase")
    assert "phase" in view.canvas.empty_text


def test_planes_follow_the_run(lab: Lab, qapp: QApplication) -> None:
    before = np.array(part(lab).planes["slice"].array)
    tick = part(lab).planes["slice"].tick
    lab.step(40)
    wait_for(qapp, lambda: tick_of(lab, "slice") == tick + 40, "40 steps are shown")
    assert (part(lab).planes["slice"].array != before).any()
    plane = slice_planes.plane_of("domain", part(lab).options("slice"))
    np.testing.assert_array_equal(part(lab).planes["slice"].array, cut(whole(qapp, lab), AXES, plane))


# -- wishes and undo


def test_a_slider_drag_is_one_step_and_shows_while_paused(lab: Lab, qapp: QApplication) -> None:
    track = slider(lab, "slice", "z").track
    in_front(qapp, track)
    psi, start = whole(qapp, lab), part(lab).options("slice").index[8]
    drag(qapp, track, QPoint(round(track.width() / 2), track.height() // 2), QPoint(2, track.height() // 2))
    wait_for(qapp, lambda: part(lab).options("slice").index[8] == 0, "the drag reached the end")
    wait_for(qapp, lambda: settled(lab, "slice"), "its plane is shown, though nothing runs")
    shown = slice_planes.plane_of("domain", part(lab).options("slice"))
    np.testing.assert_array_equal(part(lab).planes["slice"].array, cut(psi, AXES, shown))
    assert lab.history.stack.count() == 1
    assert lab.history.stack.undoText() == "Move slice along z"
    lab.undo()
    assert part(lab).options("slice").index[8] == start
    assert slider(lab, "slice", "z").index == start
    wait_for(qapp, lambda: settled(lab, "slice"), "the plane before is shown")
    lab.redo()
    assert part(lab).options("slice").index[8] == 0


def test_each_choice_is_a_step_of_its_own_and_undo_goes_back_through_them(
    lab: Lab, qapp: QApplication
) -> None:
    slices = part(lab)
    hashes = [lab.document.content.digest()]
    first = slices.options("slice")
    for key, changes in (
        ("slice", {"axes": ("x", "z")}),
        ("slice", {"axes": ("z", "x")}),
        ("slice", {"mode": "rms"}),
        ("slice2", {"linked": False}),
    ):
        slices.wish(key, replace(slices.options(key), **changes))
        hashes.append(lab.document.content.digest())
    texts = [lab.history.stack.text(index) for index in range(lab.history.stack.count())]
    assert texts == [
        "Change axes of slice", "Swap axes of slice", "Change projection of slice", "Unlink slices",
    ]  # fmt: skip
    assert len(set(hashes)) == 5
    for wanted in hashes[-2::-1]:
        lab.undo()
        assert lab.document.content.digest() == wanted
    assert slices.options("slice") == first
    assert slices.views["slice"].slice == first
    wait_for(qapp, lambda: settled(lab, "slice"), "the first plane")


def test_a_linked_slice_is_cut_where_the_main_one_is(lab: Lab, qapp: QApplication) -> None:
    slices = part(lab)
    slices.wish("slice2", SliceOptions(("x", "z"), slices.options("slice").index, linked=True))
    show(qapp, lab, "slice", index=(0, 0, 3, 0, 0, 0, 1, 2, 3))
    assert slices.options("slice2").index == (0, 0, 3, 0, 0, 0, 1, 2, 3)
    wait_for(qapp, lambda: settled(lab, "slice2"), "the second slice follows")
    plane = Plane(("x", "z"), (0, 0, 3, 0, 0, 0, 1, 2, 3), "index", "amplitude")
    np.testing.assert_array_equal(slices.planes["slice2"].array, cut(whole(qapp, lab), AXES, plane))
    show(qapp, lab, "slice2", index=(0, 0, 3, 0, 0, 0, 1, 9, 3))
    assert slices.options("slice").index[7] == 9, "what moves the one moves the other"
    show(qapp, lab, "slice2", linked=False)
    show(qapp, lab, "slice", index=(1, 0, 1, 0, 0, 0, 1, 1, 1))
    assert slices.options("slice2").index == (0, 0, 3, 0, 0, 0, 1, 9, 3)


def test_pointing_marks_the_site_in_the_other_slice_and_alt_click_cuts_it(
    lab: Lab, qapp: QApplication
) -> None:
    slices = part(lab)
    slices.wish("slice2", SliceOptions(("x", "z"), slices.options("slice").index, linked=True))
    show(qapp, lab, "slice", index=(1, 0, 2, 0, 0, 0, 6, 5, 4))
    wait_for(qapp, lambda: settled(lab, "slice2"), "the second slice")
    canvas, other = slices.views["slice"].canvas, slices.views["slice2"].canvas
    place = QPoint(*(round(each) for each in canvas.world_to_pixel(3, 7)))
    QTest.mouseMove(canvas.canvas_native, place)
    wait_for(qapp, lambda: other.cursor_cell == (3, 4), "x 3, z 4 in the other slice")
    assert canvas.cursor_cell == (3, 7)
    assert slices.site_at("slice", 3.2, 6.8) == (1, 0, 2, 0, 0, 0, 3, 7, 4)
    text = canvas.readout()
    assert "r 1 · s 0 · t 2 · u 0 · v 0 · w 0 · x 3 · y 7 · z 4" in text
    assert "|Ψ|" in text
    assert "rad" in text
    QTest.mouseClick(canvas.canvas_native, LEFT, Qt.KeyboardModifier.AltModifier, place)
    wait_for(qapp, lambda: slices.options("slice2").index[7] == 7, "the other slice is cut at y 7")
    assert lab.history.stack.undoText() == "Move slice along x, y"
    show(qapp, lab, "slice", mode="max")
    assert "maximum along r t z" in slices.site_text("slice", 3, 7)
    assert slices.site_at("slice", -1, 2) is None
    QTest.mouseMove(canvas.canvas_native, QPoint(2, 2))
    QTest.mouseClick(canvas.canvas_native, LEFT, PLAIN, QPoint(2, 2))


# -- what is asked of the simulation


def test_nothing_is_asked_for_a_slice_that_is_not_seen(lab: Lab, qapp: QApplication) -> None:
    requests = lab.simulation.loop._requests
    assert {"slice", "slice2"} <= requests.keys()
    lab.window.docks["slice2"].hide()
    wait_for(qapp, lambda: "slice2" not in lab.simulation.loop._requests, "the second slice is forgotten")
    assert "slice" in lab.simulation.loop._requests
    lab.window.docks["slice2"].show()
    lab.window.docks["slice2"].raise_()
    wait_for(qapp, lambda: "slice2" in lab.simulation.loop._requests, "it is asked for again")
    wait_for(qapp, lambda: settled(lab, "slice2"), "and shown")


def test_another_torus_empties_the_slices_and_holds_the_index_inside(lab: Lab, qapp: QApplication) -> None:
    show(qapp, lab, "slice", index=(2, 0, 3, 0, 0, 0, 6, 5, 4))
    smaller = [1, 1, 4, 1, 1, 1, 8, 6, 3]
    lab.editing.set_parameter("shape", smaller)
    assert part(lab).shape == tuple(smaller)
    assert part(lab).options("slice").index == (0, 0, 3, 0, 0, 0, 6, 5, 2)
    wait_for(
        qapp,
        lambda: "slice" in part(lab).planes and part(lab).planes["slice"].array.shape == (6, 8),
        "6 x 8",
    )
    lab.undo()
    assert part(lab).options("slice").index == (2, 0, 3, 0, 0, 0, 6, 5, 4)
    wait_for(
        qapp,
        lambda: "slice" in part(lab).planes and part(lab).planes["slice"].array.shape == (10, 12),
        "10 x 12",
    )


# -- files


def test_a_session_keeps_the_slices(lab: Lab, qapp: QApplication) -> None:
    show(qapp, lab, "slice", axes=("z", "t"), index=(0, 0, 1, 0, 0, 0, 2, 3, 4), mode="index")
    part(lab).choose_field("slice2", "real")
    content = lab.document.content
    again = session.load_content(json.loads(json.dumps(session.dump_content(content))))
    assert again.slices == content.slices
    assert again.views["slice2"] == content.views["slice2"]
    assert again.digest() == content.digest()


def test_a_session_file_keeps_planes_and_cameras(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    show(qapp, lab, "slice", axes=("z", "t"), index=(0, 0, 1, 0, 0, 0, 2, 3, 4))
    canvas, path = part(lab).views["slice"].canvas, tmp_path / "wave.tauscope"
    canvas.zoom(2.0, 60.0, 40.0)
    kept, wanted = canvas.camera, lab.document.content.slices
    sessions = part_of(lab, Sessions)
    sessions.save(path)
    wait_for(qapp, lambda: path.exists() and lab.background.idle, "the session is written")
    show(qapp, lab, "slice", axes=("x", "y"))
    sessions.open(path)
    wait_for(qapp, lambda: lab.document.content.slices == wanted, "the planes are back")
    wait_for(qapp, lambda: canvas.camera.scale == pytest.approx(kept.scale), "and the camera")
    assert (canvas.camera.cx, canvas.camera.cy) == pytest.approx((kept.cx, kept.cy))
    lab.undo()
    wait_for(qapp, lambda: settled(lab, "slice"), "the run before")


def record(qapp: QApplication, lab: Lab, path: Path, fields: tuple[str, ...]) -> None:
    lab.files.start_recording(RecordingChoice(str(path), fields, 10))
    wait_for(qapp, lambda: lab.record.active, "recording")
    tick = lab.simulation.loop.world.macro_tick
    lab.step(40)
    wait_for(
        qapp,
        lambda: not lab.simulation.loop.running and lab.simulation.loop.world.macro_tick == tick + 40,
        "40 steps",
    )
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.active, "the recording ends")
    wait_for(qapp, lambda: path.exists(), "the file")
    wait_for(qapp, lambda: any(str(path) in t and "complete" in t for t in texts(lab)), "it is closed")


def texts(lab: Lab) -> list[str]:
    return lab.window.notifications.texts()


def test_a_recording_shows_in_the_slices_what_ran_and_other_planes_of_it(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    slices, path = part(lab), tmp_path / "wave.h5"
    record(qapp, lab, path, ("psi",))
    wait_for(qapp, lambda: settled(lab, "slice"), "the last plane")
    live = np.array(slices.planes["slice"].array)
    wait_for(qapp, lambda: tick_of(lab, "slice") == lab.simulation.loop.world.macro_tick, "the last tick")
    live, document = np.array(slices.planes["slice"].array), lab.document.content
    lab.files.open_path(str(path))
    wait_for(qapp, lambda: lab.playback.active, "the player")
    with RecordingFile(path) as file:
        last = file.frames - 1
        assert file.frame("psi", last).shape == SHAPE
        lab.playback.show(last)
        wait_for(qapp, lambda: tick_of(lab, "slice") == int(file.ticks[last]), "the last frame")
        np.testing.assert_array_equal(slices.planes["slice"].array, live)
        choices: Any = ((0, ("x", "y"), "index"), (2, ("z", "t"), "index"), (1, ("y", "r"), "rms"))
        for index, axes, mode in choices:
            lab.playback.show(index)
            slices.wish("slice", SliceOptions(axes, (2, 0, 1, 0, 0, 0, 4, 4, 4), mode))
            wanted = slices.options("slice")
            told = partial(shows, lab, int(file.ticks[index]), slice_planes.plane_of("domain", wanted))
            wait_for(qapp, told, f"frame {index}")
            psi = file.frame("psi", index)
            found = slices.views["slice"].canvas.array
            assert found is not None
            # Of the modulus of double numbers; the order of sums differs.
            np.testing.assert_allclose(found, cut(psi, AXES, Plane(axes, wanted.index, mode)), rtol=1e-13)
    assert lab.document.content == document, "a recording is looked at; the document stays"
    slices.choose_field("slice", "resonance")
    wait_for(qapp, lambda: "resonance" in slices.views["slice"].canvas.empty_text, "what is not held")
    lab.playback.close()
    wait_for(qapp, lambda: settled(lab, "slice"), "the run is back")
    assert slices.options("slice") == slice_planes.shown(document.slices, "slice", SHAPE)
    assert lab.document.content == document


@pytest.mark.parametrize("ending", [".npz", ".h5"])
def test_a_snapshot_holds_the_plane_and_says_which(
    lab: Lab, qapp: QApplication, tmp_path: Path, ending: str
) -> None:
    path, slices = tmp_path / "slice.png", part(lab)
    key, data = "slice" if ending == ".npz" else "slice2", path.with_suffix(ending)
    part_of(lab, Pictures).take_snapshot(SnapshotChoice(str(path), key, scale=1, ending=ending))
    wait_for(qapp, lambda: path.exists() and data.exists() and lab.background.idle, "both files")
    array, described = read_snapshot(data)
    np.testing.assert_array_equal(array, slices.views[key].canvas.array)
    plane = described["plane"]
    assert plane["axes"] == list(slices.options(key).axes)
    assert plane["index"] == list(slices.options(key).index)
    assert (plane["mode"], plane["part"]) == ("index", "" if key == "slice" else "amplitude")
    assert plane["field"] == "psi"
    assert described["tick"] == slices.planes[key].tick
    assert described["config"]["shape"] == list(SHAPE)
    assert distinct_colours(as_array(QImage(str(path)))[::4, ::4]) >= 50


def test_the_picture_of_the_slice_goes_to_the_clipboard(lab: Lab, qapp: QApplication) -> None:
    QGuiApplication.clipboard().clear()
    lab.actions["copy_picture"].trigger()
    wait_for(qapp, lambda: QGuiApplication.clipboard().mimeData().hasImage(), "a picture is there")
    assert distinct_colours(as_array(QGuiApplication.clipboard().image())[::8, ::8]) >= 50


def test_moves_of_slices_are_remarks_of_the_trace(lab: Lab, qapp: QApplication) -> None:
    show(qapp, lab, "slice", index=(0, 0, 0, 0, 0, 0, 0, 0, 1))
    show(qapp, lab, "slice", index=(0, 0, 0, 0, 0, 0, 0, 0, 3))
    model = lab.window.log.model

    def lines() -> list[str]:
        found = [model.entry(row).text for row in range(len(model))]
        return [text for text in found if text.startswith("# slice slice:")]

    wait_for(qapp, lambda: any("index=(0, 0, 0, 0, 0, 0, 0, 0, 3)" in line for line in lines()), "the line")
    assert not any("index=(0, 0, 0, 0, 0, 0, 0, 0, 1)" in line for line in lines()), "only where it came to"
