"""Synthetic atoms in the window: map, gates, voxels, zoom, modes, long scans and files, by real events."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app import atomx_check
from tauscope.app.atomx_views import CLASSES, GATES, classes
from tauscope.app.lab import Lab
from tauscope.app.labs import ATOMX, GRAVITY
from tauscope.app.parts.atomx_map import AtomxMap
from tauscope.app.parts.sessions import part_of
from tauscope.engine.atomx import scan
from tauscope.engine.atomx.config import AtomxConfig
from tauscope.engine.atomx.physical import screening
from tauscope.engine.atomx.radial import critical
from tauscope.widgets.buttons import Button
from tauscope.widgets.dialogs import Prompt
from tests.support.gui import LEFT, PLAIN, distinct_colours, screen_of, wait_for


def settled(qapp: QApplication, part: AtomxMap) -> None:
    wait_for(qapp, lambda: part.scan is not None and not part._busy and not part._again, "the scan ends")


def choose(qapp: QApplication, part: AtomxMap, name: str, key: Qt.Key) -> None:
    """Choose with the keyboard, as someone who tabbed there."""
    field = part.panel.form.fields[name]
    field.setFocus()
    QTest.keyClick(field, key)


def the_map_has_the_window_and_agrees_with_the_engine(qapp: QApplication, lab: Lab, part: AtomxMap) -> None:
    before = lab.frame
    lab.actions["atomx"].trigger()
    assert lab.window.lab is ATOMX and part.panel.isVisible()
    settled(qapp, part)
    assert part.scan is not None and part.region is not None
    expected = scan(kappa_count=120, r_screen_count=120)
    assert np.array_equal(part.region.passed, expected.region.passed)
    assert part.panel.sentence.text() == expected.sentence
    assert distinct_colours(screen_of(part.panel.map.plot)) >= 50
    wait_for(qapp, lambda: "bootstrap over the voxels" in part.panel.words.text(), "the spread is known")
    assert "no uncertainty of a measurement" in part.panel.words.text()
    wait_for(qapp, lambda: lab.frame is not before, "the run goes on behind it")


def contours_part_what_passes_from_what_fails(part: AtomxMap) -> None:
    assert part.scan is not None and part.region is not None
    lines = {line.key: line for line in part.panel.map.plot._drawn}
    assert {"split", "R2"} <= lines.keys()
    for key in ("split", "R2"):
        x, y = lines[key].x, lines[key].y
        known = np.isfinite(x)
        kappa, r_screen = x[known][::20] * 1e-12, y[known][::20] * 1e-9
        for one, other in zip(kappa, r_screen, strict=True):
            found = scan(kappa_start=one, kappa_stop=one, kappa_count=1, r_screen_start=other,
                         r_screen_stop=other, r_screen_count=1, table=part._table).levels  # fmt: skip
            value = float((found.split if key == "split" else found.R2)[0, 0])
            limit = part.panel.thresholds["split_thr" if key == "split" else "r2_thr"]
            assert abs(value - limit) < 2e-3, "linear between voxels"


def gates_follow_the_sliders_without_a_scan(qapp: QApplication, part: AtomxMap) -> None:
    panel, levels = part.panel, part.scan.levels if part.scan else None
    slider = panel.gates["split_thr"]
    count = part.region.count if part.region else 0
    track = slider.track
    at = QPoint(round(0.3 * track.width()), track.height() // 2)
    QTest.mousePress(track, LEFT, PLAIN, at)
    assert part.region is not None and part.scan is not None
    assert part.region.count < count and part.scan.levels is levels, "at once, with the same levels"
    QTest.mouseRelease(track, LEFT, PLAIN, at)
    limit = panel.thresholds["split_thr"]
    passed = part.region.passed
    assert float(part.scan.levels.split[passed].max()) <= limit and limit < 0.19
    kinds = classes(part.scan, part.region)
    assert ((kinds == 0) == passed).all() and int(kinds.max()) < len(CLASSES)
    slider.reset_requested.emit()
    assert part.region.count == count


def a_voxel_is_read_where_the_pointer_is(qapp: QApplication, part: AtomxMap) -> None:
    panel = part.panel
    place = panel.map.pixel_of(60, 70).toPoint()
    QTest.mouseMove(panel.map.plot.viewport(), place)
    wait_for(qapp, lambda: panel.map.cell == (60, 70), "the pointer is over the voxel")
    assert "Passes all gates" in panel.voxel.text() and "μ 0.125" in panel.voxel.text()
    wait_for(qapp, lambda: len(panel.waves.panes) == 2, "its wave functions")
    said = panel.waves.value_text()
    assert re.match(r"r \d+\snm  u₁ .*  V .*\smeV$", said) and "E₁" not in said
    font = panel.waves.readout.fontMetrics()
    assert font.horizontalAdvance(said) <= panel.waves.readout.width(), f"{said} is cut"
    waves = {curve.key: curve for curve in panel.waves.panes[0].curves}
    for curve in waves.values():
        norm = float(np.trapezoid(curve.y**2, curve.x))
        assert abs(norm - 1.0) < 5e-3, "norm 1 over r"
    signs = np.sign(waves["u2"].y[np.abs(waves["u2"].y) > 1e-3])
    assert (np.diff(signs) != 0).sum() == 1, "the second level has one node"
    QTest.mouseClick(panel.map.plot.viewport(), LEFT, PLAIN, place)
    assert panel.map.chosen == (60, 70)
    panel.map.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(60):
        QTest.keyClick(panel.map, Qt.Key.Key_Down)
    assert panel.map.cell == (0, 70) and "second level is lost" in panel.voxel.text()
    assert critical(2) < 0.3103


def a_zoom_is_scanned_anew(qapp: QApplication, part: AtomxMap) -> None:
    assert part.scan is not None
    panel, old = part.panel, part.scan.config
    view = panel.map.plot.viewport()
    middle = QPointF(view.rect().center())
    turn = QWheelEvent(middle, view.mapToGlobal(middle), QPoint(0, 0), QPoint(0, 480),
                       Qt.MouseButton.NoButton, PLAIN, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    qapp.sendEvent(view, turn)
    wait_for(qapp, lambda: part.scan is not None and part.scan.config.kappa_stop != old.kappa_stop, "a scan")
    new = part.scan.config
    assert old.kappa_start < new.kappa_start < new.kappa_stop < old.kappa_stop
    assert new.kappa_count == 120
    QTest.mouseDClick(view, LEFT, PLAIN, view.rect().center())
    wait_for(qapp, lambda: part.scan is not None and part.scan.config.kappa_stop == old.kappa_stop, "back")
    settled(qapp, part)


def a_zoom_ends_at_the_least_and_the_widest_range(qapp: QApplication, part: AtomxMap) -> None:
    panel = part.panel
    first = part.scan.config if part.scan is not None else None
    view = panel.map.plot.viewport()
    middle = QPointF(view.rect().center())
    for turns in (480, -480):
        for _ in range(60):
            turn = QWheelEvent(
                middle, view.mapToGlobal(middle), QPoint(0, 0), QPoint(0, turns),
                Qt.MouseButton.NoButton, PLAIN, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            qapp.sendEvent(view, turn)
        assert first is not None
        wait_for(qapp, lambda: part.scan is not None and not _same(part.scan.config, first), "a scan")
        settled(qapp, part)
        assert part.scan is not None and panel.complaint.text() == ""
        config = part.scan.config
        if turns > 0:
            assert 0.9e-3 < config.kappa_stop / config.kappa_start - 1.0 < 1.2e-3
            assert 0.9e-3 < config.r_screen_stop / config.r_screen_start - 1.0 < 1.2e-3
        (left, right), (low, high) = panel.map.plot.getPlotItem().getViewBox().viewRange()
        cells = panel.map.heat
        assert cells is not None and np.allclose((left, right), cells.x.ends, rtol=1e-6)
        assert np.allclose((low, high), cells.y.ends, rtol=1e-6), "the map fills the view"
        for _ in range(2):
            QTest.mouseDClick(view, LEFT, PLAIN, view.rect().center())
        wait_for(qapp, lambda: part.scan is not None and _same(part.scan.config, first), "back")
        settled(qapp, part)
    assert "bind two levels" in panel.sentence.text()


def _same(one: AtomxConfig, other: AtomxConfig | None) -> bool:
    return other is not None and (one.kappa_stop, one.r_screen_stop) == (
        other.kappa_stop,
        other.r_screen_stop,
    )


def contours_of_few_voxels_are_smooth(part: AtomxMap) -> None:
    """Read between the voxels: on their own grid of 20 the line of R2 has corners."""
    assert part.scan is not None and part.scan.config.kappa_count == 20 and part._table is not None
    for line in part.panel.map.plot._drawn:
        if line.key == "R2":
            known = np.isfinite(line.x)
            mu = screening(line.x[known] * 1e-12, line.y[known] * 1e-9)
            value = part._table.at(mu).R2
            assert np.abs(value - 0.98).max() < 2e-3 and len(value) > 100
            return
    raise AssertionError("no line of R2")


def the_documents_rules_find_nothing_and_say_so(qapp: QApplication, part: AtomxMap) -> None:
    panel = part.panel
    choose(qapp, part, "mode", Qt.Key.Key_Down)
    wait_for(qapp, lambda: part.scan is not None and part.scan.config.mode == "reference", "the other mode")
    settled(qapp, part)
    assert "empty" in panel.sentence.text() and "0 of" not in panel.sentence.text()
    assert "random numbers" in panel.words.text() and "maintained" in panel.words.text()
    panel.set_options({"kappa_start": 2e-17, "kappa_stop": 4e-16, "r_screen_start": 1e-7,
                       "r_screen_stop": 4e-7, "kappa_count": 20, "r_screen_count": 20})  # fmt: skip
    part.start()
    settled(qapp, part)
    assert part.region is not None and part.region.count == 145
    assert "352 of 400" in panel.sentence.text() and "nothing is measured" in _later(qapp, panel)
    choose(qapp, part, "mode", Qt.Key.Key_Up)
    wait_for(qapp, lambda: part.scan is not None and part.scan.config.mode == "physical", "and back")
    settled(qapp, part)
    assert part.region.count in (151, 152), "20 values of each, as on the page"


def _later(qapp: QApplication, panel: object) -> str:
    words = panel.words  # type: ignore[attr-defined]
    wait_for(qapp, lambda: "document has it" in words.text(), "the interval")
    return str(words.text())


def a_long_scan_is_cancelled(qapp: QApplication, part: AtomxMap) -> None:
    panel, before = part.panel, part.scan
    panel.form.set_value("method", "direct")
    panel.form.set_value("kappa_count", 100)
    panel.form.set_value("workers", 1)
    QTest.mouseClick(panel.run, LEFT)
    assert panel.run.text() == "Cancel"
    wait_for(qapp, lambda: "%" in panel.status.text(), "progress is told")
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.run.text() == "Scan", "it ends")
    assert part.scan is before and "cancelled" in panel.complaint.text()
    panel.form.set_value("method", "table")
    panel.form.set_value("kappa_count", 20)


def the_files_hold_what_is_shown(qapp: QApplication, lab: Lab, part: AtomxMap, folder: Path) -> None:
    QTest.mouseClick(part.panel.export, LEFT)
    prompt = qapp.activeModalWidget()
    assert isinstance(prompt, Prompt)
    browse = prompt.findChild(Button, "browse")
    assert browse is not None and browse.isVisible()
    prompt.field.setText(str(folder))
    QTest.mouseClick(prompt.accept_button, LEFT)
    wait_for(qapp, lambda: (folder / "checksums_SHA256.txt").exists(), "the files")
    wait_for(qapp, lambda: lab.background.idle, "they are closed")
    assert all(one.right for one in atomx_check.check(folder))
    assert part.region is not None
    passed = atomx_check.check(folder)
    assert passed and (folder / "EXISTENCE_REPORT_atomX.json").read_text().count(f": {part.region.count}")


def test_where_synthetic_atoms_exist(qapp: QApplication, lab: Lab, tmp_path: Path) -> None:
    part = part_of(lab, AtomxMap)
    the_map_has_the_window_and_agrees_with_the_engine(qapp, lab, part)
    contours_part_what_passes_from_what_fails(part)
    gates_follow_the_sliders_without_a_scan(qapp, part)
    a_voxel_is_read_where_the_pointer_is(qapp, part)
    a_zoom_is_scanned_anew(qapp, part)
    a_zoom_ends_at_the_least_and_the_widest_range(qapp, part)
    the_documents_rules_find_nothing_and_say_so(qapp, part)
    contours_of_few_voxels_are_smooth(part)
    a_long_scan_is_cancelled(qapp, part)
    the_files_hold_what_is_shown(qapp, lab, part, tmp_path / "atoms")
    for key, _ in (("tau", ""), ("split", ""), (GATES, "")):
        part.panel.quantity.set_value(key)
        part._draw()
    lab.set_playing(False)
    lab.document.replace(lab.document.with_value("capacity", 2.0))
    assert lab.window.lab is ATOMX, "an edit does not take the tool away"
    QTest.mouseClick(part.panel.head.back, LEFT)
    assert lab.window.lab is GRAVITY and not part.panel.isVisible()
