"""Probes of sites, spectrum, dials and bricks in the window, with real events and exact results."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tauscope.app import memory_check, settings
from tauscope.app.lab import Lab
from tauscope.app.parts.probing import Probing
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_bricks import UfieBricks
from tauscope.app.parts.ufie_resonance import UfieResonance
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.parts.ufie_spectrum import UfieSpectrum
from tauscope.engine.planes import Plane
from tauscope.engine.ufie.activity import brick_of
from tauscope.engine.ufie.analysis.brick_watch import shown_share
from tauscope.widgets.labs.ufie.hatching import boxes
from tauscope.widgets.labs.ufie.spectrum import CENTRE
from tests.app.gui.conftest import end, open_lab
from tests.support import leaks
from tests.support.gui import LEFT, PLAIN, in_place, paused, wait_for

SHAPE = [3, 1, 1, 1, 1, 1, 12, 10, 3]
TONE = {"name": "tone", "frequency": 40.0, "amplitude": 500.0, "ramp": 0.0, "position": [0] * 9}
CALM = 400.0
"""Ticks a second: the run leaves the processor to the window."""
PRESETS = {
    "golden": {"shape": SHAPE, "emitters": "golden", "alpha": 5.0, "dphi": 2.0},
    "single": {"shape": SHAPE, "emitters": [TONE], "alpha": 10.0, "resonance": 0.0, "beta": 0.0},
    "active": {
        "shape": [3, 1, 1, 1, 1, 6, 12, 10, 3],
        "emitters": [],
        "active": {"on": True, "every": 10, "grow_above": 1e-2, "prune_below": 1e-4},
        "start": {"kind": "gaussian", "amplitude": 1.0, "sigma": 1.0},
        "c0": 200.0,
    },
}


@pytest.fixture(autouse=True)
def _no_leaks() -> None:
    """What is left behind is looked for once, when the window of all these tests is closed."""


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One window for all tests of this file; it starts with the golden tones."""
    folder, before = tmp_path_factory.mktemp("ufie"), leaks.snapshot()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAUSCOPE_SETTINGS", str(folder / "settings.json"))
        paths = {}
        for name, config in PRESETS.items():
            paths[name] = folder / f"{name}.json"
            entry = {"schema_version": 1, "engine": "ufie", "title": name.capitalize(), "summary": "A test."}
            paths[name].write_text(json.dumps({**entry, "config": config}), encoding="utf-8")
        kept = settings.Settings.model_validate({"recording_folder": str(folder)})
        lab = open_lab(qapp, kept, str(paths["golden"]), (1280, 800))
        lab.paths, lab.places = paths, {}  # type: ignore[attr-defined]
        wait_for(qapp, lab.window.isActiveWindow, "the window is active")
        wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick > 0, "frames", 120.0)
        lab.places["golden"] = lab.history.stack.index()  # type: ignore[attr-defined]
        yield lab
        end(qapp, [lab])
    left = leaks.left_behind(before)
    assert not left, "these tests left behind: " + "; ".join(left)


@pytest.fixture
def load(qapp: QApplication, window: Lab) -> Iterator[Callable[[str], Lab]]:
    """Put a preset of `PRESETS` in place, running at a calm speed; one that is there is only tidied.

    It rests between tests.
    """

    def put(name: str) -> Lab:
        window.set_speed(CALM)
        stack, place = window.history.stack, window.places.get(name)  # type: ignore[attr-defined]
        in_place(qapp, window)  # what an earlier test left going on
        if window.document.content.preset == name and place is not None:
            stack.setIndex(place)
            window.set_playing(True)
            in_place(qapp, window)
            return window
        before = window.simulation.loop.world.generation
        window.set_playing(True)
        window.load_preset(str(window.paths[name]))  # type: ignore[attr-defined]
        wait_for(
            qapp,
            lambda: (
                window.document.content.preset == name
                and window.simulation.loop.world.generation > before
                and window.frame is not None
                and window.frame.generation == window.simulation.loop.world.generation
                and window.frame.macro_tick > 0
            ),
            f"{name} runs",
            120.0,
        )
        window.places = {name: stack.index()}  # type: ignore[attr-defined]
        return window

    yield put
    pause(qapp, window)


def raised(qapp: QApplication, lab: Lab, key: str) -> None:
    dock = lab.window.docks[key]
    dock.show()
    dock.raise_()
    wait_for(qapp, lambda: not dock.widget().visibleRegion().isEmpty(), f"{key} is seen")


def pause(qapp: QApplication, lab: Lab) -> None:
    paused(qapp, lab)


def ask(qapp: QApplication, lab: Lab, look):
    future = lab.simulation.loop.call(look)
    wait_for(qapp, future.done, "the simulation answers")
    return future.result()


# -- probes of sites


def test_shift_p_probes_the_site_under_the_pointer_and_its_mark_follows_the_cut(qapp, load):
    lab = load("golden")
    probing, slices = part_of(lab, Probing), part_of(lab, UfieSlices)
    view = slices.views["slice"]
    view.canvas.pointer_moved.emit(3.0, 7.0, True)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qapp, lambda: bool(probing.probes), "a probe is there")
    (probe,) = probing.probes
    assert probe.kind == "site" and probe.engine == "ufie" and probe.quantity == "real"
    assert probe.site == slices.site_at("slice", 3, 7) and probe.site[6:8] == (3, 7)
    (mark,) = probing.sites.marks("slice")
    assert (mark.x, mark.y) == (3.0, 7.0)
    options = slices.options("slice")
    elsewhere = (*options.index[:8], (options.index[8] + 1) % 3)
    slices.wish("slice", type(options)(options.axes, elsewhere, "index"), "commit")
    assert probing.sites.marks("slice") == ()
    lab.undo()
    assert len(probing.sites.marks("slice")) == 1
    lab.undo()
    assert not probing.probes


def test_a_click_with_the_tool_places_it_and_a_drag_moves_it_in_one_step(qapp, load):
    lab = load("golden")
    pause(qapp, lab)
    probing, view = part_of(lab, Probing), part_of(lab, UfieSlices).views["slice"]
    native, camera = view.canvas_native, view.canvas.camera
    raised(qapp, lab, "probes")
    QTest.mouseClick(probing.panel.tools["site"], LEFT)
    start = QPoint(*(round(p) for p in camera.to_pixel(4.0, 3.0)))
    QTest.mouseClick(native, LEFT, PLAIN, start)
    wait_for(qapp, lambda: len(probing.probes) == 1, "the probe is placed")
    first = probing.probes[0].site
    assert first[6:8] == (4, 3)
    steps = lab.history.stack.count()
    goal = QPoint(*(round(p) for p in camera.to_pixel(8.0, 5.0)))
    QTest.mousePress(native, LEFT, PLAIN, start)
    QTest.mouseMove(native, (start + goal) / 2)
    QTest.mouseMove(native, goal)
    QTest.mouseRelease(native, LEFT, PLAIN, goal)
    wait_for(qapp, lambda: probing.probes[0].site[6:8] == (8, 5), "the probe is moved")
    assert lab.history.stack.count() == steps + 1
    lab.undo()
    assert probing.probes[0].site == first


def test_the_slices_menu_offers_a_probe(qapp, load):
    lab = load("golden")
    probing, slices = part_of(lab, Probing), part_of(lab, UfieSlices)
    menu = QMenu()
    probing.sites._fill(menu, "slice", "", 2.0, 2.0)
    (action,) = menu.actions()
    assert action.text().startswith("Probe this site")
    action.trigger()
    assert probing.probes[-1].site == slices.site_at("slice", 2, 2)
    empty = QMenu()
    probing.sites._fill(empty, "slice", "", -5.0, 2.0)
    assert not empty.actions()


def test_samples_of_a_site_are_those_of_the_field_and_can_be_saved(qapp, load, tmp_path):
    lab = load("golden")
    pause(qapp, lab)
    probing = part_of(lab, Probing)
    site = (1, 0, 0, 0, 0, 0, 5, 4, 2)
    probing.add_site(site, "amplitude")
    tick = ask(qapp, lab, lambda world: world.macro_tick)
    lab.step(25)
    wait_for(qapp, lambda: probing.sampler.data().ticks[-1:].tolist() == [tick + 25], "all steps are sampled")
    psi = ask(qapp, lab, lambda world: world.engine("ufie").field("psi")[site])
    data = probing.sampler.data()
    assert data.ticks[-26:].tolist() == list(range(tick, tick + 26))
    assert data.values[probing.probes[-1].id][-1] == pytest.approx(abs(psi), rel=1e-6)
    path = tmp_path / "site.csv"
    probing.exports.samples(str(path))
    wait_for(qapp, lambda: path.exists() and lab.background.idle, "the file is written")
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))
    assert len(rows) == len(data.ticks) + 1 and float(rows[-1][-1]) == data.values[probing.probes[-1].id][-1]


# -- spectrum


def test_the_spectrum_of_a_single_tone_peaks_at_its_mark(qapp, load):
    lab = load("single")
    part = part_of(lab, UfieSpectrum)
    raised(qapp, lab, "spectrum")
    panel = part.panel
    panel.length.set_value("512")
    panel.switches["average"].setChecked(False)
    pause(qapp, lab)
    wait_for(qapp, lambda: part.series.tracker in lab.simulation.loop.trackers, "the site is sampled")
    stride = part.series.tracker.stride
    assert stride == 5  # of all axes the band ends at 357 Hz: 5 steps of 0.25 ms show up to 400 Hz
    lab.set_speed(None)
    goal = ask(qapp, lab, lambda world: world.macro_tick) + 2600
    lab.step(2600)
    wait_for(qapp, lambda: part.series.tracker.data(1).tick > goal - stride, "2,600 steps are sampled")
    part._again()
    wait_for(
        qapp,
        lambda: (
            panel.data is not None
            and panel.data.kept == 512
            and panel.data.bin == pytest.approx(1 / (512 * 5 * 2.5e-4), rel=1e-6)
            and abs(panel.data.peak - 40.0) < panel.data.bin
        ),
        "the spectrum of all that was sampled, with its peak",
    )
    data = panel.data
    marks = {mark.name: mark for mark in panel.plot.marks}
    assert marks["tone"].frequency == 40.0 and marks["tone"].kind == "emitter"
    assert marks["band top"].frequency == pytest.approx(600 / math.pi, rel=0.01)
    assert panel.plot.nearest(data.peak).name == "tone"
    assert "1/T" in panel.note.toolTip() or "1/T" in panel.note.text()
    lab.editing.set_parameter("emitters.tone.detune", 0.05)
    wait_for(
        qapp,
        lambda: any(m.name == "tone" and m.frequency == pytest.approx(42.0) for m in panel.plot.marks),
        "the line moves with the detuning",
    )
    sheet = part.sheet()
    assert sheet is not None and len(sheet.columns["frequency [Hz]"]) == len(data.frequency)


def test_a_probe_can_be_chosen_mixing_lines_and_both_sides_shown(qapp, load):
    lab = load("golden")
    part, probing = part_of(lab, UfieSpectrum), part_of(lab, Probing)
    raised(qapp, lab, "spectrum")
    wait_for(qapp, lambda: part.series.tracker is not None, "the centre is sampled")
    assert part.series.tracker.site == (1, 0, 0, 0, 0, 0, 6, 5, 1) and not probing.probes
    site = (2, 0, 0, 0, 0, 0, 1, 1, 0)
    probing.add_site(site, "real")
    key = probing.probes[-1].id
    assert part.panel.site.findData(key) >= 0
    part.panel.site.set_value(key)
    part.panel.site.chosen.emit(key)
    assert part.series.tracker.site == site
    probing.delete(key)
    assert part.panel.site.value == CENTRE and part.series.tracker.site[6] == 6
    QTest.mouseClick(part.panel.switches["products"], LEFT)
    names = {mark.name for mark in part.panel.plot.marks}
    assert {"2 e1 - e2", "e1 + e2", "e9"} <= names
    part.panel.sides.set_value("both")
    part.panel.sides.chosen.emit("both")
    wait_for(qapp, lambda: part.panel.data is not None and part.panel.data.frequency[0] < 0, "both sides")
    assert any(mark.frequency < 0 for mark in part.panel.plot.marks)
    part.panel.sides.set_value("real")
    part.panel.sides.chosen.emit("real")
    QTest.mouseClick(part.panel.switches["products"], LEFT)


def test_a_hidden_spectrum_samples_nothing(qapp, load):
    lab = load("golden")
    part = part_of(lab, UfieSpectrum)
    raised(qapp, lab, "spectrum")
    wait_for(qapp, lambda: part.series.tracker in lab.simulation.loop.trackers, "it samples")
    raised(qapp, lab, "oracle")
    wait_for(
        qapp,
        lambda: (
            part.series.tracker is None
            and not any(type(t).__name__ == "SiteSeries" for t in lab.simulation.loop.trackers)
        ),
        "it samples no more",
    )


# -- dials


def test_the_dials_are_read_from_the_run_and_turn_when_a_tone_is_detuned(qapp, load):
    lab = load("golden")
    part = part_of(lab, UfieResonance)
    raised(qapp, lab, "dials")
    faces = part.panel.faces
    wait_for(qapp, lambda: len(faces.marks) == 6, "the dials are shown")
    assert np.allclose([mark.angle for mark in faces.marks], [50, 46, 38, 34, 26, 18], atol=1e-9)
    assert np.allclose([mark.expected for mark in faces.marks], [50, 46, 38, 34, 26, 18], atol=1e-9)
    wait_for(qapp, lambda: "All locks hold" in part.panel.locks.text(), "all locks hold")
    wait_for(qapp, lambda: part.panel.meter.share > 1 / 4096, "boxes are visited")
    assert 0 < part.panel.meter.share <= 3 / 16
    wait_for(qapp, lambda: abs(part.panel.meter.reach - 3 / 16) <= 0.07, "the reach of the orbit")
    pause(qapp, lab)
    lab.editing.set_parameter("dphi", 1.0)
    wait_for(qapp, lambda: abs(faces.marks[0].angle - 25) < 1e-9, "the dials follow Δϕ")
    lab.editing.set_parameter("emitters.e3.detune", 1e-3)
    lab.set_playing(True)
    wait_for(qapp, lambda: any(mark.rate for mark in faces.marks), "a lock is broken")
    assert [mark.rate != 0 for mark in faces.marks] == [True, True, True, False, False, False]
    assert "breaks 3 of 6 locks" in part.panel.locks.text() and "13.31" in part.panel.locks.text()


def test_without_the_tones_the_dials_say_what_to_do(qapp, load):
    lab = load("single")
    part = part_of(lab, UfieResonance)
    raised(qapp, lab, "dials")
    wait_for(qapp, lambda: not part.panel.hint.isHidden(), "the hint is shown")
    assert "e1 to e8" in part.panel.hint.text() and part.panel.faces.isHidden()


# -- bricks


def test_bricks_are_counted_mapped_and_hatched_as_the_run_has_them(qapp, load):
    lab = load("active")
    part, slices = part_of(lab, UfieBricks), part_of(lab, UfieSlices)
    raised(qapp, lab, "bricks")
    wait_for(qapp, lambda: part.panel.data is not None and part.panel.data.grown > 0, "bricks have grown")
    pause(qapp, lab)
    bricks = ask(qapp, lab, lambda world: world.engine("ufie").bricks())
    shape = lab.document.content.config.shape
    options = slices.options("slice")
    there = np.isin(brick_of(np.arange(math.prod(shape)), shape), bricks).reshape(shape)
    cut = tuple(slice(None) if k in (6, 7) else options.index[k] for k in range(9))
    part._again()
    wait_for(qapp, lambda: part.panel.data.present == len(bricks), "the newest bricks are shown")
    state = part.watch.tracker.data()
    if options.axes == ("x", "y"):
        wanted = there[cut].T.astype(float)
        assert np.array_equal(shown_share(state, Plane(options.axes, options.index)), wanted)
    assert part.panel.map.share is not None and part.panel.map.share.shape == (
        shape["rstuvwxyz".index(options.axes[1])],
        shape["rstuvwxyz".index(options.axes[0])],
    )
    assert part.panel.data.sites == there.sum()
    assert len(part.panel.data.ticks) > 1


def test_thresholds_and_the_switch_start_the_run_again_in_one_step(qapp, load):
    lab = load("active")
    part = part_of(lab, UfieBricks)
    raised(qapp, lab, "bricks")
    before = lab.simulation.loop.world.generation
    steps = lab.history.stack.count()
    part.panel.fields["active.grow_above"].edited.emit(0.02, "commit")
    wait_for(qapp, lambda: lab.simulation.loop.world.generation > before, "the run starts again")
    assert lab.document.content.config.active.grow_above == 0.02
    assert lab.history.stack.count() == steps + 1
    part.panel.fields["active.prune_below"].edited.emit(0.5, "commit")
    assert lab.document.content.config.active.prune_below == 1e-4
    assert part.panel.fields["active.prune_below"].value == 1e-4
    before = lab.simulation.loop.world.generation
    QTest.mouseClick(part.panel.active, LEFT, PLAIN, QPoint(8, part.panel.active.height() // 2))
    wait_for(qapp, lambda: lab.simulation.loop.world.generation > before, "all bricks are there")
    assert not lab.document.content.config.active.on
    wait_for(
        qapp, lambda: part.panel.data is None and part.watch.tracker is None, "there is nothing to count"
    )
    lab.undo()
    assert part.panel.active.isChecked()


def test_what_is_absent_is_covered_by_boxes_exactly():
    rng = np.random.default_rng(3)
    for _ in range(20):
        mask = rng.random((7, 9)) < 0.5
        drawn = np.zeros(mask.shape, int)
        for left, bottom, right, top in boxes(mask):
            drawn[bottom:top, left:right] += 1
        assert np.array_equal(drawn, mask.astype(int))


# -- memory


def test_the_estimate_beneath_a_shape_is_that_of_what_is_typed(qapp, load, monkeypatch):
    """Answers about what is free come in any order, and a run in place late shows its set-up once more."""
    lab = load("golden")
    part, row = part_of(lab, UfieBricks), lab.window.parameters.form.rows["shape"]
    asked: list[Callable[[int], None]] = []
    with monkeypatch.context() as patched:
        patched.setattr(lab.background, "run", lambda _work, then: asked.append(then))
        row.editor.selectAll()
        QTest.keyClicks(row.editor, "1 1 1 1 1 1 20 20 20")
        part.set_up_shown(lab.document.content)
        for told in reversed(asked):
            told(1 << 30)
    assert row.note.text().startswith("8,000 sites")
    row.editor.setModified(False)
    part.set_up_shown(lab.document.content)
    wait_for(qapp, lambda: row.note.text().startswith(f"{math.prod(SHAPE):,} sites"), "what runs")
    lab.panels.show_set_up(lab.document.content)


def test_a_shape_that_does_not_fit_is_refused_and_the_run_goes_on(qapp, load, monkeypatch):
    lab = load("golden")
    raised(qapp, lab, "bricks")
    part = part_of(lab, UfieBricks)
    wait_for(qapp, lambda: bool(part.panel.memory.bar.parts), "the estimate is shown")
    assert "MiB" in part.panel.memory.total.text() and "free" in part.panel.memory.total.text()
    monkeypatch.setattr(memory_check, "free", lambda: 1 << 30)
    row = lab.window.parameters.form.rows["shape"]
    generation = lab.simulation.loop.world.generation
    row.editor.setFocus()
    row.editor.selectAll()
    QTest.keyClicks(row.editor, "1 1 1 1 1 1 200 200 200")
    wait_for(qapp, lambda: row.note.text().startswith("8,000,000 sites"), "what is typed is estimated")
    QTest.keyClick(row.editor, Qt.Key.Key_Escape)
    row.editor.setModified(False)
    assert lab.simulation.loop.world.generation == generation
    generation, tick = lab.simulation.loop.world.generation, lab.frame.macro_tick
    lab.editing.set_parameter("shape", [10, 1, 10, 10, 1, 1, 40, 100, 10])
    assert list(lab.document.content.config.shape) == SHAPE
    assert "1.0 GiB are free" in lab.window.parameters.form.rows["shape"].error()
    wait_for(qapp, lambda: lab.frame.macro_tick > tick, "the run goes on")
    assert lab.simulation.loop.world.generation == generation
