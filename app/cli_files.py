"""``tauscope replay`` and ``tauscope recover``: recordings run again, and recordings mended."""

from __future__ import annotations

from pathlib import Path

from tauscope.app import recording
from tauscope.app.cli_output import Output
from tauscope.app.recording.checks import check_head


def check_recording(path: Path) -> None:
    """Refuse a file that is no closed recording, from its first bytes.

    Raises
    ------
    BadInput
        Missing, a text file, another format, being recorded, or not closed.
    """
    check_head(path)


def replay(path: Path, *, verify: bool, output: Output) -> int:
    """Run a recording again in a new process; 1 when something differs, naming tick and array.

    Raises
    ------
    BadInput
        If the file is no closed recording.
    """
    check_recording(path)
    with output.progress(f"Replay {path.name}", 1.0) as advance:
        report = recording.replay(path, verify=verify, progress=advance)
    if output.json:
        output.data(report.to_json())
    elif report.passed:
        output.say(report.sentence)
    else:
        output.warn(report.sentence)
    return 0 if report.passed else 1


def recover(path: Path, output: Output) -> int:
    """Mend a recording and print the path of the file that can be read.

    Raises
    ------
    BadInput
        If the file is no recording, is being recorded, or is beyond repair.
    """
    readable = recording.recover(path)
    with recording.RecordingFile(readable) as file:
        frames = file.frames
    if output.json:
        output.data({"path": str(readable), "frames": frames})
    output.result(str(readable))
    output.say(f"{frames} frames can be read.")
    return 0
