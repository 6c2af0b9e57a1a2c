"""Does Qt start and make an OpenGL context here?  python -m tools.probe_gl [--xvfb]

Exit status 0: yes. 3: no, and shared libraries are missing, whose names are printed, one a line.
1: no, for another reason, printed to stderr. `--xvfb` asks it of an own Xvfb server with software
rendering, as the tests use it; without it the question is about the display of this session.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tools import xvfb

PATIENCE_SECONDS = 60
ASK = """
import sys
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext
from PySide6.QtWidgets import QApplication
app = QApplication(["probe"])
surface = QOffscreenSurface()
surface.create()
context = QOpenGLContext()
good = context.create() and surface.isValid() and context.makeCurrent(surface)
sys.exit(0 if good else "Qt starts, but makes no OpenGL context.")
"""


def main(arguments: list[str]) -> int:
    """Probe, print what is wrong, and return the exit status."""
    own = "--xvfb" in arguments
    problem = under_xvfb() if own else ask(dict(os.environ))
    if problem is None:
        return 0
    print(problem, file=sys.stderr)
    names = missing_libraries()
    if own and shutil.which("Xvfb") is None:
        names.append("Xvfb (a program)")
    print("\n".join(names))
    return 3 if names else 1


def under_xvfb() -> str | None:
    """Return what is wrong under an own Xvfb server, or None."""
    try:
        server, number = xvfb.start()
    except RuntimeError as error:
        return str(error)
    own = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1"}
    try:
        return ask({**os.environ, **own})
    finally:
        xvfb.stop(server)


def ask(environment: dict[str, str]) -> str | None:
    """Return what is wrong when a new process starts Qt, or None; Qt aborts without its libraries."""
    command = [sys.executable, "-c", ASK]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"Qt did not start within {PATIENCE_SECONDS} s."
    if done.returncode == 0:
        return None
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return "\n".join(said[-6:]) or f"Qt ended with status {done.returncode}."


def missing_libraries() -> list[str]:
    """Return the names of shared libraries that Qt's own libraries ask for and this machine lacks."""
    spec = find_spec("PySide6")
    ldd = shutil.which("ldd")
    if spec is None or not spec.submodule_search_locations or ldd is None:
        return []
    root = Path(spec.submodule_search_locations[0])
    plugins = root / "Qt" / "plugins"
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    parts = ["Core", "Gui", "Widgets", "OpenGL", "OpenGLWidgets", "DBus", "Svg", "XcbQpa"]
    files = [
        *(root / "Qt" / "lib" / f"libQt6{part}.so.6" for part in [*parts, *(["WaylandClient"] * wayland)]),
        *(plugins / "platforms").glob("libq[xw]*.so" if wayland else "libqxcb.so"),
        *(plugins / "xcbglintegrations").glob("*.so"),
    ]
    names: set[str] = set()
    for file in files:
        shown = subprocess.run([ldd, str(file)], capture_output=True, text=True, check=False)
        names.update(re.findall(r"^\s*(\S+) => not found", shown.stdout, re.MULTILINE))
    return sorted(name for name in names if not name.startswith("libQt6"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
