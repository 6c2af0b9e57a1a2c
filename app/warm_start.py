"""The warm start: the exact steady traffic of the present sources, worked out beside the run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from tauscope.engine import registry
from tauscope.engine.base import Command
from tauscope.engine.config import EngineConfig
from tauscope.engine.world import World
from tauscope.widgets.controls.numbers import format_duration

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KEY = "warm"
SOON_MS = 400
"""What takes less is not announced."""
TELL_MS = 1000


class WarmStart(QObject):
    """Works the steady state out off the GUI thread, one at a time, and says so while it lasts.

    Parameters
    ----------
    lab : Lab
        Whose run is set to it.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self.working = False
        """Whether one is being worked out."""
        self._begun = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tell)

    def start(self) -> None:
        """Set the traffic to the exact steady state of the present sources."""
        lab = self._lab
        if self.working:
            lab.notify("info", "The steady traffic is being worked out already.", key=KEY)
            return
        content, world = lab.document.content.lattice, lab.simulation.loop.world
        engine, config = content.engine, content.config
        self.working, self._begun = True, time.monotonic()
        self._timer.start(SOON_MS)

        def work() -> tuple[str, Any] | Exception:
            try:
                return registry.warm_start(engine, config)
            except Exception as error:  # noqa: BLE001 - shown where the work ends, on the GUI thread
                return error

        lab.background.run(work, lambda found: self._use(found, engine, config, world))

    def close(self) -> None:
        """Say no more."""
        self._timer.stop()

    def _tell(self) -> None:
        """Say that it is being worked out, and since when."""
        self._timer.setInterval(TELL_MS)
        lab, passed = self._lab, time.monotonic() - self._begun
        lab.window.monitors.steadiness.set_working(
            f"working out the steady state: {format_duration(round(passed))}"
        )

    def _use(
        self, found: tuple[str, Any] | Exception, engine: str, config: EngineConfig, world: World
    ) -> None:
        lab, self.working = self._lab, False
        self._timer.stop()
        lab.window.monitors.steadiness.set_working("")
        if isinstance(found, Exception):
            lab.show_error(found)
            return
        name, value = found
        if lab.simulation.loop.world is not world:
            return  # another run is in place
        if not alike(lab.document.content.configs.get(engine), config):
            lab.notify(
                "warning",
                "The warm start was not used: sources or parameters changed while it was worked out, "
                "so that it is no steady state of the present ones. Press Warm start again.",
                key=KEY,
            )
            return
        for command in (
            Command(engine, "set_field", {"name": name, "value": value, "steady": True}),
            Command(engine, "reset_statistics", {}),
        ):
            lab.background.watch(lab.simulation.loop.submit(command))
        lab.notify(
            "info", "Warm start: the traffic was set to its exact steady state; counting begins now.", key=KEY
        )


def alike(present: EngineConfig | None, config: EngineConfig) -> bool:
    """Whether both have one steady state; which worlds are seen, and as whose, is a matter of the view."""
    if present is None or present is config:
        return present is config
    seen = {"worlds": getattr(config, "worlds", ())} if hasattr(present, "worlds") else {}
    return present.model_copy(update=seen) == config
