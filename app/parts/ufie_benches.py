"""Benches of the wave: mixing, soliton, learning metric, and the scan of the phase control."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieBenches(Part):
    """Benches of the wave: mixing, soliton, learning metric, and the scan of the phase control."""
