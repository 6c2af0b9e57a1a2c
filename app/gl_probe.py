"""Prints the renderer and version of an OpenGL context made off screen; run as a process of its own."""

from __future__ import annotations

import sys

RENDERER = 0x1F01
VERSION = 0x1F02


def main() -> int:
    """Print one line and return 0, or return 1 when there is no context."""
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

    application = QGuiApplication([])
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return 1
    functions = context.functions()
    print(f"{functions.glGetString(RENDERER)}, OpenGL {functions.glGetString(VERSION)}")
    context.doneCurrent()
    surface.destroy()
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
