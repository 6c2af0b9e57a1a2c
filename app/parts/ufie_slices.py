"""Slices of the wave: what they ask of the simulation, and how its planes reach the views."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieSlices(Part):
    """Slices of the wave: what they ask of the simulation, and how its planes reach the views."""
