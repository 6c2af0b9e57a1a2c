"""Choice among a few names; neither the wheel nor a click's focus changes it by accident."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from tauscope.widgets.buttons import keyboard_owns


class Choice(QComboBox):
    """Drop-down of fixed choices.

    Parameters
    ----------
    choices : tuple of str
        Values; underscores are shown as spaces.
    name : str
        Name for screen readers.

    Signals
    -------
    chosen(value)
        The user chose another value.
    """

    chosen = Signal(str)

    def __init__(self, choices: tuple[str, ...], name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for choice in choices:
            self.addItem(choice.replace("_", " "), choice)
        self._value = choices[0] if choices else ""
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(4)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._activated)

    @property
    def value(self) -> str:
        """Value in force."""
        return self._value

    def set_value(self, value: str) -> None:
        """Show a value of the model; emits nothing."""
        self._value = value
        self.setCurrentIndex(self.findData(value))

    def event(self, event: QEvent) -> bool:
        """Claim Space after Tab, give it up after a click."""
        return keyboard_owns(self, event) or super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the panel scroll."""
        event.ignore()

    def _activated(self, index: int) -> None:
        value = str(self.itemData(index))
        if value != self._value:
            self._value = value
            self.chosen.emit(value)
