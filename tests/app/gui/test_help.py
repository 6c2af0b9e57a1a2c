"""F1 opens the page of what has the focus; every page and every link of the handbook is there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.app.lab import Lab
from tauscope.app.labs import LABS, TOOLS
from tauscope.app.parts.experiments import Experiments
from tauscope.app.parts.sessions import part_of
from tauscope.engine.gravity.analysis.experiments import EXPERIMENTS
from tauscope.resources import help_pages, help_text
from tauscope.widgets.dialogs import ShortcutsDialog
from tests.support.gui import pump


@pytest.mark.parametrize("name", help_pages())
def test_links_of_a_page_lead_to_pages(name: str) -> None:
    text = help_text(name)
    assert text.startswith("# ")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert link.removesuffix(".md") in help_pages(), f"{name} links to {link}"


def test_every_experiment_has_a_page() -> None:
    for name in EXPERIMENTS:
        assert f"experiment_{name}" in help_pages()
        assert len(help_text(f"experiment_{name}")) > 150


def test_every_page_is_reached_from_the_contents() -> None:
    seen, waiting = set(), ["index"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [link.removesuffix(".md") for link in re.findall(r"\]\(([^)]+)\)", help_text(name))]
    assert seen == set(help_pages())
    contents = help_text("index")
    for tool in TOOLS:
        assert f"[{tool.title}]({tool.key}.md)" in contents


def test_every_tool_and_every_centre_has_a_page(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab("single_mass", running=False)
    window = lab.window
    assert {spec.centre for spec in (*LABS, *TOOLS)} <= window.centres.keys()
    for key, view in window.centres.items():
        assert lab.help.page_of(view) != "index", f"the view {key} has no page"
    for tool in TOOLS:
        lab.shell.show_tool(tool)
        panel = window.centres[tool.key]
        inside = [w for w in panel.findChildren(QWidget) if w.isVisible() and w.focusPolicy()]
        assert inside, tool.key
        assert {lab.help.page_of(widget) for widget in inside} == {tool.key}
        assert lab.help.page_of(None) == tool.key, "nothing has the focus after a click on a button"
        assert lab.help.page_of(window.docks["presets"].widget()) == "presets"
        inside[0].setFocus()
        pump(qapp, 0.1)
        QTest.keyClick(inside[0], Qt.Key.Key_F1)
        pump(qapp, 0.1)
        book = lab.help.handbook
        assert book is not None and book.page == tool.key
        assert book.text.toPlainText().startswith(tool.title)
        book.close()
    lab.shell.leave_tool()
    assert lab.help.page_of(window) == "index"


def test_help_is_that_of_the_focus(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab("single_mass", running=False)
    window = lab.window
    without = [key for key in window.docks if lab.help.page_of_dock(key) in ("index", window.lab.key)]
    assert not without, "docks that have no page"
    window.docks["experiments"].show()
    window.docks["experiments"].raise_()
    panel = part_of(lab, Experiments).panel
    panel.choose("lensing")
    pump(qapp, 0.1)
    assert lab.help.page_of(panel.run) == "experiment_lensing"
    assert lab.help.page_of(panel.choice) == "experiment_lensing"
    assert lab.help.page_of(window) == "index"

    view = window.views["hero"]
    view.canvas_native.setFocus()
    pump(qapp, 0.1)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_F1)
    pump(qapp, 0.1)
    book = lab.help.handbook
    assert book is not None and book.isVisible() and book.page == "field"
    assert "update" in book.text.toPlainText()
    book.text.anchorClicked.emit(QUrl("worlds.md"))
    assert book.page == "worlds"
    book.back.click()
    assert book.page == "field" and not book.back.isEnabled()
    book.contents.click()
    assert book.page == "index"
    book.close()
    QTest.keyClick(view.canvas_native, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    pump(qapp, 0.1)
    assert window.findChildren(ShortcutsDialog), "Shift+F1 lists the keys"
