"""Arranging the docks of a window as the built-in layout of a lab says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

if TYPE_CHECKING:
    from tauscope.app.labs import Layout

SMALL = 1120
"""Width of the window below which the fields share one place, as tabs."""
WIDE = 1600
"""Width of the window from which the side columns are wider."""
TALL = 980
"""Height of the window from which the right column has a third part."""
LOW = 760
"""Height of the window below which the right column reaches down to the status bar whatever stands below."""
FRAME = 110
"""Height of menu, toolbar and status bar."""
HEROES = 270
"""Height of the parameters with three large sliders and the search."""
ALL_HEROES = 420
"""Height of the parameters with the large sliders of three engines."""
INNER = 0.275
INNER_WIDE = 0.245
"""Share of the window's width of a column between the centre and the right one, and that in a wide window."""

Groups = list[list[QDockWidget]]


def arrange(
    window: QMainWindow,
    docks: Mapping[str, QDockWidget],
    layout: Layout,
    added: Mapping[str, tuple[str, bool]],
) -> None:
    """Put docks where a layout says, for the present size of the window.

    Parameters
    ----------
    window : QMainWindow
        The window; none of the docks stands in it any more.
    docks : mapping of str to QDockWidget
        Docks that are offered.
    layout : Layout
        Their places.
    added : mapping of str to (str, bool)
        Of docks that parts added: the dock whose tab group each joins where the layout does not name it, and
        whether it is open.
    """
    small = window.width() < SMALL
    _corners(window)
    left = _groups(docks, [layout.left])
    tall = window.height() >= TALL
    bottom = _groups(docks, layout.bottom if tall else _ended(layout.bottom, layout.tall))
    inner = _groups(docks, layout.inner)
    right = _groups(docks, [*layout.right, layout.tall] if tall else layout.right)
    if small:
        bottom, inner = [*_together(bottom), *_together(inner)], []
    places = Qt.DockWidgetArea
    _place(window, left, places.LeftDockWidgetArea, Qt.Orientation.Vertical)
    _place(window, bottom, places.BottomDockWidgetArea, Qt.Orientation.Horizontal)
    if inner and right:
        window.addDockWidget(places.RightDockWidgetArea, inner[0][0])
        window.splitDockWidget(inner[0][0], right[0][0], Qt.Orientation.Horizontal)
        _place(window, inner, None, Qt.Orientation.Vertical)
        _place(window, right, None, Qt.Orientation.Vertical)
    else:
        _place(window, [*inner, *right], places.RightDockWidgetArea, Qt.Orientation.Vertical)
    placed = {dock for group in (*left, *bottom, *inner, *right) for dock in group}
    last = right[-1][-1] if right else None
    for key, dock in docks.items():
        if dock not in placed:
            mate = docks.get(added.get(key, ("", True))[0])
            mate = mate if mate in placed else last
            if mate is None:
                window.addDockWidget(places.RightDockWidgetArea, dock)
            else:
                window.tabifyDockWidget(mate, dock)
            placed.add(dock)
    for key, dock in docks.items():
        seen = added.get(key, ("", True))[1] and key not in layout.shut
        dock.setVisible(seen and not layout.bare)
    for key in layout.raised:
        if key in docks:
            docks[key].raise_()
    _size(window, left, bottom, inner, right)


def _ended(groups: tuple[tuple[str, ...], ...], more: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Tab groups, the last of which has more tabs."""
    return [*groups[:-1], (*groups[-1], *more)] if groups else [more]


def _together(groups: Groups) -> Groups:
    """One tab group of several: the first of each, then the second of each, and so on."""
    rows = zip_longest(*groups)
    return [[dock for row in rows for dock in row if dock is not None]] if groups else []


def _corners(window: QMainWindow) -> None:
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    for edge, area in (
        (Qt.Corner.TopLeftCorner, left),
        (Qt.Corner.BottomLeftCorner, left),
        (Qt.Corner.TopRightCorner, right),
        (Qt.Corner.BottomRightCorner, right),
    ):
        window.setCorner(edge, area)


def _groups(docks: Mapping[str, QDockWidget], keys: Iterable[Iterable[str]]) -> Groups:
    groups = [[docks[key] for key in group if key in docks] for group in keys]
    return [group for group in groups if group]


def _place(
    window: QMainWindow, groups: Groups, area: Qt.DockWidgetArea | None, orientation: Qt.Orientation
) -> None:
    """Put tab groups beside one another; without an area the first of them stands already."""
    for number, group in enumerate(groups):
        if number:
            window.splitDockWidget(groups[number - 1][0], group[0], orientation)
        elif area is not None:
            window.addDockWidget(area, group[0])
    for group in groups:  # tabs last: what is split off a tab group would leave it
        for mate in group[1:]:
            window.tabifyDockWidget(group[0], mate)


def _size(window: QMainWindow, left: Groups, bottom: Groups, inner: Groups, right: Groups) -> None:
    small, wide = window.width() < SMALL, window.width() >= WIDE
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    left_width, right_width = (230, 340) if wide else (200, 240) if small or inner else (200, 280)
    inner_width = int(window.width() * (INNER_WIDE if wide else INNER)) if inner else 0
    columns = [
        (groups[0][0], width)
        for groups, width in ((left, left_width), (inner, inner_width), (right, right_width))
        if groups
    ]
    window.resizeDocks([dock for dock, _ in columns], [width for _, width in columns], across)
    if len(bottom) > 1:
        share = max((window.width() - left_width - inner_width - right_width) // len(bottom), 1)
        window.resizeDocks([group[0] for group in bottom], [share] * len(bottom), across)
    if bottom:
        height = max(180 if small else 220, int(window.height() * (0.3 if small else 0.36)))
        window.resizeDocks([bottom[0][0]], [height], down)
    column = max(window.height() - FRAME, 1)
    if len(inner) > 1:
        share = column // len(inner)
        window.resizeDocks([group[0] for group in inner], [share] * len(inner), down)
    if len(right) > 1:
        # The hero sliders above; below them room for monitors and for the whole form of a recording.
        above = min(max(int(column * 0.42), HEROES), column // 2)
        if inner:  # several engines, whose sliders stand one below the other
            above = min(ALL_HEROES, column - 160 * (len(right) - 1))
        rest = (column - above) // (len(right) - 1)
        window.resizeDocks([group[0] for group in right], [above, *[rest] * (len(right) - 1)], down)
