"""Pause on condition: set in a dialog, looked at by the run, told with the numbers that made it hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.engine.condition import Condition, Held, ProbeReader, condition_of, scalar_names
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tauscope.widgets.condition_dialog import ConditionDialog, NamedValue

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

EVERY = 10
"""Ticks between two looks unless chosen otherwise: a look at a scalar costs about as much as a tick."""


@dataclass(frozen=True, slots=True)
class PauseWhen:
    """What the user set.

    Parameters
    ----------
    text : str
        The condition, or "".
    every : int
        Ticks between two looks.
    enabled : bool
        Whether it is looked at.
    """

    text: str = ""
    every: int = EVERY
    enabled: bool = False


class Conditions(Part):
    """Owns the condition of the present run.

    Parameters
    ----------
    lab : Lab
        Whose run is paused.
    """

    held = Signal(object)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.chosen = PauseWhen()
        self._tracker: Condition | None = None
        self.held.connect(self._tell)
        lab.simulation.loop.on_held = self.held.emit

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return [
            ActionSpec(
                "pause_when",
                "&Run",
                "Pause w&hen…",
                self.ask,
                ("Ctrl+B",),
                "pause",
                tip="Pause the run as soon as a condition holds, such as f_traffic_min < 0.5",
            )
        ]

    def names(self) -> tuple[str, ...]:
        """Names that a condition may use: scalars of the engines, and probes."""
        specs = self._world_specs()
        return tuple(dict.fromkeys((*specs, *ProbeReader(self.lab.document.content.probes).names)))

    def ask(self) -> None:
        """Ask for the condition."""
        specs = self._world_specs()
        present = self._present()
        offered = [NamedValue(name, spec.label, present.get(name)) for name, spec in specs.items()]
        probes = ProbeReader(self.lab.document.content.probes).names
        offered += [NamedValue(name, "Probe") for name in probes if name not in specs]
        dialog = ConditionDialog(
            self.chosen.text,
            self.chosen.every,
            self.chosen.enabled or not self.chosen.text,
            offered,
            lambda text: condition_of(text, self.names()),
            self.set,
            self.lab.window,
        )
        dialog.open()

    def set(self, text: str, every: int = EVERY, enabled: bool = True) -> None:
        """Pause when ``text`` holds, looking every so many ticks; an empty text looks no more.

        Raises
        ------
        BadInput
            No condition of the present names; nothing is changed then.
        """
        self._arm(PauseWhen(text.strip(), every, enabled and bool(text.strip())))
        if self.chosen.enabled:
            looks = "every tick" if every == 1 else f"every {every:,} ticks"
            self.lab.notify(
                "info", f"The run will pause when {self.chosen.text}; looked at {looks}.", key="condition"
            )
        else:
            self.lab.notify("info", "No condition pauses the run.", key="condition")

    def dump(self) -> dict[str, Any]:
        """JSON for a session."""
        return asdict(self.chosen)

    def load(self, data: Any) -> None:
        """Set what a session holds; one that does not fit is told and left out."""
        try:
            kept = dict(data) if isinstance(data, Mapping) else {}
            found = PauseWhen(
                str(kept.get("text", "")), max(int(kept.get("every", EVERY)), 1), bool(kept.get("enabled"))
            )
            self._arm(found)
        except (BadInput, TypeError, ValueError) as error:
            self._arm(PauseWhen())
            self.lab.notify("warning", f"The condition of the session was left out. {error}")

    # -- what happens

    def prepared(self, content: Content) -> None:
        """A new run: the condition looks at it from its first tick; names may be others."""
        self._again()

    def content_changed(self, before: Content, after: Content) -> None:
        """Probes came or went."""
        if before.probes != after.probes:
            self._again()

    def _again(self) -> None:
        try:
            self._arm(self.chosen)
        except BadInput as error:
            self._arm(PauseWhen(self.chosen.text, self.chosen.every, enabled=False))
            self.lab.notify("warning", f"The condition is off now. {error}", key="condition")

    def _arm(self, chosen: PauseWhen) -> None:
        loop = self.lab.simulation.loop
        tracker: Condition | None = None
        if chosen.enabled:
            reader = ProbeReader(self.lab.document.content.probes)
            tracker = Condition(chosen.text, self.names(), chosen.every, loop.hold, reader)
        old, self._tracker, self.chosen = self._tracker, tracker, chosen

        def change(_world: World) -> None:
            if old in loop.trackers:
                loop.trackers.remove(old)
            if tracker is not None:
                loop.trackers.append(tracker)

        future: Future[None] = loop.call(change)
        self.lab.background.watch(future)
        action = self.lab.actions["pause_when"] if hasattr(self.lab, "actions") else None
        if action is not None:
            action.setText(f"Pause w&hen {chosen.text}…" if chosen.enabled else "Pause w&hen…")

    def _world_specs(self) -> Mapping[str, Any]:
        world = self.lab.simulation.loop.world
        return scalar_names(world) if world.engines else {}

    def _present(self) -> dict[str, float]:
        """Values of the newest frame, named as `scalar_names` does."""
        world, frame = self.lab.simulation.loop.world, self.lab.frame
        if frame is None or not world.engines:
            return {}
        return {
            name if key == world.main else f"{key}_{name}": value
            for key, scalars in self.lab.scalars.items()
            for name, value in scalars.items()
        }

    def _tell(self, found: Held) -> None:
        self.lab.notify(
            "info",
            found.sentence(),
            actions=[("Play on", lambda: self.lab.set_playing(True)), ("Change…", self.ask)],
            key="condition",
        )
