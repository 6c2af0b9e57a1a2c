"""Active bricks: how many there are, where, and what they take of memory."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieBricks(Part):
    """Active bricks: how many there are, where, and what they take of memory."""
