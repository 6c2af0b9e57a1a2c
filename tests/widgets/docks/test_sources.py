"""Sources panel: palette, list, inspector, by real events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from tauscope.widgets import theme
from tauscope.widgets.docks.source_inspector import fan_out
from tauscope.widgets.docks.source_model import grouped
from tauscope.widgets.docks.source_tiles import SOURCE_MIME, drag_picture, mime_of
from tauscope.widgets.docks.sources import SourcesPanel
from tauscope.widgets.state import SOURCE_KINDS, SourceKind, SourceMark
from tests.support.controls import Spy, type_text

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
Show = Callable[[QWidget, int, int], QWidget]

MARKS = (
    SourceMark("s1", "Mass 1", "gaussian", 80.0, 80.0, 4e-3, 4.0, world="A", color="#4fb3ff"),
    SourceMark("s2", "Mass 2", "point", 160.0, 90.0, 2.2e-3, world="A", color="#4fb3ff"),
    SourceMark("s3", "Halo", "ring", 128.0, 128.0, 2.5e-4, 2.0, 40.0, world="B", color="#f2b84b"),
)


@pytest.fixture
def panel(shown: Show) -> SourcesPanel:
    panel = SourcesPanel()
    panel.set_limits(256, 256)
    panel.set_sources(MARKS)
    shown(panel, 184, 640)
    return panel


@pytest.fixture
def edits(panel: SourcesPanel) -> Spy:
    spy = Spy()
    panel.source_edited.connect(spy)
    return spy


@pytest.fixture
def choices(panel: SourcesPanel) -> Spy:
    spy = Spy()
    panel.selection_changed.connect(spy)
    return spy


def place(panel: SourcesPanel, source: str) -> QPoint:
    model = panel.list.model()
    index = model.index_of(source)  # type: ignore[attr-defined]
    rect = panel.list.visualRect(index)
    return QPoint(rect.left() + 40, rect.top() + 14)


def click(panel: SourcesPanel, source: str, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(panel.list.viewport(), LEFT, keys, place(panel, source))


def test_sources_are_grouped_by_world() -> None:
    found = grouped((*MARKS, replace(MARKS[0], id="s4")))
    rows = [row.id if isinstance(row, SourceMark) else row.text() for row in found]
    assert rows == ["World A", "s1", "s2", "s4", "World B", "s3"]


def test_clicks_select_one_or_several(panel: SourcesPanel, choices: Spy) -> None:
    click(panel, "s1")
    click(panel, "s3", CTRL)
    click(panel, "s1", CTRL)
    assert choices == [(frozenset({"s1"}),), (frozenset({"s1", "s3"}),), (frozenset({"s3"}),)]
    assert panel.selection() == {"s3"}


def test_the_selected_row_is_outlined_in_the_accent(panel: SourcesPanel, qapp: QApplication) -> None:
    for colors in theme.THEMES.values():
        theme.apply(qapp, colors)
        panel.set_selection(frozenset({"s2"}))
        qapp.processEvents()
        image = panel.list.viewport().grab().toImage()
        assert _from_accent(panel, image, "s2") < 90
        assert _from_accent(panel, image, "s1") > 150
        square = place(panel, "s3") + QPoint(-40 + 13, 0)
        assert image.pixelColor(square).name() == "#f2b84b"
    theme.apply(qapp, theme.DARK)


def _from_accent(panel: SourcesPanel, image: QImage, source: str) -> int:
    """Distance of a row's upper edge from the accent."""
    middle = place(panel, source)
    top = panel.list.visualRect(panel.list.indexAt(middle)).top()
    accent = QColor(theme.current().accent)
    return min(_distance(image.pixelColor(middle.x() + 20, top + y), accent) for y in range(3))


def test_the_model_is_shown_without_an_echo(panel: SourcesPanel, choices: Spy, edits: Spy) -> None:
    panel.set_selection(frozenset({"s1", "s2"}))
    panel.set_sources((replace(MARKS[0], x=99.0), *MARKS[1:]))
    panel.set_selection(frozenset({"s1"}))
    assert panel.inspector.fields["x"].value == 99.0
    panel.set_sources(MARKS[1:])
    panel.set_selection(frozenset())
    panel.set_sources(())
    panel.set_sources(MARKS)
    panel.set_limits(64, 64)
    panel.set_measured({"s1": 0.3})
    assert choices == []
    assert edits == []


def test_new_sources_keep_the_selection(panel: SourcesPanel) -> None:
    panel.set_selection(frozenset({"s2"}))
    panel.set_sources((*MARKS, replace(MARKS[1], id="s9", name="New")))
    assert panel.list.selected() == {"s2"}
    panel.set_selection(frozenset({"s9"}))
    assert panel.list.selected() == {"s9"}


@pytest.mark.parametrize(
    ("source", "keys"),
    [("s1", ["x", "y", "strength", "width"]), ("s2", ["x", "y", "strength"]),
     ("s3", ["x", "y", "strength", "radius", "width"])],
)  # fmt: skip
def test_the_inspector_shows_what_the_kind_has(panel: SourcesPanel, source: str, keys: list[str]) -> None:
    panel.set_selection(frozenset({source}))
    assert list(panel.inspector.fields) == keys


def test_typing_in_the_inspector_edits_one_source(panel: SourcesPanel, edits: Spy) -> None:
    click(panel, "s1")
    line = panel.inspector.fields["strength"].edit
    QTest.mouseClick(line, LEFT)
    line.selectAll()
    type_text(line, "5.5e-3")
    line = panel.inspector.fields["x"].edit
    line.setFocus()
    line.selectAll()
    type_text(line, "300")
    assert edits == [("s1", {"strength": 5.5e-3}, "commit")]
    assert "less than 255.50" in panel.inspector.fields["x"].error()


def test_several_sources_are_edited_as_one_undo(panel: SourcesPanel, edits: Spy) -> None:
    panel.set_selection(frozenset({"s1", "s3"}))
    assert list(panel.inspector.fields) == ["strength", "width"]
    field = panel.inspector.fields["strength"]
    assert field.value is None
    field.edit.setFocus()
    type_text(field.edit, "1e-3")
    assert edits == [("s1", {"strength": 1e-3}, "press"), ("s3", {"strength": 1e-3}, "release")]


def test_phases_of_several_sources_make_one_gesture() -> None:
    assert fan_out("commit", 1) == ["commit"]
    assert fan_out("commit", 3) == ["press", "drag", "release"]
    assert fan_out("press", 2) + fan_out("drag", 2) + fan_out("release", 2) == [
        "press", "drag", "drag", "drag", "drag", "release",
    ]  # fmt: skip
    assert fan_out("cancel", 2) == ["cancel", ""]


def test_measured_emission_stands_beneath(panel: SourcesPanel) -> None:
    panel.set_selection(frozenset({"s1"}))
    assert not panel.inspector.measured.isVisible()
    panel.set_measured({"s1": 0.29174})
    assert panel.inspector.measured.isVisible()
    assert panel.inspector.measured.text() == "0.292\u202fbits/tick"


def test_renaming_in_the_list_by_key_and_double_click(panel: SourcesPanel, edits: Spy, qtbot: QtBot) -> None:
    click(panel, "s1")
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    type_text(editor, "Sun")
    qtbot.waitUntil(lambda: edits == [("s1", {"name": "Sun"}, "commit")])
    qtbot.waitUntil(lambda: panel.list.findChild(QLineEdit) is None)
    click(panel, "s2")
    QTest.mouseDClick(panel.list.viewport(), LEFT, pos=place(panel, "s2"))
    editor = panel.list.findChildren(QLineEdit)[-1]
    editor.selectAll()
    type_text(editor, "Moon")
    qtbot.waitUntil(lambda: len(edits) == 2)
    assert edits[1] == ("s2", {"name": "Moon"}, "commit")


def test_keys_alone_select_edit_copy_and_delete(panel: SourcesPanel, choices: Spy) -> None:
    asked = Spy()
    for name in ("delete", "duplicate", "copy", "paste"):
        getattr(panel, f"{name}_requested").connect(lambda name=name: asked(name))
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.list, Qt.Key.Key_Home)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert choices[-1] == (frozenset({"s2"}),)
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert choices[-1] == (frozenset({"s2", "s3"}),)
    QTest.keyClick(panel.list, Qt.Key.Key_D, CTRL)
    QTest.keyClick(panel.list, Qt.Key.Key_C, CTRL)
    QTest.keyClick(panel.list, Qt.Key.Key_V, CTRL)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    QTest.mouseClick(panel.inspector.duplicate, LEFT)
    QTest.mouseClick(panel.inspector.delete, LEFT)
    assert [args[0] for args in asked] == ["duplicate", "copy", "paste", "delete", "duplicate", "delete"]
    menu = panel.list.make_menu()
    assert [action.text().partition("\t")[0] for action in menu.actions()] == [
        "Rename", "Duplicate", "Copy", "Paste", "Delete",
    ]  # fmt: skip


def test_space_in_the_list_stays_the_windows_key(panel: SourcesPanel) -> None:
    played = Spy()
    QShortcut(QKeySequence(Qt.Key.Key_Space), panel).activated.connect(played)
    click(panel, "s1")
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    assert (len(played), panel.selection()) == (1, frozenset({"s1"}))


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_a_tile_adds_by_click_enter_and_space(panel: SourcesPanel, kind: SourceKind) -> None:
    added = Spy()
    panel.add_requested.connect(added)
    tile = panel.palette_row.tiles[kind]
    QTest.mouseClick(tile, LEFT)
    assert not tile.hasFocus()
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tile, Qt.Key.Key_Return)
    QTest.keyClick(tile, Qt.Key.Key_Space)
    assert added == [(kind,)] * 3


def test_what_a_dragged_tile_carries(qapp: QApplication) -> None:
    assert mime_of("ring").data(SOURCE_MIME).data() == b"ring"
    image = drag_picture("ring", 2.0).toImage()
    assert (image.width(), image.devicePixelRatio()) == (88, 2.0)
    assert image.pixelColor(0, 0).alpha() == 0
    ring = image.pixelColor(44 + round(5.8 * 26 / 20 * 2), 44)
    assert _distance(ring, QColor("#ffffff")) < 40


class DropPlace(QWidget):
    """Takes sources."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.dropped: list[str] = []

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SOURCE_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped.append(event.mimeData().data(SOURCE_MIME).toStdString())
        event.acceptProposedAction()


def test_a_tile_is_dragged_onto_a_widget_that_takes_sources(shown: Show, qapp: QApplication) -> None:
    window, panel, target = QWidget(), SourcesPanel(), DropPlace()
    row = QHBoxLayout(window)
    row.addWidget(panel)
    row.addWidget(target, 1)
    shown(window, 600, 300)
    added = Spy()
    panel.add_requested.connect(added)
    tile = panel.palette_row.tiles["disc"]
    handle = window.windowHandle()
    assert handle is not None

    def at(widget: QWidget) -> QPoint:
        return widget.mapTo(window, widget.rect().center())

    watch = QObject()
    steps = [
        lambda: QTest.mouseMove(handle, (at(tile) + at(target)) / 2),
        lambda: QTest.mouseMove(handle, at(target)),
        lambda: QTest.mouseRelease(handle, LEFT, Qt.KeyboardModifier.NoModifier, at(target)),
    ]
    timers = []
    for number, step in enumerate(steps):
        timer = QTimer(watch)
        timer.setSingleShot(True)
        timer.timeout.connect(step)
        timer.start(150 * (number + 1))
        timers.append(timer)
    QTest.mousePress(tile, LEFT)
    QTest.mouseMove(tile, tile.rect().center() + QPoint(30, 0))
    assert not any(timer.isActive() for timer in timers)
    assert target.dropped == ["disc"]
    assert added == []


def test_an_empty_document_says_what_to_do(panel: SourcesPanel) -> None:
    panel.set_sources(())
    assert panel.empty.isVisible()
    assert "Drag a shape" in panel.empty.text()
    assert not panel.list.isVisible()
    panel.set_sources(MARKS)
    assert panel.hint.isVisible()
    assert not panel.empty.isVisible()


def test_everything_fits_a_narrow_column(panel: SourcesPanel, qapp: QApplication) -> None:
    name = "A name that is much longer than the column is wide"
    long = replace(MARKS[0], name=name, strength=1.23456789e-7)
    panel.set_sources((long,))
    panel.set_selection(frozenset({"s1"}))
    panel.resize(180, 640)
    qapp.processEvents()
    body = panel.scroller.widget()
    assert body is not None
    assert body.minimumSizeHint().width() <= 180
    assert body.width() <= panel.scroller.viewport().width()
    assert panel.list.horizontalScrollBar().maximum() == 0


def _distance(one: QColor, other: QColor) -> int:
    first, second = one.toRgb(), other.toRgb()
    return (
        abs(first.red() - second.red())
        + abs(first.green() - second.green())
        + abs(first.blue() - second.blue())
    )


def test_hover_events_do_not_edit(panel: SourcesPanel, edits: Spy, choices: Spy) -> None:
    QTest.mouseMove(panel.list.viewport(), place(panel, "s2"))
    QApplication.sendEvent(panel.list.viewport(), QEvent(QEvent.Type.Leave))
    assert edits == []
    assert choices == []


def test_locked_tiles_look_disabled_and_a_press_says_why(panel: SourcesPanel, qtbot: QtBot) -> None:
    tile = panel.palette_row.tiles["point"]
    before = tile.grab().toImage()
    panel.set_locked("A recording cannot be edited.")
    assert tile.cursor().shape() == Qt.CursorShape.ForbiddenCursor
    locked = tile.grab().toImage()
    assert locked != before
    ground = locked.pixelColor(4, tile.height() // 2).name()
    assert ground == QColor(theme.current().panel).name()
    QTest.mouseClick(panel.window().windowHandle(), LEFT, NONE, tile.mapTo(panel.window(), QPoint(9, 9)))
    qtbot.waitUntil(lambda: QToolTip.text() == "A recording cannot be edited.")
    QToolTip.hideText()
    panel.set_locked("")
    assert tile.cursor().shape() == Qt.CursorShape.OpenHandCursor
    assert tile.grab().toImage() != locked  # not `before`: the pointer stands over it now
