"""Player: scrubbing, stepping, playing, gaps, field, verification, back to live."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from tauscope.widgets import theme
from tauscope.widgets.player import PlayerBar

TICKS = tuple(range(0, 1010, 10))


@pytest.fixture
def player(shown):
    player: Any = PlayerBar()
    player.frames, player.other = [], []
    player.frame_requested.connect(player.frames.append)
    player.closed.connect(lambda: player.other.append("closed"))
    player.verify_requested.connect(lambda: player.other.append("verify"))
    player.field_chosen.connect(player.other.append)
    player.set_recording(
        "two-bodies.h5", TICKS, (("f_live", "f(x)"), ("tau", "τ(x)")), [0.5 * t for t in TICKS]
    )
    return shown(player, 800, 76)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_starts_at_the_first_frame_and_says_where_it_is(player):
    assert player.title.text() == "two-bodies.h5"
    assert player.where.text() == "frame 1 of 101 · tick 0 · t 0"
    assert not player.first.isEnabled()
    assert player.frames == []


def test_buttons_walk_through_the_frames(player, qtbot):
    click(qtbot, player.forward)
    click(qtbot, player.forward)
    click(qtbot, player.back)
    click(qtbot, player.last)
    click(qtbot, player.first)
    assert player.frames == [1, 2, 1, 100, 0]
    player.set_frame_index(1)
    assert player.where.text() == "frame 2 of 101 · tick 10 · t 5"
    player.set_frame_index(99)
    assert player.where.text().startswith("frame 100 of 101 · tick 990")


def test_dragging_the_handle_scrubs(player, qtbot):
    slider = player.slider
    y = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.x_of(0)), y))
    for frame in (20, 40, 77):
        qtbot.mouseMove(slider, QPoint(round(slider.x_of(frame)), y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.x_of(77)), y))
    assert player.frames[-1] == 77
    assert {20, 40} <= set(player.frames)
    assert player.frame_index == 77


def test_a_press_in_the_groove_jumps_there(player, qtbot):
    slider = player.slider
    qtbot.mouseClick(
        slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.x_of(50)), slider.height() // 2)
    )
    assert player.frames == [50]
    image = slider.grab().toImage()
    assert image.pixelColor(round(slider.x_of(25)), image.height() // 2) == QColor(theme.current().accent)
    assert image.pixelColor(round(slider.x_of(75)), image.height() // 2) == QColor(theme.current().line)


def test_keys_walk_and_escape_closes(player, qtbot):
    player.setFocus()
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Escape):
        qtbot.keyClick(player, key)
    assert player.frames == [100, 99, 0, 1]
    assert player.other == ["closed"]


def test_playing_asks_for_every_frame_and_stops_at_the_end(player, qtbot):
    player.speed.set_value(60)
    player.set_frame_index(96)
    click(qtbot, player.play)
    assert player.playing
    qtbot.waitUntil(lambda: not player.playing)
    assert player.frames == [97, 98, 99, 100]
    click(qtbot, player.play)
    assert player.frames[4] == 0
    click(qtbot, player.play)
    assert not player.playing


def test_the_shown_frame_asks_for_nothing(player):
    player.set_frame_index(33)
    player.set_field("tau")
    assert player.slider.value() == 33
    assert player.field.currentData() == "tau"
    assert (player.frames, player.other) == ([], [])


def test_field_verify_and_live(player, qtbot):
    player.field.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(player.field, Qt.Key.Key_Down)
    click(qtbot, player.verify)
    player.set_playing(True)
    click(qtbot, player.live)
    assert player.other == ["tau", "verify", "closed"]
    assert not player.playing


def test_gaps_are_counted(player):
    assert not player.gaps.isVisible()
    player.set_recording("gappy.h5", (0, 10, 20, 50, 60, 90), ("f",))
    assert player.gaps.text() == "2 gaps"
    assert not player.field.isVisible()
    assert player.where.text() == "frame 1 of 6 · tick 0"


@pytest.mark.parametrize("ticks", [(), (5,)])
def test_empty_and_single_recordings(player, qtbot, ticks):
    player.set_recording("short.h5", ticks, ("f",))
    assert not player.play.isEnabled()
    click(qtbot, player.play)
    player.setFocus()
    qtbot.keyClick(player, Qt.Key.Key_End)
    assert player.frames == []
    assert not player.playing


def test_hiding_stops_the_playing(player):
    player.set_playing(True)
    player.hide()
    assert not player.playing
