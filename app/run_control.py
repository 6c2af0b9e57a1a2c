"""Run control: playing, stepping, speed, and what is asked of the engine at a press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from tauscope.app.stopped_run import KEY, StoppedRun
from tauscope.app.warm_start import WarmStart
from tauscope.engine.base import BlowUp, Command
from tauscope.widgets.amounts import count

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

SPEEDS: tuple[float | None, ...] = (1.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, None)


class RunControl(QObject):
    """What the transport, the Run menu and its keys do.

    Parameters
    ----------
    lab : Lab
        Whose run is meant.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self.stopped = StoppedRun(lab)
        self.warm = WarmStart(lab)

    def toggle_play(self) -> None:
        """Play when paused, pause when playing: the recording that is shown, or the run."""
        lab = self._lab
        if lab.playback.active:
            lab.window.player.set_playing(not lab.window.player.playing)
            return
        self.set_playing(not (lab.simulation.loop.will_run or lab.runs.plays_next or lab.travel.plays_next))

    def set_playing(self, playing: bool) -> None:
        """Play or pause."""
        lab = self._lab
        lab.playback.close()
        found = lab.simulation.loop.blow_up
        if playing and found is not None and found.kept:
            self.stopped.refuse(found)
        elif playing and found is not None:
            lab.notify("warning", "The run stopped at a broken limit. Go back or reset before playing on.")
        elif playing:
            lab.travel.leave(lambda: lab.background.watch(lab.simulation.loop.play()))
        else:
            lab.travel.stay()
            lab.runs.plays_next = False  # nor does a run that is still being prepared
            lab.simulation.loop.pause()

    def step(self, ticks: int) -> None:
        """Do exactly so many ticks; while a recording is shown, go so many frames on."""
        lab = self._lab
        if lab.playback.active:
            lab.playback.skip(ticks)
            return
        lab.travel.leave(lambda: lab.background.watch(lab.simulation.loop.step(ticks)))

    def step_n(self) -> None:
        """Do as many ticks as the box in the toolbar says."""
        self.step(self._lab.window.transport.step_count)

    def run_to(self, tick: int) -> None:
        """Run to a tick."""
        lab = self._lab
        lab.playback.close()
        lab.travel.leave(lambda: lab.background.watch(lab.simulation.loop.run_to(tick)))

    def run_to_dialog(self) -> None:
        """Ask for a tick and run to it."""
        self._lab.window.transport.ask_run_to()

    def set_speed(self, speed: float | None) -> None:
        """Macro ticks a second, or None for as fast as possible."""
        self._lab.simulation.loop.speed = speed
        self._lab.window.transport.set_speed(speed)

    def faster(self) -> None:
        """Next higher speed."""
        speed = self._lab.simulation.loop.speed
        self.set_speed(next((s for s in SPEEDS if speed is not None and (s is None or s > speed)), None))

    def slower(self) -> None:
        """Next lower speed."""
        speed = self._lab.simulation.loop.speed
        below = [s for s in SPEEDS if s is not None and (speed is None or s < speed)]
        self.set_speed(below[-1] if below else SPEEDS[0])

    def reset_statistics(self) -> None:
        """Count f, and what the other engines count, from now on."""
        for key, engine in self._lab.simulation.loop.world.engines.items():
            if "reset_statistics" in engine.commands():
                self._command("reset_statistics", key)

    def warm_start(self) -> None:
        """Set the traffic to the exact steady state of the present sources, worked out off the GUI thread."""
        self.warm.start()

    def _command(self, command_name: str, key: str = "", **args: Any) -> None:
        lab = self._lab
        command = Command(key or lab.document.content.engine, command_name, args)
        lab.background.watch(lab.simulation.loop.submit(command))

    def blown_up(self, found: BlowUp) -> None:
        """Say that a limit was broken, with what can be done about it."""
        if found.kept:
            self.stopped.keep(found)
            return
        actions: list[tuple[str, Any]] = [("Go back", self.go_back), ("Reset", self._lab.reset)]
        if found.remedy_set is not None:
            path, value = found.remedy_set
            present = getattr(self._lab.document.content.configs.get(found.engine), path, None)
            text = f"Go back and {'halve' if present == 2 * value else 'set'} {path}"
            text = text if present == 2 * value else f"{text} to {value:g}"
            actions.insert(0, (text, lambda: self.go_back(path, value, found.engine)))
        self._lab.notify("error", found.sentence(), actions=actions, key=KEY)

    def go_back(self, path: str = "", value: Any = None, engine: str = "") -> None:
        """Return to the last good state, with a parameter changed where one is named, of an engine."""
        lab = self._lab
        lab.background.watch(
            lab.simulation.loop.go_back(),
            lambda tick: lab.notify("info", f"Back at tick {count(tick)}; press play to go on."),
        )
        if path:  # after the return, which would take the change back
            if engine in lab.document.content.configs:
                lab.document.focus(engine)
            lab.editing.set_parameter(path, value)
