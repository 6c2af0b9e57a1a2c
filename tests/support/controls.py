"""Toy configuration and a spy on signals."""

from __future__ import annotations

from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tauscope.engine.config import EngineConfig, parameter


class Toy(EngineConfig):
    """One parameter of each kind."""

    gain: float = parameter(
        1.0, label="Gain K", unit="bits per tick", live=True, hero=True, soft=(0.0, 2.0), ge=0.0
    )
    window: float = parameter(
        300.0, label="Window", unit="ticks", live=True, log=True, soft=(30, 3000), gt=0, le=1e5
    )
    size: int = parameter(64, label="Size", unit="cells", ge=3, le=512, description="Columns of the grid.")
    rule: Literal["air_time", "fluid"] = parameter("air_time", label="Rule")
    wrap: bool = parameter(False, label="Wrap", live=True)
    note: str = parameter("", label="Note")
    radius: float | None = parameter(None, label="Radius", unit="cells", gt=0.0)


class Spy(list[tuple[Any, ...]]):
    """Arguments of every emission."""

    def __call__(self, *args: Any) -> None:
        self.append(args)

    def phases(self, place: int = -1) -> list[str]:
        """The phase of each emission."""
        return [str(args[place]) for args in self]


def type_text(widget: QWidget, text: str) -> None:
    """Type into a widget, then Enter."""
    QTest.keyClicks(widget, text)
    QTest.keyClick(widget, Qt.Key.Key_Return)
