"""The one door to OpenGL: a probe whether a context can be made, and VisPy's gloo without its window code.

VisPy's own Qt backend replaces the Qt message handler, swaps buffers that Qt owns and runs the event
loop while it closes; gloo needs none of that. It asks only for a canvas with a context, which
`GlooTarget` is.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

RASTER_VARIABLE = "TAUSCOPE_RASTER"
"""1: paint with the processor; 0: use OpenGL even where the processor emulates it; unset: what is faster."""

EMULATED = "The processor paints the fields: no graphics card is in use, and OpenGL would be emulated"
"""Beginning of the reason that is no fault: composing a window with emulated OpenGL takes several times as
long as painting it."""

_EMULATORS = ("llvmpipe", "softpipe", "swrast", "software rasterizer", "gdi generic", "basic render")
_RENDERER = 0x1F01


@cache
def problem() -> str:
    """Why OpenGL is not used here, as a sentence, or "" when it is. Needs a QGuiApplication."""
    wish = os.environ.get(RASTER_VARIABLE, "")
    if wish not in ("", "0"):
        return f"OpenGL is switched off by {RASTER_VARIABLE}."
    context = QOpenGLContext()
    if not context.create():
        return "No OpenGL context can be made on this display."
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not surface.isValid() or not context.makeCurrent(surface):
        return "An OpenGL context was made but can't be used on this display."
    try:
        version = context.format().version()
        renderer = str(context.functions().glGetString(_RENDERER) or "")
        if wish != "0" and any(name in renderer.lower() for name in _EMULATORS):
            return f"{EMULATED} ({renderer.partition('(')[0].strip()})."
        if context.isOpenGLES() or tuple(version) < (2, 1):
            return f"OpenGL 2.1 is needed and this display offers {version[0]}.{version[1]}."
        try:
            import vispy.gloo.gl  # noqa: F401
        except (ImportError, OSError, RuntimeError) as error:
            return f"The OpenGL library can't be loaded: {error}."
        return ""
    finally:
        context.doneCurrent()


class GlooTarget:
    """Stands for one OpenGL context towards gloo, in place of a VisPy canvas.

    Objects made after `activate` belong to it; `flush` carries out what they queued.
    """

    def __init__(self) -> None:
        from vispy.gloo.context import GLContext

        self.context: Any = GLContext()
        self.framebuffer = 0
        # The attribute by which gloo finds the framebuffer that the picture goes to.
        self._backend = self

    def _vispy_get_fb_bind_location(self) -> int:
        return self.framebuffer

    def activate(self, framebuffer: int) -> None:
        """Direct gloo to this context, whose Qt counterpart is current, and to a framebuffer."""
        from vispy.gloo.context import set_current_canvas

        self.framebuffer = framebuffer
        set_current_canvas(self)

    def flush(self) -> None:
        """Carry out the queued commands."""
        self.context.flush_commands()

    def forget(self) -> None:
        """Take no more commands."""
        from vispy.gloo.context import forget_canvas

        forget_canvas(self)
