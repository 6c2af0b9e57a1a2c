"""Has the kernels of waves compiled ahead, beside a lattice that stands in the window."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from tauscope.app import ahead
from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.engine.gravity.config import GravityConfig

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

AFTER_MS = 4000
"""After a run stands: what is looked at first shall not share the processor with the compiler."""


class WaveCompiler(Part):
    """Starts `tauscope.app.ahead` once for each kind of lattice that waves were not compiled for.

    Parameters
    ----------
    lab : Lab
        Whose runs it follows.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._look)
        self._tried: set[str] = set()
        self.process: subprocess.Popen[bytes] | None = None

    def prepared(self, content: Content) -> None:
        """Look a little later."""
        del content
        self._timer.start()

    def close(self) -> None:
        """End the compiler; what it has finished stays on disk."""
        self._timer.stop()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _look(self) -> None:
        config = self.lab.document.content.configs.get("gravity")
        engine = self.lab.simulation.loop.world.engines.get("gravity")
        if not isinstance(config, GravityConfig) or getattr(engine, "device", "") != "cpu":
            return
        if self.process is not None and self.process.poll() is None:
            self._timer.start()  # one at a time
            return
        kind = str(ahead.small(config))
        if kind not in self._tried and ahead.is_needed(config):
            self._tried.add(kind)
            self.process = ahead.start(config)
