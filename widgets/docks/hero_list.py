"""The large sliders above the form: those of the engine that runs, or the most telling ones of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tauscope.engine.config import EngineConfig, Leaf, leaves
from tauscope.widgets.controls.hero_slider import HeroSlider
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.controls.parameter_row import scale_of
from tauscope.widgets.texts import set_role


@dataclass(frozen=True, slots=True)
class HeroGroup:
    """Sliders of one engine.

    Parameters
    ----------
    engine, title : str
        Its name in code, and for people.
    config_type : type
        Its configuration.
    paths : tuple of str
        Parameters that get a slider; all that their configuration marks so where none are named.
    """

    engine: str
    title: str
    config_type: type[EngineConfig]
    paths: tuple[str, ...] = ()

    def leaves(self) -> list[Leaf]:
        """Parameters that get a slider."""
        numbers = [leaf for leaf in leaves(self.config_type) if leaf.type_name in ("float", "int")]
        return [leaf for leaf in numbers if leaf.hero and (not self.paths or leaf.path in self.paths)]


class HeroList(QWidget):
    """Hero sliders one below the other.

    Signals
    -------
    edited(engine, leaf, value, phase)
        An intention; ``leaf`` is the `Leaf` of the parameter.
    reset_requested(engine, path)
        Back to the default.
    """

    edited = Signal(str, object, float, str)
    reset_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[HeroGroup, ...] = ()
        self._sliders: dict[tuple[str, str], HeroSlider] = {}
        self._tips: dict[tuple[str, str], str] = {}
        self._lines: dict[tuple[str, str], QFrame] = {}
        self._order: list[tuple[str, str]] = []
        """Keys of the sliders from top to bottom."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_groups(self, groups: Sequence[HeroGroup]) -> None:
        """Build the sliders of these engines; nothing is done where they stand already."""
        if tuple(groups) == self._groups:
            return
        self._groups = tuple(groups)
        self._clear()
        for group in groups:
            for leaf in group.leaves():
                self._add(group, leaf, len(groups) > 1)

    def of(self, engine: str) -> dict[str, HeroSlider]:
        """Sliders of an engine, by path."""
        return {path: slider for (key, path), slider in self._sliders.items() if key == engine}

    def others(self, engine: str) -> dict[str, HeroSlider]:
        """Sliders of all engines but one, by ``engine.path``."""
        return {f"{key}.{path}": slider for (key, path), slider in self._sliders.items() if key != engine}

    def set_values(self, engine: str, values: Mapping[str, Any]) -> None:
        """Show values of an engine's model by path; emits nothing."""
        for path, slider in self.of(engine).items():
            if values.get(path) is not None:
                slider.set_value(float(values[path]))

    def set_unused(self, engine: str, reasons: Mapping[str, str]) -> None:
        """Disable those that do nothing at present, by path, say why in their tooltips, and put them last."""
        for path, slider in self.of(engine).items():
            slider.setEnabled(path not in reasons)
            slider.setToolTip(reasons.get(path, self._tips[engine, path]))
        wanted = sorted(self._sliders, key=lambda key: not self._sliders[key].isEnabled())
        if wanted != self._order:
            self._order = wanted
            for place, key in enumerate(wanted):
                self._column.insertWidget(2 * place, self._sliders[key])
                self._column.insertWidget(2 * place + 1, self._lines[key])

    def _add(self, group: HeroGroup, leaf: Leaf, several: bool) -> None:
        default = float(leaf.default) if leaf.default is not None else None
        about = f"{group.title}. {leaf.description}" if several else leaf.description
        bounds = Bounds(leaf.low, leaf.high)
        slider = HeroSlider(leaf.label, leaf.unit, scale_of(leaf), default, bounds, about)
        if several:
            slider.set_owner(group.title)
        slider.edited.connect(lambda value, phase: self.edited.emit(group.engine, leaf, value, phase))
        slider.reset_requested.connect(lambda: self.reset_requested.emit(group.engine, leaf.path))
        line = QFrame()
        set_role(line, "separator")
        self._column.addWidget(slider)
        self._column.addWidget(line)
        self._sliders[group.engine, leaf.path] = slider
        self._lines[group.engine, leaf.path] = line
        self._order.append((group.engine, leaf.path))
        self._tips[group.engine, leaf.path] = slider.toolTip()

    def _clear(self) -> None:
        self._sliders, self._tips, self._lines, self._order = {}, {}, {}, []
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
