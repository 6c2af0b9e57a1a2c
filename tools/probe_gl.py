"""Exit status 0 when Qt starts on this machine's display and makes an OpenGL context.

Run with the interpreter of the project's environment. `--import-only` asks less: that Qt's libraries
load, which is all that a machine without a display needs. What is missing is printed to stderr.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Probe, print what is missing, and return the exit status."""
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.plugin.debug=false")
    try:
        from PySide6.QtGui import QOffscreenSurface, QOpenGLContext
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        print(f"Qt does not load: {error}", file=sys.stderr)
        return 1
    if "--import-only" in sys.argv[1:]:
        return 0
    app = QApplication(sys.argv[:1])  # aborts the process when the platform plugin does not load
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    made = context.create() and surface.isValid() and context.makeCurrent(surface)
    if not made:
        print(f"Qt starts ({app.platformName()}) but makes no OpenGL context.", file=sys.stderr)
        return 1
    context.doneCurrent()
    return 0


if __name__ == "__main__":
    sys.exit(main())
