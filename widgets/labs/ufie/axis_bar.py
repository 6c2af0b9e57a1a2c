"""Bar under a slice: which axes lie across and up, what becomes of the others, the link to the main slice."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from tauscope.widgets.buttons import HEIGHT, Button
from tauscope.widgets.labs.ufie.names import AXES, MODES
from tauscope.widgets.state import SliceOptions

_SPACE = 4
_MARK = "▾"
_LEAST, _NARROW, _ROOMY = 232, 310, 390
"""Widths of a bar without link: the least, the one from which all buttons fit, and that of whole texts."""
_SHORT = {"Maximum": "Max"}


def sites(size: int) -> str:
    """Number of sites in words."""
    return f"{size:,} site{'' if size == 1 else 's'}"


class AxisBar(QWidget):
    """Choice of the two axes and of the mode; every signal is a wish.

    Parameters
    ----------
    linkable : bool
        Whether the slice may follow the main one.

    Signals
    -------
    wished(options)
        The user wants another plane.
    fold_wished(folded)
        The user wants the sliders folded away, or back.
    line_wished(shown)
        The user wants curves along one axis beside the picture, or none.
    """

    wished = Signal(object)
    fold_wished = Signal(bool)
    line_wished = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, linkable: bool = False) -> None:
        super().__init__(parent)
        self._options = SliceOptions()
        self._shape: tuple[int, ...] = (1,) * len(AXES)
        self._linkable = linkable
        self._folded = False
        self.across = Button("x", tip="Axis across")
        self.swap = Button(icon_name="swap", tip="Swap the axes across and up", kind="ghost")
        self.up = Button("y", tip="Axis up")
        self.mode = Button("Cut")
        self.line = Button(icon_name="line", tip="", kind="ghost")
        self.link = Button(icon_name="link", tip="", kind="ghost")
        self.fold = Button(icon_name="chevron-down", tip="", kind="ghost")
        for button, fill in (
            (self.across, self._list_across),
            (self.up, self._list_up),
            (self.mode, self._list_modes),
        ):
            menu = QMenu(self)
            menu.aboutToShow.connect(lambda menu=menu, fill=fill: fill(menu))
            button.set_menu(menu)
        self.swap.clicked.connect(self._swap)
        self.line.setCheckable(True)
        self.line.clicked.connect(lambda: self.line_wished.emit(self.line.isChecked()))
        self.link.setCheckable(True)
        self.link.setVisible(linkable)
        self.link.clicked.connect(self._link)
        self.fold.clicked.connect(lambda: self.fold_wished.emit(not self._folded))
        row = QHBoxLayout(self)
        row.setContentsMargins(_SPACE, 2, _SPACE, 2)
        row.setSpacing(_SPACE)
        for widget in (self.across, self.swap, self.up):
            row.addWidget(widget)
        row.addSpacing(_SPACE)
        row.addWidget(self.mode)
        row.addStretch(1)
        row.addWidget(self.line)
        row.addWidget(self.link)
        row.addWidget(self.fold)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_folded(False)
        self.set_line(False)
        self._name()

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """Sites along the nine axes."""
        self._shape = tuple(shape)
        self._name()

    def set_slice(self, options: SliceOptions) -> None:
        """Show a slice; emits nothing."""
        self._options = options
        self._name()

    def set_folded(self, folded: bool) -> None:
        """Show whether the sliders are folded away."""
        self._folded = folded
        self.fold.set_look("", "chevron-up" if folded else "chevron-down", "ghost")
        tip = "Show the sliders of the other axes" if folded else "Fold the sliders away"
        self.fold.setToolTip(tip)
        self.fold.setAccessibleName(tip)

    def set_line(self, shown: bool) -> None:
        """Show whether there are curves along one axis."""
        self.line.setChecked(shown)
        tip = "Hide the curves" if shown else "Curves along the row under the pointer"
        self.line.setToolTip(tip)
        self.line.setAccessibleName(tip)

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(320, HEIGHT + 4)

    def minimumSizeHint(self) -> QSize:
        """Room for the short texts."""
        return QSize(_LEAST + (HEIGHT + _SPACE if self._linkable else 0), HEIGHT + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave words out where there is little room."""
        super().resizeEvent(event)
        self._name()

    def _name(self) -> None:
        wide = self.width() - (HEIGHT + _SPACE if self._linkable else 0)
        roomy = wide >= _ROOMY
        self.swap.setVisible(wide >= _NARROW)  # choosing the other axis swaps them, too
        for button, axis, word in zip(
            (self.across, self.up), self._options.axes, ("across", "up"), strict=True
        ):
            text = f"{axis} {word} {_MARK}" if roomy else f"{axis} {_MARK}"
            button.set_look(text, "", "plain")
            size = sites(self._shape[AXES.index(axis)])
            button.setToolTip(f"Axis {word}: {axis}, {size}. Click to choose another.")
            button.setAccessibleName(f"Axis {word}: {axis}")
        name, tip = MODES[self._options.mode]
        short = _SHORT.get(name, name) if wide < _NARROW else name
        self.mode.set_look(f"{short} {_MARK}", "", "plain")
        self.mode.setToolTip(f"{name}: {tip[0].lower()}{tip[1:]}")
        self.mode.setAccessibleName(f"Other axes: {name}")
        linked = self._options.linked
        self.link.setChecked(linked)
        tip = (
            "Linked: cut where the main slice is. Click to cut it on its own."
            if linked
            else "Cut where the main slice is"
        )
        self.link.setToolTip(tip)
        self.link.setAccessibleName(tip)

    def _list_across(self, menu: QMenu) -> None:
        self._list_axes(menu, 0)

    def _list_up(self, menu: QMenu) -> None:
        self._list_axes(menu, 1)

    def _list_axes(self, menu: QMenu, which: int) -> None:
        menu.clear()
        group = QActionGroup(menu)
        present, other = self._options.axes[which], self._options.axes[1 - which]
        for axis, size in zip(AXES, self._shape, strict=True):
            action = _add(menu, group, f"{axis}\t{sites(size)}", axis == present)
            if axis == other:
                action.setToolTip("The other axis of the picture: choosing it swaps the two.")
            action.triggered.connect(lambda _checked=False, axis=axis: self._choose(which, axis))

    def _list_modes(self, menu: QMenu) -> None:
        menu.clear()
        group = QActionGroup(menu)
        for mode, (name, tip) in MODES.items():
            action = _add(menu, group, name, mode == self._options.mode)
            action.setToolTip(tip)
            action.triggered.connect(
                lambda _checked=False, mode=mode: self._wish(replace(self._options, mode=mode))
            )

    def _choose(self, which: int, axis: str) -> None:
        axes = list(self._options.axes)
        if axis == axes[1 - which]:
            axes.reverse()
        else:
            axes[which] = axis
        self._wish(replace(self._options, axes=(axes[0], axes[1])))

    def _swap(self) -> None:
        across, up = self._options.axes
        self._wish(replace(self._options, axes=(up, across)))

    def _link(self) -> None:
        self._wish(replace(self._options, linked=not self._options.linked))
        self._name()  # what the application says, not what the button made of the click

    def _wish(self, options: SliceOptions) -> None:
        if options != self._options:
            self.wished.emit(options)


def _add(menu: QMenu, group: QActionGroup, text: str, chosen: bool) -> QAction:
    action = group.addAction(menu.addAction(text))
    action.setCheckable(True)
    action.setChecked(chosen)
    if chosen:
        menu.setActiveAction(action)
    return action
