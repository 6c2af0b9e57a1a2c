"""Parameters: hero sliders on top, of all engines that run; the full form of the one in focus below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from tauscope.engine.config import EngineConfig, Leaf
from tauscope.widgets.controls.hero_slider import HeroSlider
from tauscope.widgets.controls.parameter_form import ParameterForm
from tauscope.widgets.docks.hero_list import HeroGroup, HeroList
from tauscope.widgets.texts import Caption, set_role

MARGIN = 10


class ParametersPanel(QWidget):
    """Every parameter of the engine in focus, the most telling ones of all engines large.

    Signals
    -------
    edited(path, value, phase, live)
        An intention; phases as in `tauscope.widgets.state.Phase`, ``live`` False means a restart.
    reset_requested(path)
        Back to the default.
    other_edited(engine, path, value, phase)
        The same for a slider of an engine that is not in focus; all of these are live.
    other_reset(engine, path)
        Back to the default, of such an engine.
    file_wished(path, file)
        A file is to be read for a parameter; "" asks which.
    """

    edited = Signal(str, object, str, bool)
    reset_requested = Signal(str)
    other_edited = Signal(str, str, object, str)
    other_reset = Signal(str, str)
    file_wished = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config_type: type[EngineConfig] | None = None
        self._engine = ""
        self._in_form = False
        self._forms: dict[type[EngineConfig], ParameterForm] = {}
        self._form_column = QVBoxLayout()
        self.form = self._make_form()
        """Form of the engine in focus; those of others are kept, so that turning to them takes no time."""
        self.empty = Caption("Choose a preset to see its parameters.", wrap=True)
        self.hero_list = HeroList()
        self.hero_list.edited.connect(self._hero_edited)
        self.hero_list.reset_requested.connect(self._hero_reset)
        body = self.body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN, 4, MARGIN, MARGIN)
        column.setSpacing(8)
        column.addWidget(self.empty)
        column.addWidget(self.hero_list)
        column.addLayout(self._form_column)
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

    def _make_form(self) -> ParameterForm:
        form = ParameterForm()
        form.edited.connect(self._form_edited)
        form.reset_requested.connect(self.reset_requested)
        form.file_wished.connect(self.file_wished)
        form.search.textChanged.connect(self._searched)
        form.hide()
        self._form_column.addWidget(form)
        return form

    def _searched(self, text: str) -> None:
        """Leave the room to what a search has found: the sliders above come back with its end."""
        self.hero_list.setVisible(not text)

    @property
    def heroes(self) -> Mapping[str, HeroSlider]:
        """Hero sliders: those of the engine in focus by path, those of others by ``engine.path``."""
        return {**self._heroes, **self.hero_list.others(self._engine)}

    @property
    def _heroes(self) -> dict[str, HeroSlider]:
        return self.hero_list.of(self._engine)

    def has_config_type(self, config_type: type[EngineConfig]) -> bool:
        """Whether the panel was built for this configuration."""
        return self._config_type is config_type

    def set_config_type(
        self, config_type: type[EngineConfig], engine: str = "", groups: Sequence[HeroGroup] = ()
    ) -> None:
        """Build sliders and form for a configuration; what stands already is kept.

        Parameters
        ----------
        config_type : type
            Of the engine in focus.
        engine : str
            Its name.
        groups : sequence of HeroGroup
            Sliders of all engines that run; none where it runs alone.
        """
        self._engine = engine
        self.hero_list.set_groups(groups or (HeroGroup(engine, "", config_type),))
        if not self.has_config_type(config_type):
            self._turn_to(config_type)
        self.empty.hide()
        self.form.show()

    def _turn_to(self, config_type: type[EngineConfig]) -> None:
        """Put the form of a configuration in the place of the present one."""
        self.form.search.clear()
        self.form.hide()
        first = self._config_type is None
        self._config_type = config_type
        if config_type not in self._forms:
            self._forms[config_type] = self.form if first else self._make_form()
            self._forms[config_type].set_config_type(config_type)
        self.form = self._forms[config_type]

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values of the model in focus by path; emits nothing."""
        self.hero_list.set_values(self._engine, values)
        self.form.set_values(values)

    def set_unused(self, reasons: Mapping[str, str]) -> None:
        """Disable parameters that do nothing at present, by path, and say why in their tooltips."""
        self.hero_list.set_unused(self._engine, reasons)
        for path, row in self.form.rows.items():
            row.set_unused(reasons.get(path, ""))

    def set_error(self, path: str, message: str) -> None:
        """Say what was wrong with a parameter where it was edited; an empty path takes all messages back."""
        for name, hero in self.heroes.items():
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

    def _hero_edited(self, engine: str, leaf: Leaf, number: float, phase: str) -> None:
        value = round(number) if leaf.type_name == "int" else number
        self._in_form = False
        if engine == self._engine:
            self.form.rows[leaf.path].set_value(value)
            self.edited.emit(leaf.path, value, phase, leaf.live)
        else:
            self.other_edited.emit(engine, leaf.path, value, phase)

    def _hero_reset(self, engine: str, path: str) -> None:
        if engine == self._engine:
            self.reset_requested.emit(path)
        else:
            self.other_reset.emit(engine, path)

    def _form_edited(self, path: str, value: object, phase: str, live: bool) -> None:
        if isinstance(value, int | float):
            self.hero_list.set_values(self._engine, {path: value})
        self._in_form = True
        self.edited.emit(path, value, phase, live)
