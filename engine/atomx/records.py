"""The files of a scan as text and plain data: CSV, region and report. Whoever keeps files writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tauscope.engine.atomx import reference
from tauscope.engine.atomx.config import AtomxConfig
from tauscope.engine.atomx.levels import TAU_UNIT, Floats, Levels
from tauscope.engine.atomx.region import Region, gates, scaled_interval, seconds, spread_of_mean
from tauscope.engine.atomx.scan import sentence
from tauscope.engine.errors import BadInput

CSV, REGION, REPORT = "synthetic_atom_scan.csv", "EXISTENCE_REGION_atomX.json", "EXISTENCE_REPORT_atomX.json"
COLUMNS = ("kappa (N/m)", "r_screen (m)", "E1 (meV)", "E2 (meV)", "split (meV)", "compat_norm", "R2")
SCHEMA_VERSION = "1.0.0"
SYSTEM = "atomX"
TAU_SCALE = f"1 ua = {TAU_UNIT:g} s"
RATIONALE = "tau is 1 plus the margins of the gates: a proxy without a physical time in it"
SPREAD = {
    "physical": "bootstrap over the voxels that pass: how tau varies over the region of a scan without "
    "noise; no uncertainty of a measurement",
    "reference": "0.8 and 1.2 times the mean, as the document has it; nothing is measured",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a scan was made, for its provenance.

    Parameters
    ----------
    code_rev : str
        Commit or version of the program.
    env : str
        Versions of Python and packages.
    timestamp_utc : str
        ``YYYY-MM-DDTHH:MM:SSZ``; given, so that files can be made again to the byte.
    """

    code_rev: str
    env: str
    timestamp_utc: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of a CSV file, float64 [Nr * Nk] each, in the order of `COLUMNS`, and the axes they span."""

    columns: Mapping[str, Floats]
    kappa: Floats
    r_screen: Floats

    def region(self, thresholds: dict[str, float]) -> Region:
        """Gates of these rows; the CSV is the only source of every mask."""
        shape = (self.r_screen.size, self.kappa.size)
        split, compat, R2 = (self.columns[name].reshape(shape) for name in COLUMNS[4:])
        return gates(split, compat, R2, thresholds)


def csv_text(levels: Levels) -> str:
    """CSV of a scan: floats by repr, nothing for NaN, rows in the order of r_screen and then kappa."""
    arrays = (
        levels.kappa,
        levels.r_screen,
        levels.E1,
        levels.E2,
        levels.split,
        levels.compat,
        levels.R2,
    )
    rows = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    lines = (",".join("" if math.isnan(value) else repr(value) for value in row) for row in rows)
    return "\n".join([",".join(COLUMNS), *lines]) + "\n"


def read_csv(text: str) -> Rows:
    """Columns of a CSV text.

    Raises
    ------
    BadInput
        Another header, a row that is no row of numbers, or rows that span no grid.
    """
    lines = text.splitlines()
    if not lines or tuple(lines[0].split(",")) != COLUMNS:
        raise BadInput("The first line does not name the columns.", key=CSV, allowed=",".join(COLUMNS))
    table = np.empty((len(lines) - 1, len(COLUMNS)))
    for number, line in enumerate(lines[1:]):
        cells = line.split(",")
        try:
            if len(cells) != len(COLUMNS):
                raise ValueError(f"{len(cells)} entries")
            table[number] = [float(cell) if cell else math.nan for cell in cells]
        except ValueError as error:
            raise BadInput(f"Line {number + 2} is no row of numbers: {error}.", key=CSV) from None
    kappa, r_screen = (np.array(list(dict.fromkeys(table[:, i].tolist()))) for i in (0, 1))
    K, R = np.meshgrid(kappa, r_screen)
    if K.size != len(table) or (K.ravel() != table[:, 0]).any() or (R.ravel() != table[:, 1]).any():
        raise BadInput(
            "The rows span no grid.", key=CSV, allowed="every r_screen with every kappa, kappa running faster"
        )
    return Rows({name: table[:, i] for i, name in enumerate(COLUMNS)}, kappa, r_screen)


def region_data(config: AtomxConfig, rows: Rows, region: Region, csv_sha: str) -> dict[str, Any]:
    """Content of the region file: the document's keys, what it leaves unsaid, and null where it had NaN."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "system": SYSTEM,
        "mode": config.mode,
        "grid": {"kappa": rows.kappa, "r_screen": rows.r_screen},
        "region_flag": region.passed,
        "tau_mean_grid": TAU_UNIT * region.tau,
        "tau_phys_grid": region.tau_phys if config.mode == "physical" else None,
        "units": {"tau_mean_grid": "s", "tau_phys_grid": "s", "kappa": "N/m", "r_screen": "m"},
        "thresholds": config.thresholds,
        "sha256": {"input_csv": csv_sha},
        "provenance": {
            "seed": config.seed,
            "grid_size": [rows.r_screen.size, rows.kappa.size],
            "grid_size_order": ["r_screen", "kappa"],
        },
        "notes": {
            "tau_scale": TAU_SCALE,
            "rationale": RATIONALE,
            "text": sentence(_valid(rows), region.count, region.passed.size),
        },
    }
    return dict(sanitize(data))


def report_data(
    config: AtomxConfig, rows: Rows, region: Region, csv_sha: str, origin: Origin, said: Sequence[str] = ()
) -> dict[str, Any]:
    """Content of the report: the amendment's keys at the top, the document's own below ``legacy``."""
    low, high = _interval(config, region)
    maintenance: dict[str, Any] = {"tau": region.mean, "units": "ua", "deltaM_norm": _delta(config, region)}
    passed = region.tau_phys[region.passed]
    data = {
        "schema_version": SCHEMA_VERSION,
        "system": SYSTEM,
        "mode": config.mode,
        "verdict": region.verdict,
        "maintenance_cost": maintenance,
        "robustness_tau": {
            "mean": region.mean,
            "ci95": [low, high],
            "units": "ua",
            "meaning": SPREAD[config.mode],
        },
        "tau_phys": {
            "low": passed.min() if config.mode == "physical" and passed.size else None,
            "high": passed.max() if config.mode == "physical" and passed.size else None,
            "units": "s",
            "meaning": "hbar / split over the voxels that pass",
        },
        "counts": {"voxels": region.passed.size, "valid": _valid(rows), "passed": region.count},
        "thresholds": config.thresholds,
        "sha256": {"input_csv": csv_sha},
        "provenance": {
            "seed": config.seed,
            "grid_size": [rows.kappa.size, rows.r_screen.size],
            "grid_size_order": ["kappa", "r_screen"],
            "reference_medium": "vacuum",
            "code_rev": origin.code_rev,
            "env": origin.env,
            "timestamp_utc": origin.timestamp_utc,
            "random_columns": list(reference.RANDOM_COLUMNS) if config.mode == "reference" else [],
            "bc_anchor": config.bc_anchor,
        },
        "notes": {
            "tau_scale": TAU_SCALE,
            "rationale": RATIONALE,
            "catalog_verdict": catalog_verdict(config, region),
            "text": [sentence(_valid(rows), region.count, region.passed.size), *said],
        },
        "legacy": _legacy(config, rows, region, csv_sha),
    }
    return dict(sanitize(data))


def catalog_verdict(config: AtomxConfig, region: Region) -> str | None:
    """The catalogue's word: natural without controls, maintained with them, None for an empty region."""
    if not region.count:
        return None
    return "maintained" if config.bc_anchor else "natural"


def sanitize(value: Any) -> Any:
    """Plain strict JSON data: NumPy's types as Python's own, and None for what is not finite."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): sanitize(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sanitize(item) for item in value]
    return value


def _interval(config: AtomxConfig, region: Region) -> tuple[float, float]:
    if config.mode == "reference":
        return scaled_interval(region.mean)
    return spread_of_mean(region.tau[region.passed], config.resamples, config.seed)


def _valid(rows: Rows) -> int:
    return int((np.isfinite(rows.columns["E1 (meV)"]) & np.isfinite(rows.columns["E2 (meV)"])).sum())


def _delta(config: AtomxConfig, region: Region) -> float:
    """The document's maintenance cost: 0 when natural, else 0.1."""
    return 0.0 if _original_verdict(config, region) == "natural" else 0.1


def _original_verdict(config: AtomxConfig, region: Region) -> str:
    """The document's two words; it says maintained of an empty region as well."""
    return "natural" if region.count and not config.bc_anchor else "maintained"


def _legacy(config: AtomxConfig, rows: Rows, region: Region, csv_sha: str) -> dict[str, Any]:
    """The report of the document's own code, key for key, before its amendments."""
    passed = region.passed.ravel()
    compat, R2 = rows.columns["compat_norm"][passed], rows.columns["R2"][passed]
    mean = seconds(region.mean) if region.count else 0.0
    points = zip(
        rows.columns["kappa (N/m)"][passed].tolist(),
        rows.columns["r_screen (m)"][passed].tolist(),
        strict=True,
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "system": SYSTEM,
        "verdict": _original_verdict(config, region),
        "compat_norm": float(compat.min()) if compat.size else None,
        "stability_linear": {"R2": float(R2.max()) if R2.size else None},
        "maintenance_cost": {"deltaM_norm": _delta(config, region)},
        "robustness": {"tau_mean": mean, "tau_ci95": list(scaled_interval(mean)), "units": {"tau": "s"}},
        "existence_region": {
            "region_file": REGION,
            "params": ["kappa (N/m)", "r_screen (m)"],
            "pass_points": [list(point) for point in points],
        },
        "thresholds": config.thresholds,
        "reference_medium": {"kappa_ref": 3e-10, "r_screen_ref": 3e-15, "bc_ref": 0},
        "sha256": {"input_csv": csv_sha},
        "provenance": {"commit": "atomx-v1.0", "env": "python3.11"},
    }
