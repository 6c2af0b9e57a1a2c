"""The folder of an existence scan: CSV, region, report, manifest and checksums, in this order."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tauscope.app.recording.environment import environment
from tauscope.app.storage import replacing
from tauscope.engine.atomx.records import (
    CSV,
    REGION,
    REPORT,
    Origin,
    csv_text,
    read_csv,
    region_data,
    report_data,
)
from tauscope.engine.atomx.region import Region
from tauscope.engine.atomx.scan import Scan
from tauscope.engine.errors import BadInput

MANIFEST, CHECKSUMS = "MANIFEST_SHA256.txt", "checksums_SHA256.txt"
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the files in order, the region as the CSV gives it, and the report's content."""

    files: tuple[Path, ...]
    region: Region
    report: dict[str, Any]


def origin(timestamp: str = "") -> Origin:
    """Provenance of this program, now or at a given moment.

    Parameters
    ----------
    timestamp : str
        ``YYYY-MM-DDTHH:MM:SSZ``; now unless given.

    Raises
    ------
    BadInput
        A timestamp of another form.
    """
    if timestamp:
        try:
            datetime.strptime(timestamp, STAMP)
        except ValueError:
            raise BadInput(
                f"“{timestamp}” is no moment in UTC.",
                key="--timestamp",
                value=timestamp,
                allowed="YYYY-MM-DDTHH:MM:SSZ",
            ) from None
    found = environment()
    versions = found["versions"]
    return Origin(
        code_rev=found["commit"] or f"tauscope {versions['tauscope']}",
        env="; ".join(
            [f"python{versions['python']}", *(f"{name}=={versions[name]}" for name in ("numpy", "scipy"))]
        ),
        timestamp_utc=timestamp or datetime.now(UTC).strftime(STAMP),
    )


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything; a missing one will be made.

    Raises
    ------
    BadInput
        Something stands there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            f"{folder} is not empty, and nothing is overwritten.",
            key="--out",
            value=str(folder),
            remedy="Name a new folder.",
        )


def write(folder: Path, scan: Scan, origin: Origin) -> Written:
    """Write all files of a scan into a new folder.

    The region is built from the CSV that was written, never from the arrays of the scan.

    Raises
    ------
    BadInput
        The folder is not empty or cannot be written to.
    """
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {folder} cannot be made: {error.strerror}.", key="--out", value=str(folder)
        ) from None
    _put(folder / CSV, csv_text(scan.levels))
    rows = read_csv((folder / CSV).read_text(encoding="utf-8"))
    region = rows.region(scan.config.thresholds)
    csv_sha = sha256(folder / CSV)
    _put(folder / REGION, _json(region_data(scan.config, rows, region, csv_sha)))
    report = report_data(scan.config, rows, region, csv_sha, origin, scan.levels.notes)
    _put(folder / REPORT, _json(report))
    _put(folder / MANIFEST, manifest_text(folder))
    _put(folder / CHECKSUMS, checksums_text(folder))
    names = (CSV, REGION, REPORT, MANIFEST, CHECKSUMS)
    return Written(tuple(folder / name for name in names), region, report)


def manifest_text(folder: Path) -> str:
    """Manifest of the three files, ``PATH HASH`` a line; the last line is the hash of the lines before it."""
    lines = "".join(f"{name} {sha256(folder / name)}\n" for name in (CSV, REGION, REPORT))
    return f"{lines}{MANIFEST} {hashlib.sha256(lines.encode()).hexdigest()}\n"


def checksums_text(folder: Path) -> str:
    """Checksums of every other file of a folder, ``HASH PATH`` a line, as ``sha256sum -c`` reads them."""
    return "".join(f"{sha256(folder / name)} {name}\n" for name in listed(folder))


def listed(folder: Path) -> list[str]:
    """Names of all files of a folder but that of the checksums, sorted."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != CHECKSUMS)


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _put(path: Path, text: str) -> None:
    with replacing(path, "file of the scan") as part:
        part.write_bytes(text.encode("utf-8"))
