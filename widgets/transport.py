"""Transport: play, step, run to, reset, speed; for the toolbar."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from tauscope.widgets.amounts import count
from tauscope.widgets.buttons import Button
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.dialogs import ask_speed, ask_tick

SPEEDS: tuple[float | None, ...] = (None, 10000.0, 3000.0, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
"""Speeds on offer in ticks a second, about half a decade apart; None is as fast as possible."""
LARGEST_STEP = 100_000_000


class Transport(QWidget):
    """Buttons that run the simulation.

    Signals
    -------
    play_toggled : (bool)
        True to play, False to pause.
    step_requested : (int)
        Do exactly so many ticks.
    run_to_requested : (int)
        Run to a tick.
    reset_requested : ()
        Start again at tick 0.
    speed_changed : (object)
        Ticks a second as float, None for as fast as possible.
    """

    play_toggled = Signal(bool)
    step_requested = Signal(int)
    run_to_requested = Signal(int)
    reset_requested = Signal()
    speed_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._running = False
        self._tick = 0
        self._speed: float | None = None
        self.play = Button("Play", "play", "Play (Space)", "primary")
        self.play.reserve("Pause")
        self.step = Button("Step", "step", "One tick (.)")
        self.count = CountBox(100, 1, LARGEST_STEP)
        self.step_many = Button("", "step-n", "Step as many ticks as the box says (Shift+.)")
        self.run_to = Button("Run to…", "run-to", "Run to a tick and pause (Ctrl+T)")
        self.reset = Button("", "reset", "Start again at tick 0 (Ctrl+R)")
        self.speed = Button("Speed  as fast as possible", "speed", "Ticks a second (+ and −)")
        self._prepare()
        self._build()
        self._connect()

    def _prepare(self) -> None:
        self.count.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.count.setToolTip("Ticks of a step; Enter steps")
        self.count.setAccessibleName("Ticks of a step")
        self.speed.reserve("Speed  as fast as possible")
        self.speed.set_menu(self._speed_menu)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(6)
        pair = QHBoxLayout()
        pair.setSpacing(2)
        pair.addWidget(self.step_many)
        pair.addWidget(self.count)
        for item in (self.play, self.step, pair, self.run_to, self.reset, self.speed):
            if isinstance(item, QWidget):
                row.addWidget(item)
            else:
                row.addLayout(item)

    def _connect(self) -> None:
        self.play.clicked.connect(lambda: self.play_toggled.emit(not self._running))
        self.step.clicked.connect(lambda: self.step_requested.emit(1))
        self.step_many.clicked.connect(self.step_n)
        self.count.entered.connect(self.step_n)
        self.run_to.clicked.connect(self.ask_run_to)
        self.reset.clicked.connect(self.reset_requested)

    # -- state

    @property
    def step_count(self) -> int:
        """Number in the step box."""
        return self.count.value()

    def set_step_count(self, ticks: int) -> None:
        """Put a number into the step box."""
        self.count.set_value(ticks)

    def set_running(self, running: bool, tick: int) -> None:
        """Show whether the run plays, and keep its tick for “Run to”."""
        self._tick = tick
        if running != self._running:
            self._running = running
            self.play.set_look("Pause" if running else "Play", "pause" if running else "play", "primary")
            self.play.setToolTip("Pause (Space)" if running else "Play (Space)")

    def set_speed(self, speed: float | None) -> None:
        """Show a speed, without asking for it."""
        self._speed = speed
        self.speed.set_look(f"Speed  {speed_text(speed)}", "speed", "plain")

    # -- intentions

    def step_n(self) -> None:
        """Ask for a step of as many ticks as the box says."""
        self.step_requested.emit(self.step_count)

    def ask_run_to(self) -> None:
        """Ask the user for a tick."""
        ask_tick(self.window(), self._tick, self.run_to_requested.emit)

    def _choose(self, speed: float | None) -> None:
        self.set_speed(speed)
        self.speed_changed.emit(speed)

    def _speed_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for speed in SPEEDS:
            action = menu.addAction(speed_text(speed))
            self._mark(action, group, self._speed == speed)
            action.triggered.connect(lambda _on=False, speed=speed: self._choose(speed))
        menu.addSeparator()
        other = self._speed not in SPEEDS
        custom = menu.addAction(f"{speed_text(self._speed)} (exact)…" if other else "Exact number…")
        self._mark(custom, group, other)
        custom.triggered.connect(lambda: ask_speed(self.window(), self._speed, self._choose))
        return menu

    @staticmethod
    def _mark(action: QAction, group: QActionGroup, checked: bool) -> None:
        action.setCheckable(True)
        action.setChecked(checked)
        group.addAction(action)


def speed_text(speed: float | None) -> str:
    """Speed in words."""
    if speed is None:
        return "as fast as possible"
    return f"{count(speed) if speed >= 10 and speed == int(speed) else f'{speed:g}'} ticks/s"
