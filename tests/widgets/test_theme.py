"""Both themes read well, and one call dresses everything."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tauscope.engine.errors import BadInput
from tauscope.resources import icon_names
from tauscope.widgets import icons, theme

THEMES = pytest.mark.parametrize("colors", theme.THEMES.values(), ids=theme.THEMES)
SURFACES = ("ground", "panel", "raised")


@THEMES
@pytest.mark.parametrize("ink", ["text", "muted"])
@pytest.mark.parametrize("surface", SURFACES)
def test_text_stands_out(colors: theme.Theme, ink: str, surface: str) -> None:
    assert theme.contrast(getattr(colors, ink), getattr(colors, surface)) >= 4.5


@THEMES
@pytest.mark.parametrize("state", ["accent", "good", "warning", "trouble"])
def test_state_colours_are_seen_as_marks_and_read_as_text(colors: theme.Theme, state: str) -> None:
    color = getattr(colors, state)
    for surface in SURFACES:
        assert theme.contrast(color, getattr(colors, surface)) >= 3.0
        assert theme.contrast(colors.ink(color), getattr(colors, surface)) >= 4.5
    assert theme.contrast(colors.accent, colors.panel) >= 4.5
    assert theme.contrast(colors.on_accent, colors.accent) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)


def test_unknown_theme_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="dark"):
        theme.by_name("drak")


@THEMES
def test_palette_and_sheet_carry_the_colours(qapp: QApplication, colors: theme.Theme) -> None:
    palette = theme.palette(colors)
    assert palette.color(QPalette.ColorRole.Window).name() == colors.panel
    assert palette.color(QPalette.ColorRole.Highlight).name() == colors.accent
    assert palette.color(QPalette.ColorRole.WindowText).name() == colors.text
    sheet = theme.stylesheet(colors)
    assert "$" not in sheet
    assert colors.line in sheet


def test_apply_changes_the_pixels_of_what_is_on_screen(qapp: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    button = QPushButton("Pause")
    button.setProperty("role", "primary")
    picture = QToolButton()
    icons.set_icon(picture, "record")
    column.addWidget(button)
    column.addWidget(picture)
    window.resize(160, 120)
    window.show()
    for colors in (theme.LIGHT, theme.DARK):
        theme.apply(qapp, colors)
        qapp.processEvents()
        image = window.grab().toImage()
        assert image.pixelColor(2, 2).name() == colors.panel
        corner = button.geometry().center()
        assert image.pixelColor(button.geometry().left() + 12, corner.y()).name() == colors.accent
        assert _near(image.pixelColor(picture.geometry().center()), QColor(colors.text))
        assert theme.current() is colors


@pytest.mark.parametrize("name", icon_names())
def test_every_icon_draws_in_its_colour(qapp: QApplication, name: str) -> None:
    image = icons.pixmap(name, "#ff0000", 20, 2.0).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    assert (image.width(), image.devicePixelRatio()) == (40, 2.0)
    pixels = [image.pixelColor(x, y) for x in range(40) for y in range(40)]
    inked = [color for color in pixels if color.alpha() > 200]
    assert len(inked) > 20
    assert all(color.red() > 240 and color.green() < 15 for color in inked)


def test_icon_answers_for_every_pixel_ratio_and_fades_when_disabled(qapp: QApplication) -> None:
    found = icons.icon("play", "#ffffff")
    for ratio in (1.0, 2.0):
        assert found.pixmap(icons.SIZE, icons.SIZE).width() >= icons.SIZE * min(ratio, 1.0)
    plain = icons.pixmap("record", "#ffffff").toImage().pixelColor(10, 10).alpha()
    faint = icons.pixmap("record", "#ffffff", opacity=0.4).toImage().pixelColor(10, 10).alpha()
    assert plain == 255
    assert 80 < faint < 120


def test_unknown_icon_names_the_nearest(qapp: QApplication) -> None:
    with pytest.raises(BadInput, match="gaussian"):
        icons.icon("gausian")


def _near(one: QColor, other: QColor) -> bool:
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return all(abs(a - b) <= 12 for a, b in pairs)
