"""Menus: groups in order, Quit last, no letter twice in one menu."""

from __future__ import annotations

import re

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tauscope.app.lab import Lab


def menus_of(lab: Lab) -> dict[str, QMenu]:
    """Return the menus of the bar by title, submenus below them as well."""
    bar = lab.window.menuBar()
    return {menu.title(): menu for menu in bar.findChildren(QMenu)} | {
        menu.title(): menu for menu in lab.window.findChildren(QMenu) if menu.title()
    }


def letters(actions: list[QAction]) -> list[str]:
    """Return the mnemonics of entries."""
    found = [re.search(r"&([^&])", action.text()) for action in actions]
    return [match[1].lower() for match in found if match]


def test_no_letter_is_meant_twice_in_one_menu(lab: Lab) -> None:
    menus = menus_of(lab)
    assert {"&File", "&Edit", "&Run", "&View", "&Probes", "&Help", "&Workspaces"} <= set(menus)
    twice = {}
    for title, menu in menus.items():
        found = letters(menu.actions())
        if double := sorted({letter for letter in found if found.count(letter) > 1}):
            twice[title] = double
    bar = letters(lab.window.menuBar().actions())
    assert not twice
    assert len(set(bar)) == len(bar) > 4


def test_quit_stands_last_below_a_line_and_what_belongs_together_stands_together(lab: Lab) -> None:
    menus = menus_of(lab)
    entries = menus["&File"].actions()
    assert entries[-1] is lab.actions["quit"]
    assert entries[-2].isSeparator()
    keys = [action.objectName().removeprefix("action:") for action in entries]
    assert keys[:2] == ["open", "open_session"]
    sessions = keys.index("save_session")
    assert keys[sessions : sessions + 4] == ["save_session", "save_session_as", "quick_save", "quick_load"]
    for menu in menus.values():
        lines = [action.isSeparator() for action in menu.actions()]
        assert lines[:1] != [True]
        assert lines[-1:] != [True]
    in_run = [action.objectName() for action in menus["&Run"].actions()]
    assert abs(in_run.index("action:pause_when") - in_run.index("action:run_to")) == 1
