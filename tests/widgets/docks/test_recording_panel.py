"""Recording: the form, what it costs, what it asks for, and the state of a recording."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from tauscope.engine.base import FieldSpec
from tauscope.widgets import theme
from tauscope.widgets.docks.estimate import Estimate
from tauscope.widgets.docks.recording import RecordingPanel
from tauscope.widgets.state import RecordingChoice, RecordingStatus

SPECS = {
    "f": FieldSpec("f", "f(x)", "update fraction", ("y", "x"), "float64"),
    "f_live": FieldSpec("f_live", "f(x), live", "running mean", ("y", "x"), "float32"),
    "tau": FieldSpec("tau", "τ(x)", "proper time", ("y", "x"), "int64", "ticks"),
}
SIZES = {"f": 2_000_000, "f_live": 1_000_000, "tau": 2_000_000}
RUNNING = RecordingStatus(True, "/data/run.h5", 2884, 0, 1_310_000_000, 60e6, 0.03, 1.5e11)


@pytest.fixture
def panel(shown):
    panel = RecordingPanel()
    panel.set_fields(SPECS, SIZES)
    panel.set_path("/data/run.h5")
    panel.every.set_value(20)
    panel.every.set_value(10)  # chosen, so that no other interval is suggested
    panel.set_estimate_inputs(600.0, SIZES, 3.6e11)
    panel.asked = []
    panel.record_requested.connect(panel.asked.append)
    panel.stop_requested.connect(lambda: panel.asked.append("stop"))
    panel.open_requested.connect(lambda path: panel.asked.append(("open", path)))
    return shown(panel, 240, 420)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def tick(qtbot, box):
    """Press the square of a check box or radio button; its text may be short."""
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center().__class__(8, box.height() // 2))


def test_record_asks_for_what_the_form_says(panel, qtbot):
    tick(qtbot, panel.fields["tau"])
    panel.every.setFocus()
    panel.every.selectAll()
    qtbot.keyClicks(panel.every, "25")
    panel.skip.click()
    click(qtbot, panel.toggle)
    assert panel.asked == [RecordingChoice("/data/run.h5", ("f_live", "tau"), 25, "skip")]


def test_the_live_field_is_ticked_at_first_and_ticks_survive_new_fields(panel):
    assert panel.choice().fields == ("f_live",)
    panel.fields["f"].setChecked(True)
    panel.set_fields({**SPECS, "phi": FieldSpec("phi", "ϕ(x)", "time sag", ("y", "x"), "float32")}, SIZES)
    assert panel.choice().fields == ("f", "f_live")


def test_the_cost_follows_fields_stride_and_rate(panel, qtbot):
    assert panel.cost.text() == "1.00\u202fMB a frame · 60.0\u202fMB/s"
    assert panel.left.text() == "1\u202fh 40\u202fmin of disk left"
    tick(qtbot, panel.fields["tau"])
    panel.every.set_value(100)
    assert panel.cost.text() == "3.00\u202fMB a frame · 18.0\u202fMB/s"
    panel.set_estimate_inputs(0.0, SIZES, 3.6e11)
    assert panel.left.text() == "360\u202fGB of disk left · paused"


def test_estimate_in_numbers():
    estimate = Estimate.of(("f", "tau"), SIZES, 10, 50.0, 1.2e9)
    assert (estimate.frame, estimate.rate) == (4_000_000, 20e6)
    assert estimate.seconds_left == pytest.approx(60.0)
    assert Estimate.of(("f",), SIZES, 10, 0.0, 1.0).seconds_left == math.inf
    assert math.isnan(Estimate.of(("f",), SIZES, 10, 5.0, math.nan).seconds_left)


def test_what_is_missing_is_said_and_record_waits(panel, qtbot):
    panel.path.clear()
    assert panel.problem.text() == "Choose a file first."
    click(qtbot, panel.toggle)
    panel.set_path("/data/x.h5")
    tick(qtbot, panel.fields["f_live"])
    assert panel.problem.text() == "Tick at least one field."
    click(qtbot, panel.toggle)
    assert panel.asked == []
    tick(qtbot, panel.fields["f_live"])
    assert not panel.problem.isVisible()
    click(qtbot, panel.toggle)
    assert len(panel.asked) == 1


def test_red_only_while_recording(panel, qtbot):
    def reds():
        image, red = panel.toggle.grab().toImage(), QColor(theme.current().trouble)
        return sum(image.pixelColor(x, y) == red for x in range(image.width()) for y in range(image.height()))

    assert reds() == 0
    panel.set_status(RUNNING)
    assert panel.toggle.text() == "Stop recording"
    assert reds() > 3
    click(qtbot, panel.toggle)
    assert panel.asked == ["stop"]


def test_a_running_recording_shows_its_state_instead_of_the_form(panel):
    panel.set_status(RUNNING)
    rows = panel.status_rows
    assert not panel.form.isVisible()
    assert rows.file.text() == "run.h5"
    assert {name: label.text() for name, label in rows.values.items()} == {
        "Saved": "2,884 frames",
        "Dropped": "0",
        "Size": "1.31\u202fGB",
        "Rate": "60.0\u202fMB/s",
        "Disk left": "150\u202fGB · 42\u202fmin",
        "Queue": "3 %",
    }


@pytest.mark.parametrize(
    ("queue", "color"),
    [(0.03, "accent"), (0.74, "accent"), (0.75, "warning"), (0.99, "warning"), (1.0, "trouble")],
)
def test_the_queue_bar_turns_amber_and_red(panel, queue, color):
    panel.set_status(RecordingStatus(True, "/data/run.h5", 1, 0, 1, 1.0, queue, 1.0))
    image = panel.status_rows.bar.grab().toImage()
    assert image.pixelColor(2, image.height() // 2) == QColor(getattr(theme.current(), color))


def test_a_slowed_simulation_and_an_error_are_said(panel):
    panel.set_status(RecordingStatus(True, "/data/run.h5", 5, 0, 1, 1.0, 1.0, 1.0, limited=True))
    assert "slowed" in panel.status_rows.notice.text()
    full = RecordingStatus(True, "/data/run.h5", 5, 0, 1, 0.0, 1.0, 0.0, limited=True, waits_for_room=True)
    panel.set_status(replace(full, missing=492e6))
    assert "free 492\u202fMB more" in panel.status_rows.notice.text()
    panel.set_status(replace(full, waits_for_room=False, ending=True))
    assert panel.status_rows.notice.text() == "What waits is being written."
    panel.set_status(
        RecordingStatus(False, "/data/run.h5", 5, 2, 1000, error="The disk is full. Free some space.")
    )
    assert panel.status_rows.notice.text().startswith("The disk is full.")
    assert "2 left out" in panel.status_rows.notice.text()
    assert panel.form.isVisible()
    assert not panel.open_last.isVisible()


def test_the_last_recording_can_be_opened(panel, qtbot):
    panel.set_status(RUNNING)
    panel.set_status(RecordingStatus())
    assert panel.status_rows.notice.text() == "2,884 frames · 1.31\u202fGB"
    click(qtbot, panel.open_last)
    assert panel.asked == [("open", "/data/run.h5")]


def test_browse_fills_in_the_path(panel, qtbot, tmp_path):
    panel.set_path(str(tmp_path / "old.h5"))
    click(qtbot, panel.browse)
    dialog = panel.findChild(QFileDialog, "record to")
    assert dialog.isVisible()
    dialog.selectFile(str(tmp_path / "new"))
    dialog.accept()
    assert panel.choice().path == str(tmp_path / "new.h5")


def test_setters_ask_for_nothing(panel):
    panel.set_choice(RecordingChoice("/x.h5", ("tau",), 7, "skip"))
    assert panel.choice() == RecordingChoice("/x.h5", ("tau",), 7, "skip")
    panel.set_status(RUNNING)
    assert panel.asked == []


@pytest.mark.parametrize(("width", "height"), [(220, 350), (500, 220), (700, 300)])
def test_nothing_sticks_out_at_dock_sizes(panel, qtbot, width, height):
    for status in (
        RecordingStatus(),
        RUNNING,
        RecordingStatus(False, "/d/r.h5", error="The disk is full. " * 4),
    ):
        panel.set_status(status)
        panel.resize(width, height)

        def inside():
            assert (panel.width(), panel.height()) == (width, height)
            assert panel.scrolled.widget().width() <= panel.scrolled.viewport().width()
            assert panel.toggle.geometry().bottom() < height

        qtbot.waitUntil(inside)


def test_starting_and_ending_a_recording_asks_for_no_more_room(panel):
    idle = panel.minimumSizeHint().height()
    assert idle <= 220
    broken = RecordingStatus(False, "/d/r.h5", error="The disk is full. " * 9)
    for status in (RUNNING, RecordingStatus(), broken):
        panel.set_status(status)
        assert panel.minimumSizeHint().height() <= idle


@pytest.mark.parametrize(
    ("rate", "every"), [(40_000.0, 5000), (20_000.0, 2000), (600.0, 100), (9.0, 1), (3.0, 1), (1e6, 100_000)]
)
def test_an_untouched_interval_gives_about_ten_frames_a_second(rate, every, qtbot):
    panel = RecordingPanel()
    qtbot.addWidget(panel)
    panel.set_fields(SPECS, SIZES)
    panel.set_estimate_inputs(rate, SIZES, 1e12)
    assert panel.choice().every == every
    assert rate / every <= 10 * 1.001


def test_the_suggestion_neither_flickers_nor_overrides_a_choice(panel, qtbot):
    fresh = RecordingPanel()
    qtbot.addWidget(fresh)
    fresh.set_fields(SPECS, SIZES)
    fresh.set_estimate_inputs(40_000.0, SIZES, 1e12)
    for rate in (30_000.0, 0.0, 90_000.0, 26_000.0):
        fresh.set_estimate_inputs(rate, SIZES, 1e12)
        assert fresh.choice().every == 5000
    panel.set_estimate_inputs(40_000.0, SIZES, 1e12)
    assert panel.choice().every == 10


def test_a_dash_stands_for_what_is_not_measured_and_no_seconds_are_counted(panel):
    fresh = RecordingStatus(True, "/data/run.h5", rate=math.nan, disk_left=math.nan)
    panel.set_status(fresh)
    shown = {name: label.text() for name, label in panel.status_rows.values.items()}
    assert (shown["Size"], shown["Rate"], shown["Disk left"]) == ("–", "–", "–")
    assert panel.status_rows.values["Disk left"].property("role") != "warning"
    panel.set_status(RecordingStatus(True, "/data/run.h5", 1, 0, 1, 1e6, 0.0, 2e6))
    assert panel.status_rows.values["Disk left"].text() == "2.00\u202fMB · less than a minute"
    panel.set_status(RecordingStatus())
    panel.set_estimate_inputs(600.0, SIZES, 0.0)
    assert panel.left.text() == "less than a minute of disk left"


def test_long_names_of_fields_and_files_do_not_widen_the_form(panel, qtbot):
    long = FieldSpec("f", "f(x) from traffic, all of it · gravity", "fraction", ("y", "x"), "float32")
    panel.set_fields({"gravity:f": long, **SPECS}, {"gravity:f": 164_000, **SIZES})
    lost = "/home/me/" + "a_folder_with_a_long_name" * 3 + "/" + "x" * 90 + ".h5"
    panel.set_status(RecordingStatus(False, lost, 3, error=f"“{lost}” was removed while it was recorded."))
    for width in (300, 240, 220):
        panel.resize(width, 700)
        qtbot.waitUntil(lambda width=width: panel.width() == width)
        body, port = panel.scrolled.widget(), panel.scrolled.viewport()
        qtbot.waitUntil(lambda port=port, body=body: body.width() <= port.width())

        def inside():
            for part in (panel.browse, panel.every, *panel.fields.values(), panel.status_rows.notice):
                right = part.mapTo(panel.scrolled.widget(), part.rect().topRight()).x()
                assert right < panel.scrolled.viewport().width(), f"{part} is cut"

        qtbot.waitUntil(inside)
        notice = panel.status_rows.notice
        needed = notice.fontMetrics().boundingRect(
            0, 0, notice.width(), 5000, Qt.TextFlag.TextWordWrap, notice.text()
        )
        assert needed.width() <= notice.width() and needed.height() <= notice.height() + 4
    assert "all of it · gravity" in panel.fields["gravity:f"].toolTip()


def test_what_is_copied_of_an_error_has_no_breaks_of_its_own(panel, qtbot):
    error = "“/home/somebody/Documents/Tauscope/run_of_today.h5” was removed."
    panel.set_status(RecordingStatus(False, "/d/run.h5", 3, error=error))
    notice = panel.status_rows.notice
    assert error not in notice.text(), "it may be broken"
    notice.setSelection(0, len(notice.text()))
    notice.setFocus()
    qtbot.keyClick(notice, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith(error)


def test_less_than_ten_minutes_of_disk_is_amber(panel):
    assert panel.left._ink == "muted"
    panel.set_estimate_inputs(600.0, SIZES, 60e6 * 599)
    assert panel.cost._ink == panel.left._ink == "warning"
    rows = panel.status_rows
    rows.set_status(RecordingStatus(True, "/data/run.h5", 1, 0, 1, 60e6, 0.0, 60e6 * 599))
    assert rows.values["Disk left"].property("role") == "warning"
    rows.set_status(RecordingStatus(True, "/data/run.h5", 1, 0, 1, 60e6, 0.0, 60e6 * 601))
    assert rows.values["Disk left"].property("role") != "warning"
