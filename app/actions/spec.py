"""One record an action, and the QActions, menus and shortcut page made from a list of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from tauscope.app.actions.fields import FieldKeys
from tauscope.app.actions.order import LAST, ORDER
from tauscope.engine.errors import unknown_name
from tauscope.widgets.icons import icon

HELP = "&Help"
"""The menu that stands last."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action.

    Parameters
    ----------
    key : str
        Name in code.
    menu : str
        Menu it stands in.
    text : str
        Text, with ``&`` before the mnemonic.
    run : callable
        What it does; takes the checked state where ``checkable``.
    shortcuts : tuple of str
        Key sequences, the first is shown.
    icon : str
        Name of an icon, or "".
    checkable : bool
        Whether it is a switch.
    tip : str
        Explanation for the status bar and the tooltip.
    separated : bool
        Whether a line stands before it.
    engines : tuple of str
        Engines that it needs one of, ``()`` where it needs none.
    """

    key: str
    menu: str
    text: str
    run: Callable[..., None]
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    tip: str = ""
    separated: bool = False
    engines: tuple[str, ...] = ()


class Actions:
    """QActions of a window, by key, and what is built from them.

    Parameters
    ----------
    window : QWidget
        Window the shortcuts belong to.
    specs : iterable of ActionSpec
        Actions in the order of their menus.
    """

    def __init__(self, window: QWidget, specs: Iterable[ActionSpec]) -> None:
        self.specs = {spec.key: spec for spec in specs}
        self._actions = {key: self._make(window, spec) for key, spec in self.specs.items()}
        for action in self._actions.values():
            window.addAction(action)
        self._off: dict[str, str] = {}
        """Actions that are not allowed now, and why, "" where that is plain to see."""
        self._barred: set[str] = set()
        FieldKeys(window, (keys for action in self._actions.values() for keys in action.shortcuts()))

    def __getitem__(self, key: str) -> QAction:
        if key not in self._actions:
            raise unknown_name("action", key, self._actions)
        return self._actions[key]

    def enable(self, key: str, on: bool, why_not: str = "") -> None:
        """Allow an action, or not; it stays disabled where its engine does not run.

        Parameters
        ----------
        key : str
            Action.
        on : bool
            Whether it is allowed.
        why_not : str
            Why it is not, for its tooltip; "" where that is plain to see.
        """
        self._off.pop(key, None)
        if not on:
            self._off[key] = why_not
        self._show(key)

    def set_engines(self, running: Collection[str]) -> None:
        """Disable the actions whose engines do not run, with the reason as their tooltip."""
        self._barred = {
            key for key, spec in self.specs.items() if spec.engines and not {*spec.engines} & {*running}
        }
        for key, spec in self.specs.items():
            if spec.engines:
                self._show(key)

    def _show(self, key: str) -> None:
        """Enable an action or not, with the reason as its tooltip."""
        action, spec = self[key], self.specs[key]
        needed = " or ".join(spec.engines)
        barred = f"Needs the engine {needed}, which does not run here" if key in self._barred else ""
        reason = barred or self._off.get(key, "")
        action.setEnabled(not barred and key not in self._off)
        action.setToolTip(reason or _tip(spec))
        action.setStatusTip(reason or spec.tip)

    def fill(self, bar: QMenuBar) -> None:
        """Build the menus in the order in which they are first named."""
        for title in dict.fromkeys(spec.menu for spec in self.specs.values()):
            menu = bar.addMenu(title)
            menu.setObjectName(f"menu:{title}")
            menu.setToolTipsVisible(True)
            for spec in self.specs.values():
                if spec.menu == title:
                    if spec.separated and menu.actions():
                        menu.addSeparator()
                    menu.addAction(self._actions[spec.key])

    def tint(self, color: str, special: Mapping[str, str] | None = None) -> None:
        """Draw the icons again in the theme's colour, some in one of their own."""
        for key, spec in self.specs.items():
            if spec.icon:
                self._actions[key].setIcon(icon(spec.icon, (special or {}).get(key, color)))

    def shortcuts(self) -> list[tuple[str, str, str]]:
        """Menu, text and keys of every action that has keys."""
        return [
            (spec.menu.replace("&", ""), spec.text.replace("&", ""), "  ".join(spec.shortcuts))
            for spec in self.specs.values()
            if spec.shortcuts
        ]

    @staticmethod
    def _make(parent: QObject, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, parent)
        action.setObjectName(f"action:{spec.key}")
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        action.setCheckable(spec.checkable)
        action.setToolTip(_tip(spec))
        action.setStatusTip(spec.tip)
        if spec.checkable:
            action.toggled.connect(lambda checked: spec.run(checked))
        else:
            action.triggered.connect(lambda _checked=False: spec.run())
        return action


def _tip(spec: ActionSpec) -> str:
    keys = f" ({spec.shortcuts[0]})" if spec.shortcuts else ""
    return (spec.tip or spec.text.replace("&", "").rstrip("…")) + keys


def in_menus(specs: Iterable[ActionSpec]) -> list[ActionSpec]:
    """Actions sorted by menu, as menus are first named but help last, then as `ORDER` says.

    What no group of its menu names stands below them, in its own order.
    """
    every = list(specs)
    menus = sorted(dict.fromkeys(spec.menu for spec in every), key=lambda menu: menu == HELP)
    places: dict[str, int] = {}
    starts = set()
    for menu, groups in ORDER.items():
        present = {spec.key for spec in every if spec.menu == menu}
        for group in groups:
            named = [key for key in group if key in present]
            starts.update(named[:1])
            places.update((key, len(places)) for key in named)

    def place(spec: ActionSpec) -> tuple[int, bool, int]:
        return menus.index(spec.menu), spec.key == LAST, places.get(spec.key, len(places))

    return [
        replace(spec, separated=spec.key in starts) if spec.key in places else spec
        for spec in sorted(every, key=place)
    ]
