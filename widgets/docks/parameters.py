"""Parameters: hero sliders on top, the full form below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from tauscope.engine.config import EngineConfig, Leaf, leaves
from tauscope.widgets.controls.hero_slider import HeroSlider
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.controls.parameter_form import ParameterForm
from tauscope.widgets.controls.parameter_row import scale_of
from tauscope.widgets.texts import Caption, set_role

MARGIN = 10


class ParametersPanel(QWidget):
    """Every parameter of the engine, the most telling ones large.

    Signals
    -------
    edited(path, value, phase, live)
        An intention; phases as in `tauscope.widgets.state.Phase`, ``live`` False means a restart.
    reset_requested(path)
        Back to the default.
    file_wished(path, file)
        A file is to be read for a parameter; "" asks which.
    """

    edited = Signal(str, object, str, bool)
    reset_requested = Signal(str)
    file_wished = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config_type: type[EngineConfig] | None = None
        self._heroes: dict[str, HeroSlider] = {}
        self._in_form = False
        self.form = ParameterForm()
        self.form.edited.connect(self._form_edited)
        self.form.reset_requested.connect(self.reset_requested)
        self.form.file_wished.connect(self.file_wished)
        self.empty = Caption("Choose a preset to see its parameters.", wrap=True)
        self._hero_column = QVBoxLayout()
        self._hero_column.setSpacing(0)
        body = self.body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN, 4, MARGIN, MARGIN)
        column.setSpacing(8)
        column.addWidget(self.empty)
        column.addLayout(self._hero_column)
        column.addWidget(self.form)
        column.addStretch(1)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.locked = Caption(wrap=True)
        self.locked.setContentsMargins(MARGIN, 8, MARGIN, 4)
        set_role(self.locked, "warning")
        self.locked.hide()
        outer.addWidget(self.locked)
        outer.addWidget(self.scroller)
        self.form.hide()
        self.form.search.textChanged.connect(self._searched)

    def _searched(self, text: str) -> None:
        """Leave the room to what a search has found: the sliders above come back with its end."""
        for at in range(self._hero_column.count()):
            item = self._hero_column.itemAt(at)
            if item is not None and (widget := item.widget()) is not None:
                widget.setVisible(not text)

    @property
    def heroes(self) -> Mapping[str, HeroSlider]:
        """Hero sliders by path."""
        return self._heroes

    def has_config_type(self, config_type: type[EngineConfig]) -> bool:
        """Whether the panel was built for this configuration."""
        return self._config_type is config_type

    def set_config_type(self, config_type: type[EngineConfig]) -> None:
        """Build sliders and form for a configuration."""
        self._config_type = config_type
        self._clear_heroes()
        for leaf in leaves(config_type):
            if leaf.hero and leaf.type_name in ("float", "int"):
                self._add_hero(leaf)
        self.form.set_config_type(config_type)
        self.empty.hide()
        self.form.show()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values of the model by path; emits nothing."""
        for path, hero in self._heroes.items():
            if values.get(path) is not None:
                hero.set_value(float(values[path]))
        self.form.set_values(values)

    def set_unused(self, reasons: Mapping[str, str]) -> None:
        """Disable parameters that do nothing at present, by path, and say why in their tooltips."""
        for path, hero in self._heroes.items():
            hero.setEnabled(path not in reasons)
            hero.setToolTip(reasons.get(path, ""))
        for path, row in self.form.rows.items():
            row.set_unused(reasons.get(path, ""))

    def set_error(self, path: str, message: str) -> None:
        """Say what was wrong with a parameter where it was edited; an empty path takes all messages back."""
        for name, hero in self._heroes.items():
            if not path or name == path:
                hero.set_error(message if path and not self._in_form else "")
        if not path:
            self.form.set_error("", "")
        elif path in self.form.rows and (self._in_form or path not in self._heroes):
            self.form.set_error(path, message)

    def set_locked(self, why: str) -> None:
        """Say why nothing can be edited here, and allow nothing; "" allows it again."""
        self.locked.setText(why)
        self.locked.setVisible(bool(why))
        self.body.setEnabled(not why)

    def sizeHint(self) -> QSize:
        """Right column of the window."""
        return QSize(220, 420)

    def minimumSizeHint(self) -> QSize:
        """Narrow, and about two sliders high; the rest scrolls."""
        return QSize(180, 140)

    def _add_hero(self, leaf: Leaf) -> None:
        default = float(leaf.default) if leaf.default is not None else None
        hero = HeroSlider(
            leaf.label, leaf.unit, scale_of(leaf), default, Bounds(leaf.low, leaf.high), leaf.description
        )
        hero.edited.connect(lambda value, phase: self._hero_edited(leaf, value, phase))
        hero.reset_requested.connect(lambda: self.reset_requested.emit(leaf.path))
        line = QFrame()
        set_role(line, "separator")
        self._hero_column.addWidget(hero)
        self._hero_column.addWidget(line)
        self._heroes[leaf.path] = hero

    def _clear_heroes(self) -> None:
        self._heroes = {}
        while (item := self._hero_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _hero_edited(self, leaf: Leaf, number: float, phase: str) -> None:
        value = round(number) if leaf.type_name == "int" else number
        self.form.rows[leaf.path].set_value(value)
        self._in_form = False
        self.edited.emit(leaf.path, value, phase, leaf.live)

    def _form_edited(self, path: str, value: object, phase: str, live: bool) -> None:
        if path in self._heroes and isinstance(value, int | float):
            self._heroes[path].set_value(float(value))
        self._in_form = True
        self.edited.emit(path, value, phase, live)
