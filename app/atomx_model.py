"""The JSON files of an existence scan as models: what a report and a region must hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Unit = Literal["s", "ua"]
Number = float | None
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Open(BaseModel):
    """A part to which others may add keys, as the amendment leaves free."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)


class Thresholds(_Part):
    """Gates: split in meV, the others without unit."""

    split_thr: float = Field(gt=0)
    compat_thr: float = Field(gt=0)
    r2_thr: float = Field(gt=0, le=1)


class Cost(_Open):
    """Cost of maintenance; null for an empty region."""

    tau: Number
    units: Unit
    deltaM_norm: Number = None


class Robustness(_Open):
    """Mean of tau and an interval, with what the interval means."""

    mean: Number
    ci95: tuple[Number, Number]
    units: Unit
    meaning: str = ""


class TauPhys(_Part):
    """Range of hbar / split over the region, s; null where it is not known."""

    low: Number
    high: Number
    units: Literal["s"]
    meaning: str


class Counts(_Part):
    """Voxels of the scan, those with two levels, and those that pass."""

    voxels: int = Field(ge=1)
    valid: int = Field(ge=0)
    passed: int = Field(ge=0)


class Hashes(_Part):
    """SHA-256 of the file that the numbers come from."""

    input_csv: Sha256


class Provenance(_Open):
    """Where the report comes from."""

    seed: int
    grid_size: tuple[int, int]
    grid_size_order: tuple[Literal["kappa", "r_screen"], Literal["kappa", "r_screen"]]
    reference_medium: str
    code_rev: str
    env: str
    timestamp_utc: Timestamp
    random_columns: tuple[str, ...]


class Notes(_Open):
    """Scale and reason of tau, and what came out in words."""

    tau_scale: str
    rationale: str
    catalog_verdict: Literal["natural", "maintained"] | None = None
    text: str | tuple[str, ...] = ()


class ReportFile(_Part):
    """EXISTENCE_REPORT_atomX.json: the amendment's keys, and the document's own below ``legacy``."""

    schema_version: Literal["1.0.0"]
    system: Literal["atomX"]
    mode: Literal["physical", "reference"]
    verdict: Literal["exists", "not_found"]
    maintenance_cost: Cost
    robustness_tau: Robustness
    tau_phys: TauPhys
    counts: Counts
    thresholds: Thresholds
    sha256: Hashes
    provenance: Provenance
    notes: Notes
    legacy: dict[str, Any] = Field(default_factory=dict)


class Grid(_Part):
    """Axes of the scan, N/m and m."""

    kappa: tuple[float, ...] = Field(min_length=1)
    r_screen: tuple[float, ...] = Field(min_length=1)


class RegionProvenance(_Open):
    """Seed and size of the scan."""

    seed: int
    grid_size: tuple[int, int]
    grid_size_order: tuple[Literal["kappa", "r_screen"], Literal["kappa", "r_screen"]]


class RegionFile(_Part):
    """EXISTENCE_REGION_atomX.json: which voxels pass, rows are r_screen, columns kappa."""

    schema_version: Literal["1.0.0"]
    system: Literal["atomX"]
    mode: Literal["physical", "reference"]
    grid: Grid
    region_flag: tuple[tuple[bool, ...], ...]
    tau_mean_grid: tuple[tuple[Number, ...], ...]
    tau_phys_grid: tuple[tuple[Number, ...], ...] | None
    units: dict[str, str]
    thresholds: Thresholds
    sha256: Hashes
    provenance: RegionProvenance
    notes: Notes


FILES: Mapping[str, type[BaseModel]] = {
    "existence_report_atomX.schema.json": ReportFile,
    "existence_region_atomX.schema.json": RegionFile,
}
"""Models by the name of their schema under ``resources/schemas``."""


def json_schema(name: str) -> dict[str, Any]:
    """JSON schema of a file, as it is shipped."""
    return {"$schema": DIALECT, **FILES[name].model_json_schema(mode="serialization")}
