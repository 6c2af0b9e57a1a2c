"""``tauscope replay``, ``recover`` and ``export``: recordings run again, mended, and made into films."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tauscope.app import recording
from tauscope.app.cli_output import Output
from tauscope.app.recording.checks import check_head
from tauscope.engine.errors import unknown_name


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


@dataclass(frozen=True, slots=True)
class Asked:
    """Arguments of ``tauscope export`` as they were given; see `video.Export` for their meaning."""

    file: Path
    to: str
    out: Path | None = None
    field: str = ""
    fps: int = 20
    every: int = 1
    scale: int = 1
    plane: str = ""


def export(asked: Asked, output: Output) -> int:
    """Make a film, pictures, a table or arrays of a recording, and print the path.

    Raises
    ------
    BadInput
        The file is no closed recording, an argument is refused, or the file cannot be written.
    """
    from tauscope.app import video

    check_recording(asked.file)
    if asked.to not in video.FORMATS:
        raise unknown_name("format", asked.to, video.FORMATS, key="--to")
    wanted = video.Export(
        asked.file, asked.to, asked.out, asked.field, asked.fps, asked.every,
        scale=asked.scale, plane_words=asked.plane,
    )  # fmt: skip
    with output.progress(f"Export {asked.file.name}", 1.0) as advance:
        path = video.export(wanted, video.Work(advance))
    if output.json:
        output.data({"path": str(path), "format": wanted.to})
    output.result(str(path))
    return 0


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
