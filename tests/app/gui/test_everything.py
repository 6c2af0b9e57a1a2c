"""Lattice, clocks and wave in one window: its layout, its sliders, and views that move to their docks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.app import labs, settings
from tauscope.app.lab import Lab
from tauscope.app.parts.engines import Engines
from tauscope.app.parts.kuramoto_lab import KuramotoLab
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.parts.workspaces import Workspaces
from tauscope.widgets.berth import Berth
from tauscope.widgets.sight import in_sight
from tests.app.gui.conftest import end, open_lab
from tests.engine.redshift import clocks
from tests.support import leaks
from tests.support.gui import LEFT, PLAIN, distinct_colours, drag, in_place, pump, screen_of, wait_for

SMALL: dict[str, Any] = {
    "schema_version": 1,
    "engine": "gravity",
    "title": "Small everything",
    "summary": "All engines, small.",
    "config": {"nx": 64, "ny": 48, "sources": [{"kind": "gaussian", "x": 26, "y": 24, "strength": 0.01}]},
    "ticks": 4,
    "companions": {
        "kuramoto": {"config": clocks(clock_places=[[20, 20], [40, 20], [30, 40]])},
        "ufie": {"config": {"shape": [3, 1, 1, 1, 1, 1, 12, 10, 3], "c0": 200}, "ticks": 2},
    },
    "couplings": [{"kind": "clock_rate"}, {"kind": "refraction"}],
}
CALM = 100.0
"""Ticks a second where a test lets it run: the processor is left to the window."""
RATIOS = {"gravity": 4, "kuramoto": 1, "ufie": 2}


@pytest.fixture(autouse=True)
def _no_leaks() -> None:
    """What is left behind is looked for once, when the window of all these tests is closed."""


@pytest.fixture(scope="module")
def shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A window that has run all three, for all tests of this file; it rests between them."""
    folder, before = tmp_path_factory.mktemp("everything"), leaks.snapshot()
    preset = folder / "small_everything.json"
    preset.write_text(json.dumps(SMALL), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAUSCOPE_SETTINGS", str(folder / "settings.json"))
        kept = settings.Settings.model_validate({"theme": "dark", "recording_folder": str(folder)})
        lab = open_lab(qapp, kept, str(preset), (1280, 800))
        wait_for(qapp, partial(runs, lab), "the first frames", 120.0)
        lab.set_speed(CALM)
        rest(lab, qapp)
        yield lab
        end(qapp, [lab])
    del lab
    left = leaks.left_behind(before)
    assert not left, "these tests left behind: " + "; ".join(left)


def runs(lab: Lab) -> bool:
    return lab.frame is not None and lab.frame.macro_tick > 0


@pytest.fixture
def lab(shared: Lab, qapp: QApplication) -> Iterator[Lab]:
    """The window in its lab, paused, with its own layout and the lattice in focus."""
    shared.window.show_lab(labs.EVERYTHING)
    shared.shell.reset_layout()
    shared.document.focus("gravity")
    wait_for(qapp, lambda: in_sight(view(shared, "circles")), "the circles are seen")
    yield shared
    rest(shared, qapp)


def rest(lab: Lab, qapp: QApplication) -> None:
    """Pause, with nothing left to say."""
    lab.set_playing(False)
    in_place(qapp, lab)
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the run pauses")
    while lab.window.notifications.dismiss_top():
        pump(qapp, 0.02)


def view(lab: Lab, key: str) -> QWidget:
    return part_of(lab, KuramotoLab).view if key == "circles" else part_of(lab, UfieSlices).views["slice"]


def native(lab: Lab, key: str) -> QWidget:
    found: Any = view(lab, key)
    canvas: QWidget = found.canvas_native
    return canvas


def settle(lab: Lab, qapp: QApplication) -> None:
    """Let what was asked of the simulation be done."""
    done = lab.simulation.loop.call(lambda _world: None)
    wait_for(qapp, done.done, "the simulation has done what was asked")


def whole(widget: QWidget) -> bool:
    """Whether all of a widget is in sight."""
    return bool(
        widget.isVisible() and widget.visibleRegion().boundingRect() == QRect(QPoint(0, 0), widget.size())
    )


def test_fields_circles_slice_palette_and_sliders_are_seen_without_scrolling(
    lab: Lab, qapp: QApplication
) -> None:
    window = lab.window
    assert window.lab is labs.EVERYTHING
    assert [*window.parameters.heroes] == ["capacity", "ufie.dphi", "kuramoto.K", "kuramoto.permeability"]
    wait_for(qapp, lambda: all(whole(hero) for hero in window.parameters.heroes.values()), "all four sliders")
    for key in ("hero", "tau", "phi"):
        canvas = window.views[key].canvas_native
        wait_for(qapp, lambda canvas=canvas: whole(canvas), f"the field {key}")  # type: ignore[misc]
        assert canvas.height() >= 180 and canvas.width() >= 180
    for key in ("circles", "slice"):
        wait_for(qapp, lambda key=key: whole(native(lab, key)), f"the whole {key}")  # type: ignore[misc]
        assert native(lab, key).height() >= 180
    wait_for(qapp, lambda: in_sight(window.sources) and in_sight(window.monitors), "palette and monitors")
    assert window.docks["circles"].geometry().left() > window.centre.geometry().right()
    assert window.docks["slice"].geometry().top() > window.docks["circles"].geometry().bottom()
    assert window.docks["parameters"].geometry().left() > window.docks["slice"].geometry().right()


def test_a_slider_reaches_its_engine_whichever_is_in_focus(lab: Lab, qapp: QApplication) -> None:
    def value(engine: str, path: str) -> float:
        return float(getattr(lab.simulation.loop.world.engine(engine).config, path))

    world, before = lab.simulation.loop.world, value("ufie", "dphi")
    hero = lab.window.parameters.heroes["ufie.dphi"]
    middle = QPoint(hero.track.width() // 2, hero.track.height() // 2)
    drag(qapp, hero.track, QPoint(20, middle.y()), middle)
    wait_for(qapp, lambda: value("ufie", "dphi") == hero.number != before, "the wave has the phase")
    assert lab.document.content.engine == "gravity"
    lab.document.focus("ufie")
    assert lab.window.parameters.heroes["dphi"] is hero, "the sliders stay where they are"
    assert lab.window.parameters.form.rows["dphi"].value == pytest.approx(hero.number)
    lab.undo()
    settle(lab, qapp)
    assert value("ufie", "dphi") == before == hero.number, "the drag was one step"
    lab.editing.set_parameter_of("kuramoto", "K", 0.7)
    settle(lab, qapp)
    assert value("kuramoto", "K") == 0.7
    assert lab.window.parameters.heroes["kuramoto.K"].number == 0.7
    lab.window.parameters.heroes["kuramoto.K"].reset_requested.emit()
    settle(lab, qapp)
    assert value("kuramoto", "K") == lab.window.parameters.heroes["kuramoto.K"].number != 0.7
    lab.editing.set_parameter_of("kuramoto", "K", -1.0)
    assert lab.window.parameters.heroes["kuramoto.K"].value.message.isVisible()
    assert lab.simulation.loop.world is world, "nothing was restarted"


def test_the_monitors_show_all_engines(lab: Lab, qapp: QApplication) -> None:
    monitors = lab.window.monitors
    assert {"f_traffic_min", "kuramoto.R_total", "ufie.residual"} <= set(monitors.shown)
    lab.set_playing(True)
    monitors.clear()
    names = ("f_traffic_min", "kuramoto.R_total", "ufie.residual")
    wait_for(qapp, lambda: all(len(monitors.history.curve(n)[0]) > 1 for n in names), "two samples")
    shown = dict(monitors.rows)
    lab.actions["next_engine"].trigger()
    assert lab.document.content.engine != "gravity"
    assert monitors.rows == shown, "turning to another engine forgets nothing"
    for name in ("f_traffic_min", "kuramoto.R_total", "ufie.residual"):
        assert len(monitors.history.curve(name)[0]) > 1


def test_a_step_is_one_of_all_engines(lab: Lab, qapp: QApplication) -> None:
    world = lab.simulation.loop.world
    before = {key: engine.tick for key, engine in world.engines.items()}
    start = world.macro_tick
    lab.step(3)
    wait_for(
        qapp, lambda: world.macro_tick == start + 3 and not lab.simulation.loop.running, "it has stepped"
    )
    assert {key: engine.tick - before[key] for key, engine in world.engines.items()} == {
        key: 3 * ratio for key, ratio in RATIOS.items()
    }


@pytest.mark.parametrize(("key", "spec"), [("circles", labs.KURAMOTO), ("slice", labs.UFIE)])
def test_a_view_moves_to_the_centre_of_its_lab_and_back(
    lab: Lab, qapp: QApplication, key: str, spec: labs.LabSpec
) -> None:
    window, hero = lab.window, lab.window.views["hero"]
    berth = window.docks[key].widget()
    assert isinstance(berth, Berth) and berth.isAncestorOf(view(lab, key))
    header = berth.row.findChild(QWidget)
    assert header is not None
    assert in_sight(header) and not view(lab, key).isAncestorOf(header), "it stands in the dock's title"
    window.show_lab(spec)
    assert window.stack.currentWidget() is view(lab, key)
    assert view(lab, key).isAncestorOf(header) and berth.empty
    assert key not in window.offered()
    wait_for(qapp, lambda: distinct_colours(screen_of(native(lab, key))) >= 20, "a picture in the centre")
    window.show_lab(labs.EVERYTHING)
    assert window.stack.currentWidget() is hero and hero.parent() is window.stack
    assert berth.isAncestorOf(view(lab, key)) and not view(lab, key).isAncestorOf(header)
    wait_for(qapp, lambda: distinct_colours(screen_of(native(lab, key))) >= 20, "a picture in the dock")


@pytest.mark.parametrize("key", ["circles", "slice"])
def test_a_dock_of_a_view_floats_closes_and_comes_back(lab: Lab, qapp: QApplication, key: str) -> None:
    dock = lab.window.docks[key]
    dock.setFloating(True)
    dock.raise_()
    wait_for(qapp, lambda: distinct_colours(screen_of(native(lab, key))) >= 20, "a picture afloat")
    dock.setFloating(False)
    kept = lab.window.save_layout()
    dock.close()

    def wanted() -> set[str]:
        return {r.field for group in lab.simulation.loop._requests.values() for r in group}

    wait_for(qapp, lambda: key != "circles" or "theta" not in wanted(), "what is closed costs nothing")
    lab.window.restore_layout(*kept)
    wait_for(qapp, lambda: in_sight(view(lab, key)), "the kept layout")
    wait_for(qapp, lambda: distinct_colours(screen_of(native(lab, key))) >= 20, "a picture in the dock")


def test_a_coupling_is_switched_off_and_on_again(lab: Lab, qapp: QApplication) -> None:
    lab.window.docks["engines"].raise_()
    panel, before = part_of(lab, Engines).panel, lab.simulation.loop.world
    assert [switch.text() for switch in panel.switches] == ["Gravity → Kuramoto", "Gravity → UFIE"]
    wait_for(qapp, lambda: in_sight(panel.switches[0]), "the dock is in front")
    QTest.mouseClick(panel.switches[0], LEFT, PLAIN, QPoint(8, panel.switches[0].height() // 2))
    wait_for(qapp, lambda: lab.simulation.loop.world is not before, "a new run")
    world = lab.simulation.loop.world
    assert [item.on for item in world.setup.couplings] == [False, True]
    lab.step(1)
    wait_for(qapp, lambda: world.macro_tick > 0 and not lab.simulation.loop.running, "it has stepped")
    rates = lab.simulation.loop.call(lambda now: now.engine("kuramoto").field("clock_rate"))
    settle(lab, qapp)
    assert (rates.result() == 1.0).all(), "no clock is slowed down"
    lab.undo()
    wait_for(qapp, lambda: lab.simulation.loop.world is not world, "the run before")
    assert panel.switches[0].isChecked()
    lab.editing.locked = "A recording is shown."
    panel.switches[1].click()
    lab.editing.locked = ""
    assert panel.switches[1].isChecked() and lab.document.content.couplings[1].on


def test_the_menu_of_workspaces_begins_with_everything_in_every_lab(lab: Lab) -> None:
    spaces = part_of(lab, Workspaces)
    spaces.menu.aboutToShow.emit()
    assert spaces.menu.actions()[0].text() == "Everything"
    assert spaces.offered()[0][0] == "Everything", "to which a reset of the layout returns"
    spaces.choose("Waves and clocks")
    assert lab.window.docks["tau"].isHidden() and not lab.window.docks["traces"].isHidden()
    spaces.reset()
    assert not lab.window.docks["tau"].isHidden() and lab.window.docks["traces"].isHidden()
    lab.window.show_lab(labs.KURAMOTO)
    spaces.menu.aboutToShow.emit()
    assert spaces.menu.actions()[0].text() == "Everything"
    lab.window.show_lab(labs.EVERYTHING)


@pytest.mark.parametrize("size", [(960, 600), (1920, 1080)])
def test_other_sizes_have_their_own_arrangement(lab: Lab, qapp: QApplication, size: tuple[int, int]) -> None:
    window = lab.window
    before = window.size()
    window.resize(*size)
    wait_for(qapp, lambda: (window.width(), window.height()) == size, "the size")
    lab.shell.reset_layout()
    tall = size[1] > 1000
    wait_for(qapp, lambda: in_sight(window.views["phi"].canvas_native), "a field below")
    wait_for(qapp, lambda: in_sight(window.docks["probes"].widget()) is tall, "the probes in a large window")
    wait_for(qapp, lambda: in_sight(window.docks["monitors"].widget()), "the monitors")
    wait_for(qapp, lambda: in_sight(native(lab, "circles")), "the circles")
    wait_for(qapp, lambda: in_sight(native(lab, "slice")) is tall, "the slice in a large window")
    window.resize(before)
    wait_for(qapp, lambda: window.size() == before, "the size before")


def test_notes_stand_over_the_right_column_and_leave_the_views_beside_it(
    lab: Lab, qapp: QApplication
) -> None:
    window = lab.window
    lab.notify("error", "Something broke, and this says in a sentence of some length why it did.")
    banner = window.notifications.visible()[0]

    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())

    wait_for(qapp, lambda: banner.width() > 100, "the banner has its size")
    for key in ("circles", "slice"):
        assert not place(banner).intersects(place(window.docks[key])), key
    assert window.rect().contains(place(banner))
