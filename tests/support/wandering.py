"""Run as a process: the whole program, driven at random by a seed for some seconds, and then closed.

Every step is random but for the seed: events go to widgets as a mouse and a keyboard give them, actions are
triggered, files dropped, menus and dialogs opened and left open.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from tests.support.closing import run_driven, say_asked

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tauscope.app.lab import Lab

ENDS = ("key", "close", "term", "int")
PRESETS = (
    "two_bodies", "horizon", "capacity_wall", "strict_rule", "ring_galaxy", "clocks_in_a_well", "everything",
    "circle6_center", "golden_drive", "charge_fixed", "charge_blow_up", "gauge_confinement_2d",
)  # fmt: skip
"""Some of each lab, and one that blows up."""
DIALOGS = ("snapshot", "open", "save_preset", "shortcuts", "about", "run_to", "add_image", "export",
           "export_samples", "export_profile")  # fmt: skip
LEAST_MS, MOST_MS = 2, 140
PATIENCE = 1.0
"""Seconds without an answer after which it is told what the window does."""


class Wanderer:
    """Takes random steps in a lab, then closes it.

    Parameters
    ----------
    lab : Lab
        Started, in its window.
    seed : int
        Of the random choices.
    seconds : float
        How long to wander.
    folder : Path
        For files that are dropped.
    most : int
        Steps after which it ends in any case, 0 for no such number.
    """

    def __init__(self, lab: Lab, seed: int, seconds: float, folder: Path, most: int = 0) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtGui import QColor, QImage

        from tauscope.app.heartbeat import Heartbeat

        self.lab, self.rng, self.folder = lab, random.Random(seed), folder
        self.seconds, self.ends = seconds, 0.0
        self.over = False
        self.most, self.done = most, 0
        self.longest, self._answered = 0.0, 0.0
        self._beat = QTimer(lab)
        self._beat.timeout.connect(self._answer)
        self._heart = Heartbeat(self._stands, lambda _seconds: None, PATIENCE)
        self.end = self.rng.choice(ENDS)
        picture = QImage(24, 16, QImage.Format.Format_RGB32)
        picture.fill(QColor("#777777"))
        picture.setPixelColor(5, 5, QColor("white"))
        picture.save(str(folder / "dropped.png"))
        np.save(folder / "dropped.npy", np.linspace(0.0, 1.0, 120).reshape(10, 12))
        self._strokes: list[Callable[[], None]] = []
        weighted: dict[Callable[[], None], int] = {
            self.drop: 3, self.stroke: 5, self.move: 5, self.action: 6, self.dialog: 3, self.key: 4,
            self.button: 5, self.dock: 4, self.surface: 2, self.theme: 1, self.record: 2, self.preset: 1,
            self.combo: 2, self.menu: 2, self.tip: 2, self.probe: 3, self.leave: 5, self.slide: 2,
            self.playback: 2, self.write: 2,
        }  # fmt: skip
        self._steps = [step for step, weight in weighted.items() for _ in range(weight)]

    def say(self, *words: object) -> None:
        """Tell what is done, for whoever reads of a failure."""
        print(f"{time.monotonic() - self.ends:8.3f}", *words, flush=True)

    def begin(self) -> None:
        """Wander once the first frame is there."""
        from PySide6.QtCore import QTimer

        if self.lab.frame is None:
            QTimer.singleShot(20, self.begin)
            return
        self.ends = time.monotonic() + self.seconds
        self._answered = time.monotonic()
        self._beat.start(50)
        self._heart.start()
        self.turn()

    def _answer(self) -> None:
        now = time.monotonic()
        if now - self._answered > 1.0:
            self.say(f"no answer for {now - self._answered:.2f} s")
        self.longest, self._answered = max(self.longest, now - self._answered), now

    def _stands(self, stacks: str) -> None:
        """Tell what the window does instead of answering."""
        window = next(part for part in stacks.split("\n\n") if "(MainThread)" in part)
        print("\n".join(window.splitlines()[:20]), flush=True)

    def turn(self) -> None:
        """Take one step and ask for the next."""
        from PySide6.QtCore import QTimer

        if self.over:
            return
        walked = time.monotonic() > self.ends or 0 < self.most <= self.done
        if walked and not self._strokes:
            # Asked for first: what is done last may open a dialog that runs an event loop of its own.
            QTimer.singleShot(self.rng.choice((0, 0, 50, 400)), self.close)
            if self.rng.random() < 0.6:
                self.last()
            return
        QTimer.singleShot(self.rng.randint(LEAST_MS, MOST_MS) if not self._strokes else 8, self.turn)
        if self._strokes:
            self._strokes.pop(0)()
            return
        step = self.rng.choice(self._steps)
        self.say(step.__name__)
        self.done += 1
        step()

    def last(self) -> None:
        """Something that is under way when the window closes."""
        step = self.rng.choice(
            (self.record, self.write, self.dialog, self.menu, self.combo, self.tip, self.stroke, self.surface,
             self.playback, self.preset, self.slide, self.drop)
        )  # fmt: skip
        self.say("last", step.__name__)
        step()
        while self._strokes and self.rng.random() < 0.6:
            self._strokes.pop(0)()
        self._strokes.clear()

    def close(self) -> None:
        """End the program in one of the ways in which a user does."""
        from PySide6.QtCore import Qt, QTimer
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        if self.over:
            return
        self.over = True
        print(f"walked {self.done} steps\nlongest {self.longest:.3f}", flush=True)
        window = self.lab.window
        self.say(f"end by {self.end}; recording: {self.lab.record.active}")
        # A dialog keeps the keys of its window: then Ctrl+Q is nothing, and the user closes the window.
        QTimer.singleShot(300, self._insist)
        say_asked()
        if self.end == "key" and QApplication.activeModalWidget() is None:
            popup = QApplication.activePopupWidget()
            if popup is not None:
                popup.close()
            QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
        elif self.end in ("term", "int"):
            os.kill(os.getpid(), signal.SIGTERM if self.end == "term" else signal.SIGINT)
        elif (handle := window.windowHandle()) is not None:
            handle.close()  # as the window system does

    def _insist(self) -> None:
        self.say("closed by a signal: nothing else reached the window")
        say_asked()
        os.kill(os.getpid(), signal.SIGTERM)

    # ----- where

    def view(self) -> QWidget:
        """Canvas of a view that is in sight."""
        views = [v.canvas_native for v in self.lab.window.views.values() if v.isVisible()]
        return self.rng.choice(views) if views else self.lab.window

    def seen(self, kind: type[Any]) -> list[Any]:
        """Widgets of a kind in all windows that are in sight and enabled."""
        from PySide6.QtWidgets import QApplication

        found = [
            w for top in QApplication.topLevelWidgets() if top.isVisible() for w in top.findChildren(kind)
        ]
        good = []
        for one in found:
            with suppress(RuntimeError):  # Qt's own widgets may go while one looks
                if one.isVisible() and one.isEnabled():
                    good.append(one)
        return good

    def place(self, widget: QWidget) -> Any:
        """Point on a widget."""
        from PySide6.QtCore import QPoint

        return QPoint(self.rng.randrange(max(widget.width(), 1)), self.rng.randrange(max(widget.height(), 1)))

    # ----- steps

    def drop(self) -> None:
        """Drop a picture or an array on a canvas."""
        from PySide6.QtCore import QMimeData, Qt, QUrl
        from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
        from PySide6.QtWidgets import QApplication

        if QApplication.activeModalWidget() is not None:
            return
        target, data = self.view(), QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self.folder / self.rng.choice(("dropped.png", "dropped.npy"))))])
        at = self.place(target)
        how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, QDragEnterEvent(at, *how))
        QApplication.sendEvent(target, QDragMoveEvent(at, *how))
        QApplication.sendEvent(target, QDropEvent(at.toPointF(), *how))

    def stroke(self) -> None:
        """Press, move and release on a canvas or the surface, with whatever tool, over several turns."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
            return
        if self.rng.random() < 0.7:
            self.lab.actions[f"tool_{self.rng.choice(('select', 'brush', 'eraser', 'line'))}"].trigger()
        viewing: Any = next(p for p in self.lab.parts if type(p).__name__ == "Viewing")
        surface = viewing.surface
        widget = surface.canvas_native if surface.isVisible() and self.rng.random() < 0.3 else self.view()
        left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        start, end = self.place(widget), self.place(widget)
        count = self.rng.randint(2, 12)
        self._strokes = [
            lambda: QTest.mousePress(widget, left, plain, start),
            *(lambda k=k: QTest.mouseMove(widget, start + (end - start) * k / count) for k in range(count)),
            lambda: QTest.mouseRelease(widget, left, plain, end),
        ]

    def move(self) -> None:
        """Move the pointer over any widget, and turn the wheel."""
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QWidget

        widgets = self.seen(QWidget)
        if widgets:
            widget = self.rng.choice(widgets)
            QTest.mouseMove(widget, self.place(widget))

    def action(self) -> None:
        """Trigger any action but those that end or hide everything."""
        from PySide6.QtWidgets import QApplication

        if QApplication.activeModalWidget() is not None:
            return
        keys = [key for key in self.lab.actions.specs if key not in ("quit", *DIALOGS)]
        key = self.rng.choice(keys)
        self.say("   ", key)
        self.lab.actions[key].trigger()

    def dialog(self) -> None:
        """Open a dialog and leave it open."""
        from PySide6.QtWidgets import QApplication

        if QApplication.activeModalWidget() is None:
            key = self.rng.choice(DIALOGS)
            self.say("   ", key)
            self.lab.actions[key].trigger()

    def leave(self) -> None:
        """Accept or give up what is open: popups first, then dialogs."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            QTest.keyClick(popup, Qt.Key.Key_Escape)
        elif modal is not None:
            QTest.keyClick(modal, self.rng.choice((Qt.Key.Key_Escape, Qt.Key.Key_Return)))

    def key(self) -> None:
        """Press a key where the keyboard is."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        widget = QApplication.focusWidget() or self.lab.window
        keys = (
            "Key_Tab Key_Backtab Key_Down Key_Up Key_Space Key_Return Key_Escape Key_F Key_A Key_L Key_Delete"
        )
        QTest.keyClick(widget, getattr(Qt.Key, self.rng.choice(keys.split())))

    def button(self) -> None:
        """Click any button in sight."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QAbstractButton, QApplication

        modal = QApplication.activeModalWidget()
        buttons = [b for b in self.seen(QAbstractButton) if modal is None or modal.isAncestorOf(b)]
        if buttons:
            chosen = self.rng.choice(buttons)
            self.say("   ", chosen.accessibleName() or chosen.text() or chosen.toolTip()[:30])
            QTest.mouseClick(chosen, Qt.MouseButton.LeftButton)

    def dock(self) -> None:
        """Float, dock, close or open a dock."""
        dock = self.rng.choice(list(self.lab.window.docks.values()))
        if self.rng.random() < 0.5:
            dock.setFloating(not dock.isFloating())
        else:
            dock.toggleViewAction().trigger()
        dock.raise_()

    def surface(self) -> None:
        """Open or close the surface."""
        if self.rng.random() < 0.7:
            self.lab.actions["show_surface"].trigger()
        else:
            self.lab.window.docks["surface"].close()

    def theme(self) -> None:
        """Other theme."""
        self.lab.actions["dark"].toggle()

    def record(self) -> None:
        """Start or stop recording."""
        self.lab.actions["record"].trigger()

    def preset(self) -> None:
        """Load a preset."""
        self.lab.window.presets.preset_chosen.emit(self.rng.choice(PRESETS))

    def combo(self) -> None:
        """Open a list, and leave it open."""
        from PySide6.QtWidgets import QApplication, QComboBox

        boxes = self.seen(QComboBox)
        if boxes and QApplication.activeModalWidget() is None:
            self.rng.choice(boxes).showPopup()

    def menu(self) -> None:
        """Open a menu of the bar or of a canvas, and leave it open."""
        from PySide6.QtCore import QPoint
        from PySide6.QtWidgets import QApplication, QMenu

        if QApplication.activeModalWidget() is not None:
            return
        if self.rng.random() < 0.5:
            self.lab.shell.context_menu(self.lab.window.mapToGlobal(QPoint(400, 400)), "", 10.0, 10.0)
        else:
            menus = list(self.lab.window.menuBar().findChildren(QMenu))
            self.rng.choice(menus).popup(self.lab.window.mapToGlobal(QPoint(200, 30)))

    def tip(self) -> None:
        """Show a tip."""
        from PySide6.QtCore import QPoint
        from PySide6.QtGui import QHelpEvent
        from PySide6.QtWidgets import QApplication, QWidget

        widgets = [w for w in self.seen(QWidget) if w.toolTip()]
        if widgets:
            widget = self.rng.choice(widgets)
            at = QPoint(3, 3)
            QApplication.sendEvent(widget, QHelpEvent(QHelpEvent.Type.ToolTip, at, widget.mapToGlobal(at)))

    def probe(self) -> None:
        """Add a probe of any kind, and show the docks that watch it."""
        probing: Any = next(p for p in self.lab.parts if type(p).__name__ == "Probing")
        kind = self.rng.choice(("point", "line", "region", "global"))
        if self.lab.frame is None or not self.lab.live.specs or self.lab.editing.is_locked():
            return
        if kind == "global":
            probing.choose_tool(kind)
        else:
            places = [float(self.rng.randrange(40)) for _ in range(4)]
            probing.add(kind, "tau", *places)
        dock = self.lab.window.docks[self.rng.choice(("probes", "profile", "monitors"))]
        dock.show()
        dock.raise_()

    def slide(self) -> None:
        """Pull sliders."""
        from PySide6.QtWidgets import QSlider

        for slider in self.seen(QSlider)[:3]:
            slider.setValue(self.rng.randint(slider.minimum(), slider.maximum()))

    def playback(self) -> None:
        """Show a recording that was made, then verify or leave it."""
        lab = self.lab
        if lab.playback.active:
            self.rng.choice((lab.playback.verify, lab.playback.close, lambda: lab.playback.skip(3)))()
            return
        done = sorted(self.folder.glob("**/*.h5"))
        if done and not lab.record.active:
            lab.playback.open(str(self.rng.choice(done)))

    def write(self) -> None:
        """Write a snapshot or, of a recording that is shown, a film."""
        from tauscope.widgets.save_dialogs import ExportChoice

        lab = self.lab
        pictures: Any = next(p for p in lab.parts if type(p).__name__ == "Pictures")
        name = f"made-{self.rng.randrange(10**9)}"
        if lab.playback.active:
            to = self.rng.choice(("mp4", "png", "csv", "npz"))
            made = ExportChoice(str(self.folder / f"{name}.{to}"), to, lab.window.player.field.currentData())
            pictures._export(Path(lab.playback.path), made)
        else:
            pictures.copy()


def main(seed: int, seconds: float, folder: Path, most: int) -> NoReturn:
    """Run the program and wander in it; the process ends with the window."""
    import logging

    teller = logging.StreamHandler()
    teller.setLevel(logging.WARNING)
    logging.getLogger("tauscope").addHandler(teller)
    kept: list[Wanderer] = []  # a timer alone keeps no object alive

    def drive(lab: Lab) -> None:
        kept.append(Wanderer(lab, seed, seconds, folder, most))
        kept[0].begin()

    run_driven(drive, random.Random(seed).choice(PRESETS))


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        float(sys.argv[2]),
        Path(sys.argv[3]),
        int(sys.argv[4]) if len(sys.argv) > 4 else 0,
    )
