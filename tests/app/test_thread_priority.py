"""The simulation thread yields to the window, whatever priority the program was started with."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os, sys, threading
os.nice({nice})
from PySide6.QtCore import QCoreApplication
from tauscope.app.simulation import Simulation
app = QCoreApplication([])
simulation = Simulation()
simulation.start()
found = simulation.loop.call(lambda _world: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
print(found.result(90.0), os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
simulation.shutdown()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
@pytest.mark.parametrize("nice", [0, 3, 19])
def test_the_simulation_is_nicer_than_the_window(nice: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(nice=nice)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    simulation, window = (int(word) for word in done.stdout.split())
    assert simulation == min(window + 5, 19)
