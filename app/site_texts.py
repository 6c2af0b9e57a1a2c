"""Sites of nine axes in words."""

from __future__ import annotations

from collections.abc import Sequence

from tauscope.engine.ufie.axes import AXES


def site_text(site: Sequence[int], shape: Sequence[int]) -> str:
    """Index on every axis longer than one, as in ``r 1, x 16, y 12``; “the only site” of a single one."""
    words = [f"{name} {place}" for name, place, size in zip(AXES, site, shape, strict=True) if size > 1]
    return ", ".join(words) or "the only site"


def centre_of(shape: Sequence[int]) -> tuple[int, ...]:
    """Site in the middle of a torus, where the synchroniser stands."""
    return tuple(size // 2 for size in shape)
