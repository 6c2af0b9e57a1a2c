"""Check of the folder of an existence scan: hashes, strict JSON, schemas, and the region against its CSV."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from tauscope.app.atomx_files import CHECKSUMS, MANIFEST, listed, sha256
from tauscope.app.atomx_model import RegionFile, ReportFile
from tauscope.engine.atomx.config import AtomxConfig
from tauscope.engine.atomx.levels import TAU_UNIT
from tauscope.engine.atomx.records import CSV, REGION, REPORT, Rows, read_csv
from tauscope.engine.atomx.region import Region
from tauscope.engine.errors import BadInput

CLOSE = 1e-9
"""Relative difference of tau that two ways of reading decimal numbers may make, and no more."""
MAPPED = {
    "verdict natural or maintained": "verdict exists or not_found, from the region",
    "robustness.tau_mean": "robustness_tau.mean",
    "robustness.tau_ci95": "robustness_tau.ci95",
    "robustness.units.tau": "robustness_tau.units",
    "provenance.commit": "provenance.code_rev",
}
"""Keys of the document's own report, and what they are called since its amendments."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, whether it is right, and what was seen."""

    what: str
    right: bool
    text: str


def check(folder: Path) -> list[Finding]:
    """Look at a folder of existence files.

    Raises
    ------
    BadInput
        No folder, or none of the files in it.
    """
    if not folder.is_dir() or not any((folder / name).is_file() for name in (CSV, REGION, REPORT)):
        raise BadInput(
            f"{folder} holds no files of an existence scan.",
            key="DIR",
            value=str(folder),
            remedy="Give a folder that “tauscope atomx --out” has written.",
        )
    found = [_guarded("checksums", _checksums, folder), _guarded("manifest", _manifest, folder)]
    rows: Rows | None = None
    try:
        rows = read_csv((folder / CSV).read_text(encoding="utf-8"))
        found.append(Finding("CSV", True, f"{rows.columns['R2'].size} voxels"))
    except (OSError, BadInput, UnicodeDecodeError) as error:
        found.append(Finding("CSV", False, str(error)))
    region, more = _read(folder / REGION, "region")
    found += more
    report, more = _read(folder / REPORT, "report")
    found += more
    if region is not None:
        found.append(_schema("region schema", region, RegionFile))
    if report is not None and "robustness_tau" in report:
        found.append(_schema("report schema", report, ReportFile))
    if rows is not None and region is not None:
        found.append(_guarded("region and CSV", lambda path: _region(path, rows, region), folder))
        if report is not None:
            found.append(_guarded("report and CSV", lambda path: _report(path, rows, region, report), folder))
    return found


def _guarded(what: str, look: Callable[[Path], str], folder: Path) -> Finding:
    """Outcome of a look that gives a sentence, or raises with one."""
    try:
        return Finding(what, True, look(folder))
    except (_Wrong, OSError, UnicodeDecodeError) as error:
        return Finding(what, False, str(error))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        return Finding(what, False, f"it cannot be read: {error!r}")


class _Wrong(Exception):
    """Something is not as it must be."""


def _checksums(folder: Path) -> str:
    names = []
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, _, rest = line.partition(" ")
        name = rest.strip().removeprefix(">").removeprefix("*")
        if sha256(_inside(folder, name)) != digest:
            raise _Wrong(f"{name} has another hash")
        names.append(name)
    if missing := sorted(set(listed(folder)) - set(names)):
        raise _Wrong(f"{', '.join(missing)} is not listed")
    return f"{len(names)} files have their hashes"


def _manifest(folder: Path) -> str:
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    lines = text.splitlines()
    for line in lines[:-1]:
        name, _, digest = line.rpartition(" ")
        if sha256(_inside(folder, name)) != digest:
            raise _Wrong(f"{name} has another hash")
    before = "".join(f"{line}\n" for line in lines[:-1])
    name, _, digest = lines[-1].rpartition(" ")
    if name != MANIFEST or hashlib.sha256(before.encode()).hexdigest() != digest:
        raise _Wrong("its last line is not the hash of the lines before it")
    return f"{len(lines) - 1} files have their hashes, and so has the manifest without its last line"


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise _Wrong(f"{name} lies outside the folder")
    if not path.is_file():
        raise _Wrong(f"{name} is missing")
    return path


def _read(path: Path, what: str) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Content of a JSON file, NaN read as null, and whether it is strict JSON."""
    odd: list[str] = []
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda text: odd.append(text))
    except (OSError, ValueError, RecursionError) as error:
        return None, [Finding(f"{what} JSON", False, str(error))]
    if not isinstance(data, dict):
        return None, [Finding(f"{what} JSON", False, "it holds no object")]
    if odd:
        text = f"no strict JSON: {odd[0]} stands {len(odd)} times, read as null"
        return data, [Finding(f"{what} JSON", False, text)]
    return data, [Finding(f"{what} JSON", True, "strict JSON")]


def _schema(what: str, data: dict[str, Any], model: type[BaseModel]) -> Finding:
    try:
        model.model_validate(data)
    except ValidationError as error:
        entry = error.errors(include_url=False)[0]
        return Finding(what, False, f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}")
    return Finding(what, True, "every key is as the schema says")


def _thresholds(data: dict[str, Any]) -> dict[str, float]:
    names = ("split_thr", "compat_thr", "r2_thr")
    return AtomxConfig.load({name: data["thresholds"][name] for name in names}).thresholds


def _region(folder: Path, rows: Rows, data: dict[str, Any]) -> str:
    found = rows.region(_thresholds(data))
    if data["sha256"]["input_csv"] != sha256(folder / CSV):
        raise _Wrong("it names another hash of the CSV")
    for name, axis in (("kappa", rows.kappa), ("r_screen", rows.r_screen)):
        if not np.array_equal(np.array(data["grid"][name], np.float64), axis):
            raise _Wrong(f"its axis {name} is another")
    if not np.array_equal(np.array(data["region_flag"], bool), found.passed):
        raise _Wrong("region_flag is not what the CSV gives")
    tau = np.array(data["tau_mean_grid"], np.float64)
    if not np.allclose(tau, TAU_UNIT * found.tau, rtol=CLOSE, atol=0.0, equal_nan=True):
        raise _Wrong("tau_mean_grid is not what the CSV gives")
    return f"{found.count} of {found.passed.size} voxels pass, in both"


def _report(folder: Path, rows: Rows, region: dict[str, Any], data: dict[str, Any]) -> str:
    found = rows.region(_thresholds(data))
    if data["thresholds"] != region["thresholds"]:
        raise _Wrong("its thresholds are not those of the region")
    if data["sha256"]["input_csv"] != sha256(folder / CSV):
        raise _Wrong("it names another hash of the CSV")
    if "counts" in data and data["counts"]["passed"] != found.count:
        raise _Wrong(f"it counts {data['counts']['passed']} voxels that pass, the CSV has {found.count}")
    mapped = (
        ""
        if "robustness_tau" in data
        else "; read by the document's own keys: "
        + "; ".join(f"{old} is {new}" for old, new in MAPPED.items())
    )
    verdict, mean, unit = canonical(data, found)
    if verdict != found.verdict:
        raise _Wrong(f"its verdict is {verdict}, the CSV says {found.verdict}")
    expected = found.mean * (TAU_UNIT if unit == "s" else 1.0)
    if mean is None:
        if found.count:
            raise _Wrong("it gives no tau, the CSV does")
    elif not found.count or not math.isclose(mean, expected, rel_tol=CLOSE):
        raise _Wrong(f"its tau is {mean!r}, the CSV gives {expected!r}")
    return f"{verdict}, tau {'none' if mean is None else f'{mean:.6g} {unit}'}{mapped}"


def canonical(data: dict[str, Any], region: Region) -> tuple[str, float | None, str]:
    """Verdict, mean tau and its unit of a report, whether by the canonical keys or the document's own.

    ``maintained`` is the document's word for an empty region too, so its words say nothing of existence; 0 is
    its tau of an empty region.
    """
    if "robustness_tau" in data:
        found = data["robustness_tau"]
        return str(data["verdict"]), found["mean"], str(found["units"])
    old = data["robustness"]
    if data["verdict"] == "natural" and not region.count:
        return "exists", old["tau_mean"], "s"
    return region.verdict, old["tau_mean"] or None, str(old["units"]["tau"])
