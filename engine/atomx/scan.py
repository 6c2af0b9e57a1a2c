"""A scan for synthetic atoms: levels of every voxel, gates, and what came out in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tauscope.engine.atomx import physical, reference
from tauscope.engine.atomx.config import AtomxConfig
from tauscope.engine.atomx.levels import Levels
from tauscope.engine.atomx.physical import Mapper
from tauscope.engine.atomx.region import Region, gates
from tauscope.engine.atomx.table import LevelTable


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found.

    Parameters
    ----------
    config : AtomxConfig
        What it went through.
    levels : Levels
        Levels and gates of every voxel.
    region : Region
        Which pass.
    """

    config: AtomxConfig
    levels: Levels
    region: Region

    @property
    def random_columns(self) -> tuple[str, ...]:
        """Columns that hold random numbers instead of measurements."""
        return reference.RANDOM_COLUMNS if self.config.mode == "reference" else ()

    @property
    def sentence(self) -> str:
        """What came out, as a sentence."""
        valid, whole = int(self.levels.valid.sum()), self.levels.valid.size
        return sentence(valid, self.region.count, whole)


def sentence(valid: int, passed: int, whole: int) -> str:
    """What a scan with so many valid and passed voxels says, in words."""
    if not valid:
        return (
            f"The region of existence is empty: none of {whole:,} voxels binds two levels, so no synthetic "
            "atom exists in this range."
        )
    if not passed:
        return (
            f"The region of existence is empty: {valid:,} of {whole:,} voxels bind two levels, and none "
            "passes all gates."
        )
    return f"{valid:,} of {whole:,} voxels bind two levels, and {passed:,} pass all gates: the region exists."


def scan(
    mode: str = "physical",
    *,
    table: LevelTable | None = None,
    mapper: Mapper = map,
    progress: Callable[[float, str], None] | None = None,
    **values: Any,
) -> Scan:
    """Scan a medium for synthetic atoms.

    Parameters
    ----------
    mode : str
        ``physical`` or ``reference``.
    table : LevelTable, optional
        Table of levels made before.
    mapper : callable
        Something like `map`, for direct solutions; that of a pool of processes uses all cores.
    progress : callable, optional
        ``progress(fraction, text)``; may raise `Cancelled`.
    **values
        Entries of `AtomxConfig`, such as ``kappa_start``, ``seed`` or ``split_thr``.

    Returns
    -------
    Scan
        Levels, gates and region.

    Raises
    ------
    BadInput
        A refused entry.

    Examples
    --------
    >>> scan(mode="reference").sentence[:35]
    'The region of existence is empty: n'
    """
    config = AtomxConfig.load({"mode": mode, **values})
    if config.mode == "reference":
        found = reference.levels(config.kappa, config.r_screen, config.seed)
    else:
        found = physical.levels(
            config.kappa,
            config.r_screen,
            config.thresholds,
            table=table,
            direct=config.method == "direct",
            mapper=mapper,
            progress=progress,
        )
    if progress is not None:
        progress(1.0, "done")
    return Scan(config, found, gates(found.split, found.compat, found.R2, config.thresholds))
