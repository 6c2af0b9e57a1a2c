"""Resonance dials: phases of the locked triples, and how full their torus is."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieResonance(Part):
    """Resonance dials: phases of the locked triples, and how full their torus is."""
