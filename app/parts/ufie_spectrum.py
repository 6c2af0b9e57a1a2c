"""Spectrum of the wave at a site, with the emitters' lines."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieSpectrum(Part):
    """Spectrum of the wave at a site, with the emitters' lines."""
