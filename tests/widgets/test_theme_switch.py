"""Every panel follows a change of theme while it is shown."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QMainWindow, QStyle, QWidget

from tauscope.engine.base import FieldSpec, ScalarSpec
from tauscope.widgets import theme
from tauscope.widgets.docks.log import LogPanel
from tauscope.widgets.docks.monitors import MonitorsPanel
from tauscope.widgets.docks.presets import PresetsPanel
from tauscope.widgets.docks.recording import RecordingPanel
from tauscope.widgets.meters import MetersBar
from tauscope.widgets.player import PlayerBar
from tauscope.widgets.plots.plane import Plane
from tauscope.widgets.state import PresetCard
from tauscope.widgets.transport import Transport

NEARLY = 24
"""Levels of 255: an eighth of the way from the ink to the muted one."""


def presets():
    panel = PresetsPanel()
    panel.set_cards((PresetCard("a", "A title", "A summary.", "See.", ("Try.",)),))
    panel.select("a")
    return panel


def monitors():
    panel = MonitorsPanel()
    panel.set_scalars({"a": ScalarSpec("a", "a scalar")})
    for tick in range(50):
        panel.append(tick, {"a": 4747.0 + tick % 2}, 2.0)
    return panel


def recording():
    panel = RecordingPanel()
    panel.set_fields({"f": FieldSpec("f", "f(x)", "title", ("y", "x"), "float32")}, {"f": 1000})
    panel.set_path("/data/run.h5")
    return panel


def log():
    panel = LogPanel()
    panel.append("warning", "A warning", "details")
    return panel


def player():
    bar = PlayerBar()
    bar.set_recording("run.h5", (0, 10, 20), ("f", "tau"))
    return bar


def colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def written(ink: str, found: set[str]) -> bool:
    """Whether text of this ink was drawn: thin strokes of some digits have no pixel of the full colour."""
    wanted = QColor(ink)
    return any(
        max(abs(wanted.red() - c.red()), abs(wanted.green() - c.green()), abs(wanted.blue() - c.blue()))
        <= NEARLY
        for c in map(QColor, found)
    )


@pytest.mark.parametrize("make", [presets, monitors, recording, log, player, Transport, MetersBar])
def test_a_panel_takes_the_colours_of_a_new_theme(make, shown, qapp, qtbot):
    panel = shown(make(), 420, 300)
    qtbot.wait(30)
    dark = colors(panel.grab().toImage())
    assert theme.DARK.panel in dark
    assert written(theme.DARK.text, dark)
    try:
        theme.apply(qapp, theme.LIGHT)
        qtbot.wait(30)
        light = colors(panel.grab().toImage())
    finally:
        theme.apply(qapp, theme.DARK)
    assert theme.LIGHT.panel in light
    assert written(theme.LIGHT.text, light)
    own = {theme.DARK.panel, theme.DARK.raised, theme.DARK.text, theme.DARK.accent, theme.DARK.muted}
    assert not own & light


def test_text_stands_out_against_its_ground(each_theme):
    colors = theme.current()
    for ink in (colors.text, colors.muted):
        assert theme.contrast(ink, colors.panel) >= 4.5
        assert theme.contrast(ink, colors.raised) >= 4.5
    assert theme.contrast(colors.on_accent, colors.accent) >= 4.5
    assert QColor(colors.trouble).isValid()


class Listener(QObject):
    """Counts how often widgets are told of a new style."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Counter[QObject] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StyleChange:
            self.heard[watched] += 1
        return False


def test_a_widget_is_dressed_as_often_whatever_it_stands_in(qapp: QApplication) -> None:
    """Else a change of theme takes seconds: once for each of its ancestors, in four thousand widgets."""
    theme.apply(qapp, theme.DARK)
    outer = QMainWindow()
    chain: list[QWidget] = [QWidget(outer)]
    outer.setCentralWidget(chain[0])
    for _ in range(12):
        chain.append(QWidget(chain[-1]))
    outer.show()
    qapp.processEvents()
    listener = Listener()
    for widget in (outer, *chain):
        widget.installEventFilter(listener)
    theme.apply(qapp, theme.LIGHT)
    assert {listener.heard[widget] for widget in chain[1:]} == {2}
    assert listener.heard[outer] == 1  # it never hears of the style without a sheet
    assert outer.style().pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent, None, outer) == 1
    outer.deleteLater()


def test_a_plot_is_drawn_once_for_a_theme(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme.apply(qapp, theme.DARK)
    plane = Plane("A plot")
    plane.show()
    qapp.processEvents()
    drawn: list[str] = []
    monkeypatch.setattr(plane, "wear", lambda: drawn.append(theme.current().name))
    theme.apply(qapp, theme.LIGHT)
    theme.apply(qapp, theme.DARK)
    assert drawn == ["light", "dark"]
    plane.deleteLater()
