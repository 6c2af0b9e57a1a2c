"""An Xvfb server on a display number of its own choice, for tests and probes."""

from __future__ import annotations

import os
import shutil
import subprocess

SCREEN = "1920x1200x24"


def start() -> tuple[subprocess.Popen[bytes], int]:
    """Start a server and return it with its display number, once it answers.

    Raises
    ------
    RuntimeError
        When Xvfb is not installed or ends before it is ready.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise RuntimeError("Xvfb is not installed")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"],
        pass_fds=(writer,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        line = pipe.readline()
    if not line.strip():
        stop(server)
        raise RuntimeError(f"Xvfb ended with exit status {server.returncode} before it was ready")
    return server, int(line)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server, by force after ten seconds."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
