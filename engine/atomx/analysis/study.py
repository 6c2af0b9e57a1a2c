"""Study of a scan for synthetic atoms, so that a worker process can do it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.atomx.records import COLUMNS
from tauscope.engine.atomx.region import spread_of_mean
from tauscope.engine.atomx.scan import Scan, scan
from tauscope.engine.study import Report, Study, StudyContext, Table


class ScanStudy(Study):
    """A scan; options are the entries of `AtomxConfig`, or ``kappa`` and ``r_screen`` for a single voxel.

    The report has the table ``voxels``, with the columns of the CSV and tau (ua, NaN outside the region), the
    table ``region``, and what came out as notes.
    """

    name: ClassVar[str] = "scan"
    title: ClassVar[str] = "Scan for synthetic atoms"

    def run(self, context: StudyContext) -> Report:
        """Scan.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        found = scan(**{"mode": "physical", **_voxel(context.options)}, progress=context.progress)
        return Report(
            study="scan atomx",
            title=self.title,
            tables=(_voxels(found), _region(found)),
            seconds=time.monotonic() - started,
            notes=(found.sentence, *found.levels.notes),
        )


def _voxel(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with a lone value of an axis spelled out; a single voxel needs no table."""
    found = dict(options)
    for name in ("kappa", "r_screen"):
        if name in found:
            value = found.pop(name)
            found |= {f"{name}_start": value, f"{name}_stop": value, f"{name}_count": 1}
    if found.get("kappa_count") == found.get("r_screen_count") == 1:
        found.setdefault("method", "direct")
    return found


def _voxels(found: Scan) -> Table:
    levels = found.levels
    arrays = (
        levels.kappa,
        levels.r_screen,
        levels.E1,
        levels.E2,
        levels.split,
        levels.compat,
        levels.R2,
        found.region.tau,
    )
    rows = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    return Table("voxels", (*COLUMNS, "tau (ua)"), tuple(rows))


def _region(found: Scan) -> Table:
    region = found.region
    low, high = spread_of_mean(region.tau[region.passed], found.config.resamples, found.config.seed)
    times = region.tau_phys[region.passed]
    levels = found.levels
    alone = levels.kappa.size == 1
    rows = (
        ("valid", int(found.levels.valid.sum())),
        ("passed", region.count),
        ("tau (ua)", region.mean),
        ("spread of tau over the region, low (ua)", low),
        ("spread of tau over the region, high (ua)", high),
        ("hbar / split, low (s)", float(np.min(times)) if times.size else float("nan")),
        ("hbar / split, high (s)", float(np.max(times)) if times.size else float("nan")),
    )
    lone = (("split (meV)", levels.split), ("compat_norm", levels.compat), ("R2", levels.R2))
    voxel = tuple((name, float(array[0, 0])) for name, array in lone) if alone else ()
    return Table("region", ("quantity", "value"), (*rows, *voxel))
