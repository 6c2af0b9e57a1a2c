"""The gauge lab: live β, planes of a lattice of four axes, new starts, mean plaquette and correlators."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.gauge_correlators import GaugeCorrelators
from tauscope.app.parts.gauge_mean import GaugeMean
from tauscope.app.parts.gauge_plane import GaugePlane
from tauscope.app.parts.pictures import Pictures
from tauscope.app.parts.probing import Probing
from tauscope.app.parts.sessions import part_of
from tauscope.app.recording import RecordingFile
from tauscope.widgets.save_dialogs import ExportDialog
from tests.support.gui import distinct_colours, paused, point_of, pump, screen_of, served, wait_for

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def gauge(make_lab: Callable[..., Lab], tmp_path: Path) -> Callable[..., Lab]:
    """Open a lab with a configuration of the gauge engine."""

    def opened(**config: Any) -> Lab:
        path = tmp_path / "gauge.json"
        preset = {"engine": "gauge", "title": "Links", "summary": "Links", "config": config}
        path.write_text(json.dumps(preset), encoding="utf-8")
        return make_lab(str(path))

    return opened


def engine_of(app: QApplication, lab: Lab) -> Any:
    """The engine, once it has done what was asked."""
    served(app, lab)
    return lab.simulation.loop.world.engine("gauge")


def test_two_dimensions_meet_the_exact_values(
    gauge: Callable[..., Lab], qapp: QApplication, tolerances: dict[str, Any]
) -> None:
    lab = gauge(shape=[16, 16], beta=2.0, thermalisation=50)
    mean, correlators = part_of(lab, GaugeMean), part_of(lab, GaugeCorrelators)
    view = lab.window.views["hero"]
    assert lab.window.lab.key == "gauge" and {"mean", "correlators"} <= lab.window.offered().keys()
    assert part_of(lab, GaugePlane).bar.isHidden()
    wait_for(qapp, lambda: "exact" in mean.panel.numbers.text(), "mean and exact value are told")
    assert "0.697775" in mean.panel.numbers.text() and "τ_int" in mean.panel.numbers.text()

    def blocks() -> int:
        return int((correlators.panel.about.text() or "0").split()[0])

    wait_for(qapp, lambda: blocks() >= 20, "the potential of twenty blocks is drawn")
    seen = {one.key: one for one in correlators.panel.plane.series}
    exact, found = seen["exact"], seen["wilson1"]
    assert found.error is not None and (found.error > 0).all()
    pulls = (found.y[:2] - exact.y[:2]) / found.error[:2]
    assert np.abs(pulls).max() < tolerances["gauge"]["window"]["pull"]
    drawn = {curve.key for curve in mean.panel.chart.panes[0].curves}
    assert drawn >= {"plaquette", "plaquette_mean", "band+1", "band-1", "exact"}

    paused(qapp, lab)
    pump(qapp, 0.1)
    assert distinct_colours(screen_of(view.canvas_native)) >= 50
    of_engine = lab.simulation.loop.world.field("gauge", "plaquette")
    assert view.array is not None
    for cell in ((0, 0), (3, 12), (8, 8), (15, 1), (10, 15)):
        assert view.array[cell] == of_engine[cell]

    slider = lab.window.parameters.heroes["beta"]
    slider.edited.emit(1.0, "commit")
    engine = engine_of(qapp, lab)
    assert engine.config.beta == 1.0 and math.isnan(engine.scalar("plaquette_mean"))
    QTest.mouseClick(mean.panel.cold, LEFT)
    assert engine_of(qapp, lab).scalar("plaquette") == 1.0
    QTest.mouseClick(mean.panel.hot, LEFT)
    assert engine_of(qapp, lab).scalar("plaquette") < 0.5

    assert mean.panel.verdict.isHidden()
    QTest.mouseClick(mean.panel.compare, LEFT)
    assert mean.panel.compare.text() == "Stop"
    wait_for(qapp, mean.panel.verdict.isVisible, "both starts are compared")
    assert "the starts agree" in mean.panel.verdict.text()
    assert mean.panel.verdict.property("role") == "good"


def test_a_plane_of_four_axes_is_chosen_and_cut(gauge: Callable[..., Lab], qapp: QApplication) -> None:
    lab = gauge(shape=[4, 6, 8, 10], beta=1.0)
    bar, view = part_of(lab, GaugePlane).bar, lab.window.views["hero"]
    wait_for(qapp, lambda: bar.isVisible() and view.array is not None, "the plane is shown")
    assert view.array is not None and view.array.shape == (8, 10)
    assert [name for name, one in bar.sliders.items() if one.isVisible()] == ["z", "t"]
    paused(qapp, lab)
    whole = lab.simulation.loop.world.field("gauge", "plaquette")
    assert np.array_equal(view.array, whole[2, 3])

    probing = part_of(lab, Probing)
    probing.choose_tool("point")
    QTest.mouseClick(view.canvas_native, LEFT, Qt.KeyboardModifier.NoModifier, point_of(view, 3, 4))
    assert lab.document.content.probes == ()  # x and y alone are no place of four axes
    QTest.keyClick(bar.sliders["t"].track, Qt.Key.Key_Right)
    wait_for(qapp, lambda: view.array is not None and np.array_equal(view.array, whole[3, 3]), "another cut")
    assert bar.plane is not None
    index = bar.plane.findData("x t")
    bar.plane.setCurrentIndex(index)
    bar.plane.activated.emit(index)
    wait_for(
        qapp,
        lambda: view.array is not None and np.array_equal(view.array, whole[:, 3, 4, :]),
        "another plane",
    )
    QTest.mouseMove(view.canvas_native, point_of(view, 3, 1))
    wait_for(qapp, lambda: view.readout().endswith("t 1  z 3  y 4  x 3"), "the site is named by its axes")
    lab.undo()
    wait_for(qapp, lambda: view.array is not None and view.array.shape == (8, 10), "the plane before")


def test_a_lattice_of_four_axes_is_recorded_played_and_pictured(
    gauge: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = gauge(shape=[4, 6, 8, 10], beta=1.0)
    view = lab.window.views["hero"]
    wait_for(qapp, lambda: view.array is not None, "the plane is shown")
    lab.files.toggle_recording()
    wait_for(qapp, lambda: lab.record.active, "it records")
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames are saved")
    lab.files.toggle_recording()
    wait_for(qapp, lambda: not lab.record.active and lab.background.idle, "the file is closed")
    path = next(tmp_path.glob("*.h5"))
    with RecordingFile(path) as file:
        whole = file.frame("plaquette", 0)
    lab.playback.open(str(path))
    wait_for(
        qapp,
        lambda: lab.playback.active and view.array is not None and np.array_equal(view.array, whole[2, 3]),
        "the first frame is cut",
    )
    assert "frame 1 of" in lab.window.player.where.text() and "t " not in lab.window.player.where.text()
    lab.files.snapshot(str(tmp_path / "plane.png"))
    wait_for(qapp, (tmp_path / "plane.npz").is_file, "the picture is saved")
    wait_for(qapp, lambda: lab.background.idle, "all of it")
    with np.load(tmp_path / "plane.npz") as data:
        assert any(np.array_equal(data[name], whole[2, 3]) for name in data.files)
    part_of(lab, Pictures).ask_export()
    dialog = lab.window.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("png"))
    assert dialog.plane.isVisible() and dialog.plane.text() == "x, y, t=2, z=3"  # the plane that is shown
    dialog.plane.setText("x, y, t=9")
    dialog.answer()
    wait_for(qapp, lambda: "outside the field" in dialog.state.text(), "the plane is refused with a sentence")
    dialog.plane.setText("t, z")
    dialog.answer()
    pictures = path.with_name(f"{path.stem}_frames")
    wait_for(qapp, lambda: pictures.is_dir() and lab.background.idle, "the pictures are written")
    with Image.open(min(pictures.iterdir())) as image:
        assert json.loads(getattr(image, "text", {})["tauscope"])["plane"]["axes"] == ["t", "z"]
    lab.playback.close()
