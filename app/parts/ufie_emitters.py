"""Emitters of the wave: handles on the slices, and the dock that lists and edits them."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieEmitters(Part):
    """Emitters of the wave: handles on the slices, and the dock that lists and edits them."""
